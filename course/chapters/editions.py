"""Editions: a chapter as it is handed out, and one with everything solved.

The chapter itself, with its claims and solutions, is the edition of authors and instructors.
"""

import copy
import hashlib
import io
import json
import os
import zipfile
from collections.abc import Iterable, Set
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from course.chapters import leaks, prose
from course.chapters.cells import KERNEL, exercise_chapters, exercise_id, replace, tags
from course.chapters.exercises import exercises, parse, to_read, to_withhold
from course.chapters.slips import read_chapter
from course.paths import BUILD, NOTEBOOKS

STUDENT_FOLDER = BUILD / "student"
MANIFEST = "manifest.json"
#: Metadata of a cell that mean something outside this project.
KEPT_METADATA = ("slideshow",)
#: Tags that the cells of a student edition keep.
KEPT_TAGS = ("exercise", "answer", "check", "objectives", "erratum")
HOW_TO = """\
**How to work on this notebook.** Replace each `...` by your answer and keep the names on the \
left: your answers are found by their names. Run the cell with `check(...)` below an exercise as \
often as you like; it tells you what is right and what is not yet. Add cells where you want.

**How to hand in.** Restart the kernel and run all cells, save, and hand in this file under the \
name that it has. An exercise that you leave open does not stop the others."""


class EditionError(RuntimeError):
    """An edition was not written; the message says why, and nothing was changed."""


def handed_out(path: Path, along: Iterable[Path] = ()) -> NotebookNode:
    """A chapter as it leaves the project: with exercises the student edition, else `reader`.

    Parameters
    ----------
    path : Path
        The file of the chapter.
    along : iterable of Path
        The chapters that are handed out with it, in the same folders as here. Links to them stay;
        links to other files become plain text.

    Raises
    ------
    EditionError
        If a student edition would give answers away.
    """
    notebook = read_chapter(path)
    files = {Path(os.path.relpath(other, path.parent)).as_posix() for other in along}
    if not exercises(notebook):
        return reader(notebook, files)
    edition = student(notebook, files)
    if found := leaks.find(edition, notebook, leaks.rubrics()) + leaks.spoken(edition):
        raise EditionError(
            f"The student edition of {path.name} would give answers away:\n" + "\n".join(found)
        )
    return edition


def reader(notebook: NotebookNode, files: Set[str] = frozenset()) -> NotebookNode:
    """The edition to read and run: outputs and key numbers, no claims, no metadata of ours.

    Parameters
    ----------
    notebook : NotebookNode
        A chapter, with its stored outputs. It is not changed.
    files : set of str
        The files that links may lead to, as seen from the chapter; other links become plain text.
    """
    result = in_words(notebook, files)
    for cell in result.cells:
        kept = {name: cell.metadata[name] for name in KEPT_METADATA if name in cell.metadata}
        cell.metadata = nbformat.from_dict(kept)
    return result


def student(notebook: NotebookNode, files: Set[str] = frozenset()) -> NotebookNode:
    """The student edition: no solutions, no outputs, no metadata but what an exercise asks.

    What is there to be read before the exercises of a lesson stays, with outputs and key numbers.

    Parameters
    ----------
    notebook : NotebookNode
        A chapter with exercises, with its stored outputs. It is not changed.
    files : set of str
        As for `reader`.
    """
    result, lesson = in_words(notebook, files, to_withhold(notebook)), to_read(notebook)
    for cell in result.cells:
        cell.metadata = nbformat.from_dict(student_metadata(cell))
        cell.pop("attachments", None)
        if cell.cell_type == "code" and cell.id not in lesson:
            cell.outputs, cell.execution_count = [], None
    result.cells.insert(1, nbformat.v4.new_markdown_cell(HOW_TO, id="how-to-hand-in"))
    return result


def in_words(
    notebook: NotebookNode, files: Set[str], without: Set[str] = frozenset()
) -> NotebookNode:
    """A copy without claims and some other cells, its prose for readers with no book beside it."""
    words = prose.for_edition(notebook, files)
    cells = [
        copy.deepcopy(cell)
        for cell in notebook.cells
        if "claims" not in tags(cell) and cell.id not in without
    ]
    for cell in cells:
        if cell.cell_type == "markdown":
            cell.source = words(cell.source)
    return nbformat.v4.new_notebook(cells=cells, metadata=KERNEL)


def student_metadata(cell: NotebookNode) -> dict[str, Any]:
    """The metadata that the student's copy of a cell has."""
    result: dict[str, Any] = {}
    if kept := [tag for tag in KEPT_TAGS if tag in tags(cell)]:
        result["tags"] = kept
    if "exercise" in tags(cell):
        exercise = parse(cell)
        result["course"] = {
            "exercise": exercise.id,
            "kind": exercise.kind,
            "points": exercise.points,
            "expects": exercise.expects,
        }
        if exercise.optional:
            result["course"]["optional"] = True
    elif exercise_id(cell):
        result["course"] = {"exercise": exercise_id(cell)}
    return result


