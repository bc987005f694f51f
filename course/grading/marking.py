"""The marking sheet: one row a written answer, with its rubric; filled in, it is merged back.

Identical answers are below each other, and `same_as` names the first of them: what is filled in
there counts for those that are left empty. A sheet that holds marks that were not merged is never
written over.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import chain, count
from pathlib import Path
from types import MappingProxyType

from course.chapters.rubrics import SAMPLES
from course.grading import spreadsheet
from course.grading.assignment import Assignment
from course.grading.database import Record
from course.grading.judge_notebook import NEEDS_MARKING
from course.grading.own_data import facts
from course.grading.student_results import StudentResult, version_of

HEADER = [
    "student",
    "chapter",
    "exercise",
    "name",
    "prompt",
    "answer",
    "same_as",
    "rubric",
    "samples",
    "most",
    "points",
    "comment",
    "version",
]
NEEDED = ["student", "chapter", "name", "points", "comment", "version"]


class MarksError(ValueError):
    """A marking sheet cannot be merged; nothing was. The message lists the rows."""


@dataclass
class Sheet:
    """What was written."""

    path: Path
    to_mark: int = 0
    """Answers that wait for points."""
    kept: list[Path] = field(default_factory=list)
    """Older sheets that were left alone: they hold marks that were not merged."""


def code_of(student: str, key: str) -> str:
    """What a student is called in an anonymous sheet."""
    return "s" + hashlib.sha256(f"{key} {student}".encode(errors="replace")).hexdigest()[:8]


def write(
    path: Path,
    results: list[StudentResult],
    assignment: Assignment,
    record: Record,
    key: str = "",
    anonymous: bool = False,
    codes: Mapping[tuple[str, str], str] = MappingProxyType({}),
) -> Sheet:
    """Write the sheet, with the marks given so far.

    Parameters
    ----------
    path : Path
        The sheet, or as long as an older one there holds marks that were not merged, another of a
        similar name.
    results : list of StudentResult
    assignment : Assignment
    record : Record
    key : str, default ""
        What codes for students are made with.
    anonymous : bool, default False
        Whether such codes stand for the students.
    codes : mapping
        The data set of each student's notebook of a chapter, where it has one of its own.
    """
    label = (lambda student: code_of(student, key)) if anonymous else str
    rows = rows_of(results, assignment, label, codes)
    sheet = Sheet(path, sum(row["points"] is None for row in rows))
    older = [path, *sorted(path.parent.glob(f"{path.stem}-[1-9]*.csv"))]
    sheet.kept = [p for p in older if p.is_file() and holds_unmerged(p, record, key)]
    numbered = (path.with_name(f"{path.stem}-{number}.csv") for number in count(2))
    sheet.path = next(p for p in chain([path], numbered) if p not in sheet.kept)
    spreadsheet.write(sheet.path, HEADER, rows)
    for stale in older:
        if stale not in (*sheet.kept, sheet.path):
            stale.unlink(missing_ok=True)
    return sheet


def rows_of(
    results: list[StudentResult],
    assignment: Assignment,
    label: Callable[[str], str],
    codes: Mapping[tuple[str, str], str] = MappingProxyType({}),
) -> list[dict]:
    """All written answers, question by question: one marks faster, and more evenly."""
    found = [
        (label(result.student), answer, facts(codes.get((result.student, answer["chapter"]), "")))
        for result in results
        for answer in result.answers
        if answer["status"] == NEEDS_MARKING
    ]
    found.sort(key=lambda item: item[0].lower())
    firsts: dict[tuple[str, ...], str] = {}
    rows = []
    for student, answer, of_data in found:
        exercise = assignment.exercises[answer["exercise"]]
        rubric = assignment.rubrics.get(answer["name"], [])
        samples = assignment.samples.get(answer["name"], [])
        fact = of_data.get(answer["name"], "")
        lines = [f"{n}. {line}" for n, line in enumerate(rubric, 1)]
        lines += [f"In this student's own data: {fact}."] if fact else []
        first = firsts.setdefault((answer["name"], plain(answer["text"]), fact), student)
        rows.append(
            answer
            | {
                "student": student,
                "exercise": exercise.number,
                "prompt": f"{exercise.title}. {exercise.prompt}",
                "answer": answer["text"],
                "same_as": first if first != student else "",
                "first": first,
                "rubric": "\n".join(lines),
                "samples": "\n".join(f"{n}: {t}" for n, t in zip(SAMPLES, samples, strict=False)),
                "version": "v" + version_of(answer),
            }
        )
    order = [name for chapter in assignment.chapters for name in chapter.plan]
    # The sort is stable: who comes first in a group of identical answers stays first.
    rows.sort(key=lambda row: (order.index(row["name"]), row["first"].lower()))
    return rows


def plain(text: str) -> str:
    """The same for answers that differ in spaces and cases only."""
    return " ".join(text.casefold().split())


def read(path: Path, record: Record, key: str = "") -> list[dict]:
    """The rows of a sheet, with students for codes, and each with its `stored` answer, or None."""
    rows: list[dict] = [dict(row) for row in spreadsheet.read(path, NEEDED)]
    answers = {
        (row["student"], row["chapter"], row["name"]): row
        for row in record.query("SELECT * FROM answers")
    }
    codes = {code_of(student, key): student for student, _, _ in answers}
    for row in rows:
        first = row.get("same_as", "")
        row |= {"same_as": codes.get(first, first)}
        row |= {"student": codes.get(row["student"], row["student"])}
        row["stored"] = answers.get((row["student"], row["chapter"], row["name"]))
    return rows


def holds_unmerged(path: Path, record: Record, key: str = "") -> bool:
    """Does a sheet hold a mark or a comment that the record does not have?"""
    try:
        rows = read(path, record, key)
    except ValueError:  # saved in a way that cannot be read: it may hold anything
        return True
    marks = {
        (mark["student"], mark["chapter"], mark["name"], mark["version"]): mark
        for mark in record.query("SELECT * FROM marks")
    }
    for row in rows:
        if row["points"].strip() or row["comment"].strip():
            version = row["version"].removeprefix("v")
            mark = marks.get((row["student"], row["chapter"], row["name"], version))
            try:
                points = float(row["points"].replace(",", "."))
            except ValueError:
                return True
            if not mark or mark["comment"] != row["comment"]:
                return True
            if abs(mark["points"] - points) > 0.005:
                return True
    return False


def merge(path: Path, record: Record, key: str = "") -> int:
    """Store the points of a filled sheet; rows without points are left open. Return how many.

    Raises
    ------
    MarksError
        If a row has points that are no number between 0 and `most`, or names an answer that is
        not there, or one that changed since. Nothing is stored then.
    """
    rows = read(path, record, key)
    filled = {
        (row["student"], row["chapter"], row["name"]): row for row in rows if row["points"].strip()
    }
    marks, problems = [], []
    for line, row in enumerate(rows, 2):
        first = filled.get((row["same_as"], row["chapter"], row["name"]))
        if not row["points"].strip():
            if not first or not are_same(row["stored"], first["stored"]):
                continue
            row |= {column: row[column] or first[column] for column in ("points", "comment")}
        try:
            marks.append(mark_of(row, row["stored"]))
        except ValueError as error:
            problems.append(f"  row {line} ({row['student']}, {row['name']}): {error}")
    if problems:
        raise MarksError(
            f"Nothing of {path} was merged. Mend these rows and try again:\n" + "\n".join(problems)
        )
    record.mark(marks)
    return len(marks)


def are_same(one: dict | None, other: dict | None) -> bool:
    """Are two stored answers the same, and worth the same?"""
    if one is None or other is None:
        return False
    return plain(one["text"]) == plain(other["text"]) and one["most"] == other["most"]


def mark_of(row: dict[str, str], answer: dict | None) -> dict:
    """One row as a mark; `ValueError` if it is none."""
    if answer is None or answer["status"] != NEEDS_MARKING:
        raise ValueError("there is no such answer to mark.")
    if row["version"].removeprefix("v") != version_of(answer):
        raise ValueError(
            "the answer, or what it is worth, changed since the sheet was written; mark it anew."
        )
    try:
        points = float(row["points"].replace(",", "."))
    except ValueError:
        raise ValueError(f"the points {row['points']!r} are not a number.") from None
    if not 0 <= points <= answer["most"] + 0.005:
        raise ValueError(f"the points {points:g} are not between 0 and {answer['most']:g}.")
    return {
        "student": row["student"],
        "chapter": row["chapter"],
        "name": row["name"],
        "version": version_of(answer),
        "points": points,
        "comment": row["comment"],
    }
