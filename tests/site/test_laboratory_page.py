"""The page of the laboratory, used as a reader would."""

import csv
import xml.etree.ElementTree as ElementTree

import numpy as np
import pandas as pd
import pytest
from accessibility import violations
from browser_watch import watch
from laboratory_cases import load

from course import data, exact
from course.exact import Exponential, HierarchicalPriors, Normal
from course.paths import PROJECT
from course.site.sphinx import laboratory

SETS = ["songs", "tracks", "runners", "baseball", "simulated"]


@pytest.fixture(scope="module")
def window(site, browser):
    context = browser.new_context(
        viewport={"width": 1280, "height": 900}, offline=True, reduced_motion="reduce"
    )
    page = context.new_page()
    page.wrong = watch(page)
    yield page
    context.close()


@pytest.fixture
def page(site, window):
    window.wrong.clear()
    window.goto((site / "book/laboratory.html").as_uri())
    window.wait_for_selector(".lab-headline strong")
    yield window
    assert not window.wrong


def choose(page, label, value):
    page.get_by_label(label, exact=True).select_option(value)
    settle(page)


def settle(page):
    """Wait until a computation that takes a moment is done."""
    page.wait_for_selector(".laboratory:not(.busy)")


def paste(page, text):
    choose(page, "Data", "own")
    page.get_by_label("Paste two columns", exact=False).fill(text)


def headline(page):
    settle(page)
    return page.text_content(".lab-headline").replace("\N{NO-BREAK SPACE}", " ")


def message(page):
    settle(page)
    return page.text_content(".lab-message")


def words(page, view):
    return page.text_content(f".lab-{view} .lab-words")


def saved(page, button):
    """The text of the file that a button saves."""
    with page.expect_download() as download:
        page.get_by_role("button", name=button, exact=True).first.click()
    return download.value.path().read_text(encoding="utf-8")


# ------------------------------------------------------------------------------ what is shown


@pytest.mark.needs_data
def test_the_page_says_what_the_exact_posterior_says(page, spotify):
    post = exact.hierarchical(
        spotify["popularity"],
        spotify["artist"],
        exact.hierarchical_priors(spotify["popularity"], "chapter"),
    )
    low, high = post["mu"].interval(0.8)
    text = headline(page)
    assert text.startswith("350 songs, 44 artists.")
    assert f"{post['mu'].median:.1f} (80 %: {low:.1f} to {high:.1f})" in text
    assert f"scatter by {post['sigma_y'].median:.1f}" in text
    assert f"differ by {post['sigma_mu'].median:.1f}" in text
    kingston = post.mu_j("Sean Kingston")
    assert f"partial pooling says {kingston.mean:.1f}" in words(page, "groups")
    choose(page, "In focus", "Mia X")
    mia = post.predict("Mia X").interval(0.8)
    assert f"Mia X lies between {mia[0]:.1f} and {mia[1]:.1f}" in words(page, "predictions")


@pytest.mark.needs_data
def test_the_table_to_save_has_every_digit_of_every_group(page, running):
    choose(page, "Data", "runners")
    choose(page, "Priors", "source")
    rows = list(csv.DictReader(saved(page, "Table as CSV").splitlines()))
    races = running.dropna()
    priors = exact.hierarchical_priors(races["net"], "source")
    priors = HierarchicalPriors(Normal(90, priors.mu.sigma), priors.sigma_y, priors.sigma_mu, True)
    post = exact.hierarchical(races["net"], races["runner"], priors)
    found = {row["runner"]: float(row["q90"]) for row in rows if row["quantity"] == "predict"}
    expected = {str(label): post.predict(label).quantile(0.9) for label in post.labels}
    assert found == pytest.approx(expected, abs=1e-8)


