"""What the posteriors of all four models share, and access by label for those with groups."""

from __future__ import annotations

import difflib
from abc import ABC, abstractmethod
from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from course.exact.grid import SdGrid
from course.exact.marginals import CHUNK, Marginal, NormalMixture, mixture_summary
from course.exact.validation import Array


class Posterior(ABC):
    """What the posteriors of all four models share: parameters by name, and their accuracy."""

    parameters: tuple[str, ...]
    _resolution = 1

    @abstractmethod
    def _log_density(self, *sds: Array) -> Array:
        """Log posterior density of the sds, up to a constant, all means integrated out."""

    @abstractmethod
    def _scales(self) -> Sequence[float]:
        """A typical size of each sd."""

    @abstractmethod
    def _marginal(self, name: str) -> Marginal:
        """The posterior of the parameter of this name."""

    @cached_property
    def _grid(self) -> SdGrid:
        return SdGrid(self._log_density, self._scales(), self._resolution)

    @cached_property
    def _nodes(self) -> tuple[list[Array], Array]:
        return self._grid.components()

    @cached_property
    def _cache(self) -> dict[str, Marginal]:
        return {}

    def _mixture(self, mean: Array, variance: Array) -> NormalMixture:
        return NormalMixture(mean, np.sqrt(variance), self._nodes[1])

    def parameter(self, name: str) -> Marginal:
        """Posterior of a parameter of the whole model; KeyError if there is none of that name."""
        if name not in self.parameters:
            raise KeyError(f"no parameter {name!r}; there are {', '.join(self.parameters)}")
        if name not in self._cache:
            self._cache[name] = self._marginal(name)
        return self._cache[name]

    __getitem__ = parameter

    def _examples(self) -> dict[str, Marginal]:
        """Quantities that `accuracy` looks at."""
        return {name: self[name] for name in self.parameters}

    def accuracy(self) -> float:
        """Estimated numerical error of the quantiles, in the units of each quantity.

        Computes the posterior again with twice as many nodes per axis on a wider box, and returns
        the largest change of any of the quantiles 1, 2, ..., 99 % of all parameters and of a
        sample of groups.
        """
        finer = object.__new__(type(self))
        finer.__dict__.update(
            {
                name: value
                for name, value in self.__dict__.items()
                if name not in ("_grid", "_nodes", "_cache", "_mu")
            }
        )
        finer._resolution = 2 * self._resolution
        q = np.linspace(0.01, 0.99, 99)
        ours, theirs = self._examples(), finer._examples()
        return max(
            float(np.max(np.abs(ours[name].quantile(q) - theirs[name].quantile(q))))
            for name in ours
        )


class Groups:
    """Access by label for posteriors with groups; needs `labels` and `_group(index, which)`."""

    labels: pd.Index
    quantities: tuple[str, ...]

    @abstractmethod
    def _group(self, index: Array, which: str) -> tuple[Array, Array]:
        """Mean and variance of a quantity given the sds: shapes (len(index), components)."""

    def _index(self, label: Any) -> int:
        try:
            return self._positions[label]
        except (KeyError, TypeError):
            names = [str(name) for name in self.labels]
            near = difflib.get_close_matches(str(label), names, n=3, cutoff=0.5)
            hint = f"; did you mean {' or '.join(map(repr, near))}?" if near else ""
            raise KeyError(f"no group {label!r} among the {len(names)} groups{hint}") from None

    @cached_property
    def _positions(self) -> dict[Any, int]:
        return {label: i for i, label in enumerate(self.labels)}

    def _group_marginal(self, label: Any, which: str) -> NormalMixture:
        mean, variance = self._group(np.array([self._index(label)]), which)
        return self._mixture(mean[0], variance[0])

    def mu_j(self, label: Any) -> NormalMixture:
        """Posterior of the mean of an observed group; KeyError for an unknown label."""
        return self._group_marginal(label, "mu_j")

    def predict(self, label: Any) -> NormalMixture:
        """Prediction of a new observation in an observed group; KeyError for an unknown label."""
        return self._group_marginal(label, "predict")

    def summary(
        self, which: str = "mu_j", labels: Sequence[Any] | None = None, prob: float = 0.8
    ) -> pd.DataFrame:
        """Summaries of one quantity for each group (all of them, or those in `labels`).

        Returns a DataFrame indexed by label with the columns mean, sd, median, mad_sd and the
        ends of the equal-tailed interval that holds `prob`, lower and upper, in the units of y.
        Raises ValueError for an unknown quantity, KeyError for an unknown label.
        """
        if which not in self.quantities:
            raise ValueError(f"which must be one of {', '.join(self.quantities)}, not {which!r}.")
        chosen = self.labels if labels is None else pd.Index(labels, name=self.labels.name)
        index = np.array([self._index(label) for label in chosen], dtype=int)
        weights = self._nodes[1]
        rows = max(1, CHUNK // (5 * len(weights)))
        blocks = [np.empty((0, 6))]
        for start in range(0, len(index), rows):
            mean, variance = self._group(index[start : start + rows], which)
            blocks.append(mixture_summary(mean, np.sqrt(variance), weights, prob))
        return pd.DataFrame(
            np.concatenate(blocks),
            index=chosen,
            columns=["mean", "sd", "median", "mad_sd", "lower", "upper"],
        )

    def _group_examples(self) -> dict[str, Marginal]:
        """Quantities of up to 8 groups, from the lowest to the highest mean."""
        order = np.argsort(self.mean, kind="stable")
        sample = order[np.unique(np.linspace(0, len(order) - 1, 8).astype(int))]
        return {
            f"{which}[{self.labels[i]}]": self._group_marginal(self.labels[i], which)
            for i in sample
            for which in self.quantities
        }


def group_statistics(values: Array, codes: Array) -> tuple[Array, Array, float]:
    """Count and mean of each group, and the sum of squares within groups."""
    count = np.bincount(codes).astype(float)
    centre = values.mean()
    mean = centre + np.bincount(codes, values - centre) / count
    highest, lowest = np.full(len(count), -np.inf), np.full(len(count), np.inf)
    np.maximum.at(highest, codes, values)
    np.minimum.at(lowest, codes, values)
    # Rounding must not turn a constant group into one that varies a little.
    constant = highest == lowest
    mean[constant] = highest[constant]
    return count, mean, float(np.sum((values - mean[codes]) ** 2))
