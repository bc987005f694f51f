"""Turn what a student assigned to declared names into plain JSON values, and judge nothing.

`collect(namespace, plan)` knows no expected value. It runs beside the student's code, so it never
raises, whatever an object does, and what it returns is limited in size. `plan` is JSON from
`course.judging.questions.plan`: a dictionary from a name to its type and details. Each result is

    {"type": "number", "status": "ok", "value": 52.4}
    {"type": "number", "status": "missing" | "unanswered" | "unusable", "reason": "..."}

| type | value |
| --- | --- |
| number | float |
| interval | [lower, upper] |
| choice | one lower-case letter |
| text | str |
| draws | {"shape": [chains, draws] or [draws], "values": [...]} |
| table | {"index": [...], "columns": {"lower": [...], ...}} |
| posterior | {"variables": [...], "parameters": {"mu": {"shape": [4, 1000], "values": [...]}},
"groups": [{"mu_j: Camilo": {...}}]}: parameters, and means of artists in each order they may have |
| plot | see `course.submission.drawn` |
| error | {"type": "ValueError", "message": "..."} |
"""

import math
from collections.abc import Mapping
from numbers import Number
from typing import Any

import numpy as np

#: Draws kept of each quantity; a longer run is thinned evenly.
MOST_DRAWS = 20_000
MOST_TEXT = 20_000  # characters
MOST_ROWS = 1_000  # of a table
MOST_SIZE = 4_000_000  # numbers looked at in one array
DECIMALS = 5  # kept of each draw


class UnusableError(Exception):
    """An answer is not of the type that was asked for; the message is for the student."""


def collect(namespace: Mapping[str, Any], plan: Mapping[str, Mapping]) -> dict[str, dict]:
    """The answers under the names of the plan, as plain JSON values. Never raises."""
    return {name: _collect_one(namespace, name, asked) for name, asked in plan.items()}


def _collect_one(namespace: Mapping[str, Any], name: str, asked: Mapping) -> dict:
    kind = asked["type"]
    try:
        if name not in namespace:
            return _without_value(kind, "missing", f"There is no `{name}`.")
        answer = namespace[name]
        if answer is None or answer is ... or (isinstance(answer, str) and not answer.strip()):
            return _without_value(kind, "unanswered", "")
        return {"type": kind, "status": "ok", "value": READERS[kind](answer, asked)}
    except UnusableError as error:
        return _without_value(kind, "unusable", str(error))
    except (Exception, SystemExit) as error:  # an answer may be any object at all
        return _without_value(
            kind,
            "unusable",
            f"It is a {_type_name(answer)}, which could not be read ({type(error).__name__}).",
        )


def _without_value(kind: str, status: str, reason: str) -> dict:
    return {"type": kind, "status": status, "value": None, "reason": reason[:300]}


def _type_name(answer: Any) -> str:
    return type(answer).__name__[:60]


# ----------------------------------------------------------------------- numbers and intervals


def _array(answer: Any, what: str) -> np.ndarray:
    """Real numbers of any array-like object, as floats."""
    if hasattr(answer, "data_vars") and len(answer.data_vars) == 1:
        answer = answer[next(iter(answer.data_vars))]  # an xarray Dataset of one variable
    if isinstance(answer, str):
        raise UnusableError(f"It is text, but {what} is asked for: leave out the quotes.")
    if hasattr(answer, "to_numpy") and hasattr(answer, "get_column"):  # a polars data frame
        answer = answer.to_numpy()
    if isinstance(answer, (set, frozenset, Mapping)):
        raise UnusableError(f"It is a {_type_name(answer)}, but {what} is asked for.")
    # before it is made an array; an array has a shape, and perhaps no length
    if not hasattr(answer, "shape") and hasattr(answer, "__len__") and len(answer) > MOST_SIZE:
        raise UnusableError(f"It holds {len(answer):,} values, which is too many.")
    values = np.asarray(getattr(answer, "values", answer))
    if values.size > MOST_SIZE:
        raise UnusableError(f"It holds {values.size:,} numbers, which is too many.")
    if values.dtype.kind == "O" and all(isinstance(v, Number) for v in values.ravel()):
        values = np.array([float(v) for v in values.ravel()]).reshape(values.shape)
    if values.dtype.kind in "US" or any(isinstance(v, str) for v in values.ravel()[:5]):
        raise UnusableError(f"It holds text, but {what} is asked for: leave out the quotes.")
    if values.dtype.kind not in "iuf":
        raise UnusableError(f"It is a {_type_name(answer)}, but {what} is asked for.")
    return values.astype(float)


def _number(answer: Any, asked: Mapping) -> float:
    values = _array(answer, "a number")
    if values.size != 1:
        raise UnusableError(f"It holds {values.size:,} numbers, but one is asked for.")
    return _finite(values)[0]


