"""Hold numbers computed in a notebook against the published and the exact ones."""

import os
import re
from collections.abc import Mapping
from html import escape
from numbers import Real

import numpy as np
import xarray as xr

from course.exact import MAD_CONSTANT
from course.ledger.published import AGREES, STATISTICS, Number, numbers

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
WIDTHS = (-32, 9, 17, 17, 20, -8)  # negative: aligned left


class NumberIsOffError(AssertionError):
    """A published or a computed number does not agree with its exact value."""


class KeyNumbers:
    """A table of ledger rows beside what this notebook computed; displays itself."""

    def __init__(self, rows: list[tuple[str, ...]]):
        self.rows = rows

    def __repr__(self) -> str:
        return "\n".join(
            "  ".join(
                f"{cell:<{-w}}" if w < 0 else f"{cell:>{w}}"
                for cell, w in zip(row, WIDTHS, strict=True)
            ).rstrip()
            for row in (HEADER, *self.rows)
        )

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{cell}</th>" for cell in HEADER)
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
    return re.sub(r"^(~?)-(?=\d)", "\\1\N{MINUS SIGN}", cell)


def key_numbers(computed: Mapping[str, xr.DataArray | Real]) -> KeyNumbers:
    """Compare what you computed with the numbers that the lecture and the activity print.

    Parameters
    ----------
    computed : mapping from a ledger id to posterior draws or to a number
        Draws are a `DataArray` with dimensions ``chain`` and ``draw``; the statistic of the row
        (median, MAD sd, ...) is taken from them, with its Monte Carlo standard error. The id may
        be a stem: ``"hier-mu"`` stands for ``"hier-mu-median"``, ``"hier-mu-q10"`` and so on.

    Returns
    -------
    KeyNumbers
        Displays one line a number: its id, the published value, the exact value under the
        priors of the source and under the priors of this book, the computed value ± its Monte
        Carlo standard error, and a verdict. A computed value that a sampler drew begins with
        ``~``: on another machine it may differ in the last digits.

    Raises
    ------
    KeyError
        If an id is not in the ledger.
    NumberIsOffError
        In the tests and under ``make run`` only, if a number does not agree.
    """
    rows: list[tuple[str, ...]] = []
    off = []
    for key, value in computed.items():
        for number in rows_of(key):
            result, mcse = value_and_error(number, value)
            verdict = number.verdict(result, mcse)
            row = (
                number.id,
                number.published,
                shown(number, number.exact_source),
                shown(number, number.exact),
                shown_computed(number, result, mcse),
                verdict,
            )
            rows.append(row)
            if verdict != AGREES:
                off.append(
                    ", ".join(f"{name} {cell}" for name, cell in zip(HEADER, row, strict=True))
                )
    if off and os.environ.get(STRICT):
        raise NumberIsOffError("\n".join(off))
    return KeyNumbers(rows)


def rows_of(key: str) -> list[Number]:
    """The ledger rows that an id or a stem of ids names."""
    ledger = numbers()
    if key in ledger:
        return [ledger[key]]
    found = [ledger[f"{key}-{end}"] for end in STATISTICS if f"{key}-{end}" in ledger]
    if not found:
        raise KeyError(f"The ledger has no number {key!r}.")
    return found


def value_and_error(number: Number, value) -> tuple[float, float]:
    """The row's statistic of `value` and its Monte Carlo standard error (0 for a plain number)."""
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
