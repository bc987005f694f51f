"""Honest work on every exercise: what a student has in their notebook after doing it right.

`honest_answers("ex-11", seed=3, draws=250)` is a namespace with the declared names. Fits are
simulated: drawn from the exact posterior, four chains, each a Markov chain that sometimes stays
where it is, as a sampler's. `fit` runs a real sampler instead.
"""

from functools import cache

import matplotlib

matplotlib.use("Agg")

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.figure import Figure

from course.data import load_baseball, load_running, load_spotify
from course.exact import (
    Exponential,
    HierarchicalPriors,
    Normal,
    complete_pooled,
    hierarchical,
    hierarchical_from_summary,
    hierarchical_priors,
    no_pooled,
    no_pooled_priors,
    pooled_priors,
)
from course.fitting.settings import CHAINS
from course.judging import reference, shrinkage_example

#: What Bambi calls the quantities of each model, and the dimension of artists.
BAMBI_NAMES = {
    "complete_pooled": {"mu": "Intercept", "sigma": "sigma"},
    "no_pooled": {"sigma": "sigma", "mu_j": "artist", "group": "artist_dim"},
    "hierarchical": {
        "mu": "Intercept",
        "sigma_y": "sigma",
        "sigma_mu": "1|artist_sigma",
        "b_j": "1|artist",
        "group": "artist__factor_dim",
    },
}
LETTERS = {
    "typical_00": "c",
    "artist_00": "a",
    "within_00": "b",
    "between_00": "d",
    "meaning_03": "b",
    "limits_06": "c",
    "mac_beats_08": "b",
    "shape_10": "a",
    "answer_12": "c",
    "most_15a": "b",
    "open_b4": "b",
    "new_b4": "c",
    "critic_b4": "d",
    "ends_b10": "a",
    "middle_b10": "b",
    "slope_b10": "c",
    "whom_b13": "c",
}
TEXT = "A sentence that is long enough for an instructor to read."
UNSEEN = "The levels (Macalester Beats) in 'artist' are not present in the original data set."


# -------------------------------------------------------------------------------- simulated fits


@cache
def simulated_fit(
    model: str, seed: int, draws: int, priors: str = "chapter", stays: float = 0.3
) -> xr.DataTree:
    """A fit as Bambi returns it, with draws from the exact posterior.

    stays: probability that a chain stays where it is for one more draw, which divides the
    effective sample size by (1 + stays) / (1 - stays).
    """
    rng = np.random.default_rng([seed, draws, len(model), len(priors)])
    names = BAMBI_NAMES[model]
    exact = reference.posterior(model, priors).draws(CHAINS * draws, rng, names.keys() - {"group"})
    moves = rng.uniform(size=(CHAINS, draws)) >= stays
    moves[:, 0] = True
    last = np.maximum.accumulate(np.where(moves, np.arange(draws), 0), axis=1)
    rows = xr.DataArray(last + draws * np.arange(CHAINS)[:, None], dims=("chain", "draw"))
    kept = exact.drop_vars("draw").isel(draw=rows).rename(names)
    kept = kept.assign_coords(draw=np.arange(draws), chain=np.arange(CHAINS))
    return xr.DataTree.from_dict({"posterior": kept})


# ------------------------------------------------------------------------------------- real fits

#: How students may run a fit: arguments of `model.fit`.
SAMPLERS = {
    "low-rank": {"inference_method": "nutpie", "nuts": {"adaptation": "low_rank"}},
    "nutpie": {"inference_method": "nutpie"},
    "pymc": {"cores": 1},
}


@cache
def bambi_model(model: str, priors: str):
    """The Bambi model, under the chapter's priors or Bambi's own."""
    import bambi as bmb

    songs = reference.songs()
    y = songs["popularity"]
    sd = y.std()
    sigma = bmb.Prior("Exponential", lam=1 / sd)
    if model == "hierarchical":
        own = (
            None
            if priors == "bambi"
            else {
                "Intercept": bmb.Prior("Normal", mu=50, sigma=2.5 * sd),
                "sigma": sigma,
                "1|artist": bmb.Prior(
                    "Normal",
                    mu=0,
                    sigma=bmb.Prior("Exponential", lam=1 / sd if priors == "chapter" else 1),
                ),
            }
        )
        return bmb.Model(
            "popularity ~ (1|artist)", songs, priors=own, noncentered=priors == "bambi"
        )
    formula = "popularity ~ 1" if model == "complete_pooled" else "popularity ~ 0 + artist"
    return bmb.Model(formula, songs, priors=None if priors == "bambi" else {"sigma": sigma})


