"""Answer boxes in the rendered book, used as a reader would."""

from types import SimpleNamespace

import pytest
from accessibility import violations
from browser_watch import watch
from honest import LETTERS

from course.chapters.cells import exercise_chapters
from course.judging.questions import QUESTIONS
from course.paths import PROJECT
from course.site.sphinx import answers

pytestmark = pytest.mark.needs_data

FOLDER = "notebooks/activity"
WARM_UP, POOLED, NO_POOLED, SHRINKAGE = (
    "01-warm-up",
    "02-complete-pooled",
    "03-no-pooled",
    "05-shrinkage",
)


@pytest.fixture
def window(browser):
    """A browser window without a network, and what goes wrong in it."""
    page = browser.new_context(offline=True, viewport={"width": 1280, "height": 900}).new_page()
    page.wrong = watch(page)
    yield page
    page.context.close()


@pytest.fixture
def at(site, window):
    """How to open a chapter of the activity."""

    def opened(chapter):
        window.goto((site / FOLDER / f"{chapter}.html").as_uri())
        return window

    return opened


def verdict(page, name):
    """What is said of an answer, as soon as it is judged: its kind and its words."""
    place = page.locator(f".answer[data-name={name}] [role=status]")
    page.wait_for_function(
        "e => e.dataset.verdict && e.dataset.verdict !== 'computing'", arg=place.element_handle()
    )
    return place.get_attribute("data-verdict"), place.inner_text()


def answer(page, name, *texts):
    """Write texts into the box of a name, and let them be judged."""
    form = page.locator(f".answer[data-name={name}]")
    for k, text in enumerate(texts):
        form.locator("input").nth(k).fill(text)
    form.locator("button").click()
    return verdict(page, name)


def test_every_number_interval_and_letter_has_a_box(site, window):
    found = []
    for path in exercise_chapters():
        window.goto((site / path.relative_to(PROJECT).with_suffix(".html")).as_uri())
        found += window.locator(".answer").evaluate_all("all => all.map(e => e.dataset.name)")
    expected = [
        name
        for asked in QUESTIONS.values()
        for name, question in asked.items()
        if answers.in_a_box(question)
    ]
    assert found == expected and len(found) > 22
    assert not window.wrong


def test_right_not_yet_and_what_it_looks_like(at):
    page = at(POOLED)
    assert answer(page, "mu_median_03", "58.4") == ("right", "Right.")
    assert answer(page, "mu_median_03", "58,39") == ("right", "Right.")
    kind, said = answer(page, "mu_median_03", "20.7")
    assert kind == "looks like" and said.startswith("Not yet. This looks like another parameter")
    kind, said = answer(page, "mu_median_03", "−7")
    assert kind == "not yet" and "Monte Carlo error" in said
    assert answer(page, "mu_median_03", "about 58")[1] == "Not yet. It could not be read."
    assert answer(page, "mu_median_03", " ") == ("missing", "Not answered yet.")
    assert answer(page, "mu_80_03", "57.0", "") == ("not yet", "Not yet. It could not be read.")
    assert answer(page, "mu_80_03", "57.0", "59.8") == ("right", "Right.")
    assert answer(page, "mu_80_03", "59.8", "57.0")[1].startswith("Not yet. Give the lower end")
    assert not page.wrong


def test_players_are_judged_too(at):
    page = at(SHRINKAGE)
    kind, said = answer(page, "rmse_observed_16b", "-1")
    assert kind == "not yet" and "player by player" in said


def test_a_verdict_goes_when_the_answer_changes(at):
    page = at(POOLED)
    answer(page, "mu_median_03", "58.4")
    page.locator("[data-name=mu_median_03] input").fill("58.5")
    assert page.locator("[data-name=mu_median_03] [role=status]").inner_text() == ""


def test_boxes_work_with_the_keyboard_alone(at):
    page = at(POOLED)
    page.locator("[data-name=mu_median_03] input").focus()
    page.keyboard.type("58.4")
    page.keyboard.press("Enter")
    assert verdict(page, "mu_median_03")[0] == "right"
    for _ in range(2):
        page.keyboard.press("Tab")
    page.keyboard.type("57")
    page.keyboard.press("Tab")
    page.keyboard.type("59.8")
    page.keyboard.press("Enter")
    assert verdict(page, "mu_80_03")[0] == "right"
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert verdict(page, "meaning_03") == ("right", "Right.")


def test_letters_are_judged_without_the_engine(at):
    page = at(WARM_UP)
    assert answer(page, "typical_00")[0] == "missing"
    for name, question in QUESTIONS["ex-00"].items():
        for letter in question.options:
            page.locator(f"[data-name={name}] input[value={letter}]").check()
            kind, said = answer(page, name)
            right = letter == LETTERS[name]
            assert kind == ("right" if right else "not yet")
            assert said == ("Right." if right else f"Not yet. {question.hint}")
    assert page.evaluate("window.laboratory") is None


