"""The exam bank, read from the instructors' folder, and the claims that its keys and facts make.

The bank says of each key what it must be, in an expression about the world; see the head of
``instructors/exam.toml``. Where that folder is missing, as in what students get, there is no bank.
"""

import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from course import exact
from course.ledger.claims import claim
from course.ledger.claims.pages import width
from course.ledger.claims.world import World
from course.paths import EXAM, NOTEBOOKS

KINDS = ("number", "letter", "sentences", "plot", "code")
WORTH = re.compile(r"^(½|\d+) points?: ")


class ExamError(ValueError):
    """The exam bank cannot be used as it is; the message says where and why."""


@dataclass(frozen=True, kw_only=True)
class Item:
    """A question of the bank; the fields are those of a table there."""

    id: str
    title: str
    kind: str
    chapter: str
    question: str
    solution: str
    rubric: list[str]
    key: Any = None
    value: str = ""
    options: dict[str, str] = field(default_factory=dict)
    facts: dict[str, str] = field(default_factory=dict)
    given: str = ""
    figure: str = ""
    alt: str = ""

    def __post_init__(self) -> None:
        wrong = {
            f"{self.kind!r} is no kind; there are {', '.join(KINDS)}": self.kind not in KINDS,
            f"there is no chapter {self.chapter!r}": not self.path.is_file(),
            "a number or a letter needs a key": self.kind in KINDS[:2] and self.key is None,
            "a key needs a value or options that prove it": self.key is not None
            and not (self.value or self.options),
            "a line of its rubric does not say what it is worth": not all(
                map(WORTH.match, self.rubric)
            ),
            "a figure needs words for those who do not see it": bool(self.figure) != bool(self.alt),
        }
        for reason, holds in wrong.items():
            if holds:
                raise ExamError(f"The exam item {self.id}: {reason}.")

    @property
    def path(self) -> Path:
        """The chapter whose idea it tests."""
        return NOTEBOOKS / f"{self.chapter}.ipynb"

    @property
    def points(self) -> float:
        """What it is worth: the sum of its rubric."""
        worth = [one for line in self.rubric for one in WORTH.findall(line)]
        return sum(0.5 if one == "½" else int(one) for one in worth)


@dataclass(frozen=True)
class Bank:
    """All items by id, and the first page of a paper, with the facts that it states."""

    title: str
    intro: str
    given: str
    facts: dict[str, str]
    items: dict[str, Item]


def read(path: Path = EXAM) -> Bank | None:
    """The bank; None where there is no instructors' folder.

    Raises
    ------
    ExamError
        If the file is no bank, or an item is not complete.
    """
    if not path.is_file():
        return None
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
        paper = tables.pop("paper")
        items = {id: Item(id=id, **table) for id, table in tables.items()}
        return Bank(items=items, **paper)
    except (tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise ExamError(f"{path} is no exam bank: {error}") from error


@cache
def names(code: str, world: World) -> dict[str, Any]:
    """What expressions may name, after `code` has run: the world, and what it computed."""
    found = {"world": world, "World": World, "np": np, "pd": pd, "exact": exact, "width": width}
    exec(code, found)
    return found


def is_key(key: Any, value: Any) -> bool:
    """Is a key its value, rounded as the key is? Lists are compared one by one."""
    if isinstance(key, list):
        return len(key) == len(value) and all(map(is_key, key, value))
    if isinstance(key, int | float):
        digits = len(str(key).partition(".")[2])
        return float(round(value, digits)) == key
    return key == value


def assertions(bank: Bank) -> dict[tuple[str, str], Callable[[World], bool]]:
    """What the bank claims: where and in which words, and whether it holds in a world."""
    found = {("exam", words): holds(bank.given, e) for words, e in bank.facts.items()}
    for item in bank.items.values():
        code = f"{bank.given}\n{item.given}"
        if item.value:
            found[f"exam {item.id}", f"the key is {item.key}"] = holds(code, item.value, item.key)
        for letter, expression in item.options.items():
            right = letter == item.key
            words = f"{letter} is {'right' if right else 'wrong'}"
            found[f"exam {item.id}", words] = holds(code, expression, right)
        for words, expression in item.facts.items():
            found[f"exam {item.id}", words] = holds(code, expression)
    return found


def holds(code: str, expression: str, expected: Any = True) -> Callable[[World], bool]:
    """A function of a world: is the expression what it should be?"""

    def in_world(world: World) -> bool:
        value = eval(expression, names(code, world))
        return bool(value) is expected if isinstance(expected, bool) else is_key(expected, value)

    return in_world


if (bank := read()) is not None:
    for (where, words), function in assertions(bank).items():
        claim(where, words)(function)
