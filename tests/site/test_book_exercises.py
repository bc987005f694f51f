"""Exercises in the book: numbered boxes, folded solutions, a book without them, downloads."""

import base64
import json
import zipfile

import nbformat
import pytest
import small_activity
from browser_watch import CUT_OFF
from bs4 import BeautifulSoup

from course.chapters import editions, leaks
from course.chapters.cells import chapters, exercise_chapters
from course.chapters.exercises import exercises
from course.paths import PROJECT
from course.site import book
from course.site.sphinx.laboratory import on_this_machine

SMALL = small_activity.chapter()
CHAPTERS = exercise_chapters()
LESSONS = [path for path in chapters() if path not in CHAPTERS]
PAGE = "notebooks/activity/01-small"
every_chapter = pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)


def soup(site, page=PAGE):
    return BeautifulSoup((site / f"{page}.html").read_text(encoding="utf-8"), "html.parser")


@pytest.fixture(scope="module")
def small_site(tmp_path_factory):
    """A book with one small activity chapter; returns how to build it."""
    folder = tmp_path_factory.mktemp("small")
    source = small_activity.write_book(folder / "source", PROJECT)

    def build(solutions):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(book, "PROJECT", source)
            assert book.build(output=folder, solutions=solutions) == 0
        return folder / "_build" / "html"

    return build


@pytest.fixture(scope="module")
def shown(small_site):
    return small_site("shown")


# --------------------------------------------------------------------------- boxes, solutions


def test_boxes_have_the_numbers_titles_and_facts_of_the_source(shown):
    boxes = soup(shown).select("section.exercise-section")
    headings = [box.select_one("h3").text.strip(" #\n") for box in boxes]
    assert headings == [
        "Exercise 1 · A guess",
        "Exercise 5a · The mean of draws",
        "Exercise 5b · Its shape",
    ]
    assert [box["id"] for box in boxes] == ["ex-01", "ex-05a", "ex-05b"]
    facts = [box.select_one("div.exercise .exercise-facts").text.strip() for box in boxes]
    assert facts == [
        "Number · 1 point · Solution",
        "Code · 4 points · Solution",
        "Choice · 2 bonus points · Solution",
    ]
    assert "compare it with your guess" in boxes[1].select_one("div.exercise").text


def test_the_contents_of_the_page_and_the_search_list_exercises(shown):
    listed = {a["href"]: a.text.strip() for a in soup(shown).select("#pst-page-toc-nav a")}
    assert listed["#ex-05a"] == "Exercise 5a · The mean of draws"
    index = (shown / "searchindex.js").read_text(encoding="utf-8")
    assert "Exercise 5a \\u00b7 The mean of draws" in index or "Exercise 5a · The" in index


def test_stubs_are_hidden_and_checks_are_short(shown):
    page = soup(shown)
    code = [cell.text.strip() for cell in page.select(".cell_input pre")]
    assert not [text for text in code if "= ..." in text]
    checks = page.select(".tag_check")
    assert [cell.text.strip() for cell in checks] == [
        'check("ex-01")',
        'check("ex-05a")',
        'check("ex-05b")',
    ]
    assert not page.select("details .tag_check")


def test_a_solution_is_closed_and_holds_its_code_output_figure_and_words(shown):
    folded = soup(shown).select("details.solution")
    assert [one.summary.text for one in folded] == [
        "Solution to Exercise 1",
        "Solution to Exercise 5a",
        "Solution to Exercise 5b",
    ]
    assert not [one for one in folded if one.has_attr("open")]
    mean = folded[1]
    assert "mean_05a = round" in mean.text and "52.541" in mean.select_one(".cell_output").text
    assert "A typical draw is 52.54, as the red line shows." in mean.text
    image = mean.select_one("figure#fig-draws img")
    assert image["alt"].startswith("A dashed red line")
    assert mean.select_one("figcaption").text.strip().startswith("Figure 2")
    code = [one.pre.text for one in mean.select("details.hide")]
    assert [text for text in code if text.startswith("import matplotlib")]
    assert mean.select_one("table td").text == "first draw of the sample"


