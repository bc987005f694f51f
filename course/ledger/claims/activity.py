"""The activity: which letters are right, and facts that rubrics and texts take for granted."""

import numpy as np
import pandas as pd

from course.ledger.claims import claim
from course.ledger.claims.world import World


def letters(world: World) -> dict[str, str]:
    """The right letters of the choices that the data decide, by declared name.

    None of them fits where no option describes the world; then the letter is "".
    """
    means = world.artists["mean"]
    scores = (means - means.mean()) / means.std()
    own, pooled, shrunk = own_pooled_shrunk(world)
    between = (shrunk - own) * (shrunk - pooled) < 0
    follows = np.polyfit(own, shrunk, 1)[0]  # 0: the same for all artists; 1: their own means
    shift, distance = (shrunk - own).abs(), (own - world.hierarchical["mu"].mean).abs()
    near, far = shift[distance.nsmallest(15).index], shift[distance.nlargest(15).index]
    return {
        "limits_06": "c" if (world.artists["count"] <= 5).mean() >= 0.5 else "",
        "shape_10": "a" if abs(scores.skew()) < 0.5 and scores.abs().max() < 3 else "",
        "answer_12": "c" if between.mean() > 0.6 and 0.1 < follows < 0.95 else "",
        "most_15a": "b" if far.mean() > 2 * near.mean() else "",
    }


def own_pooled_shrunk(world: World) -> tuple[pd.Series, float, pd.Series]:
    """Each artist's sample mean, the mean of all songs, and each artist's posterior mean."""
    own = world.artists["mean"]
    shrunk = pd.Series({artist: world.hierarchical.mu_j(artist).mean for artist in own.index})
    return own, world.songs["popularity"].mean(), shrunk


def inside(world: World, artist: str) -> tuple[int, int]:
    """How many of an artist's songs lie in the 80 % prediction interval, and how many there are."""
    low, high = world.hierarchical.predict(artist).interval(0.8)
    songs = world.songs_by(artist)
    return int(songs.between(low, high).sum()), len(songs)


def weight(world: World, artist: str) -> float:
    """The share of an artist's estimate that is the artist's own sample mean."""
    own, mu = world.artists.loc[artist, "mean"], world.hierarchical["mu"].mean
    return (world.hierarchical.mu_j(artist).mean - mu) / (own - mu)


@claim("ex-02", "left skew, and more than twice as many songs below 20 as a bell expects")
def tail(world: World) -> bool:
    songs = world.songs["popularity"]
    expected = len(songs) * world.complete_pooled.predict().cdf(20)
    return songs.skew() < -0.5 and (songs < 20).sum() > 2 * expected


@claim("ex-05b", "complete pooling is furthest off for the least popular, and by 20 for Camilo")
def ends(world: World) -> bool:
    off = (world.artists["mean"] - world.songs["popularity"].mean()).abs()
    return set(off.nlargest(2).index) == {"Mia X", "Chris Goldarg"} and off["Camilo"] > 20


@claim("ex-06", "Kendrick Lamar's songs are 8 below 20 and 23 from 60, and Chris Goldarg's alike")
def spreads(world: World) -> bool:
    lamar = world.songs_by("Kendrick Lamar")
    two_humps = (lamar < 20).sum() == 8 and (lamar >= 60).sum() == 23 == len(lamar) - 8
    sd = world.artists["std"]
    return two_humps and sd["Kendrick Lamar"] > 25 and sd["Chris Goldarg"] < 2


@claim(
    "ex-07",
    "Mia X's typical popularity is near 13, and her own songs vary by half of sigma, or less",
)
def mia_x(world: World) -> bool:
    near = 12.5 < world.no_pooled.mu_j("Mia X").median < 14
    return near and world.artists.loc["Mia X", "std"] < 0.5 * world.no_pooled["sigma"].median


@claim("ex-11", "Bambi's default priors move sigma_mu by less than two tenths, and not by nothing")
def default_priors(world: World) -> bool:
    ours, bambis = (w.hierarchical["sigma_mu"].median for w in (world, world.under("bambi")))
    return 0.05 < abs(bambis - ours) < 0.2


@claim("ex-13", "Beyoncé is predicted higher than a new artist, and with less uncertainty")
def two_predictions(world: World) -> bool:
    her, new = world.hierarchical.predict("Beyoncé"), world.hierarchical.predict_new()
    (low, high), (lowest, highest) = her.interval(0.8), new.interval(0.8)
    return her.median > new.median + 10 and 1.3 * (high - low) < highest - lowest


@claim("ex-14", "8 artists, those between mu and the mean of all songs, are not between the others")
def not_between(world: World) -> bool:
    own, pooled, shrunk = own_pooled_shrunk(world)
    outside = (shrunk - own) * (shrunk - pooled) > 0
    middle = (own > world.hierarchical["mu"].mean) & (own < pooled)
    return outside.sum() == 8 and bool((outside == middle).all())


@claim("ex-14", "25 of 25 songs by Beyoncé are in her interval, 13 of 31 by Kendrick Lamar in his")
def coverage(world: World) -> bool:
    return inside(world, "Beyoncé") == (25, 25) and inside(world, "Kendrick Lamar") == (13, 31)


@claim("ex-15b", "Kingston, with 2 songs, falls below Ocean, with 40")
def places(world: World) -> bool:
    mean, count = world.artists["mean"], world.artists["count"]
    ocean, kingston = (world.hierarchical.mu_j(a).median for a in ("Frank Ocean", "Sean Kingston"))
    counts = (count["Frank Ocean"], count["Sean Kingston"]) == (40, 2)
    return counts and mean["Sean Kingston"] > mean["Frank Ocean"] and kingston < ocean


@claim("ex-16a", "two songs have about 70 % of the weight in an artist's estimate")
def two_songs(world: World) -> bool:
    return 0.65 < weight(world, "Sean Kingston") < 0.75


@claim("ex-17a", "hierarchical estimates vary less than sample means, most where songs are few")
def shares(world: World) -> bool:
    kept = np.array([weight(world, artist) for artist in ("Mia X", "Alok", "Frank Ocean")])
    return bool((np.diff(kept) > 0.02).all() and kept[0] < 0.9 and kept[-1] > 0.95)
