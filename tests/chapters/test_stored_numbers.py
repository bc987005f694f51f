"""The numbers that the chapters stored: read back, complete, and held against the exact values."""

import csv
import io
import os
import subprocess
import sys
from functools import partial

import nbformat
import pandas as pd
import pytest

from course.chapters import stored_numbers
from course.key_numbers import KeyNumbers, shown
from course.ledger import published as ledger

LEDGER = ledger.numbers()
ROWS = [
    ("hier-mu-median", "52.4", "52.47", "52.46", "~52.441 ± 0.012", "agrees"),
    ("running-pooled-age-q10", "-0.302", "-0.3022", "-0.3022", "~-0.29546 ± 0.0067", "agrees"),
    ("spotify-rows", "350", "350", "350", "350", "agrees"),
    ("artist-mean-mia-x", "13.2", "13.25", "13.25", "13.25", "published is off, computed is off"),
]


def notebook(*outputs, tags=("key-numbers",)):
    cell = nbformat.v4.new_code_cell(
        id="numbers",
        metadata={"tags": list(tags)},
        outputs=[
            nbformat.v4.new_output("execute_result", {"text/plain": text}) for text in outputs
        ],
    )
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# Title"), cell])


# ----------------------------------------------------------------------------- reading back


def test_every_cell_of_the_table_is_read_back():
    rows = stored_numbers.rows_in(notebook(repr(KeyNumbers(ROWS))))
    assert [tuple(row) for row in rows] == [stored_numbers.COLUMNS] * 4
    assert [tuple(row.values()) for row in rows] == [
        ("hier-mu-median", "52.4", "52.47", "52.46", "52.441", "0.012", "agrees"),
        ("running-pooled-age-q10", "-0.302", "-0.3022", "-0.3022", "-0.29546", "0.0067", "agrees"),
        ("spotify-rows", "350", "350", "350", "350", "0", "agrees"),
        (
            "artist-mean-mia-x",
            "13.2",
            "13.25",
            "13.25",
            "13.25",
            "0",
            "published is off, computed is off",
        ),
    ]


def test_nan_is_read_back():
    row = ("hier-mu-median", "52.4", "52.47", "52.46", "~nan ± nan", "computed is off")
    (read,) = stored_numbers.rows_in(notebook(repr(KeyNumbers([row]))))
    assert (read["computed"], read["mcse"], read["verdict"]) == ("nan", "nan", "computed is off")


def test_only_key_numbers_cells_are_read():
    assert stored_numbers.rows_in(notebook(repr(KeyNumbers(ROWS)), tags=["hide-input"])) == []


def test_a_key_numbers_cell_without_output_is_an_error_that_says_what_to_do():
    with pytest.raises(ValueError, match=r"'numbers' has no stored output.*make run"):
        stored_numbers.rows_in(notebook())


@pytest.mark.parametrize(
    "junk", ["Output()", "a  b  c", "350", repr(KeyNumbers(ROWS)) + "\nand more"]
)
def test_a_key_numbers_cell_that_prints_something_else_is_an_error(junk):
    with pytest.raises(ValueError, match="'numbers' prints"):
        stored_numbers.rows_in(notebook(junk))


def test_printing_fails_when_a_verdict_is_not_agrees(monkeypatch, capsys, tmp_path):
    for rows, code, text in [(ROWS[:3], 0, "3 of 3 numbers agree"), (ROWS, 1, "3 of 4 numbers")]:
        path = tmp_path / "lecture" / "01.ipynb"
        path.parent.mkdir(exist_ok=True)
        nbformat.write(notebook(repr(KeyNumbers(rows))), path)
        monkeypatch.setattr(stored_numbers, "chapters", partial(list, [path]))
        assert stored_numbers.print_ledger() == code
        assert text in capsys.readouterr().out


# ------------------------------------------------------------------- what the chapters stored


@pytest.fixture(scope="module")
def stored():
    return stored_numbers.stored()


def test_every_number_is_stored_once(stored):
    counts = stored["id"].value_counts()
    missing = [id for id in LEDGER if id not in counts]
    assert not missing, f"no chapter stores {', '.join(missing)}"
    assert counts.max() == 1, f"stored twice: {list(counts[counts > 1].index)}"


def test_nothing_but_the_ledger_is_stored(stored):
    assert set(stored["id"]) <= set(LEDGER)


def test_every_number_is_stored_in_its_own_notebook(stored):
    for row in stored.itertuples():
        assert row.notebook == LEDGER[row.id].notebook, row.id


def test_every_stored_number_agrees(stored):
    off = stored[stored["verdict"] != "agrees"]
    assert off.empty, off.to_string()


@pytest.mark.needs_data
def test_stored_values_are_the_published_and_the_exact_ones(stored):
    for row in stored.itertuples():
        number = LEDGER[row.id]
        assert (row.published, row.exact_source, row.exact) == (
            number.published,
            shown(number, number.exact_source),
            shown(number, number.exact),
        ), row.id


@pytest.mark.needs_data
def test_stored_verdicts_follow_from_the_stored_numbers(stored):
    for row in stored.itertuples():
        number = LEDGER[row.id]
        computed, mcse = float(row.computed), float(row.mcse)
        if number.is_sampled:  # the stored ones are rounded
            assert 0 < mcse < 0.5 and abs(computed - number.exact) < 4.5 * mcse, row.id
        else:
            assert computed == pytest.approx(number.exact, rel=1e-7), row.id


@pytest.fixture(scope="module")
def printed():
    result = subprocess.run(
        [sys.executable, "-m", "course", "numbers", "--csv"],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )
    assert result.returncode == 0, result.stderr
    return list(csv.DictReader(io.StringIO(result.stdout)))


def test_the_command_prints_the_documented_columns(printed):
    assert list(printed[0]) == [
        "id",
        "published",
        "exact_source",
        "exact",
        "computed",
        "mcse",
        "verdict",
    ]


def test_the_command_prints_one_row_a_number_and_all_agree(printed, stored):
    assert [row["id"] for row in printed] == list(stored["id"])
    assert len(printed) == len({row["id"] for row in printed})
    assert {row["verdict"] for row in printed} == {"agrees"}


def test_the_printed_numbers_are_numbers(printed):
    for row in printed:
        for column in ("published", "exact_source", "exact", "computed", "mcse"):
            assert pd.notna(float(row[column])), (row["id"], column)
