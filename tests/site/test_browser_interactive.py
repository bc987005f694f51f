"""What moves and answers on the site, used as a reader would: explorer and quizzes."""

import pytest

from course.explorer import ShrinkageExplorer

CHAPTER = "notebooks/lecture/06-shrinkage.html"
RUNNERS = "notebooks/beyond/04-runners.html"
QUIZ_CHAPTER = "notebooks/lecture/02-songs-by-artists.html"


@pytest.fixture(scope="module")
def window(browser):
    page = browser.new_context(
        viewport={"width": 1280, "height": 900}, reduced_motion="reduce"
    ).new_page()
    yield page
    page.context.close()


@pytest.fixture
def explorer(site, window):
    window.goto((site / CHAPTER).as_uri())
    return window


def read(page):
    """What the explorer shows of the chosen artist: text by name."""
    return {
        name: page.text_content(f"[data-read={name}]")
        for name in ("n", "sample", "weight", "shrunken")
    }


def state(page):
    pressed = page.locator(".shrinkage-buttons [aria-pressed=true]")
    return [pressed.nth(k).get_attribute("data-kind") for k in range(pressed.count())]


def slide(page, name, value):
    page.locator(f"input[data-name={name}]").fill(str(value))


@pytest.fixture(scope="module")
def expected(spotify):
    """What Python says an artist's row should be, given both standard deviations."""
    artists = spotify.groupby("artist", observed=True)["popularity"].agg(
        n="size", sample_mean="mean"
    )

    def row(artist, sigma_y, sigma_mu):
        shrunken = ShrinkageExplorer(artists, 1, 1).shrunken(sigma_y, sigma_mu).loc[artist]
        return {
            "n": str(artists.loc[artist, "n"]),
            "sample": f"{artists.loc[artist, 'sample_mean']:.1f}",
            "weight": f"{shrunken['weight']:.2f}",
            "shrunken": f"{shrunken['shrunken_mean']:.1f}",
        }

    return row


def test_the_explorer_of_runners_says_runners_and_races(site, window):
    window.goto((site / RUNNERS).as_uri())
    words = window.locator(".shrinkage-explorer > div").inner_text()
    for expected in ("from race to race", "from runner to runner", "weight of own races", "Runner"):
        assert expected in words
    assert "song" not in words and "artist" not in words.lower()
    window.select_option(".shrinkage-choice select", "29")
    assert window.locator(".shrinkage-picture .chosen text").text_content() == "runner 29"
    window.click("[data-kind=complete]")
    assert read(window)["weight"] == "0.00"


def test_the_explorer_starts_at_the_posterior_medians(explorer, expected):
    root = explorer.locator("div.shrinkage-explorer")
    sigmas = [float(root.get_attribute(f"data-sigma-{name}")) for name in ("y", "mu")]
    assert state(explorer) == ["hierarchical"]
    assert read(explorer) == expected("Sean Kingston", *sigmas)
    marks = explorer.locator(".shrinkage-mark").all_text_contents()
    assert marks == [f"posterior median {sigma:.1f}" for sigma in sigmas]


@pytest.mark.parametrize("sigma_y, sigma_mu", [(28, 15), (14, 3.5), (1, 0.1), (39.9, 39.9)])
@pytest.mark.parametrize("artist", ["Mia X", "Frank Ocean"])
def test_sliders_and_artist_give_what_python_computes(
    explorer, expected, sigma_y, sigma_mu, artist
):
    explorer.select_option(".shrinkage-choice select", artist)
    slide(explorer, "sigma_y", sigma_y)
    slide(explorer, "sigma_mu", sigma_mu)
    assert read(explorer) == expected(artist, sigma_y, sigma_mu)
    assert state(explorer) == []


def test_the_buttons_show_the_three_kinds_of_pooling(explorer, expected):
    explorer.select_option(".shrinkage-choice select", "Mia X")
    explorer.click("[data-kind=complete]")
    assert state(explorer) == ["complete"]
    assert read(explorer) == expected("Mia X", 14, 0)
    explorer.click("[data-kind=none]")
    assert state(explorer) == ["none"]
    assert read(explorer) == expected("Mia X", 14, 1e9)
    explorer.click("[data-kind=hierarchical]")
    assert state(explorer) == ["hierarchical"]


