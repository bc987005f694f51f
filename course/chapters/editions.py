"""Editions of an activity chapter: what the student gets, and the same with everything solved.

The chapter itself, with its solutions, is the instructor's edition.
"""

import hashlib
import io
import json
import zipfile
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from course.chapters import leaks, prose
from course.chapters.cells import ANSWERS, KERNEL, activity_chapters, exercise_id, tags
from course.chapters.exercises import parse
from course.paths import ACTIVITY, BUILD

STUDENT_FOLDER = BUILD / "student"
MANIFEST = "manifest.json"
ARCHIVE = "activity.zip"
KEPT_TAGS = ("exercise", "answer", "check", "objectives", "erratum")
HOW_TO = """\
**How to work on this notebook.** Replace each `...` by your answer and keep the names on the \
left: your answers are found by their names. Run the cell with `check(...)` below an exercise as \
often as you like; it tells you what is right and what is not yet. Add cells where you want.

**How to hand in.** Restart the kernel and run all cells, save, and hand in this file under the \
name that it has. An exercise that you leave open does not stop the others."""


class EditionError(RuntimeError):
    """An edition was not written; the message says why, and nothing was changed."""


def student(notebook: NotebookNode, folder: set[str] = frozenset()) -> NotebookNode:
    """The student edition: no solutions, no outputs, no metadata but what an exercise asks.

    Parameters
    ----------
    notebook : NotebookNode
        An activity chapter, with its stored outputs. It is not changed.
    folder : set of str
        File names of the notebooks beside it; links to other files become plain text.
    """
    kept = [cell for cell in notebook.cells if not tags(cell) & ANSWERS]
    words = prose.for_edition(notebook, folder)
    cells = []
    for cell in kept:
        if cell.cell_type == "code":
            new = nbformat.v4.new_code_cell(cell.source, id=cell.id)
        else:
            new = nbformat.v4.new_markdown_cell(words(cell.source), id=cell.id)
        new.metadata = student_metadata(cell)
        cells.append(new)
    cells.insert(1, nbformat.v4.new_markdown_cell(HOW_TO, id="how-to-hand-in"))
    return nbformat.v4.new_notebook(cells=cells, metadata=KERNEL)


def student_metadata(cell: NotebookNode) -> dict:
    """The metadata that the student's copy of a cell has."""
    result = {}
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
        if "answer" in tags(cell) and exercise_id(cell) in solutions:
            cell.source = solutions[exercise_id(cell)]
    return result


def solution_code(notebook: NotebookNode) -> dict[str, str]:
    """The code of each solution, by the id of its exercise."""
    cells = {}
    for cell in notebook.cells:
        if "solution" in tags(cell) and cell.cell_type == "code":
            cells.setdefault(exercise_id(cell), []).append(cell.source)
    return {id: "\n\n".join(sources) for id, sources in cells.items()}


def as_bytes(notebook: NotebookNode) -> bytes:
    """A notebook as a file's content: the same bytes on every machine."""
    return (nbformat.writes(notebook) + "\n").encode()


def archive(files: dict[str, bytes]) -> bytes:
    """A zip file of named contents: the same bytes on every machine, so without compression."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as target:
        for name, content in sorted(files.items()):
            info = zipfile.ZipInfo(f"activity/{name}", date_time=(1980, 1, 1, 0, 0, 0))
            info.create_system, info.external_attr = 3, 0o644 << 16
            target.writestr(info, content)
    return buffer.getvalue()


def student_files(source: Path = ACTIVITY) -> dict[str, bytes]:
    """The student edition of every chapter in a folder, by file name.

    Raises
    ------
    EditionError
        If there is no chapter, or if something of a solution would remain.
    """
    paths = activity_chapters(source)
    if not paths:
        raise EditionError(f"There are no chapters in {source}.")
    notebooks = {path.name: nbformat.read(path, as_version=4) for path in paths}
    editions = {name: student(notebook, set(notebooks)) for name, notebook in notebooks.items()}
    rubrics = leaks.rubrics()
    if found := [
        f"{name}: {leak}"
        for name in notebooks
        for leak in leaks.find(editions[name], notebooks[name], rubrics)
    ]:
        raise EditionError("The student edition would give answers away:\n" + "\n".join(found))
    return {name: as_bytes(edition) for name, edition in editions.items()}


def write_student(output: Path = STUDENT_FOLDER, source: Path = ACTIVITY) -> list[Path]:
    """Write the student edition, and all of it as one zip file; return what was changed.

    Raises
    ------
    EditionError
        As `student_files` does, and if a file in `output` is not one that this function wrote:
        somebody's work is never overwritten.
    """
    files = student_files(source)
    files[ARCHIVE] = archive(files)
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
            (output / name).write_bytes(content)
            changed.append(output / name)
    digests = {name: digest(content) for name, content in sorted(files.items())}
    manifest.write_text(json.dumps(digests, indent=1) + "\n", encoding="utf-8", newline="\n")
    return changed


def digest(content: bytes) -> str:
    """The SHA-256 of a file's content."""
    return hashlib.sha256(content).hexdigest()


def run(output: str | None) -> int:
    """Write the student edition and say where it is; return an exit code."""
    folder = Path(output).resolve() if output else STUDENT_FOLDER
    try:
        changed = write_student(folder)
    except (EditionError, ValueError, OSError) as error:
        print(error)
        return 1
    for path in changed:
        print(f"wrote {path.name}")
    print(f"The student edition is {'ready' if changed else 'up to date'}: {folder}")
    return 0
