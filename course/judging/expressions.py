"""Numbers that rules and mistakes give by an expression: a line of Python of our own."""

from functools import cache
from typing import Any

import numpy as np
import pandas as pd
from scipy import special, stats

from course import data, exact
from course.exact import Marginal, Target
from course.judging import reference


@cache
def value(expression: str) -> float:
    """The value of an expression.

    It may name the data sets `spotify`, `running` and `baseball`; `np`, `pd`, `stats` (of SciPy);
    `songs` and `tracks`, the popularities of an artist's songs, with copies and without;
    `hierarchical_of`, the exact hierarchical model of some artists' songs, under the chapters'
    priors; `posterior`, the exact distribution of a quantity such as "mu_j: Camilo" in that of all
    artists; `without_copies`, the exact hierarchical model of the rows that differ in some columns;
    and `best_of`, the probability that the best of some new songs of an artist is so popular. A
    result is one number.
    """
    return np.asarray(eval(expression, _Names(_KNOWN)), dtype=float).item()


class _Names(dict):
    """What an expression may name; data are read when they are named."""

    def __missing__(self, key: str) -> Any:
        return _DATA[key]()


def _songs(artist: str) -> pd.Series:
    songs = reference.songs()
    return songs.loc[songs["artist"] == artist, "popularity"]


@cache
def _hierarchical_of(*artists: str) -> exact.Hierarchical:
    songs = reference.songs()
    some = songs[songs["artist"].isin(artists)]
    priors = exact.hierarchical_priors(songs["popularity"], "chapter")
    return exact.hierarchical(some["popularity"], some["artist"], priors)


def _tracks(artist: str) -> pd.Series:
    tracks = data.load_spotify(columns="all").drop_duplicates("track_id")
    return tracks.loc[tracks["artist"] == artist, "popularity"]


@cache
def _without_copies(*columns: str) -> exact.Hierarchical:
    rows = data.load_spotify(columns="all").drop_duplicates(list(columns))
    priors = exact.hierarchical_priors(rows["popularity"], "chapter")
    return exact.hierarchical(rows["popularity"], rows["artist"].astype(str), priors)


def _best_of(fitted: exact.Hierarchical, artist: str, songs: int, popularity: float) -> float:
    draws = fitted.draws(200_000, 84735, ["sigma_y", "mu_j"], [artist])
    below = special.ndtr((popularity - draws["mu_j"].squeeze("group")) / draws["sigma_y"])
    return 1 - (below**songs).mean()


def _posterior(target: str) -> Marginal:
    return reference.marginal("hierarchical", Target.parse(target), "chapter")


_DATA = {"spotify": data.load_spotify, "running": data.load_running, "baseball": data.load_baseball}
_KNOWN = {
    "np": np,
    "pd": pd,
    "stats": stats,
    "Target": Target,
    "songs": _songs,
    "posterior": _posterior,
    "hierarchical_of": _hierarchical_of,
    "tracks": _tracks,
    "without_copies": _without_copies,
    "best_of": _best_of,
}
