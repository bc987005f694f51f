"""Hold numbers computed in a notebook against the published and the exact ones."""

import os
import re
from collections.abc import Mapping
from html import escape
from numbers import Real

import numpy as np
import xarray as xr

from course.exact import MAD_CONSTANT
from course.ledger.ours import Estimate, OwnNumber, own_numbers
from course.ledger.published import AGREES, STATISTICS, Number, numbers

__all__ = ["Estimate", "KeyNumbers", "NumberIsOffError", "key_numbers"]

#: Set by ``make run`` and the tests: then a number that is off stops the notebook.
STRICT = "COURSE_STRICT"
HEADER = (
    "number",
    "published",
    "exact, R's priors",
    "exact, our priors",
    "computed here",
    "verdict",
)
#: Of numbers that nobody published.
OWN_HEADER = ("number", "truth", "computed here", "verdict")
WIDTHS = {HEADER: (-32, 9, 17, 17, 20, -8), OWN_HEADER: (-32, 38, 20, -8)}  # negative: to the left
COMPUTED_ONLY = "computed only, again:"


class NumberIsOffError(AssertionError):
    """A published or a computed number does not agree with its exact value."""


class KeyNumbers:
    """A table of ledger rows beside what this notebook computed; displays itself."""

    def __init__(self, rows: list[tuple[str, ...]], header: tuple[str, ...] = HEADER):
        self.rows, self.header = rows, header

    def __repr__(self) -> str:
        return "\n".join(
            "  ".join(
                f"{cell:<{-w}}" if w < 0 else f"{cell:>{w}}"
                for cell, w in zip(row, WIDTHS[self.header], strict=True)
            ).rstrip()
            for row in (self.header, *self.rows)
        )

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{cell}</th>" for cell in self.header)
        body = "\n".join(
            "<tr>" + "".join(f"<td>{for_readers(cell)}</td>" for cell in row) + "</tr>"
            for row in self.rows
        )
        agree = sum(row[-1] == AGREES for row in self.rows)
        return (
            f'<details class="key-numbers"><summary>{agree} of {len(self.rows)} numbers agree'
            f'</summary>\n<table class="key-numbers">\n<thead><tr>{head}</tr></thead>\n'
            f"<tbody>\n{body}\n</tbody>\n</table>\n</details>"
        )


def for_readers(cell: str) -> str:
    """A cell of the table as people read it: names in words, and a minus sign before a number."""
    if cell in numbers():
        return escape(numbers()[cell].in_words)
    if cell in own_numbers():
        return escape(own_numbers()[cell].words)
    return re.sub(r"(^|~| )-(?=\d)", "\\1\N{MINUS SIGN}", cell)


def key_numbers(computed: Mapping[str, xr.DataArray | Real | Estimate | tuple]) -> KeyNumbers:
    """Compare what you computed with the numbers of the ledger.

    Those are the numbers that the lecture and the activity print, or, in a chapter beyond the
    lecture, numbers of our own (`course.ledger.ours`).

    Parameters
    ----------
    computed : mapping from a ledger id to posterior draws or to a number
        Draws are a `DataArray` with dimensions ``chain`` and ``draw``; the statistic of the row
        (median, MAD sd, ...) is taken from them, with its Monte Carlo standard error. The id may
        be a stem: ``"hier-mu"`` stands for ``"hier-mu-median"``, ``"hier-mu-q10"`` and so on.
        A number of our own may also be an `Estimate`, a value with its error; if it is computed
        only, it is a pair of two runs.

    Returns
    -------
    KeyNumbers
        Displays one line a number: its id, the published value, the exact value under the
        priors of the source and under the priors of this book, the computed value ± its Monte
        Carlo standard error, and a verdict. (Of our own: the id, the truth, with its error unless
        it is exact, the computed value, and a verdict.) A computed value that a sampler drew
        begins with ``~``: on another machine it may differ in the last digits.

    Raises
    ------
    KeyError
        If an id is not in the ledger.
    NumberIsOffError
        In the tests and under ``make run`` only, if a number does not agree.
    """
    ours = own_numbers()
    if set(computed) & set(ours):
        if unknown := set(computed) - set(ours):
            raise KeyError(f"The ledger has no number of our own {sorted(unknown)[0]!r}.")
        table = KeyNumbers([own_row(ours[id], value) for id, value in computed.items()], OWN_HEADER)
    else:
        table = KeyNumbers(
            [row(each, value) for key, value in computed.items() for each in rows_of(key)]
        )
    off = [
        ", ".join(f"{name} {cell}" for name, cell in zip(table.header, cells, strict=True))
        for cells in table.rows
        if cells[-1] != AGREES
    ]
    if off and os.environ.get(STRICT):
        raise NumberIsOffError("\n".join(off))
    return table