def test_the_point_gives_the_conditional_answers_by_keys_and_by_pointer(page):
    choose(page, "Data", "baseball")
    point = page.locator(".map .point")
    point.focus()
    before = page.evaluate("document.querySelector('.laboratory').laboratory.state.point")
    for key in ("ArrowUp", "ArrowUp", "ArrowRight"):
        page.keyboard.press(key)
    players = data.load_baseball()
    state = "document.querySelector('.laboratory').laboratory.state.point"
    at = page.evaluate(state)
    assert at["sigmaMu"] > before["sigmaMu"] and at["sigmaY"] > before["sigmaY"]
    # by hand: means of 45 at-bats, N(mean, (2.5 sd)²) prior of mu
    values = np.concatenate([np.repeat([100.0, 0.0], [h, 45 - h]) for h in players["hits"]])
    mean = 100 * players["hits"] / 45
    noise = at["sigmaY"] ** 2 / 45
    information = len(mean) / (noise + at["sigmaMu"] ** 2)
    prior = 1 / (2.5 * values.std(ddof=1)) ** 2
    mu = (information * mean.mean() + prior * values.mean()) / (information + prior)
    weight = at["sigmaMu"] ** 2 / (at["sigmaMu"] ** 2 + noise)
    assert f"get the weight {weight:.2f}" in words(page, "map")
    assert f"μ is {mu:.1f}" in words(page, "map")
    assert f"mean is {mu + weight * (mean[0] - mu):.1f}" in words(page, "map")
    page.wait_for_function(
        "document.querySelector('.laboratory > [role=status]').textContent.includes('sigma y')"
    )
    page.keyboard.press("Home")
    assert page.evaluate(state) == before
    box = page.locator(".map .ground").bounding_box()
    page.mouse.move(box["x"] + 20, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + 60, box["y"] + 40)
    page.mouse.up()
    moved = page.evaluate(state)
    assert moved["sigmaMu"] > at["sigmaMu"] and moved["sigmaY"] < at["sigmaY"]
    assert page.locator(".groups .given path").count() == 18
    page.get_by_role("button", name="Back to the medians").click()
    assert page.evaluate(state) == before
    assert page.locator(".groups .given path").count() == 0


def test_priors_of_ones_own(page):
    choose(page, "Data", "baseball")
    choose(page, "Priors", "own")
    for name, value in {"prior mean of μ": 30, "prior sd of μ": 5, "prior mean of σy": 40,
                        "prior mean of σμ": 2}.items():  # fmt: skip
        page.get_by_label(name).fill(str(value))
        page.keyboard.press("Tab")
    players = data.load_baseball()
    values = [100.0 * (k < hits) for hits in players["hits"] for k in range(45)]
    post = exact.hierarchical(
        values,
        np.repeat(players["player"], 45),
        HierarchicalPriors(Normal(30, 5), Exponential(1 / 40), Exponential(1 / 2)),
    )
    assert f"mean of {post['mu'].median:.1f}" in headline(page)
    page.get_by_label("prior sd of μ").fill("-1")
    page.keyboard.press("Tab")
    assert "must be a positive number" in message(page)


# -------------------------------------------------------------------------------- simulated, own


def test_simulated_groups_follow_the_sliders_with_the_same_luck(page):
    choose(page, "Data", "simulated")
    values = "[...document.querySelector('.laboratory').laboratory.state.data.values[0]]"
    before = np.array(page.evaluate(values))
    slider = page.get_by_label("within groups")
    slider.fill("30")
    page.wait_for_function(f"{values}[0] != {before[0]}")
    truth = page.evaluate("document.querySelector('.laboratory').laboratory.state.truth[0]")
    after = np.array(page.evaluate(values))
    first = page.evaluate("Number(document.querySelector('.lab-sliders input').value)")
    assert page.locator(".groups .truth").count() == first
    ratio = (after - truth) / (before - truth)
    assert ratio == pytest.approx(np.full(len(ratio), ratio[0]))
    page.get_by_role("button", name="Other luck").click()
    settle(page)
    assert page.evaluate(values) != pytest.approx(after)


