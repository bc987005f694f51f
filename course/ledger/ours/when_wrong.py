"""Truths of the chapter on what is wrong with the model, by `course.exact` and by quadrature.

In the model with varying spreads, an artist's songs have a density given the four parameters that
all artists share: mu_j is integrated out in closed form, log sigma_j on a grid. The shared ones are
put on a grid as well.
"""

from collections.abc import Callable
from functools import cache

import numpy as np
import pandas as pd
from scipy import optimize, stats

from course import exact
from course.data import load_spotify
from course.ledger.claims.world import World
from course.ledger.ours import Chapter, Estimate

chapter = Chapter("beyond/03-when-wrong")
OCEAN, GOLDARG = "Frank Ocean", "Chris Goldarg"


@cache
def tracks() -> pd.DataFrame:
    """Artist and popularity of every track, once, and the logit of the popularity."""
    songs = load_spotify(columns="all").drop_duplicates("track_id")
    songs = songs[["artist", "popularity"]].astype({"artist": str}).reset_index(drop=True)
    share = (songs["popularity"] + 0.5) / 101
    return songs.assign(logit=np.log(share / (1 - share)), slope=1 / (101 * share * (1 - share)))


# ------------------------------------------------------------------------- one spread for all


@cache
def constant() -> exact.Hierarchical:
    """The posterior of the hierarchical model of all tracks."""
    y = tracks()["popularity"]
    return exact.hierarchical(y, tracks()["artist"], exact.hierarchical_priors(y, "chapter"))


@chapter.number("wrong-mu", "mu of the tracks, median", 0.5, "median")
def mu(world: World) -> float:
    return constant()["mu"].median


@chapter.number("wrong-sigma-y", "sigma_y of the tracks, median", 0.1, "median")
def sigma_y(world: World) -> float:
    return constant()["sigma_y"].median


@chapter.number("wrong-sigma-mu", "sigma_mu of the tracks, median", 0.5, "median")
def sigma_mu(world: World) -> float:
    return constant()["sigma_mu"].median


@chapter.number("wrong-ocean-q10", "mu_j of Frank Ocean's tracks, 10 % quantile", 0.5, "q10")
def ocean_low(world: World) -> float:
    return float(constant().mu_j(OCEAN).quantile(0.1))


@chapter.number("wrong-ocean-q90", "mu_j of Frank Ocean's tracks, 90 % quantile", 0.5, "q90")
def ocean_high(world: World) -> float:
    return float(constant().mu_j(OCEAN).quantile(0.9))


@chapter.number("wrong-replicated-sd", "sd of Frank Ocean's simulated tracks, q10", 0.5, "q10")
def replicated_sd(world: World) -> float:
    """Given sigma_y, the sd of n simulated tracks has a chi distribution, up to its scale."""
    spread = constant()["sigma_y"].quantile((np.arange(2000) + 0.5) / 2000)
    free = (tracks()["artist"] == OCEAN).sum() - 1
    return optimize.brentq(
        lambda sd: stats.chi2.cdf(free * sd**2 / spread**2, free).mean() - 0.1, 1, 30
    )


# ------------------------------------------------------------------------- a spread for each


