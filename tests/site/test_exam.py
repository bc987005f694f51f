"""The exam bank: a paper and its key of it, keys that are true, and nobody else sees any of it."""

import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest
from pypdf import PdfReader

from course.chapters.cells import chapters
from course.chapters.leaks import normalised, sentences, text_of
from course.ledger.claims import World, exam
from course.paths import EXAM, PROJECT
from course.site import browser, launch
from course.site import exam as made

BANK = exam.read()
every_item = pytest.mark.parametrize("item", BANK.items.values(), ids=BANK.items)


def secrets():
    """Sentences of questions, solutions and rubrics, long enough to be found by chance nowhere."""
    texts = [
        t for item in BANK.items.values() for t in (item.question, item.solution, *item.rubric)
    ]
    found = (normalised(part) for text in texts for part in sentences(text))
    return {text for text in found if len(text) >= 40}


def test_there_are_twenty_items_of_each_kind_some():
    kinds = [item.kind for item in BANK.items.values()]
    assert len(kinds) == 20 and set(kinds) == set(exam.KINDS) and min(map(kinds.count, kinds)) >= 3
    parts = {item.chapter.partition("/")[0] for item in BANK.items.values()}
    assert parts == {"lecture", "activity", "beyond"}


@pytest.mark.needs_data
@every_item
def test_another_key_would_not_do(item):
    """Each key is the only one that its value or its options allow."""
    if item.key is None:
        return
    others = {
        "number": lambda key: [key[0] + 1, *key[1:]] if isinstance(key, list) else key + 1,
        "letter": lambda key: ["z", *key[1:]] if isinstance(key, list) else "z",
    }
    number = isinstance(item.key[0] if isinstance(item.key, list) else item.key, int | float)
    wrong = replace(item, key=others["number" if number else "letter"](item.key))
    world = World()
    for one, right in ((item, True), (wrong, False)):
        alone = replace(BANK, items={item.id: one}, facts={})
        assert all(holds(world) for holds in exam.assertions(alone).values()) is right


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("kind", "riddle", "'riddle' is no kind"),
        ("chapter", "lecture/09-more", "no chapter"),
        ("key", None, "needs a key"),
        ("value", "", "prove it"),
        ("rubric", ["Says that it is so."], "worth"),
        ("figure", "plt.plot()", "words for those"),
    ],
)
def test_a_slip_in_an_item_is_named(field, value, message):
    with pytest.raises(exam.ExamError, match=f"two-songs: .*{message}"):
        replace(BANK.items["two-songs"], **{field: value})


def test_a_file_that_is_no_bank_is_named(tmp_path):
    path = tmp_path / "exam.toml"
    assert exam.read(path) is None
    for text in ("[paper", "[a-question]\ntitle = 'x'", "[paper]\ntitle = 'x'"):
        path.write_text(text)
        with pytest.raises(exam.ExamError, match="is no exam bank"):
            exam.read(path)


