"""CSV files that spreadsheets open safely and that people can fill in and save again."""

import csv
import io
import re
from pathlib import Path

import charset_normalizer

from course.chapters.cells import replace

FORMULA = ("=", "+", "-", "@", "\t", "\r")
#: How spreadsheets on Windows save text that is not Unicode: the West's, and others.
WEST, ELSEWHERE = "cp1252", ["cp1250", "cp1251", "cp1253", "cp1254", "cp1257"]
#: Not names in the West's code page: symbols, or three and more accented letters in a row.
NOT_WEST = re.compile(r"[^\x00-\x7f\w’‘“”–—…€·]|[¹²³ªºµƒ]|[^\x00-\x7f’‘“”–—…€]{3}")
WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
HOW_TO_SAVE = "Save it in your spreadsheet as “CSV UTF-8 (comma delimited)”."


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
        if is_guarded(value):
            return "'" + value
    return value


def is_guarded(text: str) -> bool:
    """Does a text look like a formula, whatever apostrophes are in front of it? A dash does not."""
    bare = text.lstrip("'")
    return bare.startswith(FORMULA) and bare != "-"


def read(path: Path, needed: list[str]) -> list[dict[str, str]]:
    """The rows of a table, with commas, semicolons or tabs between its columns.

    Raises
    ------
    ValueError
        If a needed column is missing or the file is no table of text; the message names it.
    FileNotFoundError
        If there is no such file.
    """
    text = decoded(path.read_bytes(), path)
    first, _, rest = text.partition("\n")
    delimiter = ""
    if first.lower().startswith("sep=") and len(first.strip("\r")) == 5:  # a hint for Excel
        delimiter, text = first[4], rest
    csv.field_size_limit(1 << 24)
    try:
        delimiter = delimiter or max(",;\t", key=lambda sign: columns_with(text, sign))
        table = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter)
        table.fieldnames = header = [name.strip() for name in table.fieldnames or []]
        rows = list(table)
    except csv.Error as error:
        raise ValueError(f"{path} is not a CSV file: {error}. {HOW_TO_SAVE}") from error
    if missing := [name for name in needed if name not in header]:
        raise ValueError(f"{path} has no column {', '.join(missing)}. It has: {', '.join(header)}.")
    return [
        {str(key): restored(value) for key, value in row.items() if key is not None} for row in rows
    ]


def columns_with(text: str, delimiter: str) -> int:
    """How many columns a table's first line has."""
    return len(next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), []))


def decoded(content: bytes, path: Path) -> str:
    """The text of a table, in UTF-8, UTF-16 or a code page of Windows.

    Raises
    ------
    ValueError
        If it is a workbook, or no text; the message says how to save it.
    """
    if content.startswith(WORKBOOKS):
        raise ValueError(f"{path} is a workbook, not a CSV file. {HOW_TO_SAVE}")
    encodings = ["utf-8-sig"]
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    elif b"\0" in content:
        encodings = ["utf-16-le" if content[1:2] == b"\0" else "utf-16-be"]
    else:
        if NOT_WEST.search(content.decode(WEST, "replace")):
            guess = charset_normalizer.from_bytes(content, cp_isolation=ELSEWHERE).best()
            encodings += [guess.encoding] if guess else []
        encodings.append(WEST)
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise ValueError(f"{path} is not a CSV file that can be read. {HOW_TO_SAVE}")


def restored(value: str | None) -> str:
    """A cell's text, without the apostrophe that `write` put there."""
    value = value or ""
    return value[1:] if value.startswith("'") and is_guarded(value) else value
