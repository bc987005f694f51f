"""Data sets of one's own: the same rows everywhere, of the real ones, by a code without slips."""

import hashlib

import pytest

from course import data, variants
from course.judging.judged_data import judged, judged_by

SECRETS = [hashlib.sha256(bytes([number])).digest() for number in range(20)]
CODE = variants.code(SECRETS[0], 7)
#: Of the rows of this code, as a table: the same on every machine.
DIGEST = "2dca2900effba8b2462c57777f6afda8388773f460ed2b4b69fd52c296d71d7b"


@pytest.fixture(autouse=True)
def no_data_set():
    """A session that has named no data set, before and after."""
    data.session["variant"] = ""
    yield
    data.session["variant"] = ""


def test_a_code_says_its_counter_however_it_is_written():
    for counter in (0, 7, 31, 32, 1023):
        code = variants.code(SECRETS[1], counter)
        assert variants.counter(code) == counter
        assert variants.checked(f" {code.upper().replace('-', ' ')}") == code


def test_a_slip_in_a_code_is_named_and_nothing_is_loaded():
    slips = [CODE[:-1], CODE + "0", "", "ann", CODE.replace("-", "-x", 1)]
    slips += [CODE[:k] + ("1" if CODE[k] != "1" else "2") + CODE[k + 1 :] for k in (0, 5, 13)]
    for slip in slips:
        with pytest.raises(variants.VariantError, match="a character was lost or changed"):
            variants.checked(slip)
    with pytest.raises(variants.VariantError):
        data.load_spotify(variant="ann")
    assert data.variant_in_use() == ""


@pytest.mark.needs_data
def test_the_rows_are_the_same_on_every_machine():
    table = data.spotify_songs(CODE).to_csv(index=False, lineterminator="\n")
    assert hashlib.sha256(table.encode()).hexdigest() == DIGEST


@pytest.mark.needs_data
def test_rows_are_real_ones_and_those_whom_exercises_name_are_there(spotify):
    everything = data.spotify_songs("", "all")
    for secret in SECRETS:
        own = data.spotify_songs(variants.code(secret, 0), "all")
        merged = own.astype({"artist": str}).merge(everything.astype({"artist": str}))
        assert len(own) == len(own.drop_duplicates()) == len(merged.drop_duplicates())
        counts = own["artist"].value_counts()
        assert len(counts) == variants.ARTISTS and counts.min() >= 2
        assert set(variants.NAMED) <= set(counts.index)
        assert counts["Chris Goldarg"] == 10 and counts["Sean Kingston"] == 2
        means = own.groupby("artist", observed=True)["popularity"].mean()
        assert list(means.index) == list(own["artist"].cat.categories)
        assert means.is_monotonic_increasing
        assert len(own) < 300 < len(spotify)


@pytest.mark.needs_data
def test_a_data_set_once_named_is_that_of_the_session():
    common = data.load_spotify()
    own = data.load_spotify(variant=CODE)
    assert data.variant_in_use() == CODE
    assert data.load_spotify().equals(own) and not own.equals(common)
    assert len(data.load_spotify(columns="all")) == len(own)
    assert data.load_spotify(variant="").equals(common)


def test_who_judges_by_a_data_set_goes_back_to_the_one_before():
    with judged_by(CODE):
        with judged_by(""):
            assert judged() == ""
        assert judged() == CODE
    assert judged() == ""
