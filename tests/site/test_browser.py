"""The book in a real browser, opened from files with no network: each page once, in many widths."""

from pathlib import Path

import pytest
import yaml
from browser_watch import CUT_OFF, watch

from course.paths import PROJECT


def pages():
    toc = yaml.safe_load((PROJECT / "_toc.yml").read_text(encoding="utf-8"))
    return [toc["root"], *(c["file"] for part in toc["parts"] for c in part["chapters"])]


SMALLEST_CODE = 13.5  # px
SIZES = """() => [...document.querySelectorAll("article.bd-article :is(pre, code)")]
  .filter(e => e.checkVisibility()).map(e => parseFloat(getComputedStyle(e).fontSize))"""
# Names in code that a line's end cuts in two, although they would fit the next line
CUT_NAMES = """() => [...document.querySelectorAll("article .highlight :is(.n, .k, .kn, .nn, .nf)")]
  .filter(e => e.getClientRects().length > 1 &&
    e.getBoundingClientRect().height > 0 && e.textContent.length < 30).map(e => e.textContent)"""
# Both sides of every width at which the theme rearranges itself, and common screens
WIDTHS = [320, 390, 576, 640, 768, 820, 959, 960, 991, 992, 1100, 1199, 1200, 1280, 1600, 1920]
# What is wider than the window: the whole page, or a note in the margin
TOO_WIDE = """() => {
  const width = document.documentElement.clientWidth, page = document.documentElement.scrollWidth;
  const notes = [...document.querySelectorAll("aside.margin")].map(e => e.getBoundingClientRect());
  return [...(page > width ? [`the page is ${page} px wide`] : []),
    ...notes.filter(r => r.left < 0 || r.right > width).map(r => `a note ends at ${r.right} px`)];
}"""


@pytest.fixture(scope="module")
def window(browser):
    """A browser window, offline, and a list of what went wrong in it."""
    # Else the sidebar takes its time to move.
    context = browser.new_context(offline=True, reduced_motion="reduce")
    page = context.new_page()
    yield page, watch(page)
    context.close()


@pytest.fixture(scope="module", params=[*pages(), "search", "genindex"])
def opened(request, site, window):
    """A page, loaded once for all tests of it, and what went wrong."""
    page, wrong = window
    wrong.clear()
    page.set_viewport_size({"width": 1280, "height": 900})
    page.emulate_media(color_scheme="light")
    page.goto(Path(site, f"{request.param}.html").as_uri())
    page.evaluate("window.MathJax?.startup?.promise?.then(() => true)")
    return page, wrong


def test_a_page_is_complete_offline(opened):
    page, wrong = opened
    assert not wrong
    formulas = "document.querySelectorAll('.math').length"
    # MathJax puts one container for each formula
    assert page.evaluate(f"{formulas} === 0 || document.querySelector('mjx-container') !== null")
    assert page.evaluate("[...document.images].every(i => i.complete && i.naturalWidth > 0)")


def test_no_page_scrolls_sideways_at_any_width(opened):
    page, _ = opened
    wrong = {}
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        wrong[width] = page.evaluate(TOO_WIDE)
    assert not {width: found for width, found in wrong.items() if found}


@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_is_cut_off_and_code_is_large_enough(opened, width):
    page, wrong = opened
    page.set_viewport_size({"width": width, "height": 900})
    assert page.evaluate(CUT_OFF) == []
    assert min(page.evaluate(SIZES), default=SMALLEST_CODE) >= SMALLEST_CODE
    assert page.evaluate(CUT_NAMES) == []
    assert not wrong


def test_a_page_follows_the_theme_of_the_system(opened):
    page, wrong = opened
    for theme in ("dark", "light"):
        page.emulate_media(color_scheme=theme)
        page.wait_for_function(
            "theme => document.documentElement.dataset.theme === theme", arg=theme
        )
    assert not wrong


def test_what_is_missing_or_elsewhere_is_noticed(window, tmp_path):
    page, wrong = window
    path = tmp_path / "page.html"
    path.write_text(
        '<img src="missing.png"><img src="http://192.0.2.1/a.png"><script>nothing.here()</script>',
        encoding="utf-8",
    )
    wrong.clear()
    page.goto(path.as_uri())
    said = "\n".join(wrong)
    assert "missing.png (net::ERR_FILE_NOT_FOUND)" in said
    assert "asked for http://192.0.2.1/a.png" in said and "nothing is not defined" in said
