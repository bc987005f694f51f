"""Self-checks: is what you assigned right, not yet, or the result of a known mistake?"""

import difflib
import sys
import textwrap
from collections import ChainMap
from collections.abc import Mapping, Sequence
from typing import Any

from course.data import DataAlteredError, DataNotFoundError, variant_in_use
from course.judging import questions
from course.judging.judge import judge
from course.judging.judged_data import judged_by
from course.judging.verdict import (
    CONFRONTED,
    CORRECT,
    FAILED,
    MISSING,
    NEEDS_MARKING,
    PARTLY,
    Verdict,
)
from course.submission import answers

LEADS = {
    CORRECT: "right",
    PARTLY: "partly",
    MISSING: "not answered yet",
    NEEDS_MARKING: "needs marking",
    CONFRONTED: "your guess",
    FAILED: "not judged",
}
WIDTH = 88


class Report:
    """What a check found; displays itself as a few lines of text.

    exercise: its id; verdicts: one `Verdict` a declared name, none if nothing could be checked;
    guesses: one for each earlier guess that this exercise confronts.
    """

    def __init__(
        self,
        exercise: str,
        verdicts: list[Verdict],
        note: str = "",
        guesses: Sequence[Verdict] = (),
    ) -> None:
        self.exercise, self.verdicts, self.note = exercise, verdicts, note
        self.guesses = list(guesses)

    def __repr__(self) -> str:
        lines = [questions.title(self.exercise)]
        if self.note:
            lines += [f"  {line}" for line in self.note.splitlines()]
        verdicts = [*self.verdicts, *self.guesses]
        width = max((len(verdict.name) for verdict in verdicts), default=0)
        for verdict in verdicts:
            lead = LEADS.get(verdict.status, "not yet")
            if verdict.status == MISSING and verdict.message:
                lead = verdict.message
            says_more = verdict.message and verdict.message != lead
            lines += (
                textwrap.wrap(
                    f"{lead}: {verdict.message}" if says_more else lead,
                    WIDTH,
                    initial_indent=f"  {verdict.name:<{width}}   ",
                    subsequent_indent=" " * (width + 5),
                    break_long_words=False,
                )
                if width < 60
                else [f"  {verdict.name}   {lead}"]
            )
        return "\n".join(lines)


def check(exercise: str, namespace: Mapping[str, Any] | None = None) -> Report:
    """Check the answers to an exercise, such as ``check("ex-03")``.

    Looks for the declared names among your variables (or in `namespace`), and says of each whether
    it is right. It never raises an error, and never shows an expected value. An answer may differ
    from the book's: it only has to agree with the exact value within the precision of your draws.
    If your notebook has loaded a data set of its own, ``load_spotify(variant="…")``, that is what
    answers are judged by.

    Returns
    -------
    Report
        Displays itself; ``.verdicts`` has one entry a declared name.
    """
    if namespace is None:
        frame = sys._getframe(1)
        namespace = ChainMap(frame.f_locals, frame.f_globals)
    if not isinstance(exercise, str) or exercise not in questions.QUESTIONS:
        return Report(str(exercise)[:40], [], _unknown(exercise))
    try:
        guesses = [
            verdict
            for earlier, name in questions.guesses_confronted_in(exercise)
            for verdict in judge_in(earlier, namespace)
            if verdict.name == name and verdict.status == CONFRONTED
        ]
        return Report(exercise, judge_in(exercise, namespace), guesses=guesses)
    except (DataNotFoundError, DataAlteredError) as error:
        return Report(exercise, [], str(error))


def judge_in(exercise: str, namespace: Mapping[str, Any]) -> list[Verdict]:
    """Judge the answers to an exercise that a namespace holds, by the session's data set."""
    with judged_by(variant_in_use()):
        return judge(exercise, answers.collect(namespace, questions.plan(exercise)))


def _unknown(exercise: Any) -> str:
    near = difflib.get_close_matches(str(exercise), questions.QUESTIONS, n=3, cutoff=0.4)
    known = ", ".join(near or questions.QUESTIONS)
    return f"There is no such exercise. {'Did you mean' if near else 'There are'} {known}?"[:-1] + (
        "?" if near else "."
    )
