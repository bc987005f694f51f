"""The marking sheet: one row a written answer, with its rubric; filled in, it is merged back."""

from pathlib import Path

from course.grading import spreadsheet
from course.grading.assignment import Assignment
from course.grading.database import Record
from course.grading.judge_notebook import NEEDS_MARKING
from course.grading.student_results import StudentResult, version_of

HEADER = ["student", "chapter", "name", "answer", "rubric", "most", "points", "comment", "version"]


class MarksError(ValueError):
    """A marking sheet cannot be merged; nothing was. The message lists the rows."""


def write(path: Path, results: list[StudentResult], assignment: Assignment) -> int:
    """Write the sheet, with the marks given so far; return how many are still to be given."""
    rows, open_ones = [], 0
    for result in results:
        for answer in result.answers:
            if answer["status"] != NEEDS_MARKING:
                continue
            open_ones += answer["points"] is None
            rubric = assignment.rubrics.get(answer["name"], [])
            rows.append(
                answer
                | {
                    "answer": answer["text"],
                    "version": "v" + version_of(answer["text"]),
                    "rubric": "\n".join(f"{n}. {line}" for n, line in enumerate(rubric, 1)),
                }
            )
    # Question by question: one marks faster, and more evenly.
    order = [name for chapter in assignment.chapters for name in chapter.plan]
    rows.sort(key=lambda row: (order.index(row["name"]), row["student"].lower()))
    spreadsheet.write(path, HEADER, rows)
    return open_ones


def merge(path: Path, record: Record) -> int:
    """Store the points of a filled sheet; rows without points are left open. Return how many.

    Raises
    ------
    MarksError
        If a row has points that are no number between 0 and `most`, or names an answer that is
        not there, or one that changed since. Nothing is stored then.
    """
    rows = spreadsheet.read(
        path, [name for name in HEADER if name not in ("answer", "rubric", "most")]
    )
    marks, problems = [], []
    for line, row in enumerate(rows, 2):
        if not row["points"].strip():
            continue
        found = record.query(
            "SELECT * FROM answers WHERE student = ? AND chapter = ? AND name = ?",
            row["student"],
            row["chapter"],
            row["name"],
        )
        try:
            marks.append(mark_of(row, found[0] if found else None))
        except ValueError as error:
            problems.append(f"  row {line} ({row['student']}, {row['name']}): {error}")
    if problems:
        raise MarksError(
            f"Nothing of {path} was merged. Mend these rows and try again:\n" + "\n".join(problems)
        )
    record.mark(marks)
    return len(marks)


def mark_of(row: dict[str, str], answer: dict | None) -> dict:
    """One row as a mark; `ValueError` if it is none."""
    if answer is None or answer["status"] != NEEDS_MARKING:
        raise ValueError("there is no such answer to mark.")
    if row["version"].removeprefix("v") != version_of(answer["text"]):
        raise ValueError("the answer changed since the sheet was written; mark the new one.")
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
        "version": version_of(answer["text"]),
        "points": points,
        "comment": row["comment"],
    }
