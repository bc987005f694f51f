"""The exercises of a chapter, as its tagged cells declare them."""

import re
from dataclasses import dataclass
from itertools import takewhile

from nbformat import NotebookNode

from course.chapters.cells import ANSWERS, tags

KINDS = ("number", "choice", "code", "written")
TYPES = ("number", "interval", "choice", "text", "draws", "table", "posterior", "plot", "error")
#: "ex-05a" in the activity, numbered as in the source; "ex-b1" beyond the lecture.
ID = re.compile(r"ex-(\d{2}[a-z]?|b[1-9]\d?)")
HEADING = re.compile(r"#{2,4} Exercise (?P<number>\w+) · (?P<title>\S.*)")


class ExerciseError(ValueError):
    """A cell does not declare its exercise as it should; the message names the cell."""


@dataclass(frozen=True)
class Exercise:
    """One exercise, or one part of one: what its Markdown cell says and declares."""

    id: str  # "ex-05a"; beyond the lecture "ex-b1"
    title: str
    kind: str  # one of KINDS
    points: int
    expects: dict[str, str]  # the names to assign to, and the type of each, one of TYPES
    optional: bool  # counts on top of the maximum
    prompt: str  # the cell's text below its heading

    @property
    def number(self) -> str:
        """The number in the source, "5a"; beyond the lecture "b1"."""
        return number_of(self.id)

    @property
    def solution_id(self) -> str:
        """The place of the solution in the book: "sol-05a"."""
        return self.id.replace("ex-", "sol-", 1)

    @property
    def worth(self) -> str:
        """The points in words: "2 points", "1 point", "2 bonus points"."""
        bonus = "bonus " if self.optional else ""
        return f"{self.points} {bonus}point{'' if self.points == 1 else 's'}"


def number_of(id: str) -> str:
    """The number of an exercise as it is printed: "5a" for the id "ex-05a", "b1" for "ex-b1"."""
    match = ID.fullmatch(id)
    if match is None:
        raise ExerciseError(f"{id!r} is no id of an exercise; one looks like ex-05a or ex-b1.")
    return match[1].removeprefix("0") or "0"


def parse(cell: NotebookNode) -> Exercise:
    """Read a cell tagged `exercise`.

    Raises
    ------
    ExerciseError
        If its heading, id, points, kind or declared names are missing or unknown.
    """
    facts = cell.metadata.get("course", {})
    heading, _, prompt = cell.source.strip().partition("\n")
    match = HEADING.fullmatch(heading.strip())
    id = str(facts.get("exercise"))
    points, expects = facts.get("points"), facts.get("expects")
    if not ID.fullmatch(id):
        raise ExerciseError(
            f"Cell {cell.id}: the exercise id {id!r} is not like 'ex-05a' or 'ex-b1'."
        )
    if not match or match["number"] != number_of(id):
        raise ExerciseError(
            f"Cell {cell.id}: the first line is {heading!r}, and should be "
            f"'### Exercise {number_of(id)} · Title'."
        )
    if facts.get("kind") not in KINDS:
        raise ExerciseError(f"Cell {cell.id}: the kind {facts.get('kind')!r} is none of {KINDS}.")
    if type(points) is not int or points < 1:
        raise ExerciseError(f"Cell {cell.id}: points {points!r} is not a whole number above 0.")
    if not expects or not all(type_ in TYPES for type_ in expects.values()):
        raise ExerciseError(
            f"Cell {cell.id}: expects {expects!r} does not give each declared name "
            f"a type out of {TYPES}."
        )
    return Exercise(
        id,
        match["title"].strip(),
        facts["kind"],
        points,
        dict(expects),
        facts.get("optional", False),
        prompt.strip(),
    )


def exercises(notebook: NotebookNode) -> list[Exercise]:
    """All exercises of a notebook, in its order."""
    return [parse(cell) for cell in notebook.cells if "exercise" in tags(cell)]


def is_lesson(notebook: NotebookNode) -> bool:
    """Is a chapter one to read? Its exercises, if it has any, are a bonus."""
    return all(exercise.optional for exercise in exercises(notebook))


def to_read(notebook: NotebookNode) -> set[str]:
    """The ids of the cells that students see as readers do: of a lesson, up to its exercises."""
    if not is_lesson(notebook):
        return set()
    before = takewhile(lambda cell: "exercise" not in tags(cell), notebook.cells)
    return {cell.id for cell in before}


def to_withhold(notebook: NotebookNode) -> set[str]:
    """The ids of the cells that would give answers away."""
    answers = {cell.id for cell in notebook.cells if tags(cell) & ANSWERS}
    return answers - to_read(notebook)