def nodes(low: float, high: float, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Gauss-Legendre nodes and weights."""
    x, weights = np.polynomial.legendre.leggauss(size)
    return low + (high - low) * (x + 1) / 2, (high - low) / 2 * weights


class Varying:
    """The posterior of ``y ~ (1|artist), sigma ~ (1|artist)``, on size⁴ nodes.

    Arrays over the shared parameters have the axes (mu and sigma_mu, lambda and tau).
    """

    def __init__(self, y: np.ndarray, scale: float, centre: float, typical: float, size: int):
        """scale: by which the priors and the grid are scaled."""
        artist = tracks()["artist"].to_numpy()
        self.songs = {label: y[artist == label] for label in np.unique(artist)}
        self.place = {label: np.flatnonzero(artist == label) for label in self.songs}
        mu, mu_weight = nodes(centre - 0.65 * scale, centre + 0.65 * scale, size)
        sigma_mu, sigma_mu_weight = nodes(0.35 * scale, 1.5 * scale, size)
        lam, lam_weight = nodes(np.log(typical) - 1, np.log(typical) + 1, size)
        tau, tau_weight = nodes(0.15, 1.2, size)
        log_spread, spread_weight = nodes(np.log(typical) - 4.5, np.log(typical) + 3, 120)
        self.mu, self.sigma_mu = mu[:, None, None], sigma_mu[:, None]
        self.lam, self.tau, self.spread = lam[:, None], tau, np.exp(log_spread)
        self.prior_of_spread = (
            stats.norm.pdf(log_spread, lam[:, None, None], tau[:, None]) * spread_weight
        ).reshape(-1, len(log_spread))
        of_means = np.outer(
            mu_weight * stats.norm.pdf(mu, centre, 2.5 * scale),
            sigma_mu_weight * stats.expon.pdf(sigma_mu, scale=scale),
        )
        of_spreads = np.outer(
            lam_weight * stats.norm.pdf(lam, np.log(typical), 1), tau_weight * stats.expon.pdf(tau)
        )
        self.log_density = {label: self.shared(songs) for label, songs in self.songs.items()}
        log_weights = np.log(np.outer(of_means, of_spreads)) + sum(self.log_density.values())
        weights = np.exp(log_weights - log_weights.max())
        self.weights = weights / weights.sum()

    def given_spread(self, y: np.ndarray) -> np.ndarray:
        """The log density of an artist's songs by (mu and sigma_mu, sigma_j)."""
        n = len(y)
        if n == 0:
            return np.zeros((self.mu.size * self.sigma_mu.size, self.spread.size))
        own = self.sigma_mu**2 + self.spread**2 / n
        log_density = -0.5 * (
            n * np.log(2 * np.pi)
            + np.log(n)
            + 2 * (n - 1) * np.log(self.spread)
            + n * np.var(y) / self.spread**2
            + np.log(own)
            + (np.mean(y) - self.mu) ** 2 / own
        )
        return log_density.reshape(-1, self.spread.size)

    def shared(self, y: np.ndarray) -> np.ndarray:
        """The log density of an artist's songs given the shared parameters."""
        log_density = self.given_spread(y)
        top = log_density.max()
        return np.log(np.exp(log_density - top) @ self.prior_of_spread.T) + top

    def mean(self, value: np.ndarray, of_means: bool) -> float:
        """The posterior mean of a function of mu and sigma_mu, or of lambda and tau."""
        return float(self.weights.sum(axis=1 if of_means else 0) @ value.ravel())

    def spread_of(self, label: str) -> np.ndarray:
        """The posterior of (mu and sigma_mu, sigma_j) of an artist: weights."""
        others = self.weights / np.exp(self.log_density[label])
        weights = (others @ self.prior_of_spread) * np.exp(self.given_spread(self.songs[label]))
        return weights / weights.sum()

    def predict(self, label: str) -> exact.NormalMixture:
        """The next song of an artist."""
        weights, n = self.spread_of(label), len(self.songs[label])
        own = self.sigma_mu**2 / (self.sigma_mu**2 + self.spread**2 / n)
        means = self.mu + own * (self.songs[label].mean() - self.mu)
        sds = np.sqrt(own * self.spread**2 / n + self.spread**2) + 0 * self.mu
        likely = weights.ravel() > 1e-12
        return exact.NormalMixture(
            means.ravel()[likely],
            sds.ravel()[likely],
            weights.ravel()[likely] / weights.ravel()[likely].sum(),
        )

    def left_out(self) -> float:
        """The sum of the log scores of all songs, each predicted from all others."""
        total = 0.0
        for label, songs in self.songs.items():
            for k in range(len(songs)):
                without = self.shared(np.delete(songs, k)) - self.log_density[label]
                total -= float(np.log((self.weights * np.exp(without)).sum()))
        return total


@cache
def varying(size: int) -> Varying:
    y = tracks()["popularity"]
    return Varying(y.to_numpy(), y.std(), centre=50, typical=10, size=size)


@cache
def stretched(size: int) -> Varying:
    y = tracks()["logit"]
    return Varying(y.to_numpy(), y.std(), centre=0, typical=0.5, size=size)


def on_two_grids(find) -> Estimate:
    """What a function of a size finds on the finer of two grids; the other gives the error."""
    coarse, fine = find(14), find(20)
    return Estimate(fine, abs(fine - coarse))


def mean_of(what: Callable, of_means: bool) -> Estimate:
    """The posterior mean of something that a model with varying spreads has on its grid."""

    def find(size):
        model = varying(size)
        return model.mean(what(model), of_means=of_means)

    return on_two_grids(find)


@chapter.number("wrong-varying-mu", "mu, spreads varying, mean", 0.5, "mean")
def varying_mu(world: World) -> Estimate:
    return mean_of(lambda model: model.mu[:, 0] + 0 * model.sigma_mu[:, 0], of_means=True)


@chapter.number("wrong-varying-sigma-mu", "sigma_mu, spreads varying, mean", 0.5, "mean")
def varying_sigma_mu(world: World) -> Estimate:
    return mean_of(lambda model: model.sigma_mu[:, 0] + 0 * model.mu[:, 0], of_means=True)


@chapter.number("wrong-varying-lambda", "lambda, mean", 0.05, "mean")
def varying_lambda(world: World) -> Estimate:
    return mean_of(lambda model: model.lam + 0 * model.tau, of_means=False)


@chapter.number("wrong-varying-tau", "tau, mean", 0.05, "mean")
def varying_tau(world: World) -> Estimate:
    return mean_of(lambda model: model.tau + 0 * model.lam, of_means=False)


@chapter.number("wrong-varying-goldarg", "sigma_j of Chris Goldarg, mean", 0.2, "mean")
def varying_goldarg(world: World) -> Estimate:
    def find(size):
        model = varying(size)
        return float(model.spread_of(GOLDARG).sum(axis=0) @ model.spread)

    return on_two_grids(find)


@chapter.number("wrong-varying-ocean-q10", "next song of Frank Ocean, 10 % quantile", 1, "q10")
def varying_ocean_low(world: World) -> Estimate:
    return on_two_grids(lambda size: float(varying(size).predict(OCEAN).quantile(0.1)))


@chapter.number("wrong-varying-ocean-q90", "next song of Frank Ocean, 90 % quantile", 1, "q90")
def varying_ocean_high(world: World) -> Estimate:
    return on_two_grids(lambda size: float(varying(size).predict(OCEAN).quantile(0.9)))


@chapter.number("wrong-elpd-own", "elpd, a spread for each, one track left out", 2)
def elpd_own(world: World) -> Estimate:
    return on_two_grids(lambda size: varying(size).left_out())


@chapter.number("wrong-elpd-stretched", "elpd, stretched scale, one track left out", 2)
def elpd_stretched(world: World) -> Estimate:
    slope = float(np.log(tracks()["slope"]).sum())
    return on_two_grids(lambda size: stretched(size).left_out() + slope)
