"""Slips in the cells of a chapter: each has one message, and nothing is made of such a chapter.

A solution that loses its tag would be handed out, and an exercise without a rule would be marked
wrong for everybody. So whatever makes something from chapters reads them here.
"""

import re
from collections.abc import Iterator, Mapping
from itertools import groupby
from pathlib import Path

from nbformat import NotebookNode

from course.chapters import cells
from course.chapters.cells import exercise_id, tags
from course.chapters.exercises import ExerciseError, parse
from course.judging import questions
from course.paths import NOTEBOOKS

#: The cells of an exercise, in order; each names its exercise.
ROLES = ("exercise", "answer", "solution", "check")
#: All tags of the authors: roles, what a cell is in a chapter, and how the book or a test takes it.
TAGS = {
    *ROLES,
    *("claims", "erratum", "interactive", "key-numbers", "objectives", "quiz", "recap"),
    *("hide-cell", "hide-input", "hide-output", "remove-cell", "remove-input", "remove-output"),
    *("nbval-check-output", "nbval-ignore-output", "nbval-skip", "raises-exception"),
}
FACTS = {"exercise", "kind", "points", "expects", "optional"}


class SlipError(ValueError):
    """A chapter has slips; the message names the chapter, and each cell with what is wrong."""


def read_chapter(path: Path, rules: Mapping | None = None) -> NotebookNode:
    """A chapter without slips.

    Parameters
    ----------
    path : Path
    rules : mapping, optional
        What judging asks for, by exercise: `questions.QUESTIONS`, which is also what a chapter of
        the book is held against without it. A draft elsewhere may ask for what it likes.

    Raises
    ------
    SlipError
    """
    notebook = cells.read(path)
    if rules is None and path.resolve().is_relative_to(NOTEBOOKS):
        rules = questions.QUESTIONS
    check(notebook, path.stem, rules)
    return notebook


def check(notebook: NotebookNode, name: str, rules: Mapping | None = None) -> None:
    """Raise `SlipError`, with every slip, if a chapter has any."""
    if found := [f"{name}, cell {id}: {slip}" for id, slip in slips(notebook, rules)]:
        raise SlipError("\n".join(found))


def slips(notebook: NotebookNode, rules: Mapping | None = None) -> Iterator[tuple[str, str]]:
    """The id of each cell with a slip, and what is wrong with it."""
    for cell in notebook.cells:
        for slip in of_cell(cell, rules):
            yield cell.id, slip
    yield from out_of_order(notebook)


def of_cell(cell: NotebookNode, rules: Mapping | None) -> Iterator[str]:
    """What is wrong with a cell, wherever it stands."""
    if unknown := tags(cell) - TAGS:
        yield f"no tag is called {', '.join(sorted(unknown))}; there are {', '.join(sorted(TAGS))}."
    roles, facts = tags(cell) & set(ROLES), set(cell.metadata.get("course", {}))
    if facts and not roles:
        yield f"it belongs to {exercise_id(cell)} and has none of the tags {', '.join(ROLES)}."
    elif len(roles) > 1:
        yield f"it cannot be {' and '.join(sorted(roles))} at once."
    elif "exercise" in roles:
        yield from of_exercise(cell, facts, rules)
    elif roles and facts != {"exercise"}:
        yield f'its metadata should be "course": {{"exercise": ...}}, and has {sorted(facts)}.'
    if roles & {"answer", "check"} and cell.cell_type != "code":
        yield "it should be a cell of code."
    if "check" in roles and cell.source != f'check("{exercise_id(cell)}")':
        yield f'it should be check("{exercise_id(cell)}"), and is {cell.source[:40]!r}.'


def of_exercise(cell: NotebookNode, facts: set[str], rules: Mapping | None) -> Iterator[str]:
    """What is wrong with how a cell declares its exercise."""
    if cell.cell_type != "markdown":
        yield "an exercise should be a cell of Markdown."
        return
    if extra := facts - FACTS:
        yield f"its metadata has {', '.join(sorted(extra))}; known are {', '.join(sorted(FACTS))}."
    try:
        exercise = parse(cell)
    except ExerciseError as error:
        yield str(error).removeprefix(f"Cell {cell.id}: ")
        return
    if rules is None:
        return
    if exercise.id not in rules:
        yield f"there are no rules for {exercise.id} in course/judging."
        return
    asked = {name: question.type for name, question in rules[exercise.id].items()}
    if asked != exercise.expects:
        yield f"it expects {exercise.expects}, and its rules judge {asked}."


def out_of_order(notebook: NotebookNode) -> Iterator[tuple[str, str]]:
    """Cells of an exercise that are missing, apart or astray: the cell, and what is wrong."""
    inside: str | None = None
    seen: list[str] = []
    for cell in notebook.cells:
        if "exercise" in tags(cell):
            inside = exercise_id(cell)
        elif inside and "claims" not in tags(cell) and exercise_id(cell) != inside:
            yield cell.id, f"it stands between {inside} and its check, and belongs to neither."
        if "check" in tags(cell):
            inside = None
    parts = [cell for cell in notebook.cells if exercise_id(cell) and tags(cell) & set(ROLES)]
    for id, adjacent in groupby(parts, key=lambda cell: exercise_id(cell) or ""):
        group = list(adjacent)
        roles = [role for role, _ in groupby(next(r for r in ROLES if r in tags(c)) for c in group)]
        if tuple(roles) != ROLES:
            yield group[0].id, f"{id} has {', '.join(roles)}; in order it needs {', '.join(ROLES)}."
        if seen and place_of(id) <= place_of(seen[-1]):
            yield group[0].id, f"{id} comes after {seen[-1]}, or its cells are apart."
        seen.append(id)


def place_of(id: str) -> list[str | int]:
    """Where an exercise stands among others by its id: b10 after b9, 5b after 5a."""
    return [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", id)]
