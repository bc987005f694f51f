"""Judge a plot by what is drawn in it: does it show the data that it should show?

Many plots are good plots, so this asks for little: a histogram whose bars fit the data, a density
or distribution curve of the data, the data's points, or boxes and violins with their extent. But
each must follow the data themselves: a bell that somebody drew, or names beside a line, show none.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np

from course.judging import mistakes, reference
from course.judging.judged_data import cached
from course.judging.questions import Plot
from course.judging.verdict import Verdict, correct, wrong

#: Of all data: may fall into another bar than numpy's histogram puts it (rounded edges).
MISPLACED = 0.1
#: Correlation of a curve with a density estimate of the data, of the bandwidth that suits it best;
#: with their cumulative distribution; and of areas with a density, which are read coarsely.
DENSITY_CORRELATION, CUMULATIVE_CORRELATION, AREA_CORRELATION = 0.998, 0.998, 0.75
#: Of density estimates, in units of the one that a curve's variance implies, or of Scott's rule.
BANDWIDTHS = (1.0, 0.95, 1.05, 0.85, 1.15, 0.7, 1.4, 0.5, 2.0, 0.3)
FEW_BANDWIDTHS = (1.0, 0.95, 1.05, 0.5, 2.0)  # for each of many artists
#: Artists that a plot by artist must tell apart: as many have ten songs or more.
FEWEST_ARTISTS = 8


def judge_plot(name: str, question: Plot, value: Any) -> Verdict:
    """Right if some panel, or all of them together, show the data that were asked for."""
    panels = list(_panels(value))
    if not any(panel["marks"] for panel in panels):
        return wrong(name, "Nothing is drawn. Assign what the plotting function returns.")
    songs = reference.songs()["popularity"].to_numpy(dtype=float)
    means = reference.sample_means().to_numpy()
    found: mistakes.Mistake | None = None
    match question.of:
        case "songs":
            if _shows(panels, songs):
                return correct(name)
            if _shows(panels, means):
                found = mistakes.MEANS_FOR_SONGS
            elif _row_by_row(panels):
                found = mistakes.ROW_BY_ROW
            said = "This does not show how the popularity of the songs is distributed."
        case "means":
            if _shows(panels, means):
                return correct(name)
            if _shows(panels, songs):
                found = mistakes.SONGS_FOR_MEANS
            said = "This does not show how the artists' means are distributed."
        case "by artist":
            shown = _artists_shown(panels)
            if shown >= FEWEST_ARTISTS:
                return correct(name)
            if _shows(panels, songs):
                found = mistakes.ALL_TOGETHER
            elif _means_alone(panels, means):
                found = mistakes.MEANS_ALONE
            elif shown > 1:
                found = mistakes.SOME_ARTISTS
            said = "This does not show the songs of each artist."
        case _:
            raise ValueError(f"There is no rule for a plot of {question.of!r}.")
    return wrong(name, found.sentence, found.name) if found else wrong(name, said)


# ------------------------------------------------------------------------------- reading the JSON


def _panels(value: Any) -> Iterator[dict]:
    """Panels with their texts and marks as arrays; whatever has another shape is left out."""
    panels = value.get("panels") if isinstance(value, dict) else None
    for panel in panels[:100] if isinstance(panels, list) else []:
        if not isinstance(panel, dict):
            continue
        titles = _texts(panel.get("titles")) or _texts([panel.get("title")])
        marks = panel.get("marks")
        read = [_mark(mark) for mark in (marks[:1_000] if isinstance(marks, list) else [])]
        yield {
            "titles": [re.split(r"[=|]", title)[-1].strip() for title in titles],
            "ticks": _texts(panel.get("ticks")),
            "places": {axis: _texts(panel.get(f"{axis}ticks")) for axis in "xy"},
            "marks": [mark for mark in read if mark],
        }


def _texts(texts: Any) -> list[str]:
    return [t for t in texts if isinstance(t, str) and t] if isinstance(texts, list) else []


def _mark(mark: Any) -> dict | None:
    if not isinstance(mark, dict):
        return None
    if mark.get("kind") == "bars":
        edges, heights = _numbers(mark.get("edges"), 2), _numbers(mark.get("heights"), 1)
        if edges is None or heights is None or edges.shape != (len(heights), 2):
            return None
        along = "y" if mark.get("along") == "y" else "x"
        return {"kind": "bars", "along": along, "edges": edges, "heights": heights}
    if mark.get("kind") == "mesh":
        rows, columns = _numbers(mark.get("rows"), 1), _numbers(mark.get("columns"), 1)
        if rows is None or columns is None:
            return None
        return {"kind": "mesh", "rows": rows, "columns": columns}
    x, y = _numbers(mark.get("x"), 1), _numbers(mark.get("y"), 1)
    if x is None or y is None or x.shape != y.shape or mark.get("kind") not in SHOWS:
        return None
    return {"kind": mark["kind"], "x": x, "y": y}


def _numbers(values: Any, ndim: int) -> np.ndarray | None:
    if not isinstance(values, list) or not 0 < len(values) <= 4_000:
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
    return (
        any(SHOWS[mark["kind"]](mark, data) for mark in marks)
        or any(_bars_by_label(panel, mark, data) for panel in panels for mark in panel["marks"])
        or _all_points(marks, data)
    )


def _histogram(mark: dict, data: np.ndarray) -> bool:
    """Bars whose heights are counts, shares or densities of the data between their edges.

    Bars that stand on each other, or side by side in one place, count together.
    """
    edges, heights = _together(mark["edges"], mark["heights"])
    widths = edges[:, 1] - edges[:, 0]
    if heights.sum() <= 0 or len(heights) < 4 or widths.min() <= 0:
        return False
    centres = edges.mean(axis=1)
    between = (centres[1:] + centres[:-1]) / 2
    ends = 2 * centres[[0, -1]] - between[[0, -1]]
    bounds_of = (
        np.append(edges[:, 0], edges[-1, 1]),
        np.append(centres, 2 * centres[-1] - centres[-2]),  # drawn around their lower edge
        np.concatenate([ends[:1], between, ends[1:]]),  # drawn narrower than their bins
    )
    return any(_counts(bounds, heights, widths, data) for bounds in bounds_of)


def _together(edges: np.ndarray, heights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Bars from the lowest to the highest, those in the same place added up."""
    places, where = np.unique(np.round(edges, 4), axis=0, return_inverse=True)
    return places, np.bincount(where.ravel(), heights, len(places))


