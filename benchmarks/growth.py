"""How time and memory grow with the number of artists: Bambi, and the exact posterior.

Simulated data, 8 songs an artist, with the means and standard deviations of the real songs.
Each size is a process of its own: ``python -m benchmarks.growth WAY ARTISTS DRAWS``.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
from tqdm import tqdm

from benchmarks import process
from benchmarks.contest import RESULTS, use_two_cores
from course.fitting.settings import SEED
from course.paths import PROJECT

SONGS_EACH = 8
MU, SIGMA_Y, SIGMA_MU = 52.0, 14.0, 15.0
SHOWN_ARTISTS = 100
#: Number of artists, and draws a chain: Bambi keeps every artist's mean of every draw.
SIZES = {44: 5_000, 1_000: 5_000, 10_000: 1_000, 100_000: 100}
SECONDS_ALLOWED = 400.0
SHARE_OF_MEMORY = 0.6
COLUMNS = ("way", "artists", "draws", "status", "seconds", "total", "peak_gib")


def songs(artists: int) -> pd.DataFrame:
    """Simulated songs: columns artist (a categorical) and popularity, 8 rows an artist."""
    rng = np.random.default_rng(SEED)
    means = rng.normal(MU, SIGMA_MU, artists)
    codes = np.repeat(np.arange(artists), SONGS_EACH)
    names = [f"artist {i}" for i in range(artists)]
    return pd.DataFrame(
        {
            "artist": pd.Categorical.from_codes(codes, names),
            "popularity": rng.normal(means[codes], SIGMA_Y),
        }
    )


def by_bambi(data: pd.DataFrame, draws: int, low_rank: bool = True) -> None:
    """Fit the hierarchical model with this book's settings, and print mu and the two sds.

    low_rank: the book's adaptation; without it, nutpie's default.
    """
    import arviz as az

    from course.fitting.models import bambi_model
    from course.fitting.settings import FIT, fit_settings

    settings = fit_settings("hierarchical") if low_rank else FIT
    settings = settings | {"draws": draws, "progressbar": False}
    results = bambi_model("hierarchical", songs=data).fit(**settings)
    print(az.summary(results, var_names=["Intercept", "sigma", "1|artist_sigma"]).to_string())


def by_integration(data: pd.DataFrame, draws: int) -> None:
    """The exact posterior of mu, the two sds and 100 artists, from counts, means and one sum."""
    from course import exact

    groups = data.groupby("artist", observed=True)["popularity"]
    within = float(((data["popularity"] - groups.transform("mean")) ** 2).sum())
    post = exact.hierarchical_from_summary(
        groups.size(),
        groups.mean(),
        within,
        data["artist"].cat.categories,
        exact.hierarchical_priors(data["popularity"], "chapter"),
    )
    for name in ("mu", "sigma_y", "sigma_mu"):
        print(name, post[name])
    shown = post.labels[:: max(1, len(post.labels) // SHOWN_ARTISTS)][:SHOWN_ARTISTS]
    print(post.summary("mu_j", labels=shown).head().to_string())


WAYS: dict[str, Callable] = {
    "Bambi, this book": by_bambi,
    "Bambi, nutpie default": partial(by_bambi, low_rank=False),
    "exact": by_integration,
}


def measure(
    sizes: dict[int, int] | None = None,
    results: Path = RESULTS,
    seconds_allowed: float = SECONDS_ALLOWED,
) -> pd.DataFrame:
    """Measure all sizes; returns what it writes to ``growth.csv``, one row a process.

    `seconds` is from data to table, `total` includes starting Python and the simulation. A process
    that takes too long or too much memory is ended, and its row says so.
    """
    import psutil

    use_two_cores()
    results.mkdir(parents=True, exist_ok=True)
    allowed = SHARE_OF_MEMORY * psutil.virtual_memory().total / process.GIB
    rows = []
    for artists, draws in tqdm((sizes or SIZES).items(), unit="size"):
        for way in WAYS:
            done = process.run_and_measure(
                [sys.executable, "-m", "benchmarks.growth", way, str(artists), str(draws)],
                os.environ | {"PYTHONPATH": str(PROJECT), "PYTHONUTF8": "1"},
                PROJECT,
                seconds_allowed,
                allowed,
            )
            row = {
                "way": way,
                "artists": artists,
                "draws": None if way == "exact" else draws,
                "status": "ok",
                "total": done.seconds,
                "peak_gib": done.peak_gib,
            }
            last = (done.output.strip().splitlines() or ["no output"])[-1]
            if done.stopped or done.code:
                row["status"] = done.stopped or f"failed: {last}"
            else:
                row["seconds"] = json.loads(last)
            rows.append(row)
            pd.DataFrame(rows, columns=list(COLUMNS)).to_csv(
                results / "growth.csv", index=False, float_format="%.6g"
            )
    return pd.DataFrame(rows, columns=list(COLUMNS))


def main(way: str, artists: str, draws: str) -> None:
    """Simulate, go one way, and print the seconds last."""
    data = songs(int(artists))
    start = time.perf_counter()
    WAYS[way](data, int(draws))
    print(time.perf_counter() - start)


if __name__ == "__main__":
    main(*sys.argv[1:])
