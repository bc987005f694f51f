"""What a reader sees at a glance, in a real browser: code, tables, links, the search, the head."""

from pathlib import Path
from urllib.parse import urlsplit

import pytest
import yaml
from browser_watch import watch

from course.paths import PROJECT

TITLE = yaml.safe_load((PROJECT / "_config.yml").read_text(encoding="utf-8"))["title"]
CHAPTER = "notebooks/lecture/04-posterior"
OPEN = "document.querySelectorAll('details').forEach(d => { d.open = true; })"


@pytest.fixture(scope="module")
def window(browser):
    page = browser.new_page(reduced_motion="reduce")
    yield page
    page.close()


def show(window, site, name, width):
    window.set_viewport_size({"width": width, "height": 900})
    window.goto((site / f"{name}.html").as_uri())
    window.evaluate(OPEN)


@pytest.mark.parametrize("width", [390, 820, 1100, 1280])
@pytest.mark.parametrize("name", ["book/notation", "book/r-to-python"])
def test_a_table_of_words_and_code_shows_all_its_columns(site, window, name, width):
    show(window, site, name, width)
    assert (
        window.evaluate("""() => [...document.querySelectorAll("article td")]
      .filter(e => e.getBoundingClientRect().right > innerWidth).length""")
        == 0
    )
    # No column so narrow that words are broken: a long word takes the width of ten letters
    narrow = """() => [...document.querySelectorAll("article td p")]
      .filter(e => e.textContent.length > 20 && e.clientWidth && e.clientWidth < 80).length"""
    assert window.evaluate(narrow) == 0


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_links_have_one_colour_and_rows_no_other_under_the_mouse(site, window, theme):
    window.emulate_media(color_scheme=theme)
    colour = "s => getComputedStyle(document.querySelector(s)).color"
    show(window, site, "book/notation", 1280)
    in_table = window.evaluate(colour, "article td a")
    show(window, site, "book/references", 1280)
    assert window.evaluate(colour, "article p > a") == in_table
    show(window, site, CHAPTER, 1280)
    row = window.locator("table.dataframe tbody tr").first
    row.hover()
    red, green, blue = row.evaluate(
        "r => getComputedStyle(r).backgroundColor.match(/[0-9]+/g).slice(0, 3).map(Number)"
    )
    assert max(red, green, blue) - min(red, green, blue) < 20  # a grey
    code = ".cell:not(.tag_hide-input) .cell_input"
    frame = f"getComputedStyle(document.querySelector('{code}')).borderTopColor"
    page = "getComputedStyle(document.body).backgroundColor"
    light = [sum(map(int, window.evaluate(c).strip("rgb()").split(","))) for c in (frame, page)]
    assert abs(light[0] - light[1]) < 200  # a frame is quiet: 44 x 3 at most
    window.emulate_media(color_scheme="light")


# --------------------------------------------------------------------------------- the search


def search(window, site, words):
    """The addresses that the search finds, the best first."""
    window.goto(f"{(site / 'search.html').as_uri()}?q={words}")
    window.wait_for_function(
        "document.querySelector('.search-summary')?.innerText.startsWith('Search finished')"
    )
    return window.evaluate(
        "[...document.querySelectorAll('ul.search a')].map(a => a.getAttribute('href'))"
    )


@pytest.mark.parametrize(
    "words, place",
    [
        ("ICC", "term-ICC"),
        ("intraclass", "term-intraclass-correlation"),
        ("shrinkage", "term-shrinkage"),
        ("pooling partial", "term-partial-pooling"),
    ],
)
def test_the_search_finds_a_term_first_and_its_page_once(site, window, words, place):
    wrong = watch(window)
    found = search(window, site, words)
    assert found[0] == f"book/glossary.html#{place}"
    assert "book/glossary.html" not in found
    assert not wrong


def test_the_search_finds_where_a_chapter_uses_a_term(site, window):
    assert f"{CHAPTER}.html" in search(window, site, "intraclass")


def test_the_magnifier_stands_before_what_is_typed(site, window):
    window.goto((site / "search.html").as_uri())
    assert (
        window.evaluate("""() => {
      const field = document.querySelector(".bd-search-container input");
      const padding = parseFloat(getComputedStyle(field).paddingLeft);
      const magnifier = field.parentElement.querySelector("i").getBoundingClientRect();
      return field.getBoundingClientRect().left + padding - magnifier.right;
    }""")
        > 2
    )


# ----------------------------------------------------------------------------------- the head


@pytest.mark.parametrize("name", ["index", CHAPTER, "book/glossary"])
def test_a_page_describes_itself_to_others_and_has_an_icon(site, window, name):
    show(window, site, name, 1280)
    head = window.evaluate("""() => Object.fromEntries(
      [...document.querySelectorAll("meta[property], meta[name=description]")].map(
        e => [e.getAttribute("property") ?? "description", e.content]))""")
    assert head["og:title"] and head["og:site_name"] == TITLE
    assert head["og:description"] == head["description"] or name == "index"
    assert "og:url" not in head  # nobody has said where this site is
    icon = window.get_attribute("link[rel=apple-touch-icon]", "href")
    assert Path(site, name).parent.joinpath(icon).resolve().is_file()


def test_a_missing_page_leads_back_from_any_folder(served, browser):
    page = browser.new_page()
    body = page.request.get(f"{served}/404.html").body()
    missing = f"{served}/no/such/page.html"
    page.route(missing, lambda route: route.fulfill(content_type="text/html", body=body))
    wrong = watch(page, own=served)
    page.goto(missing, wait_until="networkidle")
    assert page.inner_text("article h1") == "There is no such page"
    page.locator(".bd-sidebar-primary a", has_text="Fitting it").click()
    assert urlsplit(page.url).path == "/notebooks/lecture/03-fitting.html"
    assert not wrong
    page.close()
