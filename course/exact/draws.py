"""Independent draws of standard deviations from their joint posterior on the grid."""

from __future__ import annotations

import numpy as np
from numpy.polynomial import legendre

from course.exact.grid import SdGrid
from course.exact.marginals import solve_increasing
from course.exact.validation import Array

BLOCK = 20_000  # draws worked on at once, to bound the memory
CELLS = 64  # in which to look for a quantile, before it is solved for


def draw_sds(grid: SdGrid, n: int, rng: np.random.Generator) -> list[Array]:
    """n independent draws of each sd of the grid, jointly: one array of shape (n,) an axis.

    The first sd is drawn from its marginal, the second from its density given the first, both by
    inverting the cdf. The densities are the polynomials through the nodes that the marginals
    integrate, so draws and marginals have the same distribution, up to the error of the grid.
    """
    uniform = rng.random((len(grid.scales), n))
    first, *second = grid.projections
    density = grid.density @ grid.axis_weights[1] if second else grid.density
    at = [_inverse_cdf((first @ density)[:, None], uniform[0])]
    if second:
        joint = first @ grid.density @ second[0].T  # Legendre coefficients in both coordinates
        blocks = np.array_split(np.arange(n), max(1, n // BLOCK))
        at.append(
            np.concatenate(
                [
                    _inverse_cdf(
                        (legendre.legvander(at[0][block], len(joint) - 1) @ joint).T,
                        uniform[1, block],
                    )
                    for block in blocks
                ]
            )
        )
    return [
        scale * np.sinh(low + (high - low) / 2 * (position + 1))
        for scale, (low, high), position in zip(grid.scales, grid.boxes, at, strict=True)
    ]


def _inverse_cdf(density: Array, p: Array) -> Array:
    """Where on [-1, 1] the share p of a density lies below.

    density: Legendre coefficients, shape (k, 1) or one column for each p: (k, len(p)).
    """
    cdf = legendre.legint(density, lbnd=-1, axis=0)
    p = p * cdf.sum(axis=0)  # each polynomial is 1 at the upper end
    edges = np.linspace(-1, 1, CELLS + 1)
    below = np.broadcast_to(legendre.legvander(edges, len(cdf) - 1) @ cdf, (CELLS + 1, len(p)))
    cell = np.sum(below[1:-1] <= p, axis=0)
    first, last = (np.take_along_axis(below, row[None], 0)[0] for row in (cell, cell + 1))
    lower, upper = edges[cell], edges[cell + 1]
    with np.errstate(divide="ignore", invalid="ignore"):
        start = np.nan_to_num(lower + (upper - lower) * (p - first) / (last - first))
    return solve_increasing(
        lambda x: (
            legendre.legval(x, cdf, tensor=False),
            legendre.legval(x, density, tensor=False),
        ),
        p,
        lower,
        upper,
        start,
    )
