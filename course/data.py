"""The data sets of the course, verified before use.

The songs and the races come from the R package *bayesrules* (Dogucu, Johnson and Ott) through
the public Rdatasets collection. They are not part of this project. A loader looks for a local
copy first and downloads one only if it finds none:

1. the folder named by the environment variable ``COURSE_DATA``,
2. beside the notebook, that is, in the working directory, or in ``data/`` there,
3. ``data/`` in this project (git ignores it),
4. ``shared/data/`` beside this project, where a JupyterHub mounts read-only course files,
5. the copy an earlier download left in your user cache,
6. the internet.

Whatever the source, a file whose SHA-256 differs from the published one is refused.

The small table of baseball players is part of this project.
"""

import hashlib
import os
import sys
from importlib.resources import files
from pathlib import Path

import pandas as pd
import pooch

from course import variants
from course.fitting import numba_assignment
from course.paths import PROJECT

BASE_URL = (
    "https://raw.githubusercontent.com/vincentarelbundock/Rdatasets/"
    "1dcc2bf5f955cc1224a3e1307256e1fe86b68dae/csv/bayesrules/"
)
SHA256 = {
    "spotify": "5b24aca146478252be37fcdfd2dc497f11a68f8419c4fc638d397ff554df5611",
    "cherry_blossom_sample": "0a3d6b25419dc896bfab92f833d3cbb535a842c80815fde13761adfb9573babb",
}

# Every chapter imports Bambi and then this module: its fits compile faster. A program that fits
# nothing, such as the grader, is spared Numba, a third of its memory.
if sys.modules.keys() & {"bambi", "numba"}:
    numba_assignment.register()


class DataNotFoundError(FileNotFoundError):
    """No copy of a data set was found, and none could be downloaded."""

    __str__ = Exception.__str__


class DataAlteredError(ValueError):
    """A data file is not the published one: its SHA-256 differs."""


#: The data set of one's own that was named in this session, for `variant_in_use`.
session = {"variant": ""}


def load_spotify(
    columns=("artist", "title", "popularity"), variant: str | None = None
) -> pd.DataFrame:
    """Songs on Spotify, grouped by artist: 350 rows, 44 artists.

    Parameters
    ----------
    columns : sequence of str, or "all"
        Which columns to keep, in this order. ``"all"`` keeps all 23, among them ``track_id``,
        ``album_name``, ``playlist_name``, ``genre`` and ``danceability``.
    variant : str, optional
        The code of a data set of one's own: some of these artists and songs, see
        `course.variants`. Once it was named, it is the data set of the session: calls that name
        none return it, too.

    Returns
    -------
    pandas.DataFrame, shape (350, number of columns)
        ``artist`` : ordered categorical, from the lowest mean popularity (Mia X) to the highest
        (Camilo), ties in alphabetical order; ``title`` : text; ``popularity`` : float, a score
        from 0 to 100 (100 is the most popular). A song that is in several playlists has a row
        for each of them.

    Raises
    ------
    DataNotFoundError, DataAlteredError
        See the module's documentation.
    course.variants.VariantError
        If `variant` is no code of a data set.
    KeyError
        If a column does not exist.

    Source
    ------
    R package bayesrules, data set ``spotify``, after a TidyTuesday data set of January 2020.
    """
    if variant:
        session["variant"] = variant = variants.checked(variant)
    return spotify_songs(session["variant"] if variant is None else variant, columns)


def spotify_songs(variant: str, columns=("artist", "title", "popularity")) -> pd.DataFrame:
    """What `load_spotify` returns for a data set, "" for the common one, whatever the session's."""
    songs = pd.read_csv(find("spotify")).drop(columns="rownames")
    if variant:
        songs = variants.sample(songs, variant)
    songs["popularity"] = songs["popularity"].astype(float)
    by_mean = (
        songs.groupby("artist", as_index=False)["popularity"]
        .mean()
        .sort_values(["popularity", "artist"])
    )
    songs["artist"] = pd.Categorical(songs["artist"], categories=by_mean["artist"], ordered=True)
    return songs if isinstance(columns, str) and columns == "all" else songs[list(columns)]


def variant_in_use() -> str:
    """The code of the data set that this session loaded last; "" for the common one."""
    return session["variant"]


