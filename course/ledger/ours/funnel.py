"""Chapter beyond/06: standard deviations between artists, from few songs each."""

from course import exact
from course.ledger.claims.world import World
from course.ledger.ours import Chapter

chapter = Chapter("beyond/06-funnel")


def posterior(world: World, column: str, songs: int) -> exact.Hierarchical:
    """The exact posterior of a column, from the chapter's choice of `songs` tracks an artist."""
    tracks = world.of_tracks.songs
    few = tracks.sample(frac=1, random_state=84735).groupby("artist", observed=True).head(songs)
    scale = tracks[column].std()
    spread = exact.Exponential(1 / scale)
    priors = exact.HierarchicalPriors(
        mu=exact.Normal(tracks[column].mean(), 2.5 * scale), sigma_y=spread, sigma_mu=spread
    )
    return exact.hierarchical(few[column], few["artist"], priors)


@chapter.number("funnel-popularity-two", "sigma_mu of popularity, two songs, mean", 0.5, "mean")
def popularity_mean(world: World) -> float:
    return posterior(world, "popularity", 2)["sigma_mu"].mean


@chapter.number("funnel-popularity-two-q10", "the same, 10 % quantile", 0.5, "q10")
def popularity_low(world: World) -> float:
    return float(posterior(world, "popularity", 2)["sigma_mu"].quantile(0.1))


@chapter.number("funnel-one-song", "probability that artists differ more than songs", 0.02)
def one_song(world: World) -> float:
    """One half, by symmetry: with one song each, the two sds may be exchanged."""
    return 0.5


@chapter.number("funnel-tempo-two", "sigma_mu of tempo, two songs, mean", 0.5, "mean")
def tempo_mean(world: World) -> float:
    return posterior(world, "tempo", 2)["sigma_mu"].mean


@chapter.number("funnel-tempo-two-q10", "sigma_mu of tempo, two songs, 10 % quantile", 0.5, "q10")
def tempo_low(world: World) -> float:
    return float(posterior(world, "tempo", 2)["sigma_mu"].quantile(0.1))


@chapter.number(
    "funnel-acousticness-three-q10", "sigma_mu of acousticness, three songs, 10 %", 1, "q10"
)
def acousticness_low(world: World) -> float:
    return float(posterior(world, "acousticness", 3)["sigma_mu"].quantile(0.1))
