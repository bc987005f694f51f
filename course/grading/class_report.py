"""The class at a glance, for its instructor: points, mistakes, who is stuck, what to discuss."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from course.chapters.cells import replace
from course.chapters.exercises import Exercise
from course.grading.assignment import Assignment
from course.grading.judge_notebook import ERROR, MISSING, TIMED_OUT, WRONG
from course.grading.pages import PAGES
from course.grading.student_results import NOTHING, StudentResult

NOT_ANSWERED = (MISSING, ERROR, TIMED_OUT)
#: Stuck: without an answer to half of the questions, or with less than this share of the points.
LITTLE = 0.4
#: To be discussed: exercises, but for a bonus, on which the class lost this share; where most
#: points went, first.
MUCH, MOST_TOPICS = 0.25, 5


@dataclass
class Summary:
    """One exercise, over all students."""

    exercise: Exercise
    points: list[float] = field(default_factory=list)
    """Of those who handed in its chapter and whose points are known."""
    open: int = 0
    """Students whose points are not known yet."""
    statuses: Counter = field(default_factory=Counter)
    """Students by declared name and status."""
    mistakes: Counter = field(default_factory=Counter)
    """Students by declared name, recognised mistake and what they were told of it."""
    unnamed: Counter = field(default_factory=Counter)
    """Students by declared name and message, for wrong answers without a recognised mistake."""

    @property
    def share(self) -> float | None:
        """The mean share of the points; None if nobody has any."""
        if not self.points:
            return None
        return sum(self.points) / len(self.points) / self.exercise.points

    @property
    def full(self) -> int:
        """Students with all points."""
        return sum(points >= self.exercise.points - 0.005 for points in self.points)

    @property
    def nothing(self) -> int:
        """Students with no point."""
        return sum(points == 0 for points in self.points)


def write(path: Path, results: list[StudentResult], assignment: Assignment) -> None:
    """Write the page."""
    replace(path, render(results, assignment))


def render(results: list[StudentResult], assignment: Assignment) -> str:
    """The page as HTML."""
    exercises = summaries(results, assignment)
    worst = sorted(
        (
            s
            for s in exercises
            if s.share is not None and s.share <= 1 - MUCH and not s.exercise.optional
        ),
        key=lambda s: (s.share or 0.0) * s.exercise.points - s.exercise.points,
    )
    final = [result.points for result in results if result.points is not None]
    return PAGES.get_template("report.html.j2").render(
        results=results,
        exercises=exercises,
        topics=worst[:MOST_TOPICS],
        stuck=stuck(results, assignment),
        absent=[result for result in results if result.status == NOTHING],
        final=final,
        mean=sum(final) / len(final) if final else None,
        maximum=assignment.maximum,
    )


def summaries(results: list[StudentResult], assignment: Assignment) -> list[Summary]:
    """What the class did in each exercise."""
    found = {}
    for chapter in assignment.chapters:
        for exercise in chapter.exercises:
            summary = found[exercise.id] = Summary(exercise)
            for result in results:
                if any(row["chapter"] == chapter.name for row in result.notebooks):
                    points = result.exercises[exercise.id]
                    if points is None:
                        summary.open += 1
                    else:
                        summary.points.append(points)
    for result in results:
        for answer in result.answers:
            summary = found[answer["exercise"]]
            summary.statuses[answer["name"], answer["status"]] += 1
            if answer["mistake"]:
                summary.mistakes[answer["name"], answer["mistake"], answer["message"]] += 1
            elif answer["status"] == WRONG:
                summary.unnamed[answer["name"], answer["message"]] += 1
    return list(found.values())


def stuck(
    results: list[StudentResult], assignment: Assignment
) -> list[tuple[StudentResult, int, int, str]]:
    """Students who need help: unanswered questions, of how many, and the first exercise of these.

    Those who answered least come first.
    """
    found = []
    for result in results:
        answers = [a for a in result.answers if a["exercise"] not in result.optional]
        if not answers:
            continue
        without = [a for a in answers if a["status"] in NOT_ANSWERED]
        known = [a for a in answers if a["points"] is not None]
        earned, most = sum(a["points"] for a in known), sum(a["most"] for a in known)
        if len(without) >= len(answers) / 2 or earned < LITTLE * most:
            lost = without or [a for a in known if a["points"] < a["most"]]
            first = assignment.exercises[lost[0]["exercise"]]
            place = f"{first.number} · {first.title}"
            found.append((result, len(without), len(answers), place))
    return sorted(found, key=lambda item: (-item[1] / item[2], item[0].student.lower()))
