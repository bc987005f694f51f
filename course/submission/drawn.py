"""What is drawn in a plot, as plain JSON: the marks of each panel, and its labels.

Reads matplotlib objects, and what seaborn, pandas and ArviZ return for them. A panel is

    {"titles": ["..."], "xlabel": "popularity", "ylabel": "Count", "ticks": ["Mia X", ...],
     "xticks": [...], "yticks": [...],
     "marks": [{"kind": "bars", "along": "x", "edges": [[0, 5], ...], "heights": [3, ...]},
               {"kind": "curve" | "outline" | "points", "x": [...], "y": [...]},
               {"kind": "mesh", "rows": [...], "columns": [...]}]}

Bars have left and right edges, and heights in whatever unit was drawn; an outline is the border
of an area, such as a filled density, a violin or a box; of a mesh of fields, as in a heatmap, there
are the sums over its rows and columns. Long curves are thinned evenly. `ticks` are the labels of
both axes and of the legend.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

MOST_PANELS = 60
MOST_MARKS = 800  # in a panel; 44 box plots have 7 marks each
MOST_VERTICES = 1_000  # of a mark
MOST_BARS = 3_000  # in a panel; 44 artists in 20 places
MOST_LABELS = 100


def drawn(plot: Any) -> dict | None:
    """The panels of a plot, or None if `plot` is not one."""
    axes = _axes_of(plot)
    if axes is None:
        return None
    return {"panels": [_panel(ax) for ax in axes[:MOST_PANELS]]}


def _axes_of(plot: Any, depth: int = 0) -> list | None:
    """All matplotlib Axes of a figure, an axes, an artist, a grid, or a container of those."""
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, SubFigure

    if isinstance(plot, Axes):
        return [plot]
    if isinstance(plot, (Figure, SubFigure)):
        return list(plot.axes)
    if isinstance(plot, Artist):
        return [plot.axes] if isinstance(plot.axes, Axes) else None
    if depth > 2:
        return None
    if isinstance(plot, np.ndarray) and plot.dtype == object:
        plot = list(plot.ravel())
    elif isinstance(plot, dict):
        plot = list(plot.values())
    if isinstance(plot, (list, tuple)):  # an array of Axes, or what `ax.hist` returns
        found = [_axes_of(part, depth + 1) for part in plot[:MOST_PANELS]]
        axes = [ax for part in found if part for ax in part]
        return list(dict.fromkeys(axes)) or None
    module = type(plot).__module__.split(".")[0]
    if module == "seaborn" and hasattr(plot, "plot") and not hasattr(plot, "figure"):
        plot = plot.plot()  # a seaborn.objects.Plot draws when asked to
    if module == "arviz_plots" and hasattr(plot, "viz"):
        return _axes_of(plot.viz["figure"].values.item(), depth + 1)
    figure = getattr(plot, "figure", None) or getattr(plot, "_figure", None)
    return list(figure.axes) if isinstance(figure, (Figure, SubFigure)) else None


def _panel(ax: Any) -> dict:
    marks: list[dict] = []
    for mark in _marks(ax):
        if len(marks) == MOST_MARKS:
            break
        marks.append(mark)
    labels = {
        axis: [label.get_text()[:100] for label in getattr(ax, f"{axis}axis").get_ticklabels()]
        for axis in "xy"
    }
    legends = [found for found in (ax.get_legend(), *ax.figure.legends) if found]
    names = [text.get_text()[:100] for legend in legends for text in legend.get_texts()]
    kept = {axis: [text for text in found if text][:MOST_LABELS] for axis, found in labels.items()}
    return {
        "titles": [
            title[:200] for place in ("left", "center", "right") if (title := ax.get_title(place))
        ],
        "xlabel": ax.get_xlabel()[:200],
        "ylabel": ax.get_ylabel()[:200],
        "marks": marks,
        "xticks": kept["x"],
        "yticks": kept["y"],
        "ticks": kept["x"] + kept["y"] + [name for name in names if name][:MOST_LABELS],
    }


def _marks(ax: Any) -> Iterator[dict]:
    from matplotlib.collections import (
        LineCollection,
        PatchCollection,
        PathCollection,
        PolyCollection,
        QuadMesh,
    )
    from matplotlib.patches import PathPatch, Polygon, Rectangle

    rectangles = [patch for patch in ax.patches if isinstance(patch, Rectangle)]
    yield from _bars([patch.get_bbox().extents for patch in rectangles])
    for patch in ax.patches:
        if isinstance(patch, (PathPatch, Polygon)):
            yield _vertices("outline", patch.get_path().vertices)
    for image in ax.images:
        yield from _mesh(image.get_array())
    for line in ax.lines:
        if line.get_transform().contains_branch(ax.transData):
            joined = line.get_linestyle() not in ("None", "none", " ", "")
            yield _vertices("curve" if joined else "points", line.get_xydata())
    for collection in ax.collections:
        if isinstance(collection, QuadMesh):
            yield from _mesh(collection.get_array())
        elif isinstance(collection, PathCollection):
            yield _vertices("points", np.asarray(collection.get_offsets(), dtype=float))
        elif isinstance(collection, LineCollection):  # a rug: one short line a value
            segments = collection.get_segments()[:MOST_VERTICES]
            yield _vertices("points", [segment[0] for segment in segments if len(segment)])
        elif isinstance(collection, (PolyCollection, PatchCollection)):
            paths = collection.get_paths()[:MOST_PANELS]
            for path in paths:
                yield _vertices("outline", path.vertices)
            if isinstance(collection, PatchCollection):  # bars of seaborn.objects
                yield from _bars([path.get_extents().extents for path in paths])


def _mesh(fields: Any) -> Iterator[dict]:
    """The sums over the rows and the columns of a heatmap's fields."""
    fields = np.nan_to_num(np.ma.filled(np.ma.asarray(fields, dtype=float), 0.0))
    if fields.ndim == 2 and max(fields.shape) <= MOST_VERTICES:
        sums = {"rows": fields.sum(axis=1), "columns": fields.sum(axis=0)}
        yield {"kind": "mesh"} | {key: np.round(each, 6).tolist() for key, each in sums.items()}


def _bars(extents: Iterable[Any]) -> Iterator[dict]:
    """Histograms: bars that stand on the horizontal axis, or lie against the vertical one."""
    boxes = np.array(list(extents), dtype=float)
    boxes = boxes[np.isfinite(boxes).all(axis=1)][:MOST_BARS] if boxes.size else boxes
    if not len(boxes):
        return
    left, bottom, right, top = np.round(boxes, 6).T
    along = "x" if np.ptp(left) >= np.ptp(bottom) else "y"
    start, end = (left, right) if along == "x" else (bottom, top)
    heights = top - bottom if along == "x" else right - left
    yield {
        "kind": "bars",
        "along": along,
        "heights": np.abs(heights).tolist(),
        "edges": np.column_stack([start, end]).tolist(),
    }


def _vertices(kind: str, xy: Any) -> dict:
    xy = np.ma.filled(np.ma.asarray(xy, dtype=float), np.nan).reshape(-1, 2)
    xy = xy[np.isfinite(xy).all(axis=1)]
    xy = np.round(xy[:: -(-len(xy) // MOST_VERTICES) or 1], 6)
    return {"kind": kind, "x": xy[:, 0].tolist(), "y": xy[:, 1].tolist()}
