"""The three models with one standard deviation: `y ~ 1`, `y ~ 0 + group` and `y ~ x`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.random import Generator
from numpy.typing import ArrayLike

from course.exact.marginals import Marginal, NormalMixture
from course.exact.posterior import Groups, Posterior, group_statistics
from course.exact.priors import (
    Normal,
    Prior,
    check_scale_prior,
    no_pooled_priors,
    pooled_priors,
    regression_priors,
)
from course.exact.validation import Array, check_groups, check_numbers


class _OneSigma(Posterior):
    """Independent estimates, each normal around its parameter with variance sigma² / size.

    Given sigma, parameter k has prior N(prior_mean_k, prior_sd_k²) and the data say
    estimate_k ~ N(parameter_k, sigma² / size_k): one normal posterior per k (BDA3, section
    2.5). What is left of the data is a sum of squares with `residual_df` degrees of freedom.
    """

    def __init__(
        self,
        estimate: ArrayLike,
        size: ArrayLike,
        priors: Sequence[Normal],
        residual_ss: float,
        residual_df: int,
        sigma: Prior,
        scale: float,
    ) -> None:
        check_scale_prior(sigma, "sigma")
        if not all(isinstance(prior, Normal) for prior in priors):
            raise TypeError(
                "Means and coefficients need Normal priors: only those can be "
                "integrated in closed form."
            )
        if residual_df > 0 and residual_ss <= 0:
            raise ValueError(
                "The values of y fit without any residual (they are constant, or on "
                "a line): the posterior of sigma is improper, with infinite mass at "
                "zero. There is nothing to fit."
            )
        self._estimate, self._size = np.asarray(estimate, float), np.asarray(size, float)
        self._prior_mean = np.array([prior.mu for prior in priors])
        self._prior_sd = np.array([prior.sigma for prior in priors])
        self._residual_ss, self._residual_df = float(residual_ss), residual_df
        self._sigma_prior, self._scale = sigma, scale or sigma.scale

    def _scales(self) -> tuple[float]:
        return (self._scale,)

    def _log_density(self, *sds: Array) -> Array:
        (sigma,) = sds
        variance = self._prior_sd**2 + sigma[:, None] ** 2 / self._size
        squares = (self._estimate - self._prior_mean) ** 2 / variance
        log_density = self._sigma_prior.logpdf(sigma) - 0.5 * (squares + np.log(variance)).sum(1)
        if self._residual_df:
            log_density = (
                log_density - self._residual_df * np.log(sigma) - self._residual_ss / (2 * sigma**2)
            )
        return log_density

    @property
    def _sigma(self) -> Array:
        return self._nodes[0][0]

    def _coefficient(self, k: Array, sigma: Array) -> tuple[Array, Array]:
        """Mean and variance of parameters k given sigma: shapes (len(k), len(sigma))."""
        noise = sigma**2 / self._size[k, None]
        weight = self._prior_sd[k, None] ** 2 / (self._prior_sd[k, None] ** 2 + noise)
        mean = weight * self._estimate[k, None] + (1 - weight) * self._prior_mean[k, None]
        return mean, weight * noise

    def _draw_coefficient(self, k: Array, sigma: Array, rng: Generator) -> Array:
        mean, variance = self._coefficient(k, sigma)
        return rng.normal(mean, np.sqrt(variance))


class CompletePooled(_OneSigma):
    """Posterior of y_i ~ N(mu, sigma²), the same mean for all. Made by `complete_pooled`."""

    parameters = ("mu", "sigma")
    predictive = ("predict", "mean_ppd")

    def _parameter(self, name: str) -> Marginal:
        return self._grid.marginal(0) if name == "sigma" else self._mean_of(np.inf)

    def _mean_of(self, n: float) -> NormalMixture:
        mean, variance = self._coefficient(np.array([0]), self._sigma)
        return self._mixture(mean[0], variance[0] + self._sigma**2 / n)

    def predict(self) -> NormalMixture:
        """Prediction of one new observation."""
        return self._mean_of(1)

    def mean_ppd(self, n: int | None = None) -> NormalMixture:
        """Mean of a posterior predictive data set of n observations (as many as observed)."""
        n = int(self._size[0]) if n is None else n
        if n < 1:
            raise ValueError(f"n must be at least 1, not {n!r}.")
        return self._mean_of(n)

    def _draw(self, sds: list[Array], labels: Sequence[Any], rng: Generator) -> dict[str, Array]:
        (sigma,) = sds
        (mu,) = self._draw_coefficient(np.array([0]), sigma, rng)
        return {
            "mu": mu,
            "sigma": sigma,
            "predict": rng.normal(mu, sigma),
            "mean_ppd": rng.normal(mu, sigma / np.sqrt(self._size[0])),
        }


class NoPooled(Groups, _OneSigma):
    """Posterior of y_ij ~ N(mu_j, sigma²), the mu_j unrelated. Made by `no_pooled`."""

    parameters = ("sigma",)
    quantities = ("mu_j", "predict")

    def __init__(self, *args: Any, labels: pd.Index, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.labels, self.count, self.mean = labels, self._size, self._estimate

    def _parameter(self, name: str) -> Marginal:
        return self._grid.marginal(0)

    def _group(self, index: Array, which: str) -> tuple[Array, Array]:
        mean, variance = self._coefficient(index, self._sigma)
        return mean, variance + (self._sigma**2 if which == "predict" else 0)

    def _draw(self, sds: list[Array], labels: Sequence[Any], rng: Generator) -> dict[str, Array]:
        (sigma,) = sds
        mu_j = self._draw_coefficient(self._index(labels), sigma, rng)
        return {"sigma": sigma, "mu_j": mu_j, "predict": rng.normal(mu_j, sigma)}


class Regression(_OneSigma):
    """Posterior of y_i ~ N(intercept + slope x_i, sigma²). Made by `regression`.

    The prior of the intercept applies at the mean of x; "intercept" is reported at x = 0.
    With x centred, intercept and slope are independent given sigma.
    """

    parameters = ("intercept", "slope", "sigma")
    quantities = ("mean_at", "predict")
    dimension = "x"

    def __init__(self, *args: Any, x_mean: float, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.x_mean = x_mean

    def _parameter(self, name: str) -> Marginal:
        if name == "sigma":
            return self._grid.marginal(0)
        if name == "intercept":
            return self.mean_at(0.0)
        mean, variance = self._coefficient(np.array([1]), self._sigma)
        return self._mixture(mean[0], variance[0])

    def _line(self, x: float) -> tuple[Array, Array]:
        distance = self._distance(x)
        (centre, slope), (centre_variance, slope_variance) = self._coefficient(
            np.arange(2), self._sigma
        )
        return centre + slope * distance, centre_variance + slope_variance * distance**2

    def mean_at(self, x: float) -> NormalMixture:
        """Posterior of the line at x, intercept + slope x."""
        return self._mixture(*self._line(x))

    def predict(self, x_new: float) -> NormalMixture:
        """Prediction of one new observation at x_new."""
        mean, variance = self._line(x_new)
        return self._mixture(mean, variance + self._sigma**2)

    def _distance(self, x: Any) -> float:
        """How far x lies from the mean of x; ValueError unless x is one finite number."""
        try:
            distance = float(x) - self.x_mean if np.ndim(x) == 0 else np.nan
        except (TypeError, ValueError):
            distance = np.nan
        if not np.isfinite(distance):
            raise ValueError(f"x must be one finite number, not {x!r}.")
        return distance

    def _draw(self, sds: list[Array], labels: Sequence[Any], rng: Generator) -> dict[str, Array]:
        (sigma,) = sds
        distance = np.array([self._distance(x) for x in labels])[:, None]
        centre, slope = self._draw_coefficient(np.arange(2), sigma, rng)
        mean_at = centre + slope * distance
        return {
            "intercept": centre - slope * self.x_mean,
            "slope": slope,
            "sigma": sigma,
            "mean_at": mean_at,
            "predict": rng.normal(mean_at, sigma),
        }

    def _examples(self) -> Sequence[Any]:
        return [self.x_mean]


def complete_pooled(
    y: ArrayLike, mu: Normal | None = None, sigma: Prior | None = None
) -> CompletePooled:
    """Posterior of `y ~ 1`: y has shape (N,); priors left out are `pooled_priors(y)`.

    Raises ValueError for missing or infinite values, no rows, or constant y (where neither the
    autoscaled priors nor the posterior of sigma exist); TypeError for what is not a number.
    """
    (values,) = check_numbers(y=y)
    priors = _fill_in({"mu": mu, "sigma": sigma}, lambda: pooled_priors(values))
    count, mean, ss = group_statistics(values, np.zeros(len(values), dtype=int))
    return CompletePooled(
        mean, count, [priors["mu"]], ss, len(values) - 1, priors["sigma"], values.std()
    )


def no_pooled(
    y: ArrayLike,
    group: ArrayLike,
    mu: Normal | Mapping[Any, Normal] | None = None,
    sigma: Prior | None = None,
) -> NoPooled:
    """Posterior of `y ~ 0 + group` with one sigma: y and group have shape (N,).

    mu: one prior for every group, or a dictionary from label to prior; priors left out are
    `no_pooled_priors(y, group)`. Raises ValueError and TypeError as `hierarchical` does, and
    KeyError if mu lacks a label.
    """
    values, codes, labels = check_groups(y, group)
    priors = _fill_in({"mu": mu, "sigma": sigma}, lambda: no_pooled_priors(y, group))
    count, mean, ss = group_statistics(values, codes)
    each = priors["mu"]
    if isinstance(each, Mapping):
        lacking = [label for label in labels if label not in each]
        if lacking:
            raise KeyError(f"mu has no prior for {', '.join(map(repr, lacking[:5]))}")
        means = [each[label] for label in labels]
    else:
        means = [each] * len(labels)
    return NoPooled(
        mean,
        count,
        means,
        ss,
        len(values) - len(labels),
        priors["sigma"],
        values.std(),
        labels=labels,
    )


def regression(
    x: ArrayLike,
    y: ArrayLike,
    intercept: Normal | None = None,
    slope: Normal | None = None,
    sigma: Prior | None = None,
) -> Regression:
    """Posterior of `y ~ x`: x and y have shape (N,).

    intercept: prior of the mean of y at the mean of x (centred, as in rstanarm and Bambi);
    priors left out are `regression_priors(x, y)`. Raises ValueError for missing or infinite
    values, no rows, different lengths, constant x, or points exactly on a line; TypeError for
    what is not a number.
    """
    x_values, y_values = check_numbers(x=x, y=y)
    if np.ptp(x_values) == 0:
        raise ValueError("All values of x are equal: they say nothing about a slope.")
    priors = _fill_in(
        {"intercept": intercept, "slope": slope, "sigma": sigma},
        lambda: regression_priors(x_values, y_values),
    )
    x_mean, y_mean, n = x_values.mean(), y_values.mean(), len(x_values)
    dx, dy = x_values - x_mean, y_values - y_mean
    sxx = dx @ dx
    slope_hat = dx @ dy / sxx
    residual_ss = float(np.sum((dy - slope_hat * dx) ** 2))
    if residual_ss <= (1e-14 * np.abs(y_values).max()) ** 2 * n:
        residual_ss = 0.0  # nothing left but rounding
    return Regression(
        [y_mean, slope_hat],
        [n, sxx],
        [priors["intercept"], priors["slope"]],
        residual_ss,
        n - 2,
        priors["sigma"],
        y_values.std(),
        x_mean=float(x_mean),
    )


def _fill_in(given: dict[str, Any], default: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Replace what is None by the default priors, which need not exist if nothing is None."""
    if any(prior is None for prior in given.values()):
        defaults = default()
        return {name: defaults[name] if prior is None else prior for name, prior in given.items()}
    return given
