"""The laboratory's arithmetic, in the browser, against `course.exact`."""

import numpy as np
import pytest
from laboratory_cases import PRIOR_SETS, load, simulated, worst_differences

from course import data

TOLERANCE = 1e-6  # posterior standard deviations


@pytest.fixture(scope="module")
def arithmetic(browser):
    page = load(browser.new_page())
    yield page
    page.close()


@pytest.fixture(scope="module")
def book_data(spotify, running):
    """The data sets that the laboratory offers: values and groups."""
    tracks = data.load_spotify(columns="all").drop_duplicates("track_id")
    races, players = running.dropna(), data.load_baseball()
    at_bats = [100.0 * (k < hits) for hits in players["hits"] for k in range(45)]
    return {
        "songs": (spotify["popularity"], spotify["artist"]),
        "tracks": (tracks["popularity"], tracks["artist"]),
        "runners": (races["net"], races["runner"]),
        "baseball": (at_bats, np.repeat(players["player"], 45)),
    }


@pytest.mark.parametrize("prior_set", PRIOR_SETS)
@pytest.mark.parametrize("name", ["songs", "tracks", "runners", "baseball"])
def test_the_data_sets_of_the_book_have_the_posterior_of_course_exact(
    arithmetic, book_data, name, prior_set
):
    centre = 50 if name in ("songs", "tracks") else None
    worst = worst_differences(arithmetic, *book_data[name], prior_set, centre)
    assert max(worst.values()) < TOLERANCE, worst


@pytest.mark.parametrize(
    "seed", [pytest.param(k, marks=[] if k < 20 else pytest.mark.slow) for k in range(200)]
)
def test_simulated_data_have_the_posterior_of_course_exact(arithmetic, seed):
    worst = worst_differences(arithmetic, *simulated(seed), PRIOR_SETS[seed % 4])
    assert max(worst.values()) < TOLERANCE, worst


@pytest.mark.slow
@pytest.mark.parametrize("sizes", [1, 40])
def test_five_thousand_groups_have_the_posterior_of_course_exact(arithmetic, sizes):
    rng = np.random.default_rng(5000)
    group = np.repeat(np.arange(5000), rng.integers(1, sizes + 1, 5000))
    y = rng.normal(rng.normal(50, 5, 5000)[group], 10)
    worst = worst_differences(arithmetic, y, group, "source", sample=60)
    assert max(worst.values()) < TOLERANCE, worst


def test_what_differs_is_noticed(arithmetic, book_data):
    y, group = book_data["runners"]
    worst = worst_differences(arithmetic, y, group, "source")
    arithmetic.evaluate("""() => {
      window.kept = laboratory.hierarchicalPriors;
      laboratory.hierarchicalPriors = (statistics, set, centre, own) => ({
        ...window.kept(statistics, set, centre, own), relative: false });
    }""")
    try:
        other = worst_differences(arithmetic, y, group, "source")
    finally:
        arithmetic.evaluate("() => { laboratory.hierarchicalPriors = window.kept; }")
    assert max(worst.values()) < TOLERANCE
    assert other["sigma_mu"] > 0.1