def test_exercise_and_solution_link_to_each_other(shown):
    page = soup(shown)
    for box in page.select("section.exercise-section"):
        solution = box.select_one("details.solution")
        assert box.select_one("div.exercise .exercise-facts a")["href"] == f"#{solution['id']}"
        assert solution.select_one(".back a")["href"] == f"#{box['id']}"


def test_ids_are_unique(shown):
    ids = [tag["id"] for tag in soup(shown).select("[id]")]
    assert len(ids) == len(set(ids)), sorted(i for i in set(ids) if ids.count(i) > 1)


def test_other_pages_link_to_a_box(shown):
    assert soup(shown, "index").select_one(f'article a[href="{PAGE}.html#ex-05a"]')


def test_claims_are_folded_to_a_line_and_belong_to_the_solution(shown):
    [claims] = [one for one in soup(shown).select("details.hide") if "mean_05a > 52" in one.text]
    assert not claims.has_attr("open")
    assert claims.summary.select_one("p.collapsed").text == "1 claim, checked"
    assert claims.find_parent("details", class_="solution")


def test_key_numbers_show_no_code(shown):
    assert "mean-draws 52.5" in soup(shown).text and "a real chapter" not in soup(shown).text


def test_the_page_of_all_exercises_links_to_each(shown):
    page = soup(shown, "book/exercises")
    rows = [
        [cell.text.strip() for cell in row.select("td")]
        for row in page.select("table.exercise-list tbody tr")
    ]
    assert rows == [
        ["1 · A guess", "number", "1"],
        ["5a · The mean of draws", "code", "4"],
        ["5b · Its shape", "choice", "2 (bonus)"],
    ]
    links = [a["href"] for a in page.select("table.exercise-list a")]
    assert links == [f"../{PAGE}.html#{id}" for id in ("ex-01", "ex-05a", "ex-05b")]
    assert "Together: 5 points, and 2 bonus points." in page.text


# -------------------------------------------------------------------------------- downloads


def downloads(site):
    """What the page offers, by its words: below the title, and in the header."""
    page = soup(site)
    return [
        {
            a.text.strip(): (site / PAGE).parent.joinpath(a["href"]).resolve()
            for a in page.select(where)
            if a["href"].endswith(".ipynb")
        }
        for where in (".chapter-downloads a", ".article-header-buttons a")
    ]


def test_the_page_offers_the_student_edition_and_apart_from_it_the_solutions(shown):
    below, header = downloads(shown)
    assert below == header
    assert list(below) == ["Student notebook", "Chapter with solutions"]
    assert all(a.has_attr("download") for a in soup(shown).select(".chapter-downloads a"))
    student = nbformat.read(below["Student notebook"], as_version=4)
    assert not leaks.find(student, SMALL)
    assert nbformat.read(below["Chapter with solutions"], as_version=4) == SMALL


def test_the_page_of_all_exercises_offers_all_student_notebooks(shown):
    link = soup(shown, "book/exercises").select_one(".chapter-downloads a")
    assert link.text.strip() == "All student notebooks" and link.has_attr("download")
    with zipfile.ZipFile((shown / "book").joinpath(link["href"])) as archive:
        assert archive.namelist() == ["activity/01-small.ipynb"]


def test_no_other_file_of_the_site_is_the_chapter(shown):
    assert sorted(path.name for path in shown.rglob("*.ipynb")) == [
        "01-small-with-solutions.ipynb",
        "01-small.ipynb",
    ]
    assert not list(shown.rglob("_sources/notebooks/*"))


# ------------------------------------------------------------------------ a book without


