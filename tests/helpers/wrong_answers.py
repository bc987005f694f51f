"""Wrong answers as students give them, and what each of them is.

`WRONG["03 sigma"]` is a `Wrong`: the exercise, the declared name that is judged, the mistake, and
what the student assigned: a function of a `Student`, who has done everything else right. None
means that no name is expected: then a verdict may give one of `or_as`, and no other.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
from honest import honest_answers, mean_of_artist, new_artist, simulated_fit, song

from course import exact
from course.data import load_baseball
from course.judging import mistakes, reference
from course.judging.mistakes import Mistake
from course.judging.shrinkage_example import rmse, shrunken


class Student:
    """Somebody who has the three fits, the data, and the right answers to all exercises."""

    def __init__(self, seed: int = 0, draws: int = 5000) -> None:
        self.seed, self.draws = seed, draws
        self.rng = np.random.default_rng([7, seed])

    def fit(self, model, priors="chapter"):
        return simulated_fit(model, self.seed, self.draws, priors).posterior

    @cached_property
    def pooled(self):
        return self.fit("complete_pooled")

    @cached_property
    def no_pooled(self):
        return self.fit("no_pooled")

    @cached_property
    def hierarchical(self):
        return self.fit("hierarchical")

    @property
    def songs(self):
        return reference.songs()

    @property
    def y(self):
        return self.songs["popularity"]

    @property
    def means(self):
        return reference.sample_means()

    def answers(self, exercise):
        return honest_answers(exercise, self.seed, self.draws)

    def song(self, posterior, label=None):
        mean = posterior["Intercept"] if label is None else mean_of_artist(posterior, label)
        return song(self.rng, posterior, mean)

    def table(self, draws_of, probs=(0.1, 0.5, 0.9)):
        """One row an artist: quantiles of what a function of the label returns."""
        rows = {label: np.quantile(draws_of(label), probs) for label in reference.artists()}
        return pd.DataFrame.from_dict(rows, orient="index", columns=["lower", "median", "upper"])

    def predictions(self, posterior, probs=(0.1, 0.5, 0.9)):
        return self.table(lambda label: self.song(posterior, label), probs)


@dataclass(frozen=True)
class Wrong:
    """One wrong answer, and what it is; `or_as`: what it may be taken for as well."""

    exercise: str
    name: str
    is_: Mistake | None
    make: Callable
    or_as: tuple[Mistake, ...] = ()


def quantiles(draws, *probs):
    return tuple(float(q) for q in np.quantile(np.asarray(draws), probs))


def rounded(pair, decimals=1):
    return tuple(round(float(end), decimals) for end in pair)


def plus_minus(centre, reach):
    return float(centre - reach), float(centre + reach)


def draw_on(function):
    """The axes on which a function draws."""
    ax = plt.subplots()[1]
    function(ax)
    return ax


def only(s, label):
    """Draws of the mean of one artist's songs, fitted alone."""
    own = s.y[(s.songs["artist"] == label).to_numpy()]
    draws = exact.complete_pooled(own).draws(4 * s.draws, s.rng, {"mu", "sigma"})
    return {name: draws[name].values.reshape(4, -1) for name in ("mu", "sigma")}


def own_sds(s):
    sds = s.songs.groupby("artist", observed=True)["popularity"].std()
    z = 1.2816
    return pd.DataFrame({"lower": s.means - z * sds, "median": s.means, "upper": s.means + z * sds})


def plug_in(s, model="no_pooled"):
    """Means and sds as if they were known: no uncertainty of the parameters."""
    posterior = s.fit(model)
    centre = pd.Series(
        {label: float(mean_of_artist(posterior, label).median()) for label in reference.artists()}
    )
    reach = 1.2816 * float(posterior["sigma"].median())
    return pd.DataFrame({"lower": centre - reach, "median": centre, "upper": centre + reach})


