"""Chapter beyond/02: leave-one-out, and artists that nobody has heard, exactly."""

import numpy as np
import pandas as pd

from course.data import load_spotify
from course.exact import complete_pooled, hierarchical, hierarchical_priors, pooled_priors
from course.ledger.claims.world import World
from course.ledger.ours import Chapter

chapter = Chapter("beyond/02-does-it-predict")


def tracks() -> pd.DataFrame:
    """Artist and popularity of every track, once."""
    songs = load_spotify(columns="all").drop_duplicates("track_id")
    return songs[["artist", "popularity"]].astype({"artist": str}).reset_index(drop=True)


def partial(seen: pd.DataFrame, artist: str, songs: pd.DataFrame):
    """The next song of an artist by the hierarchical model, with priors scaled by all songs."""
    priors = hierarchical_priors(songs["popularity"], "chapter")
    fit = hierarchical(seen["popularity"], seen["artist"], priors)
    return fit.predict(artist) if (seen["artist"] == artist).any() else fit.predict_new()


def complete(seen: pd.DataFrame, artist: str, songs: pd.DataFrame):
    """The same by the complete pooled model, for whom all artists are one."""
    return complete_pooled(seen["popularity"], **pooled_priors(songs["popularity"])).predict()


def left_out(model) -> float:
    """The sum of the log scores of all tracks, each predicted from all others."""
    songs = tracks()
    return sum(
        float(np.log(model(songs.drop(song.Index), song.artist, songs).pdf(song.popularity)))
        for song in songs.itertuples()
    )


def as_newcomers(model) -> float:
    """The joint log score of each artist's songs given all others'.

    By the chain rule, from the last song to the first: the chapter goes the other way.
    """
    songs, total = tracks(), 0.0
    for artist, own in songs.groupby("artist"):
        backwards = own.iloc[::-1]
        for k, y in enumerate(backwards["popularity"]):
            seen = songs.drop(backwards.index[k:])
            total += float(np.log(model(seen, artist, songs).pdf(y)))
    return total


@chapter.number("predict-elpd-partial", "elpd of partial pooling, one track left out", matters=2)
def _(world: World) -> float:
    return left_out(partial)


@chapter.number("predict-elpd-complete", "elpd of complete pooling, one track left out", matters=1)
def _(world: World) -> float:
    return left_out(complete)


@chapter.number("predict-newcomers-partial", "log score of newcomers, partial pooling", matters=1)
def _(world: World) -> float:
    return as_newcomers(partial)


@chapter.number("predict-newcomers-complete", "log score of newcomers, complete pooling", matters=1)
def _(world: World) -> float:
    return as_newcomers(complete)
