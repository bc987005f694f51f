"""The activity in nbgrader's format, and nbgrader itself, in an environment of its own."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from dataclasses import replace
from unittest.mock import MagicMock

import nbformat
import pytest

from course.chapters import leaks
from course.chapters.cells import exercise_chapters
from course.chapters.editions import student
from course.chapters.exercises import exercises
from course.grading import assignment, nbgrader
from course.judging import questions
from course.paths import PROJECT

CHAPTERS = exercise_chapters()
NBGRADER = "nbgrader==0.9.6"


def read(path):
    return nbformat.read(path, as_version=4)


def graded(notebook):
    return [cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade")]


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_the_points_are_those_of_the_exercises(path):
    notebook = read(path)
    cells = graded(nbgrader.source(notebook))
    for exercise in exercises(notebook):
        own = [cell for cell in cells if cell.id.startswith(f"{exercise.id}-")]
        points = sum(cell.metadata["nbgrader"]["points"] for cell in own)
        assert own and points == pytest.approx(0 if exercise.optional else exercise.points)


def test_the_maximum_is_the_graders_own():
    cells = [cell for path in CHAPTERS for cell in graded(nbgrader.source(read(path)))]
    points = sum(cell.metadata["nbgrader"]["points"] for cell in cells)
    assert points == pytest.approx(assignment.load().maximum)


def test_a_bonus_says_what_to_enter_and_has_no_value(capsys):
    bonus = replace(exercises(read(CHAPTERS[0]))[0], optional=True)
    code = nbgrader.test_cell(bonus).source.splitlines()
    exec("\n".join(code[:-2]), namespace := {"typical_00": "c"})
    assert eval(code[-2], namespace) is None
    assert capsys.readouterr().out.startswith("Bonus: ")


def test_the_configuration_finds_the_programs_beside_python(monkeypatch):
    monkeypatch.setenv("PATH", "elsewhere")
    monkeypatch.setattr(sys, "executable", os.path.join("environment", "bin", "python"))
    settings = MagicMock()
    exec(nbgrader.CONFIG, {"get_config": lambda: settings})
    assert os.environ["PATH"].split(os.pathsep) == [os.path.join("environment", "bin"), "elsewhere"]
    assert settings.CourseDirectory.course_id


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_the_release_gives_nothing_away(path):
    notebook = read(path)
    release = nbgrader.release(notebook)
    assert graded(release)
    for cell in release.cells:
        cell.metadata.pop("nbgrader", None)
    assert leaks.find(release, notebook, leaks.rubrics()) == []
    assert "earned(" not in nbformat.writes(release)
    assert "earned(" in nbformat.writes(nbgrader.source(notebook))


def test_the_stub_stays_in_the_release():
    notebook = read(CHAPTERS[0])
    stubs = {cell.id: cell.source for cell in student(notebook).cells if cell.cell_type == "code"}
    release = {cell.id: cell.source for cell in nbgrader.release(notebook).cells}
    assert release["ex-00-answer"] == stubs["ex-00-answer"] + "\n" + nbgrader.STUB


def test_what_is_earned_is_shared_among_the_names():
    names = nbgrader.judged_here("ex-00")
    assert names == questions.credited("ex-00")
    assert nbgrader.earned("ex-00", {"typical_00": "c", "artist_00": "b"}, 4) == 1
    guessed = {"group_01": "artists", "guess_01": 50}
    assert nbgrader.earned("ex-01", guessed, 2) == 1
    assert nbgrader.earned("ex-01", guessed | {"mu_median_03": 58.4}, 2) == 2
    assert "why_13" not in nbgrader.judged_here("ex-13")


@pytest.fixture(scope="module")
def nbgrader_program(tmp_path_factory):
    """nbgrader in an environment of its own, whose kernel is ours; skipped if there is none."""
    folder = tmp_path_factory.mktemp("environment")
    python = folder / "bin" / "python"
    for command in (
        ["venv", "--python", sys.executable, str(folder)],
        ["pip", "install", "--python", str(python), NBGRADER, "ipykernel"],
    ):
        done = subprocess.run(
            [sys.executable, "-m", "uv", *command], capture_output=True, text=True
        )
        if done.returncode:
            pytest.skip(f"nbgrader could not be installed: {done.stderr[-300:]}")
    kernel = folder / "share" / "jupyter" / "kernels" / "python3" / "kernel.json"
    kernel.write_text(
        json.dumps(
            {
                "argv": [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
                "display_name": "Python 3",
                "language": "python",
                "env": {"PYTHONPATH": str(PROJECT)},
            }
        ),
        encoding="utf-8",
    )
    return folder / "bin" / "nbgrader"


@pytest.mark.slow
@pytest.mark.needs_data
def test_nbgrader_generates_and_grades_it(nbgrader_program, tmp_path):
    course = tmp_path / "course"
    nbgrader.write(course)
    ours = {path.name: read(path) for path in (course / "release" / "activity").iterdir()}
    shutil.rmtree(course / "release")

    def call(*arguments):
        done = subprocess.run(
            [nbgrader_program, *arguments], cwd=course, text=True, capture_output=True
        )
        complaints = [line for line in done.stderr.splitlines() if "ERROR" in line]
        assert done.returncode == 0 and not complaints, done.stderr[-3000:]

    call("generate_assignment", "activity")
    theirs = {path.name: read(path) for path in (course / "release" / "activity").glob("*.ipynb")}
    assert theirs.keys() == ours.keys()
    for name, notebook in theirs.items():
        assert [cell.source.strip() for cell in notebook.cells] == [
            cell.source.strip() for cell in ours[name].cells
        ], name

    # One student knows three of four, another left all open. Both submit the first chapter.
    name = CHAPTERS[0].name
    for who, answers in {"ann": ["c", "a", "b", "c"], "bob": []}.items():
        notebook = read(course / "release" / "activity" / name)
        cell = next(cell for cell in notebook.cells if cell.id == "ex-00-answer")
        for letter in answers:
            cell.source = cell.source.replace("= ...", f"= '{letter}'", 1)
        target = course / "submitted" / who / "activity" / name
        target.parent.mkdir(parents=True)
        nbformat.write(notebook, target)
    call("autograde", "activity")
    with sqlite3.connect(course / "gradebook.db") as database:
        scores = dict(
            database.execute(
                "SELECT submitted_assignment.student_id, SUM(grade.auto_score) FROM grade "
                "JOIN submitted_notebook ON grade.notebook_id = submitted_notebook.id "
                "JOIN submitted_assignment ON submitted_notebook.assignment_id = "
                "submitted_assignment.id GROUP BY 1"
            ).fetchall()
        )
    assert scores == {"ann": 3.0, "bob": 0.0}
