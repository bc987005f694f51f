"""Find what students handed in: whose it is, and of which chapter. No file stops the others.

A folder holds one notebook or one folder a student. Links are not followed, and only regular files
of a bounded size are read. A notebook is recognised by the exercises and declared names in its
cells, not by its file name.
"""

import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path

from course.grading.assigned_names import assigned
from course.grading.assignment import Assignment, Chapter
from course.grading.submitted_notebook import Notebook, UnreadableError, parse

MOST_BYTES = 32 << 20
DEEPEST = 4
IGNORED = {"thumbs.db", "desktop.ini", "__macosx"}


@dataclass
class Handin:
    """One file that was handed in, or a student's folder without any."""

    student: str
    """From the name of the file or folder."""
    path: Path
    shown: str = ""
    """The path in the folder, as it is shown and stored."""
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
                handins.append(Handin(student, Path(entry.path), problem=problem_of(entry)))
    for handin in handins:
        handin.shown = "/".join(map(clean, handin.path.relative_to(folder).parts))
        if not handin.problem:
            read_into(handin, assignment)
    leave_one_each(handins)
    return handins


def in_folder(folder: Path, student: str) -> list[Handin]:
    """The notebooks of one student's folder, subfolders too."""
    found = []
    for path, folders, _ in os.walk(folder, followlinks=False):
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
                found.append(Handin(student, Path(entry.path), problem=problem_of(entry)))
    if not found:
        return [Handin(student, folder, problem="The folder holds no notebook (.ipynb).")]
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
    careful = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0)  # Windows has neither
    file = os.open(path, os.O_RDONLY | careful)
    with open(file, "rb") as stream:
        if not stat.S_ISREG(os.fstat(file).st_mode):
            raise UnreadableError("It is not an ordinary file.")
        return stream.read(MOST_BYTES + 1)


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
