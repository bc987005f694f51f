"""The data sets: what the loaders return, where they look, and what they refuse."""

import hashlib
import os

import pandas as pd
import pytest
import requests

from course import data

GENUINE = b"the published file"
NAME = "spotify"


# ------------------------------------------------------------------------------- the songs


def test_spotify_has_350_songs_by_44_artists(spotify):
    assert spotify.shape == (350, 3)
    assert spotify["artist"].nunique() == 44
    assert list(spotify.columns) == ["artist", "title", "popularity"]


def test_popularity_is_float_and_complete(spotify):
    assert spotify["popularity"].dtype == "float64"
    assert spotify.notna().all(axis=None)


def test_artists_are_ordered_by_mean_popularity_then_name(spotify):
    artists = spotify["artist"].cat
    assert artists.ordered
    means = spotify.groupby("artist", observed=True)["popularity"].mean()
    assert list(artists.categories) == sorted(means.index, key=lambda name: (means[name], name))
    assert [artists.categories[0], artists.categories[-1]] == ["Mia X", "Camilo"]


def test_the_tie_is_broken_alphabetically(spotify):
    order = list(spotify["artist"].cat.categories)
    means = spotify.groupby("artist", observed=True)["popularity"].mean()
    assert means["Kid Frost"] == means["Tamar Braxton"], "not a tie any more"
    assert order.index("Kid Frost") + 1 == order.index("Tamar Braxton")


@pytest.mark.needs_data
def test_columns_can_be_chosen_and_keep_their_order():
    assert list(data.load_spotify(["popularity", "genre"]).columns) == ["popularity", "genre"]
    with pytest.raises(KeyError, match="loudness2"):
        data.load_spotify(["artist", "loudness2"])


@pytest.mark.needs_data
def test_all_columns_tell_distinct_tracks_apart():
    songs = data.load_spotify(columns="all")
    assert songs.shape == (350, 23)
    assert "rownames" not in songs
    assert songs["track_id"].nunique() == 264
    assert songs.drop_duplicates(["artist", "title"]).shape[0] == 247
    by_artist = songs.groupby("artist", observed=True)["track_id"].agg(["size", "nunique"])
    assert list(by_artist.loc["Frank Ocean"]) == [40, 26]
    assert list(by_artist.loc["Camilo"]) == [9, 4]


# ----------------------------------------------------------------------------- the runners


def test_running_has_252_rows_of_which_185_have_a_time(running):
    assert list(running.columns) == ["runner", "age", "net"]
    assert len(running) == 252
    assert running["net"].notna().sum() == 185
    assert len(running.dropna()) == 185


def test_running_types(running):
    assert isinstance(running["runner"].dtype, pd.CategoricalDtype)
    assert running["age"].dtype == "int64"
    assert running["net"].dtype == "float64"


def test_36_runners_have_4_to_7_complete_races_each(running):
    races = running.dropna().groupby("runner", observed=True).size()
    assert len(races) == 36
    assert (races.min(), races.max()) == (4, 7)


def test_ages_are_those_that_the_documentation_states(running):
    assert (running["age"].min(), running["age"].max()) == (50, 63)


# ---------------------------------------------------------------------------- where it looks


@pytest.fixture
def folders(tmp_path, monkeypatch):
    """The places for a local copy, all empty, in the order of the search."""
    (tmp_path / "mine").mkdir()
    monkeypatch.chdir(tmp_path / "mine")
    monkeypatch.setattr(data, "PROJECT", tmp_path / "lab" / "project")
    monkeypatch.setattr(data.pooch, "os_cache", lambda name: tmp_path / "cache" / name)
    monkeypatch.setattr(data.pooch, "retrieve", offline)
    monkeypatch.setattr(data, "SHA256", {NAME: hashlib.sha256(GENUINE).hexdigest()})
    monkeypatch.setenv("COURSE_DATA", str(tmp_path / "named"))
    return [
        tmp_path / "named",
        tmp_path / "mine",
        tmp_path / "mine" / "data",
        tmp_path / "lab" / "project" / "data",
        tmp_path / "lab" / "shared" / "data",
        tmp_path / "cache" / "hierarchical-course",
    ]


def offline(*args, **kwargs):
    raise requests.ConnectionError("Name or service not known")


def put(folder, content=GENUINE):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{NAME}.csv").write_bytes(content)
    return folder / f"{NAME}.csv"


def test_places_are_searched_in_the_documented_order(folders):
    assert data.places() == folders
    files = [put(folder) for folder in folders]
    for file in files:
        assert data.find(NAME) == file
        file.unlink()


def test_an_empty_environment_variable_names_no_folder(folders, monkeypatch):
    monkeypatch.setenv("COURSE_DATA", "")
    assert data.places() == folders[1:]


def test_a_notebook_in_the_projects_own_folder_names_no_place_twice(folders, monkeypatch):
    data.PROJECT.mkdir(parents=True)
    monkeypatch.chdir(data.PROJECT)
    assert data.places().count(data.PROJECT / "data") == 1


@pytest.mark.skipif(os.name == "nt", reason="there a working directory cannot be deleted")
def test_a_deleted_working_directory_is_passed_over(folders):
    folders[1].rmdir()
    assert data.places() == [folders[0], *folders[3:]]
    file = put(folders[-1])
    assert data.find(NAME) == file


def test_the_environment_variable_may_use_the_home_folder(folders, monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.setenv("COURSE_DATA", "~/named")
    assert data.places()[0] == folders[0]


@pytest.mark.parametrize(
    "place", range(6), ids=["named", "beside", "beside-data", "data", "shared", "cache"]
)
def test_an_altered_file_is_refused_wherever_it_lies(folders, place):
    file = put(folders[place], GENUINE + b"\n")
    with pytest.raises(data.DataAlteredError) as error:
        data.find(NAME)
    found = hashlib.sha256(GENUINE + b"\n").hexdigest()
    for part in (str(file), data.SHA256[NAME], found):
        assert part in str(error.value)
    assert file.exists(), "a file of the user's was deleted"


def test_an_altered_file_is_not_passed_over_for_a_good_one(folders):
    put(folders[0], b"altered")
    put(folders[1])
    with pytest.raises(data.DataAlteredError):
        data.find(NAME)


def test_without_data_and_network_one_error_names_places_and_address(folders):
    with pytest.raises(data.DataNotFoundError) as error:
        data.find(NAME)
    message = str(error.value)
    for part in (
        *map(str, folders),
        f"{data.BASE_URL}{NAME}.csv",
        "COURSE_DATA",
        "ConnectionError",
    ):
        assert part in message, f"the message does not name {part}"
    shown_too = error.value.__cause__ or not error.value.__suppress_context__
    assert not shown_too, "the traceback shows more than one error"


# --------------------------------------------------------------------------------- downloads


def test_a_download_is_verified_and_used(folders, monkeypatch):
    asked = []

    def retrieve(url, *, fname, path, **kwargs):
        asked.append(url)
        return str(put(path))

    monkeypatch.setattr(data.pooch, "retrieve", retrieve)
    path = data.find(NAME)
    assert path.read_bytes() == GENUINE
    assert asked == [f"{data.BASE_URL}{NAME}.csv"]
    assert data.find(NAME) == path
    assert len(asked) == 1, "a second call downloads again"


def test_an_altered_download_is_refused_and_deleted(folders, monkeypatch):
    monkeypatch.setattr(
        data.pooch, "retrieve", lambda url, *, path, **kwargs: str(put(path, b"truncated"))
    )
    with pytest.raises(data.DataAlteredError, match="SHA-256"):
        data.find(NAME)
    assert not list(folders[-1].iterdir())
