"""Truths of the chapter on the runners."""

import numpy as np

from course import exact
from course.ledger.claims.world import World
from course.ledger.ours import Chapter, Estimate

chapter = Chapter("beyond/04-runners")


def posterior(world: World) -> exact.Hierarchical:
    """The exact posterior of ``net ~ (1|runner)``, with the chapter's priors."""
    net = world.races["net"]
    scale = exact.Exponential(1 / net.std())
    priors = exact.HierarchicalPriors(
        mu=exact.Normal(90, 2.5 * net.std()), sigma_y=scale, sigma_mu=scale
    )
    return exact.hierarchical(net, world.races["runner"], priors)


@chapter.number("runners-mu", "mu, median", 0.5, "median")
def mu(world: World) -> float:
    return posterior(world)["mu"].median


@chapter.number("runners-sigma-y", "sigma_y, median", 0.1, "median")
def sigma_y(world: World) -> float:
    return posterior(world)["sigma_y"].median


@chapter.number("runners-sigma-mu", "sigma_mu, median", 0.5, "median")
def sigma_mu(world: World) -> float:
    return posterior(world)["sigma_mu"].median


@chapter.number("runners-share", "share of variance between runners, mean", 0.01, "mean")
def share(world: World) -> float:
    return posterior(world)["variance_share"].mean


@chapter.number("runners-29", "mu_j of runner 29, mean", 0.5, "mean")
def runner_29(world: World) -> float:
    return posterior(world).mu_j(29).mean


@chapter.number("runners-new-q10", "time of a new runner, 10 % quantile", 1, "q10")
def new_low(world: World) -> float:
    return float(posterior(world).predict_new().quantile(0.1))


@chapter.number("runners-new-q90", "time of a new runner, 90 % quantile", 1, "q90")
def new_high(world: World) -> float:
    return float(posterior(world).predict_new().quantile(0.9))


def slope(world: World, size: int) -> exact.NormalMixture:
    """The posterior of the slope of ``net ~ years + (1|runner)``, on a grid of size² nodes.

    Given both standard deviations, times are normal with a covariance that is the same for any two
    races of a runner, and the two coefficients can be integrated in closed form.
    """
    races = world.races
    scale = races["net"].std()
    design = np.column_stack([np.ones(len(races)), races["age"] - races["age"].mean()])
    # The prior of the intercept is about a runner of average age, as Bambi has it.
    prior_mean, prior_precision = np.array([90.0, 0.0]), np.diag([(2.5 * scale) ** -2.0, 5.0**-2])
    runner = races["runner"].to_numpy()
    own = [np.flatnonzero(runner == each) for each in races["runner"].unique()]
    everything = np.column_stack([design, races["net"] - design @ prior_mean])
    cross = everything.T @ everything
    sums = np.array([everything[rows].sum(axis=0) for rows in own])
    count = np.array([len(rows) for rows in own])

    means, sds, log_density = [], [], []
    for sigma_y in np.linspace(3.2, 8, size):
        for sigma_mu in np.linspace(6, 32, size):
            # The inverse of a runner's covariance takes out a part of the runner's mean.
            part = sigma_mu**2 / (sigma_y**2 + count * sigma_mu**2)
            inner = (cross - (sums.T * part) @ sums) / sigma_y**2
            precision = inner[:2, :2] + prior_precision
            covariance = np.linalg.inv(precision)
            coefficients = covariance @ inner[:2, 2]
            log_determinant = (
                2 * (len(races) - len(own)) * np.log(sigma_y)
                + np.log(sigma_y**2 + count * sigma_mu**2).sum()
                - np.linalg.slogdet(covariance)[1]
            )
            fit = inner[2, 2] - coefficients @ precision @ coefficients
            log_density.append(-0.5 * (log_determinant + fit) - (sigma_y + sigma_mu) / scale)
            means.append(coefficients[1])
            sds.append(covariance[1, 1] ** 0.5)
    weights = np.exp(np.array(log_density) - max(log_density))
    return exact.NormalMixture(np.array(means), np.array(sds), weights / weights.sum())


@chapter.number("runners-slope", "minutes a year, runners apart, mean", 0.02, "mean")
def slope_mean(world: World) -> Estimate:
    coarse, fine = (slope(world, size).mean for size in (24, 48))
    return Estimate(fine, abs(fine - coarse))


@chapter.number("runners-slope-q10", "minutes a year, runners apart, 10 % quantile", 0.05, "q10")
def slope_low(world: World) -> Estimate:
    coarse, fine = (float(slope(world, size).quantile(0.1)) for size in (24, 48))
    return Estimate(fine, abs(fine - coarse))
