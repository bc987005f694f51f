"""What is graded: the exercises, as the chapters declare them, and the rubrics."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from course.chapters.cells import exercise_chapters, title
from course.chapters.exercises import Exercise, exercises
from course.chapters.rubrics import RubricsError, read_rubrics
from course.chapters.slips import read_chapter
from course.grading import digests
from course.grading.warm_server import readable
from course.judging import questions
from course.paths import NOTEBOOKS, RUBRICS


class AssignmentError(ValueError):
    """The chapters or the rubrics cannot be used for grading; the message says why."""


@dataclass(frozen=True)
class Chapter:
    """One notebook with exercises."""

    name: str  # "02-complete-pooled"
    exercises: list[Exercise]
    title: str = ""  # "Everybody in one pool"
    part: str = "activity"  # the folder that it is in

    @property
    def optional(self) -> bool:
        """Does all of it count on top of the maximum? Then nobody misses it."""
        return all(exercise.optional for exercise in self.exercises)

    @property
    def plan(self) -> dict[str, dict]:
        """What to collect, by declared name, from the data that answers are judged by."""
        plan: dict[str, dict] = {}
        for exercise in self.exercises:
            for name, asked in questions.plan(exercise.id).items():
                if plan.setdefault(name, asked) != asked:
                    raise AssignmentError(f"{self.name} asks for `{name}` in two ways.")
        return plan


@dataclass(frozen=True)
class Assignment:
    """All chapters, and what to look for in written answers."""

    chapters: list[Chapter]
    rubrics: dict[str, list[str]] = field(default_factory=dict)
    """Lines of the rubric by the name of the answer."""
    samples: dict[str, list[str]] = field(default_factory=dict)
    """Answers that earn all, half and none of it, likewise."""
    left_out: list[Chapter] = field(default_factory=list)
    """Chapters that are not graded."""

    @property
    def all_chapters(self) -> list[Chapter]:
        """Those that are graded, and those that are not."""
        everything = [*self.chapters, *self.left_out]
        return sorted(everything, key=lambda chapter: (chapter.part, chapter.name))

    @cached_property
    def exercises(self) -> dict[str, Exercise]:
        return {
            exercise.id: exercise for chapter in self.chapters for exercise in chapter.exercises
        }

    @property
    def maximum(self) -> int:
        """The points without the optional ones."""
        return sum(e.points for e in self.exercises.values() if not e.optional)

    @cached_property
    def rules(self) -> str:
        """A digest of all that decides marks: when it changes, everything is judged again."""
        parts = [
            [[c.name, [[e.id, e.points, e.optional] for e in c.exercises]] for c in self.chapters],
            self.rubrics,
            digests.digest_of(*digests.JUDGES),
            digests.versions_imported(*digests.JUDGES),
        ]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]

    @cached_property
    def collector(self) -> str:
        """A digest of what runs beside a submission: when it changes, everything is run again."""
        return digests.digest_of(*readable())


def load(
    notebooks: Path = NOTEBOOKS, rubrics: Path = RUBRICS, only: Sequence[str] = ()
) -> Assignment:
    """Read the chapters with exercises and the rubrics; `only`: the chapters that are graded.

    Raises
    ------
    AssignmentError
        If there are no chapters, or a file cannot be used; the message names it.
    """
    chapters = []
    for path in exercise_chapters(notebooks):
        try:
            notebook = read_chapter(path, questions.QUESTIONS)
        except (ValueError, KeyError) as error:
            raise AssignmentError(f"{path}: {error}") from error
        name, part = path.stem, path.parent.name
        chapters.append(Chapter(name, exercises(notebook), title(notebook) or name, part))
    if not chapters:
        raise AssignmentError(f"There are no exercises in {notebooks}.")
    try:
        found = read_rubrics(rubrics)
    except RubricsError as error:
        raise AssignmentError(str(error)) from error
    chosen = select(chapters, only)
    return Assignment(
        chosen,
        {name: rubric.lines for name, rubric in found.items()},
        {name: rubric.samples for name, rubric in found.items()},
        [chapter for chapter in chapters if chapter not in chosen],
    )


def select(chapters: list[Chapter], only: Sequence[str]) -> list[Chapter]:
    """The chapters with some names, or the first parts of names such as "01"; all if there is none.

    The name of a part, "activity" or "beyond", stands for its chapters. Where a first part begins
    several names, an optional chapter is not meant.

    Raises
    ------
    AssignmentError
        If a name is that of none, or of several.
    """
    chosen = []
    for name in only:
        if of_part := [chapter for chapter in chapters if chapter.part == name]:
            chosen += of_part
            continue
        begins = [chapter for chapter in chapters if chapter.name.startswith(name)]
        found = (
            [chapter for chapter in begins if chapter.name == name]
            or [chapter for chapter in begins if not chapter.optional]
            or begins
        )
        if len(found) != 1:
            names = ", ".join(chapter.name for chapter in found or chapters)
            raise AssignmentError(
                f"{name} is not the beginning of one chapter's name. There are: {names}."
            )
        chosen += found
    return [chapter for chapter in chapters if chapter in chosen] if only else chapters
