"""One slip in a cell's metadata: one message that names the cell, and nothing is made of it."""

import nbformat
import pytest
import small_activity
from nbformat.v4 import new_markdown_cell

from course.__main__ import main
from course.chapters import execute, slips
from course.chapters.cells import chapters, exercise_chapters, read, tags
from course.chapters.editions import EditionError, student_files
from course.chapters.slips import SlipError
from course.grading import assignment, nbgrader
from course.judging import questions
from course.site import book, slides
from course.site.sphinx.cells import read_notebook


def cell(notebook, id):
    return next(cell for cell in notebook.cells if cell.id == id)


def retag(id, *tags):
    def change(notebook):
        cell(notebook, id).metadata["tags"] = list(tags)

    return change


def fact(id, key, value):
    def change(notebook):
        cell(notebook, id).metadata["course"][key] = value

    return change


def without(id, key):
    def change(notebook):
        del cell(notebook, id).metadata["course"][key]

    return change


def remove(id):
    def change(notebook):
        notebook.cells.remove(cell(notebook, id))

    return change


def move(id, before):
    def change(notebook):
        moved = cell(notebook, id)
        notebook.cells.remove(moved)
        notebook.cells.insert(notebook.cells.index(cell(notebook, before)), moved)

    return change


def astray(notebook):
    place = notebook.cells.index(cell(notebook, "ex-05a-answer"))
    notebook.cells.insert(place, new_markdown_cell("A hint.", id="astray"))


def wrong_check(notebook):
    cell(notebook, "ex-05a-check").source = 'check("ex-05b")'


def wrong_type(notebook):
    cell(notebook, "ex-05a-answer").cell_type = "markdown"


SLIPS = {
    "a typo in a tag": (
        retag("ex-05a-words", "solutions"),
        ["ex-05a-words", "no tag is called solutions"],
    ),
    "an unknown tag elsewhere": (retag("given", "claim"), ["given", "no tag is called claim"]),
    "a tag is lost": (retag("ex-05a-words"), ["ex-05a-words", "none of the tags"]),
    "two roles": (retag("ex-05a-words", "solution", "answer"), ["ex-05a-words", "at once"]),
    "no exercise": (without("ex-05a-words", "exercise"), ["ex-05a-words", "should be"]),
    "an unknown kind": (fact("ex-05a", "kind", "essay"), ["ex-05a", "'essay' is none of"]),
    "no points": (without("ex-05a", "points"), ["ex-05a", "points None"]),
    "a typo in a fact": (fact("ex-05a", "option", True), ["ex-05a", "option"]),
    "no answer": (remove("ex-05a-answer"), ["ex-05a", "has exercise, solution, check"]),
    "no solution": (remove("ex-01-solution"), ["ex-01", "has exercise, answer, check"]),
    "no check": (remove("ex-05a-check"), ["ex-05a", "has exercise, answer, solution"]),
    "no exercise cell": (remove("ex-05a"), ["ex-05a-answer", "has answer, solution, check"]),
    "the wrong order": (
        move("ex-05a-answer", before="ex-05a-check"),
        ["ex-05a", "has exercise, solution, answer, check"],
    ),
    "another exercise within": (
        move("ex-05a-check", before="rest"),
        ["ex-05b", "ex-05a-check", "apart"],
    ),
    "text that belongs to nothing": (astray, ["astray", "between ex-05a and its check"]),
    "a check of another exercise": (wrong_check, ["ex-05a-check", 'should be check("ex-05a")']),
    "an answer that is text": (wrong_type, ["ex-05a-answer", "cell of code"]),
}


@pytest.mark.parametrize("name", SLIPS)
def test_a_slip_is_named_with_chapter_and_cell(name):
    change, expected = SLIPS[name]
    notebook = small_activity.chapter()
    slips.check(notebook, "01-small")
    change(notebook)
    with pytest.raises(SlipError) as error:
        slips.check(notebook, "01-small")
    assert str(error.value).startswith("01-small, cell ")
    assert all(part in str(error.value) for part in expected), error.value


@pytest.mark.parametrize("path", chapters(), ids=lambda path: path.stem)
def test_the_chapters_have_none(path):
    slips.read_chapter(path)


def broken(kind):
    """The first chapter of the activity with a slip against the rules of judging."""
    notebook = read(exercise_chapters()[0])
    exercise = next(cell for cell in notebook.cells if "exercise" in tags(cell))
    if kind == "types":
        name = next(iter(exercise.metadata["course"]["expects"]))
        exercise.metadata["course"]["expects"][name] = "text"
        return notebook
    for part in notebook.cells:
        if slips.exercise_id(part) == "ex-00":
            part.metadata["course"]["exercise"] = "ex-99"
            part.source = part.source.replace('"ex-00"', '"ex-99"').replace(
                "Exercise 0", "Exercise 99"
            )
    return notebook


@pytest.mark.parametrize(
    "kind, says", [("types", "its rules judge"), ("unknown", "no rules for ex-99")]
)
def test_what_is_asked_is_what_is_judged(kind, says):
    with pytest.raises(SlipError, match=says):
        slips.check(broken(kind), "01-warm-up", questions.QUESTIONS)


@pytest.fixture
def one_slip(tmp_path):
    """A folder with a chapter of the activity in which a solution lost its tag."""
    notebook = read(exercise_chapters()[0])
    lost = next(cell for cell in notebook.cells if "solution" in tags(cell))
    lost.metadata["tags"] = ["solutions"]
    (tmp_path / "activity").mkdir()
    nbformat.write(notebook, tmp_path / "activity" / "01-warm-up.ipynb")
    return tmp_path, f"01-warm-up, cell {lost.id}: no tag is called solutions"


def test_every_command_refuses_it(one_slip, monkeypatch, tmp_path, capsys):
    folder, says = one_slip
    path = folder / "activity" / "01-warm-up.ipynb"
    for make in (
        lambda: student_files(folder),
        lambda: execute.execute(path),
        lambda: assignment.load(folder),
        lambda: nbgrader.write(tmp_path / "out", folder),
        lambda: read_notebook(path.read_text(encoding="utf-8")),
    ):
        with pytest.raises((SlipError, EditionError, assignment.AssignmentError)) as error:
            make()
        assert says.partition(", ")[2] in str(error.value)
    monkeypatch.setattr(book, "chapters", lambda: [path])
    monkeypatch.setattr(slides, "chapters", lambda: [path])
    monkeypatch.setattr(book.subprocess, "run", lambda *_, **__: pytest.fail("it was rendered"))
    for make in (lambda: book.build(tmp_path), lambda: slides.make(tmp_path)):
        assert make() != 0
        assert says in capsys.readouterr().out
    assert main(["run", str(path)]) == 1
    assert says in capsys.readouterr().out
