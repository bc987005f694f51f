"""What students assign becomes plain JSON, whatever it is."""

import json
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from course.submission.answers import MOST_DRAWS, collect


def read(kind, answer, **details):
    record = collect({"x": answer}, {"x": {"type": kind} | details})["x"]
    assert json.loads(json.dumps(record, allow_nan=False)) == record
    return record


@pytest.mark.parametrize(
    "answer",
    [
        2.5,
        np.float64(2.5),
        np.float32(2.5),
        np.array(2.5),
        np.array([2.5]),
        xr.DataArray(2.5),
        xr.Dataset({"mu": 2.5}),
        pd.Series([2.5]),
        Decimal("2.5"),
        Fraction(5, 2),
        [2.5],
    ],
)
def test_numbers_of_many_kinds(answer):
    record = read("number", answer)
    assert record["value"] == 2.5 and type(record["value"]) is float


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ("2.5", "leave out the quotes"),
        (np.array("2.5"), "leave out the quotes"),
        ([1, 2], "one is asked for"),
        (float("nan"), "not a finite number"),
        (np.inf, "not a finite number"),
        (True, "a number is asked for"),
        ({2.5}, "is asked for"),
        (range(10**9), "too many"),
        (2j, "is asked for"),
        (print, "is asked for"),
    ],
)
def test_what_is_not_a_number_is_named(answer, says):
    record = read("number", answer)
    assert record["status"] == "unusable" and says in record["reason"]


@pytest.mark.parametrize(
    "answer",
    [
        (1, 2),
        [1.0, 2.0],
        np.array([1, 2]),
        np.array([[1, 2]]),
        pd.Series([1, 2], index=[0.1, 0.9]),
        pd.Interval(1, 2),
        xr.DataArray(np.arange(1, 3.0), dims="quantile"),
    ],
)
def test_intervals_of_many_kinds(answer):
    assert read("interval", answer)["value"] == [1.0, 2.0]


@pytest.mark.parametrize("answer", [1, (1, 2, 3), ("1", "2"), (1, np.nan), "1, 2", {1: 2}])
def test_what_is_not_an_interval(answer):
    assert read("interval", answer)["status"] == "unusable"


@pytest.mark.parametrize("answer", ["b", "B", " (b) ", "b.", "'b'", np.str_("b")])
def test_letters_as_people_write_them(answer):
    assert read("choice", answer, options=["a", "b"])["value"] == "b"


@pytest.mark.parametrize("answer", ["d", "ab", 1, ["b"], b"b"])
def test_what_is_not_a_letter(answer):
    assert read("choice", answer, options=["a", "b"])["status"] == "unusable"


@pytest.mark.parametrize("answer", [None, ..., "", "  "])
def test_unanswered(answer):
    assert read("number", answer)["status"] == "unanswered"
    assert collect({}, {"x": {"type": "number"}})["x"]["status"] == "missing"


@pytest.mark.parametrize(
    ("shape", "read_as"),
    [
        ((4, 250), [4, 250]),
        ((250, 4), [4, 250]),
        ((1000,), [1000]),
        ((4, 250, 1), [4, 250]),
        ((1, 1000), [1000]),
    ],
)
def test_shapes_of_draws(shape, read_as):
    assert read("draws", np.zeros(shape))["value"]["shape"] == read_as


def test_draws_of_two_songs_are_not_one_song():
    record = read("draws", np.zeros((4, 250, 2)))
    assert record["status"] == "unusable" and "one song" in record["reason"]


def test_long_runs_are_thinned_evenly():
    value = read("draws", np.tile(np.arange(100_000.0), (4, 1)))["value"]
    assert len(value["values"]) == MOST_DRAWS
    assert np.ptp(np.diff(np.reshape(value["values"], value["shape"])[0])) == 0


def test_a_series_is_a_table_of_one_column():
    table = pd.Series([1.0, np.nan], index=["a", "b"])
    value = read("table", table, columns=["shift"], index="artist")["value"]
    assert value == {"index": ["a", "b"], "columns": {"shift": [1.0, None]}}


class Hostile:
    """Every question put to it is answered by an error."""

    def __getattribute__(self, name):
        raise SystemExit("gotcha")


class SaysIsFloat(float):
    def __float__(self):
        raise RuntimeError

    def __repr__(self):
        raise RuntimeError


@pytest.mark.parametrize("make", [Hostile, SaysIsFloat])
@pytest.mark.parametrize(
    "kind", ["number", "interval", "choice", "text", "draws", "table", "posterior", "plot", "error"]
)
def test_hostile_objects_do_not_stop_the_collecting(kind, make):
    details = {
        "options": ["a"],
        "columns": ["shift"],
        "index": "artist",
        "parameters": {"mu": ["mu"]},
        "groups": {"mu_j: Mia X": "Mia X"},
        "named": ["mu_j"],
        "size": 44,
        "positions": {"Mia X": [0, 26, 25]},
    }
    record = read(kind, make(), **details)
    assert record["status"] in ("ok", "unusable")