def test_the_engine_is_loaded_with_the_first_box_that_needs_it(at):
    page = at(NO_POOLED)
    assert page.evaluate("window.laboratory") is None
    page.locator("[data-name=mia_x_median_07] input").focus()
    page.wait_for_function("typeof window.answers.judge === 'function'")
    assert page.locator("script[src$='numerics.js']").count() == 1
    page.locator("[data-name=mia_x_80_07] input").first.focus()
    assert page.locator("script[src$='numerics.js']").count() == 1


def test_answers_stay_in_this_page_until_they_are_forgotten(at):
    page = at(POOLED)
    requests = []
    answer(page, "mu_median_03", "58.4")  # everything is loaded
    page.on("request", lambda request: requests.append(request.url))
    page.locator("[data-name=meaning_03] input[value=b]").check()
    answer(page, "meaning_03")
    answer(page, "mu_80_03", "57", "60")
    assert not requests

    values = """() => [...document.querySelectorAll("#ex-03 .answer input")]
      .map((input) => input.type === "radio" ? input.checked : input.value)"""
    page.reload()
    assert page.evaluate(values) == ["58.4", "57", "60", False, True, False]
    assert page.locator("[data-name=mu_median_03] [role=status]").inner_text() == ""
    assert at(NO_POOLED).locator(".answer input:checked").count() == 0
    at(POOLED).locator("#ex-03 .answers").get_by_role("button", name="Forget").click()
    assert page.evaluate(values) == ["", "", "", False, False, False]
    page.reload()
    assert page.evaluate(values) == ["", "", "", False, False, False]
    assert page.evaluate("localStorage.getItem(`answers on ${location.pathname}`)") is None


def test_the_page_says_where_it_is_judged(at):
    said = at(POOLED).locator("#ex-03 .answers > p").inner_text()
    assert "in your browser" in said and "sends nothing" in said


def test_a_script_that_does_not_load_is_our_mistake(at, window):
    window.route("**/quantities.js", lambda route: route.abort())
    kind, said = answer(at(POOLED), "mu_median_03", "58.4")
    assert kind == "failed" and said.startswith("Our mistake, not yours")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_nothing_in_boxes_with_verdicts_and_they_fit(site, browser, width, theme):
    page = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=theme, reduced_motion="reduce"
    ).new_page()
    page.goto((site / FOLDER / f"{POOLED}.html").as_uri())
    assert answer(page, "mu_median_03", "58.4")[0] == "right"
    assert answer(page, "mu_80_03", "32", "85")[0] == "looks like"
    assert answer(page, "mac_beats_80_05a", "0", "1")[0] == "not yet"
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    assert (
        page.evaluate("""() => [...document.querySelectorAll(".answers *")].filter((e) =>
      !e.closest(".visually-hidden") && e.getBoundingClientRect().right
        > e.closest(".answers").getBoundingClientRect().right + 0.5).length""")
        == 0
    )
    assert violations(page) == []
    page.context.close()


def test_paper_and_readers_without_scripts_see_no_boxes(at, site, browser):
    page = at(POOLED)
    assert page.locator("#ex-03 .answers").is_visible()
    page.emulate_media(media="print")
    assert not page.locator("#ex-03 .answers").is_visible()
    plain = browser.new_context(java_script_enabled=False).new_page()
    plain.goto((site / FOLDER / f"{POOLED}.html").as_uri())
    assert plain.locator("#ex-03 div.exercise").is_visible()
    assert plain.locator(".answers, .answer").count() == 0
    plain.context.close()


# ----------------------------------------------------------------- which pages load which scripts


@pytest.fixture
def app():
    """An application that reads two pages with exercises, and keeps what it is told."""
    registry = {"ex-03": {"docname": "letters"}, "ex-02": {"docname": "plots"}}
    loaded = []
    return SimpleNamespace(
        builder=SimpleNamespace(name="html"),
        env=SimpleNamespace(sphinx_exercise_registry=registry),
        loaded=loaded,
        add_js_file=lambda name, loading_method: loaded.append(name),
        add_css_file=loaded.append,
    )


def test_only_a_page_with_boxes_loads_their_scripts(app):
    for page in ("plots", "none"):
        answers.add_scripts(app, page, "", {}, None)
    assert app.loaded == []
    answers.add_scripts(app, "letters", "", {}, None)
    assert app.loaded == [*answers.BOXES, answers.STYLE]


def test_without_the_songs_there_are_no_boxes(app, monkeypatch, tmp_path):
    monkeypatch.setattr(answers, "on_this_machine", lambda name: False)
    answers.add_scripts(app, "letters", "", {}, None)
    app.outdir = tmp_path
    answers.write_questions(app, None)
    assert app.loaded == [] and not list(tmp_path.iterdir())


@pytest.mark.parametrize("builder", ["singlehtml", "latex"])
def test_only_the_website_has_boxes(app, builder):
    app.builder.name = builder
    answers.add_scripts(app, "letters", "", {}, None)
    assert app.loaded == []