def _counts(bounds: np.ndarray, heights: np.ndarray, widths: np.ndarray, data: np.ndarray) -> bool:
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


def _bars_by_label(panel: dict, mark: dict, data: np.ndarray) -> bool:
    """Bars in order, each with a value or an interval as its label, as high as it is frequent."""
    if mark["kind"] != "bars":
        return False
    _, heights = _together(mark["edges"], mark["heights"])
    labels = panel["places"][mark["along"]]
    if len(labels) != len(heights) or len(labels) < 4:
        return False
    counts, places = [], []
    for label in labels:
        if ends := re.fullmatch(r"([\[(])(-?[\d.]+), (-?[\d.]+)([\])])", label):
            low, high = float(ends[2]), float(ends[3])
            above = data >= low if ends[1] == "[" else data > low
            counts.append(np.sum(above & (data <= high if ends[4] == "]" else data < high)))
            places.append(low)
        elif re.fullmatch(r"[-−]?\d+(\.\d+)?", label):
            places.append(float(label.replace("−", "-")))
            counts.append(np.sum(data == places[-1]))
        else:
            return False
    steps = np.diff(places)
    if not (np.all(steps > 0) or np.all(steps < 0)) or heights.sum() <= 0:
        return False
    total = sum(counts)
    off = np.abs(heights / heights.sum() - np.array(counts) / total).sum()
    return bool(total >= (1 - MISPLACED) * len(data) and off <= 2 * MISPLACED)


def _curve(mark: dict, data: np.ndarray) -> bool:
    """A density or a cumulative distribution of the data, or points on a quantile plot."""
    for x, y in ((mark["x"], mark["y"]), (mark["y"], mark["x"])):
        if _polygon(x, y, data):
            return True
        if len(x) < 20 or np.ptp(y) == 0 or np.ptp(x) == 0:
            continue
        if not (x.min() <= np.quantile(data, 0.05) and x.max() >= np.quantile(data, 0.95)):
            continue
        cumulative = np.searchsorted(np.sort(data), x, side="right") / len(data)
        if _correlation(cumulative, y) >= CUMULATIVE_CORRELATION and np.all(
            np.diff(y[np.argsort(x, kind="stable")]) >= -1e-9
        ):
            return True
        if _is_density(x, y, data):
            return True
    in_order = _monotone(mark["x"]) and _monotone(mark["y"])
    return _box(mark, data) or (in_order and _points(mark, data))


def _monotone(values: np.ndarray) -> bool:
    steps = np.diff(values)
    return bool(np.all(steps >= 0) or np.all(steps <= 0))


def _correlation(a: np.ndarray, b: np.ndarray) -> float:
    if np.ptp(a) == 0 or np.ptp(b) == 0:
        return 0.0
    return float(np.corrcoef(a, b)[0, 1])


