"""The front page: the picture from one pool to islands, and the chapters as cards."""

from xml.etree import ElementTree

import pandas as pd
import pytest
import yaml
from browser_watch import watch
from bs4 import BeautifulSoup

from course.chapters import cells
from course.explorer import ShrinkageExplorer
from course.paths import PROJECT
from course.site.sphinx import cards, front

DOTS = "[...document.querySelectorAll('.pooling-picture .{}')].map(dot => +dot.getAttribute('cx'))"
# Press a button, and note where the slider is in each frame until it has arrived
GLIDE = """([place]) => new Promise((resolve) => {
  const slider = document.querySelector(".pooling-slider input"), places = [];
  document.querySelector(`[data-place="${place}"]`).click();
  requestAnimationFrame(function look() {
    if (places.at(-1) !== +slider.value) places.push(+slider.value);
    if (+slider.value === place) resolve(places);
    else requestAnimationFrame(look);
  });
})"""


@pytest.fixture(scope="module")
def index(site):
    return BeautifulSoup((site / "index.html").read_text(encoding="utf-8"), "html.parser")


@pytest.fixture(scope="module")
def window(site, browser):
    context = browser.new_context(reduced_motion="reduce")
    page = context.new_page()
    page.wrong = watch(page)
    page.goto((site / "index.html").as_uri())
    yield page
    assert not page.wrong
    context.close()


@pytest.fixture(scope="module")
def artists(spotify):
    return spotify.groupby("artist", observed=True)["popularity"].agg(n="size", sample_mean="mean")


def dots(page, kind="estimate"):
    return page.evaluate(DOTS.format(kind))


# --------------------------------------------------------------------------------- the picture


@pytest.mark.needs_data
def test_every_artist_is_a_dot_where_the_data_leave_it(index, artists):
    picture = index.select_one(".pooling-picture")
    scale, side, sigma_y, sigma_mu = (
        float(picture[f"data-{name}"]) for name in ("scale", "side", "sigma-y", "sigma-mu")
    )
    rows = {row["data-name"]: row for row in picture.select(".row")}
    assert len(rows) == 44 and set(rows) == set(artists.index)
    explorer = ShrinkageExplorer(artists, sigma_y, sigma_mu)
    shrunken = explorer.shrunken(sigma_y, sigma_mu)["shrunken_mean"]
    for name, row in rows.items():
        for dot, value in [("own", artists["sample_mean"][name]), ("estimate", shrunken[name])]:
            place = float(row.select_one(f".{dot}")["cx"])
            assert place == pytest.approx(side + scale * value, abs=0.06)
    mu = float(picture.select_one(".population")["x1"])
    assert mu == pytest.approx(side + scale * explorer.centre(sigma_y, sigma_mu), abs=0.06)
    sizes = [int(row["data-n"]) for row in rows.values()]
    assert sizes == sorted(sizes)  # those with few songs above


def test_without_scripts_it_is_a_still_picture(site, browser):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((site / "index.html").as_uri())
    assert page.locator(".pooling-picture .estimate").count() == 44
    assert page.locator(".pooling-picture .estimate").first.is_visible()
    assert page.locator(".pooling-picture svg").get_attribute("aria-label").startswith("44 artists")
    assert page.locator(".pooling-picture :is(input, button, select)").count() == 0
    context.close()


def test_the_slider_leads_from_one_pool_to_islands_by_keys(window):
    slider = window.get_by_label("From one pool to islands")
    slider.focus()
    window.keyboard.press("Home")
    assert len(set(dots(window))) == 1
    assert "0 % of the weight" in window.text_content(".pooling-words")
    window.keyboard.press("ArrowRight")
    assert slider.input_value() == "1" and len(set(dots(window))) > 1
    window.keyboard.press("End")
    assert dots(window) == dots(window, "own")
    assert "100 % of the weight" in window.text_content(".pooling-words")
    said = window.text_content(".pooling-words")
    window.wait_for_function(
        "said => document.querySelector('.pooling-picture [role=status]').textContent === said",
        arg=said,
    )
    assert slider.get_attribute("aria-valuetext").startswith("100 %")


