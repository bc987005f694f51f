"""Pictures that return: the three ways to pool, and a row for each artist.

All is drawn with matplotlib, so it looks the same in the book, in JupyterLab and in Colab.
"""

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

POPULATION, GROUP, OBSERVATION, GREY = "#0072B2", "#D55E00", "#009E73", "#555555"
# Heights of the three layers in a diagram of height 1.
TOP, MIDDLE, BOTTOM = 0.84, 0.5, 0.12


def rows(names, xlabel: str) -> Axes:
    """An empty row for each artist, the same in every chapter, to draw in.

    Parameters
    ----------
    names : sequence of str
        The artists from the lowest row to the highest. They are the places on the y axis:
        ``ax.plot(means, names, "o")``.
    xlabel : str
        What is drawn, in points of popularity. A little more than 0 to 100 is in view, because
        models predict that, too.
    """
    _, ax = plt.subplots(figsize=(4.4, 7.8))
    ax.yaxis.update_units(list(names))
    ax.tick_params(axis="y", labelsize=9)
    ax.set(xlim=(-12, 105), ylim=(-0.7, len(names) - 0.3), xlabel=xlabel)
    return ax


def complete_pooling(observations: str = "all race times") -> Figure:
    """One population, straight to all observations: no groups in between."""
    fig, ax = _canvas()
    xs = [0.1 + 0.1 * i for i in range(9)]
    for x in xs:
        _arrow(ax, (0.5, TOP), (x, BOTTOM), POPULATION)
        _node(ax, (x, BOTTOM), "$y$", OBSERVATION)
    _node(ax, (0.5, TOP), "population", POPULATION, wide=True)
    _caption(ax, f"{observations}, in one pool")
    return fig


def no_pooling(
    groups=("runner 1", "runner 2", "runner 36"), observations: str = "race times"
) -> Figure:
    """Every group alone with its own observations: no population above."""
    fig, ax = _canvas(top=0.66)
    _families(ax, groups)
    _caption(ax, f"each group to its own {observations}")
    return fig


def partial_pooling(
    groups=("runner 1", "runner 2", "runner 36"),
    observations: str = "race times",
    population: str = "population",
) -> Figure:
    """A population of groups, each group with its own observations."""
    fig, ax = _canvas()
    for x in _columns(len(groups)):
        _arrow(ax, (0.5, TOP), (x, MIDDLE), POPULATION, gap=21)
    _families(ax, groups)
    _node(ax, (0.5, TOP), population, POPULATION, wide=True)
    _caption(ax, f"the population to its groups, each group to its {observations}")
    return fig


def _canvas(top: float = 0.98):
    fig, ax = plt.subplots(figsize=(5.8, 2.8 * (top + 0.16)))
    ax.set(xlim=(0, 1), ylim=(-0.16, top))
    ax.axis("off")
    return fig, ax


def _columns(count: int) -> list[float]:
    """Where the groups stand; the last stands apart, behind an ellipsis."""
    return [(i + 0.5) / (count + 0.5) for i in range(count - 1)] + [count / (count + 0.5)]


def _families(ax, groups) -> None:
    columns = _columns(len(groups))
    for x, name in zip(columns, groups, strict=True):
        for offset in (-0.09, 0, 0.09):
            _arrow(ax, (x, MIDDLE), (x + offset, BOTTOM), GROUP)
            _node(ax, (x + offset, BOTTOM), "$y$", OBSERVATION)
        _node(ax, (x, MIDDLE), name, GROUP, wide=True)
    ax.text(
        (columns[-2] + columns[-1]) / 2,
        MIDDLE,
        "…",
        ha="center",
        va="center",
        fontsize=18,
        color=GREY,
    )


def _node(ax, position, label, color, wide=False) -> None:
    shape = "round,pad=0.5" if wide else "circle,pad=0.28"
    ax.text(
        *position,
        label,
        ha="center",
        va="center",
        color="white",
        fontsize=10,
        zorder=3,
        bbox={"boxstyle": shape, "facecolor": color, "edgecolor": "white", "linewidth": 1.5},
    )


def _arrow(ax, start, end, color, gap=11) -> None:
    ax.annotate(
        "",
        end,
        start,
        zorder=1,
        arrowprops={
            "arrowstyle": "-|>",
            "color": color,
            "shrinkA": 12,
            "shrinkB": gap,
            "linewidth": 1.2,
        },
    )


def _caption(ax, text) -> None:
    ax.text(0.5, -0.09, text, ha="center", va="center", color=GREY, fontsize=10.5)
