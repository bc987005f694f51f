"""The book in a real browser, opened from files with no network, at two widths in both themes."""

from pathlib import Path

import pytest
import yaml
from browser_watch import CUT_OFF, watch

from course.paths import PROJECT

VIEWS = [(1280, "light"), (1280, "dark"), (390, "light"), (390, "dark")]


def pages():
    toc = yaml.safe_load((PROJECT / "_toc.yml").read_text(encoding="utf-8"))
    return [toc["root"], *(c["file"] for part in toc["parts"] for c in part["chapters"])]


@pytest.fixture(scope="module", params=VIEWS, ids=[f"{w}px-{theme}" for w, theme in VIEWS])
def view(request, browser):
    """A browser window, offline, and a list of what went wrong on its page."""
    width, theme = request.param
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=theme, offline=True
    )
    page = context.new_page()
    wrong = watch(page)
    yield page, wrong, theme
    context.close()


@pytest.mark.parametrize("name", pages())
def test_a_page_is_complete_offline(site, view, name):
    page, wrong, theme = view
    wrong.clear()
    page.goto(Path(site, f"{name}.html").as_uri())
    assert not wrong
    # MathJax puts one container for each formula
    page.wait_for_function(
        "document.querySelectorAll('.math').length === 0 || "
        "document.querySelectorAll('mjx-container').length > 0",
        timeout=10_000,
    )
    assert not wrong
    assert page.evaluate("document.documentElement.dataset.theme") == theme
    assert page.evaluate("[...document.images].every(i => i.complete && i.naturalWidth > 0)")
    sideways = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert sideways <= 0, f"the page scrolls sideways by {sideways} pixels"
    assert page.evaluate(CUT_OFF) == []


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
    """A browser window that is made wider and narrower."""
    page = browser.new_page(reduced_motion="reduce")  # else the sidebar takes its time to move
    yield page
    page.close()


@pytest.mark.parametrize("name", [*pages(), "search", "genindex"])
def test_no_page_scrolls_sideways_at_any_width(site, window, name):
    window.goto(Path(site, f"{name}.html").as_uri())
    window.evaluate("window.MathJax?.startup?.promise?.then(() => true)")
    wrong = {}
    for width in WIDTHS:
        window.set_viewport_size({"width": width, "height": 900})
        wrong[width] = window.evaluate(TOO_WIDE)
    assert not {width: found for width, found in wrong.items() if found}


def test_what_is_missing_or_elsewhere_is_noticed(view, tmp_path):
    page, wrong, _ = view
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
