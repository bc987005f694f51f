"""The student edition: complete, free of answers, deterministic, and running as it is."""

import copy
import json
import posixpath
import re
import zipfile
from pathlib import Path

import nbformat
import pytest
import small_activity
from nbformat.v4 import new_output

from course.chapters import editions, leaks
from course.chapters.cells import exercise_chapters, exercise_id, tags
from course.chapters.exercises import exercises
from course.chapters.rubrics import tables
from course.paths import UNSAID as UNSAID_FILE

CHAPTERS = exercise_chapters()
every_chapter = pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
SMALL = "activity/01-small.ipynb"
RUBRIC = "Says that the median splits the songs into two equal halves."


@pytest.fixture
def chapter():
    return small_activity.chapter()


@pytest.fixture
def folder(tmp_path):
    """A folder of parts, with the small chapter in one of them."""
    source = tmp_path / "notebooks"
    (source / "activity").mkdir(parents=True)
    nbformat.write(small_activity.chapter(), source / SMALL)
    return source


def name_of(path):
    return f"{path.parent.name}/{path.name}"


def cell_of(notebook, id):
    return next(cell for cell in notebook.cells if cell.id == id)


# ------------------------------------------------------------------------------ what it has


def test_it_keeps_exercises_stubs_and_checks_and_drops_the_answers(chapter):
    edition = editions.student(chapter)
    nbformat.validate(edition)
    assert [cell.id for cell in edition.cells] == [
        "title",
        "how-to-hand-in",
        "objectives",
        "imports",
        "first",
        "given",
        "ex-01",
        "ex-01-answer",
        "ex-01-check",
        "ex-05a",
        "ex-05a-answer",
        "ex-05a-check",
        "ex-05b",
        "ex-05b-answer",
        "ex-05b-check",
        "rest",
    ]
    assert cell_of(edition, "ex-05a").metadata == {
        "tags": ["exercise"],
        "course": {
            "exercise": "ex-05a",
            "kind": "code",
            "points": 4,
            "expects": {"mean_05a": "number"},
        },
    }
    assert cell_of(edition, "ex-05b").metadata["course"]["optional"] is True
    assert cell_of(edition, "ex-05a-answer").source == "mean_05a = ..."


def test_making_it_changes_no_chapter(chapter):
    before = copy.deepcopy(chapter)
    editions.student(chapter)
    editions.solved(chapter)
    assert chapter == before


def test_numbers_and_links_become_plain_words(chapter):
    edition = editions.student(chapter, {"02-next.ipynb"})
    assert cell_of(edition, "first").source.endswith(
        "A chain of steps; see the list of exercises and [5a](#Exercise-5a-·-The-mean-of-draws)."
    )
    assert cell_of(edition, "rest").source.endswith(
        "After 7 steps comes the end, say Johnson, Ott and Dogucu."
    )


def test_the_solved_edition_has_the_solution_in_place_of_the_stub(chapter):
    edition = editions.solved(chapter)
    source = cell_of(edition, "ex-05a-answer").source
    assert source.startswith("draws = [51.0") and "firebrick" in source
    assert not [cell for cell in edition.cells if "solution" in tags(cell)]


# ------------------------------------------------------------------------------------- leaks


def plant(id):
    """Mark a function that puts something of a solution into the cell with this id."""

    def mark(function):
        PLANTED[function.__name__] = (id, function)
        return function

    return mark


PLANTED = {}


@plant("rest")
def a_line_of_code_in_the_text(cell):
    cell.source += "\n\nThe book writes `mean_05a = round(sum(draws)/len(draws), 3)`."


@plant("ex-05a-answer")
def a_line_of_code_left_in_the_stub(cell):
    cell.source = "# ax.plot([1, 2, 3], draws, color='firebrick', linestyle='--')\nmean_05a = ..."


@plant("rest")
def a_sentence_of_the_solution(cell):
    cell.source += " It lies where **we** expected it to lie before we computed anything at all."