def load_running() -> pd.DataFrame:
    """Race results of 36 runners in the Cherry Blossom Ten Mile Run, Washington, D.C.

    Returns
    -------
    pandas.DataFrame, shape (252, 3)
        ``runner`` : categorical, 1 to 36; ``age`` : int, years, 50 to 63; ``net`` : float, the time
        from start line to finish line, in minutes. 67 of the 252 rows have no ``net``, because the
        runner has no recorded race at that age.

    Raises
    ------
    DataNotFoundError, DataAlteredError
        See the module's documentation.

    Source
    ------
    R package bayesrules, data set ``cherry_blossom_sample``.
    """
    races = pd.read_csv(find("cherry_blossom_sample"))
    races["runner"] = races["runner"].astype("category")
    return races[["runner", "age", "net"]]


def load_baseball() -> pd.DataFrame:
    """Batting averages of 18 major league players in the season of 1970.

    Returns
    -------
    pandas.DataFrame, shape (18, 5)
        ``player`` : text; ``hits`` : int, hits in the first ``at_bats`` (45 for each player);
        ``remainder_average`` : float, hits per at-bat in the rest of the season, to three
        decimals; ``remainder_at_bats`` : int, at-bats in the rest of the season.

    Source
    ------
    Efron and Morris (1975), Data analysis using Stein's estimator and its generalizations,
    Journal of the American Statistical Association 70, Table 1.
    """
    with files("course").joinpath("baseball.csv").open(encoding="utf-8") as file:
        return pd.read_csv(file)


def find(name: str) -> Path:
    """Path of a verified copy of a data set: ``"spotify"`` or ``"cherry_blossom_sample"``.

    Raises
    ------
    DataNotFoundError
        If there is no copy and none can be downloaded; the message lists the places looked at.
    DataAlteredError
        If the first copy found is not the published file.
    """
    filename = f"{name}.csv"
    for folder in places():
        path = folder / filename
        if path.is_file():
            verify(path, SHA256[name])
            return path
    return download(filename, SHA256[name])


def places() -> list[Path]:
    """The folders searched for a local copy, in order."""
    named = os.environ.get("COURSE_DATA")
    folders = [
        *([Path(named).expanduser()] if named else []),
        *beside_notebook(),
        PROJECT / "data",
        PROJECT.parent / "shared" / "data",
        Path(pooch.os_cache("hierarchical-course")),
    ]
    return list(dict.fromkeys(folders))


def beside_notebook() -> list[Path]:
    """The working directory, in which Jupyter runs a notebook, and its ``data/``."""
    try:
        here = Path.cwd()
    except OSError:  # it was deleted
        return []
    return [here, here / "data"]


def verify(path: Path, sha256: str) -> None:
    """Raise `DataAlteredError` unless the file's SHA-256 is the expected one."""
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if found != sha256:
        raise DataAlteredError(
            f"{path} is not the published data set, so it is not used.\n"
            f"  expected SHA-256 {sha256}\n"
            f"  found    SHA-256 {found}\n"
            "Delete or replace that file and try again; an editor or a spreadsheet program may "
            "have changed it."
        )


def download(filename: str, sha256: str) -> Path:
    """Download a data file to the user's cache, verified, and return its path."""
    try:
        path = pooch.retrieve(
            BASE_URL + filename,
            known_hash=None,  # verified below, with a message that helps
            fname=filename,
            path=pooch.os_cache("hierarchical-course"),
            downloader=pooch.HTTPDownloader(timeout=(5, 20)),
        )
    except (OSError, ValueError) as error:  # every failure of requests is an OSError
        looked = "\n".join(f"  {folder}" for folder in places())
        raise DataNotFoundError(
            f"The data file {filename} is on none of these places:\n{looked}\n"
            f"and could not be downloaded from\n  {BASE_URL + filename}\n"
            f"({type(error).__name__}). Connect to the internet and try again, or put the file "
            "into one of these folders, or name its folder in the environment variable COURSE_DATA."
        ) from None
    try:
        verify(Path(path), sha256)
    except DataAlteredError:
        Path(path).unlink()  # a truncated download must not stand in the way of the next one
        raise
    return Path(path)