@cache
def fit(
    model: str, seed: int, draws: int, priors: str = "chapter", sampler: str = "nutpie"
) -> xr.DataTree:
    """A real fit, four chains."""
    return bambi_model(model, priors).fit(
        draws=draws, chains=CHAINS, random_seed=seed, progressbar=False, **SAMPLERS[sampler]
    )


# --------------------------------------------------------------------------------------- answers


def honest_answers(
    exercise: str, seed: int = 0, draws: int = 1000, make_fit=simulated_fit, **details
) -> dict:
    """The declared names of an exercise with right answers; make_fit(model, seed, draws, ...)."""
    rng = np.random.default_rng([seed, draws])
    names = SOLUTIONS[exercise](rng, lambda model: make_fit(model, seed, draws, **details))
    return {name: LETTERS[name] for name in CHOSEN.get(exercise, [])} | names


CHOSEN = {
    "ex-00": ["typical_00", "artist_00", "within_00", "between_00"],
    "ex-03": ["meaning_03"],
    "ex-06": ["limits_06"],
    "ex-08": ["mac_beats_08"],
    "ex-10": ["shape_10"],
    "ex-12": ["answer_12"],
    "ex-15a": ["most_15a"],
    "ex-b4": ["open_b4", "new_b4", "critic_b4"],
    "ex-b10": ["ends_b10", "middle_b10", "slope_b10"],
    "ex-b13": ["whom_b13"],
}


def mean_of_artist(posterior, label):
    """mu_j, from a hierarchical or a no pooled fit."""
    if "1|artist" in posterior:
        return posterior["Intercept"] + posterior["1|artist"].sel(artist__factor_dim=label)
    if "artist" in posterior:
        return posterior["artist"].sel(artist_dim=label)
    return posterior["Intercept"]


def song(rng, posterior, mean):
    """One song a draw, around the mean."""
    return mean + posterior["sigma"] * rng.standard_normal(posterior["sigma"].shape)


def new_artist(rng, posterior):
    noise = rng.standard_normal(posterior["sigma"].shape)
    return song(rng, posterior, posterior["Intercept"] + posterior["1|artist_sigma"] * noise)


def interval(draws, prob=0.8):
    tail = (1 - prob) / 2
    return tuple(np.quantile(np.asarray(draws), [tail, 1 - tail]))


def predictions(rng, posterior, prob=0.8, draw=song):
    tail = (1 - prob) / 2
    rows = {
        label: np.quantile(
            draw(rng, posterior, mean_of_artist(posterior, label)), [tail, 0.5, 1 - tail]
        )
        for label in reference.artists()
    }
    return pd.DataFrame.from_dict(rows, orient="index", columns=["lower", "median", "upper"])


def _ex_03(rng, fit_of):
    fitted = fit_of("complete_pooled")
    mu = fitted.posterior["Intercept"]
    return {
        "complete_pooled": fitted,
        "mu_median_03": float(mu.median()),
        "mu_80_03": mu.quantile([0.1, 0.9]),
    }


def _ex_05a(rng, fit_of):
    fitted = fit_of("complete_pooled")
    posterior = fitted.posterior
    mac, beyonce = (song(rng, posterior, posterior["Intercept"]) for _ in range(2))
    return {
        "complete_pooled": fitted,
        "mac_beats_05a": mac,
        "beyonce_05a": beyonce.values.ravel(),
        "mac_beats_80_05a": interval(mac),
    }


def _predictions(name, model, *texts_asked):
    def solve(rng, fit_of):
        fitted = fit_of(model)
        texts = dict.fromkeys(texts_asked, TEXT)
        return {model: fitted, name: predictions(rng, fitted.posterior)} | texts

    return solve


def _ex_07(rng, fit_of):
    fitted = fit_of("no_pooled")
    mia_x = mean_of_artist(fitted.posterior, "Mia X")
    return {
        "no_pooled": fitted,
        "mia_x_median_07": np.median(mia_x),
        "mia_x_80_07": list(interval(mia_x)),
        "meaning_07": TEXT,
    }


