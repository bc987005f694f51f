"""Truths of the chapter on ranking artists and choosing among them."""

from collections.abc import Callable
from functools import cache
from itertools import combinations

import numpy as np
import xarray as xr
from scipy.stats import multivariate_normal, norm

from course.ledger.claims.world import World
from course.ledger.ours import Chapter, Estimate

chapter = Chapter("beyond/07-whom-to-sign")
DRAWS, SPLITS = 100_000, 2000


@cache
def drawn(world: World) -> xr.DataArray:
    """Independent draws of all artists' means."""
    return world.of_tracks.hierarchical.draws(DRAWS, 84735, ["mu_j"])["mu_j"]


def share_of_draws(world: World, event: Callable[[xr.DataArray], xr.DataArray]) -> Estimate:
    """How often an event happens in independent draws of all artists' means."""
    p = float(event(drawn(world)).mean())
    return Estimate(p, (p * (1 - p) / DRAWS) ** 0.5)


def ahead_of(mu_j: xr.DataArray, artist: str) -> xr.DataArray:
    """The number of artists who are ahead of one, in each draw."""
    return (mu_j > mu_j.sel(group=artist)).sum("group")


@chapter.number("decide-first-camilo", "probability that Camilo is first", 0.02, "mean")
def camilo_first(world: World) -> Estimate:
    return share_of_draws(world, lambda mu_j: ahead_of(mu_j, "Camilo") == 0)


@chapter.number(
    "decide-top-five-kingston", "probability that Sean Kingston is among five", 0.02, "mean"
)
def kingston_among_five(world: World) -> Estimate:
    return share_of_draws(world, lambda mu_j: ahead_of(mu_j, "Sean Kingston") < 5)


@chapter.number("decide-kingston-cabello", "Kingston's mean above Cabello's", 0.02, "mean")
def kingston_above_cabello(world: World) -> Estimate:
    return share_of_draws(
        world, lambda mu_j: mu_j.sel(group="Sean Kingston") > mu_j.sel(group="Camila Cabello")
    )


@chapter.number("decide-hit-kingston", "a song by Sean Kingston reaches 80", 0.01, "mean")
def hit_by_kingston(world: World) -> float:
    return float(1 - world.of_tracks.hierarchical.predict("Sean Kingston").cdf(80))


@chapter.number("decide-hit-beyonce", "a song by Beyoncé reaches 80", 0.01, "mean")
def hit_by_beyonce(world: World) -> float:
    return float(1 - world.of_tracks.hierarchical.predict("Beyoncé").cdf(80))


def pairs(world: World, sigma_mu: float = 3, sigma_y: float = 13) -> tuple[float, float]:
    """How many pairs are decided at 95 % without pooling, and how many the wrong way round.

    The difference of two sample means and that of the true ones are normal, with a correlation
    that is known before there are any data.
    """
    decided = wrong = 0.0
    for n_j, n_k in combinations(world.of_tracks.artists["count"], 2):
        noise = sigma_y**2 * (1 / n_j + 1 / n_k)
        true = 2 * sigma_mu**2
        limit = norm.ppf(0.975) * (noise / (true + noise)) ** 0.5
        correlation = (true / (true + noise)) ** 0.5
        both = multivariate_normal([0, 0], [[1, -correlation], [-correlation, 1]])
        decided += 2 * norm.sf(limit)
        wrong += 2 * both.cdf([-limit, 0])
    return float(decided), float(wrong)


@chapter.number("decide-pairs-decided", "pairs decided without pooling, sigma_mu 3", matters=20)
def pairs_decided(world: World) -> float:
    return pairs(world)[0]


@chapter.number("decide-pairs-wrong", "of these, the wrong way round", matters=5)
def pairs_wrong(world: World) -> float:
    return pairs(world)[1]


@chapter.number("decide-raw-excess", "points that five raw means promise too much", matters=2)
def raw_excess(world: World) -> Estimate:
    """From splits of its own: half of each artist's tracks to choose by, the others to look at."""
    by_artist = world.of_tracks.songs.groupby("artist", observed=True)["popularity"]
    songs = [own.to_numpy() for _, own in by_artist]
    rng, found = np.random.default_rng(1), []
    for _ in range(SPLITS):
        shuffled = [rng.permutation(own) for own in songs]
        seen = np.array([own[: len(own) // 2].mean() for own in shuffled])
        hidden = np.array([own[len(own) // 2 :].mean() for own in shuffled])
        found.append((seen - hidden)[np.argsort(seen)[-5:]].mean())
    return Estimate(float(np.mean(found)), float(np.std(found, ddof=1)) / SPLITS**0.5)
