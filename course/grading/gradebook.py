"""The gradebook as CSV, also for a learning management system, and the list of identical work.

Columns of ``gradebook.csv``, one row a student:

| column | content |
| --- | --- |
| student | from the file or folder name, or the roster's `student` |
| (others) | the roster's further columns, such as `name` and `email` |
| late | "yes" if the learning platform says so in the file's name |
| handed_in | when the newest graded file was changed; a copy without dates has that of copying |
| status | worst of the notebooks, from graded to failed, or "nothing handed in" |
| points | final points; empty while something is to be marked or could not be graded |
| points_so_far | what is known up to now |
| bonus | how much of that is from exercises that count on top of the maximum |
| maximum | the points to be had without a bonus |
| percent | of `points`, with one decimal |
| to_mark | written answers that wait for an instructor |
| sandboxed | "no" if it was graded with --unsafe |
| overridden | exercises whose points were set by hand |
| ex-00 … | points of each exercise; empty means unknown, or an optional chapter not handed in |
| notes | what was odd about the files |
"""

import re
import time
from pathlib import Path

from course.grading import spreadsheet
from course.grading.assignment import Assignment
from course.grading.roster import Roster
from course.grading.student_results import StudentResult

# What each system calls its columns; points go under the assignment's own name.
SYSTEMS = {
    "canvas": {
        "Student": "name",
        "ID": "canvas_id",
        "SIS User ID": "sis_user_id",
        "SIS Login ID": "student",
        "Section": "section",
        "{assignment}": "points",
    },
    "moodle": {
        "ID number": "student",
        "Full name": "name",
        "Email address": "email",
        "Grade": "points",
        "Feedback comments": "notes",
    },
}
#: The columns of Moodle's gradebook that say who somebody is.
MOODLE_PEOPLE = {
    "first name",
    "last name",
    "surname",
    "full name",
    "username",
    "id number",
    "institution",
    "department",
    "email address",
}
#: What the assignment is called where nobody said it.
TITLE = "Activity"


def row_of(result: StudentResult, assignment: Assignment) -> dict:
    """One student's row."""
    points, maximum = result.points, assignment.maximum
    return (
        result.details
        | {
            "student": result.student,
            "late": "yes" if result.late else "",
            "handed_in": date_of(result.handed_in),
            "status": result.status,
            "points": points,
            "points_so_far": result.points_so_far,
            "bonus": result.bonus,
            "maximum": maximum,
            "percent": round(100 * points / maximum, 1) if points is not None and maximum else None,
            "to_mark": result.to_mark,
            "sandboxed": "yes" if result.safe else "no",
            "overridden": " ".join(result.overrides),
            "notes": " ".join(result.notes),
        }
        | result.exercises
    )


def date_of(seconds: float) -> str:
    """A date, in the time of this machine; empty for 0."""
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(seconds)) if seconds else ""


def header_of(results: list[StudentResult], assignment: Assignment) -> list[str]:
    """The columns, in order."""
    extra = dict.fromkeys(key for result in results for key in result.details)
    own = [
        "late",
        "handed_in",
        "status",
        "points",
        "points_so_far",
        "bonus",
        "maximum",
        "percent",
        "to_mark",
        "sandboxed",
        "overridden",
        *assignment.exercises,
        "notes",
    ]
    return ["student", *(key for key in extra if key not in ("student", *own)), *own]


def write(path: Path, results: list[StudentResult], assignment: Assignment) -> None:
    """Write the gradebook."""
    spreadsheet.write(
        path, header_of(results, assignment), [row_of(result, assignment) for result in results]
    )


def columns_for(
    system: str, title: str, changes: list[str], roster: Roster | None = None
) -> dict[str, str]:
    """The columns of an import file: those of a system, then changes like "Grade=percent".

    Where the roster is an export of the system, they are the export's own.

    Raises
    ------
    ValueError
        If a change is not of the form COLUMN=FIELD.
    """
    own = list(next(iter(roster.rows.values()))) if roster and roster.platform == system else []
    if own and system == "canvas":
        columns = {name: name for name in own if name in SYSTEMS["canvas"]}
        columns[assignment_in(own, title)] = "points"
    elif own:
        is_worksheet = "Identifier" in own
        columns = {name: name for name in own if is_worksheet or name.casefold() in MOODLE_PEOPLE}
        columns |= {"Grade": "points"}
        if "Feedback comments" in own:
            columns["Feedback comments"] = "notes"
    else:
        columns = {
            key.format(assignment=title or TITLE): value
            for key, value in SYSTEMS.get(system, {}).items()
        }
    for change in changes:
        column, sign, source = change.rpartition("=")
        if not sign or not column:
            raise ValueError(f"--column {change}: write COLUMN=FIELD, such as Grade=percent.")
        columns[column] = source
    return columns


def assignment_in(columns: list[str], title: str) -> str:
    """The assignment's column in an export of Canvas: "Activity (1234)" for "Activity"."""
    numbered = [name for name in columns if re.fullmatch(r".+ \(\d+\)", name)]
    if title in columns:
        return title
    named = [name for name in numbered if name.rpartition(" (")[0] == (title or TITLE)]
    found = named or (numbered if not title else [])
    return found[0] if len(found) == 1 else title or TITLE


def write_import(
    path: Path,
    columns: dict[str, str],
    results: list[StudentResult],
    assignment: Assignment,
    roster: Roster | None = None,
) -> None:
    """Write a file for a learning management system; it holds only final points.

    Where the roster is an export of a system, its columns come back as they were, and students who
    are not in it are left out: the system could not find them.

    Raises
    ------
    ValueError
        If a column asks for a field that neither the gradebook nor the roster has.
    """
    exported = roster.rows if roster and roster.platform else {}
    known = header_of(results, assignment)
    possible = {value for system in SYSTEMS.values() for value in system.values()}
    possible.update(known, *exported.values())
    if unknown := [source for source in columns.values() if source not in possible]:
        raise ValueError(f"There is no field {', '.join(unknown)}. There are: {', '.join(known)}.")
    rows = [
        exported.get(result.student, {}) | row_of(result, assignment)
        for result in results
        if not exported or result.student in exported
    ]
    spreadsheet.write(
        path,
        list(columns),
        [{column: row.get(source) for column, source in columns.items()} for row in rows],
    )


def write_identical(
    path: Path, groups: list[tuple[str, list[str]]], others: list[tuple[str, str, str]]
) -> None:
    """Write what students share: chapter, students, and the same code, a data set, or numbers."""
    rows = [(chapter, ", ".join(students), "the same code") for chapter, students in groups]
    header = ["chapter", "students", "what"]
    spreadsheet.write(path, header, [dict(zip(header, row, strict=True)) for row in rows + others])
