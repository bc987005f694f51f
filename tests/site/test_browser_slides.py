"""The slides in a real browser: offline, every slide on its page, notes for the speaker."""

import nbformat
import pytest
from browser_watch import watch

from course.paths import PROJECT
from course.site import slides

DECKS = [
    path for part in slides.PARTS for path in sorted((PROJECT / "notebooks" / part).glob("*.ipynb"))
]
# What of each slide lies outside its page, or is shrunk until it cannot be read
OUTSIDE = """() => [...document.querySelectorAll(".slides > section")].flatMap((section, k) => {
  Reveal.slide(k);
  const box = section.querySelector(".fit"), page = {width: innerWidth, height: innerHeight};
  const found = [];
  for (const e of [box, ...box.querySelectorAll("*")]) {
    if (e.closest("mjx-assistive-mml") || e.parentElement.closest("svg.half")) continue;
    const r = e.getBoundingClientRect();
    if (r.left < -1 || r.top < -1 || r.right > page.width + 1 || r.bottom > page.height + 1) {
      found.push(`slide ${k + 1}: ${e.tagName} ${e.textContent.trim().slice(0, 40)}`);
      break;
    }
  }
  if (Number(box.style.zoom) < 0.5) found.push(`slide ${k + 1} is shrunk to ${box.style.zoom}`);
  if (!box.textContent.trim() && !box.querySelector("img")) found.push(`slide ${k + 1} is empty`);
  return found;
})"""


@pytest.fixture(scope="module")
def decks(tmp_path_factory):
    folder = tmp_path_factory.mktemp("slides")
    slides.write(folder)
    return folder


@pytest.fixture(scope="module")
def show(browser, decks):
    """How to open a deck at 1280 x 720; returns its page and what went wrong."""
    page = browser.new_page(viewport={"width": 1280, "height": 720})
    wrong = watch(page)

    def shown(name):
        wrong.clear()
        page.goto((decks / f"{name}.html").as_uri())
        page.wait_for_selector("html[data-ready=true]", state="attached")
        return page, wrong

    yield shown
    page.close()


@pytest.mark.parametrize("path", DECKS, ids=[path.stem for path in DECKS])
def test_every_slide_fits_its_page_offline(show, path):
    page, wrong = show(path.stem)
    assert page.evaluate(OUTSIDE) == []
    assert not wrong
    assert page.locator(".slides > section").count() >= 10
    assert page.evaluate("[...document.images].every(i => i.naturalWidth > 0 && i.alt.length > 40)")
    assert not page.evaluate(
        r"/\\\(|\\\[|\{[a-z:]+\}`/.test("
        "document.querySelector('.slides').innerText)"
    )


def test_a_slide_that_does_not_fit_is_noticed(show):
    page, _ = show(DECKS[0].stem)
    page.evaluate("document.querySelector('.fit').innerHTML += '<div style=height:2000px>x</div>'")
    assert page.evaluate(OUTSIDE)[0].startswith("slide 1:")


def test_arrow_keys_lead_on_and_the_speaker_has_notes(show):
    page, _ = show(DECKS[1].stem)
    page.keyboard.press("ArrowRight")
    assert page.evaluate("Reveal.getIndices().h") == 1
    notes = page.evaluate("Reveal.getSlides().filter(s => Reveal.getSlideNotes(s)?.trim()).length")
    assert notes >= 0.3 * page.evaluate("Reveal.getSlides().length")
    assert page.evaluate("Reveal.hasPlugin('notes')")


@pytest.mark.parametrize("path", DECKS, ids=[path.stem for path in DECKS])
def test_every_slide_has_a_heading_and_something_below_it(show, path):
    page, _ = show(path.stem)
    found = page.evaluate("""() => [...document.querySelectorAll(".fit")].map(box => [
      box.querySelector("h1, h2, h3")?.textContent ?? "", box.textContent.trim(),
      box.querySelector("img, svg, mjx-container") !== null])""")
    for heading, text, pictured in found:
        assert heading and (pictured or text != heading), text[:60]


@pytest.mark.parametrize("path", DECKS, ids=[path.stem for path in DECKS])
def test_code_is_shown_where_it_is_the_point_and_nothing_is_to_be_pressed(decks, path):
    html = (decks / f"{path.stem}.html").read_text(encoding="utf-8")
    cells = [
        cell
        for cell in nbformat.read(path, as_version=4).cells
        if cell.cell_type == "code" and cell.metadata.slideshow.slide_type not in ("skip", "notes")
    ]
    point = [cell for cell in cells if not cell.outputs or cell.metadata.slideshow.get("code")]
    assert html.count('<div class="highlight">') == len(point) < 0.5 * len(cells) + 1
    assert "<em>Complete pooling</em>, then" not in html and "dtype:" not in html


def test_the_answers_of_a_quiz_are_for_the_speaker_only(show):
    page, _ = show(DECKS[1].stem)
    assert "Check yourself" in page.locator(".slides").inner_text()
    shown, said = page.evaluate("""() => [".fit", "aside.notes"].map(
      s => [...document.querySelectorAll(s)].map(e => e.textContent).join(" "))""")
    assert "Right." in said and "Right." not in shown


@pytest.mark.parametrize("path", DECKS, ids=[path.stem for path in DECKS])
def test_every_cell_of_the_lecture_says_where_it_goes(path):
    for cell in nbformat.read(path, as_version=4).cells:
        assert cell.metadata.get("slideshow", {}).get("slide_type") in (
            "slide",
            "subslide",
            "-",
            "notes",
            "skip",
        ), cell.id


def test_the_table_of_contents_leads_to_every_deck(decks):
    text = (decks / "index.html").read_text(encoding="utf-8")
    assert all(f'href="{path.stem}.html"' in text for path in DECKS)
