"""What a data set of one's own must fulfil, so that every exercise keeps its meaning.

What the activity says of the data, and what is right whatever the draws, holds for the common data;
here it is asked of the data set that answers are judged by (`judged_data`). Letters are right and
wrong for all data sets alike, so what makes them so is a condition, too.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from course.exact import PROBABILITY, Target
from course.judging import mistakes, reference
from course.judging.judged_data import judged_by
from course.judging.questions import QUESTIONS, Interval, Number
from course.judging.values import ASSUMED_SIZE, SEPARATION, half_unit

#: Where the models' numbers have to differ, by so many points of popularity.
APART = 0.5


@dataclass(frozen=True)
class Condition:
    """What must hold of the data set that is judged by.

    name: in a few words; keeps: what would lose its meaning, the names of answers or of exercises.
    """

    name: str
    keeps: tuple[str, ...]
    holds: Callable[[], bool]


def broken() -> str:
    """The name of the first condition that does not hold; "" if all do."""
    return next((condition.name for condition in CONDITIONS if not condition.holds()), "")


def _popularity() -> pd.Series:
    return reference.songs()["popularity"]


def _by_artist():
    return reference.songs().groupby("artist", observed=True)["popularity"]


def _median(model: str, target: str) -> float:
    return reference.marginal(model, Target.parse(target), "chapter").median


def _ends() -> bool:
    order = reference.artists()
    high = order.index("Beyoncé") >= 0.75 * len(order)
    return order[0] == "Mia X" and order[-1] == "Camilo" and high


def _one_hump_and_flops() -> bool:
    songs = _popularity()
    counts = [songs.between(low, low + 9).sum() for low in (10, 20, 30)]
    return float(songs.skew()) < -0.5 and counts[0] > counts[1] < counts[2]


def _few_songs() -> bool:
    return float((_by_artist().size() <= 5).mean()) >= 0.5


def _unequal_spreads() -> bool:
    many = _by_artist().std()[_by_artist().size() >= 10]
    return bool(many.max() > 3 * many.min())


def _artists_are_normal() -> bool:
    means = reference.sample_means()
    scores = (means - means.mean()) / means.std()
    near = float((scores.abs() < 1).mean())
    return abs(float(scores.skew())) < 0.5 and scores.abs().max() < 3 and 0.55 < near < 0.8


def _songs_and_artists_differ() -> bool:
    above = float((reference.sample_means() > _popularity().mean()).mean())
    return _popularity().mean() - reference.sample_means().mean() > 3 and abs(above - 0.5) > 0.05


def _most_in_between() -> bool:
    medians, _ = reference.expected_table(
        "hierarchical", Target("predict"), ("median",), PROBABILITY, "chapter"
    )
    ends = np.sort(
        np.column_stack([reference.sample_means(), np.full(len(medians), _popularity().mean())])
    )
    between = (ends[:, 0] <= medians[:, 0]) & (medians[:, 0] <= ends[:, 1])
    return bool(between.mean() > 0.65 and not between.all())


def _extremes_are_pulled() -> bool:
    shift, _ = reference.expected_table(
        "hierarchical", Target("shift"), ("shift",), PROBABILITY, "chapter"
    )
    means = reference.sample_means().to_numpy()
    order = np.argsort(np.abs(means - means.mean()))
    third = len(order) // 3
    pulled = np.abs(shift[:, 0])[order]
    return bool(pulled[-third:].mean() > 2.5 * pulled[:third].mean())


def _ocean_overtakes_kingston() -> bool:
    own = reference.sample_means()
    ahead = _median("hierarchical", "mu_j: Frank Ocean") - _median(
        "hierarchical", "mu_j: Sean Kingston"
    )
    return bool(own["Frank Ocean"] < own["Sean Kingston"] and ahead > 2 * APART)


def songs_inside(artist: str) -> tuple[int, int]:
    """How many of an artist's songs lie in their exact prediction interval, and of how many."""
    songs = _by_artist().get_group(artist)
    low, high = reference.marginal("hierarchical", Target("predict", artist), "chapter").interval()
    return int(songs.between(low, high).sum()), len(songs)


