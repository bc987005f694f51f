"""The distribution of one quantity: a mixture of normals, or a smooth curve."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize, special

from course.exact.validation import Array

#: Of R's mad(): makes a median absolute deviation the sd of a normal distribution.
MAD_CONSTANT = 1.4826
#: What an interval holds unless one says otherwise, here and in the whole course.
PROBABILITY = 0.8
CHUNK = 100_000  # numbers worked on at once in a summary, to fit a cache


def solve_increasing(
    function: Callable[[Array], tuple[Array, Array]],
    target: Array,
    lower: Array,
    upper: Array,
    start: Array,
) -> Array:
    """Solve value = target elementwise: Newton steps, kept safe by bisection.

    function(x) returns an increasing value and its slope, each of the shape of x.
    """
    x = np.clip(start, lower, upper)
    width = upper - lower
    for _ in range(200):
        value, slope = function(x)
        error = value - target
        lower, upper = np.where(error < 0, x, lower), np.where(error > 0, x, upper)
        with np.errstate(divide="ignore", invalid="ignore"):
            step = error / slope
            newton = x - step
        # an infinite slope (a density unbounded at zero) would look like convergence
        safe = (newton >= lower) & (newton <= upper) & ((step != 0) | (error == 0))
        new = np.where(safe, newton, (lower + upper) / 2)
        moved, x = np.abs(new - x), new
        # Newton squares the relative error at each step: this one was the last but for rounding
        if np.all(moved <= np.where(safe, 1e-7, 1e-14) * width):
            break
    return x


class Marginal(ABC):
    """The posterior distribution of one quantity, in that quantity's units.

    `mean`, `sd`, `median` and `mad_sd` (1.4826 x median absolute deviation from the median, as
    R's `mad`) are floats. `quantile`, `cdf` and `pdf` take a number or an array of any shape and
    return the same shape.
    """

    mean: float
    sd: float

    @abstractmethod
    def cdf(self, x: ArrayLike) -> Array | float:
        """Posterior probability of a value of at most x."""

    @abstractmethod
    def pdf(self, x: ArrayLike) -> Array | float:
        """Posterior density at x."""

    @abstractmethod
    def _quantile(self, p: Array) -> Array:
        """Quantiles for a 1-d array of probabilities strictly between 0 and 1."""

    support = (-np.inf, np.inf)

    def quantile(self, q: ArrayLike) -> Array | float:
        """The value below which a share q of the posterior lies; ValueError unless 0 <= q <= 1."""
        p = np.asarray(q, dtype=float)
        if not np.all((p >= 0) & (p <= 1)):
            raise ValueError(f"q must lie between 0 and 1, not {q!r}.")
        flat = p.ravel()
        result = np.where(flat == 0, *self.support)
        inside = (flat > 0) & (flat < 1)
        if inside.any():
            result[inside] = self._quantile(flat[inside])
        return result.reshape(p.shape)[()]

    @cached_property
    def median(self) -> float:
        return float(self.quantile(0.5))

    @cached_property
    def mad_sd(self) -> float:
        lower, median, upper = np.asarray(self.quantile([0.25, 0.5, 0.75]))
        # The median absolute deviation lies between the two distances to the quartiles.
        ends = np.sort([median - lower, upper - median])[:, None]

        def within(d: Array) -> tuple[Array, Array]:
            below, above = median - d, median + d
            return (
                np.asarray(self.cdf(above) - self.cdf(below)),
                np.asarray(self.pdf(above) + self.pdf(below)),
            )

        mad = solve_increasing(within, np.array([0.5]), ends[0], ends[1], ends.mean(axis=0))
        return MAD_CONSTANT * float(mad[0])

    def interval(self, prob: float = PROBABILITY) -> tuple[float, float]:
        """Equal-tailed interval that holds `prob` of the posterior."""
        lower, upper = np.asarray(self.quantile(tail_probabilities(prob)))
        return float(lower), float(upper)

    def hdi(self, prob: float = PROBABILITY) -> tuple[float, float]:
        """The shortest interval that holds `prob` of the posterior (highest density interval).

        For a posterior with one peak; it starts at the bound of the support where density falls
        from there on.
        """
        tail_probabilities(prob)

        def ends(p: float) -> Array:
            return np.asarray(self.quantile([p, p + prob]))

        def slope(p: float) -> float:
            # the width changes by 1 / pdf(upper) - 1 / pdf(lower); this has the same sign
            density = np.asarray(self.pdf(ends(p)))
            return float(density[0] - density[1])

        tails = np.linspace(0, 1 - prob, 41)[1:-1]
        width = np.asarray(self.quantile(tails + prob)) - np.asarray(self.quantile(tails))
        best = int(np.argmin(width))
        low = tails[best - 1] if best else 1e-9 * (1 - prob)
        high = tails[best + 1] if best + 1 < len(tails) else (1 - prob) * (1 - 1e-9)
        if slope(low) < 0 < slope(high):
            low = optimize.brentq(slope, low, high, xtol=1e-13)
        elif slope(low) >= 0:
            low = 0.0 if best == 0 else low
        else:
            low = high
        lower, upper = ends(low)
        return float(lower), float(upper)

    def grid(self, n: int = 400) -> tuple[Array, Array]:
        """n values that span all but 0.0001 of the posterior in each tail, and their density."""
        low, high = np.asarray(self.quantile([1e-4, 1 - 1e-4]))
        x = np.linspace(low, high, n)
        return x, np.asarray(self.pdf(x))

    def __repr__(self) -> str:
        lower, upper = self.interval()
        return (
            f"Marginal(mean={self.mean:.4g}, sd={self.sd:.4g}, "
            f"median={self.median:.4g}, {PROBABILITY:.0%} interval {lower:.4g} to {upper:.4g})"
        )


def tail_probabilities(prob: float) -> Array:
    if not 0 < prob < 1:
        raise ValueError(f"prob must lie strictly between 0 and 1, not {prob!r}.")
    return np.array([(1 - prob) / 2, (1 + prob) / 2])


class NormalMixture(Marginal):
    """Finite mixture of normals: component means, sds and weights are 1-d, weights sum to 1."""

    def __init__(self, means: Array, sds: Array, weights: Array) -> None:
        self.means, self.sds, self.weights = np.broadcast_arrays(means, sds, weights)
        moments = _mixture_moments(self.means, self.sds, self.weights)
        self.mean, self.sd = float(moments[0]), float(moments[1])

    def cdf(self, x: ArrayLike) -> Array | float:
        x = np.asarray(x, dtype=float)
        return self._cdf_pdf(x.ravel())[0].reshape(x.shape)[()]

    def pdf(self, x: ArrayLike) -> Array | float:
        x = np.asarray(x, dtype=float)
        return self._cdf_pdf(x.ravel())[1].reshape(x.shape)[()]

    def _cdf_pdf(self, x: Array) -> Array:
        blocks = np.array_split(x, min(len(x), 1 + x.size * self.weights.size // CHUNK) or 1)
        return np.concatenate(
            [_mixture_cdf_pdf(block, self.means, self.sds, self.weights) for block in blocks],
            axis=1,
        )

    def _quantile(self, p: Array) -> Array:
        blocks = np.array_split(p, min(len(p), 1 + p.size * self.weights.size // CHUNK))
        return np.concatenate(
            [_mixture_quantile(block, self.means, self.sds, self.weights) for block in blocks]
        )


# The next functions take component means and sds of shape (..., C), weights of shape (C,) and
# x of shape (..., Q), so that one call serves all groups at once.


def _mixture_moments(means: Array, sds: Array, weights: Array) -> tuple[Array, Array]:
    mean = means @ weights
    variance = (sds**2 + (means - mean[..., None]) ** 2) @ weights
    return mean, np.sqrt(variance)


def _mixture_cdf_pdf(x: Array, means: Array, sds: Array, weights: Array) -> tuple[Array, Array]:
    sds = sds[..., None, :]
    z = (x[..., None] - means[..., None, :]) / sds
    pdf = (np.exp(-0.5 * z * z) / sds) @ weights / np.sqrt(2 * np.pi)
    return special.ndtr(z) @ weights, pdf


def _mixture_quantile(p: Array, means: Array, sds: Array, weights: Array) -> Array:
    """Quantiles p of shape (Q,) of each mixture: shape (..., Q)."""
    z = special.ndtri(p)
    # A quantile of a mixture lies between the smallest and the largest of its components'.
    lower = np.stack([(means + sds * zi).min(axis=-1) for zi in z], axis=-1)
    upper = np.stack([(means + sds * zi).max(axis=-1) for zi in z], axis=-1)
    mean, sd = _mixture_moments(means, sds, weights)
    return solve_increasing(
        lambda x: _mixture_cdf_pdf(x, means, sds, weights),
        p,
        lower,
        upper,
        mean[..., None] + sd[..., None] * z,
    )


def mixture_summary(means: Array, sds: Array, weights: Array, prob: float) -> Array:
    """Mean, sd, median, mad_sd, lower, upper of each of G mixtures: shape (G, 6)."""
    mean, sd = _mixture_moments(means, sds, weights)
    quantiles = _mixture_quantile(
        np.array([0.25, 0.5, 0.75, *tail_probabilities(prob)]), means, sds, weights
    )
    first, median, third = (quantiles[:, [i]] for i in range(3))
    ends = np.sort(np.hstack([median - first, third - median]), axis=1)

    def within(d: Array) -> tuple[Array, Array]:
        cdf, pdf = _mixture_cdf_pdf(np.hstack([median - d, median + d]), means, sds, weights)
        return cdf[:, 1:] - cdf[:, :1], pdf.sum(axis=1, keepdims=True)

    mad = solve_increasing(
        within, np.array(0.5), ends[:, :1], ends[:, 1:], ends.mean(axis=1, keepdims=True)
    )
    return np.column_stack([mean, sd, median, MAD_CONSTANT * mad, quantiles[:, 3:]])


class Curve(Marginal):
    """A positive quantity that is an increasing function of a latent one with a smooth density.

    The latent scale (see `SdGrid`) is where interpolation and root finding are easy.
    """

    def __init__(
        self,
        *,
        latent: Callable[[Array], Array],
        value: Callable[[Array], Array],
        slope: Callable[[Array], Array],
        cdf: Callable[[Array], Array],
        pdf: Callable[[Array], Array],
        bounds: tuple[float, float],
        support: tuple[float, float],
        mean: float,
        variance: float,
    ) -> None:
        self._latent, self._value, self._slope = latent, value, slope
        self._latent_cdf, self._latent_pdf, self._bounds = cdf, pdf, bounds
        self.support, self.mean, self.sd = support, float(mean), float(np.sqrt(variance))

    def cdf(self, x: ArrayLike) -> Array | float:
        x = np.asarray(x, dtype=float)
        inside = np.clip(x, *self.support)
        return np.clip(self._latent_cdf(self._latent(inside).ravel()), 0, 1).reshape(x.shape)[()]

    def pdf(self, x: ArrayLike) -> Array | float:
        x = np.asarray(x, dtype=float)
        lower, upper = self.support
        latent = self._latent(np.clip(x, lower, upper)).ravel()
        with np.errstate(divide="ignore", invalid="ignore"):
            density = np.maximum(self._latent_pdf(latent), 0) / self._slope(latent)
        density = density.reshape(x.shape)
        return np.where((x >= lower) & (x <= upper), density, 0.0)[()]

    def _quantile(self, p: Array) -> Array:
        lower, upper = (np.full(p.shape, bound) for bound in self._bounds)
        return self._value(
            solve_increasing(
                lambda z: (self._latent_cdf(z), self._latent_pdf(z)),
                p,
                lower,
                upper,
                (lower + upper) / 2,
            )
        )