def row(number: Number, value) -> tuple[str, ...]:
    """The cells of a published number under `HEADER`."""
    result, mcse = value_and_error(number, value)
    return (
        number.id,
        number.published,
        shown(number, number.exact_source),
        shown(number, number.exact),
        shown_computed(number, result, mcse),
        number.verdict(result, mcse),
    )


def own_row(number: OwnNumber, value) -> tuple[str, ...]:
    """The cells of a number of our own under `OWN_HEADER`."""
    if number.truth is None:
        if isinstance(value, Estimate) or not isinstance(value, tuple) or len(value) != 2:
            raise TypeError(f"{number.id} is computed only: give a pair, two runs of it.")
        value, again = value
        other = Estimate(*value_and_error(number, again))
        truth = f"{COMPUTED_ONLY} {shown_own(number, other, drawn=True)}"
    else:
        other = number.truth
        truth = shown_own(number, other, drawn=False)
    result = Estimate(*value_and_error(number, value))
    return (
        number.id,
        truth,
        shown_own(number, result, drawn=result.error != 0),
        number.verdict(result, other),
    )


def shown_own(number: OwnNumber, estimate: Estimate, drawn: bool) -> str:
    """A value, with its error if it has one; ``~`` marks what the chapter's run drew."""
    error = f" ± {estimate.error:.2g}" if drawn or estimate.error else ""
    return f"{'~' if drawn else ''}{estimate.value:.{number.decimals}f}{error}"


def rows_of(key: str) -> list[Number]:
    """The ledger rows that an id or a stem of ids names."""
    ledger = numbers()
    if key in ledger:
        return [ledger[key]]
    found = [ledger[f"{key}-{end}"] for end in STATISTICS if f"{key}-{end}" in ledger]
    if not found:
        raise KeyError(f"The ledger has no number {key!r}.")
    return found


def value_and_error(number: Number | OwnNumber, value) -> tuple[float, float]:
    """The row's statistic of `value` and its Monte Carlo standard error (0 for a plain number)."""
    if isinstance(value, Estimate):
        return float(value.value), float(value.error)
    if not isinstance(value, xr.DataArray):
        return float(value), 0.0
    import arviz as az  # takes seconds, and only draws need it

    match number.statistic:
        case "mean":
            return float(value.mean()), float(az.mcse(value, method="mean"))
        case "median":
            return float(value.median()), float(az.mcse(value, method="median"))
        case "q10" | "q90":
            p = int(number.statistic[1:]) / 100
            return float(value.quantile(p)), float(az.mcse(value, method="quantile", prob=p))
        case "mad_sd":  # a median of distances: the error of its centre cancels
            distance = abs(value - value.median())
            return (
                MAD_CONSTANT * float(distance.median()),
                MAD_CONSTANT * float(az.mcse(distance, method="median")),
            )
        case "rms":
            rms = float(np.sqrt((value**2).mean()))
            return rms, float(az.mcse(value**2, method="mean")) / (2 * rms)
    raise TypeError(f"{number.id} is a plain number, not a statistic of draws.")


def shown(number: Number, value: float) -> str:
    """A value with the decimals that suit the number; a fact of the data in full."""
    return f"{value:.{number.decimals}f}" if number.is_sampled else f"{value:.8g}"


def shown_computed(number: Number, value: float, mcse: float) -> str:
    """A computed value, marked ``~`` and with its Monte Carlo standard error if it was drawn."""
    if not number.is_sampled:
        return shown(number, value)
    return f"~{value:.{number.decimals}f} ± {mcse:.2g}"
