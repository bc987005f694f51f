"""The hierarchical normal model without predictors, `y ~ (1 | group)`."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.random import Generator
from numpy.typing import ArrayLike
from scipy import special

from course.exact.marginals import Marginal, NormalMixture
from course.exact.posterior import Groups, group_statistics
from course.exact.priors import HierarchicalPriors
from course.exact.validation import Array, check_groups, check_summary


class Hierarchical(Groups):
    """Posterior of y_ij ~ N(mu_j, sigma_y²), mu_j = mu + b_j, b_j ~ N(0, sigma_mu²).

    Given the two sds, the mean of group j is a measurement of mu: ybar_j ~ N(mu, v_j) with
    v_j = sigma_mu² + sigma_y² / n_j. With the prior mu ~ N(m, s²) that makes mu normal again,
    and mu_j given mu normal around a weighted mean of ybar_j and mu (BDA3, section 5.4).

    Attributes: labels (pandas Index), count, mean (1-d, one per group), within_ss (number).
    Made by `hierarchical` and `hierarchical_from_summary`.
    """

    parameters = ("mu", "sigma_y", "sigma_mu", "sigma_y2", "sigma_mu2", "variance_share")
    predictive = ("mu_new", "predict_new", "predict_typical")
    quantities = ("mu_j", "b_j", "predict")

    def __init__(
        self,
        count: Array,
        mean: Array,
        within_ss: float,
        labels: pd.Index,
        priors: HierarchicalPriors,
    ) -> None:
        self.count, self.mean, self.within_ss = count, mean, float(within_ss)
        self.labels, self.priors = labels, priors
        self._n = int(count.sum())
        self._centre = float(count @ mean / self._n)  # for numerical accuracy only
        # Groups of the same size have the same v_j: their means enter the likelihood through
        # number, mean and sum of squares alone, however many groups there are.
        self._sizes, size_of = np.unique(count, return_inverse=True)
        deviation = mean - self._centre
        self._classes = np.bincount(size_of)
        self._class_mean = np.bincount(size_of, deviation) / self._classes
        self._class_ss = np.bincount(size_of, (deviation - self._class_mean[size_of]) ** 2)
        if self._n > 1 and self.within_ss == 0 and np.ptp(mean) == 0:
            raise ValueError(
                "All values of y are equal: the posterior of the standard deviations "
                "is improper, with infinite mass at zero. There is nothing to fit."
            )
        if self._n > len(count) and self.within_ss == 0:
            raise ValueError(
                "The values within each group are all equal: the posterior of "
                "sigma_y is improper, with infinite mass at zero. Model the group "
                "means instead, one row per group."
            )

    def _scales(self) -> tuple[float, float]:
        total_ss = self.within_ss + self.count @ (self.mean - self._centre) ** 2
        within = np.sqrt(total_ss / self._n) or self.priors.sigma_y.scale
        # sigma_mu matters to the likelihood once sigma_mu² is like sigma_y² / n_j
        return float(within), float(within / np.sqrt(self.count.max()))

    def _mu_given(self, sigma_y: Array, sigma_mu: Array) -> tuple[Array, Array]:
        """Mean (from the centre) and precision of mu given the sds and the data."""
        precision = np.asarray(1 / self.priors.mu.sigma**2)
        weighted = precision * (self.priors.mu.mu - self._centre)
        for size, groups, mean in zip(self._sizes, self._classes, self._class_mean, strict=True):
            information = groups / (sigma_mu**2 + sigma_y**2 / size)
            precision, weighted = precision + information, weighted + information * mean
        return weighted / precision, precision

    def _log_density(self, *sds: Array) -> Array:
        sigma_y, sigma_mu = sds
        within_df = self._n - len(self.count)
        log_density = self.priors.logpdf(sigma_y, sigma_mu)
        if within_df:
            log_density = (
                log_density - within_df * np.log(sigma_y) - self.within_ss / (2 * sigma_y**2)
            )
        # p(y | sds) = p(y | mu, sds) p(mu) / p(mu | y, sds), at mu = its posterior mean
        mu, precision = self._mu_given(sigma_y, sigma_mu)
        from_prior = (mu + self._centre - self.priors.mu.mu) / self.priors.mu.sigma
        log_density = log_density - 0.5 * (from_prior**2 + np.log(precision))
        for size, groups, mean, ss in zip(
            self._sizes, self._classes, self._class_mean, self._class_ss, strict=True
        ):
            variance = sigma_mu**2 + sigma_y**2 / size
            squares = (ss + groups * (mean - mu) ** 2) / variance
            log_density = log_density - 0.5 * (squares + groups * np.log(variance))
        return log_density

    @cached_property
    def _mu(self) -> tuple[Array, Array]:
        """Mean and variance of mu at the nodes."""
        mean, precision = self._mu_given(*self._nodes[0])
        return mean + self._centre, 1 / precision

    def _parameter(self, name: str) -> Marginal:
        if name == "mu":
            return self._mixture(*self._mu)
        if name == "variance_share":
            return self._grid.share()
        return self._grid.marginal(
            axis=1 if name.startswith("sigma_mu") else 0, power=2 if name.endswith("2") else 1
        )

    def _own(self, index: Array, sigma_y: Array, sigma_mu: Array) -> tuple[Array, Array, Array]:
        """Mean of each group, variance of that mean, and its weight in mu_j, given the sds.

        mu_j given mu is N(weight ybar + (1 - weight) mu, weight noise); b_j is mu_j - mu.
        """
        noise = sigma_y**2 / self.count[index, None]
        return self.mean[index, None], noise, sigma_mu**2 / (sigma_mu**2 + noise)

    def _group(self, index: Array, which: str) -> tuple[Array, Array]:
        sigma_y, _ = self._nodes[0]
        mu, mu_variance = self._mu
        ybar, noise, weight = self._own(index, *self._nodes[0])
        if which == "b_j":
            return weight * (ybar - mu), weight * noise + weight**2 * mu_variance
        mean = weight * ybar + (1 - weight) * mu
        variance = weight * noise + (1 - weight) ** 2 * mu_variance
        return mean, variance + (sigma_y**2 if which == "predict" else 0)

    def b_j(self, label: Any) -> NormalMixture:
        """Posterior of the group effect b_j = mu_j - mu; KeyError for an unknown label."""
        return self._group_marginal(label, "b_j")

    def mu_new(self) -> NormalMixture:
        """The mean of a new group: mu_new ~ N(mu, sigma_mu²)."""
        mean, variance = self._mu
        return self._mixture(mean, variance + self._nodes[0][1] ** 2)

    def predict_new(self) -> NormalMixture:
        """Prediction of one observation in a new group: mu_new first, then y."""
        mean, variance = self._mu
        sigma_y, sigma_mu = self._nodes[0]
        return self._mixture(mean, variance + sigma_mu**2 + sigma_y**2)

    def predict_typical(self) -> NormalMixture:
        """Prediction of one observation in a group whose mean is mu itself: y ~ N(mu, sigma_y²)."""
        mean, variance = self._mu
        return self._mixture(mean, variance + self._nodes[0][0] ** 2)

    def best_above(self, label: Any, size: int, value: float) -> float:
        """Probability that the best of `size` new observations of one group is above `value`.

        Given the group's mean and sigma_y they are independent, so the share of all below is a
        power; KeyError for an unknown label.
        """
        mean, variance = self._group(self._index([label]), "mu_j")
        at, weights = np.polynomial.hermite_e.hermegauss(60)
        mu_j = mean[0] + np.sqrt(variance[0]) * at[:, None]
        all_below = special.ndtr((value - mu_j) / self._nodes[0][0]) ** size
        return float(1 - weights / weights.sum() @ all_below @ self._nodes[1])

    def _draw(self, sds: list[Array], labels: Sequence[Any], rng: Generator) -> dict[str, Array]:
        sigma_y, sigma_mu = sds
        mean, precision = self._mu_given(sigma_y, sigma_mu)
        mu = rng.normal(mean + self._centre, 1 / np.sqrt(precision))
        mu_new = rng.normal(mu, sigma_mu)
        predict_new, predict_typical = rng.normal(mu_new, sigma_y), rng.normal(mu, sigma_y)
        ybar, noise, weight = self._own(self._index(labels), sigma_y, sigma_mu)
        mu_j = rng.normal(weight * ybar + (1 - weight) * mu, np.sqrt(weight * noise))
        return {
            "mu": mu,
            "sigma_y": sigma_y,
            "sigma_mu": sigma_mu,
            "sigma_y2": sigma_y**2,
            "sigma_mu2": sigma_mu**2,
            "variance_share": sigma_mu**2 / (sigma_y**2 + sigma_mu**2),
            "mu_new": mu_new,
            "predict_new": predict_new,
            "predict_typical": predict_typical,
            "mu_j": mu_j,
            "b_j": mu_j - mu,
            "predict": rng.normal(mu_j, sigma_y),
        }


def hierarchical(y: ArrayLike, group: ArrayLike, priors: HierarchicalPriors) -> Hierarchical:
    """Posterior of the hierarchical normal model without predictors, `y ~ (1 | group)`.

    y: numbers, shape (N,). group: labels or a categorical, shape (N,); unused categories are
    ignored. priors: see `course.exact.priors.hierarchical_priors` for the named sets.

    Raises ValueError for missing or infinite values, no rows, different lengths, or values
    without any variation within groups; TypeError for values that are not numbers.
    """
    values, codes, labels = check_groups(y, group)
    count, mean, within_ss = group_statistics(values, codes)
    return _hierarchical(count, mean, within_ss, labels, priors)


def hierarchical_from_summary(
    count: ArrayLike,
    mean: ArrayLike,
    within_ss: float,
    labels: Sequence[Any],
    priors: HierarchicalPriors,
) -> Hierarchical:
    """The same posterior from sufficient statistics; fit for 100,000 groups.

    count, mean, labels: number of observations, mean and name of each group, shape (J,).
    within_ss: sum of squared deviations of all observations from the means of their groups.

    Raises ValueError for counts that are not whole and positive, a negative within_ss or one
    above zero with one observation per group, and labels that repeat; else as `hierarchical`.
    """
    counts, means, index = check_summary(count, mean, within_ss, labels)
    return _hierarchical(counts, means, within_ss, index, priors)


def _hierarchical(
    count: Array, mean: Array, within_ss: float, labels: pd.Index, priors: HierarchicalPriors
) -> Hierarchical:
    if not isinstance(priors, HierarchicalPriors):
        raise TypeError(
            'priors must be HierarchicalPriors, for instance hierarchical_priors(y, "source").'
        )
    return Hierarchical(count, mean, within_ss, labels, priors)
