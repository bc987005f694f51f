"""The rubrics of written answers: what graders look for. They lie in the instructors' folder."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

from course.paths import RUBRICS


class RubricsError(ValueError):
    """The file of rubrics cannot be used; the message says why."""


@dataclass(frozen=True)
class Rubric:
    """What to look for in one written answer."""

    lines: list[str]
    sample: str = ""
    """An answer that has all of it."""


def read_rubrics(path: Path = RUBRICS) -> dict[str, Rubric]:
    """The rubrics by exercise; none where there is no instructors' folder.

    Raises
    ------
    RubricsError
        If the file is no table of rubrics.
    """
    if not path.is_file():
        return {}
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
        return {
            exercise: Rubric([str(line) for line in table["rubric"]], table.get("sample", ""))
            for exercise, table in tables.items()
        }
    except (tomllib.TOMLDecodeError, KeyError, TypeError, AttributeError) as error:
        raise RubricsError(f"{path} is not a table of rubrics: {error}") from error
