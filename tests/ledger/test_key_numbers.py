"""The table of key numbers: what it expands, computes, shows, and when it stops a notebook."""

import os
from functools import cache

import arviz as az
import nbformat
import numpy as np
import pytest
import xarray as xr
from bs4 import BeautifulSoup
from scipy import signal

from course.chapters import stored_numbers
from course.exact import Target
from course.key_numbers import (
    HEADER,
    STRICT,
    NumberIsOffError,
    key_numbers,
    rows_of,
    shown,
    value_and_error,
)
from course.ledger import published as ledger

LEDGER = ledger.numbers()
MU = ["hier-mu-median", "hier-mu-mad-sd", "hier-mu-q10", "hier-mu-q90"]


@cache
def draws_of(model, target, priors="chapter", seed=1):
    """Independent draws from the exact posterior, as a sampler would return them."""
    u = np.random.default_rng(seed).uniform(size=(4, 5_000))
    return dataarray(ledger.marginal_of(model, Target.parse(target), priors).quantile(u))


def dataarray(values):
    return xr.DataArray(values, dims=("chain", "draw"))


def chains(rho, length, seed):
    """Four stationary chains, normal with mean 15 and sd 2, autocorrelation `rho`."""
    noise = np.random.default_rng(seed).normal(size=(4, length))
    noise[:, 1:] *= np.sqrt(1 - rho**2)
    return dataarray(15 + 2 * signal.lfilter([1], [1, -rho], noise))


@pytest.fixture
def lax(monkeypatch):
    monkeypatch.delenv(STRICT, raising=False)


@pytest.fixture
def strict(monkeypatch):
    monkeypatch.setenv(STRICT, "1")


# ---------------------------------------------------------------------------------- the rows


def test_an_id_is_one_row_and_a_stem_all_its_statistics():
    assert [number.id for number in rows_of("hier-sigma-y")] == ["hier-sigma-y"]
    assert [number.id for number in rows_of("hier-mu")] == MU
    assert [number.id for number in rows_of("hier-b-camilo")] == [
        "hier-b-camilo-q10",
        "hier-b-camilo-q90",
    ]
    assert [number.id for number in rows_of("predict-mohsen-beats")] == [
        f"predict-mohsen-beats-{end}" for end in ("mean", "q10", "q90")
    ]


def test_the_stems_and_ids_of_the_ledger_reach_every_row():
    for number in LEDGER.values():
        assert rows_of(number.id) == [number]


@pytest.mark.parametrize("key", ["hier", "hier-mu-medan", ""])
def test_an_unknown_id_is_a_key_error_that_names_it(key):
    with pytest.raises(KeyError, match=f"no number '{key}'"):
        key_numbers({key: 1.0})


# ------------------------------------------------------------------------ strict and lax mode


def test_tests_run_in_strict_mode():
    assert os.environ.get(STRICT)


@pytest.mark.needs_data
def test_correct_draws_agree(strict):
    table = key_numbers(
        {
            "hier-mu": draws_of("hierarchical", "mu"),
            "hier-sigma-mu": draws_of("hierarchical", "sigma_mu"),
            "spotify-rows": 350,
            "artist-mean-mia-x": 13.25,
        }
    )
    assert [row[0] for row in table.rows] == [
        *MU,
        "hier-sigma-mu",
        "spotify-rows",
        "artist-mean-mia-x",
    ]
    assert {row[-1] for row in table.rows} == {"agrees"}


@pytest.mark.needs_data
def test_strict_mode_raises_with_the_numbers_in_the_message(strict):
    draws = draws_of("hierarchical", "mu")
    with pytest.raises(NumberIsOffError) as error:
        key_numbers({"hier-mu": draws + 1, "spotify-rows": 350})
    message = str(error.value)
    number = LEDGER["hier-mu-median"]
    for part in (
        "hier-mu-median",
        f"published {number.published}",
        shown(number, number.exact),
        f"~{float(draws.median()) + 1:.{number.decimals}f} ± ",
        "computed is off",
        "hier-mu-q10",
    ):
        assert part in message
    assert "spotify-rows" not in message, "a number that agrees is reported as off"


@pytest.mark.needs_data
def test_lax_mode_shows_the_verdict(lax):
    table = key_numbers({"hier-mu": draws_of("hierarchical", "mu") + 1, "spotify-rows": 350})
    verdicts = {row[0]: row[-1] for row in table.rows}
    assert verdicts["hier-mu-median"] == "computed is off"
    assert verdicts["spotify-rows"] == "agrees"
    assert "computed is off" in repr(table)


@pytest.mark.needs_data
def test_draws_under_a_literal_exponential_prior_are_off(strict):
    draws = draws_of("hierarchical", "sigma_mu", "literal")
    with pytest.raises(NumberIsOffError, match=r"hier-sigma-mu.*computed is off"):
        key_numbers({"hier-sigma-mu": draws})


@pytest.mark.needs_data
@pytest.mark.filterwarnings("ignore:All-NaN:RuntimeWarning")
@pytest.mark.parametrize("where", [np.s_[0, 7], np.s_[:, :]], ids=["one", "all"])
def test_nan_among_the_draws_is_off(strict, where):
    draws = draws_of("hierarchical", "mu").copy()
    draws[where] = np.nan
    for key in MU:
        with pytest.raises(NumberIsOffError, match="computed is off"):
            key_numbers({key: draws})
    with pytest.raises(NumberIsOffError, match="computed is off"):
        key_numbers({"hier-sigma-y": draws})