def _is_density(
    x: np.ndarray, y: np.ndarray, data: np.ndarray, factors: tuple[float, ...] = BANDWIDTHS
) -> bool:
    """Is a curve a density estimate of the data, of any bandwidth, as libraries draw them?"""
    if np.ptp(data) == 0 or np.any(y < -1e-9) or y.sum() <= 0:
        return False
    centre = np.average(x, weights=y)
    if abs(centre - data.mean()) > 5:  # popularity; even a curve that is cut off is nearer
        return False
    spread = np.average((x - centre) ** 2, weights=y)
    implied = np.sqrt(max(spread - data.var(), 0)) / data.std(ddof=1)
    rule = len(data) ** -0.2  # Scott's
    for unit in (implied, rule):
        for factor in factors:
            if 0.1 * rule < (bandwidth := unit * factor) < 2.2 * rule:
                if _correlation(_density(data, x, bandwidth), y) >= DENSITY_CORRELATION:
                    return True
    if factors is not BANDWIDTHS:
        return False
    return _correlation(np.interp(x, *_arviz_density(tuple(data))), y) >= DENSITY_CORRELATION


def _density(data: np.ndarray, x: np.ndarray, bandwidth: float) -> np.ndarray:
    """A Gaussian density estimate at x, up to a factor; bandwidth in standard deviations.

    As scipy's, without its matrix algebra, whose threads wait for each other on a busy machine.
    """
    distance = (x[:, None] - data) / (bandwidth * data.std(ddof=1))
    return np.exp(-0.5 * distance**2).sum(axis=1)


@cache
def _arviz_density(data: tuple[float, ...]) -> tuple[np.ndarray, np.ndarray]:
    from arviz_stats.base import array_stats  # slow to import

    grid, density, _ = array_stats.kde(np.array(data))
    return grid, density


def _polygon(x: np.ndarray, y: np.ndarray, data: np.ndarray) -> bool:
    """A line, or the upper edge of an area, through the tops of a histogram's bars."""
    places, where = np.unique(np.round(x, 4), return_inverse=True)
    if len(places) < 5 or np.any(y < 0):
        return False
    heights = np.zeros(len(places))
    np.maximum.at(heights, where, y)
    inside = np.flatnonzero(heights)
    steps = np.diff(places)
    if len(inside) < 4 or np.ptp(steps) > 0.02 * steps.max() or steps[0] <= 1.5:
        return False  # a step of one is a value, of which most occur once or never
    for begin in (places - steps[0] / 2, places):  # around each place, or from it on
        bounds = np.append(begin, begin[-1] + steps[0])
        counts = np.histogram(data, bounds - 1e-5 * np.append(np.ones(len(places)), -1))[0]
        shares = counts / len(data)
        if np.abs(heights / heights.sum() - shares).sum() <= MISPLACED:
            return True
    return False


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
        if _polygon(x, y, data):
            return True
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
        density = _density(data, (places[1:] + places[:-1]) / 2, len(data) ** -0.2)
        known = np.isfinite(across)
        if known.sum() >= 6 and _correlation(across[known], density[known]) >= AREA_CORRELATION:
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


SHOWS = {
    "bars": _histogram,
    "curve": _curve,
    "outline": _outline,
    "points": _points,
    "mesh": lambda mark, data: False,
}


def _row_by_row(panels: list[dict]) -> bool:
    """Are the songs drawn as a line, one after the other as they stand in the table?"""
    songs = reference.songs()["popularity"].to_numpy(dtype=float)
    return any(
        mark["kind"] == "curve" and len(values) == len(songs) and np.allclose(values, songs)
        for panel in panels
        for mark in panel["marks"]
        for values in (mark.get("x", ()), mark.get("y", ()))
    )


def _means_alone(panels: list[dict], means: np.ndarray) -> bool:
    """Do bars end, or points stand, at the artists' means?"""
    for mark in (mark for panel in panels for mark in panel["marks"]):
        ends = (mark["heights"],) if mark["kind"] == "bars" else (mark.get("x"), mark.get("y"))
        if any(
            values is not None
            and len(values) == len(means)
            and np.allclose(np.sort(values), np.sort(means), atol=0.1)
            for values in ends
        ):
            return True
    return False


# ------------------------------------------------------------------------------------ by artist


def _artists_shown(panels: list[dict]) -> int:
    """Of how many artists the songs are drawn, told apart by panel, place, line or colour."""
    if _all_at_once(panels):
        return len(reference.artists())
    shown = set()
    for panel in panels:
        titled = [title for title in panel["titles"] if title in _songs_by_artist()]
        for mark in panel["marks"]:
            for part in _parts(mark):
                for artist in titled or _songs_by_artist():
                    if artist not in shown and _shows_artist(part, _songs_by_artist()[artist]):
                        shown.add(artist)
                        break
    return len(shown)


