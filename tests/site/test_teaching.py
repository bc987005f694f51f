"""The page on teaching: minutes add up, every exercise has its notes, and no student reads them."""

import re

import nbformat
import pytest

from course.chapters import leaks
from course.chapters.cells import exercise_chapters, read
from course.chapters.exercises import exercises
from course.chapters.rubrics import tables
from course.paths import ACTIVITY, BOOK, DEBRIEF, UNSAID
from course.site.solutions import VARIABLE
from course.site.sphinx import debrief

PAGE = (BOOK / "teaching.md").read_text(encoding="utf-8")
NOTES = DEBRIEF.read_text(encoding="utf-8")
ASKED = [e for path in sorted(ACTIVITY.glob("0*.ipynb")) for e in exercises(read(path))]
TIME = re.compile(r"About (\d+) minutes")


def table(heading):
    """The rows below a heading or a bold line: the cells of each by the head of their columns."""
    section = re.split(r"\n(?:#|\*\*The second)", PAGE.partition(f"{heading}\n")[2])[0]
    head, _, *rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in section.splitlines()
        if line.startswith("|")
    ]
    return [dict(zip(head, row, strict=True)) for row in rows]


def adds_up(rows, total):
    """Does each row begin where those before it end, and the last end at the total?"""
    at = 0
    for row in rows:
        assert int(row.get("from", at)) == at, row
        at += int(row["minutes"])
    assert at == total


@pytest.mark.parametrize(
    ("heading", "total"),
    [
        ("Your half-hour", 30),
        ("The activity in 110 minutes", 110),
        ("The lecture in 75 minutes", 75),
        ("With R, without R, as a reading group", 45),
    ],
)
def test_minutes_add_up(heading, total):
    adds_up(table(heading), total)


def test_two_sessions_add_up_and_give_chapters_the_time_that_they_name():
    rows = []
    for session in ("**The first session**", "**The second session**"):
        adds_up(found := table(session), 75)
        rows += found
    for row in rows:
        if link := re.search(r"\((\.\./notebooks/.*)\)", row["what happens"]):
            named = TIME.search("\n".join(c.source for c in read(BOOK / link[1]).cells))
            assert row["minutes"] == named[1], row


def numbers(text):
    """The exercises that a cell names, such as "1, 3, 5a and the first debrief"."""
    return re.findall(r"\b\d+[ab]?\b", text)


def test_every_exercise_is_planned_once_or_is_homework():
    planned = [n for row in table("The activity in 110 minutes") for n in numbers(row["exercises"])]
    homework = numbers(re.search(r"Exercises (.*) are the homework", PAGE)[1])
    assert planned + homework == [exercise.number for exercise in ASKED]


def test_the_cut_list_saves_what_the_plan_gave():
    plan = {row["exercises"]: int(row["minutes"]) for row in table("The activity in 110 minutes")}
    left, struck = 110, set()
    for row in table("When the class is shorter"):
        left -= int(row["saves"])
        assert int(row["left"]) == left, row
        struck |= set(numbers(row["strike"]))
    assert left == 50 and {110 - 20, 75, 50} <= {
        int(row["left"]) for row in table("When the class is shorter")
    }
    debriefs = 4 + 3
    whole = [m for names, m in plan.items() if names and set(numbers(names)) <= struck]
    assert sum(whole) + debriefs == 110 - left


def test_a_lecture_of_fifty_minutes_is_what_is_left():
    taken = re.search(r"With 50 minutes, (.*)\n", PAGE)[1].partition("With three")[0]
    assert 75 - sum(map(int, re.findall(r"(?<!chapter )\b(\d)\b(?! lectures)", taken))) == 50


def notes():
    """The notes by the ids of their exercises."""
    found = {}
    for section in re.split(r"^### ", NOTES.partition("\n## ")[0], flags=re.MULTILINE)[1:]:
        for id in re.findall(r"`(ex-\w+)`", section.partition("\n")[0]):
            found[id] = section
    return found


def test_every_exercise_has_notes_with_two_questions():
    assert list(notes()) == [exercise.id for exercise in ASKED]
    for id, text in notes().items():
        parts = re.findall(r"^\*\*(.*?)\*\*", text, flags=re.MULTILINE)
        assert [part.strip(".?") for part in parts] == [
            "The misconception", "You will hear", "Ask", "Stuck"], id  # fmt: skip
        ask = re.search(r"^\*\*Ask.*", text, flags=re.MULTILINE)[0]
        assert re.findall(r"\((\d)\) ", ask) == ["1", "2"], id


def test_the_page_itself_answers_no_exercise():
    unsaid = [words for rule in tables(UNSAID).values() for words in rule["words"]]
    assert not [words for words in unsaid if re.search(words, leaks.in_words(PAGE))]
    assert any(re.search(words, leaks.in_words(NOTES)) for words in unsaid)
    page = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(PAGE, id="page")])
    for path in exercise_chapters():
        found = leaks.find(page, read(path), leaks.rubrics())
        assert not [reason for reason in found if "metadata" not in reason]


class App:
    """As much of Sphinx as the extension asks."""

    def __init__(self):
        self.env, self.noted = self, []

    def note_dependency(self, name):
        self.noted.append(name)


def test_a_book_without_solutions_has_no_notes(monkeypatch):
    app, source = App(), {"shown": [PAGE], "withheld": [PAGE]}
    for said, text in source.items():
        monkeypatch.setenv(VARIABLE, said)
        debrief.insert(app, "book/teaching", text)
    assert NOTES in source["shown"][0] and debrief.MARKER not in source["shown"][0]
    assert app.noted == [str(DEBRIEF)]
    assert (
        debrief.ELSEWHERE in source["withheld"][0] and debrief.MARKER not in source["withheld"][0]
    )
    assert not any(line in source["withheld"][0] for line in NOTES.splitlines() if len(line) > 40)


def test_a_book_made_where_there_are_no_notes_says_so(monkeypatch, tmp_path):
    monkeypatch.setenv(VARIABLE, "shown")
    monkeypatch.setattr(debrief, "DEBRIEF", tmp_path / "debrief.md")
    debrief.insert(App(), "book/teaching", text := [PAGE])
    assert debrief.ELSEWHERE in text[0]


def test_the_rendered_page_has_the_notes_and_its_source_has_not(site):
    page = (site / "book" / "teaching.html").read_text(encoding="utf-8")
    assert page.count("You will hear") == len(set(notes().values()))
    for path in site.rglob("_sources/**/*"):
        assert path.is_dir() or "You will hear" not in path.read_text(encoding="utf-8"), path
