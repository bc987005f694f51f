"""The exact distributions that answers are judged against, computed from the data when asked for.

A quantity is named by its model ("complete_pooled", "no_pooled", "hierarchical") and its target
(`course.exact.Target`). Everything is cached, for each data set that answers are judged by
(`judged_data`); nothing is stored on disk.
"""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from course import exact
from course.data import spotify_songs
from course.exact import (
    Exponential,
    HalfStudentT,
    Marginal,
    Normal,
    NormalMixture,
    Target,
    hierarchical_priors,
)
from course.judging.judged_data import cached, judged
from course.ledger import published as ledger

#: An answer is right under any of these: the source's, this book's, Bambi's own.
ACCEPTED_PRIORS = ("source", "chapter", "bambi")
#: A known mistake: one song of an artist drawn from the observed ones.
RESAMPLED = Target("predict_resampled")
#: Known mistakes in the prediction of a song: the variance of what is added to a mean, from the
#: sd within artists and the one between them.
MISTAKEN_NOISE = {
    "predict, sd between artists": lambda within, between: between**2,
    "predict, both sds": lambda within, between: within**2 + between**2,
    "predict, sds added": lambda within, between: (within + between) ** 2,
    "predict, sd within twice": lambda within, between: 2 * within**2,
    "predict, sd between twice": lambda within, between: 2 * between**2,
    "predict, squared": lambda within, between: within**4,
    "predict, effect": lambda within, between: within**2,
}


@cached
def songs() -> pd.DataFrame:
    """The songs that answers are judged by; `DataNotFoundError` if there is no copy."""
    return spotify_songs(judged())


@cached
def artists() -> tuple[str, ...]:
    """Their artists, from the lowest to the highest mean popularity."""
    return tuple(songs()["artist"].cat.categories)


@cached
def sample_means() -> pd.Series:
    """Mean popularity of each artist's songs, in the order of `artists`."""
    return songs().groupby("artist", observed=True)["popularity"].mean()


@cached
def posterior(model: str, priors: str):
    """The exact posterior of a model under a named set of priors.

    "literal" and "literal both" are mistaken ones: Exp(1) on sigma_mu, or on both standard
    deviations of the hierarchical model.
    """
    if priors == "literal both":
        y = songs()["popularity"]
        both = replace(hierarchical_priors(y, "literal"), sigma_y=Exponential(1.0))
        return exact.hierarchical(y, songs()["artist"], both)
    if model == "hierarchical" or priors != "bambi":
        return ledger.posterior_of(songs(), model, priors)
    y, artist = songs()["popularity"], songs()["artist"]
    sd = float(y.std(ddof=0))
    sigma = HalfStudentT(nu=4, sigma=sd)
    if model == "complete_pooled":
        return exact.complete_pooled(y, mu=Normal(float(y.mean()), 2.5 * sd), sigma=sigma)
    return exact.no_pooled(y, artist, sigma=sigma)


@cached
def marginal(model: str, target: Target, priors: str) -> Marginal:
    """The exact distribution of a target; KeyError if the model has no such target."""
    if model == "one artist":
        own = songs()["popularity"][(songs()["artist"] == target.label).to_numpy()]
        return exact.complete_pooled(own).marginal(Target("mu"))
    fitted = posterior(model, priors)
    if target == RESAMPLED:
        return _resampled_artists(fitted)
    if target.name in MISTAKEN_NOISE:
        return _with_noise(fitted, model, target)
    return fitted.marginal(target)


def _resampled_artists(fitted: exact.Hierarchical) -> NormalMixture:
    """One song of an artist drawn from the observed ones.

    Each artist's prediction is taken to be normal, which moves no quantile by 0.01 (it is a known
    mistake that is computed here, not a right answer).
    """
    each = fitted.summary("predict")
    return NormalMixture(
        each["mean"].to_numpy(), each["sd"].to_numpy(), np.full(len(each), 1 / len(each))
    )


def _with_noise(fitted: Any, model: str, target: Target) -> NormalMixture:
    """A mean and a song around it with a mistaken sd, as if the sds were known.

    The mean of an artist where the target has a label, else mu. As sds vary little, that moves no
    quantile by much (it is a known mistake, not a right answer).
    """
    name = "b_j" if target.name == "predict, effect" else "mu_j" if target.label else "mu"
    mean = fitted.marginal(Target(name, target.label))
    sds = ("sigma_y", "sigma_mu") if model == "hierarchical" else ("sigma", "sigma")
    within, between = (
        np.hypot(each.mean, each.sd) for each in map(fitted.marginal, map(Target, sds))
    )
    variance = MISTAKEN_NOISE[target.name](within, between)
    return NormalMixture(mean.means, np.sqrt(mean.sds**2 + variance), mean.weights)


