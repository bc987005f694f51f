"""Right work is right, from whatever library and in whatever style: none of these is refused."""

from decimal import Decimal
from types import SimpleNamespace

import matplotlib

matplotlib.use("Agg")

import bambi as bmb
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
import seaborn as sns
import seaborn.objects as so
import xarray as xr
from axes import new, on
from honest import honest_answers, mean_of_artist, new_artist, races_by, simulated_fit, song
from matplotlib import style
from scipy import stats
from wrong_answers import Student

from course.judging import reference
from course.judging.judge import judge
from course.judging.questions import QUESTIONS, plan
from course.submission.answers import collect

pytestmark = [pytest.mark.needs_data, pytest.mark.filterwarnings("ignore")]
RIGHT = ("correct", "needs marking", "confronted")
Y, ARTIST = "popularity", "artist"


@pytest.fixture(scope="module")
def student():
    return Student(seed=2, draws=2000)


@pytest.fixture(autouse=True)
def as_in_the_book():
    """The book's style, whose titles stand on the left."""
    with style.context("course.book"):
        yield
    plt.close("all")


def refused(exercise, answers):
    found = judge(exercise, collect(answers, plan(exercise)))
    return [verdict for verdict in found if verdict.name in answers and verdict.status not in RIGHT]


# --------------------------------------------------------------------------------------- fits


def hierarchical(s):
    """The parts of a hierarchical fit: (chain, draw) and (chain, draw, artist)."""
    posterior = s.hierarchical
    effect = posterior["1|artist"].transpose("chain", "draw", ...)
    labels = [str(label) for label in effect["artist__factor_dim"].values]
    parts = {
        "mu": posterior["Intercept"].values,
        "sigma_y": posterior["sigma"].values,
        "sigma_mu": posterior["1|artist_sigma"].values,
    }
    return parts, effect.values, labels


def labelled(parts, groups, labels, dim="artist"):
    """As PyMC returns it with coords."""
    data = {name: (("chain", "draw"), values) for name, values in parts.items()}
    data |= {name: (("chain", "draw", dim), values) for name, values in groups.items()}
    return xr.DataTree.from_dict({"posterior": xr.Dataset(data, {dim: labels})})


def in_order(values, labels, order):
    return values[..., [labels.index(label) for label in order]]


def standardised(s, name="z"):
    parts, effect, labels = hierarchical(s)
    return labelled(parts, {name: effect / parts["sigma_mu"][..., None]}, labels)


def only_means(s, dim="artist", **renamed):
    parts, effect, labels = hierarchical(s)
    parts = {renamed.get(name, name): values for name, values in parts.items()}
    mu = parts[renamed.get("mu", "mu")]
    return labelled(parts, {"mu_j": mu[..., None] + effect}, labels, dim)


def all_three(s):
    parts, effect, labels = hierarchical(s)
    groups = {
        "z": effect / parts["sigma_mu"][..., None],
        "b": effect,
        "theta": parts["mu"][..., None] + effect,
    }
    return labelled(parts, groups, labels)


def gibbs(s, order):
    parts, effect, labels = hierarchical(s)
    means = parts["mu"][..., None] + effect
    return parts | {"mu_j": in_order(means, labels, order)}


def flat(s):
    parts, effect, labels = hierarchical(s)
    flattened = {name: values.ravel() for name, values in parts.items()}
    effects = in_order(effect, labels, list(reference.artists()))
    return flattened | {"b_j": effects.reshape(-1, len(labels))}


def extracted(s):
    """As `az.extract` returns it."""
    return s.hierarchical.to_dataset().stack(sample=("chain", "draw"))


def one_chain(s):
    return xr.DataTree.from_dict({"posterior": s.hierarchical.to_dataset().isel(chain=[1])})


def after_predict(s):
    posterior = s.hierarchical.to_dataset()
    posterior["mu"] = posterior["Intercept"].expand_dims(__obs__=350, axis=2)
    return posterior


APPEARING = list(dict.fromkeys(reference.songs()[ARTIST].astype(str)))
HIERARCHICAL_FITS = {
    "standardised z": standardised,
    "standardised b": lambda s: standardised(s, "b"),
    "b_raw": lambda s: standardised(s, "b_raw"),
    "only mu_j": only_means,
    "only mu_j, other dimension": lambda s: only_means(s, "group"),
    "tau": lambda s: only_means(s, sigma_mu="tau"),
    "three parametrisations": all_three,
    "Gibbs in order of means": lambda s: gibbs(s, list(reference.artists())),
    "Gibbs in alphabetical order": lambda s: gibbs(s, sorted(reference.artists())),
    "Gibbs as artists appear": lambda s: gibbs(s, APPEARING),
    "flat arrays": flat,
    "stacked chains": extracted,
    "one chain": one_chain,
    "after predict": after_predict,
    "an object with a posterior": lambda s: SimpleNamespace(posterior=s.hierarchical.to_dataset()),
    "thinned": lambda s: s.hierarchical.to_dataset().isel(draw=slice(None, None, 4)),
    "Bambi's priors": lambda s: s.fit("hierarchical", "bambi"),
    "R's priors": lambda s: s.fit("hierarchical", "source"),
}