@cached
def _songs_by_artist() -> dict[str, np.ndarray]:
    by_artist = reference.songs().groupby("artist", observed=True)["popularity"]
    return {str(artist): songs.to_numpy(dtype=float) for artist, songs in by_artist}


def _all_at_once(panels: list[dict]) -> bool:
    """Bars or fields for each popularity and artist, which hold all songs together."""
    sizes = np.sort([len(songs) for songs in _songs_by_artist().values()])
    names = set(reference.artists())
    for panel in panels:
        for mark in panel["marks"]:
            if mark["kind"] == "bars":
                drawn = mark["heights"][mark["heights"] > 0]
                total = drawn.sum()
                named = len(names & {*panel["ticks"], *panel["titles"]})
                if len(drawn) > 2 * len(sizes) and named >= FEWEST_ARTISTS:
                    counted = abs(total - sizes.sum()) < 0.5
                    if counted or _histogram(mark, reference.songs()["popularity"].to_numpy()):
                        return True
            if mark["kind"] == "mesh":
                for one, other in (
                    (mark["rows"], mark["columns"]),
                    (mark["columns"], mark["rows"]),
                ):
                    one, other = np.sort(one[one > 0]), other[other > 0]
                    if len(one) != len(sizes) or len(other) < 4:
                        continue
                    share = np.ptp(one) < 1e-6 * one.max()  # each artist's songs add up to one
                    if share or np.allclose(one / one.sum(), sizes / sizes.sum(), atol=1e-4):
                        return True
    return False


def _parts(mark: dict) -> Iterator[dict]:
    """A mark; and its points in each place along an axis, if they stand in several."""
    yield mark
    if mark["kind"] == "points" and len(mark["x"]) > 1:
        for along, across in (("x", "y"), ("y", "x")):
            places = np.round(mark[along])
            if 1 < len(np.unique(places)) <= 100:
                for place in np.unique(places):
                    there = places == place
                    yield {"kind": "points", along: mark[along][there], across: mark[across][there]}


def _shows_artist(mark: dict, songs: np.ndarray) -> bool:
    """Does a mark show the songs of one artist?"""
    if mark["kind"] == "bars":
        edges, heights = _together(mark["edges"], mark["heights"])
        bounds = np.append(edges[:, 0], edges[-1, 1])
        if len(edges) < 2 or heights.sum() <= 0 or np.any(np.diff(bounds) <= 0):
            return False
        widths = np.diff(bounds)
        counts = np.histogram(songs, bounds + 1e-5 * np.array([-1] * len(widths) + [1]))[0]
        drawn = np.diff(heights, prepend=0.0) if np.all(np.diff(heights) >= 0) else heights
        return counts.sum() >= 0.9 * len(songs) and any(
            np.abs(h / h.sum() - counts / counts.sum()).sum() <= 2 * MISPLACED
            for h in (heights, heights * widths, drawn)
            if h.sum() > 0
        )
    if mark["kind"] == "mesh":
        return False
    if _points(mark, songs) and mark["kind"] == "points":
        return True
    if np.ptp(songs) > 1.2 and _box(mark, songs):
        return True
    for x, y in ((mark["x"], mark["y"]), (mark["y"], mark["x"])):
        if mark["kind"] == "curve" and _is_ecdf(x, y, songs):
            return True
        if len(x) < 20 or np.ptp(x) == 0 or np.ptp(songs) == 0:
            continue
        if not (x.min() <= songs.min() + 0.01 and x.max() >= songs.max() - 0.01):
            continue
        if mark["kind"] == "curve":
            if _is_density(x, y, songs, FEW_BANDWIDTHS):
                return True
        elif np.ptp(x) <= np.ptp(songs) + 8 * len(songs) ** -0.2 * songs.std(ddof=1):
            if abs((x.min() + x.max()) / 2 - (songs.min() + songs.max()) / 2) < 2:
                return True  # a violin or an area, from end to end
    return False


def _is_ecdf(x: np.ndarray, y: np.ndarray, songs: np.ndarray) -> bool:
    """Does a line rise at the songs, from nothing to all?"""
    values = np.unique(songs)
    found = np.unique(x)
    return bool(
        len(found) <= len(values) + 2
        and np.isin(values, found).all()
        and np.all(np.diff(y[np.argsort(x, kind="stable")]) >= -1e-9)
        and np.ptp(y) > 0
        and len(x) >= len(values)
        and len(values) > 1
    )
