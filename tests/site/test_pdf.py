"""The book on paper: one tagged PDF with an outline, solutions at its end, offered once made."""

import re
import unicodedata

import nbformat
import pytest
from bs4 import BeautifulSoup
from pypdf import PdfReader

from course.chapters.cells import exercise_chapters, title
from course.chapters.exercises import exercises
from course.paths import PROJECT
from course.site import browser, pdf

pytestmark = pytest.mark.slow


def offered(output):
    page = BeautifulSoup((output / "_build/html/index.html").read_text("utf-8"), "html.parser")
    return [a["href"] for a in page.select("article .offers a")]


@pytest.fixture(scope="module")
def made(tmp_path_factory, ci):
    """Where a book and its PDF were made, and what the book offered before."""
    if browser.CHROMIUM is None:
        (pytest.fail if ci else pytest.skip)(browser.HOW_TO_GET_IT)
    output = tmp_path_factory.mktemp("pdf")
    assert pdf.book.build(output) == 0
    before = offered(output)
    assert pdf.make(output, solutions="shown") == 0
    return output, before


@pytest.fixture(scope="module")
def reader(made):
    return PdfReader(pdf.path(made[0], "shown"))


def titles(outline, level=0):
    for entry in outline:
        if isinstance(entry, list):
            yield from titles(entry, level + 1)
        else:
            yield level, entry.title.strip()


def test_the_site_offers_the_pdf_only_once_it_was_made(made):
    output, before = made
    assert before == []
    assert [(output / "_build/html" / link).is_file() for link in offered(output)] == [True]


def test_the_pdf_is_tagged_and_says_its_title_and_language(reader):
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"] and "/StructTreeRoot" in root
    assert root["/Lang"] == "en"
    assert reader.metadata.title == "Hierarchical models with no predictors"
    assert "after Mine Dogucu and Alicia Johnson" in reader.metadata.author


def text_of(page):
    """The words of a page, ligatures taken apart."""
    return unicodedata.normalize("NFKC", " ".join(page.extract_text().split()))


def test_a_cover_comes_first_and_then_the_contents_with_true_page_numbers(reader):
    cover, contents, *others = map(text_of, reader.pages)
    assert cover.startswith("Hierarchical models") and reader.metadata.author in cover
    places = pdf.first_pages(reader.stream)
    for path in sorted((PROJECT / "notebooks").glob("*/[0-9]*.ipynb")):
        name = title(nbformat.read(path, as_version=4))
        number = int(re.search(rf"{re.escape(name)} (\d+)", contents)[1])
        assert name in others[number - 3]
        assert number in places.values()
    assert "Solutions" in contents


def test_pages_have_running_heads_and_numbers_and_are_filled(reader):
    for number, page in list(enumerate(reader.pages, 1))[2:]:
        text = text_of(page)
        assert re.search(rf"\b{number}\b", text), number
        assert len(text) > 150 or page.images, f"page {number} is nearly empty"
    first, last = (text_of(reader.pages[k]) for k in (6, len(reader.pages) - 1))
    assert "1. Running times: one pool, or many" in first
    assert "Solutions" in last


def test_nothing_on_paper_asks_to_be_pressed_or_moved(reader):
    text = " ".join(map(text_of, reader.pages))
    assert "Press Complete pooling" not in text and "Move the dots" not in text
    assert "Show code cell source" not in text.replace("click Show code cell source to see", "")


def test_the_outline_lists_every_chapter_and_ends_with_the_solutions(reader):
    entries = [re.sub(r"^\d+\. ", "", title) for _, title in titles(reader.outline)]
    for path in sorted((PROJECT / "notebooks").glob("*/[0-9]*.ipynb")):
        name = nbformat.read(path, as_version=4).cells[0].source.splitlines()[0].lstrip("# ")
        assert name in entries
    solutions = entries.index("Solutions")
    assert solutions > entries.index("References")


def test_every_solution_stands_behind_the_last_chapter_and_nowhere_else(reader):
    entries = [title for _, title in titles(reader.outline)]
    listed = entries[entries.index("Solutions") :]
    asked = [
        exercise
        for path in exercise_chapters()
        for exercise in exercises(nbformat.read(path, as_version=4))
    ]
    assert asked
    for exercise in asked:
        assert listed.count(f"Solution to Exercise {exercise.number}") == 1, exercise.id
    assert "Check yourself 1" in listed
    # Words of a PDF's text may be set apart anywhere: compare without spaces
    pages = ["".join(page.extract_text().split()) for page in reader.pages]
    first = pdf.first_pages(reader.stream)["solutions-at-the-end"] - 1
    assert "Checkyourself1." in "".join(pages[:first])
    assert "SolutiontoExercise" not in "".join(pages[:first])
    assert "SolutiontoExercise" in "".join(pages[first:])


def test_formulas_are_set_and_pictures_are_there(reader):
    text = "\n".join(page.extract_text() for page in reader.pages)
    assert not re.search(r"\\\(|\\\[|\\begin\{|(?<![\\$])\\sigma", text.replace("\\mathrm", ""))
    assert sum(len(page.images) for page in reader.pages) > 20