def remains(site, notebook, files="*"):
    """Files of a site in which something of a solution remains, and what."""
    images = {
        base64.b64decode(output.data["image/png"])
        for cell in notebook.cells
        if "solution" in cell.metadata.get("tags", [])
        for output in cell.get("outputs", [])
        if "image/png" in output.get("data", {})
    }
    phrases = [leaks.normalised(phrase) for phrase in leaks.phrases(notebook, leaks.rubrics())]
    for path in site.rglob(files):
        if not path.is_file() or "mathjax" in path.parts:
            continue
        content = path.read_bytes()
        if content in images:
            yield f"{path.name}: a figure"
        if path.suffix in (".html", ".js", ".json", ".ipynb", ".md", ".txt"):
            text = content.decode("utf-8", "ignore")
            if path.suffix == ".html":
                text = BeautifulSoup(text, "html.parser").text
            if path.suffix == ".ipynb":
                text = leaks.text_of(json.loads(text))
            found = [phrase for phrase in phrases if phrase in leaks.normalised(text)]
            if "_static" not in path.parts:  # scripts of the theme are full of numbers
                found += sorted(leaks.answers(notebook) & set(leaks.DECIMAL.findall(text)))
            if found:
                yield f"{path.name}: {found}"


def test_the_search_for_remains_finds_page_figure_and_download(shown):
    found = " ".join(remains(shown, SMALL))
    assert "01-small.html: " in found and "01-small-with-solutions.ipynb: " in found
    assert ".png: a figure" in found


def test_a_book_without_solutions_has_nothing_of_them_even_after_one_with(small_site):
    small_site("shown")
    site = small_site("withheld")
    try:
        assert not list(remains(site, SMALL))
        page = soup(site)
        assert not page.select("details")
        facts = [tag.text.strip() for tag in page.select(".exercise-facts")]
        assert facts[1] == "Code · 4 points · the solution comes later"
        assert "sol-05a" not in str(page)
        below, header = downloads(site)
        assert list(below) == ["Student notebook"] == list(header)
        boxes = page.select("script[src*='answers/boxes.js']")  # they judge without solutions
        assert bool(boxes) == (site / "_static/answers/questions.js").is_file()
        assert bool(boxes) == on_this_machine("spotify")
        index = (site / "searchindex.js").read_text(encoding="utf-8")
        assert "firebrick" not in index and "cycler" not in index
    finally:
        restored = small_site("shown")
    assert len(soup(restored).select("details.solution")) == 3


@pytest.mark.slow
def test_a_second_build_renders_no_page_again(small_site):
    page = small_site("shown") / f"{PAGE}.html"
    before = page.stat().st_mtime_ns
    small_site("shown")
    assert page.stat().st_mtime_ns == before


def test_an_unknown_wish_is_refused(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("SOLUTIONS", "hidden")
    assert book.build(output=tmp_path) == 2
    assert '"hidden"' in capsys.readouterr().out
    assert not list(tmp_path.iterdir())


# ------------------------------------------------------------------------------- in a browser


@pytest.fixture(params=[(1280, "light"), (390, "dark")], ids=["1280px-light", "390px-dark"])
def window(request, browser, shown):
    """A page of a browser without a network, and how to open an address in it."""
    width, theme = request.param
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=theme, offline=True
    )
    page = context.new_page()

    def go(fragment=""):
        page.goto("about:blank")
        page.goto((shown / f"{PAGE}.html").as_uri() + fragment)

    yield page, go
    context.close()


OPEN = "id => document.getElementById(id).open"


@pytest.mark.parametrize("place", ["sol-05a", "fig-draws"])
def test_an_address_of_a_solution_or_of_something_in_it_opens_it(window, place):
    page, go = window
    go(f"#{place}")
    page.wait_for_function(OPEN, arg="sol-05a", timeout=5_000)
    assert not page.evaluate(OPEN, "sol-01")
    top = page.evaluate("id => document.getElementById(id).getBoundingClientRect().top", place)
    assert -1 <= top < 900, "it is not in sight"


def test_a_link_to_a_solution_opens_it_a_second_time_too(window):
    page, go = window
    go()
    link = page.locator("#ex-05a .exercise-facts a")
    for _ in range(2):
        assert not page.evaluate(OPEN, "sol-05a")
        link.click()
        page.wait_for_function(OPEN, arg="sol-05a", timeout=5_000)
        page.locator("#sol-05a > summary").click()


