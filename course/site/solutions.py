"""Are solutions in what is published? Said once, by name, and remembered beside the build."""

import os
from pathlib import Path

CHOICES = SHOWN, WITHHELD = "shown", "withheld"
VARIABLE = "SOLUTIONS"
NOTE = "solutions.txt"


class ChoiceError(ValueError):
    """Neither "shown" nor "withheld"; the message says where, and what it can be."""


def choice(named: str | None, build: Path) -> str:
    """What was named, else what the environment says, else what was remembered, else "shown".

    Parameters
    ----------
    named : str or None
        "shown", "withheld", or nothing.
    build : Path
        The folder ``_build``, where the last choice is remembered.

    Raises
    ------
    ChoiceError
        If it is anything else, wherever it was said: nothing is published by mistake.
    """
    note = build / NOTE
    said = {
        "--solutions": named,
        VARIABLE: os.environ.get(VARIABLE),
        str(note): note.read_text(encoding="utf-8").strip() if note.is_file() else None,
    }
    for where, value in said.items():
        if value and value not in CHOICES:
            raise ChoiceError(f'{where} is "{value}"; it can be "shown" or "withheld".')
        if value:
            return value
    return SHOWN


def remember(solutions: str, build: Path) -> None:
    """Keep a choice until another is named."""
    build.mkdir(parents=True, exist_ok=True)
    (build / NOTE).write_text(solutions, encoding="utf-8")


def in_words(solutions: str) -> str:
    """A choice as the last line of a command says it."""
    return "with solutions" if solutions == SHOWN else "without solutions"
