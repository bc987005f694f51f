"""One HTML page a student. All text is escaped, and the page forbids scripts and any loading."""

import hashlib
import re
from itertools import groupby
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from course.chapters.cells import replace
from course.grading.assignment import Assignment
from course.grading.student_results import StudentResult

PAGES = Environment(
    loader=PackageLoader("course.grading", "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def number(value: float | None) -> str:
    """Points as people write them; a dash for unknown."""
    return "–" if value is None else f"{value:.2f}".rstrip("0").rstrip(".")


PAGES.filters["number"] = number


def filename(student: str) -> str:
    """A file name for a student: theirs if it is harmless, else a similar one with a digest."""
    plain = re.sub(r"[^\w.-]+", "_", student, flags=re.ASCII).strip("._")[:60]
    if plain == student:
        return f"{plain}.html"
    return f"{plain or 'student'}-{hashlib.sha256(student.encode()).hexdigest()[:8]}.html"


def write(folder: Path, result: StudentResult, assignment: Assignment) -> Path:
    """Write the page of one student."""
    folder.mkdir(exist_ok=True)
    path = folder / filename(result.student)
    text = render(result, assignment)
    replace(path, text)
    return path


def render(result: StudentResult, assignment: Assignment) -> str:
    """The page as HTML."""
    chapters = []
    for chapter in assignment.chapters:
        answers = [a for a in result.answers if a["chapter"] == chapter.name]
        by_exercise = {
            key: list(group)
            for key, group in groupby(answers, key=lambda answer: answer["exercise"])
        }
        chapters.append(
            {
                "name": chapter.name,
                "title": chapter.title,
                "notebooks": [n for n in result.notebooks if n["chapter"] == chapter.name],
                "exercises": [
                    (exercise, by_exercise.get(exercise.id, [])) for exercise in chapter.exercises
                ],
            }
        )
    others = [n for n in result.notebooks if not n["chapter"]]
    return PAGES.get_template("feedback.html.j2").render(
        result=result, chapters=chapters, others=others, maximum=assignment.maximum
    )