@pytest.mark.parametrize("form", HIERARCHICAL_FITS)
def test_hierarchical_fits(form, student):
    given = HIERARCHICAL_FITS[form](student)
    numbers = {
        name: value
        for name, value in honest_answers("ex-11", student.seed, student.draws).items()
        if name != "hierarchical"
    }
    if "priors" in form:
        posterior = given
        numbers = {
            "mu_median_11": posterior["Intercept"].median(),
            "sigma_y_median_11": posterior["sigma"].median(),
            "sigma_mu_median_11": posterior["1|artist_sigma"].median(),
        }
    assert not refused("ex-11", numbers | {"hierarchical": given})


def test_one_chain_is_right_with_a_remark(student):
    answers = collect({"hierarchical": one_chain(student)}, plan("ex-11"))
    verdict = judge("ex-11", answers)[0]
    assert verdict.status == "correct" and "one chain" in verdict.message


POOLED_FITS = {
    "data frame": lambda p: pd.DataFrame({"mu": p["Intercept"].values.ravel()}).assign(
        sigma=p["sigma"].values.ravel()
    ),
    "dictionary of lists": lambda p: {
        "mu": p["Intercept"].values.tolist(),
        "sigma": p["sigma"].values.tolist(),
    },
    "a grid of 60 values": lambda p: p.to_dataset().map(lambda v: (v * 8).round() / 8),
    "one chain": lambda p: {"mu": p["Intercept"].values[0], "sigma": p["sigma"].values[0]},
}


@pytest.mark.parametrize("form", POOLED_FITS)
def test_pooled_fits(form, student):
    assert not refused("ex-03", {"complete_pooled": POOLED_FITS[form](student.pooled)})


NO_POOLED_FITS = {
    "PyMC": lambda p: xr.Dataset(
        {
            "mu_j": (("chain", "draw", "artist"), p["artist"].values),
            "sigma": (("chain", "draw"), p["sigma"].values),
        },
        {"artist": p["artist_dim"].values},
    ),
    "alphabetical": lambda p: {
        "theta": p["artist"].sel(artist_dim=sorted(reference.artists())).values,
        "sigma": p["sigma"].values,
    },
}


@pytest.mark.parametrize("form", NO_POOLED_FITS)
def test_no_pooled_fits(form, student):
    assert not refused("ex-07", {"no_pooled": NO_POOLED_FITS[form](student.no_pooled)})


# ------------------------------------------------------------------- numbers, intervals, draws

INTERVALS = {
    "percentile": lambda d: np.percentile(d, [10, 90]),
    "list": lambda d: [round(float(q), 1) for q in np.quantile(d, [0.1, 0.9])],
    "xarray": lambda d: d.quantile([0.1, 0.9]),
    "two xarrays": lambda d: (d.quantile(0.1), d.quantile(0.9)),
    "series": lambda d: pd.Series(d.values.ravel()).quantile([0.1, 0.9]),
    "pandas interval": lambda d: pd.Interval(*np.quantile(d, [0.1, 0.9])),
    "decimals": lambda d: [Decimal(f"{q:.2f}") for q in np.quantile(d, [0.1, 0.9])],
    "strict quantiles": lambda d: np.quantile(d, [0.1, 0.9], method="lower"),
}


@pytest.mark.parametrize("form", INTERVALS)
def test_intervals(form, student):
    given = INTERVALS[form](student.pooled["Intercept"])
    answers = {"complete_pooled": student.pooled, "mu_80_03": given}
    assert not refused("ex-03", answers)


def test_an_interval_of_another_run(student):
    other = Student(seed=9, draws=2000).pooled["Intercept"]
    answers = {"complete_pooled": student.pooled, "mu_80_03": np.quantile(other, [0.1, 0.9])}
    assert not refused("ex-03", answers | {"mu_median_03": other.median()})


def predicted(s, posterior):
    mean = posterior["Intercept"].values.ravel()
    return stats.norm.rvs(mean, posterior["sigma"].values.ravel(), random_state=s.rng)