@plant("ex-05a")
def an_expected_value_in_the_text(cell):
    cell.source += "\n\nHint: it is 52.541."


@plant("ex-05a")
def a_published_key_number_in_the_text(cell):
    cell.source += "\n\nThe source has 52.5401."


@plant("ex-05a-check")
def an_output(cell):
    cell.outputs = [new_output("stream", text="right")]


@plant("ex-05a-check")
def an_execution_count(cell):
    cell.execution_count = 3


@plant("ex-05a")
def an_expected_value_in_the_metadata(cell):
    cell.metadata["course"]["expects"]["mean_05a"] = "number 52.541"


@plant("ex-05a-answer")
def another_key_in_the_metadata(cell):
    cell.metadata["course"]["value"] = 1


@plant("given")
def a_caption_in_the_metadata(cell):
    cell.metadata["mystnb"] = {"figure": {"caption": "Nothing."}}


@plant("title")
def an_attachment(cell):
    cell.attachments = {"a.png": {"image/png": "AAAA"}}


@plant("ex-05b-answer")
def a_letter_assigned(cell):
    cell.source = 'shape_05b = "b"'


@plant("ex-05a")
def a_number_assigned_in_the_text(cell):
    cell.source += "\n\nFor example `mean_05a = 52`."


@plant("rest")
def a_solution_cell(cell):
    cell.metadata["tags"] = ["solution"]


@plant("rest")
def an_answer_key(cell):
    cell.metadata["tags"] = ["key-numbers"]


@plant("ex-01")
def a_rubric(cell):
    cell.source += f"\n\n<!-- {RUBRIC} -->"


@pytest.mark.parametrize("id, leak", PLANTED.values(), ids=PLANTED)
def test_the_search_finds_a_leak(chapter, id, leak):
    edition = editions.student(chapter)
    assert leaks.find(edition, chapter, [RUBRIC]) == []
    leak(cell_of(edition, id))
    found = leaks.find(edition, chapter, [RUBRIC])
    assert found and all(f"cell {id} " in sentence for sentence in found), found


def test_a_line_may_be_given_as_a_hint_but_no_assignment(chapter):
    stub = cell_of(chapter, "ex-05a-answer")
    stub.source += '\n# ax.plot([1, 2, 3], draws, color="firebrick", linestyle="--")'
    assert leaks.find(editions.student(chapter), chapter) == []
    stub.source += "\n# mean_05a = round(sum(draws) / len(draws), 3)"
    assert leaks.find(editions.student(chapter), chapter)


def test_rubrics_are_read_from_the_instructors_folder(tmp_path):
    path = tmp_path / "rubrics.toml"
    path.write_text(f'[a_01]\nrubric = ["{RUBRIC}"]\nhalf = "Half."', encoding="utf-8")
    assert leaks.rubrics(path) == [RUBRIC, "Half."]
    assert leaks.rubrics(tmp_path / "none.toml") == []


UNSAID = {"ex-05a": {"words": ["sum of (the )?draws"], "may": ["ex-05a"]}}


def test_words_that_answer_an_exercise_are_found_wherever_they_stand(chapter):
    edition = editions.student(chapter)
    assert leaks.spoken(edition, UNSAID) == []
    cell_of(edition, "ex-05a").source += " The sum of draws?"  # as one answer among others
    assert leaks.spoken(edition, UNSAID) == []
    for id in ("rest", "title", "ex-05b", "ex-05a-answer", "given"):
        planted = copy.deepcopy(edition)
        cell_of(planted, id).source += "\n# It is the *sum* of\n# draws."
        cell_of(planted, id).source = cell_of(planted, id).source.replace("\n# draws", "\ndraws")
        assert leaks.spoken(planted, UNSAID) == [f"cell {id} answers ex-05a: 'sum of draws'"]