def test_moving_a_slider_moves_the_picture(explorer):
    places = "() => [...document.querySelectorAll('.shrunken')].map(c => +c.getAttribute('cx'))"
    before = explorer.evaluate(places)
    slide(explorer, "sigma_mu", 2)
    after = explorer.evaluate(places)
    assert len(before) == len(after) == 44
    assert max(after) - min(after) < 0.5 * (max(before) - min(before))


def test_pointing_at_a_line_reads_that_artist_and_leaving_returns(explorer):
    circle = explorer.locator(".shrinkage-picture circle.sample").first
    circle.scroll_into_view_if_needed()
    box = explorer.locator(".shrinkage-picture").bounding_box()
    left = min(
        explorer.evaluate(
            "() => [...document.querySelectorAll('.sample')].map(c => +c.getAttribute('cx'))"
        )
    )
    explorer.mouse.move(box["x"] + left, box["y"] + 46)
    assert explorer.get_attribute(".shrinkage-readout", "data-artist") == "Mia X"
    assert explorer.text_content(".shrinkage-whose") == "Mia X, under the pointer:"
    explorer.mouse.move(box["x"] + left, box["y"] - 30)
    assert explorer.get_attribute(".shrinkage-readout", "data-artist") == "Sean Kingston"
    assert explorer.text_content(".shrinkage-whose") == "Sean Kingston:"


def test_the_explorer_works_with_the_keyboard_alone_and_speaks(explorer):
    explorer.focus("[data-kind=complete]")
    explorer.keyboard.press("Enter")
    assert state(explorer) == ["complete"]
    explorer.focus("input[data-name=sigma_mu]")
    explorer.keyboard.press("End")
    assert state(explorer) == ["none"]
    assert explorer.get_attribute("input[data-name=sigma_mu]", "aria-valuetext") == "without limit"
    explorer.focus(".shrinkage-choice select")
    explorer.keyboard.type("Frank")
    assert read(explorer)["n"] == "40"
    explorer.wait_for_function(
        "document.querySelector('.shrinkage-status').textContent.startsWith('Frank Ocean: 40')"
    )
    assert "44 lines" in explorer.get_attribute(".shrinkage-picture", "aria-label")


# -------------------------------------------------------------------------------------- quizzes


@pytest.fixture
def quiz(site, window):
    window.goto((site / QUIZ_CHAPTER).as_uri())
    return window.locator(".quiz").first


def test_every_option_gets_its_own_feedback_and_one_is_right(quiz):
    verdicts, texts = [], set()
    for k in range(quiz.locator("input").count()):
        quiz.locator("input").nth(k).check()
        assert quiz.locator(".quiz-feedback").text_content() == ""
        quiz.locator("button").click()
        verdicts.append(quiz.locator(".quiz-feedback").get_attribute("data-verdict"))
        texts.add(quiz.locator(".quiz-feedback").text_content())
    assert sorted(verdicts) == ["right", "wrong", "wrong"]
    assert len(texts) == 3
    assert sum(text.startswith("Right.") for text in texts) == 1
    assert sum(text.startswith("Not quite.") for text in texts) == 2


def test_a_quiz_gives_nothing_away_and_asks_for_an_answer(quiz):
    assert not quiz.locator("details").is_visible()
    quiz.locator("button").click()
    assert quiz.locator(".quiz-feedback").text_content() == "Choose an answer first."


def test_a_quiz_can_be_answered_with_the_keyboard(quiz, window):
    quiz.locator("input").first.focus()
    window.keyboard.press("ArrowDown")
    window.keyboard.press("Enter")
    assert quiz.locator("input").nth(1).is_checked()
    assert quiz.locator(".quiz-feedback").get_attribute("data-verdict") == "right"


def test_without_scripts_questions_and_folded_answers_are_there(site, browser):
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto((site / QUIZ_CHAPTER).as_uri())
    quiz = page.locator(".quiz").first
    assert quiz.locator("> ol > li").count() == 3
    quiz.locator("summary").click()
    assert quiz.locator("details li").nth(1).is_visible()
    page.context.close()
