"""Figures in a page: their name, their colours, their ids, and the same bytes each time."""

import io
import re

import matplotlib.pyplot as plt
import pytest
from bs4 import BeautifulSoup
from fontTools.ttLib import TTFont

from course.paths import PROJECT
from course.site.figures import COLOURS, halves, inline

ALT = 'A line & a point, "rising".'
SMALLEST_LABEL = 9  # px
# Of each figure that is taller than wide: how it begins, and the heights of what is written in it
TALL = """() => [...document.querySelectorAll("svg.plot:not(.thumbnail)")]
  .filter(e => e.clientHeight > e.clientWidth)
  .map(e => [e.ariaLabel.slice(0, 40), [...e.querySelectorAll("text")]
    .filter(text => text.textContent.trim()).map(text => text.getBoundingClientRect().height)])"""


def drawn() -> str:
    """A figure as a chapter stores it: a line cut off at the axes, markers, a title, a formula."""
    with plt.style.context("course.book"):
        fig, ax = plt.subplots(figsize=(4, 3))
        ax.plot([0, 1, 2], [0, 1, 3], "o-", color="C0")
        ax.plot([0, 1], [1, 0], color="#7b3294")
        ax.set(title="Title", xlabel=r"$\sigma_\mu$", xlim=(0, 1.5))
        file = io.StringIO()
        fig.savefig(file, format="svg", metadata={"Date": None})
        plt.close(fig)
    return file.getvalue()


@pytest.fixture
def figure() -> str:
    return drawn()


def test_a_figure_has_the_alternative_text_as_its_name(figure):
    svg = BeautifulSoup(inline(figure, ALT, "f0"), "html.parser").svg
    assert svg["role"] == "img" and svg["aria-label"] == ALT
    assert {text.text.strip() for text in svg.select("text")} > {"Title"}


def test_its_colours_are_those_of_the_theme(figure):
    page = inline(figure, ALT, "f0")
    assert "var(--population)" in page and "var(--figure-ink)" in page
    plain = re.sub(r"light-dark\(#7b3294, oklch\(from #7b3294 [^)]*\) c h\)\)", "", page)
    assert plain != page and not re.search(r"#[0-9a-f]{6}", plain)
    css = (PROJECT / "assets" / "figures.css").read_text(encoding="utf-8")
    for colour, variable in COLOURS.items():
        first, second = re.findall(rf"{variable}: ([^;]+);", css)
        assert first == colour or variable == "--figure-ink"
        assert second != first, f"{variable} is the same in the dark"


def test_its_ids_are_its_own_and_lead_somewhere(figure):
    one, two = (inline(figure, ALT, prefix) for prefix in ("f0", "f1"))
    ids, others = (set(re.findall(r' id="([^"]+)"', page)) for page in (one, two))
    assert ids and not ids & others
    assert set(re.findall(r'(?:href="#|url\(#)([^")]+)', one)) == ids


def test_nothing_in_it_reaches_the_page_around(figure):
    page = inline(figure, ALT, "f0")
    assert "<style" in figure and "<style" not in page and "<metadata" not in page
    assert "xmlns" not in page and len(page) < len(figure)


def test_the_same_figure_has_the_same_bytes(figure):
    assert drawn() == figure


@pytest.mark.parametrize("part", ["lecture", "activity", "beyond"])
def test_labels_of_tall_figures_are_readable_on_a_phone(site, browser, part):
    window = browser.new_page(viewport={"width": 390, "height": 844})
    tall, small = 0, {}
    for path in sorted((site / "notebooks" / part).glob("*.html")):
        window.goto(path.as_uri())
        window.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
        for figure, labels in window.evaluate(TALL):
            tall += 1
            if min(labels) < SMALLEST_LABEL:
                small[path.stem, figure] = min(labels)
    window.close()
    assert tall > 0 and not small, small


@pytest.mark.parametrize("name", ["DejaVuSans", "DejaVuSans-Bold", "DejaVuSans-Oblique"])
def test_the_site_has_the_characters_of_its_figures(site, name):
    path = site / "_static" / f"{name}.woff"
    assert path.stat().st_size < 50_000
    has = TTFont(path).getBestCmap()
    texts = {
        character
        for page in site.rglob("*.html")
        for text in BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser").select(
            "svg.plot text"
        )
        for character in text.text.strip()
    }
    assert not {character for character in texts if ord(character) not in has}


def tall() -> str:
    """A figure of 44 rows, as high as those of the chapters."""
    with plt.style.context("course.book"):
        fig, ax = plt.subplots(figsize=(5.8, 8.6))
        ax.plot(range(44), [f"row {k}" for k in range(44)], "o")
        ax.set(xlabel="axis", ylim=(-0.5, 43.5))
        file = io.StringIO()
        fig.savefig(file, format="svg", metadata={"Date": None})
        plt.close(fig)
    return file.getvalue()


def test_a_tall_figure_comes_in_two_halves_with_half_of_the_rows_and_the_axis_each(figure):
    assert len(halves(figure, ALT, "f0")) == 1
    upper, lower = (BeautifulSoup(part, "html.parser").svg for part in halves(tall(), ALT, "f0"))
    shown = []
    for half in (upper, lower):
        rows, axis = half.find_all("svg")
        _, top, _, height = map(float, rows["viewbox"].split())
        inside = {
            text.text
            for text in rows.find_all("text")
            if top < float(text["y"]) < top + height and text.text.startswith("row")
        }
        assert len(inside) == 22
        shown.append(inside)
        _, top, _, height = map(float, axis["viewbox"].split())
        assert any(
            text.text == "axis" and top < float(text["y"]) < top + height
            for text in axis.find_all("text")
        )
        assert float(axis["y"]) + float(axis["height"]) == pytest.approx(
            float(half["viewbox"].split()[3]), abs=0.2
        )
        assert half["aria-label"].startswith(ALT)
    assert not shown[0] & shown[1]
