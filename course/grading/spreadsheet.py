"""CSV files that spreadsheets open safely and that people can fill in and save again."""

import csv
import io
from pathlib import Path

from course.chapters.cells import replace

FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write(path: Path, header: list[str], rows: list[dict]) -> None:
    """Write a table in one step, with a mark that tells Excel it is UTF-8.

    Text that a spreadsheet would take for a formula gets an apostrophe in front: it may come from a
    student. `read` takes it off again.
    """
    text = io.StringIO()
    table = csv.DictWriter(text, header, extrasaction="ignore")
    table.writeheader()
    table.writerows({key: harmless(row.get(key)) for key in header} for row in rows)
    replace(path, "\ufeff" + text.getvalue())


def harmless(value):
    """A value as a table's cell: no formula, and nothing for None."""
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.2f}".rstrip("0").rstrip(".")
    if isinstance(value, str):
        value = value.replace("\0", "").encode(errors="replace").decode()
        if value.startswith(FORMULA):
            return "'" + value
    return value


def read(path: Path, needed: list[str]) -> list[dict[str, str]]:
    """The rows of a table, with commas or semicolons between its columns.

    Raises
    ------
    ValueError
        If a needed column is missing or the file is no table of text; the message names it.
    FileNotFoundError
        If there is no such file.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
        first = text.partition("\n")[0]
        delimiter = ";" if first.count(";") > first.count(",") else ","
        csv.field_size_limit(1 << 24)
        rows = list(csv.DictReader(text.splitlines(keepends=True), delimiter=delimiter))
    except (UnicodeDecodeError, csv.Error) as error:
        raise ValueError(f"{path} is not a CSV file in UTF-8: {error}") from error
    header = rows[0].keys() if rows else first.strip().split(delimiter)
    if missing := [name for name in needed if name not in header]:
        raise ValueError(
            f"{path} has no column {', '.join(missing)}. It has: "
            f"{', '.join(str(name) for name in header)}."
        )
    return [
        {str(key): restored(value) for key, value in row.items() if key is not None} for row in rows
    ]


def restored(value: str | None) -> str:
    """A cell's text, without the apostrophe that `write` put there."""
    value = value or ""
    return value[1:] if value.startswith("'") and value[1:].startswith(FORMULA) else value