def by_position(table):
    """The rows in order of means, given the labels in alphabetical order."""
    return table.loc[list(reference.artists())].set_axis(sorted(reference.artists()))


def first(s):
    """The artist whom a formula without `0 +` takes for its reference."""
    return min(s.means.index)


def players():
    table = load_baseball()
    observed = (table["hits"] / table["at_bats"]).to_numpy()
    return observed, table["remainder_average"].to_numpy()


def literal_both(s, name):
    """The posterior with Exp(1) on both standard deviations."""
    exact = reference.posterior("hierarchical", "literal both")
    return exact[name].median


WRONG: dict[str, Wrong] = {}


def case(key, exercise, name, is_, make, or_as=()):
    assert key not in WRONG
    WRONG[key] = Wrong(exercise, name, is_, make, or_as)


def _median(draws):
    return float(np.median(draws))


# ------------------------------------------------------------------- Exercise 3: complete pooling
case(
    "03 sigma",
    "ex-03",
    "mu_median_03",
    mistakes.OTHER_PARAMETER,
    lambda s: _median(s.pooled["sigma"]),
)
case("03 median of songs", "ex-03", "mu_median_03", mistakes.SONG_MEDIAN, lambda s: s.y.median())
case("03 mean of means", "ex-03", "mu_median_03", mistakes.MEAN_OF_MEANS, lambda s: s.means.mean())
case(
    "03 hierarchical",
    "ex-03",
    "mu_median_03",
    mistakes.HIERARCHICAL,
    lambda s: _median(s.hierarchical["Intercept"]),
)
case("03 a guess", "ex-03", "mu_median_03", None, lambda s: 50)
case("03 mu of another fit", "ex-03", "mu_median_03", None, lambda s: 59.9)
for percent in (95, 94, 90, 89, 60, 50):
    for decimals in (1, 2):
        tail = (1 - percent / 100) / 2
        case(
            f"03 {percent} % to {decimals}",
            "ex-03",
            "mu_80_03",
            mistakes.QUINTILES if percent == 60 else mistakes.OTHER_PROBABILITY,
            lambda s, tail=tail, decimals=decimals: rounded(
                quantiles(s.pooled["Intercept"], tail, 1 - tail), decimals
            ),
        )
