"""What the notes for the debrief say about the data and the models.

They lie here, and not with the claims of pages, because students get the package.
"""

import numpy as np
import pandas as pd

from course import exact
from course.ledger.claims import claim
from course.ledger.claims.activity import inside, own_pooled_shrunk
from course.ledger.claims.world import World

DEBRIEF = "instructors/debrief.md"


@claim(
    DEBRIEF, "11 songs lie in mu's interval in one pool; mu is known to a point, songs differ by 21"
)
def interval_of_mu(world: World) -> bool:
    pooled, songs = world.complete_pooled, world.songs["popularity"]
    low, high = (round(end, 1) for end in pooled["mu"].interval(0.8))
    found = (low, high, songs.between(low, high).sum(), round(pooled["sigma"].median))
    return found == (57.0, 59.8, 11, 21) and 0.8 < pooled["mu"].sd < 1.3


@claim(DEBRIEF, "the interval of complete pooling, 32 to 85, holds 81 % of songs, none of Mia X's")
def one_for_all(world: World) -> bool:
    low, high = world.complete_pooled.predict().interval(0.8)
    share = world.songs["popularity"].between(low, high).mean()
    hers = world.songs_by("Mia X").between(low, high)
    return [round(low), round(high), round(100 * share)] == [32, 85, 81] and not hers.any()


@claim(DEBRIEF, "27 of 44 artists have five songs or fewer, eight have ten or more")
def few_songs(world: World) -> bool:
    count = world.artists["count"]
    return ((count <= 5).sum(), (count >= 10).sum(), len(count)) == (27, 8, 44)


@claim(DEBRIEF, "without pooling Mia X's interval is 18 points wide; her songs' sd is 5.7")
def mia_x(world: World) -> bool:
    low, high = world.no_pooled.mu_j("Mia X").interval(0.8)
    rounded = [round(low), round(high), round(high - low)]
    return rounded == [4, 22, 18] and round(world.artists.loc["Mia X", "std"], 1) == 5.7


@claim(DEBRIEF, "crosses have a standard deviation of 15.9, the means behind them one of 15.0")
def crosses(world: World) -> bool:
    found = world.artists["mean"].std(), world.hierarchical["sigma_mu"].median
    return [round(sd, 1) for sd in found] == [15.9, 15.0]


@claim(DEBRIEF, "a newcomer's interval is 53 points wide, of artists with many songs about 36")
def newcomer(world: World) -> bool:
    low, high = world.hierarchical.predict_new().interval(0.8)
    many = world.artists.index[world.artists["count"] >= 25]
    known = [np.ptp(world.hierarchical.predict(artist).interval(0.8)) for artist in many]
    return round(high - low) == 53 and max(abs(width - 36.4) for width in known) < 0.6


@claim(DEBRIEF, "the eight that are not between the other models have sample means from 52 to 58")
def the_eight(world: World) -> bool:
    own, pooled, shrunk = own_pooled_shrunk(world)
    eight = own[(shrunk - own) * (shrunk - pooled) > 0]
    covered = inside(world, "Beyoncé") == (25, 25) and inside(world, "Kendrick Lamar") == (13, 31)
    return len(eight) == 8 and bool(eight.between(52, 58).all()) and covered


@claim(
    DEBRIEF, "Mia X is pulled by 7 points, Chris Goldarg by 3, David Lee Roth with 3 songs by none"
)
def pulled(world: World) -> bool:
    own, _, shrunk = own_pooled_shrunk(world)
    shift = (shrunk - own)[["Mia X", "Chris Goldarg", "David Lee Roth"]]
    neighbours = list(world.artists.index[:2]) == ["Mia X", "Chris Goldarg"]
    roth = world.artists.loc["David Lee Roth", "count"] == 3
    return neighbours and roth and list(shift.round()) == [7, 3, 0]


@claim(
    DEBRIEF,
    "Kingston is 3 points above Ocean and falls by 6; with 40 songs 72.6, Ocean with 2 64.5",
)
def change_places(world: World) -> bool:
    own, _, shrunk = own_pooled_shrunk(world)
    mu, sigma_mu, sigma_y = (
        round(world.hierarchical[name].median, 1) for name in ("mu", "sigma_mu", "sigma_y")
    )

    def land(artist: str, n: int) -> float:
        share = n * sigma_mu**2 / (sigma_y**2 + n * sigma_mu**2)
        return round(mu + share * (own[artist] - mu), 1)

    kingston, ocean = "Sean Kingston", "Frank Ocean"
    found = round(own[kingston] - own[ocean]), round(own[kingston] - shrunk[kingston])
    return found == (3, 6) and (land(kingston, 40), land(ocean, 2)) == (72.6, 64.5)


