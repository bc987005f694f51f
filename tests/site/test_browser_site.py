"""The book in a real browser: accessibility, weight, speed, and use of the keyboard."""

import pytest
import yaml
from accessibility import OPEN_ALL, violations
from browser_watch import watch

from course.paths import PROJECT

TOC = yaml.safe_load((PROJECT / "_toc.yml").read_text(encoding="utf-8"))
PAGES = [TOC["root"], *(entry["file"] for part in TOC["parts"] for entry in part["chapters"])]
CHAPTERS = [page for page in PAGES if page.startswith("notebooks/")]
#: One page of each kind; all others have the same colours.
KINDS = (
    *("index", "search", "book/laboratory", "book/notation", "book/numbers"),
    "notebooks/lecture/06-shrinkage",
    "notebooks/activity/04-hierarchical",
    "notebooks/beyond/02-does-it-predict",
)
LARGEST_PAGE = 1_500_000  # bytes on the wire, compressed

# Lighthouse's "slow 4G": 150 ms for a round trip, 1.6 Mbit/s down, 750 kbit/s up
SLOW_4G = {
    "offline": False,
    "latency": 150,
    "downloadThroughput": 1.6e6 / 8,
    "uploadThroughput": 750e3 / 8,
}


@pytest.fixture(scope="module")
def open_page(browser):
    """How to open a page at a width, in a theme; closes all windows at the end."""
    contexts = {}

    def opened(address, width=1280, theme="light"):
        if (width, theme) not in contexts:
            contexts[width, theme] = browser.new_context(
                viewport={"width": width, "height": 900},
                color_scheme=theme,
                reduced_motion="reduce",
            ).new_page()
        page = contexts[width, theme]
        page.goto(address)
        return page

    yield opened
    for page in contexts.values():
        page.context.close()


# ------------------------------------------------------------------------------- accessibility


def views():
    """Every page, at two widths in both themes; the first view of each, and a few more, quickly."""
    for name in [*PAGES, "search", "genindex"]:
        for width, theme in [(1280, "light"), (1280, "dark"), (390, "light"), (390, "dark")]:
            quick = (width, theme) == (1280, "light") or name in ("index", CHAPTERS[0])
            yield pytest.param(
                name,
                width,
                theme,
                id=f"{name}-{width}px-{theme}",
                marks=[] if quick else pytest.mark.slow,
            )


@pytest.mark.parametrize("name, width, theme", views())
def test_axe_finds_no_violation(site, open_page, name, width, theme, pytestconfig):
    page = open_page((site / f"{name}.html").as_uri(), width, theme)
    assert violations(page, contrast=name in KINDS or pytestconfig.option.full) == []


def test_a_page_of_each_kind_has_its_contrast_looked_at():
    assert set(KINDS) <= {*PAGES, "search"}
    assert {page.rpartition("/")[0] for page in PAGES} == {k.rpartition("/")[0] for k in KINDS}


def test_axe_finds_pale_text(site, open_page):
    page = open_page((site / "index.html").as_uri())
    page.evaluate("document.querySelector('article p').style.color = '#ccc'")
    assert [text.split()[0] for text in violations(page)] == ["color-contrast"]


def test_axe_finds_a_violation_where_there_is_one(site, open_page):
    page = open_page((site / "index.html").as_uri())
    page.evaluate("document.querySelector('article').innerHTML += '<img src=a.png><input>'")
    assert [text.split()[0] for text in violations(page)] == ["image-alt", "label"]


def test_the_first_stop_of_the_tab_key_skips_to_the_text(site, open_page):
    page = open_page((site / f"{CHAPTERS[0]}.html").as_uri())
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to main content"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")


# Each stop of the tab key in the text, and whether one can see that it has the focus
STOP = """() => {
  const e = document.activeElement, style = getComputedStyle(e);
  const shown = n => { const s = getComputedStyle(n);
    const outlined = s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 1;
    return outlined || s.boxShadow !== "none"; };
  return { text: e.outerHTML.slice(0, 100), tag: e.tagName, formula: e.matches("mjx-container"),
    inside: e.closest("article.bd-article") !== null,
    seen: shown(e) || e.parentElement && shown(e.parentElement) };
}"""


@pytest.mark.parametrize("name", ["index", CHAPTERS[0], CHAPTERS[-1]])
def test_the_tab_key_reaches_everything_in_the_text_and_shows_where_it_is(site, open_page, name):
    page = open_page((site / f"{name}.html").as_uri())
    page.evaluate(OPEN_ALL)
    page.evaluate("document.querySelectorAll('details.hide').forEach(d => { d.open = false; })")
    expected = page.evaluate("""() => {
      const all = [...document.querySelectorAll(
        "article.bd-article :is(a[href], button, summary, input, select)")];
      const groups = new Set();  // the tab key stops once at each group of radio buttons
      return all.filter(e => e.checkVisibility({visibilityProperty: true}) && e.tabIndex >= 0
        && !(e.type === "radio" && (groups.has(e.name) || !groups.add(e.name)))).length;
    }""")
    page.evaluate("""() => { const main = document.querySelector("#main-content");
      main.tabIndex = -1; main.focus(); }""")
    stops = []
    for _ in range(expected + 80):
        page.keyboard.press("Tab")
        stop = page.evaluate(STOP)
        if stop["inside"]:
            stops.append(stop)
        elif stops:
            break
    assert not [stop["text"] for stop in stops if not stop["seen"]]
    assert not [stop["text"] for stop in stops if stop["formula"]], "a formula is no control"
    assert (
        len([s for s in stops if s["tag"] in ("A", "BUTTON", "SUMMARY", "INPUT", "SELECT")])
        == expected
    )


def test_folded_code_opens_with_the_keyboard(site, open_page):
    page = open_page((site / f"{CHAPTERS[0]}.html").as_uri())
    fold = page.locator("details.hide").first
    fold.locator("summary").first.focus()
    page.keyboard.press("Enter")
    assert fold.evaluate("d => d.open")


# ------------------------------------------------------------------- over http: weight, speed


@pytest.mark.parametrize("name", PAGES)
def test_a_page_over_http_is_light_complete_and_private(served, browser, name):
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page, sizes = context.new_page(), []
    wrong = watch(page, own=served)
    page.on("response", lambda r: r.status >= 400 and wrong.append(f"{r.status}: {r.url}"))
    network = context.new_cdp_session(page)
    network.send("Network.enable")
    network.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    page.goto(f"{served}/{name}.html", wait_until="networkidle")
    page.evaluate("window.MathJax?.startup?.promise?.then(() => true)")
    context.close()
    assert not wrong
    assert 50_000 < sum(sizes) < LARGEST_PAGE


@pytest.mark.parametrize(
    "name", ["index", max(CHAPTERS, key=lambda page: (PROJECT / f"{page}.ipynb").stat().st_size)]
)
def test_a_page_can_be_read_within_two_seconds_on_a_slow_line(served, browser, name):
    """Usable on "slow 4G" with an empty cache, computed: what is loaded before the text shows."""
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto(f"{served}/{name}.html", wait_until="load")
    sizes = page.evaluate("""() => [
      ...performance.getEntriesByType("navigation"),
      ...performance.getEntriesByType("resource")
        .filter(entry => entry.renderBlockingStatus === "blocking")].map(e => e.transferSize)""")
    context.close()
    assert len(sizes) > 3 and min(sizes) > 0
    # a connection and the page, then a connection and what it asks for
    waits = 4 * SLOW_4G["latency"] / 1000
    assert waits + sum(sizes) / SLOW_4G["downloadThroughput"] < 2, sizes