case("03 of songs", "ex-03", "mu_80_03", mistakes.OF_DATA, lambda s: quantiles(s.y, 0.1, 0.9))
case(
    "03 one sd",
    "ex-03",
    "mu_80_03",
    mistakes.ONE_SD,
    lambda s: plus_minus(s.pooled["Intercept"].mean(), s.pooled["Intercept"].std()),
)
case(
    "03 two sds",
    "ex-03",
    "mu_80_03",
    None,
    lambda s: plus_minus(s.pooled["Intercept"].mean(), 2 * s.pooled["Intercept"].std()),
    (mistakes.OTHER_PROBABILITY,),
)
case(
    "03 of sigma",
    "ex-03",
    "mu_80_03",
    mistakes.OTHER_PARAMETER,
    lambda s: quantiles(s.pooled["sigma"], 0.1, 0.9),
)
case(
    "03 10 and 80 %",
    "ex-03",
    "mu_80_03",
    None,
    lambda s: quantiles(s.pooled["Intercept"], 0.1, 0.8),
)
case(
    "03 song",
    "ex-03",
    "mu_80_03",
    mistakes.SONG_NOT_MEAN,
    lambda s: quantiles(s.song(s.pooled), 0.1, 0.9),
)
case(
    "03 all draws",
    "ex-03",
    "mu_80_03",
    None,
    lambda s: (float(s.pooled["Intercept"].min()), float(s.pooled["Intercept"].max())),
)
case(
    "03 percent as quantiles",
    "ex-03",
    "mu_80_03",
    mistakes.REVERSED,
    lambda s: quantiles(s.pooled["Intercept"], 0.9, 0.1),
)
# ------------------------------------------------------------------------ Exercise 5: predictions
case("05a mean", "ex-05a", "mac_beats_05a", mistakes.MEAN_NOT_SONG, lambda s: s.pooled["Intercept"])
case(
    "05a cut",
    "ex-05a",
    "mac_beats_05a",
    mistakes.CUT_OFF,
    lambda s: np.clip(s.song(s.pooled), 0, 100),
)
case(
    "05a songs",
    "ex-05a",
    "mac_beats_05a",
    mistakes.SONGS_AGAIN,
    lambda s: s.rng.choice(s.y, 20_000),
)
case("05a sd", "ex-05a", "mac_beats_05a", mistakes.OTHER_PARAMETER, lambda s: s.pooled["sigma"])
case(
    "05a variance",
    "ex-05a",
    "mac_beats_05a",
    mistakes.OTHER_SPREAD,
    lambda s: (
        s.pooled["Intercept"]
        + s.pooled["sigma"] ** 2 * s.rng.standard_normal(s.pooled["sigma"].shape)
    ),
)
case(
    "05a one noise",
    "ex-05a",
    "mac_beats_05a",
    None,
    lambda s: s.pooled["Intercept"] + s.pooled["sigma"] * 0.7,
)
case(
    "05a no pooled",
    "ex-05a",
    "beyonce_05a",
    mistakes.ARTISTS_APART,
    lambda s: s.song(s.no_pooled, "Beyoncé"),
)
case(
    "05a mean's interval",
    "ex-05a",
    "mac_beats_80_05a",
    mistakes.MEAN_NOT_SONG,
    lambda s: quantiles(s.pooled["Intercept"], 0.1, 0.9),
)
case(
    "05a 89 %",
    "ex-05a",
    "mac_beats_80_05a",
    mistakes.OTHER_PROBABILITY,
    lambda s: rounded(quantiles(s.answers("ex-05a")["mac_beats_05a"], 0.055, 0.945), 0),
)
case(
    "05a 20 and 80 %",
    "ex-05a",
    "mac_beats_80_05a",
    mistakes.QUINTILES,
    lambda s: quantiles(s.answers("ex-05a")["mac_beats_05a"], 0.2, 0.8),
)
case(
    "05a of songs",
    "ex-05a",
    "mac_beats_80_05a",
    mistakes.OF_DATA,
    lambda s: quantiles(s.y, 0.1, 0.9),
)
case(
    "05b means",
    "ex-05b",
    "predictions_05b",
    mistakes.MEAN_NOT_SONG,
    lambda s: s.table(lambda label: s.pooled["Intercept"]),
)
case(
    "05b 95 %",
    "ex-05b",
    "predictions_05b",
    mistakes.OTHER_PROBABILITY,
    lambda s: s.predictions(s.pooled, (0.025, 0.5, 0.975)),
)
case(
    "05b 20 and 80 %",
    "ex-05b",
    "predictions_05b",
    mistakes.QUINTILES,
    lambda s: s.predictions(s.pooled, (0.2, 0.5, 0.8)),
)
case("05b own data", "ex-05b", "predictions_05b", mistakes.OWN_SD, own_sds)
case(
    "05b quantiles of own data",
    "ex-05b",
    "predictions_05b",
    mistakes.OF_DATA,
    lambda s: s.table(lambda label: s.y[s.songs["artist"] == label]),
)
# ------------------------------------------------------------------------------ Exercises 2, 6, 10
case(
    "02 line by row",
    "ex-02",
    "plot_02",
    mistakes.ROW_BY_ROW,
    lambda s: draw_on(lambda ax: ax.plot(s.y.to_numpy())),
)
case(
    "02 line of sorted",
    "ex-02",
    "plot_02",
    None,
    lambda s: draw_on(lambda ax: ax.bar(range(len(s.means)), s.songs["artist"].value_counts())),
)
case(
    "02 means",
    "ex-02",
    "plot_02",
    mistakes.MEANS_FOR_SONGS,
    lambda s: draw_on(lambda ax: ax.hist(s.means)),
)
case(
    "06 bars of means",
    "ex-06",
    "plot_06",
    mistakes.MEANS_ALONE,
    lambda s: sns.barplot(s.songs, x="artist", y="popularity", ax=plt.subplots()[1]),
)
case(
    "06 points of means",
    "ex-06",
    "plot_06",
    mistakes.MEANS_ALONE,
    lambda s: sns.pointplot(
        s.songs, y="artist", x="popularity", linestyle="none", ax=plt.subplots()[1]
    ),
)
case(
    "06 counts",
    "ex-06",
    "plot_06",
    None,
    lambda s: s.songs["artist"].value_counts().plot.bar(ax=plt.subplots()[1]),
)
case(
    "06 all songs",
    "ex-06",
    "plot_06",
    mistakes.ALL_TOGETHER,
    lambda s: sns.violinplot(s.songs, x="popularity", ax=plt.subplots()[1]),
)
case(
    "06 some artists",
    "ex-06",
    "plot_06",
    mistakes.SOME_ARTISTS,
    lambda s: sns.violinplot(
        s.songs[s.songs["artist"].isin(["Beyoncé", "Mia X", "Camilo"])].assign(
            artist=lambda t: t["artist"].astype(str)
        ),
        x="artist",
        y="popularity",
        ax=plt.subplots()[1],
    ),
)
case(
    "10 songs",
    "ex-10",
    "plot_10",
    mistakes.SONGS_FOR_MEANS,
    lambda s: draw_on(lambda ax: ax.hist(s.y, bins=20)),
)
case(
    "10 counts",
    "ex-10",
    "plot_10",
    None,
    lambda s: draw_on(lambda ax: ax.hist(s.songs["artist"].value_counts())),
)
# ----------------------------------------------------------------- Exercises 7, 9: no pooling
case(
    "07 hierarchical",
    "ex-07",
    "mia_x_median_07",
    mistakes.HIERARCHICAL,
    lambda s: _median(mean_of_artist(s.hierarchical, "Mia X")),
)
case(
    "07 pooled",
    "ex-07",
    "mia_x_median_07",
    mistakes.COMPLETE_POOLED,
    lambda s: _median(s.pooled["Intercept"]),
)
case(
    "07 last for first",
    "ex-07",
    "mia_x_median_07",
    mistakes.MIXED_UP,
    lambda s: _median(mean_of_artist(s.no_pooled, "Camilo")),
)
case(
    "07 Beyoncé",
    "ex-07",
    "mia_x_median_07",
    mistakes.MIXED_UP,
    lambda s: _median(mean_of_artist(s.no_pooled, "Beyoncé")),
)
case(
    "07 sigma",
    "ex-07",
    "mia_x_median_07",
    mistakes.OTHER_PARAMETER,
    lambda s: _median(s.no_pooled["sigma"]),
)
case(
    "07 reference artist",
    "ex-07",
    "mia_x_median_07",
    None,
    lambda s: _median(mean_of_artist(s.no_pooled, "Mia X") - mean_of_artist(s.no_pooled, first(s))),
)
case(
    "07 song",
    "ex-07",
    "mia_x_80_07",
    mistakes.SONG_NOT_MEAN,
    lambda s: quantiles(s.song(s.no_pooled, "Mia X"), 0.1, 0.9),
)
case(
    "07 her songs alone",
    "ex-07",
    "mia_x_80_07",
    mistakes.ONE_ARTIST,
    lambda s: quantiles(only(s, "Mia X")["mu"], 0.1, 0.9),
)
case(
    "07 quantiles of her songs",
    "ex-07",
    "mia_x_80_07",
    mistakes.OF_DATA,
    lambda s: quantiles(s.y[s.songs["artist"] == "Mia X"], 0.1, 0.9),
)
for percent in (95, 89):
    tail = (1 - percent / 100) / 2
    case(
        f"07 {percent} %",
        "ex-07",
        "mia_x_80_07",
        mistakes.OTHER_PROBABILITY,
        lambda s, tail=tail: rounded(
            quantiles(mean_of_artist(s.no_pooled, "Mia X"), tail, 1 - tail)
        ),
    )