def _ex_11(rng, fit_of):
    fitted = fit_of("hierarchical")
    return {
        "hierarchical": fitted,
        "mu_median_11": fitted.posterior["Intercept"].median(),
        "sigma_y_median_11": round(float(fitted.posterior["sigma"].median()), 1),
        "sigma_mu_median_11": np.array(fitted.posterior["1|artist_sigma"].median()),
    }


def _ex_13(rng, fit_of):
    fitted = fit_of("hierarchical")
    posterior = fitted.posterior
    mac = new_artist(rng, posterior)
    beyonce = song(rng, posterior, mean_of_artist(posterior, "Beyoncé"))
    return {
        "hierarchical": fitted,
        "mac_beats_13": mac,
        "beyonce_13": beyonce,
        "mac_beats_80_13": interval(mac),
        "beyonce_80_13": interval(beyonce),
        "why_13": TEXT,
    }


def _ex_15a(rng, fit_of):
    fitted = fit_of("hierarchical")
    mean = {
        label: float(mean_of_artist(fitted.posterior, label).mean())
        for label in reference.artists()
    }
    shift = pd.Series(mean) - reference.sample_means().rename(index=str)
    table = shift.sort_values().rename_axis("artist").reset_index(name="shift")
    return {"hierarchical": fitted, "shift_15a": table}


def _ex_15b(rng, fit_of):
    fitted = fit_of("hierarchical")
    ocean, kingston = (
        float(mean_of_artist(fitted.posterior, label).median())
        for label in ("Frank Ocean", "Sean Kingston")
    )
    return {"hierarchical": fitted, "ocean_15b": ocean, "kingston_15b": kingston, "why_15b": TEXT}


def _ex_16b(rng, fit_of):
    players = load_baseball()
    average, truth = players["hits"] / players["at_bats"], players["remainder_average"]
    shrunken = shrinkage_example.shrunken(average.to_numpy(), 45)
    return {
        "rmse_observed_16b": round(shrinkage_example.rmse(average, truth), 3),
        "rmse_shrunken_16b": round(shrinkage_example.rmse(shrunken, truth), 3),
        "why_16b": TEXT,
    }


def _plot_02(rng, fit_of):
    ax = Figure().subplots()
    ax.hist(reference.songs()["popularity"], bins=20)
    return {"plot_02": ax, "assessment_02": TEXT}


def _plot_06(rng, fit_of):
    songs = reference.songs()
    ax = Figure().subplots()
    ax.boxplot(
        [group for _, group in songs.groupby("artist", observed=True)["popularity"]],
        tick_labels=list(reference.artists()),
    )
    return {"plot_06": ax, "spread_06": TEXT}


def _plot_10(rng, fit_of):
    ax = Figure().subplots()
    ax.hist(reference.sample_means())
    return {"plot_10": ax}


def _guessed_04(rng, fit_of):
    later = _ex_05a(rng, fit_of) | SOLUTIONS["ex-05b"](rng, fit_of)
    return later | {"mia_x_04": 58.0, "beyonce_04": 58, "mac_beats_04": np.float64(58)}


def _guessed_08(rng, fit_of):
    later = SOLUTIONS["ex-09a"](rng, fit_of) | SOLUTIONS["ex-09b"](rng, fit_of)
    return later | {"mia_x_08": 13, "beyonce_08": 70}


def _ex_b1(rng, fit_of):
    songs = reference.songs().query("artist == 'Lil Skies'")["popularity"]
    prior, data = 6**-2, len(songs) / 14**2
    weight = data / (prior + data)
    return {
        "weight_b1": round(weight, 2),
        "mean_b1": 52 * (1 - weight) + songs.mean() * weight,
        "sd_b1": round(np.sqrt(1 / (prior + data)), 1),
    }


def some_songs(*artists):
    """Songs of some artists, and the exact posterior that they give."""
    songs = reference.songs()
    some = songs[songs["artist"].isin(artists)]
    priors = hierarchical_priors(songs["popularity"], "chapter")
    return some, hierarchical(some["popularity"], some["artist"], priors)