@pytest.mark.needs_data
def test_an_artist_that_is_chosen_is_named_with_its_numbers(window, artists):
    window.get_by_role("button", name="Where the data stop it").click()
    window.wait_for_function("document.querySelector('.pooling-slider input').value === '50'")
    window.locator(".pooling-picture select").select_option("Frank Ocean")
    picture = window.locator(".pooling-picture")
    sigma_y, sigma_mu = (
        float(picture.get_attribute(f"data-{name}")) for name in ("sigma-y", "sigma-mu")
    )
    shrunken = ShrinkageExplorer(artists, sigma_y, sigma_mu).shrunken(sigma_y, sigma_mu)
    n, mean = artists.loc["Frank Ocean"]
    weight, estimate = shrunken.loc["Frank Ocean"]
    assert window.text_content(".pooling-words") == (
        f"Frank Ocean, {n:.0f} songs, own mean {mean:.1f}: estimated at {estimate:.1f}. "
        f"The own songs have {100 * weight:.0f} % of the weight."
    )
    assert window.text_content(".pooling-picture .name") == "Frank Ocean"
    window.locator(".row[data-name='Mia X'] .estimate").click()
    assert window.locator(".pooling-picture select").input_value() == "Mia X"
    assert window.locator(".row.chosen").count() == 1


def test_dots_glide_unless_the_reader_wants_no_motion(site, browser, window):
    assert window.evaluate(GLIDE, [0])[-1] == 0
    assert set(window.evaluate(GLIDE, [100])) <= {0, 100}
    context = browser.new_context(reduced_motion="no-preference")
    page = context.new_page()
    page.goto((site / "index.html").as_uri())
    page.wait_for_function("document.querySelector('.pooling-slider input').value === '50'")
    assert len(page.evaluate(GLIDE, [100])) > 3
    context.close()


def test_the_picture_is_drawn_from_what_an_explorer_shows():
    groups = pd.DataFrame(
        {"n": [5, 2], "sample_mean": [24.2, 73.0]}, index=["Soul&Roll", "Sean Kingston"]
    )
    shown = ShrinkageExplorer(groups, 14, 15)._repr_html_()
    picture = BeautifulSoup(front.picture(ElementTree.fromstring(shown)), "html.parser")
    rows = [(row["data-name"], row["data-n"], row["data-mean"]) for row in picture.select(".row")]
    assert rows == [("Sean Kingston", "2", "73.0"), ("Soul&Roll", "5", "24.2")]


# ----------------------------------------------------------------------------------- the cards


def test_every_chapter_is_a_card_with_number_question_minutes_and_picture(index, site):
    toc = yaml.safe_load((PROJECT / "_toc.yml").read_text(encoding="utf-8"))
    listed = [
        entry["file"]
        for part in toc["parts"]
        for entry in part["chapters"]
        if entry["file"].startswith("notebooks/")
    ]
    shown = index.select("ol.cards li a")
    assert [card["href"] for card in shown] == [f"{name}.html" for name in listed]
    for card, name in zip(shown, listed, strict=True):
        notebook = cells.read(PROJECT / f"{name}.ipynb")
        words = {
            part: card.select_one(f".card-{part}").get_text()
            for part in ("number", "title", "question", "minutes")
        }
        assert words == {
            "number": str(int(name.rpartition("/")[2][:2])),
            "title": cells.title(notebook),
            "question": cells.question(notebook).replace("*", ""),
            "minutes": f"{cells.minutes(notebook)} minutes",
        }
        assert words["question"].endswith("?")
        assert card.select_one("svg.thumbnail"), f"{name} has no picture"
        assert (site / card["href"]).is_file()


def test_a_picture_on_a_card_is_silent_and_the_first_outside_of_a_solution(index):
    for card in index.select("ol.cards li a"):
        thumbnail = card.select_one("svg.thumbnail")
        assert thumbnail["aria-hidden"] == "true" and not thumbnail.select("text")
        path = PROJECT / card["href"].replace(".html", ".ipynb")
        solved = [
            output.data["image/svg+xml"]
            for cell in cells.read(path).cells
            for output in cell.get("outputs", [])
            if "image/svg+xml" in output.get("data", {})
            and "solution" in cell.metadata.get("tags", [])
        ]
        assert cards.lead_figure(path.stem, cells.read(path)) not in solved
