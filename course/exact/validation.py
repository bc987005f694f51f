"""Checks of the data that the models and the sets of priors take."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

Array = NDArray[Any]


def check_numbers(**columns: ArrayLike) -> list[Array]:
    """Turn columns of equal length into 1-d arrays of finite floats.

    Raises ValueError for missing or infinite values, different lengths, more than one dimension
    or no rows, and TypeError for what is not a number. Messages name the column.
    """
    _check_shape(columns)
    return [_as_floats(name, column) for name, column in columns.items()]


def check_groups(y: ArrayLike, group: ArrayLike) -> tuple[Array, NDArray[np.intp], pd.Index]:
    """Check numbers with a group each; return y, the group's position in labels, the labels.

    Labels keep the order of a categorical, without unused categories; otherwise they are sorted.
    Raises ValueError or TypeError as `check_numbers` does, also for missing groups.
    """
    _check_shape({"y": y, "group": group})
    groups = pd.Categorical(pd.Series(group)).remove_unused_categories()
    return _as_floats("y", y), np.asarray(groups.codes, dtype=np.intp), groups.categories


def check_summary(
    count: ArrayLike, mean: ArrayLike, within_ss: float, labels: Sequence[Any]
) -> tuple[Array, Array, pd.Index]:
    """Check sufficient statistics of groups; return counts, means and labels.

    Raises ValueError for counts that are not whole and positive, a negative within_ss or one
    above zero with one observation per group, and labels that repeat; else as `check_numbers`.
    """
    counts, means = check_numbers(count=count, mean=mean)
    index = labels if isinstance(labels, pd.Index) else pd.Index(labels)
    if len(index) != len(counts):
        raise ValueError(f"{len(index)} labels for {len(counts)} groups.")
    if not index.is_unique or index.hasnans:
        raise ValueError("labels must be unique and not missing.")
    if np.any(counts < 1) or np.any(counts != np.floor(counts)):
        raise ValueError("count must hold whole numbers of at least 1.")
    if not (np.isfinite(within_ss) and within_ss >= 0):
        raise ValueError(f"within_ss must be a finite number of at least 0, not {within_ss!r}.")
    if within_ss > 0 and counts.sum() == len(counts):
        raise ValueError("within_ss must be 0 when each group has one observation.")
    return counts, means, index


def _check_shape(columns: dict[str, ArrayLike]) -> None:
    for name, column in columns.items():
        if np.ndim(column) != 1:
            raise ValueError(f"{name} must be one-dimensional.")
    lengths = {name: len(np.asarray(column)) for name, column in columns.items()}
    if len(set(lengths.values())) > 1:
        sizes = ", ".join(f"{name} has {length}" for name, length in lengths.items())
        raise ValueError(f"The columns differ in length: {sizes}.")
    if 0 in lengths.values():
        raise ValueError(f"No rows: {' and '.join(lengths)} must have at least one.")
    missing = {name: int(pd.Series(column).isna().sum()) for name, column in columns.items()}
    if any(missing.values()):
        counts = ", ".join(f"{count} in {name}" for name, count in missing.items() if count)
        raise ValueError(
            f"Missing values: {counts}. Drop those rows first, for instance with "
            'spotify.dropna(subset=["artist", "popularity"]).'
        )


def _as_floats(name: str, column: ArrayLike) -> Array:
    values = pd.Series(column)
    kinds = (int, float, np.integer, np.floating)
    if not (
        (pd.api.types.is_numeric_dtype(values) and not np.iscomplexobj(values))
        or all(isinstance(value, kinds) for value in values)
    ):
        raise TypeError(f"{name} must hold numbers, not values such as {values.iloc[0]!r}.")
    numbers = values.to_numpy(dtype=float)
    if not np.isfinite(numbers).all():
        raise ValueError(f"{name} has {np.isinf(numbers).sum()} infinite values.")
    return numbers