case(
    "07 20 and 80 %",
    "ex-07",
    "mia_x_80_07",
    mistakes.QUINTILES,
    lambda s: rounded(quantiles(mean_of_artist(s.no_pooled, "Mia X"), 0.2, 0.8)),
)
case(
    "07 fit of her alone",
    "ex-07",
    "no_pooled",
    mistakes.ONE_ARTIST,
    lambda s: {"Intercept": only(s, "Mia X")["mu"], "sigma": only(s, "Mia X")["sigma"]},
)
case(
    "07 title for artist",
    "ex-07",
    "no_pooled",
    mistakes.OTHER_GROUP,
    lambda s: {
        "Intercept": s.rng.normal(55, 1, (4, 1000)),
        "sigma": s.rng.normal(14, 1, (4, 1000)),
        "1|title_sigma": s.rng.normal(15, 1, (4, 1000)),
        "1|title": np.zeros((4, 1000, 264)),
    },
)
case(
    "09a hierarchical",
    "ex-09a",
    "reply_09a",
    mistakes.HIERARCHICAL,
    lambda s: ValueError(
        "There are new groups for the factors ('artist',) and 'sample_new_groups' is False."
    ),
)
case("09a label", "ex-09a", "reply_09a", None, lambda s: "Mac Beats")
case("09a typo", "ex-09a", "reply_09a", None, lambda s: NameError("name 'no_poold' is not defined"))
case(
    "09b hierarchical",
    "ex-09b",
    "predictions_09b",
    mistakes.HIERARCHICAL,
    lambda s: s.predictions(s.hierarchical),
)
case(
    "09b means",
    "ex-09b",
    "predictions_09b",
    mistakes.MEAN_NOT_SONG,
    lambda s: s.table(lambda label: mean_of_artist(s.no_pooled, label)),
)
case("09b own sds", "ex-09b", "predictions_09b", mistakes.OWN_SD, own_sds)
case("09b plug-in", "ex-09b", "predictions_09b", mistakes.PLUG_IN, plug_in)
case(
    "09b alphabetical",
    "ex-09b",
    "predictions_09b",
    mistakes.MIXED_UP,
    lambda s: by_position(s.predictions(s.no_pooled)),
)
case(
    "09b 89 %",
    "ex-09b",
    "predictions_09b",
    mistakes.OTHER_PROBABILITY,
    lambda s: s.predictions(s.no_pooled, (0.055, 0.5, 0.945)).round(1),
)
case(
    "09b cut",
    "ex-09b",
    "predictions_09b",
    mistakes.CUT_OFF,
    lambda s: s.predictions(s.no_pooled).clip(0, 100),
)
# --------------------------------------------------------------------------- Exercise 11
case("11 mean of songs", "ex-11", "mu_median_11", mistakes.COMPLETE_POOLED, lambda s: s.y.mean())
case("11 mean of means", "ex-11", "mu_median_11", None, lambda s: s.means.mean() + 2.5)
case(
    "11 RMS",
    "ex-11",
    "sigma_mu_median_11",
    mistakes.ROOT_MEAN_SQUARE,
    lambda s: round(float((s.hierarchical["1|artist_sigma"] ** 2).mean() ** 0.5), 1),
)
case("11 sd of means", "ex-11", "sigma_mu_median_11", mistakes.SD_OF_MEANS, lambda s: s.means.std())
case(
    "11 swapped sds",
    "ex-11",
    "sigma_y_median_11",
    mistakes.SWAPPED_SDS,
    lambda s: _median(s.hierarchical["1|artist_sigma"]),
)
case("11 sd of songs", "ex-11", "sigma_y_median_11", mistakes.COMPLETE_POOLED, lambda s: s.y.std())
case(
    "11 mean of sds",
    "ex-11",
    "sigma_y_median_11",
    mistakes.MEAN_OF_SDS,
    lambda s: s.songs.groupby("artist", observed=True)["popularity"].std().mean(),
)
case("11 share", "ex-11", "sigma_mu_median_11", None, lambda s: 0.53)
case(
    "11 variance",
    "ex-11",
    "sigma_mu_median_11",
    mistakes.VARIANCE,
    lambda s: _median(s.hierarchical["1|artist_sigma"] ** 2),
)
case(
    "11 literal",
    "ex-11",
    "sigma_mu_median_11",
    mistakes.LITERAL_PRIOR,
    lambda s: _median(s.fit("hierarchical", "literal")["1|artist_sigma"]),
)
case(
    "11 literal both",
    "ex-11",
    "sigma_mu_median_11",
    mistakes.LITERAL_PRIORS,
    lambda s: literal_both(s, "sigma_mu"),
    (mistakes.LITERAL_PRIOR,),
)
case("11 a median of data", "ex-11", "mu_median_11", mistakes.SONG_MEDIAN, lambda s: s.y.median())
# --------------------------------------------------------------------------- Exercise 13
case(
    "13 wrong artist",
    "ex-13",
    "beyonce_13",
    mistakes.MIXED_UP,
    lambda s: s.song(s.hierarchical, "Mia X"),
)
case(
    "13 swapped",
    "ex-13",
    "beyonce_13",
    mistakes.NEW_NOT_OBSERVED,
    lambda s: new_artist(s.rng, s.hierarchical),
)
case(
    "13 wrong sd",
    "ex-13",
    "beyonce_13",
    mistakes.OTHER_SPREAD,
    lambda s: (
        mean_of_artist(s.hierarchical, "Beyoncé")
        + s.hierarchical["1|artist_sigma"] * s.rng.standard_normal((4, s.draws))
    ),
)
case(
    "13 both sds for her",
    "ex-13",
    "beyonce_13",
    mistakes.OTHER_SPREAD,
    lambda s: (
        s.song(s.hierarchical, "Beyoncé")
        + s.hierarchical["1|artist_sigma"] * s.rng.standard_normal((4, s.draws))
    ),
)
case(
    "13 sds added",
    "ex-13",
    "mac_beats_13",
    mistakes.OTHER_SPREAD,
    lambda s: (
        s.hierarchical["Intercept"]
        + (s.hierarchical["1|artist_sigma"] + s.hierarchical["sigma"])
        * s.rng.standard_normal((4, s.draws))
    ),
)
case(
    "13 sigma_mu twice",
    "ex-13",
    "mac_beats_13",
    mistakes.OTHER_SPREAD,
    lambda s: (
        s.hierarchical["Intercept"]
        + s.hierarchical["1|artist_sigma"] * s.rng.standard_normal((2, 4, s.draws)).sum(axis=0)
    ),
)
case(
    "13 typical artist",
    "ex-13",
    "mac_beats_13",
    mistakes.NO_ARTIST_SPREAD,
    lambda s: s.song(s.hierarchical.to_dataset()[["Intercept", "sigma"]]),
)
case(
    "13 cut",
    "ex-13",
    "mac_beats_13",
    mistakes.CUT_OFF,
    lambda s: np.clip(new_artist(s.rng, s.hierarchical), 0, 100),
)
case(
    "13 effect and noise",
    "ex-13",
    "beyonce_13",
    mistakes.EFFECT,
    lambda s: song(
        s.rng, s.hierarchical, s.hierarchical["1|artist"].sel(artist__factor_dim="Beyoncé")
    ),
)
case(
    "13 her mean",
    "ex-13",
    "beyonce_13",
    mistakes.MEAN_NOT_SONG,
    lambda s: mean_of_artist(s.hierarchical, "Beyoncé"),
)
case(
    "13 swapped intervals",
    "ex-13",
    "beyonce_80_13",
    mistakes.NEW_NOT_OBSERVED,
    lambda s: s.answers("ex-13")["mac_beats_80_13"],
)
case(
    "13 interval of her songs",
    "ex-13",
    "beyonce_80_13",
    mistakes.OF_DATA,
    lambda s: quantiles(s.y[s.songs["artist"] == "Beyoncé"], 0.1, 0.9),
)
# --------------------------------------------------------------------------- Exercise 14
case(
    "14 no pooled",
    "ex-14",
    "predictions_14",
    mistakes.NO_POOLED,
    lambda s: s.predictions(s.no_pooled),
)
case("14 own sds", "ex-14", "predictions_14", mistakes.OWN_SD, own_sds)
case(
    "14 literal",
    "ex-14",
    "predictions_14",
    mistakes.LITERAL_PRIOR,
    lambda s: s.predictions(s.fit("hierarchical", "literal")),
)
case(
    "14 new artist",
    "ex-14",
    "predictions_14",
    mistakes.NEW_NOT_OBSERVED,
    lambda s: s.table(lambda label: new_artist(s.rng, s.hierarchical)),
)
case(
    "14 alphabetical",
    "ex-14",
    "predictions_14",
    mistakes.MIXED_UP,
    lambda s: by_position(s.predictions(s.hierarchical)),
)
case(
    "14 plug-in", "ex-14", "predictions_14", mistakes.PLUG_IN, lambda s: plug_in(s, "hierarchical")
)
# ------------------------------------------------------------------------------ Exercise 15


