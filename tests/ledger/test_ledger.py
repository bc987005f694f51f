"""The number ledger: its facts, its exact values, and the rules by which numbers agree."""

import math
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from course import exact
from course.ledger import published as ledger
from course.paths import PROJECT

COURSE_FILES = PROJECT.parent / "shared" / "published_numbers.csv"
LEDGER = ledger.numbers()
SAMPLED = [number for number in LEDGER.values() if number.is_sampled]
FACTS = [number for number in LEDGER.values() if not number.is_sampled]


def by_id(numbers):
    return {"argvalues": numbers, "ids": [number.id for number in numbers]}


def distance(number):
    return abs(float(number.published) - number.exact_source)


def tolerance(number):
    """Half a printed unit and 4 Monte Carlo standard errors, computed without `ledger`."""
    marginal = ledger.marginal_of(number.model, exact.Target.parse(number.target), "source")
    size = 4_000 if number.model == "hierarchical" else 20_000
    return float(number.printed_unit) / 2 + 4 * error_by_formula(marginal, number.statistic, size)


def error_by_formula(marginal, statistic, size):
    if statistic in ("median", "q10", "q90"):
        p = {"median": 0.5, "q10": 0.1, "q90": 0.9}[statistic]
        spread = math.sqrt(p * (1 - p) / size)  # of the share of draws below the quantile
        return (marginal.quantile(p + spread) - marginal.quantile(p - spread)) / 2
    if statistic == "mad_sd":  # of a nearly normal posterior
        return 1.1664 * marginal.sd / math.sqrt(size)
    return marginal.sd / math.sqrt(size)


# ------------------------------------------------------------------------------ the table


def test_there_are_130_numbers_with_unique_ids():
    table = pd.read_csv(Path(ledger.__file__).with_name("published_numbers.csv"), dtype=str)
    assert len(table) == table["id"].nunique() == len(LEDGER) == 130
    assert table["id"].str.fullmatch(r"[a-z0-9-]+").all()


def test_numbers_by_source_and_kind():
    counts = pd.Series([(number.source, number.kind) for number in LEDGER.values()])
    assert counts.value_counts().to_dict() == {
        ("lecture", "data"): 18,
        ("lecture", "posterior"): 38,
        ("lecture", "prediction"): 6,
        ("lecture", "prose"): 3,
        ("activity", "data"): 13,
        ("activity", "posterior"): 52,
    }


@pytest.mark.skipif(not COURSE_FILES.exists(), reason="no course files beside this checkout")
def test_the_table_agrees_with_the_course_files():
    ours = pd.DataFrame([vars(number) for number in LEDGER.values()])
    theirs = pd.read_csv(COURSE_FILES, dtype=str, keep_default_na=False)
    for column in theirs:
        differ = ours.loc[ours[column] != theirs[column], "id"]
        assert differ.empty, f"column {column} differs in {list(differ)}"


def test_printed_units_fit_the_published_numbers():
    for number in LEDGER.values():
        published, unit = Decimal(number.published), Decimal(number.printed_unit)
        assert published == published.quantize(unit), number.id


def test_every_number_has_one_owning_notebook_of_its_source():
    for number in LEDGER.values():
        assert number.notebook.startswith(f"{number.source}/"), number.id


# --------------------------------------------------------------- published against exact


@pytest.mark.needs_data
@pytest.mark.parametrize("number", **by_id(list(LEDGER.values())))
def test_published_agrees_with_exact(number):
    assert number.published_agrees(), (
        f"published {number.published}, exact {number.exact_source}, tolerance "
        f"{float(number.printed_unit) / 2 + 4 * number.source_mcse}"
    )


@pytest.mark.needs_data
@pytest.mark.parametrize("number", **by_id(FACTS))
def test_a_fact_off_by_one_printed_unit_is_caught(number):
    for step in (1, -1):
        changed = Decimal(number.published) + step * Decimal(number.printed_unit)
        assert not replace(number, published=str(changed)).published_agrees()


@pytest.mark.needs_data
def test_a_posterior_number_off_by_one_printed_unit_is_caught_where_the_tolerance_is_smaller():
    caught = 0
    for number in SAMPLED:
        away = math.copysign(1, float(number.published) - number.exact_source)
        changed = Decimal(number.published) + int(away) * Decimal(number.printed_unit)
        if distance(number) + float(number.printed_unit) > tolerance(number) * 1.05:
            assert not replace(number, published=str(changed)).published_agrees(), number.id
            caught += 1
    assert caught >= 6, "the tolerances are wider than they were"


@pytest.mark.needs_data
@pytest.mark.parametrize("number", **by_id(SAMPLED))
def test_a_posterior_number_off_by_five_tolerances_is_caught(number):
    for step in (5, -5):
        changed = float(number.published) + step * tolerance(number)
        assert not replace(number, published=str(changed)).published_agrees()