DRAWS = {
    "scipy": predicted,
    "series": lambda s, p: pd.Series(predicted(s, p)),
    "list": lambda s, p: predicted(s, p).tolist(),
    "shuffled": lambda s, p: s.rng.permutation(predicted(s, p)),
    "sorted": lambda s, p: np.sort(predicted(s, p)),
    "every fourth": lambda s, p: predicted(s, p)[::4],
    "drawn with replacement": lambda s, p: s.rng.choice(predicted(s, p), 10_000),
    "more than the fit has": lambda s, p: np.concatenate([predicted(s, p), predicted(s, p)]),
    "dataset": lambda s, p: xr.Dataset(
        {Y: (("chain", "draw"), song(s.rng, p, p["Intercept"]).values)}
    ),
    "one row of predict": lambda s, p: song(s.rng, p, p["Intercept"]).expand_dims(
        __obs__=1, axis=2
    ),
    "draws first": lambda s, p: song(s.rng, p, p["Intercept"]).transpose("draw", "chain"),
    "rounded": lambda s, p: predicted(s, p).round(1),
    "whole numbers": lambda s, p: predicted(s, p).round(),
}


@pytest.mark.parametrize("form", DRAWS)
def test_draws(form, student):
    given = DRAWS[form](student, student.pooled)
    assert not refused("ex-05a", {"complete_pooled": student.pooled, "mac_beats_05a": given})


def test_draws_of_the_hierarchical_model_from_another_run(student):
    other = Student(seed=9, draws=1000).hierarchical
    answers = {
        "hierarchical": student.hierarchical,
        "mac_beats_13": new_artist(student.rng, other).values.ravel(),
        "beyonce_13": song(student.rng, other, mean_of_artist(other, "Beyoncé")),
    }
    assert not refused("ex-13", answers)


# ---------------------------------------------------------------------------------------- tables


class Polars:
    """What we use of a polars data frame."""

    def __init__(self, table):
        self._table = table.rename_axis("artist").reset_index()
        self.columns = list(self._table)

    def get_column(self, name):
        return self._table[name].to_list()

    def to_dict(self, as_series=True):
        assert not as_series
        return {name: self._table[name].to_list() for name in self.columns}


TABLES = {
    "rounded": lambda t: t.round(1),
    "sorted": lambda t: t.sort_values("median"),
    "column of artists": lambda t: t.rename_axis("Artist").reset_index(),
    "more columns": lambda t: t.assign(width=t["upper"] - t["lower"], artist_code=range(len(t))),
    "capitals": lambda t: t.rename(columns=str.title),
    "dictionary": lambda t: t.to_dict(),
    "dictionary of lists": lambda t: t.rename_axis("artist").reset_index().to_dict("list"),
    "xarray": lambda t: t.rename_axis("artist").to_xarray(),
    "polars": Polars,
    "categorical index": lambda t: t.set_axis(pd.CategoricalIndex(t.index)),
}


@pytest.mark.parametrize("form", TABLES)
def test_tables(form, student):
    answers = honest_answers("ex-14", student.seed, student.draws)
    given = TABLES[form](answers["predictions_14"])
    assert not refused("ex-14", answers | {"predictions_14": given})


def test_a_table_of_no_pooled_predictions_from_means_and_draws(student):
    """(means + noise) by broadcasting, then quantiles over chains and draws."""
    means = student.no_pooled["artist"].values
    noise = student.no_pooled["sigma"].values[..., None] * student.rng.standard_normal(means.shape)
    lower, median, upper = np.quantile(means + noise, [0.1, 0.5, 0.9], axis=(0, 1))
    labels = student.no_pooled["artist_dim"].values
    table = pd.DataFrame({"lower": lower, "median": median, "upper": upper}, index=labels)
    assert not refused("ex-09b", {"no_pooled": student.no_pooled, "predictions_09b": table})


# ------------------------------------------------------------------------------------------ plots


def counted(s, **details):
    return np.histogram(s[Y], bins=15, **details)


def loop(s, draw):
    """A panel an artist, each with the artist as its title."""
    figure, axes = plt.subplots(7, 7)
    for ax, (artist, own) in zip(axes.ravel(), s.groupby(ARTIST, observed=True), strict=False):
        draw(ax, own[Y])
        ax.set_title(artist)
    return figure


def coded(s):
    return s.assign(code=s[ARTIST].cat.codes)


