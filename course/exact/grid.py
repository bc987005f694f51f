"""Standard deviations on a grid of Gauss-Legendre nodes: density, weights and marginals."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np
from numpy.polynomial import legendre
from scipy import special

from course.exact.marginals import Curve, Marginal
from course.exact.validation import Array

NEGLIGIBLE_LOG_DENSITY = 36.0  # exp(-36) = 2e-16 of the highest density
NEGLIGIBLE_WEIGHT = 1e-13  # of one component of a mixture
LEGENDRE_TOLERANCE = 1e-9  # of the last Legendre coefficients, relative to the largest
NODES = (40, 56, 80, 112, 160, 224, 320, 448, 640, 896)


@lru_cache(maxsize=32)
def _gauss_legendre(n: int) -> tuple[Array, Array, Array]:
    """Nodes on [-1, 1], weights, and the matrix from values to Legendre coefficients."""
    nodes, weights = special.roots_legendre(n)
    order = np.arange(n)[:, None] + 0.5
    return nodes, weights, order * legendre.legvander(nodes, n - 1).T * weights


class SdGrid:
    """The posterior of one or two standard deviations on a box of Gauss-Legendre nodes.

    The coordinate of a standard deviation s is x = arcsinh(s / scale): linear in s near zero,
    where its posterior may end abruptly with positive density, and logarithmic far out, where it
    may have a long tail. So the density of x is smooth on [0, infinity), and Gauss-Legendre
    quadrature converges geometrically on the box in which the density is not negligible. The
    number of nodes grows until the last Legendre coefficients are negligible.

    log_density(*sds) takes arrays that broadcast and returns the unnormalised log density.
    resolution > 1 uses that many times the nodes and a wider box, to estimate the error.
    """

    def __init__(
        self, log_density: Callable[..., Array], scales: Sequence[float], resolution: int = 1
    ) -> None:
        self.scales = [float(scale) for scale in scales]
        self._log_density = log_density
        drop = NEGLIGIBLE_LOG_DENSITY * (1.0 if resolution == 1 else 1.3)
        self.boxes = self._find_box(drop)
        levels = [0] * len(scales)
        while True:
            self.sizes = [NODES[level] for level in levels]
            self._evaluate()
            rough = [
                axis
                for axis in range(len(scales))
                if self._unresolved(axis) and levels[axis] + 1 < len(NODES)
            ]
            if not rough:
                break
            for axis in rough:
                levels[axis] += 1
        # With mass at zero, the density of a group effect has a cusp there: spend more nodes.
        self.sizes = [
            size * resolution * (2 if box[0] == 0 else 1)
            for size, box in zip(self.sizes, self.boxes, strict=True)
        ]
        self._evaluate()
        if not np.isfinite(self._peak):
            raise ValueError("The posterior density is zero or undefined everywhere on the grid.")

    def _log_f(self, axes: Sequence[Array]) -> Array:
        """Log density of the coordinates x at the tensor product of the axes."""
        mesh = np.meshgrid(*axes, indexing="ij", sparse=True)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore", under="ignore"):
            value = self._log_density(
                *(a * np.sinh(x) for a, x in zip(self.scales, mesh, strict=True))
            )
            value = value + sum(np.log(np.cosh(x)) for x in mesh)
        return np.where(np.isnan(value), -np.inf, value)

    def _find_box(self, drop: float) -> list[tuple[float, float]]:
        """Zoom in, step by step, on where the log density is within `drop` of its maximum."""
        cells, margin = 64 if len(self.scales) == 2 else 512, 3
        box = [(0.0, 60.0)] * len(self.scales)
        for _ in range(60):
            widths = [(high - low) / cells for low, high in box]
            axes = [
                low + width * (np.arange(cells) + 0.5)
                for (low, _), width in zip(box, widths, strict=True)
            ]
            log_f = self._log_f(axes)
            kept = np.nonzero(log_f >= log_f.max() - drop)
            new = [
                (
                    max(low, axis[index.min()] - margin * width),
                    min(high, axis[index.max()] + margin * width),
                )
                for (low, high), axis, index, width in zip(box, axes, kept, widths, strict=True)
            ]
            shrink = min(
                (b - a) / (high - low) for (a, b), (low, high) in zip(new, box, strict=True)
            )
            box = new
            if shrink > 0.7:
                break
        return box

    def _evaluate(self) -> None:
        rules = [_gauss_legendre(size) for size in self.sizes]
        self.x = [
            low + (high - low) / 2 * (rule[0] + 1)
            for (low, high), rule in zip(self.boxes, rules, strict=True)
        ]
        widths = [
            (high - low) / 2 * rule[1] for (low, high), rule in zip(self.boxes, rules, strict=True)
        ]
        self.projections = [rule[2] for rule in rules]
        log_f = self._log_f(self.x)
        self._peak = log_f.max()
        self._rounding = 100 * np.finfo(float).eps * abs(self._peak)
        density = np.exp(log_f - self._peak)
        weights = density * np.prod(np.meshgrid(*widths, indexing="ij"), axis=0)
        self.density, self.weights = density / weights.sum(), weights / weights.sum()
        self.axis_weights = widths

    def _unresolved(self, axis: int) -> bool:
        size = np.abs(np.tensordot(self.projections[axis], self.density, (1, axis)))
        tolerance = max(LEGENDRE_TOLERANCE, self._rounding)
        return bool(size[-max(4, len(size) // 10) :].max() > tolerance * size.max())

    def components(self) -> tuple[list[Array], Array]:
        """The sds at the nodes that matter, and their weights: 1-d, weights sum to 1."""
        keep = self.weights > NEGLIGIBLE_WEIGHT
        weights = self.weights[keep]
        mesh = np.meshgrid(*self.x, indexing="ij")
        sds = [a * np.sinh(x[keep]) for a, x in zip(self.scales, mesh, strict=True)]
        return sds, weights / weights.sum()

    def marginal(self, axis: int, power: int = 1) -> Marginal:
        """Posterior of the sd on one axis (power 1) or of the variance (power 2)."""
        scale, box = self.scales[axis], self.boxes[axis]
        other = tuple(i for i in range(len(self.scales)) if i != axis)
        density = self.density
        for i in sorted(other, reverse=True):
            density = np.tensordot(density, self.axis_weights[i], (i, 0))
        series = legendre.Legendre(self.projections[axis] @ density, domain=box)
        integral = series.integ(lbnd=box[0])
        total = integral(box[1])
        values = (scale * np.sinh(self.x[axis])) ** power
        weights = self.weights.sum(axis=other)
        mean = values @ weights
        return Curve(
            latent=lambda v: np.clip(np.arcsinh(v ** (1 / power) / scale), *box),
            value=lambda x: (scale * np.sinh(x)) ** power,
            slope=lambda x: power * (scale * np.sinh(x)) ** (power - 1) * scale * np.cosh(x),
            cdf=lambda x: integral(np.clip(x, *box)) / total,
            pdf=lambda x: (
                np.where((x > box[0]) & (x < box[1]) | (x == 0) & (box[0] == 0), series(x), 0.0)
                / total
            ),
            bounds=box,
            support=(0.0, np.inf),
            mean=mean,
            variance=(values - mean) ** 2 @ weights,
        )

    def share(self) -> Marginal:
        """Posterior of s_1² / (s_0² + s_1²), the second variance as a share of the total.

        Given the first sd s_0, the share grows with s_1, so its cdf is the average over s_0 of
        the conditional cdf of s_1; the latent coordinate is the angle arctan(s_1 / s_0).
        """
        (a0, a1), (low, high) = self.scales, self.boxes[1]
        s0 = a0 * np.sinh(self.x[0])
        half = (high - low) / 2
        series = self.projections[1] @ self.density.T * self.axis_weights[0]  # (n_1, n_0)
        integral = legendre.legint(series, lbnd=-1, axis=0) * half

        def position(angle: Array) -> Array:
            """Where the ray at this angle cuts each line of nodes, on [-1, 1]."""
            with np.errstate(over="ignore"):
                x = np.arcsinh(s0 * np.tan(angle[:, None]) / a1)
            return (x - low) / half - 1

        def cdf(angle: Array) -> Array:
            at = np.clip(position(angle), -1, 1)
            return legendre.legval(at, integral, tensor=False).sum(axis=1)

        def pdf(angle: Array) -> Array:
            at = position(angle)
            tangent = np.tan(angle[:, None])
            dx = s0 / np.hypot(a1, s0 * tangent) * (1 + tangent**2)
            inside = (at >= -1) & (at <= 1)
            density = legendre.legval(np.clip(at, -1, 1), series, tensor=False)
            return np.where(inside, density * dx, 0.0).sum(axis=1)

        (sd0, sd1), weights = self.components()
        share = sd1**2 / (sd0**2 + sd1**2)
        return Curve(
            latent=lambda v: np.arcsin(np.sqrt(v)),
            value=lambda z: np.sin(z) ** 2,
            slope=lambda z: np.sin(2 * z),
            cdf=cdf,
            pdf=pdf,
            bounds=(0.0, np.pi / 2),
            support=(0.0, 1.0),
            mean=share @ weights,
            variance=(share - share @ weights) ** 2 @ weights,
        )
