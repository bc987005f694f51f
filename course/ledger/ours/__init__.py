"""Numbers that nobody published: those of the chapters beyond the lecture, and their truth.

Each is declared here, in a module for its chapter, and computed there in a cell of key numbers. Its
truth comes from `course.exact` or from a simulation of its own, never from the chapter:

    chapter = Chapter("beyond/01-prior")

    @chapter.number("prior-kingston", "mu_j of Sean Kingston, mean", matters=0.5, statistic="mean")
    def kingston(world):
        return world.hierarchical.mu_j("Sean Kingston").mean

    chapter.computed_only("sigma-ocean", "sigma of Frank Ocean, median", 0.5, "median")

Where no truth is known, two runs of the chapter are held against each other instead, of two seeds
or two samplers. No number here is the answer of an exercise.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import import_module
from pkgutil import iter_modules
from typing import NamedTuple

from course.ledger.claims.world import World
from course.ledger.published import AGREES, STANDARD_ERRORS


class Estimate(NamedTuple):
    """A number with an error: Monte Carlo, or how much a finer grid changes it."""

    value: float
    error: float = 0.0


@dataclass(frozen=True)
class OwnNumber:
    """A number of a chapter beyond the lecture.

    Attributes
    ----------
    id, words : str
        Its name in the chapter, and what it is.
    matters : float
        A difference that would matter to a reader, in the number's unit. Four standard errors must
        be smaller, or agreement would say nothing.
    statistic : str
        What is taken from draws: "mean", "median", "q10", ...; "value" if it is a number already.
    notebook : str
        The chapter that computes it, as "beyond/01-prior".
    find : callable or None
        The truth in a `World`, a number or an `Estimate`; None where none is known.
    """

    id: str
    words: str
    matters: float
    statistic: str
    notebook: str
    find: Callable[[World], float | Estimate] | None

    @property
    def decimals(self) -> int:
        """Decimals to show: one more than a difference that matters has."""
        return max(0, 1 - math.floor(math.log10(self.matters)))

    @cached_property
    def truth(self) -> Estimate | None:
        """The truth, without error if it is exact; None if it is not known."""
        if self.find is None:
            return None
        found = self.find(our_world())
        return found if isinstance(found, Estimate) else Estimate(float(found))

    def verdict(self, computed: Estimate, other: Estimate) -> str:
        """``"agrees"``, or what is wrong, with `other` the truth or, without one, a second run.

        Two numbers without error must be equal. A statistic of draws always has one. NaN never
        agrees.
        """
        drawn = (computed,) if self.find else (computed, other)
        if self.statistic != "value" and not all(each.error > 0 for each in drawn):
            return "draws have no error"
        tolerance = STANDARD_ERRORS * math.hypot(computed.error, other.error)
        if tolerance == 0:
            same = math.isclose(computed.value, other.value, rel_tol=1e-9, abs_tol=1e-12)
            return AGREES if same else "computed is off"
        if not tolerance <= self.matters:
            return "too uncertain"
        if abs(computed.value - other.value) <= tolerance:
            return AGREES
        return "computed is off" if self.find else "the runs differ"


class Chapter:
    """Declares the numbers of one chapter, by its name as in "beyond/01-prior"."""

    def __init__(self, notebook: str):
        self.notebook = notebook

    def number(self, id: str, words: str, matters: float, statistic: str = "value") -> Callable:
        """Decorate a function of a `World` that gives the truth, a number or an `Estimate`."""

        def register(find: Callable[[World], float | Estimate]):
            _add(OwnNumber(id, words, matters, statistic, self.notebook, find))
            return find

        return register

    def computed_only(self, id: str, words: str, matters: float, statistic: str = "value") -> None:
        """Declare a number whose truth is not known; the chapter gives it twice."""
        _add(OwnNumber(id, words, matters, statistic, self.notebook, None))


_found: dict[str, OwnNumber] = {}


def _add(number: OwnNumber) -> None:
    if number.id in _found:
        raise ValueError(f"There are two numbers {number.id!r}.")
    _found[number.id] = number


def own_numbers() -> dict[str, OwnNumber]:
    """All numbers of the modules in this package, by id, chapter by chapter."""
    for module in iter_modules(__path__):
        import_module(f"{__name__}.{module.name}")
    return dict(sorted(_found.items(), key=lambda item: item[1].notebook))


@cache
def our_world() -> World:
    """The world in which the truth is found: all songs, and the priors of the book."""
    return World()
