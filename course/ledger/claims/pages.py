"""What the pages of the book say about the data and the models."""

from course.ledger.claims import claim
from course.ledger.claims.world import World


@claim("book/errata.md", "dropping copies narrows predictions and widens what is known of a mean")
def copies(world: World) -> bool:
    all_rows, tracks = world.hierarchical, world.of_tracks.hierarchical
    return width(tracks.predict_new()) < width(all_rows.predict_new()) and all(
        width(tracks.mu_j(artist)) > width(all_rows.mu_j(artist))
        for artist in ("Frank Ocean", "Camila Cabello", "Camilo")
    )


def width(marginal) -> float:
    """The width of the 80 % interval."""
    low, high = marginal.interval(0.8)
    return high - low
