"""The student edition executed: as it is nothing counts, and solved everything does."""

import os
import re
import subprocess

import nbformat
import pytest
import small_activity
from nbclient import NotebookClient

from course.chapters import editions
from course.chapters.cells import exercise_chapters
from course.chapters.exercises import exercises
from course.chapters.kernels import async_kernel_manager
from course.paths import ACTIVITY

CHAPTERS = exercise_chapters()


def quickly(*quick):
    """Parametrize a test with every chapter that has exercises; all but these are slow."""
    return pytest.mark.parametrize(
        "path",
        [
            pytest.param(path, id=path.stem, marks=[] if path.stem in quick else pytest.mark.slow)
            for path in CHAPTERS
        ],
    )


GIVEN = {"hierarchical"}  # declared by Exercise 15b, but fitted by the chapter itself


@pytest.fixture
def chapter():
    return small_activity.chapter()


def run(notebook, path):
    """Execute a notebook in a folder; return what its cells print or show, by cell id."""
    client = NotebookClient(
        notebook,
        timeout=300,
        km=async_kernel_manager(kernel_name="python3"),
        resources={"metadata": {"path": str(path)}},
    )
    client.execute(env={**os.environ, "COURSE_STRICT": "0"}, stderr=subprocess.DEVNULL)
    return {
        cell.id: "".join(
            output.get("text", output.get("data", {}).get("text/plain", ""))
            for output in cell.outputs
        )
        for cell in notebook.cells
        if cell.cell_type == "code"
    }


def verdicts(texts, notebook):
    """What the self-checks say of each declared name in the end: its type and the words."""
    checks = "\n".join(text for id, text in texts.items() if id.endswith("-check"))
    for exercise in exercises(notebook):
        for name, type_ in exercise.expects.items():
            said = re.findall(rf"(?m)^ *{name} +(\S.*)$", checks)
            assert said, f"{exercise.id}: no check says anything of {name}"
            yield name, type_, said[-1]  # of a guess, what the later exercise says


def test_untouched_it_runs_and_no_answer_counts(chapter, tmp_path):
    texts = run(editions.student(chapter), tmp_path)
    assert [texts[f"ex-{number}-check"] for number in ("01", "05a", "05b")] == [
        "not answered yet\n"
    ] * 3


def test_solved_it_runs_and_every_answer_counts(chapter, tmp_path):
    texts = run(editions.solved(chapter), tmp_path)
    assert [texts[f"ex-{number}-check"] for number in ("01", "05a", "05b")] == [
        "right: 50\n",
        "right: 52.541\n",
        "right: b\n",
    ]


@pytest.mark.needs_data
@quickly(*(path.stem for path in CHAPTERS if path.parent == ACTIVITY))
def test_an_untouched_chapter_runs_and_no_answer_counts(path, tmp_path):
    notebook = nbformat.read(path, as_version=4)
    texts = run(editions.student(notebook), tmp_path)
    for name, _, said in verdicts(texts, notebook):
        assert said == "not answered yet" or (name in GIVEN and path.stem == "05-shrinkage"), (
            f"{name}: {said}"
        )


@pytest.mark.needs_data
# The sample class of `tests/grading` holds a solved activity.
@quickly("04-runners")
def test_a_solved_chapter_runs_and_every_answer_counts(path, tmp_path):
    notebook = nbformat.read(path, as_version=4)
    texts = run(editions.solved(notebook), tmp_path)
    for name, type_, said in verdicts(texts, notebook):
        expected = ("right", "needs marking") if type_ == "text" else ("right", "your guess")
        assert said.startswith(expected), f"{name}: {said}"
