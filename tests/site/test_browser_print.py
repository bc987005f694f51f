"""What a browser prints of a page, from either theme: all of the text, and nothing to press."""

import io

import pytest
from pypdf import PdfReader

PAGES = [
    "notebooks/lecture/04-posterior",  # notes in the margin, quizzes, folded code
    "notebooks/lecture/06-shrinkage",  # the explorer
    "notebooks/activity/04-hierarchical",  # exercises
    "book/notation",  # wide tables
]
PAPER = {"width": 670, "height": 990}  # A4 without its margins
# What should not be seen on paper: controls, text beyond its edge, shadows of a dark screen
WRONG = """() => {
  const shown = e => e.checkVisibility() && e.getBoundingClientRect().width > 1;
  const article = document.querySelector("article.bd-article");
  const controls = "summary, button, input, select, nav, .headerlink, .prev-next-footer";
  const pressed = [...document.querySelectorAll(controls)].filter(
    e => shown(e) && !e.closest("details.solution"));
  const outside = r => r.right > innerWidth || r.left < 0;
  const cut = [...article.querySelectorAll("p, li, pre, td, aside, img, figure, h1, h2")].filter(
    e => shown(e) && outside(e.getBoundingClientRect()));
  const paper = getComputedStyle(document.body).backgroundColor;
  return [...pressed, ...cut].map(e => e.outerHTML.slice(0, 80)).concat(
    paper === "rgb(255, 255, 255)" ? [] : [paper],
    shown(article.querySelector("h1")) ? [] : ["no title"]);
}"""


@pytest.fixture(scope="module", params=["light", "dark"])
def window(request, browser):
    page = browser.new_page(color_scheme=request.param)
    yield page
    page.close()


@pytest.mark.parametrize("name", PAGES)
def test_a_printed_page_is_complete_and_light(site, window, name):
    window.goto((site / f"{name}.html").as_uri())
    window.evaluate("window.MathJax?.startup?.promise?.then(() => true)")
    theme = window.evaluate("document.documentElement.dataset.theme")
    window.set_viewport_size(PAPER)
    window.emulate_media(media="print")
    window.wait_for_function("document.documentElement.dataset.theme === 'light'")
    assert window.evaluate(WRONG) == []
    window.emulate_media(media="screen")
    window.wait_for_function("was => document.documentElement.dataset.theme === was", arg=theme)


def test_both_themes_print_the_same(site, browser):
    printed = []
    for theme in ("light", "dark"):
        page = browser.new_page(color_scheme=theme)
        page.goto((site / f"{PAGES[0]}.html").as_uri())
        page.evaluate("window.MathJax?.startup?.promise?.then(() => true)")
        reader = PdfReader(io.BytesIO(page.pdf(print_background=True)))
        printed.append([sheet.get_contents().get_data() for sheet in reader.pages])
        page.close()
    light, dark = printed
    assert len(light) > 5 and light == dark
