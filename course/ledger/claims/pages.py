"""What the pages of the book say about the data and the models."""

import numpy as np

from course.exact import Marginal
from course.ledger.claims import claim
from course.ledger.claims.world import World
from course.ledger.published import PLUG_IN_SIGMA_MU, PLUG_IN_SIGMA_Y, numbers

# ------------------------------------------------------------------------------------ errata


@claim("book/errata.md", "a literal Exp(1) prior pulls sigma_mu down by more than two points")
def literal_prior(world: World) -> bool:
    medians = [world.under(name).hierarchical["sigma_mu"].median for name in ("source", "literal")]
    return medians[0] - medians[1] > 2


@claim(
    "book/errata.md", "the root mean square of sigma_mu is a quarter of a point above its median"
)
def root_mean_square(world: World) -> bool:
    sigma_mu = world.hierarchical["sigma_mu"]
    return 0.2 < np.hypot(sigma_mu.mean, sigma_mu.sd) - sigma_mu.median < 0.3


@claim("book/errata.md", "the lecture's shares are those of its own 15.1 and 14.0")
def plug_in(world: World) -> bool:
    share = PLUG_IN_SIGMA_MU**2 / (PLUG_IN_SIGMA_MU**2 + PLUG_IN_SIGMA_Y**2)
    sigma_mu, sigma_y = (world.hierarchical[name] for name in ("sigma_mu", "sigma_y"))
    of_means = sigma_mu.mean**2 / (sigma_mu.mean**2 + sigma_y.mean**2)
    printed = float(numbers()["variance-share-between"].published)
    return abs(share - printed) < 1e-6 and abs(share - of_means) < 0.005


@claim("book/errata.md", "more than a quarter of the rows have no time")
def rows_without_a_time(world: World) -> bool:
    return world.all_races["net"].isna().mean() > 0.25


@claim("book/errata.md", "the pooled slope mixes +1.30 within runners and about -1.0 between them")
def two_slopes(world: World) -> bool:
    races = world.races[["age", "net"]]
    means = races.groupby(world.races["runner"], observed=True).transform("mean")
    within, between, pooled = (
        np.polyfit(table["age"], table["net"], deg=1)[0] for table in (races - means, means, races)
    )
    return round(within, 2) == 1.30 and round(between, 1) == -1.0 and round(pooled, 2) == 0.27


@claim("book/errata.md", "mu is about six points below the mean of all songs, half of it copies")
def towards_what(world: World) -> bool:
    with_copies, without = (
        one.songs["popularity"].mean() - one.hierarchical["mu"].mean
        for one in (world, world.of_tracks)
    )
    return 5.5 < with_copies < 6.5 and 0.4 < without / with_copies < 0.6


@claim("book/errata.md", "without copies sigma_y is 13.1 instead of 14.0, predictions are narrower")
def copies_and_predictions(world: World) -> bool:
    every, tracks = world.hierarchical, world.of_tracks.hierarchical
    medians = [round(one["sigma_y"].median, 1) for one in (every, tracks)]
    return medians == [14.0, 13.1] and width(tracks.predict_new()) < width(every.predict_new())


@claim("book/errata.md", "with copies, artists' means look better known: 5.6 points, not 6.5")
def copies_and_means(world: World) -> bool:
    every, tracks = world.hierarchical, world.of_tracks.hierarchical
    copied = ("Frank Ocean", "Camila Cabello", "Camilo")
    ocean = [round(width(one.mu_j("Frank Ocean")), 1) for one in (every, tracks)]
    narrower = all(width(every.mu_j(name)) < width(tracks.mu_j(name)) for name in copied)
    return narrower and ocean == [5.6, 6.5]


@claim("book/errata.md", "artists' own standard deviations: median 7.9, Goldarg 1.5, Lamar 29.3")
def own_spreads(world: World) -> bool:
    own = world.artists["std"]
    found = [own.median(), own["Chris Goldarg"], own["Kendrick Lamar"]]
    return [round(sd, 1) for sd in found] == [7.9, 1.5, 29.3]


@claim("book/errata.md", "Kendrick Lamar has 43 % of the squared distances from artists' means")
def kendrick_lamar(world: World) -> bool:
    squares = world.artists["std"] ** 2 * (world.artists["count"] - 1)
    return round(squares["Kendrick Lamar"] / squares.sum(), 2) == 0.43


@claim(
    "book/errata.md", "80 % intervals hold more of most artists' songs, and under half of Lamar's"
)
def coverage(world: World) -> bool:
    def inside(artist: str) -> float:
        return world.songs_by(artist).between(*world.hierarchical.predict(artist).interval()).mean()

    held = [inside(artist) for artist in world.artists.index]
    return bool(np.mean(np.array(held) > 0.8) > 0.5) and inside("Kendrick Lamar") < 0.5


@claim(
    "book/errata.md", "the common sigma of no pooling has a posterior mean of 14.0, as sigma_y has"
)
def common_sigma(world: World) -> bool:
    found = [world.no_pooled["sigma"].mean, world.hierarchical["sigma_y"].mean]
    return [round(mean, 1) for mean in found] == [14.0, 14.0]


# ------------------------------------------------------------------------------- other pages


@claim("index.md", "36 runners and 44 artists, a few races and songs each")
def how_many(world: World) -> bool:
    runners = world.races["runner"].value_counts()
    few = world.artists["count"].median() <= 5 and runners.max() <= 7
    return len(runners) == 36 and len(world.artists) == 44 and few


@claim("book/glossary.md", "the intraclass correlation is the share of the variance between groups")
def intraclass_correlation(world: World) -> bool:
    """The share agrees with the analysis of variance, which knows no prior."""
    table, n = world.artists, world.artists["count"]
    within = ((n - 1) * table["std"] ** 2).sum() / (n.sum() - len(n))
    between = (n * (table["mean"] - world.songs["popularity"].mean()) ** 2).sum() / (len(n) - 1)
    size = (n.sum() - (n**2).sum() / n.sum()) / (len(n) - 1)
    anova = (between - within) / (between + (size - 1) * within)
    sigma_mu, sigma_y = (world.hierarchical[name].mean for name in ("sigma_mu", "sigma_y"))
    return abs(anova - sigma_mu**2 / (sigma_mu**2 + sigma_y**2)) < 0.1


@claim("book/r-to-python.md", "ties in the order of the artists are alphabetical")
def order_of_ties(world: World) -> bool:
    table = world.artists.reset_index().astype({"artist": str})
    ordered = table.sort_values(["mean", "artist"], ignore_index=True)
    return list(ordered["artist"]) == list(table["artist"]) and table["mean"].duplicated().any()


@claim("book/teaching.md", "Lil Skies has three songs with a mean of 79, J. Cole twelve with 77")
def two_to_bet_on(world: World) -> bool:
    two = world.artists.loc[["Lil Skies", "J. Cole"]]
    return list(two["count"]) == [3, 12] and list(two["mean"].round()) == [79, 77]


@claim("book/teaching.md", "under R's prior and ours the medians of sigma_mu differ by a tenth")
def two_priors(world: World) -> bool:
    medians = [world.under(name).hierarchical["sigma_mu"].median for name in ("source", "chapter")]
    return round(abs(medians[1] - medians[0]), 1) == 0.1


def width(marginal: Marginal) -> float:
    """The width of the 80 % interval."""
    low, high = marginal.interval(0.8)
    return high - low