OWN = """name;age;time
Ada;50;12,5
Ada;51;15
Bo;52;NA
Bo;53;7
Bo;;9.25
Cy;50;x
Cy;54;21
Cy;52;
;52;5
"""


def test_own_data_are_read_and_what_is_left_out_is_counted_and_named(page):
    paste(page, OWN)
    assert headline(page).startswith("5 values, 3 groups.")
    note = page.text_content(".lab-note")
    assert "2 rows without a value of “time”" in note
    assert "1 row without a “name”" in note
    assert "1 row with text for a number (“x” in line 7)" in note
    y, group = [12.5, 15, 7, 9.25, 21], list("AABBC")
    priors = exact.hierarchical_priors(y, "chapter")
    priors = HierarchicalPriors(
        Normal(float(np.mean(y)), priors.mu.sigma), priors.sigma_y, priors.sigma_mu
    )
    post = exact.hierarchical(y, group, priors)
    assert f"mean of {post['mu'].median:.2f}" in headline(page)
    choose(page, "Column of values", "1")
    assert headline(page).startswith("7 values, 3 groups.")


@pytest.mark.parametrize(
    "text, said",
    [
        ("a,1\na,2\na,3", "only one group"),
        ("a,1\na,1\nb,1", "All values are equal"),
        ("a,1\na,1\nb,2\nb,2", "Within each group all values are equal"),
        ("who,what\na,red\nb,blue", "holds text, such as “red” in line 2"),
        ("1\n2\n3", "Only one column"),
        ("a,NA\nb,NA\nc,1", "only one group"),
    ],
)
def test_what_cannot_be_used_is_said_and_changes_nothing(page, text, said):
    before = headline(page)
    paste(page, text)
    assert said in message(page)
    assert page.locator(".lab-message").is_visible()
    assert headline(page) == before
    paste(page, "a,1\na,2\nb,4")
    assert not page.locator(".lab-message").is_visible()