def _songs_inside_tell() -> bool:
    shares = []
    for artist in ("Beyoncé", "Kendrick Lamar"):
        inside, of = songs_inside(artist)
        ends = reference.marginal("hierarchical", Target("predict", artist), "chapter").interval()
        songs = _by_artist().get_group(artist).to_numpy()
        # whatever the draws, the count is the same: popularity is a whole number
        if np.abs(songs[:, None] - np.array(ends)).min() < 0.2:
            return False
        shares.append(inside / of)
    return shares[0] > 0.9 and shares[1] < 0.65


def _models_differ() -> bool:
    within, between = (_median("hierarchical", f"sigma_{name}") for name in ("y", "mu"))
    pairs = [
        (within, between),
        (_median("hierarchical", "mu"), _median("complete_pooled", "mu")),
        (_median("no_pooled", "mu_j: Mia X"), _median("hierarchical", "mu_j: Mia X")),
        (_median("no_pooled", "mu_j: Mia X"), _median("no_pooled", "sigma")),
        (_median("hierarchical", "mu_j: Sean Kingston"), _popularity().mean()),
    ]
    return all(abs(one - other) > APART for one, other in pairs)


def _told_apart() -> set[tuple]:
    """The mistakes that a number or an interval of the activity shows, of those that it can."""
    found = set()
    for exercise, questions in QUESTIONS.items():
        for name, question in questions.items():
            if exercise.startswith("ex-b") or not isinstance(question, Number | Interval):
                continue
            statistic = question.statistic if isinstance(question, Number) else "interval"
            possible = mistakes.other_targets if statistic == "interval" else mistakes.other_numbers
            others = list(possible(question.model, question.target))
            truth, unit = reference.expected(
                question.model, question.target, statistic, PROBABILITY, "chapter"
            )
            for other in others:
                alike = other.target.name == "songs" and other.target.label is not None
                if other.mistake is mistakes.MIXED_UP or alike:
                    continue  # by chance, two artists may be alike, or a mean and a median
                value, error = reference.expected(
                    other.model,
                    other.target,
                    other.statistic or statistic,
                    PROBABILITY,
                    "chapter" if "chapter" in other.priors else other.priors[0],
                )
                value, error = value * other.scale, error * abs(other.scale)
                if value.shape != truth.shape:
                    continue
                far = half_unit(question.decimals) + SEPARATION * np.maximum(unit, error) / np.sqrt(
                    ASSUMED_SIZE
                )
                if np.any(np.abs(value - truth) >= far):
                    found.add((name, other.mistake.name, other.model, str(other.target)))
    return found


def _mistakes_are_told_apart() -> bool:
    here = _told_apart()
    with judged_by(""):
        return _told_apart() <= here


CONDITIONS = (
    Condition("ends of the order", ("ex-04", "ex-08", "05b", "09b"), _ends),
    Condition("a hump and flops", ("assessment_02",), _one_hump_and_flops),
    Condition("few songs each", ("limits_06",), _few_songs),
    Condition("unequal spreads", ("spread_06",), _unequal_spreads),
    Condition("one hump of artists", ("shape_10",), _artists_are_normal),
    Condition("songs and artists differ", ("meaning_03", "ex-11"), _songs_and_artists_differ),
    Condition("most lie in between", ("answer_12", "description_14"), _most_in_between),
    Condition("extremes are pulled", ("most_15a",), _extremes_are_pulled),
    Condition("Ocean overtakes Kingston", ("ex-15b",), _ocean_overtakes_kingston),
    Condition("songs inside tell", ("spread_14",), _songs_inside_tell),
    Condition("models differ", ("ex-07", "ex-11", "ex-15b"), _models_differ),
    Condition("mistakes are told apart", ("numbers", "intervals"), _mistakes_are_told_apart),
)
