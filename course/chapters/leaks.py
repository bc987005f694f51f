"""What of a solution, an answer key or a rubric remains in a student edition.

Everything in the edition is searched: sources, metadata, outputs, attachments. `find` looks for
what stands in the solutions; `spoken` for words that answer an exercise wherever they stand.
"""

import ast
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from nbformat import NotebookNode

from course.chapters import prose
from course.chapters.cells import ANSWERS, tags
from course.chapters.exercises import TYPES, exercises, is_lesson, to_read, to_withhold
from course.chapters.rubrics import read_rubrics, tables
from course.paths import RUBRICS, UNSAID

SHORTEST = 25  # characters of a line or sentence, spaces not counted, that can give something away
CELL_KEYS = {"tags", "course"}
COURSE_KEYS = {"exercise", "kind", "points", "expects", "optional"}
# A number with decimals and three digits or more; shorter ones are equal to something too often.
DECIMAL = re.compile(r"(?<![\w.])\d+\.\d+(?![\w.]*\d)")


def find(edition: NotebookNode, source: NotebookNode, rubrics: Iterable[str] = ()) -> list[str]:
    """What a student edition gives away of its source, one sentence for each leak.

    Parameters
    ----------
    edition, source : NotebookNode
        The student edition, and the chapter that it was made of, with its stored outputs.
    rubrics : iterable of str
        What graders look for.
    """
    found = []
    lesson = to_read(source)
    secrets = {phrase: normalised(phrase) for phrase in phrases(source, rubrics)}
    numbers = answers(source)
    for cell in edition.cells:
        text = text_of(cell)
        normal = normalised(text)
        reasons = (*structure(cell, cell.id in lesson), *assignments(text, source))
        found += [f"cell {cell.id} {reason}" for reason in reasons]
        for phrase, secret in secrets.items():
            if secret in normal:
                found.append(f"cell {cell.id} says: {phrase.strip()}")
        shown = sorted(numbers & set(DECIMAL.findall(text)))
        found += [f"cell {cell.id} shows the number {number}" for number in shown]
    return found


def structure(cell: NotebookNode, lesson: bool = False) -> Iterator[str]:
    """Parts of a cell that no student edition has; `lesson`: it is there to be read."""
    if tags(cell) & ANSWERS:
        yield "is a solution or an answer key"
    if not lesson and (cell.get("outputs") or cell.get("execution_count") is not None):
        yield "was executed and has stored outputs"
    if cell.get("attachments"):
        yield "has attachments"
    facts = cell.metadata.get("course", {})
    if extra := (set(cell.metadata) - CELL_KEYS) | (set(facts) - COURSE_KEYS):
        yield f"has other metadata: {sorted(extra)}"
    if not all(kind in TYPES for kind in facts.get("expects", {}).values()):
        yield "says more than the types of what it expects"


def assignments(text: str, source: NotebookNode) -> Iterator[str]:
    """Declared names that are given a value instead of ``...``."""
    for exercise in exercises(source):
        for name in exercise.expects:
            for value in re.findall(rf"\b{name}\b\s*=(?!=)\s*(.+)", text):
                if re.match(r"[\"'(\[]*[\w.\-]*\d|[\"']\w", value):
                    yield f"assigns {name} = {value.strip()}"


def phrases(source: NotebookNode, rubrics: Iterable[str]) -> Iterator[str]:
    """Pieces of solution code, sentences of solution text and of rubrics, long enough to tell.

    What the chapter's own code does before is no secret, nor is what a lesson claims. A prompt or a
    stub may give a line as a hint, but never a whole assignment of the solution.
    """
    given, hints = "", ""
    secret = to_withhold(source)
    for cell in source.cells:
        if cell.id in secret and tags(cell) & {"solution", "claims"} and cell.cell_type == "code":
            yield from (
                text
                for text in assigned(cell.source)
                if long_enough(text) and normalised(text) not in given
            )
            yield from (
                line
                for line in cell.source.splitlines()
                if long_enough(line) and normalised(line) not in given + hints
            )
        elif cell.id in secret and tags(cell) & {"solution", "recap"}:
            yield from filter(long_enough, sentences(prose.plain(cell.source)))
        elif tags(cell) & {"exercise", "answer"}:
            hints += normalised(cell.source) + "\n"
        elif cell.cell_type == "code" and not tags(cell) & {"check", "claims"}:
            given += normalised(cell.source) + "\n"
    for rubric in rubrics:
        yield from filter(long_enough, sentences(rubric))