@pytest.mark.needs_data
@pytest.mark.parametrize("number", **by_id(SAMPLED))
def test_the_tolerance_is_half_a_unit_and_four_standard_errors(number):
    for side in (1, -1):
        for factor, agrees in [(0.9, True), (1.1, False)]:
            published = number.exact_source + side * factor * tolerance(number)
            assert replace(number, published=repr(float(published))).published_agrees() == agrees


@pytest.mark.needs_data
def test_a_literal_exponential_prior_of_sigma_mu_is_noticed():
    number = LEDGER["hier-sigma-mu"]
    literal = ledger.exact_value(number.model, number.target, number.statistic, "literal")
    assert abs(literal - float(number.published)) > 5 * tolerance(number)


@pytest.mark.needs_data
def test_the_priors_of_this_book_move_no_printed_number_by_much():
    for number in SAMPLED:
        assert abs(number.exact - number.exact_source) < 0.25, number.id
        if number.model != "hierarchical":
            assert number.exact == number.exact_source, number.id


# ---------------------------------------------------------------- computed against exact


@pytest.mark.needs_data
def test_a_computed_number_agrees_within_four_of_its_standard_errors():
    number = LEDGER["hier-mu-median"]
    for side in (1, -1):
        assert number.computed_agrees(number.exact + side * 3.99 * 0.02, 0.02)
        assert not number.computed_agrees(number.exact + side * 4.01 * 0.02, 0.02)


@pytest.mark.needs_data
@pytest.mark.parametrize("number", **by_id([LEDGER["hier-mu-median"], LEDGER["spotify-rows"]]))
def test_nan_never_agrees(number):
    assert not number.computed_agrees(math.nan, 0.01)
    assert "computed is off" in number.verdict(math.nan, 0.01)
    if number.is_sampled:
        assert not number.computed_agrees(number.exact, math.nan)
        assert not number.computed_agrees(number.exact, 0.0), "no error, so nothing was sampled"


@pytest.mark.needs_data
def test_a_computed_fact_must_be_equal():
    number = LEDGER["artist-mean-mia-x"]
    assert number.computed_agrees(13.25, 0)
    assert not number.computed_agrees(13.2, 0)


@pytest.mark.needs_data
def test_the_verdict_says_what_is_off():
    number = LEDGER["spotify-rows"]
    wrong = replace(number, published="349")
    assert number.verdict(350, 0) == "agrees"
    assert number.verdict(349, 0) == "computed is off"
    assert wrong.verdict(350, 0) == "published is off"
    assert wrong.verdict(349, 0) == "published is off, computed is off"


# -------------------------------------------------------------------------------- rounding


@pytest.mark.parametrize(
    "value, unit, printed",
    [
        (13.25, "0.1", "13.2"),
        (33.25, "0.1", "33.2"),
        (13.35, "0.1", "13.4"),
        (69.775, "0.1", "69.8"),
        (2.675, "0.01", "2.68"),
        (0.5, "1", "0"),
        (-0.25, "0.1", "-0.2"),
        (350, "1", "350"),
        (np.float64(81.0), "1", "81"),
    ],
)
def test_rounding_is_decimal_and_half_to_even(value, unit, printed):
    assert str(ledger.rounded(value, unit)) == printed


# -------------------------------------------------------------------------- standard errors

STATISTICS = {
    "mean": lambda x: x.mean(axis=1),
    "median": lambda x: np.median(x, axis=1),
    "q10": lambda x: np.quantile(x, 0.1, axis=1),
    "q90": lambda x: np.quantile(x, 0.9, axis=1),
    "mad_sd": lambda x: 1.4826 * np.median(np.abs(x - np.median(x, axis=1, keepdims=True)), axis=1),
    "rms": lambda x: np.sqrt((x**2).mean(axis=1)),
}


@pytest.mark.parametrize("statistic", STATISTICS)
def test_standard_errors_are_those_of_simulated_draws(statistic):
    size = 1_000
    draws = np.random.default_rng(1).normal(15, 2, (4_000, size))
    simulated = STATISTICS[statistic](draws).std()
    marginal = exact.NormalMixture(np.array([15.0]), np.array([2.0]), np.array([1.0]))
    assert ledger.standard_error(marginal, statistic, size) == pytest.approx(simulated, rel=0.05)


def test_an_unknown_statistic_is_refused():
    marginal = exact.NormalMixture(np.array([0.0]), np.array([1.0]), np.array([1.0]))
    with pytest.raises(KeyError, match="mode"):
        ledger.standard_error(marginal, "mode", 100)


@pytest.mark.parametrize(
    "model, size",
    [
        ("hierarchical", 4_000),
        ("complete_pooled", 20_000),
        ("no_pooled", 20_000),
        ("running", 20_000),
    ],
)
def test_sample_sizes_granted_to_the_sources(model, size):
    assert ledger.R_SAMPLE_SIZE[model] == size
