"""The claims of pages and keys hold, and each would fail in another world."""

import numpy as np
import pytest

from course.data import load_running, load_spotify
from course.ledger.claims import World, claims

CLAIMS = claims()
every_claim = pytest.mark.parametrize(
    "claim", CLAIMS, ids=[f"{claim.where}: {claim.holds.__name__}" for claim in CLAIMS]
)


def shuffled(table, column, within=None):
    """A copy of the table in which a column's values have changed places, all or within groups."""
    rng, table = np.random.default_rng(84735), table.copy()
    if within is None:
        table[column] = rng.permutation(table[column].to_numpy())
    else:
        groups = table.groupby(within, observed=True)[column]
        table[column] = groups.transform(lambda values: rng.permutation(values.to_numpy()))
    return table


@pytest.fixture(scope="module")
def worlds():
    """Ours, and what it might have been: other data, other priors."""
    songs, races = load_spotify(columns="all"), load_running()
    mirrored = songs.assign(popularity=100 - songs["popularity"])
    smooth = songs.assign(popularity=50 + (songs["popularity"] - 50) / 10)
    return {
        "ours": World(),
        "songs change artists": World(shuffled(songs, "popularity"), races),
        "popular is unpopular": World(mirrored, races),
        "songs hardly differ": World(smooth, races),
        "no copies": World(songs.drop_duplicates("track_id"), races),
        "times change runners": World(songs, shuffled(races, "net")),
        "times change years": World(songs, shuffled(races.dropna(), "net", "runner")),
        "fewer groups": World(
            songs[songs["artist"] > "Jazzinuf"].assign(
                artist=lambda few: few["artist"].cat.remove_unused_categories()
            ),
            races[races["runner"].astype(int) > 18],
        ),
        "a literal Exp(1)": World(songs, races, "literal"),
    }


@pytest.mark.needs_data
@every_claim
def test_a_claim_holds(worlds, claim):
    assert claim.holds(worlds["ours"]), claim.words


@pytest.mark.needs_data
@every_claim
def test_a_claim_says_something(worlds, claim):
    """In some other world it is false; exam keys are tried with other keys, in test_exam.py."""
    if claim.where.startswith("exam"):
        return
    assert not all(claim.holds(world) for world in worlds.values())
