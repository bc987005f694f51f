"""A student edition for everybody in a class, each with a data set of their own."""

from dataclasses import dataclass, field
from pathlib import Path

from course.chapters.cells import exercise_chapters
from course.chapters.editions import (
    MANIFEST,
    EditionError,
    archives,
    as_bytes,
    student_files,
    write_files,
)
from course.chapters.own_edition import own_edition
from course.grading import course_key, roster
from course.grading.feedback import filename
from course.grading.own_data import PART
from course.paths import BUILD, NOTEBOOKS

FOLDER = BUILD / "variants"


@dataclass
class Written:
    """What was written."""

    changed: list[Path] = field(default_factory=list)
    codes: dict[str, str] = field(default_factory=dict)
    """By student."""
    rejected: dict[str, list[str]] = field(default_factory=dict)
    """By student: the conditions that the data sets before the student's did not keep."""
    new_key: bool = False


def write_class(table: Path, output: Path = FOLDER, notebooks: Path = NOTEBOOKS) -> Written:
    """Write the notebooks of every student of a roster, and a zip file of each student's.

    The course key lies beside the roster; where there is none, it is made.

    Raises
    ------
    EditionError
        As `editions.write_student` does, and if the key is gone with which what lies in `output`
        was made.
    ValueError, FileNotFoundError
        If the roster or the key cannot be used.
    """
    students = roster.read(table)
    if not students:
        raise ValueError(f"{table} has no students.")
    place = course_key.beside(table)
    key = course_key.read(place)
    if key is None and (output / MANIFEST).is_file():
        raise EditionError(
            f"There is no course key {place}, and what lies in {output} was made with one. Put the "
            "key back; to give everybody other data, name another folder with --output."
        )
    common = student_files(notebooks)  # which looks for what would give answers away
    result = Written(new_key=key is None)
    key = key or course_key.write(place)
    chapters = exercise_chapters(notebooks)
    found: dict[str, tuple[str, list[str]]] = {}
    files: dict[str, bytes] = {}
    for student, details in students.items():
        owner = course_key.owner_of(student, details)
        if owner not in found:
            found[owner] = key.accepted(owner)
        code, rejected = found[owner]
        result.codes[student], result.rejected[student] = code, rejected
        folder = filename(student).removesuffix(".html")
        for path in chapters:
            name = path.relative_to(notebooks).as_posix()
            own = path.parent.name == PART
            files[f"{folder}/{name}"] = (
                as_bytes(own_edition(path, chapters, code)) if own else common[name]
            )
    result.changed = write_files(files | archives(files), output)
    return result


def class_command(table: str, output: str | None) -> int:
    """Write the editions of a class and say where they are; return an exit code."""
    folder = Path(output).resolve() if output else FOLDER
    try:
        written = write_class(Path(table), folder)
    except FileNotFoundError:
        print(f"There is no roster {table}.")
        return 1
    except (EditionError, ValueError, OSError) as error:
        print(error)
        return 1
    for student, code in written.codes.items():
        said = ", ".join(written.rejected[student])
        print(f"{student}: {code}" + (f" (rejected before it: {said})" if said else ""))
    key = course_key.beside(Path(table))
    if written.new_key:
        print(f"Wrote the course key {key}: keep it with the roster, and give it to nobody.")
    print(f"Everybody's notebooks are {'ready' if written.changed else 'up to date'}: {folder}")
    return 0
