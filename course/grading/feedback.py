"""One HTML page a student."""

import hashlib
import re
from itertools import groupby
from pathlib import Path

from course.chapters.cells import replace
from course.grading.assignment import Assignment
from course.grading.pages import PAGES
from course.grading.student_results import StudentResult

#: In the head of every page that the grader wrote.
OURS = '<meta name="generator" content="course.grading">'


def filename(student: str) -> str:
    """A file name for a student: theirs if it is harmless, else a similar one with a digest."""
    plain = re.sub(r"[^\w.-]+", "_", student, flags=re.ASCII).strip("._")[:60]
    if plain == student and not re.search(r"-[0-9a-f]{8}$", plain):
        return f"{plain}.html"
    return f"{plain or 'student'}-{hashlib.sha256(student.encode()).hexdigest()[:8]}.html"


def write_all(folder: Path, results: list[StudentResult], assignment: Assignment) -> None:
    """Write a page for each student, and remove those of students who are no longer there."""
    folder.mkdir(exist_ok=True)
    for result in results:
        replace(folder / filename(result.student), render(result, assignment))
    pages = {filename(result.student) for result in results}
    for path in folder.glob("*.html"):
        if path.name not in pages and OURS in path.read_text(encoding="utf-8", errors="replace"):
            path.unlink()


def render(result: StudentResult, assignment: Assignment) -> str:
    """The page as HTML."""
    chapters = []
    handed_in = {notebook["chapter"] for notebook in result.notebooks}
    for chapter in assignment.chapters:
        if chapter.optional and chapter.name not in handed_in:
            continue
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