@pytest.mark.needs_data
@pytest.mark.parametrize("value", [349, float("nan"), 350.001])
def test_a_wrong_fact_is_off(strict, value):
    with pytest.raises(NumberIsOffError, match=r"spotify-rows.*computed is off"):
        key_numbers({"spotify-rows": value})


@pytest.mark.needs_data
def test_a_typed_number_cannot_stand_for_draws(strict):
    with pytest.raises(NumberIsOffError):
        key_numbers({"hier-mu-median": LEDGER["hier-mu-median"].exact})


def test_draws_cannot_stand_for_a_fact():
    with pytest.raises(TypeError, match="plain number"):
        key_numbers({"draws": chains(0, 10, seed=1)})


# ------------------------------------------------------- statistics and their standard errors

ROW_OF = {
    "mean": "hier-mu-alok-mean",
    "median": "hier-mu-median",
    "q10": "hier-mu-q10",
    "q90": "hier-mu-q90",
    "mad_sd": "hier-mu-mad-sd",
    "rms": "hier-sigma-mu",
}


def test_there_is_a_row_for_each_statistic():
    assert (
        {LEDGER[id].statistic for id in ROW_OF.values()}
        == set(ROW_OF)
        == {number.statistic for number in LEDGER.values() if number.is_sampled}
    )


@pytest.mark.parametrize("statistic", ROW_OF)
def test_a_statistic_is_that_of_all_draws(statistic):
    draws = chains(0.3, 500, seed=2)
    x = draws.values.ravel()
    expected = {
        "mean": x.mean(),
        "median": np.median(x),
        "q10": np.quantile(x, 0.1),
        "q90": np.quantile(x, 0.9),
        "rms": np.sqrt(np.mean(x**2)),
        "mad_sd": 1.4826 * np.median(np.abs(x - np.median(x))),
    }[statistic]
    assert value_and_error(LEDGER[ROW_OF[statistic]], draws)[0] == pytest.approx(expected)


@pytest.mark.parametrize(
    "statistic, arguments",
    [
        ("mean", {"method": "mean"}),
        ("median", {"method": "median"}),
        ("q10", {"method": "quantile", "prob": 0.1}),
        ("q90", {"method": "quantile", "prob": 0.9}),
    ],
)
def test_a_standard_error_is_that_of_arviz(statistic, arguments):
    draws = chains(0.6, 1_000, seed=3)
    error = value_and_error(LEDGER[ROW_OF[statistic]], draws)[1]
    assert error == pytest.approx(float(az.mcse(draws, **arguments)))


@pytest.mark.parametrize("rho", [0, 0.6], ids=["independent", "autocorrelated"])
@pytest.mark.parametrize("statistic", ROW_OF)
def test_a_standard_error_is_the_spread_over_repeated_runs(statistic, rho):
    number = LEDGER[ROW_OF[statistic]]
    runs = np.array([value_and_error(number, chains(rho, 400, seed)) for seed in range(120)])
    assert runs[:, 1].mean() == pytest.approx(runs[:, 0].std(), rel=0.2)


# --------------------------------------------------------------------------------- the display


@pytest.fixture
def table(lax):
    return key_numbers(
        {"hier-mu": draws_of("hierarchical", "mu"), "spotify-rows": 350, "artist-mean-mia-x": 13.25}
    )


@pytest.mark.needs_data
def test_sampled_numbers_are_marked_and_facts_are_not(table):
    computed = {row[0]: row[4] for row in table.rows}
    assert computed["hier-mu-median"].startswith("~") and " ± " in computed["hier-mu-median"]
    assert computed["spotify-rows"] == "350"
    assert computed["artist-mean-mia-x"] == "13.25"


@pytest.mark.needs_data
def test_the_html_form_holds_the_same_cells(table):
    html = BeautifulSoup(table._repr_html_(), "html.parser")
    assert [cell.text for cell in html.select("th")] == list(HEADER)
    assert html.summary.text == f"{len(table.rows)} of {len(table.rows)} numbers agree"
    for row, line in zip(table.rows, html.select("tbody tr"), strict=True):
        name, *cells = (cell.text for cell in line.select("td"))
        assert name == ledger.numbers()[row[0]].in_words
        assert [cell.replace("\N{MINUS SIGN}", "-") for cell in cells] == list(row[1:])


@pytest.mark.needs_data
def test_the_text_form_parses_back(table):
    cell = nbformat.v4.new_code_cell(
        metadata={"tags": ["key-numbers"]},
        outputs=[nbformat.v4.new_output("execute_result", {"text/plain": repr(table)})],
    )
    read = stored_numbers.rows_in(nbformat.v4.new_notebook(cells=[cell]))
    assert [
        tuple(row[key] for key in ("id", "published", "exact_source", "exact", "verdict"))
        for row in read
    ] == [(*row[:4], row[5]) for row in table.rows]
    for row, parsed in zip(table.rows, read, strict=True):
        shown = f"~{parsed['computed']} ± {parsed['mcse']}" if "~" in row[4] else row[4]
        assert shown == row[4]


@pytest.mark.needs_data
def test_columns_of_the_text_form_line_up(table):
    header, *lines = repr(table).splitlines()
    end = header.index("verdict")
    assert all(line[end - 2 : end] == "  " and line[end:] == "agrees" for line in lines)