def _ex_b2(rng, fit_of):
    _, fitted = some_songs("Röyksopp", "TV Noise", "The xx", "J. Cole")
    lower, upper = fitted.mu_new().interval(0.8)
    half = 1.2815515655 * fitted["sigma_mu"].median
    return {"plugged_b2": 2 * half, "averaged_b2": round(upper - lower, 1), "why_b2": TEXT}


def tracks_fit(*columns):
    """All rows that differ in some columns, and the exact posterior that they give."""
    rows = load_spotify(columns="all").drop_duplicates(list(columns or ["track_id"]))
    priors = hierarchical_priors(rows["popularity"], "chapter")
    return rows, hierarchical(rows["popularity"], rows["artist"].astype(str), priors)


def _ex_b5(rng, fit_of):
    her_mean = tracks_fit()[1].mu_j("Beyoncé")
    means = her_mean.quantile(rng.random(8_000))
    lower, upper = her_mean.interval(0.8)
    return {"mean_b5": means.mean(), "width_b5": round(upper - lower, 1), "doubled_b5": "b"}


def simulated_sets(rng, songs, draws=8_000):
    """So many new songs by House Of Pain in each draw, from the model of the tracks."""
    of_draw = tracks_fit()[1].draws(draws, rng, ["sigma_y", "mu_j"], ["House Of Pain"])
    means = of_draw["mu_j"].to_numpy().reshape(-1, 1)
    return rng.normal(means, of_draw["sigma_y"].to_numpy()[:, None], size=(draws, songs))


def _ex_b6(rng, fit_of):
    return {
        "best_b6": (simulated_sets(rng, songs=5).max(axis=1) >= 74).mean(),
        "one_b6": (simulated_sets(rng, songs=1) >= 74).mean(),
        "why_b6": TEXT,
    }


@cache
def cole(known=2):
    """Three exact posteriors that know the first tracks of J. Cole, and his other tracks."""
    tracks = load_spotify(columns="all").drop_duplicates("track_id")
    tracks = tracks[["artist", "popularity"]].astype({"artist": str})
    others = tracks[tracks["artist"] == "J. Cole"].iloc[known:]
    seen = tracks.drop(others.index)
    y, artist = seen["popularity"], seen["artist"]
    fits = {
        "partial": hierarchical(y, artist, hierarchical_priors(y, "chapter")),
        "no": no_pooled(y, artist, **no_pooled_priors(y, artist)),
        "complete": complete_pooled(y, **pooled_priors(y)),
    }
    return fits, others["popularity"]


def _ex_b3(rng, fit_of):
    fits, others = cole()
    partial, alone = (fits[name].predict("J. Cole") for name in ("partial", "no"))
    lower, upper = partial.interval()
    gain = [np.log(partial.pdf(y) / alone.pdf(y)) for y in others]
    return {"mean_b3": round(partial.mean, 1), "width_b3": upper - lower, "gain_b3": np.mean(gain)}


@cache
def races_by(column):
    """The races, and their exact posterior in groups."""
    races = load_running().dropna()
    s = races["net"].std()
    priors = HierarchicalPriors(
        mu=Normal(90, 2.5 * s), sigma_y=Exponential(1 / s), sigma_mu=Exponential(1 / s)
    )
    return races, hierarchical(races["net"], races[column], priors)


def _ex_b7(rng, fit_of):
    _, fitted = races_by("runner")
    found = fitted.draws(4000, rng, {"sigma_y", "mu_j"})
    race = rng.normal(found["mu_j"].sel(group=20), found["sigma_y"])
    low, high = np.quantile(race, [0.1, 0.9])
    return {"low_b7": low, "high_b7": round(high, 1), "under_b7": (race < 100).mean()}


def _ex_b8(rng, fit_of):
    races, fitted = races_by("age")
    found = fitted.draws(4000, rng, {"sigma_y", "sigma_mu", "mu_j"})
    share = found["sigma_mu"] ** 2 / (found["sigma_mu"] ** 2 + found["sigma_y"] ** 2)
    own = races.loc[races["age"] == 60, "net"].mean()
    return {
        "share_b8": share.mean(),
        "pull_b8": float(found["mu_j"].sel(group=60).mean() - own),
        "why_b8": TEXT,
    }


