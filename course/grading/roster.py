"""The roster: who should hand in, and how their files are named."""

from pathlib import Path

from course.grading import spreadsheet


def read(path: Path) -> dict[str, dict[str, str]]:
    """The students of a CSV file with a column `student`, and their other columns.

    Files are found by `student` or, if there is such a column, by `file`: a file or folder belongs
    to the first student whose text its name begins with, followed by its end or one of ``_-. ``.

    Raises
    ------
    ValueError
        If there is no column `student`, or a student is there twice.
    """
    students = {}
    for row in spreadsheet.read(path, ["student"]):
        key = row.pop("student").strip()
        if not key:
            continue
        if key in students:
            raise ValueError(f"{path} has {key} twice.")
        students[key] = row
    return students


def on_roster(student: str, roster: dict[str, dict[str, str]] | None) -> str:
    """The roster's own key of a student whose file name begins with it."""
    for key, details in (roster or {}).items():
        for name in filter(None, (key, details.get("file"))):
            rest = student.lower().removeprefix(name.lower())
            if rest != student.lower() and (not rest or rest[0] in "_-. "):
                return key
    return student
