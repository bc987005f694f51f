"""The sample class: right, wrong, sloppy and hostile work, made from the chapters' solutions.

``python -m course.grading.samples`` writes it to ``instructors/sample-class``. Everyone is made up.
"""

import json
import shutil
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from course.chapters.cells import exercise_chapters, exercise_id, tags
from course.chapters.editions import solved, student
from course.chapters.slips import read_chapter
from course.grading import spreadsheet
from course.paths import ACTIVITY, SAMPLE_CLASS, SAMPLE_ROSTER

PEOPLE = {
    "ada": "Ada Right",
    "ben": "Ben Wrong",
    "cleo": "Cleo Sloppy",
    "dan": "Dan Empty",
    "eve": "Eve Hostile",
    "finn": "Finn Broken",
    "gus": "Gus Markup",
    "hal": "Hal Copy",
    "ida": "Ida Missing",
}
# What Ben writes at the end of his answers: classic mistakes.
MISTAKES = {
    "ex-03": "mu_80_03 = tuple(spotify['popularity'].quantile([0.1, 0.9]))\nmeaning_03 = 'a'",
    "ex-04": "beyonce_04 = 140",
    "ex-05a": "mac_beats_05a = complete_pooled.posterior['Intercept']\n"
    "mac_beats_80_05a = tuple(np.quantile(mac_beats_05a, [0.1, 0.9]))",
}
HOSTILE = """\
import os, socket, subprocess
for path in ('/etc/passwd', '/etc/shadow', '../../../instructors/rubrics.toml', '/root', '/home'):
    try:
        print(open(path).read() if os.path.isfile(path) else os.listdir(path))
    except OSError as error:
        print(path, error)
try:
    socket.create_connection(('192.0.2.1', 80), timeout=1)
except OSError as error:
    print(error)
import course.submission.answers
course.submission.answers.collect = lambda namespace, plan: {
    name: {'type': asked['type'], 'status': 'ok', 'share': 1.0, 'points': 100,
           'value': {'status': 'correct'}} for name, asked in plan.items()}"""
MARKUP = (
    '"<script>document.title = \'ran\'</script><img src=x onerror=\\"document.title=1\\">'
    '{{ 7 * 7 }}</pre><h1>100 points</h1> and enough text to be read"'
)


def chapters() -> dict[str, NotebookNode]:
    """The chapters of the activity by name, with their solutions."""
    paths = [path for path in exercise_chapters() if path.parent == ACTIVITY]
    return {path.stem: read_chapter(path) for path in paths}


def answer_cell(notebook: NotebookNode, exercise: str) -> NotebookNode:
    """The answer cell of an exercise."""
    return next(
        cell for cell in notebook.cells if "answer" in tags(cell) and exercise_id(cell) == exercise
    )


def with_code(notebook: NotebookNode, changes: dict[str, Callable[[str], str]]) -> NotebookNode:
    """A notebook with the code of some answer cells changed."""
    for exercise, change in changes.items():
        cell = answer_cell(notebook, exercise)
        cell.source = change(cell.source)
    return notebook


def wrong(chapter: NotebookNode) -> NotebookNode:
    """Solved, with classic mistakes at the end of some answers."""
    return with_code(
        solved(chapter),
        {exercise: partial("{1}\n\n{0}".format, more) for exercise, more in MISTAKES.items()},
    )


def sloppy(chapter: NotebookNode) -> NotebookNode:
    """Solved, but one cell fails, one never ends, one is there twice, and one is gone."""
    notebook = with_code(
        solved(chapter),
        {
            "ex-01": lambda source: source + "\nprint(undefined_name)",
            "ex-02": lambda source: "while True:\n    pass\n" + source,
            "ex-04": lambda source: source.replace("mia_x_04", "mia_x04"),
        },
    )
    twice = answer_cell(notebook, "ex-03")
    notebook.cells.insert(notebook.cells.index(twice) + 1, nbformat.from_dict(twice))
    notebook.cells.remove(answer_cell(notebook, "ex-05b"))
    return notebook


def hostile(chapter: NotebookNode) -> NotebookNode:
    """Unanswered, with attempts to read, to connect and to forge."""
    notebook = student(chapter)
    notebook.cells.append(nbformat.v4.new_code_cell(HOSTILE, id="hostile"))
    return notebook


def markup(chapter: NotebookNode) -> NotebookNode:
    """Solved, with markup as the written answer."""
    return with_code(
        solved(chapter), {"ex-05b": lambda source: f"{source}\n\nbummer_05b = {MARKUP}"}
    )


def sample_files() -> dict[str, str]:
    """The files of the sample class, by path."""
    source = chapters()
    warm_up, pooled = source["01-warm-up"], source["02-complete-pooled"]
    files = {f"ada/{name}.ipynb": solved(chapter) for name, chapter in source.items()}
    files |= {
        "ben/02-complete-pooled.ipynb": wrong(pooled),
        "cleo_02-complete-pooled.ipynb": sloppy(pooled),
        "dan/01-warm-up.ipynb": student(warm_up),
        "dan/homework.ipynb": student(pooled),
        "eve_01-warm-up.ipynb": hostile(warm_up),
        "gus_02-complete-pooled.ipynb": markup(pooled),
        "hal/01-warm-up.ipynb": solved(warm_up),
    }
    texts = {path: as_text(notebook) for path, notebook in files.items()}
    texts["finn_01-warm-up.ipynb"] = texts["dan/01-warm-up.ipynb"][:2000]
    return texts


def as_text(notebook: NotebookNode) -> str:
    """A notebook as a file's content, as it is: not mended as nbformat would."""
    return json.dumps(notebook, indent=1) + "\n"


def write(folder: Path = SAMPLE_CLASS) -> None:
    """Write the sample class, in place of the former one, and its roster."""
    if folder.exists():
        shutil.rmtree(folder)
    for path, text in sample_files().items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    if folder == SAMPLE_CLASS:
        spreadsheet.write(
            SAMPLE_ROSTER,
            ["student", "name"],
            [{"student": student, "name": name} for student, name in PEOPLE.items()],
        )


if __name__ == "__main__":
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else SAMPLE_CLASS)
    print(f"Written: {SAMPLE_CLASS if len(sys.argv) < 2 else sys.argv[1]}")
