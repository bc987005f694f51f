"""Cells of exercises: every one is complete, in order, and can be solved as declared."""

import ast
import re

import nbformat
import pytest
import small_activity
from nbformat.v4 import new_markdown_cell

from course.chapters import slips
from course.chapters.cells import exercise_chapters, exercise_id, read, tags, title
from course.chapters.exercises import ExerciseError, exercises, is_lesson, number_of, parse
from course.chapters.rubrics import tables
from course.judging import questions
from course.paths import BOOK, RUBRICS

CHAPTERS = exercise_chapters()
ACTIVITY = [path for path in CHAPTERS if path.parent.name == "activity"]
BEYOND = [path for path in CHAPTERS if path.parent.name == "beyond"]
every_chapter = pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
# Numbered as in the source; `ex-00` asks for what its warm-up section asks in passing.
NUMBERS = [
    "0",
    "1",
    "2",
    "3",
    "4",
    "5a",
    "5b",
    "6",
    "7",
    "8",
    "9a",
    "9b",
    "10",
    "11",
    "12",
    "13",
    "14",
    "15a",
    "15b",
    "16a",
    "16b",
    "17a",
    "17b",
]
HEADING = re.compile(r"(?m)^#+ ")
GIVEN = {"ex-15b": {"hierarchical"}}  # declared, but fitted by the chapter itself


def role(cell):
    return next((role for role in slips.ROLES if role in tags(cell)), None)


def assigned(code):
    """The values that a piece of code assigns, by name; None for what is no plain assignment."""
    names = {}
    for node in ast.walk(ast.parse(code)):
        match node:
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    if isinstance(target, ast.Name):
                        names[target.id] = value
                    for inner in ast.walk(target):
                        if isinstance(inner, ast.Name):
                            names.setdefault(inner.id, None)
            case ast.ExceptHandler(name=str(name)):
                names.setdefault(name, None)
    return names


def code_of(notebook, tag, id):
    return "\n".join(
        cell.source
        for cell in notebook.cells
        if tag in tags(cell) and exercise_id(cell) == id and cell.cell_type == "code"
    )


def test_the_exercises_of_the_activity_are_those_of_the_source():
    asked = [exercise for path in ACTIVITY for exercise in exercises(read(path))]
    assert [exercise.number for exercise in asked] == NUMBERS
    assert [exercise.id for exercise in asked if exercise.optional] == ["ex-17a", "ex-17b"]


@pytest.mark.parametrize("path", BEYOND, ids=lambda path: path.stem)
def test_a_chapter_beyond_the_lecture_has_two_at_its_end_which_are_a_bonus(path):
    notebook = read(path)
    place = int(path.stem[:2])
    assert [exercise.id for exercise in exercises(notebook)] == [
        f"ex-b{2 * place - 1}",
        f"ex-b{2 * place}",
    ]
    assert is_lesson(notebook)
    assert role(notebook.cells[-1]) is None and role(notebook.cells[-2]) == "check"


def test_instructors_are_told_the_points_beyond_the_lecture():
    rows = []
    for path in BEYOND:
        notebook = read(path)
        asked = exercises(notebook)
        numbers = ", ".join(exercise.number for exercise in asked)
        points = " + ".join(str(exercise.points) for exercise in asked)
        link = f"[{title(notebook)}](../notebooks/beyond/{path.name})"
        rows.append(f"| {link} | {numbers} | {points} |")
    assert "\n".join(rows) in (BOOK / "instructors.md").read_text(encoding="utf-8")


@every_chapter
def test_cell_ids_name_their_exercise(path):
    for cell in read(path).cells:
        match role(cell):
            case "exercise":
                assert cell.id == exercise_id(cell)
            case "answer" | "check":
                assert cell.id == f"{exercise_id(cell)}-{role(cell)}"
            case "solution":
                assert cell.id.startswith(f"{exercise_id(cell)}-")


@every_chapter
def test_prompts_and_solutions_have_no_heading_of_their_own(path):
    for cell in read(path).cells:
        if cell.cell_type == "markdown" and role(cell):
            text = re.sub(r"(?s)```.*?```", "", cell.source)
            if role(cell) == "exercise":
                text = text.partition("\n")[2]
            assert not HEADING.search(text), f"{cell.id}: a heading would end the box"


@every_chapter
def test_the_prompt_names_everything_to_assign(path):
    for exercise in exercises(read(path)):
        unnamed = [name for name in exercise.expects if f"`{name}`" not in exercise.prompt]
        assert not unnamed, f"{exercise.id} does not ask for {unnamed}"


@every_chapter
def test_declared_names_are_left_open_by_the_stub_and_assigned_by_the_solution(path):
    notebook = read(path)
    for exercise in exercises(notebook):
        stub = assigned(code_of(notebook, "answer", exercise.id))
        solution = assigned(code_of(notebook, "solution", exercise.id))
        for name in exercise.expects:
            if name in GIVEN.get(exercise.id, ()):
                continue
            value = stub.get(name)
            assert isinstance(value, ast.Constant) and value.value is ..., (
                f"{exercise.id}: the stub does not leave {name} open"
            )
            assert name in solution, f"{exercise.id}: the solution does not assign {name}"


def test_declared_names_are_unique():
    names = [
        name
        for path in CHAPTERS
        for exercise in exercises(read(path))
        for name in exercise.expects
        if name not in GIVEN.get(exercise.id, ())
    ]
    assert len(names) == len(set(names)), sorted(n for n in set(names) if names.count(n) > 1)


def most_of(exercise):
    """What each declared name can earn."""
    names = questions.credited(exercise.id)
    return {name: exercise.points / len(names) for name in names}


