"""What is graded: the activity's exercises, as the chapters declare them, and the rubrics."""

import hashlib
import json
import tomllib
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import nbformat

from course.chapters.cells import activity_chapters, title
from course.chapters.exercises import Exercise, exercises
from course.judging import questions
from course.paths import ACTIVITY, PACKAGE, RUBRICS

# What decides marks, beside the chapters: when one of these changes, everything is judged again.
RULES = ("exact/*.py", "ledger/*.py", "judging/*.py", "grading/judge_notebook.py")


class AssignmentError(ValueError):
    """The chapters or the rubrics cannot be used for grading; the message says why."""


@dataclass(frozen=True)
class Chapter:
    """One notebook of the activity."""

    name: str  # "02-complete-pooled"
    exercises: list[Exercise]
    title: str = ""  # "Everybody in one pool"

    @cached_property
    def plan(self) -> dict[str, dict]:
        """What to collect, by declared name: `questions.plan` of all its exercises."""
        plan = {}
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
    """Lines of the rubric by exercise."""

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
        """A digest of all that decides marks."""
        package = PACKAGE
        digest = hashlib.sha256(
            json.dumps(
                [
                    [c.name, [[e.id, e.points, e.optional] for e in c.exercises]]
                    for c in self.chapters
                ]
            ).encode()
        )
        digest.update(json.dumps(self.rubrics).encode())
        for path in sorted(p for pattern in RULES for p in package.glob(pattern)):
            digest.update(path.read_bytes())
        return digest.hexdigest()[:16]


def load(folder: Path = ACTIVITY, rubrics: Path = RUBRICS) -> Assignment:
    """Read the activity's chapters and the rubrics.

    Raises
    ------
    AssignmentError
        If there are no chapters, or a file cannot be used; the message names it.
    """
    chapters = []
    for path in activity_chapters(folder):
        try:
            notebook = nbformat.read(path, as_version=4)
            found = exercises(notebook)
        except (ValueError, KeyError) as error:
            raise AssignmentError(f"{path}: {error}") from error
        unknown = [exercise.id for exercise in found if exercise.id not in questions.QUESTIONS]
        if unknown:
            raise AssignmentError(f"{path}: there are no rules for {', '.join(unknown)}.")
        chapters.append(Chapter(path.stem, found, title(notebook) or path.stem))
    if not any(chapter.exercises for chapter in chapters):
        raise AssignmentError(f"There are no exercises in {folder}.")
    return Assignment(chapters, read_rubrics(rubrics))


def read_rubrics(path: Path) -> dict[str, list[str]]:
    """The lines of each exercise's rubric; none if there is no such file."""
    if not path.is_file():
        return {}
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
        return {
            exercise: [str(line) for line in table["rubric"]] for exercise, table in tables.items()
        }
    except (tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise AssignmentError(f"{path} is not a table of rubrics: {error}") from error
