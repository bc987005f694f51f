"""What claims are about: the data, and the exact posteriors under one set of priors."""

from functools import cached_property

import pandas as pd

from course import exact
from course.data import load_running, load_spotify


class World:
    """The songs, the races, and what the models say about them, without Monte Carlo error.

    Parameters
    ----------
    songs : pandas.DataFrame
        Rows as ``load_spotify(columns="all")`` gives them (default: those).
    races : pandas.DataFrame
        Rows as ``load_running()`` gives them (default: those); `races` drops rows without a
        time, `all_races` does not.
    priors : str
        The hierarchical model's priors, a name that `course.exact.hierarchical_priors` takes.
    """

    def __init__(
        self,
        songs: pd.DataFrame | None = None,
        races: pd.DataFrame | None = None,
        priors: str = "chapter",
    ):
        self.songs = load_spotify(columns="all") if songs is None else songs
        self.all_races = load_running() if races is None else races
        self.races = self.all_races.dropna()
        self.priors = priors

    def under(self, priors: str) -> "World":
        """The same data under other priors of the hierarchical model."""
        return World(self.songs, self.all_races, priors)

    @cached_property
    def of_tracks(self) -> "World":
        """The same without copies of songs: each track has one row."""
        return World(self.songs.drop_duplicates("track_id"), self.all_races, self.priors)

    @cached_property
    def artists(self) -> pd.DataFrame:
        """For each artist, by name: the ``count``, ``mean`` and ``std`` of the songs."""
        by_artist = self.songs.groupby("artist", observed=True)["popularity"]
        return by_artist.agg(["count", "mean", "std"])

    def songs_by(self, artist: str) -> pd.Series:
        """The popularities of an artist's songs."""
        return self.songs.loc[self.songs["artist"] == artist, "popularity"]

    @cached_property
    def hierarchical(self) -> exact.Hierarchical:
        """The posterior of the hierarchical model."""
        y, artist = self.songs["popularity"], self.songs["artist"]
        return exact.hierarchical(y, artist, exact.hierarchical_priors(y, self.priors))

    @cached_property
    def complete_pooled(self) -> exact.CompletePooled:
        """The posterior of the songs in one pool."""
        return exact.complete_pooled(self.songs["popularity"])

    @cached_property
    def no_pooled(self) -> exact.NoPooled:
        """The posterior of a mean for each artist, with a common sigma."""
        return exact.no_pooled(self.songs["popularity"], self.songs["artist"])

    @cached_property
    def running(self) -> exact.Regression:
        """The posterior of one line for all races."""
        return exact.regression(self.races["age"], self.races["net"])
