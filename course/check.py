"""Self-checks: is what you assigned right, not yet, or the result of a known mistake?"""

import difflib
import sys
import textwrap
from collections import ChainMap
from collections.abc import Mapping
from typing import Any

from course.data import DataAlteredError, DataNotFoundError
from course.judging import questions
from course.judging.judge import judge
from course.judging.verdict import CORRECT, MISSING, NEEDS_MARKING, PARTLY, Verdict
from course.submission import answers

LEADS = {
    CORRECT: "right",
    PARTLY: "partly",
    MISSING: "not answered yet",
    NEEDS_MARKING: "needs marking",
}
WIDTH = 88


class Report:
    """What a check found; displays itself as a few lines of text.

    exercise: its id; verdicts: one `Verdict` a declared name, none if nothing could be checked.
    """

    def __init__(self, exercise: str, verdicts: list[Verdict], note: str = "") -> None:
        self.exercise, self.verdicts, self.note = exercise, verdicts, note

    def __repr__(self) -> str:
        lines = [title(self.exercise)]
        if self.note:
            lines += [f"  {line}" for line in self.note.splitlines()]
        width = max((len(verdict.name) for verdict in self.verdicts), default=0)
        for verdict in self.verdicts:
            lead = LEADS.get(verdict.status, "not yet")
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


def title(exercise: str) -> str:
    """ "ex-05a" reads "Exercise 5a"."""
    return f"Exercise {exercise.removeprefix('ex-').lstrip('0') or '0'}"


def check(exercise: str, namespace: Mapping[str, Any] | None = None) -> Report:
    """Check the answers to an exercise, such as ``check("ex-03")``.

    Looks for the declared names among your variables (or in `namespace`), and says of each whether
    it is right. It never raises an error, and never shows an expected value. An answer may differ
    from the book's: it only has to agree with the exact value within the precision of your draws.

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
        found = answers.collect(namespace, questions.plan(exercise))
        return Report(exercise, judge(exercise, found))
    except (DataNotFoundError, DataAlteredError) as error:
        return Report(exercise, [], str(error))


def _unknown(exercise: Any) -> str:
    near = difflib.get_close_matches(str(exercise), questions.QUESTIONS, n=3, cutoff=0.4)
    known = ", ".join(near or questions.QUESTIONS)
    return f"There is no such exercise. {'Did you mean' if near else 'There are'} {known}?"[:-1] + (
        "?" if near else "."
    )
