"""The state of a class: what the record says of every student, marks and overrides included."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from course.grading.assignment import Assignment
from course.grading.database import Record
from course.grading.judge_notebook import NEEDS_MARKING

NOTHING = "nothing handed in"
UNREADABLE = "unreadable"
#: The status of a file that is left alone though nothing is wrong: superseded, or stray.
NOTE = "note"


@dataclass
class StudentResult:
    """One student: points by exercise, and what is still open."""

    student: str
    details: dict[str, str] = field(default_factory=dict)
    """The roster's columns."""
    notebooks: list[dict] = field(default_factory=list)
    answers: list[dict] = field(default_factory=list)
    exercises: dict[str, float | None] = field(default_factory=dict)
    """Points by exercise; None where they are not known: to be marked, or not readable. Those of
    an optional chapter that was not handed in are not there."""
    optional: list[str] = field(default_factory=list)
    """The exercises that count on top of the maximum."""
    overrides: dict[str, dict] = field(default_factory=dict)
    late: bool = False
    """Handed in late, as the platform says."""
    handed_in: float = 0.0
    """When the newest of the graded files was changed, in seconds since 1970; 0 for unknown."""

    @property
    def points_so_far(self) -> float | None:
        """All points that are known; None if nothing was handed in or graded."""
        if all(points is None for points in self.exercises.values()) and not self.answers:
            return None
        by_hand = sum(row["points"] or 0 for row in self.overrides.values())
        judged = sum(
            answer["points"] or 0
            for answer in self.answers
            if answer["exercise"] not in self.overrides
        )
        return round(by_hand + judged, 2)

    @property
    def bonus(self) -> float | None:
        """The part of `points_so_far` that counts on top of the maximum."""
        known = [points for id in self.optional if (points := self.exercises.get(id)) is not None]
        return round(sum(known), 2) if known else None

    @property
    def points(self) -> float | None:
        """The final points; None while something is open or could not be graded."""
        return None if self.open else self.points_so_far

    @property
    def open(self) -> bool:
        return any(points is None for points in self.exercises.values())

    @property
    def to_mark(self) -> int:
        """Written answers that wait for an instructor."""
        return sum(
            answer["status"] == NEEDS_MARKING
            and answer["points"] is None
            and answer["exercise"] not in self.overrides
            for answer in self.answers
        )

    @property
    def status(self) -> str:
        """The worst status of the notebooks.

        graded, stopped, crashed, other data (than the student's own), unreadable, or failed: the
        grader's own trouble, to be repeated.
        """
        order = ["graded", "stopped", "crashed", "other data", "unreadable", "failed"]
        found = [row["status"] for row in self.notebooks if row["status"] in order]
        return max(found, key=order.index) if found else NOTHING

    @property
    def safe(self) -> bool:
        return all(row["safe"] for row in self.notebooks)

    @property
    def notes(self) -> list[str]:
        """Sentences about the files."""
        about_files = [
            f"{row['path']}: {text}"
            for row in self.notebooks
            for text in (row["sentence"], row["notes"])
            if text
        ]
        return about_files + [
            f"{exercise}: {row['reopened']}"
            for exercise, row in self.overrides.items()
            if row["reopened"]
        ]


def version_of(answer: dict) -> str:
    """What ties a mark to the very text that was marked, and to the points that it was worth."""
    return hashlib.sha256(f"{answer['most']:g} {answer['text']}".encode()).hexdigest()[:8]


def results_of_class(
    record: Record, assignment: Assignment, roster: Mapping[str, dict[str, str]] | None = None
) -> list[StudentResult]:
    """The results of everyone who handed in or is on the roster, by name."""
    students = {name: StudentResult(name, details) for name, details in (roster or {}).items()}
    for row in record.query("SELECT * FROM notebooks ORDER BY student, path"):
        students.setdefault(row["student"], StudentResult(row["student"])).notebooks.append(row)
    exercises = assignment.exercises
    there = {(s.student, row["chapter"]) for s in students.values() for row in s.notebooks}
    marks = {
        (mark["student"], mark["chapter"], mark["name"]): mark
        for mark in record.query("SELECT * FROM marks")
    }
    for row in record.query("SELECT rowid, * FROM answers ORDER BY rowid"):
        if (row["student"], row["chapter"]) not in there or row["exercise"] not in exercises:
            continue
        mark = marks.get((row["student"], row["chapter"], row["name"]))
        if mark and row["status"] == NEEDS_MARKING and mark["version"] == version_of(row):
            row |= {"points": mark["points"], "comment": mark["comment"]}
        students[row["student"]].answers.append(row)
    for row in record.query("SELECT * FROM overrides"):
        if row["student"] in students and row["exercise"] in exercises:
            most = exercises[row["exercise"]].points
            over = row["points"] > most
            row["reopened"] = (
                f"{row['points']:g} points were set by hand, and there are {most} now: "
                "set them again."
                if over
                else ""
            )
            row["points"] = None if over else row["points"]
            students[row["student"]].overrides[row["exercise"]] = row
    for student in students.values():
        add_up(student, assignment)
    return sorted(students.values(), key=lambda s: s.student.lower())


def add_up(student: StudentResult, assignment: Assignment) -> None:
    """Fill in the points of each exercise."""
    unreadable = any(row["status"] in (UNREADABLE, "failed") for row in student.notebooks)
    seen = {
        row["chapter"] for row in student.notebooks if row["status"] not in (UNREADABLE, "failed")
    }
    handed_in = any(row["status"] != NOTE for row in student.notebooks)
    failed = {row["chapter"] for row in student.notebooks} - seen
    student.optional = [id for id, exercise in assignment.exercises.items() if exercise.optional]
    for chapter in assignment.chapters:
        for exercise in chapter.exercises:
            earned = [a["points"] for a in student.answers if a["exercise"] == exercise.id]
            if exercise.id in student.overrides:
                points = student.overrides[exercise.id]["points"]
            elif chapter.name in seen:
                points = None if None in earned else round(sum(earned), 2)
            elif chapter.optional and chapter.name not in failed:
                continue
            else:
                # Not handed in: 0, unless it may be in a file that could not be read.
                points = None if unreadable or not handed_in else 0.0
            student.exercises[exercise.id] = points