def test_a_file_is_opened_and_nothing_leaves_the_page(page, tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text(
        '\ufeffteam,points\r\n"Reds, first",3\r\n"Reds, first",4\r\nBlues,9\r\n', "utf-8"
    )
    choose(page, "Data", "own")
    assert "Nothing leaves this page" in page.text_content(".laboratory")
    page.get_by_label("or open a file").set_input_files(path)
    page.wait_for_function(
        "document.querySelector('.lab-headline').textContent.startsWith('3 val')"
    )
    rows = list(csv.reader(saved(page, "Data as CSV").splitlines()))
    assert rows == [["team", "points"], ["Reds, first", "3"], ["Reds, first", "4"], ["Blues", "9"]]


@pytest.mark.parametrize(
    "text, expected",
    [
        ("a\t1\nb\t2,5", [["a", [1]], ["b", [2.5]]]),
        ("x 1\ny  -2e3", [["x", [1]], ["y", [-2000]]]),
        ('g,v\n"say ""hi""",−4\nb,.5', [['say "hi"', [-4]], ["b", [0.5]]]),
        ("1\t10.5\n1\t12\n2\t9", [["1", [10.5, 12]], ["2", [9]]]),
    ],
)
def test_tables_are_read_as_people_write_them(browser, text, expected):
    page = load(browser.new_page())
    page.add_script_tag(path=str(PROJECT / "assets/laboratory/reading.js"))
    found = page.evaluate(
        "(text) => { const table = laboratory.readTable(text);"
        "return laboratory.groupsFrom(table, ...laboratory.guessColumns(table)).groups; }",
        text,
    )
    page.close()
    assert found == expected


# ------------------------------------------------------------------------------- to take along


@pytest.mark.parametrize("name", ["groups", "map", "one", "path", "predictions", "share"])
def test_a_saved_picture_stands_alone(page, name):
    with page.expect_download() as download:
        page.locator(f".lab-{name} .lab-save").click()
    root = ElementTree.parse(download.value.path()).getroot()
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    painted = [e for e in root.iter() if "fill:rgb" in e.get("style", "")]
    assert len(painted) > 5
    assert not [e for e in root.iter() if "var(" in e.get("style", "")]


def code(page):
    return page.text_content(".lab-take pre")


@pytest.mark.parametrize("prior_set", ["chapter", "source", "literal", "own"])
def test_the_bambi_code_has_the_priors_of_the_page(page, prior_set, tmp_path, monkeypatch):
    """Its model, built but not fitted, has the log density of the exact priors."""
    paste(page, "my group,y value\n1,10\n1,12\n2,9\n2,14\n3,20\n")
    choose(page, "Priors", prior_set)
    if prior_set == "own":
        page.get_by_label("prior mean of σy").fill("3")
        page.get_by_label("prior mean of σμ").fill("2")
        page.keyboard.press("Tab")
    (tmp_path / "laboratory-data.csv").write_text(saved(page, "Data as CSV"))
    monkeypatch.chdir(tmp_path)
    names = {}
    exec(code(page).split("results =")[0], names)
    model = names["model"]
    if prior_set != "source":
        model.build()
    y = names["data"]["value"]
    if prior_set == "own":
        priors = HierarchicalPriors(Normal(0, 1), Exponential(1 / 3), Exponential(1 / 2))
    else:
        priors = exact.hierarchical_priors(y, prior_set)
    compiled = model.backend.model
    assert {v.name for v in compiled.free_RVs} >= {"sigma", "Intercept", "1|group_sigma"}
    between = [p for p in compiled.free_RVs + compiled.potentials
               if p.name in ("sigma", "1|group_sigma", "decov")]  # fmt: skip
    density = compiled.compile_logp(vars=between, jacobian=False)
    start = compiled.initial_point()
    found, expected = [], []
    for sigma_y, sigma_mu in [(1.0, 2.0), (3.0, 0.5), (4.0, 7.0)]:
        start["sigma_log__"], start["1|group_sigma_log__"] = np.log([sigma_y, sigma_mu])
        found.append(density(start))
        expected.append(priors.logpdf(sigma_y, sigma_mu))
    assert np.diff(found) == pytest.approx(np.diff(expected), abs=1e-5)


# ------------------------------------------------------------------------------- data, without any


@pytest.mark.needs_data
def test_the_data_sets_are_those_of_the_chapters(spotify, running):
    sets = {each["id"]: each for each in laboratory.data_sets()}
    assert list(sets) == SETS[:-1]
    songs = pd.Series(dict(sets["songs"]["groups"]))
    assert songs.map(len).sum() == len(spotify)
    assert songs["Mia X"] == spotify.query("artist == 'Mia X'")["popularity"].tolist()
    assert sum(len(own) for _, own in sets["tracks"]["groups"]) == 264
    assert sum(len(own) for _, own in sets["runners"]["groups"]) == running["net"].count()


def test_a_build_without_data_offers_baseball_and_asks_nobody(monkeypatch, tmp_path):
    monkeypatch.setattr(data, "places", lambda: [tmp_path])
    monkeypatch.setattr(data, "download", lambda *_: pytest.fail("something was downloaded"))
    (only,) = laboratory.data_sets()
    assert only["id"] == "baseball"
    assert sum(map(len, (own for _, own in only["groups"]))) == 18 * 45


# ------------------------------------------------------------------------- on every screen, for all


@pytest.mark.parametrize("width, theme", [(1280, "light"), (390, "dark")])
def test_the_laboratory_in_use_is_accessible_and_fits(site, browser, width, theme):
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=theme, reduced_motion="reduce"
    )
    page = context.new_page()
    page.goto((site / "book/laboratory.html").as_uri())
    for name in ("baseball", "simulated", "own"):
        choose(page, "Data", name)
        page.evaluate("document.querySelector('.laboratory').laboratory.move(20, 5)")
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    choose(page, "Priors", "own")
    paste(page, "only\none\ncolumn")
    assert page.locator(".lab-message").is_visible()
    assert violations(page) == []
    context.close()