def _interval(answer: Any, asked: Mapping) -> list[float]:
    if not hasattr(answer, "__len__") and hasattr(answer, "left") and hasattr(answer, "right"):
        answer = (answer.left, answer.right)  # a pandas Interval
    values = _array(answer, "an interval, (lower, upper),").ravel()
    if values.size != 2:
        raise UnusableError(f"An interval is two numbers, (lower, upper), not {values.size:,}.")
    return _finite(values)


def _finite(values: np.ndarray) -> list[float]:
    if not np.isfinite(values).all():
        raise UnusableError("It is not a finite number (NaN or infinite).")
    return [float(value) for value in values.ravel()]


# ------------------------------------------------------------------------- letters, text, errors


def _choice(answer: Any, asked: Mapping) -> str:
    options = asked["options"]
    one_of = f"one letter of {', '.join(options)}, in quotes"
    if not isinstance(answer, (str, np.str_)):
        raise UnusableError(f"Give {one_of}, not a {_type_name(answer)}.")
    letter = str(answer).strip().strip("().:'\"` ").lower()
    if letter not in list(options):
        raise UnusableError(f"Give {one_of}.")
    return letter


def _text(answer: Any, asked: Mapping) -> str:
    if not isinstance(answer, str):
        raise UnusableError(f"Write your answer as text in quotes, not as a {_type_name(answer)}.")
    return str(answer)[:MOST_TEXT]


def _error(answer: Any, asked: Mapping) -> dict[str, str]:
    if isinstance(answer, BaseException):
        return {"type": _type_name(answer), "message": str(answer)[:2_000]}
    if isinstance(answer, str):
        return {"type": "str", "message": str(answer)[:2_000]}
    raise UnusableError(f"Assign the error that you caught, not a {_type_name(answer)}.")


# ----------------------------------------------------------------------------- draws and tables


def _draws(answer: Any, asked: Mapping) -> dict:
    group = getattr(answer, "children", None)
    if isinstance(group, Mapping) and "posterior_predictive" in group:
        answer = answer["posterior_predictive"].to_dataset()
    values = _array(answer, "an array of draws")
    values = values.squeeze() if values.size > 1 else values.ravel()
    if values.ndim > 2:
        raise UnusableError(
            f"It has the shape {values.shape}; give the draws of one song, "
            "with dimensions (chain, draw), or flat."
        )
    return _packed(values)


def _packed(values: np.ndarray) -> dict:
    """Draws of shape (chains, draws) or (draws,), thinned evenly to at most MOST_DRAWS."""
    if values.shape[-1] < values.shape[0]:  # (draw, chain), or a column
        values = values.T
    if values.size == 0 or not np.isfinite(values).all():
        raise UnusableError(
            "Some of its draws are missing, NaN or infinite." if values.size else "It is empty."
        )
    thin = math.ceil(values.size / MOST_DRAWS)
    kept = np.round(values[..., ::thin], DECIMALS)
    return {"shape": list(kept.shape), "values": kept.ravel().tolist()}


def _table(answer: Any, asked: Mapping) -> dict:
    columns = asked["columns"]
    if hasattr(answer, "to_frame") and getattr(answer, "ndim", 0) == 1 and len(columns) == 1:
        answer = answer.to_frame(columns[0])  # a pandas Series
    answer = _data_frame(answer)
    if len(answer) > MOST_ROWS:
        raise UnusableError(f"It has {len(answer):,} rows; one a group is asked for.")
    found = {str(column).strip().lower(): column for column in answer.columns}
    lacking = [column for column in columns if column not in found]
    if lacking:
        raise UnusableError(
            f"It lacks the column{'s'[: len(lacking) > 1]} "
            f"{', '.join(f'`{column}`' for column in lacking)}."
        )
    by = asked["index"]
    index = answer[found[by]] if by in found else answer.index
    values = {column: np.asarray(answer[found[column]], dtype=float) for column in columns}
    if any(column.ndim != 1 for column in values.values()):
        raise UnusableError("Two of its columns have the same name.")
    return {
        "index": [str(label)[:200] for label in index],
        "columns": {
            name: [float(v) if math.isfinite(v) else None for v in column]
            for name, column in values.items()
        },
    }


def _data_frame(answer: Any) -> Any:
    """A pandas data frame of one, of one of polars, of a dictionary, or of an xarray Dataset."""
    if hasattr(answer, "columns") and hasattr(answer, "reset_index"):
        return answer
    import pandas as pd

    if hasattr(answer, "to_dict") and hasattr(answer, "get_column"):  # polars
        return pd.DataFrame(answer.to_dict(as_series=False))
    if hasattr(answer, "data_vars"):
        return answer.to_dataframe()
    if isinstance(answer, Mapping):
        return pd.DataFrame(dict(answer))
    raise UnusableError(f"It is a {_type_name(answer)}, not a pandas DataFrame.")


# ------------------------------------------------------------------------------------ posteriors


