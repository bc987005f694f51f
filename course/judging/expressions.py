"""Numbers that rules and mistakes give by an expression: a line of Python of our own."""

from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from course import data, exact
from course.exact import Marginal, Target
from course.judging import reference
from course.judging.judged_data import cached


@cached
def value(expression: str) -> float:
    """The value of an expression.

    It may name the data sets `spotify`, `running` and `baseball`, and what is in `_KNOWN`: `np`,
    `pd`, `stats` (of SciPy), `exact` (`course.exact`), and the functions below. A result is one
    number.
    """
    return np.asarray(eval(expression, _Names(_KNOWN)), dtype=float).item()


class _Names(dict):
    """What an expression may name; data are read when they are named."""

    def __missing__(self, key: str) -> Any:
        return _DATA[key]()


def _songs(artist: str) -> pd.Series:
    """The popularities of an artist's songs."""
    songs = reference.songs()
    return songs.loc[songs["artist"] == artist, "popularity"]


@cached
def _hierarchical_of(*artists: str) -> exact.Hierarchical:
    """The posterior of some artists' songs, under the chapters' priors."""
    songs = reference.songs()
    some = songs[songs["artist"].isin(artists)]
    priors = exact.hierarchical_priors(songs["popularity"], "chapter")
    return exact.hierarchical(some["popularity"], some["artist"], priors)


def _tracks(artist: str) -> pd.Series:
    tracks = data.load_spotify(columns="all").drop_duplicates("track_id")
    return tracks.loc[tracks["artist"] == artist, "popularity"]


@cached
def _without_copies(*columns: str) -> exact.Hierarchical:
    rows = data.load_spotify(columns="all").drop_duplicates(list(columns))
    priors = exact.hierarchical_priors(rows["popularity"], "chapter")
    return exact.hierarchical(rows["popularity"], rows["artist"].astype(str), priors)


@cached
def _with_first_tracks(artist: str, count: int) -> pd.DataFrame:
    """All distinct tracks, but of one artist only the first ones."""
    tracks = data.load_spotify(columns="all").drop_duplicates("track_id")
    tracks = tracks[["artist", "popularity"]].astype({"artist": str})
    return tracks[(tracks["artist"] != artist) | (tracks.groupby("artist").cumcount() < count)]


@cached
def _next_song(artist: str, count: int, pooling: str = "partial") -> Marginal:
    """An artist's next song, after the first tracks and all tracks of the others."""
    seen = _with_first_tracks(artist, count)
    y, artists = seen["popularity"], seen["artist"]
    match pooling:
        case "complete":
            return exact.complete_pooled(y, **exact.pooled_priors(y)).predict()
        case "no":
            return exact.no_pooled(y, artists, **exact.no_pooled_priors(y, artists)).predict(artist)
    fitted = exact.hierarchical(y, artists, exact.hierarchical_priors(y, "chapter"))
    return {
        "partial": lambda: fitted.predict(artist),
        "mean": lambda: fitted.mu_j(artist),
        "new": fitted.predict_new,
    }[pooling]()


def _log_score(artist: str, count: int, pooling: str = "partial") -> float:
    """The mean log score of the artist's other tracks."""
    tracks = _with_first_tracks(artist, 10_000)
    others = tracks.loc[tracks["artist"] == artist, "popularity"].iloc[count:]
    return float(np.mean(np.log(_next_song(artist, count, pooling).pdf(others.to_numpy()))))


@cached
def _races_by(column: str) -> exact.Hierarchical:
    """The posterior of the times of races, grouped by a column, under the priors of the chapter."""
    races = data.load_running().dropna()
    s = races["net"].std()
    spread = exact.Exponential(1 / s)
    priors = exact.HierarchicalPriors(mu=exact.Normal(90, 2.5 * s), sigma_y=spread, sigma_mu=spread)
    return exact.hierarchical(races["net"], races[column], priors)


def _posterior(target: str) -> Marginal:
    """The exact distribution of a quantity, such as "mu_j: Camilo", given all songs."""
    return reference.marginal("hierarchical", Target.parse(target), "chapter")


_DATA = {"spotify": reference.songs, "running": data.load_running, "baseball": data.load_baseball}
_KNOWN = {
    "np": np,
    "pd": pd,
    "stats": stats,
    "exact": exact,
    "songs": _songs,
    "posterior": _posterior,
    "hierarchical_of": _hierarchical_of,
    "tracks": _tracks,
    "without_copies": _without_copies,
    "next_song": _next_song,
    "log_score": _log_score,
    "races_by": _races_by,
}
