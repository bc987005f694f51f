"""Judge a plot by what is drawn in it: does it show the data that it should show?

Many plots are good plots, so this asks for little: a histogram whose bars fit the data, a density
or distribution curve of the data, the data's points, or boxes and violins with their extent.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
from scipy import stats

from course.judging import reference
from course.judging.questions import Plot
from course.judging.verdict import Verdict, correct, wrong

#: Of all data: may fall into another bar than numpy's histogram puts it (rounded edges).
MISPLACED = 0.1
#: Correlation of a curve with the density of the data (smoothed more or less), and with their
#: cumulative distribution, which every increasing curve resembles somewhat.
DENSITY_CORRELATION, CUMULATIVE_CORRELATION = 0.9, 0.985
#: Artists that a plot by artist must tell apart.
FEWEST_ARTISTS = 10


def judge_plot(name: str, question: Plot, value: Any) -> Verdict:
    """Right if some panel, or all of them together, show the data that were asked for."""
    panels = list(_panels(value))
    if not any(panel["marks"] for panel in panels):
        return wrong(name, "Nothing is drawn. Assign what the plotting function returns.")
    songs = reference.songs()["popularity"].to_numpy()
    means = reference.sample_means().to_numpy()
    match question.of:
        case "songs":
            if _shows(panels, songs):
                return correct(name)
            if _shows(panels, means):
                return wrong(name, "This shows the means of the 44 artists, not the 350 songs.")
            return wrong(
                name, "This does not show how the popularity of the 350 songs is distributed."
            )
        case "means":
            if _shows(panels, means):
                return correct(name)
            if _shows(panels, songs):
                return wrong(name, "This shows the 350 songs, not the means of the 44 artists.")
            return wrong(name, "This does not show how the 44 artist means are distributed.")
        case "by artist":
            if _by_artist(panels, songs):
                return correct(name)
            if _shows(panels, songs):
                return wrong(name, "This shows all songs together: tell the artists apart.")
            return wrong(name, "This does not show the songs of each artist.")
    raise ValueError(f"There is no rule for a plot of {question.of!r}.")


# ------------------------------------------------------------------------------- reading the JSON


def _panels(value: Any) -> Iterator[dict]:
    """Panels with their texts and marks as arrays; whatever has another shape is left out."""
    panels = value.get("panels") if isinstance(value, dict) else None
    for panel in panels[:100] if isinstance(panels, list) else []:
        if not isinstance(panel, dict):
            continue
        ticks = panel.get("ticks")
        texts = [
            text
            for text in [panel.get("title"), *(ticks if isinstance(ticks, list) else [])]
            if isinstance(text, str)
        ]
        marks = panel.get("marks")
        read = [_mark(mark) for mark in (marks[:1_000] if isinstance(marks, list) else [])]
        yield {"texts": texts, "marks": [mark for mark in read if mark]}


def _mark(mark: Any) -> dict | None:
    if not isinstance(mark, dict):
        return None
    if mark.get("kind") == "bars":
        edges, heights = _numbers(mark.get("edges"), 2), _numbers(mark.get("heights"), 1)
        if edges is None or heights is None or edges.shape != (len(heights), 2):
            return None
        return {"kind": "bars", "edges": edges, "heights": heights}
    x, y = _numbers(mark.get("x"), 1), _numbers(mark.get("y"), 1)
    if x is None or y is None or x.shape != y.shape or mark.get("kind") not in SHOWS:
        return None
    return {"kind": mark["kind"], "x": x, "y": y}


def _numbers(values: Any, ndim: int) -> np.ndarray | None:
    if not isinstance(values, list) or not 0 < len(values) <= 2_000:
        return None
    try:
        array = np.array(values)
    except ValueError:  # rows of different lengths
        return None
    if array.ndim != ndim or array.dtype.kind not in "if" or not np.all(np.abs(array) < 1e100):
        return None
    return array.astype(float)


# --------------------------------------------------------------------------- what a mark can show


def _shows(panels: list[dict], data: np.ndarray) -> bool:
    """Does a mark, or do all points together, show how the data are distributed?"""
    marks = [mark for panel in panels for mark in panel["marks"]]
    return any(SHOWS[mark["kind"]](mark, data) for mark in marks) or _all_points(marks, data)


def _histogram(mark: dict, data: np.ndarray) -> bool:
    """Bars whose heights are counts, shares or densities of the data between their edges."""
    edges, heights = mark["edges"], mark["heights"]
    order = np.argsort(edges[:, 0], kind="stable")
    edges, heights = edges[order], heights[order]
    widths = edges[:, 1] - edges[:, 0]
    if heights.sum() <= 0 or len(heights) < 4 or widths.min() <= 0:
        return False
    bounds = np.append(edges[:, 0], edges[-1, 1])
    if np.any(np.diff(bounds) < 0.5 * widths):  # bars on top of each other
        return False
    # bars may be drawn narrower than their bins
    counts = np.histogram(data, bounds - 1e-5 * np.append(np.ones(len(widths)), -1))[0]
    if counts.sum() < (1 - MISPLACED) * len(data):
        return False
    if np.all(np.diff(heights) >= 0):  # a cumulative histogram
        heights = np.diff(heights, prepend=0.0)
    return any(
        np.abs(drawn / drawn.sum() - counts / len(data)).sum() <= 2 * MISPLACED
        for drawn in (heights, heights * widths)
    )


def _curve(mark: dict, data: np.ndarray) -> bool:
    """A density or a cumulative distribution of the data, or points on a quantile plot."""
    for x, y in ((mark["x"], mark["y"]), (mark["y"], mark["x"])):
        if len(x) < 20 or np.ptp(y) == 0 or np.ptp(x) == 0:
            continue
        if not (x.min() <= np.quantile(data, 0.05) and x.max() >= np.quantile(data, 0.95)):
            continue
        cumulative = np.searchsorted(np.sort(data), x, side="right") / len(data)
        shapes = (
            (stats.gaussian_kde(data)(x), DENSITY_CORRELATION),
            (cumulative, CUMULATIVE_CORRELATION),
        )
        if any(
            np.ptp(shape) > 0 and np.corrcoef(shape, y)[0, 1] >= least for shape, least in shapes
        ):
            return True
    return _box(mark, data) or _points(mark, data)


def _box(mark: dict, data: np.ndarray) -> bool:
    """A rectangle from the lower to the upper quartile."""
    quartiles = np.quantile(data, [0.25, 0.75])
    x, y = mark["x"], mark["y"]
    return 5 <= len(x) <= 12 and any(
        np.allclose([v.min(), v.max()], quartiles, atol=0.6) for v in (x, y)
    )


def _outline(mark: dict, data: np.ndarray) -> bool:
    """A filled density, a stepped histogram, a violin, or a box from quartile to quartile."""
    if _box(mark, data):
        return True
    for x, y in ((mark["x"], mark["y"]), (mark["y"], mark["x"])):
        if len(x) < 20 or np.ptp(y) == 0:
            continue
        covers = x.min() <= np.quantile(data, 0.05) and x.max() >= np.quantile(data, 0.95)
        if not covers:
            continue
        # the extent across the area, at each place along it, follows the density
        places = np.linspace(max(x.min(), data.min()), min(x.max(), data.max()), 25)
        cells = np.digitize(x, places)
        across = np.array(
            [
                np.ptp(np.append(y[cells == cell], y.min() if y.min() >= 0 else 0))
                if np.any(cells == cell)
                else np.nan
                for cell in range(1, 25)
            ]
        )
        density = stats.gaussian_kde(data)((places[1:] + places[:-1]) / 2)
        known = np.isfinite(across)
        if (
            known.sum() >= 6
            and np.ptp(across[known]) > 0
            and np.corrcoef(across[known], density[known])[0, 1] >= 0.75
        ):
            return True
    return False


def _points(mark: dict, data: np.ndarray) -> bool:
    """All of the data, exactly, along one of the axes."""
    return any(
        len(values) == len(data) and np.allclose(np.sort(values), np.sort(data), atol=0.01)
        for values in (mark["x"], mark["y"])
    )


def _all_points(marks: list[dict], data: np.ndarray) -> bool:
    points = [mark for mark in marks if mark["kind"] == "points"]
    if not points:
        return False
    together = {axis: np.concatenate([mark[axis] for mark in points]) for axis in ("x", "y")}
    return _points(together, data)


SHOWS = {"bars": _histogram, "curve": _curve, "outline": _outline, "points": _points}


def _by_artist(panels: list[dict], songs: np.ndarray) -> bool:
    """Are the songs drawn, and several artists told apart: by panel, place, or line?"""
    labels = set(reference.artists())
    texts = {text.rpartition("= ")[2] for panel in panels for text in panel["texts"]}
    marks = [mark for panel in panels for mark in panel["marks"]]
    spans = [(mark["x"], mark["y"]) for mark in marks if mark["kind"] != "bars"]
    spans += [(mark["edges"].ravel(), mark["heights"]) for mark in marks if mark["kind"] == "bars"]
    low, high = np.quantile(songs, [0.1, 0.9])
    if not any(_spans([part[axis] for part in spans], low, high) for axis in (0, 1)):
        return False
    curves = sum(mark["kind"] in ("curve", "outline") and len(mark["x"]) >= 20 for mark in marks)
    return (
        len(labels & texts) >= FEWEST_ARTISTS
        or curves >= FEWEST_ARTISTS
        or (_all_points(marks, songs) and len(panels) >= FEWEST_ARTISTS)
    )


def _spans(parts: list[np.ndarray], low: float, high: float) -> bool:
    """Do the marks together reach over most of the data's range, and not far beyond it?"""
    if not parts:
        return False
    values = np.concatenate(parts)
    return bool(values.min() <= low and values.max() >= high and values.max() <= 200)