def _posterior(answer: Any, asked: Mapping) -> dict:
    variables = _posterior_variables(answer)
    parameters = {}
    for parameter, names in asked["parameters"].items():
        draws = (_draws_of(variables[name]) for name in names if name in variables)
        if (found := next((values for values in draws if values is not None), None)) is not None:
            parameters[parameter] = found
    means = _means_of_groups(variables, asked, parameters)
    return {
        "variables": [
            [str(name)[:100], [int(size) for size in np.shape(variable)][:5]]
            for name, variable in list(variables.items())[:60]
        ],
        "parameters": {name: _packed(draws) for name, draws in parameters.items()},
        "groups": [{name: _packed(draws) for name, draws in ordered.items()} for ordered in means],
    }


def _posterior_variables(answer: Any) -> dict[str, Any]:
    """The variables of a DataTree, InferenceData, Dataset, data frame, or dictionary of arrays."""
    group = getattr(answer, "posterior", None)
    if group is None and isinstance(answer, Mapping) and "posterior" in answer:
        group = answer["posterior"]
    group = answer if group is None else group
    if hasattr(group, "columns") and not isinstance(group, Mapping):
        group = {str(name): group[name] for name in group.columns}
    variables = getattr(group, "data_vars", group)
    if not isinstance(variables, Mapping):
        raise UnusableError(f"It is a {_type_name(answer)}; assign what `model.fit(...)` returns.")
    return {str(name): variables[name] for name in variables}


def _draws_of(variable: Any) -> np.ndarray | None:
    """Draws of shape (chains, draws) of one variable; None if it has another shape."""
    values = np.asarray(getattr(variable, "values", variable))
    if values.ndim in (1, 2) and values.size <= MOST_SIZE and values.dtype.kind in "iuf":
        return np.atleast_2d(values).astype(float)
    return None


def _means_of_groups(
    variables: Mapping[str, Any], asked: Mapping, parameters: Mapping[str, np.ndarray]
) -> list[dict[str, np.ndarray]]:
    """Draws of the means of the groups asked for: one dictionary, or one for each order of groups
    that a variable without labels may have.

    A variable with a place for each group holds their means, their distances from the mean of
    all, or these in units of the standard deviation between groups: which, its own size tells.
    """
    if not asked["groups"]:
        return []
    named = [name for name in asked["named"] if name in variables]
    found = [
        group
        for name in named + [name for name in variables if name not in named]
        if (group := _group(variables[name], asked)) is not None
    ]
    mu, sd = parameters.get("mu"), parameters.get("sigma_mu")
    ranks = [_what(values, mu, sd) for values, _ in found]
    if not found:
        return []
    rank = min(ranks)
    values, labels = found[ranks.index(rank)]
    orders = []
    for order in range(1 if labels else 3):
        means = {}
        for name, label in asked["groups"].items():
            if labels and label not in labels:
                continue
            at = labels.index(label) if labels else asked["positions"][label][order]
            draws = values[..., at]
            scale = sd if rank == STANDARDISED else 1.0
            means[name] = draws if rank == MEAN or mu is None else mu + scale * draws
        orders.append(means)
    return orders


MEAN, DISTANCE, STANDARDISED = range(3)


def _what(values: np.ndarray, mu: np.ndarray | None, sd: np.ndarray | None) -> int:
    """Is a variable of groups their means, distances from mu, or these in units of sd?"""
    if mu is None or abs(values.mean() - mu.mean()) < abs(values.mean()):
        return MEAN
    spread = np.sqrt(np.mean(values**2))
    return STANDARDISED if sd is not None and 3 * spread < sd.mean() else DISTANCE


def _group(variable: Any, asked: Mapping) -> tuple[np.ndarray, list[str]] | None:
    """Draws of shape (chains, draws, groups) and the labels of groups, if they have any."""
    values = np.asarray(getattr(variable, "values", variable))
    if (
        values.ndim not in (2, 3)
        or not 0 < values.size <= MOST_SIZE
        or values.dtype.kind not in "iuf"
    ):
        return None
    dims = getattr(variable, "dims", [None] * values.ndim)
    sampled = ("chain", "draw", "sample")
    axes = [axis for axis, dim in enumerate(dims) if dim not in sampled]
    axis, labels = max(axes, default=None), []
    for one in axes:
        if dims[one] is not None and dims[one] in variable.coords:
            axis, labels = one, [str(label) for label in variable.coords[dims[one]].values]
            if not all(label.isdigit() for label in labels):
                break
            labels = []
    if axis is None or (not labels and values.shape[axis] != asked["size"]):
        return None
    if labels and not set(labels) & set(asked["groups"].values()):
        return None
    values = np.moveaxis(values, axis, -1).astype(float)
    return (values if values.ndim == 3 else values[None]), labels


def _plot(answer: Any, asked: Mapping) -> dict:
    from course.submission.drawn import drawn

    panels = drawn(answer)
    if panels is None:
        raise UnusableError(
            f"It is a {_type_name(answer)}; assign the plot itself: what seaborn, "
            "`plt.subplots` or `.plot` returns."
        )
    return panels


READERS = {
    "number": _number,
    "interval": _interval,
    "choice": _choice,
    "text": _text,
    "draws": _draws,
    "table": _table,
    "posterior": _posterior,
    "plot": _plot,
    "error": _error,
}