# What the editions once said: objectives, titles, recaps, later prompts and given code.
SAID = {
    "$\\mu$, the mean of the group means": "ex-00",
    "The distribution is skewed, with the longer tail to the left": "ex-02",
    "explain why the same prediction for everyone is a disappointment": "ex-04",
    "Its prediction is the same for a star, a flop and a stranger": "ex-04",
    "With so few songs nearly any shape could be chance": "ex-06",
    "two songs can hardly say how much an artist's songs vary": "ex-06",
    "It will refuse with a `ValueError`": "ex-08",
    "It is silent about strangers": "ex-08",
    "explain why this model has nothing to say about an artist it has not met": "ex-08",
    "New is the second layer, which builds the bridge between the islands": "ex-09a",
    "It believes every sample mean, however few songs there are behind it": "ex-09b",
    "# The model in between": "ex-12",
    "On the right, the compromise: the dots follow the crosses, but not all the way": "ex-12",
    "The model predicts strangers, with more uncertainty": "ex-13",
    "This model's are between the other two for most artists, but not for all": "ex-14",
    "Extreme artists are pulled furthest": "ex-15a",
    "### Exercise 16b · Extreme data, strong pull": "ex-15a",
    "### Exercise 16b · Is it a good thing? The ends of the scale": "ex-15a",
    "what the number of songs has to do with shrinkage": "ex-15b",
    "Groups with few observations shrink more": "ex-15b",
    "And yet the hierarchical model puts Kingston *below* Ocean": "ex-15b",
    "because we know less about one artist than about all songs": "ex-16a",
    "If chance alone made the averages differ": "ex-16b",
    "It is a bet that extreme results are partly luck": "ex-16b",
    "This is called regression to the mean": "ex-16b",
    "Complete pooling is steady and biased, no pooling unbiased and jumpy": "ex-17a",
}


@pytest.mark.parametrize("sentence, exercise", SAID.items())
def test_what_once_answered_an_exercise_would_be_found(real, sentence, exercise):
    name = "activity/05-shrinkage.ipynb"
    planted = copy.deepcopy(real[name])
    cell_of(planted, "objectives").source += f"\n\n{sentence}."
    found = leaks.spoken(planted)
    assert any(f"cell objectives answers {exercise}:" in leak for leak in found), found


def test_no_word_of_the_list_is_idle():
    """Each is in a solution, a recap or a rubric of ours, or is planted above."""
    ours = [
        cell.source
        for path in CHAPTERS
        for cell in nbformat.read(path, as_version=4).cells
        if tags(cell) & {"solution", "recap", "exercise"}
    ]
    texts = [leaks.in_words(text) for text in (*ours, *SAID, *leaks.rubrics())]
    idle = [
        f"{exercise}: {words}"
        for exercise, rule in tables(UNSAID_FILE).items()
        for words in rule["words"]
        if not any(re.search(words, text) for text in texts)
    ]
    assert not idle


def test_no_cell_is_excused_for_nothing(real):
    rules = tables(UNSAID_FILE)
    strict = {exercise: {"words": rule["words"]} for exercise, rule in rules.items()}
    needed = [place for edition in real.values() for place in leaks.spoken(edition, strict)]
    for exercise, rule in rules.items():
        for id in rule.get("may", ()):
            assert any(f"cell {id} answers {exercise}:" in place for place in needed), exercise


def test_a_leaking_edition_is_not_written(folder, tmp_path):
    chapter = small_activity.chapter()
    cell_of(chapter, "rest").source += " The mean was 52.541."
    nbformat.write(chapter, folder / SMALL)
    with pytest.raises(editions.EditionError, match=r"cell rest shows the number 52.541"):
        editions.write_student(tmp_path / "out", folder)
    assert not (tmp_path / "out").exists()


# ----------------------------------------------------------------------------------- writing


def test_it_is_written_once_with_an_archive_and_the_same_bytes_each_time(folder, tmp_path):
    out = tmp_path / "a folder" / "out"
    written = editions.write_student(out, folder)
    assert sorted(path.name for path in written) == ["01-small.ipynb", "activity.zip"]
    content = (out / SMALL).read_bytes()
    assert b"\r" not in content
    with zipfile.ZipFile(out / "activity.zip") as archive:
        assert archive.namelist() == [SMALL]
        assert archive.read(SMALL) == content
    assert editions.write_student(out, folder) == []
    again = tmp_path / "again"
    editions.write_student(again, folder)
    for path in filter(Path.is_file, out.rglob("*")):
        same = again / path.relative_to(out)
        assert path.read_bytes() == same.read_bytes(), path.name


