"""The two figures of the benchmark's page."""

from pathlib import Path

import matplotlib
import pandas as pd

matplotlib.use("Agg")
import matplotlib.pyplot as plt

from benchmarks.contestants import CONTESTANTS
from benchmarks.page_tables import measured, per_second
from course.fitting.models import MODELS


def draw(runs: pd.DataFrame, growth: pd.DataFrame, results: Path) -> None:
    """Write ``speed.svg`` and ``growth.svg``."""
    with plt.style.context("course.book"):
        for name, figure in {"speed": speed(runs), "growth": growing(growth)}.items():
            figure.savefig(results / f"{name}.svg", metadata={"Date": None})
            plt.close(figure)


def speed(runs: pd.DataFrame):
    """Effective samples a second of each contestant at each model, on a log axis."""
    rates = per_second(measured(runs)).dropna()
    rates = rates.drop("filled", level="cache", errors="ignore").sort_index()
    names = [name for name in CONTESTANTS if name in rates.index.get_level_values("contestant")]
    fig, ax = plt.subplots(figsize=(5.8, 1.2 + 0.42 * len(names)))
    for marker, (model, title) in zip("osD^", MODELS.items(), strict=True):
        at = [
            (rates[name, model].iloc[0], names.index(name))
            for name in names
            if (name, model) in rates.index
        ]
        ax.plot(*zip(*at, strict=True), marker, label=title, markersize=7, clip_on=False)
    ax.set(
        xscale="log",
        xlabel="effective samples a second, second fit (log scale)",
        yticks=range(len(names)),
        yticklabels=[CONTESTANTS[name].title for name in names],
    )
    ax.invert_yaxis()
    fig.legend(loc="outside upper center", ncols=2)
    return fig


def growing(growth: pd.DataFrame):
    """Seconds and memory by the number of artists, both on log axes; crosses mark failures."""
    fig, axes = plt.subplots(1, 2, figsize=(5.8, 3.9))
    for ax, column, label in zip(
        axes, ("seconds", "peak_gib"), ("seconds, data to table", "memory, GiB"), strict=True
    ):
        for way, rows in growth.groupby("way", sort=False):
            done = rows[rows["status"] == "ok"]
            (line,) = ax.plot(done["artists"], done[column], "o-", label=way)
            stopped = rows[rows["status"] != "ok"]
            where = "total" if column == "seconds" else column
            ax.plot(
                stopped["artists"],
                stopped[where],
                "x",
                color=line.get_color(),
                markersize=9,
                markeredgewidth=2,
                label=f"{way}: stopped" if len(stopped) else None,
            )
        ax.set(xscale="log", yscale="log", xlabel="artists", title=label)
    fig.legend(*axes[0].get_legend_handles_labels(), loc="outside upper center", ncols=2)
    return fig
