"""Read the number ledger back from the notebooks' key-numbers cells, and print it."""

import csv
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pandas as pd

from course.chapters.cells import chapters, read, tags
from course.chapters.execute import ChapterError, run_all
from course.key_numbers import OWN_HEADER
from course.ledger.published import AGREES

COLUMNS = ("id", "published", "exact_source", "exact", "computed", "mcse", "verdict")
#: Of the numbers that nobody published, as the chapters beyond the lecture print them.
OWN_COLUMNS = ("id", "truth", "computed", "verdict")
TAG = "key-numbers"
FIELD_GAP = re.compile(r"\s{2,}")
COMPUTED = re.compile(r"~?(?P<value>\S+)(?: ± (?P<mcse>\S+))?$")


def rows_in(notebook: nbformat.NotebookNode) -> list[dict[str, str]]:
    """The rows that the notebook's key-numbers cells printed, as text, with `COLUMNS` as keys.

    Raises
    ------
    ValueError
        If a key-numbers cell has no output or prints something else.
    """
    rows = []
    for cell, lines in tables_in(notebook):
        for line in lines[1:] if OWN_HEADER != fields(lines[0]) else ():
            cells = fields(line)
            match = COMPUTED.match(cells[4]) if len(cells) == 6 else None
            if match is None:
                raise ValueError(f"The key-numbers cell {cell!r} prints {line!r}.")
            values = (*cells[:4], match["value"], match["mcse"] or "0", cells[5])
            rows.append(dict(zip(COLUMNS, values, strict=True)))
    return rows


def own_rows_in(notebook: nbformat.NotebookNode) -> list[dict[str, str]]:
    """The numbers of our own that the notebook printed, with `OWN_COLUMNS` as keys.

    Raises
    ------
    ValueError
        As `rows_in`.
    """
    rows = []
    for cell, lines in tables_in(notebook):
        for line in lines[1:] if OWN_HEADER == fields(lines[0]) else ():
            if len(fields(line)) != len(OWN_COLUMNS):
                raise ValueError(f"The key-numbers cell {cell!r} prints {line!r}.")
            rows.append(dict(zip(OWN_COLUMNS, fields(line), strict=True)))
    return rows


def tables_in(notebook: nbformat.NotebookNode) -> Iterator[tuple[str, list[str]]]:
    """The id of each key-numbers cell and the lines that it printed, the head first."""
    for cell in notebook.cells:
        if TAG not in tags(cell):
            continue
        texts = [o["data"]["text/plain"] for o in cell.outputs if "data" in o]
        if not texts:
            raise ValueError(f"The key-numbers cell {cell.id!r} has no stored output: `make run`.")
        lines = "\n".join(texts).splitlines()
        if not lines[0].startswith("number "):
            raise ValueError(f"The key-numbers cell {cell.id!r} prints {lines[0]!r}.")
        yield cell.id, lines


def fields(line: str) -> tuple[str, ...]:
    """The cells of a printed line."""
    return tuple(FIELD_GAP.split(line.strip()))


def stored(paths: list[Path] | None = None) -> pd.DataFrame:
    """The ledger from the notebooks as they are on disk; all columns are text.

    An additional column, ``notebook``, names where the number was computed.
    """
    return table(read_all(paths))


def stored_ours(paths: list[Path] | None = None) -> pd.DataFrame:
    """The numbers of our own, likewise."""
    return own_table(read_all(paths))


def read_all(paths: list[Path] | None) -> dict[Path, nbformat.NotebookNode]:
    """These chapters, or all."""
    return {path: read(path) for path in paths or chapters()}


def executed_now() -> dict[Path, nbformat.NotebookNode]:
    """All chapters, executed now; the files on disk stay as they are."""
    return {path: notebook for path, (notebook, _) in run_all(chapters(), save=False).items()}


def table(notebooks: dict[Path, nbformat.NotebookNode]) -> pd.DataFrame:
    """The ledger rows of several notebooks, in one table."""
    return with_notebook(notebooks, rows_in, COLUMNS)


def own_table(notebooks: dict[Path, nbformat.NotebookNode]) -> pd.DataFrame:
    """The numbers of our own of several notebooks, in one table."""
    return with_notebook(notebooks, own_rows_in, OWN_COLUMNS)


def with_notebook(notebooks, rows_of, columns) -> pd.DataFrame:
    """What `rows_of` finds in each notebook, and in which it stands."""
    return pd.DataFrame(
        [
            {**row, "notebook": f"{path.parent.name}/{path.stem}"}
            for path, notebook in notebooks.items()
            for row in rows_of(notebook)
        ],
        columns=[*columns, "notebook"],
    )


def print_ledger(as_csv: bool = False, fresh: bool = False) -> int:
    """Print the ledger; return 1 if a verdict is not "agrees", else 0.

    As CSV, that is the published numbers alone.
    """
    try:
        notebooks = executed_now() if fresh else read_all(None)
        ledger, ours = table(notebooks)[list(COLUMNS)], own_table(notebooks)[list(OWN_COLUMNS)]
    except (ValueError, ChapterError) as error:
        print(error, file=sys.stderr)
        return 2
    if as_csv:
        ledger.to_csv(sys.stdout, index=False, quoting=csv.QUOTE_MINIMAL, lineterminator="\n")
    else:
        print(ledger.to_string(index=False))
        print(f"\n{agreeing(ledger)} numbers agree.")
        if len(ours):
            print(f"\nBeyond the lecture, numbers of our own:\n\n{ours.to_string(index=False)}")
            print(f"\n{agreeing(ours)} numbers of our own agree.")
    return int(not all((part["verdict"] == AGREES).all() for part in (ledger, ours)))


def agreeing(ledger: pd.DataFrame) -> str:
    """How many of a table agree, as "130 of 130"."""
    return f"{(ledger['verdict'] == AGREES).sum()} of {len(ledger)}"
