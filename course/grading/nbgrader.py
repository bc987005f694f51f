"""The exercises in nbgrader's format, for those who grade with its formgrader or a JupyterHub.

Source and release: what ``nbgrader generate_assignment`` reads and what it would write. The
judgement is the same as everywhere (`course.judging`), but nbgrader runs it beside the student's
code: a submission can read and replace it there. `course.grading` does not have that weakness.

| our cell | nbgrader's cell |
| --- | --- |
| exercise | read-only |
| answer, with the code of its solution | solution; manually graded where a text is to be read |
| check | the check stays; below it (for guesses at the end) an autograded cell, hidden at first |
"""

import re
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from course.chapters.cells import KERNEL, exercise_chapters, exercise_id, tags
from course.chapters.editions import solution_code, student
from course.chapters.exercises import Exercise, exercises
from course.chapters.slips import SlipError, read_chapter
from course.judging import questions
from course.paths import BUILD, NOTEBOOKS

OUTPUT = BUILD / "nbgrader"
STUB = "# Replace each ... above."
HIDDEN = ("### BEGIN HIDDEN TESTS", "### END HIDDEN TESTS")
SOLUTION = ("### BEGIN SOLUTION", "### END SOLUTION")
CONFIG = f'''\
import os
import sys

# nbgrader starts alembic, which lies beside it, by its name alone.
os.environ["PATH"] = os.path.dirname(sys.executable) + os.pathsep + os.environ.get("PATH", "")
c = get_config()
c.CourseDirectory.course_id = "hierarchical-models"
c.ClearSolutions.code_stub = {{"python": "{STUB}"}}
c.ExecutePreprocessor.timeout = 300
c.Execute.timeout = 300
'''


def earned(exercise: str, namespace: dict, points: float) -> float:
    """The points that the answers to an exercise earn without an instructor; for nbgrader.

    Parameters
    ----------
    exercise : str
    namespace : dict
        The student's names.
    points : float
        The most; shared equally among the names that are judged here.
    """
    from course.judging.judge import judge
    from course.submission.answers import collect

    names = judged_here(exercise)
    verdicts = judge(exercise, collect(namespace, questions.plan(exercise)))
    return round(points / len(names) * sum(v.share for v in verdicts if v.name in names), 4)


def judged_here(exercise: str) -> list[str]:
    """The names that earn credit and need no instructor."""
    asked = questions.QUESTIONS[exercise]
    return [
        name
        for name in questions.credited(exercise)
        if not isinstance(question := asked[name], questions.Text) or question.any_text
    ]


def source(notebook: NotebookNode) -> NotebookNode:
    """A chapter as nbgrader's source."""
    facts = {exercise.id: exercise for exercise in exercises(notebook)}
    code = solution_code(notebook)
    cells: list[NotebookNode] = []
    at_the_end: list[NotebookNode] = []
    for cell in student(notebook).cells:
        exercise = facts.get(exercise_id(cell) or "")
        cell.metadata.pop("course", None)
        cells.append(cell)
        if exercise is None:
            continue
        if "exercise" in tags(cell):
            grader(cell, locked=True)
        elif "answer" in tags(cell):
            text = by_hand(exercise)
            grader(cell, solution=True, points=text and (0 if exercise.optional else text))
            cell.source += "\n" + "\n".join([SOLUTION[0], code.get(exercise.id, ""), SOLUTION[1]])
        elif "check" in tags(cell) and judged_here(exercise.id):
            # A guess counts when a later answer has confronted it.
            place = at_the_end if questions.guesses_in(exercise.id) else cells
            place.append(test_cell(exercise))
    return nbformat.v4.new_notebook(cells=[*cells, *at_the_end], metadata=KERNEL)


def release(notebook: NotebookNode) -> NotebookNode:
    """The same without solutions and tests."""
    result = source(notebook)
    for cell in result.cells:
        if "nbgrader" in cell.metadata:
            for (begin, end), stub in ((SOLUTION, STUB), (HIDDEN, "")):
                cell.source = re.sub(f"{begin}.*?{end}", stub, cell.source, flags=re.DOTALL)
    return result


def by_hand(exercise: Exercise) -> float | None:
    """The points of an exercise's texts that an instructor reads; None if there are none."""
    names = questions.credited(exercise.id)
    count = len(names) - len(judged_here(exercise.id))
    return exercise.points * count / len(names) if count else None


def test_cell(exercise: Exercise) -> NotebookNode:
    """A cell whose value is what the exercise earns: nbgrader gives partial credit for it.

    A bonus is worth 0 points to nbgrader, so that its maximum is ours, and nbgrader refuses more
    than that: the cell prints what was earned, to be entered as extra credit.
    """
    points = exercise.points - (by_hand(exercise) or 0)
    value = f'earned("{exercise.id}", globals(), {points:g})'
    if exercise.optional:
        value = f'print("Bonus:", {value}, "of {points:g} points, to enter as extra credit")'
    lines = [HIDDEN[0], "from course.grading.nbgrader import earned", value, HIDDEN[1]]
    cell = nbformat.v4.new_code_cell("\n".join(lines), id=f"{exercise.id}-test")
    grader(cell, points=0 if exercise.optional else points, locked=True)
    return cell


def grader(
    cell: NotebookNode, *, solution: bool = False, points: float | None = None, locked: bool = False
) -> None:
    """Write nbgrader's metadata (its schema 3)."""
    cell.metadata["nbgrader"] = {
        "grade": points is not None,
        "grade_id": cell.id,
        "locked": locked,
        "schema_version": 3,
        "solution": solution,
        "task": False,
        "cell_type": cell.cell_type,
    }
    if points is not None:
        cell.metadata["nbgrader"]["points"] = points


def write(output: Path = OUTPUT, notebooks: Path = NOTEBOOKS) -> list[Path]:
    """Write source, release and a configuration; return the notebooks written.

    Each part of the book is an assignment.
    """
    written = []
    for path in exercise_chapters(notebooks):
        notebook = read_chapter(path, questions.QUESTIONS)
        for edition in (source, release):
            target = output / edition.__name__ / path.parent.name / path.name
            target.parent.mkdir(parents=True, exist_ok=True)
            nbformat.write(edition(notebook), target)
            written.append(target)
    (output / "nbgrader_config.py").write_text(CONFIG, encoding="utf-8")
    return written


def nbgrader_command(output: str | None) -> int:
    """The command ``python -m course nbgrader``; returns an exit code."""
    folder = Path(output) if output else OUTPUT
    try:
        count = len(write(folder))
    except (SlipError, OSError) as error:
        print(error)
        return 1
    print(f"Wrote {count} notebooks for nbgrader to {folder}; the students' are in release/.")
    return 0