@pytest.fixture
def phone(site, browser):
    """The page on a phone, and a finger: a way to drag from one place of the window to another."""
    context = browser.new_context(
        viewport={"width": 390, "height": 844},
        has_touch=True,
        is_mobile=True,
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.goto((site / "book/laboratory.html").as_uri())
    choose(page, "Data", "baseball")
    page.locator(".lab-map").scroll_into_view_if_needed()
    finger = context.new_cdp_session(page)

    def drag(start, by, steps=5):
        for step in range(steps + 1):
            x, y = (place + step * way / steps for place, way in zip(start, by, strict=True))
            touch = {
                "type": "touchMove" if step else "touchStart",
                "touchPoints": [{"x": x, "y": y}],
            }
            finger.send("Input.dispatchTouchEvent", touch)
        finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        return page.evaluate("document.querySelector('.laboratory').laboratory.state.point")

    yield page, drag
    context.close()


def middle(locator):
    box = locator.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_a_finger_drags_the_point_and_the_page_stays(phone):
    page, drag = phone
    before = page.evaluate("document.querySelector('.laboratory').laboratory.state.point")
    place = page.evaluate("scrollY")
    at = drag(middle(page.locator(".map .dot")), (30, -60))
    assert at["moved"]
    assert at["sigmaY"] > before["sigmaY"] and at["sigmaMu"] > before["sigmaMu"]
    assert page.evaluate("scrollY") == place
    found = middle(page.locator(".map .dot"))
    further = drag(found, (-30, 40))
    assert further["sigmaY"] < at["sigmaY"] and further["sigmaMu"] < at["sigmaMu"]


def test_a_finger_beside_the_point_scrolls_the_page_over_the_map(phone):
    page, drag = phone
    box, place = page.locator(".map .ground").bounding_box(), page.evaluate("scrollY")
    start = (box["x"] + 15, box["y"] + box["height"] - 15)
    point = drag(start, (0, -150), steps=15)
    assert not point["moved"]
    page.wait_for_function("place => scrollY > place + 50", arg=place)


def test_the_tab_key_reaches_every_control_and_shows_where_it_is(page):
    choose(page, "Data", "simulated")
    controls = ":is(select, input, button, summary, textarea, [tabindex='0'])"
    expected = page.evaluate(f"""() => [...document.querySelectorAll(".laboratory {controls}")]
      .filter(e => e.checkVisibility({{visibilityProperty: true}})).length""")
    page.locator(".lab-bar select").first.focus()
    seen = [True]
    for _ in range(expected - 1):
        page.keyboard.press("Tab")
        seen.append(
            page.evaluate("""() => { const e = document.activeElement;
          const outlined = n => getComputedStyle(n).outlineStyle !== "none";
          const reach = e.querySelector?.(".reach");
          return e.closest(".laboratory") !== null
            && (outlined(e) || !!reach && getComputedStyle(reach).stroke !== "none"); }""")
        )
    assert len(seen) > 15
    assert all(seen)


def test_without_scripts_the_page_says_what_it_needs(site, browser):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((site / "book/laboratory.html").as_uri())
    assert "needs JavaScript" in page.text_content(".laboratory")
    context.close()


def test_on_paper_the_pictures_remain_and_the_controls_go(page):
    page.emulate_media(media="print")
    try:
        assert page.locator(".lab-map svg").is_visible()
        assert page.locator(".lab-headline").is_visible()
        assert not page.locator(".laboratory button").filter(visible=True).count()
        assert not page.locator(".laboratory select").filter(visible=True).count()
    finally:
        page.emulate_media(media="screen")