def test_a_changed_chapter_replaces_its_edition_and_nothing_else(folder, tmp_path):
    editions.write_student(tmp_path / "out", folder)
    chapter = small_activity.chapter()
    cell_of(chapter, "rest").source += " Indeed."
    nbformat.write(chapter, folder / SMALL)
    nbformat.write(small_activity.chapter(), folder / "activity" / "02-other.ipynb")
    changed = [path.name for path in editions.write_student(tmp_path / "out", folder)]
    assert sorted(changed) == ["01-small.ipynb", "02-other.ipynb", "activity.zip"]


def test_somebodys_work_is_not_overwritten(folder, tmp_path):
    editions.write_student(tmp_path / "out", folder)
    mine = tmp_path / "out" / SMALL
    mine.write_text(
        mine.read_text(encoding="utf-8").replace("guess_01 = ...", "guess_01 = 60"),
        encoding="utf-8",
    )
    cell_changed = small_activity.chapter()
    cell_of(cell_changed, "rest").source += " Indeed."
    nbformat.write(cell_changed, folder / SMALL)
    with pytest.raises(editions.EditionError, match=r"01-small.ipynb"):
        editions.write_student(tmp_path / "out", folder)
    assert "guess_01 = 60" in mine.read_text(encoding="utf-8")


def test_a_folder_without_chapters_is_named(tmp_path, capsys):
    with pytest.raises(editions.EditionError, match="no chapters"):
        editions.write_student(tmp_path / "out", tmp_path)


# ------------------------------------------------------------------------- the real chapters


@pytest.fixture(scope="module")
def real():
    """The student edition of every chapter with exercises, by its path."""
    return {
        name: nbformat.reads(content.decode(), as_version=4)
        for name, content in editions.student_files().items()
    }


@every_chapter
def test_nothing_of_a_solution_remains(real, path):
    source = nbformat.read(path, as_version=4)
    assert leaks.find(real[name_of(path)], source, leaks.rubrics()) == []


@every_chapter
def test_no_sentence_of_a_solution_is_in_another_chapter(real, path):
    written = [
        cell.source
        for cell in nbformat.read(path, as_version=4).cells
        if "solution" in tags(cell) and cell.cell_type == "markdown"
    ]
    said = [
        leaks.normalised(sentence)
        for text in written
        for sentence in leaks.sentences(text)
        if leaks.long_enough(sentence)
    ]
    for name, edition in real.items():
        text = leaks.normalised("".join(leaks.text_of(cell) for cell in edition.cells))
        assert not [sentence for sentence in said if sentence in text], name


@every_chapter
def test_it_needs_no_other_folder(real, path):
    for cell in real[name_of(path)].cells:
        if cell.cell_type == "markdown":
            assert not re.search(r"\{[a-z:]+\}`", cell.source), f"{cell.id}: a role"
            for target in re.findall(r"\]\(([^)\s]+)\)", cell.source):
                there = posixpath.normpath(posixpath.join(path.parent.name, target))
                assert re.match(r"https?:|#|data:", target) or there in real, f"{cell.id}: {target}"


@every_chapter
def test_its_metadata_are_those_of_a_notebook_never_run(real, path):
    assert real[name_of(path)].metadata == editions.KERNEL
    assert "papermill" not in json.dumps(real[name_of(path)])


@every_chapter
def test_every_exercise_of_a_chapter_is_in_it(real, path):
    asked = [e.id for e in exercises(nbformat.read(path, as_version=4))]
    kept = [exercise_id(cell) for cell in real[name_of(path)].cells if "exercise" in tags(cell)]
    assert asked == kept