def _shift(s, subtract=None):
    mean = pd.Series(
        {
            label: float(mean_of_artist(s.hierarchical, label).mean())
            for label in reference.artists()
        }
    )
    own = s.means.rename(index=str)
    return (mean - own).to_frame("shift") if subtract is None else subtract(mean, own)


case("15a reversed", "ex-15a", "shift_15a", mistakes.REVERSED_SIGN, lambda s: -1 * _shift(s))
case("15a absolute", "ex-15a", "shift_15a", mistakes.SIGN_LOST, lambda s: _shift(s).abs())
case(
    "15a alphabetical",
    "ex-15a",
    "shift_15a",
    mistakes.MIXED_UP,
    lambda s: _shift(
        s,
        lambda mean, own: pd.DataFrame(
            {"shift": mean.sort_index().to_numpy() - own.to_numpy()}, index=sorted(own.index)
        ),
    ),
)
case(
    "15a alphabetical, labels by mean",
    "ex-15a",
    "shift_15a",
    mistakes.MIXED_UP,
    lambda s: _shift(
        s,
        lambda mean, own: pd.DataFrame(
            {"shift": mean.sort_index().to_numpy() - own.to_numpy()}, index=own.index
        ),
    ),
)
case(
    "15a from mu",
    "ex-15a",
    "shift_15a",
    mistakes.EFFECT,
    lambda s: _shift(
        s, lambda mean, own: (mean - float(s.hierarchical["Intercept"].mean())).to_frame("shift")
    ),
)
case(
    "15a from all songs",
    "ex-15a",
    "shift_15a",
    mistakes.FROM_ALL_SONGS,
    lambda s: _shift(s, lambda mean, own: (mean - s.y.mean()).to_frame("shift")),
)
case(
    "15a posterior means",
    "ex-15a",
    "shift_15a",
    mistakes.NOT_COMPARED,
    lambda s: _shift(s, lambda mean, own: mean.to_frame("shift")),
)
case(
    "15a relative",
    "ex-15a",
    "shift_15a",
    mistakes.RELATIVE,
    lambda s: _shift(s, lambda mean, own: ((mean - own) / own).to_frame("shift")),
)


