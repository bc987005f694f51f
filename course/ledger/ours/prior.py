"""Truths of the chapter on where an artist's prior comes from.

What is conditional on both standard deviations comes from the covariance of the artists' means,
without the weighted sums that the chapter and `course.exact` use.
"""

import numpy as np
from scipy import linalg, optimize

from course.exact import Marginal
from course.ledger.claims.world import World
from course.ledger.ours import Chapter, Estimate

chapter = Chapter("beyond/01-prior")
DRAWS = 400_000


class Means:
    """The artists' sample means as one normal vector, given both standard deviations.

    The mean of each is 50. Any two share the prior variance of mu; each has sigma_mu² and
    sigma_y² / n_j to itself.
    """

    def __init__(self, world: World, sigma_y: float, sigma_mu: float):
        y, artists = world.songs["popularity"], world.artists
        self.shared, self.sigma_mu = (2.5 * y.std()) ** 2, sigma_mu
        self.labels = artists.index
        self.deviation = artists["mean"].to_numpy() - 50
        own = sigma_mu**2 + sigma_y**2 / artists["count"].to_numpy()
        self.factor = linalg.cho_factor(self.shared + np.diag(own), lower=True)
        squares = ((artists["count"] - 1) * artists["std"] ** 2).sum()
        degrees = len(y) - len(artists)
        self.within = -degrees * np.log(abs(sigma_y)) - squares / (2 * sigma_y**2)

    def log_likelihood(self) -> float:
        """Of all songs, up to a constant."""
        squares = self.deviation @ linalg.cho_solve(self.factor, self.deviation)
        return float(self.within - 0.5 * squares - np.log(np.diag(self.factor[0])).sum())

    def mean_of(self, artist: str) -> float:
        """The posterior mean of an artist's mu_j."""
        with_means = self.shared + self.sigma_mu**2 * (self.labels == artist)
        return float(50 + with_means @ linalg.cho_solve(self.factor, self.deviation))


def exact_mean(marginal: Marginal) -> Estimate:
    """A mean, and the numerical error that `course.exact` promises."""
    return Estimate(marginal.mean, 1e-6)


@chapter.number("prior-kingston-weight", "weight of Sean Kingston's own songs, mean", 0.01, "mean")
def kingston_weight(world: World) -> Estimate:
    drawn = world.hierarchical.draws(DRAWS, 84735, ["sigma_y", "sigma_mu"])
    weight = drawn["sigma_mu"] ** 2 / (drawn["sigma_mu"] ** 2 + drawn["sigma_y"] ** 2 / 2)
    return Estimate(float(weight.mean()), float(weight.std()) / DRAWS**0.5)


@chapter.number("prior-kingston", "mu_j of Sean Kingston, mean", 0.5, "mean")
def kingston(world: World) -> float:
    return world.hierarchical.mu_j("Sean Kingston").mean


@chapter.number("prior-plug-in-sigma-mu", "most likely sigma_mu", 0.01)
def plug_in(world: World) -> float:
    found = optimize.minimize(
        lambda sds: -Means(world, *sds).log_likelihood(),
        [14, 15],
        method="Nelder-Mead",
        options={"xatol": 1e-7, "fatol": 1e-9},
    )
    return float(found.x[1])


@chapter.number("prior-kingston-at-10", "mu_j of Sean Kingston, mean if sigma_mu is 10", 0.01)
def kingston_at_10(world: World) -> float:
    return Means(world, sigma_y=14, sigma_mu=10).mean_of("Sean Kingston")


@chapter.number("prior-mia-x-at-20", "mu_j of Mia X, mean if sigma_mu is 20", 0.01)
def mia_x_at_20(world: World) -> float:
    return Means(world, sigma_y=14, sigma_mu=20).mean_of("Mia X")


@chapter.number("prior-by-hand-mu", "mu, mean", 0.001)
def mu(world: World) -> Estimate:
    return exact_mean(world.hierarchical["mu"])


@chapter.number("prior-by-hand-sigma-y", "sigma_y, mean", 0.001)
def sigma_y(world: World) -> Estimate:
    return exact_mean(world.hierarchical["sigma_y"])


@chapter.number("prior-by-hand-sigma-mu", "sigma_mu, mean", 0.001)
def sigma_mu(world: World) -> Estimate:
    return exact_mean(world.hierarchical["sigma_mu"])


@chapter.number("prior-by-hand-sean-kingston", "mu_j of Sean Kingston, mean, by hand", 0.001)
def kingston_by_hand(world: World) -> Estimate:
    return exact_mean(world.hierarchical.mu_j("Sean Kingston"))


@chapter.number("prior-by-hand-frank-ocean", "mu_j of Frank Ocean, mean, by hand", 0.001)
def ocean_by_hand(world: World) -> Estimate:
    return exact_mean(world.hierarchical.mu_j("Frank Ocean"))