SONGS = {
    "value counts": lambda s: s[Y].value_counts().sort_index().plot.bar(ax=new()),
    "value counts, matplotlib": lambda s: on(
        lambda ax: ax.bar(*np.unique(s[Y], return_counts=True))
    ),
    "countplot": lambda s: sns.countplot(s, x=Y, ax=new()),
    "pd.cut": lambda s: pd.cut(s[Y], 12).value_counts().sort_index().plot.bar(ax=new()),
    "pd.cut, horizontal": lambda s: (
        pd.cut(s[Y], range(0, 101, 10)).value_counts().sort_index().plot.barh(ax=new())
    ),
    "poly": lambda s: sns.histplot(s, x=Y, element="poly", ax=new()),
    "poly, not filled": lambda s: sns.histplot(s, x=Y, element="poly", fill=False, ax=new()),
    "step, not filled": lambda s: sns.histplot(s, x=Y, element="step", fill=False, ax=new()),
    "bars of np.histogram": lambda s: on(lambda ax: ax.bar(counted(s)[1][:-1], counted(s)[0])),
    "wide bars of np.histogram": lambda s: on(
        lambda ax: ax.bar(counted(s)[1][:-1], counted(s)[0], np.diff(counted(s)[1]))
    ),
    "bars from edge to edge": lambda s: on(
        lambda ax: ax.bar(counted(s)[1][:-1], counted(s)[0], np.diff(counted(s)[1]), align="edge")
    ),
    "bars at the centres": lambda s: on(
        lambda ax: ax.bar((counted(s)[1][1:] + counted(s)[1][:-1]) / 2, counted(s)[0], width=3)
    ),
    "stairs": lambda s: on(lambda ax: ax.stairs(*counted(s))),
    "stacked by artist": lambda s: sns.histplot(s, x=Y, hue=ARTIST, multiple="stack", ax=new()),
    "quantile plot": lambda s: on(lambda ax: stats.probplot(s[Y], plot=ax)),
    "with a bell": lambda s: on(
        lambda ax: (
            ax.hist(s[Y], density=True),
            ax.plot(np.arange(0, 101), stats.norm.pdf(np.arange(0, 101), 58, 20)),
        )
    ),
    "pandas density": lambda s: s[Y].plot.kde(ax=new()),
    "smoothed a lot": lambda s: sns.kdeplot(s, x=Y, bw_adjust=2, ax=new()),
    "smoothed little": lambda s: sns.kdeplot(s, x=Y, bw_adjust=0.3, cut=0, ax=new()),
    "sorted songs": lambda s: on(lambda ax: ax.plot(np.sort(s[Y]), np.arange(1, 351) / 350)),
    "dots by number": lambda s: on(lambda ax: ax.plot(s[Y].to_numpy(), "o")),
    "swarm": lambda s: sns.swarmplot(s, x=Y, size=1, ax=new()),
    "objects, area": lambda s: so.Plot(s, x=Y).add(so.Area(), so.KDE()),
    "hist returned": lambda s: new().hist(s[Y], bins="auto", histtype="step"),
}
BY_ARTIST = {
    "displot with columns": lambda s: sns.displot(s, x=Y, col=ARTIST, col_wrap=8, height=1),
    "displot, densities": lambda s: sns.displot(
        s, x=Y, col=ARTIST, col_wrap=8, height=1, kind="kde", warn_singular=False
    ),
    "FacetGrid": lambda s: sns.FacetGrid(s, col=ARTIST, col_wrap=8, height=1).map(plt.hist, Y),
    "hist(by=)": lambda s: s.hist(Y, by=ARTIST),
    "titled loop": lambda s: loop(s, lambda ax, own: ax.hist(own)),
    "titled loop of densities": lambda s: loop(s, lambda ax, own: sns.kdeplot(x=own, ax=ax)),
    "titled loop of boxes": lambda s: loop(s, lambda ax, own: ax.boxplot(own)),
    "ECDF": lambda s: sns.ecdfplot(s, x=Y, hue=ARTIST, legend=False, ax=new()),
    "heatmap": lambda s: sns.heatmap(pd.crosstab(s[ARTIST], pd.cut(s[Y], 10)), ax=new()),
    "shares in a heatmap": lambda s: sns.heatmap(
        pd.crosstab(s[ARTIST], pd.cut(s[Y], 10), normalize="index"), ax=new()
    ),
    "image": lambda s: on(lambda ax: ax.imshow(pd.crosstab(s[ARTIST], pd.cut(s[Y], 10)))),
    "histogram of two": lambda s: sns.histplot(s, x=Y, y=ARTIST, ax=new()),
    "hist2d": lambda s: on(
        lambda ax: ax.hist2d(s[Y], coded(s)["code"], bins=(12, np.arange(45) - 0.5))
    ),
    "scatter by code": lambda s: coded(s).plot.scatter("code", Y, ax=new()),
    "scatter, popularity below": lambda s: on(lambda ax: ax.scatter(s[Y], s[ARTIST].cat.codes)),
    "dots": lambda s: on(lambda ax: ax.plot(s[ARTIST].astype(str), s[Y], ".")),
    "scatter by hue": lambda s: sns.scatterplot(
        s, x=ARTIST, y=Y, hue=ARTIST, legend=False, ax=new()
    ),
    "swarm": lambda s: sns.swarmplot(s, x=Y, y=ARTIST, size=1, ax=new()),
    "violins": lambda s: sns.violinplot(s, x=Y, y=ARTIST, ax=new()),
    "boxes": lambda s: sns.boxplot(s, x=ARTIST, y=Y, ax=new()),
    "letter values": lambda s: sns.boxenplot(s, y=ARTIST, x=Y, ax=new()),
    "catplot": lambda s: sns.catplot(s, y=ARTIST, x=Y, kind="box"),
    "pandas boxes": lambda s: s.boxplot(Y, by=ARTIST, ax=new()),
    "stacked": lambda s: sns.histplot(s, x=Y, hue=ARTIST, multiple="stack", ax=new()),
    "boxes of matplotlib": lambda s: on(
        lambda ax: ax.boxplot([own for _, own in s.groupby(ARTIST, observed=True)[Y]])
    ),
    "objects": lambda s: so.Plot(s, x=Y, y=ARTIST).add(so.Dot(), so.Jitter()),
    "those with ten songs": lambda s: sns.stripplot(
        s[s.groupby(ARTIST, observed=True)[Y].transform("size") >= 10].assign(
            artist=lambda t: t[ARTIST].astype(str)
        ),
        x=Y,
        y=ARTIST,
        ax=new(),
    ),
    "densities": lambda s: sns.kdeplot(
        s, x=Y, hue=ARTIST, common_norm=False, legend=False, warn_singular=False, ax=new()
    ),
}