@pytest.mark.needs_data
def test_chosen_items_make_a_paper_and_a_key_without_a_browser(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(browser, "CHROMIUM", None)
    assert made.make(["slopes", "two-songs"], output=tmp_path) == 1
    assert "2 questions, 6 points" in (said := capsys.readouterr().out)
    assert browser.HOW_TO_GET_IT in said
    paper, key = ((tmp_path / f"{name}.md").read_text("utf-8") for name in ("paper", "key"))
    headings = re.findall(r"^## (.*)", paper, flags=re.MULTILINE)
    assert headings == ["1. Six artists move (3 points)", "2. Two songs on the radio (3 points)"]
    assert headings == re.findall(r"^## (.*)", key, flags=re.MULTILINE)
    assert "**Key: C, B**" in key and "**Key: 20, 29**" in key
    for item in (BANK.items["slopes"], BANK.items["two-songs"]):
        assert item.solution.strip() in key and item.solution.strip() not in paper
        assert not any(line in paper for line in item.rubric)
        assert item.question.strip() in paper
    assert "](slopes.svg)" in paper
    before = (tmp_path / "slopes.svg").read_bytes()
    assert made.make(["slopes"], output=tmp_path) == 1
    assert (tmp_path / "slopes.svg").read_bytes() == before


def test_items_are_chosen_by_name_and_by_chapter():
    def ids(*choice):
        return [item.id for item in made.choose(BANK, *choice)]

    assert ids() == list(BANK.items)
    assert ids(["slopes", "two-songs"]) == ["slopes", "two-songs"]
    assert ids(None, ["activity"]) == ["reference-artist"]
    assert ids(["slopes"], ["lecture/06-shrinkage"])[0] == "slopes"
    assert len(set(ids(["slopes"], ["lecture"]))) == len(ids(["slopes"], ["lecture"])) > 10


@pytest.mark.parametrize(
    ("choice", "message"), [((["slope"],), "no item 'slope'"), ((None, ["lec"]), "No item tests")]
)
def test_what_is_not_there_is_named_with_what_is(choice, message, tmp_path, capsys):
    assert made.make(*choice, output=tmp_path / "exam") == 2
    said = capsys.readouterr().out
    assert message in said and "there are" in said.replace("items test", "there are")
    assert not (tmp_path / "exam").exists()


@pytest.mark.needs_data
def test_the_command_prints_both_and_sets_every_formula(tmp_path, ci):
    if browser.CHROMIUM is None:
        (pytest.fail if ci else pytest.skip)(browser.HOW_TO_GET_IT)
    command = [sys.executable, "-m", "course", "exam", "--items", "ten-songs", "--output", tmp_path]
    subprocess.run(command, cwd=PROJECT, check=True)
    paper, key = (
        "".join("".join(page.extract_text().split()) for page in PdfReader(tmp_path / name).pages)
        for name in ("paper.pdf", "key.pdf")
    )
    assert "Tensongs,orhowmany?" in paper and "Key:1.7" in key and "244.6" in key
    assert "244.6" not in paper and "\\sigma" not in paper + key and "$" not in paper + key
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "key.md", "key.pdf", "paper.md", "paper.pdf"]  # fmt: skip


# --------------------------------------------------------------------- nobody else sees it


def test_no_question_is_taken_from_a_chapter_and_no_edition_has_one():
    """What students get is made of chapters, so it is enough that chapters have none of it."""
    for path in chapters():
        text = normalised("\n".join(map(text_of, nbformat.read(path, as_version=4).cells)))
        assert not [secret for secret in secrets() if secret in text], path.name


def shown(folder: Path) -> list[str]:
    """What of the bank is in the files below a folder."""
    wanted = secrets()
    found = []
    for path in folder.rglob("*"):
        if path.is_file() and path.suffix in {
            ".html",
            ".md",
            ".toml",
            ".py",
            ".js",
            ".txt",
            ".ipynb",
        }:
            text = normalised(path.read_text(encoding="utf-8", errors="ignore"))
            found += [f"{path.name}: {secret}" for secret in wanted if secret in text]
    return found


def test_the_search_finds_a_question_where_there_is_one(tmp_path):
    (tmp_path / "exam.toml").write_bytes(EXAM.read_bytes())
    assert len(shown(tmp_path)) == len(secrets()) > 100


def test_the_book_shows_nothing_of_it(site):
    assert not shown(site)


def test_the_launch_branch_has_nothing_of_it_and_works_without(tmp_path, monkeypatch):
    monkeypatch.setenv(launch.REPOSITORY, "https://github.com/somebody/fork")
    folder = tmp_path / "launch"
    assert launch.write(folder) == 0
    assert not shown(folder)
    code = "from course.ledger.claims import claims; from course.site import exam; "
    done = subprocess.run(
        [sys.executable, "-c", code + "assert claims(); raise SystemExit(exam.make())"],
        cwd=folder,
        capture_output=True,
        encoding="utf-8",
    )
    assert done.returncode == 2 and "There is no exam bank here" in done.stdout, done.stderr
    assert (PROJECT / "instructors" / "exam.toml").is_file()
