"""From what a notebook left to what each answer earns; nothing is executed here."""

import math
from dataclasses import dataclass

from course.chapters.exercises import Exercise
from course.grading.assigned_names import assigned
from course.grading.assignment import Chapter
from course.judging import questions
from course.judging.judge import judge
from course.judging.verdict import CONFRONTED, FAILED, MISSING, NEEDS_MARKING, WRONG

ERROR, TIMED_OUT = "error", "timed out"
STATUSES = (
    *("correct", "partly", WRONG, MISSING, ERROR, TIMED_OUT, NEEDS_MARKING, CONFRONTED, FAILED),
)
MOST_TEXT = 20_000


@dataclass
class Answer:
    """One declared name, judged."""

    exercise: str
    name: str
    status: str
    """One of `STATUSES`."""
    points: float | None
    """None until an instructor marked it, and where the grader failed."""
    most: float
    message: str
    """A sentence for the student."""
    mistake: str = ""
    """The name of a recognised mistake."""
    text: str = ""
    """What was answered, where it is a text."""


def judge_chapter(chapter: Chapter, run: dict, code: list[str]) -> list[Answer]:
    """All answers of one notebook that earn credit.

    Parameters
    ----------
    chapter : Chapter
    run : dict
        What `course.grading.notebook_run.run_notebook` returned. Its answers are claims: they may
        be anything.
    code : list of str
        The sources of the notebook's code cells, as they were run.
    """
    troubles = troubles_of(run["cells"], code)
    answers = []
    for exercise in chapter.exercises:
        claims = {
            name: claim
            for name in questions.plan(exercise.id)
            if isinstance(claim := run["answers"].get(name), dict)
        }
        answers += judge_exercise(exercise, claims, troubles)
    return answers


def judge_exercise(exercise: Exercise, claims: dict, troubles: dict) -> list[Answer]:
    """The answers to one exercise that earn credit, in order."""
    credited = questions.credited(exercise.id)
    verdicts = {verdict.name: verdict for verdict in judge(exercise.id, claims)}
    answers = []
    for name in credited:
        verdict, claim = verdicts[name], claims.get(name, {})
        share = verdict.share if math.isfinite(verdict.share) else 0.0
        most = exercise.points / len(credited)
        answer = Answer(
            exercise.id,
            name,
            verdict.status,
            round(share * most, 4),
            round(most, 4),
            verdict.message,
            verdict.mistake,
        )
        if claim.get("status") != "ok" and name in troubles:
            answer.status, answer.message = troubles[name]
        elif verdict.status in (NEEDS_MARKING, FAILED):
            answer.points = None
        if isinstance(text := claim.get("value"), str) and claim.get("type") == "text":
            answer.text = text[:MOST_TEXT].encode(errors="replace").decode()
        answers.append(answer)
    return answers


def troubles_of(cells: list[dict], code: list[str]) -> dict[str, tuple[str, str]]:
    """For each name whose last assignment failed: the status and a sentence."""
    troubles = {}
    for number, (cell, source) in enumerate(zip(cells, code, strict=True), 1):
        trouble = trouble_of(cell, number)
        for name in assigned(source):
            if trouble:
                troubles[name] = trouble
            else:
                troubles.pop(name, None)
    return troubles


def trouble_of(cell: dict, number: int) -> tuple[str, str] | None:
    """Why a cell did not run to its end, as the status of an answer and a sentence."""
    error = cell.get("error", {})
    match cell["status"]:
        case "ok":
            return None
        case "timed out" | "stopped":
            return TIMED_OUT, f"Code cell {number}: {error['message']}"
        case "not run":
            return TIMED_OUT, f"Code cell {number} was not reached in the time for the notebook."
        case "crashed":
            return ERROR, f"Code cell {number}: {error['message']}"
    where = f", line {error['line']}" if error["line"] else ""
    source = f": `{error['source']}`" if error["source"] else ""
    return ERROR, f"{error['type']}: {error['message']} (code cell {number}{where}{source})"
