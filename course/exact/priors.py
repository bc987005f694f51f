"""Prior distributions, and the named sets of priors that the course uses.

The classes carry the names and parameters of PyMC and Bambi, so `Exponential(lam=1 / sd)` here is
`bmb.Prior("Exponential", lam=1 / sd)` there. `course.exact` combines them with data.

"Autoscaled" means that a prior takes its scale from the data: rstanarm multiplies its default
scale by the standard deviation of y (n - 1 in the denominator), Bambi by the one with n.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from course.exact.validation import Array, check_groups, check_numbers

__all__ = [
    "Exponential",
    "HalfNormal",
    "HalfStudentT",
    "HierarchicalPriors",
    "Normal",
    "Prior",
    "hierarchical_priors",
    "no_pooled_priors",
    "pooled_priors",
    "regression_priors",
]

PRIOR_SETS = ("source", "chapter", "bambi", "literal")


# ------------------------------------------------------------------------------- distributions


def _require_positive(owner: object, **values: float) -> None:
    for name, value in values.items():
        if not (np.isscalar(value) and np.isfinite(value) and value > 0):
            raise ValueError(
                f"{type(owner).__name__}: {name} must be a positive number, not {value!r}."
            )


class Prior(Protocol):
    """A prior of a standard deviation: a log density on x >= 0 and its typical size."""

    @property
    def scale(self) -> float: ...

    def logpdf(self, x: ArrayLike) -> Array: ...


@dataclass(frozen=True)
class Normal:
    """Normal distribution with mean `mu` and standard deviation `sigma` > 0."""

    mu: float
    sigma: float

    def __post_init__(self) -> None:
        _require_positive(self, sigma=self.sigma)
        if not (np.isscalar(self.mu) and np.isfinite(self.mu)):
            raise ValueError(f"Normal: mu must be a finite number, not {self.mu!r}.")

    def logpdf(self, x: ArrayLike) -> Array:
        """Log density at x (any shape)."""
        z = (np.asarray(x, dtype=float) - self.mu) / self.sigma
        return -0.5 * z**2 - np.log(self.sigma) - 0.5 * np.log(2 * np.pi)


@dataclass(frozen=True)
class Exponential:
    """Exponential distribution with rate `lam` > 0, so with mean 1 / lam."""

    lam: float

    def __post_init__(self) -> None:
        _require_positive(self, lam=self.lam)

    @property
    def scale(self) -> float:
        return 1 / self.lam

    def logpdf(self, x: ArrayLike) -> Array:
        """Log density at x (any shape); -inf below zero."""
        x = np.asarray(x, dtype=float)
        return np.where(x >= 0, np.log(self.lam) - self.lam * x, -np.inf)


@dataclass(frozen=True)
class HalfNormal:
    """Absolute value of a Normal(0, `sigma`), sigma > 0."""

    sigma: float

    def __post_init__(self) -> None:
        _require_positive(self, sigma=self.sigma)

    @property
    def scale(self) -> float:
        return self.sigma

    def logpdf(self, x: ArrayLike) -> Array:
        """Log density at x (any shape); -inf below zero."""
        x = np.asarray(x, dtype=float)
        log_density = 0.5 * np.log(2 / np.pi) - np.log(self.sigma) - 0.5 * (x / self.sigma) ** 2
        return np.where(x >= 0, log_density, -np.inf)


@dataclass(frozen=True)
class HalfStudentT:
    """Absolute value of a Student t with `nu` > 0 degrees of freedom and scale `sigma` > 0."""

    nu: float
    sigma: float

    def __post_init__(self) -> None:
        _require_positive(self, nu=self.nu, sigma=self.sigma)

    @property
    def scale(self) -> float:
        return self.sigma

    def logpdf(self, x: ArrayLike) -> Array:
        """Log density at x (any shape); -inf below zero."""
        x = np.asarray(x, dtype=float)
        nu = self.nu
        log_constant = (
            np.log(2)
            - np.log(self.sigma)
            - 0.5 * np.log(nu * np.pi)
            + special.gammaln((nu + 1) / 2)
            - special.gammaln(nu / 2)
        )
        log_density = log_constant - (nu + 1) / 2 * np.log1p((x / self.sigma) ** 2 / nu)
        return np.where(x >= 0, log_density, -np.inf)


@dataclass(frozen=True)
class HierarchicalPriors:
    """Priors of the hierarchical model y_ij ~ N(mu_j, sigma_y²), mu_j ~ N(mu, sigma_mu²).

    mu: Normal prior of the global mean.
    sigma_y: prior of the standard deviation within groups.
    sigma_mu: prior of the standard deviation between groups; if `relative`, of the ratio
        sigma_mu / sigma_y instead (this is how rstanarm's `decov` reads: the covariance of the
        group effects is expressed in units of the residual standard deviation).
    """

    mu: Normal
    sigma_y: Prior
    sigma_mu: Prior
    relative: bool = False

    def __post_init__(self) -> None:
        if not isinstance(self.mu, Normal):
            raise TypeError("mu needs a Normal prior: only that can be integrated in closed form.")
        check_scale_prior(self.sigma_y, "sigma_y")
        check_scale_prior(self.sigma_mu, "sigma_mu")

    def logpdf(self, sigma_y: ArrayLike, sigma_mu: ArrayLike) -> Array:
        """Joint log prior density of the two standard deviations (arrays that broadcast)."""
        sigma_y, sigma_mu = np.asarray(sigma_y, float), np.asarray(sigma_mu, float)
        log_density = self.sigma_y.logpdf(sigma_y)
        if self.relative:
            # d(ratio) / d(sigma_mu) = 1 / sigma_y
            return log_density + self.sigma_mu.logpdf(sigma_mu / sigma_y) - np.log(sigma_y)
        return log_density + self.sigma_mu.logpdf(sigma_mu)


def check_scale_prior(prior: Any, name: str) -> None:
    """Raise TypeError unless `prior` is a distribution on the positive numbers."""
    if not isinstance(prior, (Exponential, HalfNormal, HalfStudentT)):
        raise TypeError(
            f"{name} needs an Exponential, HalfNormal or HalfStudentT prior, not {prior!r}."
        )


def _sd(values: Array, name: str, ddof: int = 1) -> float:
    """Sample standard deviation; refuses one that is zero or undefined."""
    if len(values) < 2 or np.ptp(values) == 0:
        raise ValueError(
            f"Autoscaled priors divide by the standard deviation of {name}, which "
            f"{'needs two or more values' if len(values) < 2 else 'is zero: all are equal'}. "
            "Give explicit priors instead, such as Exponential(lam=1)."
        )
    return float(np.std(values, ddof=ddof))


# ------------------------------------------------------------------------------- sets of priors


def hierarchical_priors(y: ArrayLike, name: str = "source") -> HierarchicalPriors:
    """A named set of priors for the hierarchical model, scaled by the data y (1-d).

    | name | mu | sigma_y | sigma_mu |
    | --- | --- | --- | --- |
    | "source" | N(50, (2.5 sd)²) | Exp(1/sd) | sigma_mu/sigma_y ~ Exp(1), what rstanarm fits |
    | "chapter" | N(50, (2.5 sd)²) | Exp(1/sd) | Exp(1/sd) |
    | "bambi" | N(mean, (2.5 sd0)²) | HalfStudentT(4, sd0) | HalfNormal(2.5 sd0) |
    | "literal" | N(50, (2.5 sd)²) | Exp(1/sd) | Exp(1), the misreading of "source" |

    sd has n - 1 in its denominator, sd0 has n. Raises ValueError for an unknown name, or where
    the standard deviation is undefined or zero.
    """
    if name not in PRIOR_SETS:
        raise ValueError(f"Unknown set of priors {name!r}; choose from {', '.join(PRIOR_SETS)}.")
    (values,) = check_numbers(y=y)
    if name == "bambi":
        sd0 = _sd(values, "y", ddof=0)
        return HierarchicalPriors(
            mu=Normal(float(values.mean()), 2.5 * sd0),
            sigma_y=HalfStudentT(nu=4, sigma=sd0),
            sigma_mu=HalfNormal(sigma=2.5 * sd0),
        )
    sd = _sd(values, "y")
    between = {
        "source": Exponential(1.0),
        "chapter": Exponential(1 / sd),
        "literal": Exponential(1.0),
    }[name]
    return HierarchicalPriors(
        mu=Normal(50.0, 2.5 * sd),
        sigma_y=Exponential(1 / sd),
        sigma_mu=between,
        relative=name == "source",
    )


def pooled_priors(y: ArrayLike) -> dict[str, Any]:
    """rstanarm's autoscaled priors of `y ~ 1`: keys "mu" and "sigma".

    Raises ValueError where the standard deviation of y is undefined or zero.
    """
    (values,) = check_numbers(y=y)
    sd = _sd(values, "y")
    return {"mu": Normal(float(values.mean()), 2.5 * sd), "sigma": Exponential(1 / sd)}


def no_pooled_priors(y: ArrayLike, group: ArrayLike) -> dict[str, Any]:
    """rstanarm's autoscaled priors of `y ~ 0 + group`: keys "mu" and "sigma".

    "mu" is a dictionary from label to Normal(0, 2.5 sd(y) / sd(x_j)), in the order of the labels;
    x_j is the 0/1 indicator of group j, so small groups have the wider priors. Raises ValueError
    where a standard deviation is undefined or zero (x_j is constant with only one group).
    """
    values, codes, labels = check_groups(y, group)
    sd, n = _sd(values, "y"), len(values)
    count = np.bincount(codes)
    if len(labels) < 2:
        raise ValueError(
            "With one group its indicator is constant and the autoscaled prior is "
            "undefined. Give an explicit prior, such as mu=Normal(0, 100)."
        )
    sd_indicator = np.sqrt(count * (n - count) / (n * (n - 1)))
    return {
        "mu": {
            label: Normal(0.0, float(2.5 * sd / sd_x))
            for label, sd_x in zip(labels, sd_indicator, strict=True)
        },
        "sigma": Exponential(1 / sd),
    }


def regression_priors(x: ArrayLike, y: ArrayLike) -> dict[str, Any]:
    """Autoscaled priors of `y ~ x`: keys "intercept" (at the mean of x), "slope" and "sigma".

    Raises ValueError where the standard deviation of x or y is undefined or zero.
    """
    x_values, y_values = check_numbers(x=x, y=y)
    sd_x, sd_y = _sd(x_values, "x"), _sd(y_values, "y")
    return {
        "intercept": Normal(0.0, 2.5 * sd_y),
        "slope": Normal(0.0, 2.5 * sd_y / sd_x),
        "sigma": Exponential(1 / sd_y),
    }