def _mu_j(s, label, model="hierarchical"):
    return _median(mean_of_artist(s.fit(model), label))


KINGSTON, OCEAN = "Sean Kingston", "Frank Ocean"
case("15b swapped", "ex-15b", "ocean_15b", mistakes.SWAPPED, lambda s: _mu_j(s, KINGSTON))
case("15b swapped, too", "ex-15b", "kingston_15b", mistakes.SWAPPED, lambda s: _mu_j(s, OCEAN))
case(
    "15b sample mean",
    "ex-15b",
    "kingston_15b",
    mistakes.SAMPLE_MEAN,
    lambda s: round(s.means[KINGSTON], 1),
)
case(
    "15b no pooled",
    "ex-15b",
    "kingston_15b",
    mistakes.SAMPLE_MEAN,
    lambda s: _mu_j(s, KINGSTON, "no_pooled"),
)
case(
    "15b effect",
    "ex-15b",
    "kingston_15b",
    mistakes.EFFECT,
    lambda s: _median(s.hierarchical["1|artist"].sel(artist__factor_dim=KINGSTON)),
)
case(
    "15b mu",
    "ex-15b",
    "kingston_15b",
    mistakes.GLOBAL_MEAN,
    lambda s: _median(s.hierarchical["Intercept"]),
)
case("15b mean of songs", "ex-15b", "kingston_15b", mistakes.COMPLETE_POOLED, lambda s: s.y.mean())
case("15b another artist", "ex-15b", "kingston_15b", mistakes.MIXED_UP, lambda s: _mu_j(s, "Mia X"))
case("15b shift", "ex-15b", "kingston_15b", None, lambda s: _mu_j(s, KINGSTON) - s.means[KINGSTON])
# ------------------------------------------------------------------------------ Exercise 16