def test_the_keyboard_opens_and_closes_a_solution(window):
    page, go = window
    go()
    page.locator("#sol-05a > summary").focus()
    page.keyboard.press("Enter")
    assert page.evaluate(OPEN, "sol-05a")
    page.keyboard.press("Space")
    assert not page.evaluate(OPEN, "sol-05a")


def test_printing_opens_all_solutions_and_closes_them_again(window):
    page, go = window
    go()
    page.emulate_media(media="print")
    assert page.locator("details.solution[open]").count() == 3
    page.emulate_media(media="screen")
    page.wait_for_function("document.querySelector('details.solution[open]') === null")


def test_nothing_is_cut_off(window):
    page, go = window
    go()
    assert page.evaluate(CUT_OFF) == []  # opens every solution
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0


# ------------------------------------------------------------------------ the real chapters


@every_chapter
def test_a_chapter_has_a_box_and_a_folded_solution_for_each_exercise(site, path):
    page = soup(site, f"notebooks/{path.parent.name}/{path.stem}")
    asked = exercises(nbformat.read(path, as_version=4))
    headings = {
        box["id"]: box.select_one("h2, h3, h4").text.strip(" #\n")
        for box in page.select("section.exercise-section")
    }
    assert headings == {e.id: f"Exercise {e.number} · {e.title}" for e in asked}
    for exercise in asked:
        solution = page.select_one(f"#{exercise.id} details.solution#{exercise.solution_id}")
        assert solution.summary.text == f"Solution to Exercise {exercise.number}"


@every_chapter
def test_a_chapter_offers_its_student_edition(site, path):
    edition = nbformat.read(site / "_downloads" / path.parent.name / path.name, as_version=4)
    assert not leaks.find(edition, nbformat.read(path, as_version=4), leaks.rubrics())
    links = [
        a["href"]
        for a in soup(site, f"notebooks/{path.parent.name}/{path.stem}").select(
            ".chapter-downloads a"
        )
    ]
    assert links == [
        f"../../_downloads/{path.parent.name}/{path.name}",
        f"../../_downloads/{path.parent.name}/{path.stem}-with-solutions.ipynb",
    ]


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_a_chapter_of_the_lecture_offers_what_is_handed_out_and_no_source(site, path):
    page = soup(site, f"notebooks/{path.parent.name}/{path.stem}")
    links = [a["href"] for a in page.select('a[href$=".ipynb"]')]
    assert links == [f"../../_downloads/{path.parent.name}/{path.name}"]
    offered = nbformat.read(site / "_downloads" / path.parent.name / path.name, as_version=4)
    assert offered == editions.handed_out(path)
    assert not (site / "_sources" / "notebooks").exists()


@pytest.mark.skipif(not CHAPTERS, reason="no activity chapter yet")
def test_the_page_of_all_exercises_lists_every_one(site):
    listed = [
        a["href"].partition("#")[2]
        for a in soup(site, "book/exercises").select("table.exercise-list a")
    ]
    assert listed == [
        e.id for path in CHAPTERS for e in exercises(nbformat.read(path, as_version=4))
    ]


@pytest.mark.slow
@pytest.mark.skipif(not CHAPTERS, reason="no activity chapter yet")
def test_the_whole_book_can_be_had_without_solutions(tmp_path):
    assert book.build(output=tmp_path, solutions="withheld") == 0
    site = tmp_path / "_build" / "html"
    for path in CHAPTERS:  # a later chapter may give in its own code what an earlier one asked for
        notebook = nbformat.read(path, as_version=4)
        assert not list(remains(site, notebook, f"{path.stem}*"))
        assert not list(remains(site, notebook, "*.png"))
    page = (site / "book" / "teaching.html").read_text(encoding="utf-8")
    assert "instructors/debrief.md" in page and "You will hear" not in page
