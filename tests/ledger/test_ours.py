"""Numbers of our own: when they agree, what the table of them shows, and what is refused."""

import numpy as np
import pytest
import xarray as xr

from course.chapters import stored_numbers
from course.chapters.cells import chapters
from course.key_numbers import OWN_HEADER, STRICT, NumberIsOffError, key_numbers, shown_own
from course.ledger import ours
from course.ledger.ours import Estimate, OwnNumber, own_numbers
from course.ledger.published import numbers

MARK = "beyond/01-mark"


def number(truth, matters=1.0, statistic="value"):
    find = None if truth is None else lambda world: truth
    return OwnNumber("mark", "a mark", matters, statistic, MARK, find)


@pytest.fixture
def declared(monkeypatch):
    """Three numbers, in place of the real ones: exact, simulated, and computed only."""
    monkeypatch.setattr(ours, "_found", {})
    monkeypatch.setattr(ours, "iter_modules", lambda path: [])
    chapter = ours.Chapter(MARK)
    chapter.number("mark-exact", "exact mark", 0.5, "mean")(lambda world: 15.0)
    chapter.number("mark-simulated", "simulated mark", 0.1)(lambda world: Estimate(-0.8, 0.01))
    chapter.computed_only("mark-only", "mark of two seeds", 0.5, "mean")


def draws(mean=15.0, seed=1):
    values = np.random.default_rng(seed).normal(mean, 2, size=(4, 1_000))
    return xr.DataArray(values, dims=("chain", "draw"))


@pytest.mark.parametrize(
    "truth, computed, verdict",
    [
        (Estimate(2), Estimate(2), "agrees"),
        (Estimate(2), Estimate(2.001), "computed is off"),
        (Estimate(2), Estimate(2.39, 0.1), "agrees"),
        (Estimate(2), Estimate(2.41, 0.1), "computed is off"),
        (Estimate(2, 0.03), Estimate(2.19, 0.04), "agrees"),
        (Estimate(2, 0.03), Estimate(2.21, 0.04), "computed is off"),
        (Estimate(2), Estimate(2, 0.26), "too uncertain"),
        (Estimate(2), Estimate(float("nan"), 0.1), "computed is off"),
        (Estimate(2), Estimate(2, float("nan")), "too uncertain"),
        (Estimate(float("nan")), Estimate(2), "computed is off"),
    ],
)
def test_numbers_agree_within_four_standard_errors_if_those_are_small(truth, computed, verdict):
    assert number(truth).verdict(computed, truth) == verdict


def test_a_statistic_of_draws_needs_an_error_and_a_value_none():
    exact = number(2.0, statistic="mean")
    assert exact.truth == Estimate(2.0, 0.0)
    assert exact.verdict(Estimate(2.0), exact.truth) == "draws have no error"
    only = number(None, statistic="mean")
    assert only.truth is None
    assert only.verdict(Estimate(2, 0.1), Estimate(2)) == "draws have no error"
    assert only.verdict(Estimate(2, 0.1), Estimate(2.6, 0.1)) == "the runs differ"


@pytest.mark.parametrize("matters, decimals", [(10, 0), (1, 1), (0.5, 2), (0.1, 2), (0.01, 3)])
def test_decimals_follow_from_what_matters(matters, decimals):
    assert number(2.0, matters).decimals == decimals


def test_the_table_of_our_own(declared):
    table = key_numbers(
        {
            "mark-exact": draws(),
            "mark-simulated": Estimate(-0.81, 0.005),
            "mark-only": (draws(12, seed=2), draws(12, seed=3)),
        }
    )
    assert table.header == OWN_HEADER
    exact, simulated, only = table.rows
    assert exact[1] == "15.00" and exact[2].startswith("~") and exact[3] == "agrees"
    assert simulated == ("mark-simulated", "-0.80 ± 0.01", "~-0.81 ± 0.005", "agrees")
    assert only[1].startswith("computed only, again: ~1") and only[3] == "agrees"
    html = table._repr_html_()
    assert "mark of two seeds" in html and "3 of 3 numbers agree" in html
    assert "~\N{MINUS SIGN}0.81" in html and "-0.8" not in html


def test_what_is_off_stops_the_notebook(declared, monkeypatch):
    monkeypatch.setenv(STRICT, "1")
    with pytest.raises(NumberIsOffError, match=r"mark-exact, truth 15\.00, computed here ~1[56]\."):
        key_numbers({"mark-exact": draws(16)})
    with pytest.raises(NumberIsOffError, match="the runs differ"):
        key_numbers({"mark-only": (draws(12), draws(13))})
    with pytest.raises(NumberIsOffError, match="draws have no error"):
        key_numbers({"mark-exact": 15.0})


def test_a_wrong_use_is_refused(declared):
    with pytest.raises(KeyError, match="no number of our own 'hier-mu'"):
        key_numbers({"mark-exact": draws(), "hier-mu": draws()})
    for one in (draws(), Estimate(1, 0.1), (draws(),)):
        with pytest.raises(TypeError, match="mark-only is computed only: give a pair"):
            key_numbers({"mark-only": one})
    with pytest.raises(ValueError, match="two numbers 'mark-only'"):
        ours.Chapter(MARK).computed_only("mark-only", "again", 1)


# ------------------------------------------------------------------- what the chapters stored

STORED = stored_numbers.stored_ours()


def test_every_number_of_our_own_is_stored_once_in_its_chapter():
    assert sorted(zip(STORED["id"], STORED["notebook"], strict=True)) == sorted(
        (number.id, number.notebook) for number in own_numbers().values()
    )
    assert not set(own_numbers()) & set(numbers())


def test_every_number_of_our_own_agrees():
    off = STORED[STORED["verdict"] != "agrees"]
    assert off.empty, off.to_string()


@pytest.mark.slow  # a chapter that is executed prints its truths, and nbval compares them
@pytest.mark.needs_data
def test_stored_truths_are_those_of_the_ledger():
    for row in STORED.itertuples():
        number = own_numbers()[row.id]
        if number.truth is not None:
            assert row.truth == shown_own(number, number.truth, drawn=False), row.id


@pytest.mark.parametrize(
    "path", [p for p in chapters() if p.parent.name == "beyond"], ids=lambda path: path.stem
)
def test_every_chapter_beyond_the_lecture_has_numbers(path):
    assert f"beyond/{path.stem}" in set(STORED["notebook"])