OBSERVED, TRUTH = players()
SHRUNKEN = shrunken(OBSERVED, 45)
case(
    "16b two decimals",
    "ex-16b",
    "rmse_observed_16b",
    mistakes.ROUNDED,
    lambda s: round(rmse(OBSERVED, TRUTH), 2),
)
case(
    "16b two decimals, shrunken",
    "ex-16b",
    "rmse_shrunken_16b",
    mistakes.ROUNDED,
    lambda s: round(rmse(SHRUNKEN, TRUTH), 2),
)
case(
    "16b root of the sum",
    "ex-16b",
    "rmse_observed_16b",
    mistakes.ROOT_OF_TOTAL,
    lambda s: float(np.sqrt(np.sum((OBSERVED - TRUTH) ** 2))),
)
case(
    "16b root of the sum, shrunken",
    "ex-16b",
    "rmse_shrunken_16b",
    mistakes.ROOT_OF_TOTAL,
    lambda s: float(np.sqrt(np.sum((SHRUNKEN - TRUTH) ** 2))),
)
case(
    "16b sd of errors",
    "ex-16b",
    "rmse_observed_16b",
    mistakes.SD_OF_ERRORS,
    lambda s: float((OBSERVED - TRUTH).std(ddof=1)),
)
case(
    "16b grand mean",
    "ex-16b",
    "rmse_shrunken_16b",
    mistakes.GRAND_MEAN,
    lambda s: rmse(np.full(18, OBSERVED.mean()), TRUTH),
)
case(
    "16b against observed",
    "ex-16b",
    "rmse_shrunken_16b",
    mistakes.NOT_WITH_TRUTH,
    lambda s: rmse(SHRUNKEN, OBSERVED),
)
case(
    "16b swapped",
    "ex-16b",
    "rmse_shrunken_16b",
    mistakes.SWAPPED_RMSE,
    lambda s: rmse(OBSERVED, TRUTH),
)
case(
    "16b in points",
    "ex-16b",
    "rmse_observed_16b",
    mistakes.THOUSANDTHS,
    lambda s: 1000 * rmse(OBSERVED, TRUTH),
)
