"""The rubrics of written answers: what graders look for. They lie in the instructors' folder."""

import tomllib
from dataclasses import dataclass, field
from pathlib import Path

from course.paths import RUBRICS

SAMPLES = ("full", "half", "zero")


class RubricsError(ValueError):
    """The file of rubrics cannot be used; the message says why."""


@dataclass(frozen=True)
class Rubric:
    """What to look for in one written answer."""

    lines: list[str]
    samples: list[str] = field(default_factory=list)
    """Answers that earn all, half and none of it."""


def read_rubrics(path: Path = RUBRICS) -> dict[str, Rubric]:
    """The rubrics by the name of the answer; none where there is no instructors' folder.

    Raises
    ------
    RubricsError
        If the file is no table of rubrics.
    """
    try:
        return {
            name: Rubric(
                [str(line) for line in table["rubric"]],
                [table[sample] for sample in SAMPLES if sample in table],
            )
            for name, table in tables(path).items()
        }
    except (tomllib.TOMLDecodeError, KeyError, TypeError, AttributeError) as error:
        raise RubricsError(f"{path} is not a table of rubrics: {error}") from error


def tables(path: Path) -> dict[str, dict]:
    """The tables of a file in the instructors' folder; none where there is no such folder."""
    return tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