def solved(notebook: NotebookNode) -> NotebookNode:
    """The student edition with the code of each solution in place of the stub."""
    solutions = solution_code(notebook)
    result = student(notebook)
    for cell in result.cells:
        if "answer" in tags(cell) and (code := solutions.get(exercise_id(cell) or "")):
            cell.source = code
    return result


def solution_code(notebook: NotebookNode) -> dict[str, str]:
    """The code of each solution, by the id of its exercise."""
    cells: dict[str, list[str]] = {}
    for cell in notebook.cells:
        if "solution" in tags(cell) and cell.cell_type == "code" and (id := exercise_id(cell)):
            cells.setdefault(id, []).append(cell.source)
    return {id: "\n\n".join(sources) for id, sources in cells.items()}


def as_bytes(notebook: NotebookNode) -> bytes:
    """A notebook as a file's content: the same bytes on every machine."""
    return (nbformat.writes(notebook) + "\n").encode()


def archives(files: dict[str, bytes]) -> dict[str, bytes]:
    """The files of each folder as one zip file: "activity.zip" of those in ``activity/``."""
    folders = dict.fromkeys(name.partition("/")[0] for name in files)
    return {
        f"{folder}.zip": archive({n: c for n, c in files.items() if n.startswith(f"{folder}/")})
        for folder in folders
    }


def archive(files: dict[str, bytes]) -> bytes:
    """A zip file of named contents: the same bytes on every machine, so without compression."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as target:
        for name, content in sorted(files.items()):
            info = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            info.create_system, info.external_attr = 3, 0o644 << 16
            target.writestr(info, content)
    return buffer.getvalue()


def student_files(notebooks: Path = NOTEBOOKS) -> dict[str, bytes]:
    """The student edition of every chapter with exercises, by its path: "activity/01-x.ipynb".

    Raises
    ------
    EditionError
        If there is no such chapter, or if something of a solution would remain.
    course.chapters.slips.SlipError
        If a chapter has a slip in the metadata of its cells.
    """
    paths = exercise_chapters(notebooks)
    if not paths:
        raise EditionError(f"There are no chapters with exercises in {notebooks}.")
    return {
        path.relative_to(notebooks).as_posix(): as_bytes(handed_out(path, paths)) for path in paths
    }


def write_student(output: Path = STUDENT_FOLDER, notebooks: Path = NOTEBOOKS) -> list[Path]:
    """Write the student edition, and each folder of it as a zip file; return what was changed.

    Raises
    ------
    EditionError
        As `student_files` does, and if a file in `output` is not one that this function wrote:
        somebody's work is never overwritten.
    """
    files = student_files(notebooks)
    return write_files(files | archives(files), output)


def write_files(files: dict[str, bytes], output: Path) -> list[Path]:
    """Write files into a folder that holds nothing but such files; return those that changed.

    Raises
    ------
    EditionError
        As `write_student` does.
    """
    manifest = output / MANIFEST
    written = json.loads(manifest.read_text(encoding="utf-8")) if manifest.is_file() else {}
    present = {name: (output / name).read_bytes() for name in files if (output / name).is_file()}
    foreign = [
        name
        for name, content in present.items()
        if content != files[name] and digest(content) != written.get(name)
    ]
    if foreign:
        raise EditionError(
            f"In {output} these files were changed since they were written: {', '.join(foreign)}."
            "\nMove them elsewhere, or give another folder with --output; nothing was overwritten."
        )
    output.mkdir(parents=True, exist_ok=True)
    changed = []
    for name, content in files.items():
        if present.get(name) != content:
            (output / name).parent.mkdir(parents=True, exist_ok=True)
            replace(output / name, content)
            changed.append(output / name)
    digests = {name: digest(content) for name, content in sorted(files.items())}
    replace(manifest, json.dumps(digests, indent=1) + "\n")
    return changed


def digest(content: bytes) -> str:
    """The SHA-256 of a file's content."""
    return hashlib.sha256(content).hexdigest()


def student_command(output: str | None) -> int:
    """Write the student edition and say where it is; return an exit code."""
    folder = Path(output).resolve() if output else STUDENT_FOLDER
    try:
        changed = write_student(folder)
    except (EditionError, ValueError, OSError) as error:
        print(error)
        return 1
    for path in changed:
        print(f"wrote {path.relative_to(folder).as_posix()}")
    print(f"The student edition is {'ready' if changed else 'up to date'}: {folder}")
    return 0
