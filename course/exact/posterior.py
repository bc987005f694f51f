"""What the posteriors of all four models share, and access by label for those with groups."""

from __future__ import annotations

import copy
import difflib
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.random import Generator

from course.exact.draws import draw_sds
from course.exact.grid import SdGrid
from course.exact.marginals import CHUNK, PROBABILITY, Marginal, NormalMixture, mixture_summary
from course.exact.targets import Target

if TYPE_CHECKING:
    import xarray as xr
from course.exact.validation import Array


class Posterior(ABC):
    """What the posteriors of all four models share: marginals by name, draws, and their accuracy.

    parameters: names of what belongs to the whole model. predictive: names of what is new and
    needs no label. quantities: names of what needs one, a group or (in a regression) a value of x.
    """

    parameters: tuple[str, ...]
    predictive: tuple[str, ...] = ()
    quantities: tuple[str, ...] = ()
    labels: Sequence[Any] = ()
    dimension: str
    _resolution = 1

    @abstractmethod
    def _log_density(self, *sds: Array) -> Array:
        """Log posterior density of the sds, up to a constant, all means integrated out."""

    @abstractmethod
    def _scales(self) -> Sequence[float]:
        """A typical size of each sd."""

    @abstractmethod
    def _parameter(self, name: str) -> Marginal:
        """The posterior of the parameter of this name."""

    @abstractmethod
    def _draw(self, sds: list[Array], labels: Sequence[Any], rng: Generator) -> dict[str, Array]:
        """Draws given draws of the sds, by name: shape (n,), of `quantities` (len(labels), n)."""

    def _examples(self) -> Sequence[Any]:
        """Labels that `accuracy` looks at."""
        return self.labels

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

    def __getitem__(self, name: str) -> Marginal:
        """Posterior of a parameter of the whole model; KeyError if there is none of that name."""
        if name not in self.parameters:
            raise KeyError(f"no parameter {name!r}; there are {', '.join(self.parameters)}")
        if name not in self._cache:
            self._cache[name] = self._parameter(name)
        return self._cache[name]

    def marginal(self, target: Target) -> Marginal:
        """The exact distribution of any target of this model.

        Raises KeyError for a name that this model does not have, a label that is lacking or too
        much, and an unknown group.
        """
        name, label = target.name, target.label
        if label is None and name in self.parameters:
            return self[name]
        if label is None and name in self.predictive:
            return getattr(self, name)()
        if label is not None and name in self.quantities:
            return getattr(self, name)(label)
        plain = ", ".join((*self.parameters, *self.predictive))
        labelled = f"; with a label {', '.join(self.quantities)}" if self.quantities else ""
        raise KeyError(f"no target {str(target)!r}; there are {plain}{labelled}")

    def draws(
        self,
        n: int,
        rng: Generator | int,
        names: Iterable[str] | None = None,
        labels: Iterable[Any] | None = None,
    ) -> xr.Dataset:
        """n independent draws from the joint posterior, exact but for the error of the grid.

        The standard deviations are drawn first (`draw_sds`), then what is normal given them, as
        the model says: b_j is mu_j - mu in each draw, predict a new observation around mu_j,
        predict_new one of the group whose mean is mu_new.

        Parameters
        ----------
        n : number of draws, at least 1
        rng : generator or seed
        names : what to return, of `parameters`, `predictive` and `quantities`; all if left out
        labels : groups, or values of x of a regression; all groups (and no x) if left out

        Returns
        -------
        xarray.Dataset
            A variable for each name, in its own units, with the dimension draw; quantities also
            with the dimension group (or x). The same seed gives the same draws, whatever `names`
            are; what needs no label is also the same whatever `labels` are.

        Raises
        ------
        KeyError
            For an unknown name or group.
        ValueError
            If n is less than 1.
        """
        import xarray as xr  # the grader draws nothing, and is spared its memory

        if n < 1:
            raise ValueError(f"n must be at least 1, not {n!r}.")
        known = (*self.parameters, *self.predictive, *self.quantities)
        names = known if names is None else tuple(names)
        if unknown := [name for name in names if name not in known]:
            raise KeyError(f"no quantity {unknown[0]!r}; there are {', '.join(known)}")
        if labels is None or not set(names) & set(self.quantities):
            labels = self.labels if set(names) & set(self.quantities) else ()
        labels, rng = list(labels), np.random.default_rng(rng)
        drawn = self._draw(draw_sds(self._grid, n, rng), labels, rng)
        return xr.Dataset(
            {
                name: (("draw", self.dimension), drawn[name].T)
                if name in self.quantities
                else ("draw", drawn[name])
                for name in names
            },
            {"draw": np.arange(n)} | ({self.dimension: labels} if self.quantities else {}),
        )

    def accuracy(self) -> float:
        """Estimated numerical error of the quantiles, in the units of each quantity.

        Computes the posterior again with twice as many nodes per axis on a wider box, and returns
        the largest change of any of the quantiles 1, 2, ..., 99 % of all parameters and of a
        sample of groups.
        """
        finer = copy.copy(self)
        for name in ("_grid", "_nodes", "_cache", "_mu"):
            finer.__dict__.pop(name, None)
        finer._resolution = 2 * self._resolution
        targets = [Target(name) for name in (*self.parameters, *self.predictive)]
        targets += [Target(name, label) for label in self._examples() for name in self.quantities]
        q = np.linspace(0.01, 0.99, 99)
        return max(
            float(
                np.max(np.abs(self.marginal(each).quantile(q) - finer.marginal(each).quantile(q)))
            )
            for each in targets
        )


class Groups(Posterior):
    """Access by label for posteriors with groups; needs `labels` and `mean`, one each a group."""

    labels: pd.Index
    mean: Array
    dimension = "group"

    @abstractmethod
    def _group(self, index: Array, which: str) -> tuple[Array, Array]:
        """Mean and variance of a quantity given the sds: shapes (len(index), components)."""

    def _index(self, labels: Iterable[Any]) -> Array:
        """Positions of labels; KeyError for the first that is unknown."""
        return np.array([self._position(label) for label in labels], dtype=int)

    def _position(self, label: Any) -> int:
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
        mean, variance = self._group(self._index([label]), which)
        return self._mixture(mean[0], variance[0])

    def mu_j(self, label: Any) -> NormalMixture:
        """Posterior of the mean of an observed group; KeyError for an unknown label."""
        return self._group_marginal(label, "mu_j")

    def predict(self, label: Any) -> NormalMixture:
        """Prediction of a new observation in an observed group; KeyError for an unknown label."""
        return self._group_marginal(label, "predict")

    def summary(
        self, which: str = "mu_j", labels: Sequence[Any] | None = None, prob: float = PROBABILITY
    ) -> pd.DataFrame:
        """Summaries of one quantity for each group (all of them, or those in `labels`).

        Returns a DataFrame indexed by label with the columns mean, sd, median, mad_sd and the
        ends of the equal-tailed interval that holds `prob`, lower and upper, in the units of y.
        Raises ValueError for an unknown quantity, KeyError for an unknown label.
        """
        if which not in self.quantities:
            raise ValueError(f"which must be one of {', '.join(self.quantities)}, not {which!r}.")
        chosen = self.labels if labels is None else pd.Index(labels, name=self.labels.name)
        index = self._index(chosen)
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

    def _examples(self) -> Sequence[Any]:
        """Up to 8 groups, from the lowest to the highest mean."""
        order = np.argsort(self.mean, kind="stable")
        sample = order[np.unique(np.linspace(0, len(order) - 1, 8).astype(int))]
        return [self.labels[i] for i in sample]


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
