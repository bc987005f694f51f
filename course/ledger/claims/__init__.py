"""Claims of what executes nothing: pages, keys of choices, facts in rubrics.

A sentence that compares, counts or generalises is as checkable as a number. In a chapter, a cell
tagged ``claims`` asserts it. Elsewhere a function here says whether it holds in a `World`, the data
and their exact posteriors, so that it can be tried in other worlds, too:

    @claim("book/errata.md", "copies of songs make prediction intervals wider")
    def copies_and_predictions(world):
        return width(world.hierarchical) > width(world.of_tracks.hierarchical)

Every module of this package holds such functions, and so does ``instructors/claims.py``, of what
students should not read; `claims` finds them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from runpy import run_path

from course.ledger.claims.world import World
from course.paths import INSTRUCTORS

_found: list["Claim"] = []


@dataclass(frozen=True)
class Claim:
    """A statement, where it stands (a page, or an exercise's id), and whether it holds."""

    where: str
    words: str
    holds: Callable[[World], bool]


def claim(where: str, words: str) -> Callable:
    """Decorate a function of a `World` that says whether the words are true in it."""

    def register(holds: Callable[[World], bool]) -> Callable[[World], bool]:
        _found.append(Claim(where, words, holds))
        return holds

    return register


@cache
def claims() -> list[Claim]:
    """All claims of the modules in this package, in the order in which they are written."""
    for module in iter_modules(__path__):
        import_module(f"{__name__}.{module.name}")
    if (instructors := INSTRUCTORS / "claims.py").is_file():
        run_path(str(instructors))
    return list(_found)