def assigned(code: str) -> list[str]:
    """The assignments in a piece of code."""
    return [
        ast.get_source_segment(code, node) or ""
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign)
    ]


def answers(source: NotebookNode) -> set[str]:
    """Numbers that solutions and answer keys print or state, and that the chapter does not give.

    What other cells print is given: the student's own run prints it too.
    """
    secret, given = set(), set()
    withheld = to_withhold(source)
    for cell in source.cells:
        numbers = set(DECIMAL.findall(json.dumps(cell.get("outputs", []), ensure_ascii=False)))
        if cell.id in withheld:
            secret |= numbers | set(DECIMAL.findall(prose.plain(cell.source)))
        elif not tags(cell) & {"check", "answer", "claims"}:
            given |= numbers
    return {number for number in secret - given if len(re.sub(r"\D", "", number).lstrip("0")) > 2}


def text_of(cell: NotebookNode) -> str:
    """All text in a cell, wherever it is."""

    def strings(value):
        if isinstance(value, dict):
            for key, inner in value.items():
                yield str(key)
                yield from strings(inner)
        elif isinstance(value, list | tuple):
            for inner in value:
                yield from strings(inner)
        else:
            yield str(value)

    return "\n".join(strings(cell))


def sentences(text: str) -> list[str]:
    """A text in sentences, lines and table cells."""
    return re.split(r"(?<=[.!?:;])\s+|\n+|\s\|\s", text)


def normalised(text: str) -> str:
    """A text without what does not change its sense: spaces, case, emphasis, quotes, semicolons."""
    return re.sub(r"[\s*_`\"'“”‘’#>|\\;-]+", "", text).lower()


def long_enough(text: str) -> bool:
    """Does a piece of text say enough to give something away?"""
    return len(normalised(text)) >= SHORTEST


def spoken(edition: NotebookNode, unsaid: Mapping[str, Mapping] | None = None) -> list[str]:
    """Where a student edition says what answers an exercise, one sentence for each place.

    Students hold all chapters at once, so what answers an exercise may stand in none of them; but a
    lesson may speak of all but its own exercises, as the lecture does.

    Parameters
    ----------
    edition : NotebookNode
        The student edition of any chapter.
    unsaid : mapping, optional
        By exercise: ``words``, regular expressions for what no notebook says, and ``may``, the ids
        of cells that may (default: the instructors' list).
    """
    unsaid = tables(UNSAID) if unsaid is None else unsaid
    if is_lesson(edition):
        own = {exercise.id for exercise in exercises(edition)}
        unsaid = {exercise: rule for exercise, rule in unsaid.items() if exercise in own}
    return [
        f"cell {cell.id} answers {exercise}: {match[0]!r}"
        for cell in edition.cells
        for exercise, rule in unsaid.items()
        if cell.id not in rule.get("may", ())
        for words in rule["words"]
        if (match := re.search(words, in_words(cell.source)))
    ]


def in_words(text: str) -> str:
    """A text in lower case, with single spaces and without emphasis."""
    return " ".join(re.sub(r"[*_`]", "", prose.plain(text)).lower().split())


def rubrics(path: Path = RUBRICS) -> list[str]:
    """The texts of rubrics and of answers to them."""
    return [
        text for rubric in read_rubrics(path).values() for text in (*rubric.lines, *rubric.samples)
    ]