def test_guesses_and_letters_earn_at_most_a_seventh():
    """They can be tried as often as one likes."""
    effortless = (questions.Guess, questions.GuessedChoice, questions.Choice)
    asked = [exercise for path in CHAPTERS for exercise in exercises(read(path))]
    for counted in (asked, [exercise for exercise in asked if not exercise.optional]):
        easy = sum(
            points
            for exercise in counted
            for name, points in most_of(exercise).items()
            if isinstance(question := questions.QUESTIONS[exercise.id][name], effortless)
            or getattr(question, "any_text", False)
        )
        assert 0 < easy <= sum(exercise.points for exercise in counted) / 7


WORTH = {"½ point: ": 0.5, "1 point: ": 1}


def test_every_text_that_is_read_has_a_rubric_that_adds_up_and_three_samples():
    rubrics = tables(RUBRICS)
    to_read = {
        name: (exercise.id, points)
        for path in CHAPTERS
        for exercise in exercises(read(path))
        for name, points in most_of(exercise).items()
        if exercise.expects[name] == "text" and not questions.QUESTIONS[exercise.id][name].any_text
    }
    assert rubrics.keys() == to_read.keys()
    for name, (id, most) in to_read.items():
        table = rubrics[name]
        assert table["exercise"] == id
        worth = [
            next(points for lead, points in WORTH.items() if line.startswith(lead))
            for line in table["rubric"]
        ]
        assert sum(worth) == most, name
        assert sum(worth[line - 1] for line in table["half_has"]) == most / 2, name
        assert all(len(table[sample]) > 20 for sample in ("full", "half", "zero")), name


@every_chapter
def test_what_a_student_edition_imports_it_uses(path):
    """In code, or in a stub as a hint; tables and plots are for everybody's own use."""
    code = "\n".join(
        cell.source
        for cell in read(path).cells
        if cell.cell_type == "code" and not tags(cell) & {"solution", "claims", "key-numbers"}
    )
    for alias in re.findall(r"(?m)^import \S+ as (\w+)$", code):
        uses = re.findall(rf"\b{alias}\.\w+", code)
        assert uses or alias in ("np", "pd", "sns", "plt"), alias


@every_chapter
def test_nothing_outside_solutions_refers_into_one(path):
    """Such a reference would be broken in a book without solutions."""
    notebook = read(path)
    inside = {
        cell.metadata.get("mystnb", {}).get("figure", {}).get("name")
        for cell in notebook.cells
        if "solution" in tags(cell)
    } - {None}
    for chapter in CHAPTERS:
        for cell in read(chapter).cells:
            if cell.cell_type == "markdown" and "solution" not in tags(cell):
                assert not re.search(r"\]\([^)]*#sol-", cell.source), cell.id
                assert not {
                    name for name in inside if re.search(rf"[`<]{name}[`>]", cell.source)
                }, cell.id


@every_chapter
def test_untouched_stubs_print_nothing(path):
    for cell in read(path).cells:
        if role(cell) == "answer":
            assert not cell.outputs, f"{cell.id}: {cell.outputs}"


# ------------------------------------------------------------------- what a wrong cell says


@pytest.fixture
def cell():
    return new_markdown_cell(
        "### Exercise 5a · The mean\n\nCompute it.",
        id="ex-05a",
        metadata={
            "tags": ["exercise"],
            "course": {
                "exercise": "ex-05a",
                "kind": "code",
                "points": 3,
                "expects": {"mean_05a": "number"},
            },
        },
    )


def test_a_cell_is_read(cell):
    exercise = parse(cell)
    assert (exercise.number, exercise.title, exercise.prompt) == ("5a", "The mean", "Compute it.")
    assert (exercise.kind, exercise.worth, exercise.optional) == ("code", "3 points", False)
    assert exercise.solution_id == "sol-05a"


@pytest.mark.parametrize(
    "key, value, message",
    [
        ("exercise", "ex-5a", "not like 'ex-05a' or 'ex-b1'"),
        ("exercise", "ex-05b", "Exercise 5b · Title"),
        ("exercise", None, "not like 'ex-05a' or 'ex-b1'"),
        ("points", "3", "not a whole number"),
        ("points", 0, "not a whole number"),
        ("kind", "essay", "is none of"),
        ("expects", {}, "does not give"),
        ("expects", {"mean_05a": 52.5}, "does not give"),
        ("expects", {"mean_05a": {"value": 52.5}}, "does not give"),
    ],
)
def test_a_wrong_declaration_is_named_with_its_cell(cell, key, value, message):
    cell.metadata["course"][key] = value
    with pytest.raises(ExerciseError, match=f"Cell ex-05a: .*{message}"):
        parse(cell)


def test_a_heading_without_its_title_is_named(cell):
    cell.source = "### Exercise 5a"
    with pytest.raises(ExerciseError, match="Exercise 5a · Title"):
        parse(cell)


@pytest.mark.parametrize(
    "id, number",
    {"ex-00": "0", "ex-05a": "5a", "ex-17b": "17b", "ex-b1": "b1", "ex-b14": "b14"}.items(),
)
def test_numbers_are_the_sources(id, number):
    assert number_of(id) == number


@pytest.mark.parametrize("id", ["ex-5a", "ex-b0", "ex-b01", "ex-b1a", "ex-05a ", "b1"])
def test_what_is_no_id_is_named(id):
    with pytest.raises(ExerciseError, match="ex-05a or ex-b1"):
        number_of(id)


def test_the_small_chapter_of_other_tests_is_like_a_real_one(tmp_path):
    path = tmp_path / "01-small.ipynb"
    nbformat.write(small_activity.chapter(), path)
    slips.read_chapter(path)
    test_declared_names_are_left_open_by_the_stub_and_assigned_by_the_solution(path)
