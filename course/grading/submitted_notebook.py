"""Read a notebook that was handed in, whatever is in the file; nothing is executed."""

import ast
import hashlib
from dataclasses import dataclass, field
from functools import cached_property

import nbformat

from course.grading import untrusted
from course.grading.named_data import without_name

MOST_CELLS = 2_000
#: Characters of code. A chapter has 8,000; Python takes a second and 100 MB to read so many.
MOST_CODE = 300_000
MOST_BRACKETS = 1_000_000


class UnreadableError(ValueError):
    """A notebook cannot be graded; the message is a sentence for the instructor."""


@dataclass
class Notebook:
    """A notebook as far as it matters: its cells, in order."""

    cells: list[dict]
    """Each ``{"type": "code" | "markdown" | ..., "source": str, "exercise": str}``."""
    notes: list[str] = field(default_factory=list)
    """What was odd, one sentence each."""

    @property
    def code(self) -> list[str]:
        """The sources of its code cells."""
        return [cell["source"] for cell in self.cells if cell["type"] == "code"]

    @cached_property
    def likeness(self) -> str:
        """The same for the same code, whatever its spaces, comments, and data set of its own."""
        code = (skeleton(without_name(source)) for source in self.code)
        return hashlib.sha256("\0".join(code).encode()).hexdigest()


def parse(content: bytes) -> Notebook:
    """The cells of a notebook of any format version.

    Raises
    ------
    UnreadableError
        If it is empty, not JSON, not a notebook, has no code, or is larger than any chapter.
    """
    if not content.strip():
        raise UnreadableError("The file is empty.")
    try:
        text = content.decode(
            "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
        )
        raw = untrusted.load(text, MOST_BRACKETS)
    except untrusted.TooMuchError as error:
        raise UnreadableError(
            "The file holds too much to be read. Clear its outputs, save it, and hand it in again."
        ) from error
    except ValueError as error:
        what = " (is it complete?)" if content.lstrip()[:1] == b"{" else ""
        raise UnreadableError(f"The file is not JSON, so not a notebook{what}.") from error
    if not isinstance(raw, dict) or not ("cells" in raw or "worksheets" in raw):
        raise UnreadableError("The file is JSON, but not a notebook: it has no cells.")
    notes = []
    if raw.get("nbformat") != 4:
        version = untrusted.whole(str(raw.get("nbformat"))[:20])
        notes.append(f"The notebook has format version {version}.")
    if "cells" not in raw:
        raw = upgraded(raw)
    found = raw.get("cells")
    if not isinstance(found, list) or not found:
        raise UnreadableError("The notebook has no cells.")
    if len(found) > MOST_CELLS:
        raise UnreadableError(f"The notebook has {len(found)} cells, more than {MOST_CELLS}.")
    cells = [cell for cell in map(cell_of, found) if cell]
    if len(cells) < len(found):
        notes.append(f"{len(found) - len(cells)} cells could not be read and were left out.")
    if not any(cell["type"] == "code" for cell in cells):
        raise UnreadableError("The notebook has no code cells.")
    notebook = Notebook(cells, notes)
    if (size := sum(map(len, notebook.code))) > MOST_CODE:
        raise UnreadableError(
            f"The notebook has {size:,} characters of code, more than {MOST_CODE:,}."
        )
    return notebook


def upgraded(raw: dict) -> dict:
    """A notebook of an older format as one of version 4."""
    try:
        return nbformat.convert(nbformat.from_dict(raw), 4)
    except Exception as error:  # whatever an old and broken file leads to
        raise UnreadableError(
            "The notebook has an old format that could not be converted."
        ) from error


def cell_of(raw) -> dict | None:
    """A cell, or None if it is nothing of the kind."""
    if not isinstance(raw, dict):
        return None
    source, metadata = raw.get("source", ""), raw.get("metadata")
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        source = "".join(source)
    if not isinstance(source, str) or raw.get("cell_type") not in ("code", "markdown", "raw"):
        return None
    facts = metadata.get("course") if isinstance(metadata, dict) else None
    exercise = facts.get("exercise") if isinstance(facts, dict) else None
    return {
        "type": raw["cell_type"],
        "source": untrusted.whole(source),
        "exercise": untrusted.whole(exercise) if isinstance(exercise, str) else "",
    }


def skeleton(source: str) -> str:
    """The code of a cell without spaces and comments, as far as it is Python."""
    try:
        return ast.dump(ast.parse(source))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return "".join(source.split())