def five(lam=1 / 20):
    """The posterior of five artists of whom one knows the truth."""
    priors = HierarchicalPriors(
        mu=Normal(50, 50), sigma_y=Exponential(1 / 20), sigma_mu=Exponential(lam)
    )
    return hierarchical_from_summary(
        np.array([1, 2, 2, 4, 8]), [31, 58, 44, 70, 61], 2600, range(5), priors
    )


def _ex_b9(rng, fit_of):
    found = five().draws(20_000, rng, {"mu", "sigma_mu", "sigma_y", "mu_j"})
    song = rng.normal(found["mu_j"].sel(group=0), found["sigma_y"])
    return {
        "mu_b9": float((found["mu"] < 48).mean()),
        "sigma_mu_b9": round(five()["sigma_mu"].cdf(14), 2),
        "next_b9": (song < 70).mean(),
    }


def _ex_b12(rng, fit_of):
    _, fitted = some_songs("Au/Ra", "C-Kan", "Hinder", "NODE", "Placebo", "Zeds Dead")
    between, within = (fitted[f"sigma_{name}"].median ** 2 for name in ("mu", "y"))
    return {
        "weight_b12": between / (between + within / 5),
        "neck_b12": round(fitted["sigma_mu"].cdf(2), 2),
        "trust_b12": TEXT,
    }


def _ex_b13(rng, fit_of):
    fitted = tracks_fit()[1]
    mu_j = fitted.draws(20_000, rng, ["mu_j"])["mu_j"]
    ahead = mu_j.sel(group="Sean Kingston") > mu_j.sel(group="Alok")
    five = ["Camilo", "Camila Cabello", "Lil Skies", "J. Cole", "Frank Ocean"]
    songs = fitted.draws(20_000, rng, ["predict"], five)["predict"]
    return {
        "ahead_b13": ahead.mean().item(),
        "hits_b13": round((songs > 85).sum("group").mean().item(), 2),
    }


def _ex_b14(rng, fit_of):
    five = ["Camilo", "Camila Cabello", "Lil Skies", "J. Cole", "Beyoncé"]
    songs = tracks_fit()[1].draws(20_000, rng, ["predict"], five)["predict"].mean("group")
    return {
        "promise_b14": round(songs.mean().item(), 1),
        "low_b14": round(songs.quantile(0.1).item(), 1),
        "report_b14": TEXT,
    }


def _same(**names):
    return lambda rng, fit_of: names


SOLUTIONS = {
    "ex-00": _same(),
    "ex-01": _same(group_01="Fine!", guess_01=50, mu_median_03=58.4),
    "ex-02": _plot_02,
    "ex-03": _ex_03,
    "ex-04": _guessed_04,
    "ex-05a": _ex_05a,
    "ex-05b": _predictions("predictions_05b", "complete_pooled", "bummer_05b"),
    "ex-06": _plot_06,
    "ex-07": _ex_07,
    "ex-08": _guessed_08,
    "ex-09a": _same(reply_09a=ValueError(UNSEEN), bummer_09a=TEXT),
    "ex-09b": _predictions("predictions_09b", "no_pooled", "description_09b"),
    "ex-10": _plot_10,
    "ex-11": _ex_11,
    "ex-12": _same(description_14=TEXT),
    "ex-13": _ex_13,
    "ex-14": _predictions("predictions_14", "hierarchical", "description_14", "spread_14"),
    "ex-15a": _ex_15a,
    "ex-15b": _ex_15b,
    "ex-16a": _same(why_16a=TEXT),
    "ex-16b": _ex_16b,
    "ex-17a": _same(variance_17a=TEXT),
    "ex-17b": _same(bias_17b=TEXT),
    "ex-b1": _ex_b1,
    "ex-b2": _ex_b2,
    "ex-b5": _ex_b5,
    "ex-b6": _ex_b6,
    "ex-b3": _ex_b3,
    "ex-b4": _same(warning_b4=TEXT),
    "ex-b7": _ex_b7,
    "ex-b8": _ex_b8,
    "ex-b9": _ex_b9,
    "ex-b10": _same(flat_b10=TEXT),
    "ex-b11": _same(songs_b11=69, form_b11="b", why_b11=TEXT),
    "ex-b12": _ex_b12,
    "ex-b13": _ex_b13,
    "ex-b14": _ex_b14,
}