# ------------------------------------------------------------------------------ what is expected


@cached
def expected(
    model: str, target: Target, statistic: str, prob: float, priors: str
) -> tuple[np.ndarray, np.ndarray]:
    """Values of a statistic, and the Monte Carlo standard error of each from one single draw.

    statistic: "median", "mean", "interval" (equal-tailed, `prob`), "hdi" (`prob`) or "mean +- sd".
    Divide the errors by the square root of the effective sample size.
    """
    if model == "data":
        values = of_data(target, statistic, prob)
        return values, np.zeros_like(values)
    distribution = marginal(model, target, priors)
    if statistic == "mean":
        return np.array([distribution.mean]), np.array([distribution.sd])
    match statistic:
        case "median":
            values = np.array([distribution.median])
        case "interval":
            values = np.array(distribution.interval(prob))
        case "hdi":
            values = np.array(distribution.hdi(prob))
        case "mean +- sd":
            values = distribution.mean + distribution.sd * np.array([-1, 1])
        case _:
            raise KeyError(f"There is no statistic {statistic!r}.")
    p = np.asarray(distribution.cdf(values))
    return values, np.sqrt(p * (1 - p)) / distribution.pdf(values)


def of_data(target: Target, statistic: str, prob: float) -> np.ndarray:
    """A statistic of the data themselves: "songs", all or of one artist, "means", or "sds".

    statistic: "median", "mean", "sd" or "interval"; the result has shape (1,) or (2,).
    """
    by_artist = songs().groupby("artist", observed=True)["popularity"]
    match target.name:
        case "means":
            values = sample_means()
        case "sds":
            values = by_artist.std()
        case _:
            values = by_artist.get_group(target.label) if target.label else songs()["popularity"]
    if statistic == "interval":
        return values.quantile([(1 - prob) / 2, (1 + prob) / 2]).to_numpy()
    summary = {"median": values.median, "mean": values.mean, "sd": values.std}[statistic]
    return np.array([float(summary())])


@cached
def own_quantiles(prob: float) -> np.ndarray:
    """Quantiles of each artist's own songs: lower, median, upper; shape (artists, 3)."""
    by_artist = songs().groupby("artist", observed=True)["popularity"]
    probs = [(1 - prob) / 2, 0.5, (1 + prob) / 2]
    return by_artist.quantile(probs).unstack().loc[list(artists())].to_numpy()


@cached
def own_sds(prob: float) -> np.ndarray:
    """Mean and normal interval of each artist's songs, with their own sd; shape (artists, 3)."""
    sds = songs().groupby("artist", observed=True)["popularity"].std().loc[list(artists())]
    reach = float(stats.norm.ppf((1 + prob) / 2)) * sds.to_numpy()
    means = sample_means().to_numpy()
    return np.column_stack([means - reach, means, means + reach])


@cached
def expected_table(
    model: str, target: Target, columns: tuple[str, ...], prob: float, priors: str
) -> tuple[np.ndarray, np.ndarray]:
    """The same for each artist, in the order of `artists`: two arrays (artists, columns).

    target: by its name alone, "predict", "mu_j", "b_j", or "shift" (of the posterior mean of mu_j
    from the artist's sample mean). The errors are those of a normal distribution, which all of
    these nearly are.
    """
    fitted = posterior(model, priors)
    if model == "complete_pooled":
        one = marginal(model, Target("predict" if target.name == "predict" else "mu"), priors)
        lower, upper = one.interval(prob)
        row = {"mean": one.mean, "sd": one.sd, "median": one.median, "lower": lower, "upper": upper}
        table = pd.DataFrame([row] * len(artists()), index=artists())
    else:
        which = "mu_j" if target.name == "shift" else target.name
        table = fitted.summary(which, prob=prob)
        table = table.loc[list(artists())]
    table["shift"] = table["mean"] - sample_means().to_numpy()
    tail = (1 - prob) / 2
    at_tail = np.sqrt(tail * (1 - tail)) / stats.norm.pdf(stats.norm.ppf(tail))
    relative = {
        "lower": at_tail,
        "upper": at_tail,
        "median": np.sqrt(np.pi / 2),
        "mean": 1.0,
        "shift": 1.0,
    }
    errors = np.outer(table["sd"], [relative[column] for column in columns])
    return table[list(columns)].to_numpy(), errors
