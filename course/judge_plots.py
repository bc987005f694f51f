"""Judge a plot by what is drawn in it."""

from typing import Any

from course.questions import Plot
from course.verdict import Verdict, correct, wrong


def judge_plot(name: str, question: Plot, value: Any) -> Verdict:
    panels = value.get("panels") if isinstance(value, dict) else None
    if not isinstance(panels, list) or not any(panel.get("marks") for panel in panels):
        return wrong(name, "Nothing is drawn.")
    return correct(name)
