"""Read what students handed in. Nothing here executes anything, and no file stops the others.

A folder holds one notebook or one folder a student. Links are not followed, and only regular files
of a bounded size are read. A notebook is recognised by the exercises and declared names in its
cells, not by its file name.
"""

import ast
import hashlib
import json
import os
import re
import stat
from dataclasses import dataclass, field
from pathlib import Path

import nbformat

from course.grading.assigned_names import assigned
from course.grading.assignment import Assignment, Chapter

MOST_BYTES = 32 << 20
MOST_CELLS = 2_000
DEEPEST = 4
IGNORED = {"thumbs.db", "desktop.ini", "__macosx"}


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

    @property
    def digest(self) -> str:
        """The same for the same cells, whatever their outputs."""
        return hashlib.sha256(json.dumps(self.code).encode(errors="replace")).hexdigest()

    @property
    def likeness(self) -> str:
        """The same for the same code, whatever its spaces and comments."""
        return hashlib.sha256(
            "\0".join(map(skeleton, self.code)).encode(errors="replace")
        ).hexdigest()


@dataclass
class Handin:
    """One file that was handed in, or a student's folder without any."""

    student: str
    """From the name of the file or folder."""
    path: Path
    problem: str = ""
    """Why it cannot be graded; empty if it was read."""
    notebook: Notebook | None = None
    chapter: Chapter | None = None


def collect(folder: Path, assignment: Assignment) -> list[Handin]:
    """Everything that was handed in, read, in the order of names.

    Raises
    ------
    FileNotFoundError, NotADirectoryError
        If there is no such folder.
    """
    handins = []
    with os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda e: e.name):
            if entry.name.startswith(".") or entry.name.lower() in IGNORED:
                continue
            if entry.is_dir(follow_symlinks=False):
                handins += in_folder(Path(entry.path), clean(entry.name))
            else:
                student = student_of(entry.name, assignment)
                handins.append(Handin(student, Path(entry.path), problem_of(entry)))
    for handin in handins:
        if not handin.problem:
            read_into(handin, assignment)
    leave_one_each(handins)
    return handins


def in_folder(folder: Path, student: str) -> list[Handin]:
    """The notebooks of one student's folder, subfolders too."""
    found = []
    for path, folders, files in os.walk(folder, followlinks=False):
        here = Path(path)
        depth = len(here.relative_to(folder).parts)
        links = [name for name in folders if (here / name).is_symlink()]
        folders[:] = sorted(
            name
            for name in folders
            if name not in links
            and depth < DEEPEST
            and not name.startswith(".")
            and name.lower() not in IGNORED
        )
        with os.scandir(here) as entries:
            for entry in sorted(entries, key=lambda e: e.name):
                if entry.name.startswith(".") or not entry.name.lower().endswith(".ipynb"):
                    continue
                if entry.name in folders:
                    continue
                found.append(Handin(student, Path(entry.path), problem_of(entry)))
    if not found:
        return [Handin(student, folder, "The folder holds no notebook (.ipynb).")]
    return found


def clean(name: str) -> str:
    """A name that can be shown and stored: no control or half characters."""
    name = name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return "".join(c if c.isprintable() else "_" for c in name)[:120].strip() or "_"


def student_of(filename: str, assignment: Assignment) -> str:
    """The student's part of a file name: what is left without the chapter's name."""
    stem = clean(filename).removesuffix(".ipynb")
    for chapter in assignment.chapters:
        match = re.fullmatch(
            rf"(.+?)[-_. ]+{re.escape(chapter.name)}(?:[-_ ]?\(?\d+\)?)?", stem, re.IGNORECASE
        )
        if match:
            return match[1]
    return stem


