"""The quizzes as they stand in the chapters: a question, options, and folded answers."""

import re
from collections import Counter

import nbformat
import pytest

from course.chapters.cells import chapters

CHAPTERS = [path for path in chapters() if path.parent.name != "activity"]
QUIZ = re.compile(r"""(?sx) \*\*Check\ yourself\.\*\*\ (?P<question>.+?)\n\n (?P<options>1\..+?)\n\n
    <details><summary>Answers</summary>\n\n (?P<answers>1\..+?)\n\n</details>""")


def quizzes(path):
    return [
        cell
        for cell in nbformat.read(path, as_version=4).cells
        if "quiz" in cell.metadata.get("tags", [])
    ]


def items(text):
    """The items of a numbered list, without their numbers."""
    lines = [re.fullmatch(r"(\d+)\. (.+)", line) for line in text.splitlines()]
    assert all(lines), text
    assert [int(line[1]) for line in lines] == list(range(1, len(lines) + 1)), text
    return [line[2] for line in lines]


def right(cell):
    """The positions of the options that are called right."""
    return [
        k
        for k, answer in enumerate(items(QUIZ.fullmatch(cell.source)["answers"]))
        if answer.startswith("**Right.** ")
    ]


@pytest.mark.parametrize("path", CHAPTERS, ids=[path.stem for path in CHAPTERS])
def test_a_chapter_has_two_quizzes_and_each_option_an_answer(path):
    assert len(quizzes(path)) >= 2
    for cell in quizzes(path):
        quiz = QUIZ.fullmatch(cell.source)
        assert quiz, f"{cell.id} is not a question, options and folded answers"
        options, answers = items(quiz["options"]), items(quiz["answers"])
        assert len(options) == len(answers) >= 3, cell.id
        assert len(set(options)) == len(options), cell.id
        assert len(right(cell)) == 1, f"{cell.id} needs one right option"
        assert all(len(answer.split()) >= 5 for answer in answers), f"{cell.id}: why?"


def test_the_right_answer_is_not_always_at_the_same_place():
    places = Counter(place for path in CHAPTERS for cell in quizzes(path) for place in right(cell))
    assert len(places) == 3 and max(places.values()) <= 0.6 * places.total(), places