@pytest.mark.parametrize("form", SONGS)
def test_plots_of_the_songs(form, spotify):
    assert not refused("ex-02", {"plot_02": SONGS[form](spotify)})


@pytest.mark.parametrize("form", BY_ARTIST)
def test_plots_by_artist(form, spotify):
    assert not refused("ex-06", {"plot_06": BY_ARTIST[form](spotify)})


# ------------------------------------------------------------------------------- slow chains


# ------------------------------------------------------------------------- beyond the lecture


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("exercise", [e for e in QUESTIONS if e.startswith("ex-b")])
def test_answers_beyond_the_lecture(exercise, seed):
    """Some are exact, and some from draws, as `honest` finds them."""
    assert refused(exercise, honest_answers(exercise, seed)) == []


#: How often each kind of sampler is tried, and what it is told.
SAMPLED = {"nutpie": (3, {"inference_method": "nutpie", "cores": 2}), "pymc": (1, {"cores": 2})}


@pytest.mark.parametrize("sampler", SAMPLED)
def test_the_next_race_from_a_sampler(sampler):
    seeds, told = SAMPLED[sampler]
    races, _ = races_by("runner")
    s = races["net"].std()
    priors = {
        "Intercept": bmb.Prior("Normal", mu=90, sigma=2.5 * s),
        "sigma": bmb.Prior("Exponential", lam=1 / s),
        "1|runner": bmb.Prior("Normal", mu=0, sigma=bmb.Prior("Exponential", lam=1 / s)),
    }
    model = bmb.Model("net ~ (1|runner)", races, priors=priors, noncentered=False)
    for seed in range(seeds):
        fit = model.fit(draws=1000, chains=4, random_seed=seed, progressbar=False, **told)
        draws = fit.posterior
        mean = draws["Intercept"] + draws["1|runner"].sel(runner__factor_dim="20")
        noise = np.random.default_rng(seed).standard_normal(mean.shape)
        race = (mean + draws["sigma"] * noise).values
        low, high = np.quantile(race, [0.1, 0.9])
        given = {"low_b7": low, "high_b7": high, "under_b7": np.mean(race < 100)}
        assert refused("ex-b7", given) == []


@pytest.mark.slow
@pytest.mark.parametrize("stays", [0.3, 0.6, 0.8])
def test_short_fits_of_chains_that_hardly_move_are_right(stays):
    """4 x 250 draws that stay where they are so often: 110 independent ones at the least."""
    wrong = []
    for seed in range(2000, 2200):
        for model, exercise in (("hierarchical", "ex-11"), ("complete_pooled", "ex-03")):
            given = simulated_fit(model, seed, 250, stays=stays)
            wrong += [(seed, verdict) for verdict in refused(exercise, {model: given})]
        simulated_fit.cache_clear()
    assert not wrong