def problem_of(entry: os.DirEntry) -> str:
    """Why a directory entry is not to be read; empty if it is."""
    try:
        status = entry.stat(follow_symlinks=False)
    except OSError as error:
        return f"It could not be read: {error.strerror}."
    if stat.S_ISLNK(status.st_mode):
        return "It is a link to another file, and links are not followed."
    if not stat.S_ISREG(status.st_mode):
        return "It is not an ordinary file."
    if not entry.name.lower().endswith(".ipynb"):
        return "It is not a notebook (.ipynb)."
    if status.st_size > MOST_BYTES:
        return (
            f"It is larger than {MOST_BYTES >> 20} MB. Clear its outputs, save it, and hand it "
            "in again."
        )
    return ""


def read_into(handin: Handin, assignment: Assignment) -> None:
    """Read a file and recognise its chapter; note the problem if that fails."""
    try:
        handin.notebook = parse(read_bytes(handin.path))
        handin.chapter = recognise(handin.notebook, assignment)
    except UnreadableError as error:
        handin.notebook, handin.problem = None, str(error)
    except (OSError, RecursionError, MemoryError) as error:
        handin.notebook, handin.problem = None, f"It could not be read ({type(error).__name__})."


def read_bytes(path: Path) -> bytes:
    """The content of a regular file; a link or pipe that took its place meanwhile is refused."""
    file = os.open(path, os.O_RDONLY | os.O_NONBLOCK | getattr(os, "O_NOFOLLOW", 0))
    with open(file, "rb") as stream:
        if not stat.S_ISREG(os.fstat(file).st_mode):
            raise UnreadableError("It is not an ordinary file.")
        return stream.read(MOST_BYTES + 1)


def parse(content: bytes) -> Notebook:
    """The cells of a notebook of any format version.

    Raises
    ------
    UnreadableError
        If it is empty, not JSON, not a notebook, or has no code.
    """
    if not content.strip():
        raise UnreadableError("The file is empty.")
    try:
        text = content.decode(
            "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
        )
        raw = json.loads(text)
    except (ValueError, RecursionError) as error:
        what = " (is it complete?)" if content.lstrip()[:1] == b"{" else ""
        raise UnreadableError(f"The file is not JSON, so not a notebook{what}.") from error
    if not isinstance(raw, dict) or not ("cells" in raw or "worksheets" in raw):
        raise UnreadableError("The file is JSON, but not a notebook: it has no cells.")
    notes = []
    if raw.get("nbformat") != 4:
        notes.append(f"The notebook has format version {str(raw.get('nbformat'))[:20]}.")
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
    return Notebook(cells, notes)


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
        "source": source.encode(errors="replace").decode(),
        "exercise": exercise if isinstance(exercise, str) else "",
    }


def recognise(notebook: Notebook, assignment: Assignment) -> Chapter:
    """The chapter of a notebook: the one whose exercises and names it has most of."""
    exercises = {cell["exercise"] for cell in notebook.cells}
    names = set().union(*map(assigned, notebook.code))
    matches = {
        chapter.name: len(exercises & {e.id for e in chapter.exercises})
        + len(names & {name for e in chapter.exercises for name in e.expects})
        for chapter in assignment.chapters
    }
    best = max(assignment.chapters, key=lambda chapter: matches[chapter.name])
    if not matches[best.name]:
        raise UnreadableError(
            "It is none of the activity's notebooks: it assigns none of the "
            "names that the exercises ask for."
        )
    return best


def leave_one_each(handins: list[Handin]) -> None:
    """Of several notebooks of one chapter by one student, leave the last by name."""
    last = {(h.student, h.chapter.name): h for h in handins if h.chapter}
    for handin in handins:
        if handin.chapter and (graded := last[handin.student, handin.chapter.name]) is not handin:
            graded.notebook.notes.append(
                f"{clean(handin.path.name)} is of the same chapter and was not graded."
            )
            handin.problem, handin.chapter = "Another file of the same chapter was graded.", None


def skeleton(source: str) -> str:
    """The code of a cell without spaces and comments, as far as it is Python."""
    try:
        return ast.dump(ast.parse(source))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return "".join(source.split())
