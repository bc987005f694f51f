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
