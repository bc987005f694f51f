"""Read the number ledger back from the notebooks' key-numbers cells, and print it."""

import csv
import re
import sys
from pathlib import Path

import nbformat
import pandas as pd

from course.chapters.cells import chapters, read, tags
from course.chapters.execute import ChapterError, run_all

COLUMNS = ("id", "published", "exact_source", "exact", "computed", "mcse", "verdict")
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
    for cell in notebook.cells:
        if TAG not in tags(cell):
            continue
        texts = [o["data"]["text/plain"] for o in cell.outputs if "data" in o]
        if not texts:
            raise ValueError(f"The key-numbers cell {cell.id!r} has no stored output: `make run`.")
        for line in "\n".join(texts).splitlines():
            if line.startswith("number "):
                continue
            fields = FIELD_GAP.split(line.strip())
            match = COMPUTED.match(fields[4]) if len(fields) == 6 else None
            if match is None:
                raise ValueError(f"The key-numbers cell {cell.id!r} prints {line!r}.")
            rows.append(
                dict(
                    zip(
                        COLUMNS,
                        (*fields[:4], match["value"], match["mcse"] or "0", fields[5]),
                        strict=True,
                    )
                )
            )
    return rows


def stored(paths: list[Path] | None = None) -> pd.DataFrame:
    """The ledger from the notebooks as they are on disk; all columns are text.

    An additional column, ``notebook``, names where the number was computed.
    """
    return table({path: read(path) for path in paths or chapters()})


def computed_now() -> pd.DataFrame:
    """The ledger from notebooks executed now; the files on disk stay as they are."""
    results = run_all(chapters(), save=False)
    return table({path: notebook for path, (notebook, _) in results.items()})


def table(notebooks: dict[Path, nbformat.NotebookNode]) -> pd.DataFrame:
    """The ledger rows of several notebooks, in one table."""
    return pd.DataFrame(
        [
            {**row, "notebook": f"{path.parent.name}/{path.stem}"}
            for path, notebook in notebooks.items()
            for row in rows_in(notebook)
        ],
        columns=[*COLUMNS, "notebook"],
    )


def print_ledger(as_csv: bool = False, fresh: bool = False) -> int:
    """Print the ledger; return 1 if a verdict is not "agrees", else 0."""
    try:
        ledger = (computed_now() if fresh else stored())[list(COLUMNS)]
    except (ValueError, ChapterError) as error:
        print(error, file=sys.stderr)
        return 2
    if as_csv:
        ledger.to_csv(sys.stdout, index=False, quoting=csv.QUOTE_MINIMAL, lineterminator="\n")
    else:
        print(ledger.to_string(index=False))
        agree = (ledger["verdict"] == "agrees").sum()
        print(f"\n{agree} of {len(ledger)} numbers agree.")
    return int((ledger["verdict"] != "agrees").any())