@claim(DEBRIEF, "Goldarg's ten songs lie between 14 and 19, and the model's mean above all of them")
def goldarg(world: World) -> bool:
    songs = world.songs_by("Chris Goldarg")
    found = (len(songs), songs.min(), songs.max())
    return found == (10, 14, 19) and world.hierarchical.mu_j("Chris Goldarg").mean > songs.max()


# ------------------------------------------------------------------- questions for the board


def differences(songs: pd.Series) -> np.ndarray:
    """How far apart any two of the songs are."""
    values = songs.to_numpy()
    return np.abs(values[:, None] - values)[np.triu_indices(len(values), k=1)]


@claim(DEBRIEF, "two songs are 14 points apart if by one artist, 23 if by two")
def two_songs(world: World) -> bool:
    same = np.concatenate([differences(world.songs_by(artist)) for artist in world.artists.index])
    every = differences(world.songs["popularity"])
    other = (every.sum() - same.sum()) / (len(every) - len(same))
    return (round(same.mean()), round(other)) == (14, 23)


@claim(DEBRIEF, "7 of the sample means lie in the interval of mu, 49 to 56")
def means_in_the_interval(world: World) -> bool:
    low, high = world.hierarchical["mu"].interval(0.8)
    within = world.artists["mean"].between(low, high).sum()
    return (round(low), round(high), within) == (49, 56, 7)


@claim(DEBRIEF, "Liar is in 8 rows; 53 tracks with copies have a mean of 66, the others one of 51")
def copies(world: World) -> bool:
    rows = world.songs.groupby(["artist", "title", "track_id"], observed=True)["popularity"]
    table = rows.agg(["size", "mean"]).reset_index()
    most, copied = table.loc[table["size"].idxmax()], table["size"] > 1
    found = (most["artist"], most["title"], most["size"], copied.sum())
    means = [round(table["mean"][who].mean()) for who in (copied, ~copied)]
    return found == ("Camila Cabello", "Liar", 8, 53) and means == [66, 51]


@claim(DEBRIEF, "HUMBLE. is three tracks, with 84, 12 and 7")
def editions(world: World) -> bool:
    humble = world.of_tracks.songs.query("title == 'HUMBLE.' and artist == 'Kendrick Lamar'")
    return sorted(humble["popularity"]) == [7, 12, 84]


@claim(DEBRIEF, "nine tenths of the weight from 8 songs on, and of runners from 2 races on")
def nine_tenths(world: World) -> bool:
    times = world.races["net"]
    runners = exact.hierarchical(
        times, world.races["runner"], exact.hierarchical_priors(times, "chapter")
    )
    needed = [
        np.ceil(9 * (one["sigma_y"].median / one["sigma_mu"].median) ** 2)
        for one in (world.hierarchical, runners)
    ]
    return needed == [8, 2]


@claim(DEBRIEF, "Mia X below 0: 9 %; Camilo above 100: 7 %")
def beyond_the_scale(world: World) -> bool:
    below = world.hierarchical.predict("Mia X").cdf(0)
    above = 1 - world.hierarchical.predict("Camilo").cdf(100)
    return (round(100 * below), round(100 * above)) == (9, 7)


@claim(DEBRIEF, "Ocean's mean is above Kingston's with 62 %")
def a_ranking(world: World) -> bool:
    two = ["Frank Ocean", "Sean Kingston"]
    means = world.hierarchical.draws(20_000, 84735, names=["mu_j"], labels=two)["mu_j"]
    share = (means.sel(group=two[0]) > means.sel(group=two[1])).mean().item()
    return round(share, 2) == 0.62


@claim(DEBRIEF, "a newcomer's mean is above 75 with 7 %, a song of theirs with 14 %")
def a_newcomer(world: World) -> bool:
    model = world.hierarchical
    above = [1 - one.cdf(75) for one in (model.mu_new(), model.predict_new())]
    return [round(100 * p) for p in above] == [7, 14]


@claim(
    DEBRIEF, "a literal Exp(1) gives sigma_mu 12.6, Bambi's priors move it by less than two tenths"
)
def other_priors(world: World) -> bool:
    found = [world.under(name).hierarchical["sigma_mu"].median for name in ("literal", "bambi")]
    near = abs(found[1] - world.hierarchical["sigma_mu"].median) < 0.2
    return round(found[0], 1) == 12.6 and near
