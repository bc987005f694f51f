"""The Sphinx extension for answer boxes: numbers, intervals and letters, judged on the page.

The scripts are in assets/answers/. What they judge by is written beside them when the book is
built, from the rules and the mistakes that the self-checks read (`course.judging`): targets,
models, tolerances, digests of letters and sentences, and no value that is expected. The page
computes those with the laboratory's engine, from its data: without the songs there are no boxes.
"""

import json
from collections.abc import Iterator
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from course.exact import PROBABILITY
from course.judging import judge, mistakes, values
from course.judging.draws import STANDARD_ERRORS
from course.judging.mistakes import Alternative
from course.judging.questions import QUESTIONS, Choice, Derived, Interval, Number, Question, title
from course.judging.reference import ACCEPTED_PRIORS
from course.site.sphinx.laboratory import ENGINE, on_this_machine

# What a page with boxes loads, and what it loads when the first number is to be judged.
BOXES = tuple(f"answers/{name}.js" for name in ("questions", "letters", "boxes"))
JUDGE = (
    *ENGINE,
    "laboratory/data.js",
    *(f"answers/{name}.js" for name in ("quantities", "shrinkage", "judge")),
)
STYLE = "answers/answers.css"


def setup(app: Sphinx) -> dict:
    """Register the extension (called by Sphinx)."""
    app.connect("html-page-context", add_scripts)
    app.connect("build-finished", write_questions)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def add_scripts(app: Sphinx, page: str, template: str, context: dict, doctree) -> None:
    """Let a page whose exercises have boxes load their scripts and their style."""
    if app.builder.name == "html" and on_this_machine("spotify") and has_boxes(app.env, page):
        for name in BOXES:
            app.add_js_file(name, loading_method="defer")
        app.add_css_file(STYLE)


def has_boxes(env: BuildEnvironment, page: str) -> bool:
    """Is there an exercise on the page that has a box?"""
    registry = getattr(env, "sphinx_exercise_registry", {})
    return any(
        entry["docname"] == page and any(map(in_a_box, QUESTIONS.get(id, {}).values()))
        for id, entry in registry.items()
    )


def in_a_box(question: Question) -> bool:
    """Can a page judge this?"""
    return isinstance(question, (Number, Interval, Derived, Choice))


def write_questions(app: Sphinx, exception: Exception | None) -> None:
    """Write what the boxes judge by, as a script."""
    if exception is None and app.builder.name == "html" and on_this_machine("spotify"):
        path = Path(app.outdir, "_static", "answers", "questions.js")
        path.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps(rules(), ensure_ascii=False, separators=(",", ":"))
        path.write_text(f"window.answers = {{rules: {text}}};\n", encoding="utf-8")


def rules() -> dict:
    """All that the boxes judge by, as JSON."""
    said = Sentences()
    exercises = {
        id: {
            "title": title(id),
            "questions": [
                {"name": name, **rule(id, name, question, said)}
                for name, question in asked.items()
                if in_a_box(question)
            ],
        }
        for id, asked in QUESTIONS.items()
        if any(map(in_a_box, asked.values()))
    }
    return {
        "STANDARD_ERRORS": STANDARD_ERRORS,
        "SEPARATION": values.SEPARATION,
        "ROUNDING": values.ROUNDING,
        "ASSUMED_SIZE": values.ASSUMED_SIZE,
        "PROBABILITY": PROBABILITY,
        "scripts": JUDGE,
        "sentences": {
            "unreadable": judge.UNREADABLE,
            "notAnswered": judge.NOT_ANSWERED,
            "oneEnd": values.ONE_END,
            "notWithinError": values.NOT_WITHIN_ERROR,
            "reversed": mistakes.REVERSED.sentence,
            "otherProbability": mistakes.of_probability(PROBABILITY, exactly=False).sentence,
        },
        "exercises": exercises,
        "mistakes": list(said),
    }


class Sentences(dict):
    """The sentences on mistakes, each with its place."""

    def __missing__(self, sentence: str) -> int:
        """The place of a sentence that is new."""
        return self.setdefault(sentence, len(self))


def rule(exercise: str, name: str, question: Question, said: Sentences) -> dict:
    """One question as the page reads it."""
    match question:
        case Choice():
            return {
                "kind": "letter",
                "options": question.options,
                "digest": question.digest,
                "hint": question.hint,
            }
        case Derived():
            return {
                "kind": "derived",
                "decimals": question.decimals,
                "key": question.key,
                "others": [
                    {"mistake": said[mistake.sentence], "key": key}
                    for mistake, key in mistakes.other_errors(question.key)
                ],
                "rounded": said[mistakes.rounded_to(question.decimals).sentence],
                "hint": judge.judge_alone(exercise, name, -1.0).message,  # a root is no such number
            }
        case Number():
            kind, statistic, prob = "number", question.statistic, PROBABILITY
            others = mistakes.other_numbers(question.model, question.target)
        case Interval():
            kind, statistic, prob = "interval", "interval", question.prob
            others = mistakes.other_intervals(question.model, question.target)
        case _:
            raise TypeError(f"A page does not judge {question!r}.")
    asked = Alternative(mistakes.OTHER_PARAMETER, question.model, question.target, prob=prob)
    return {
        "kind": kind,
        "decimals": question.decimals,
        "asked": quantity(asked, statistic, prob),
        "priors": ACCEPTED_PRIORS,
        "others": list(alternatives(others, statistic, prob, said)),
    }


def alternatives(
    others: Iterator[Alternative], statistic: str, prob: float, said: Sentences
) -> Iterator[dict]:
    """The mistakes that a question knows, in their order."""
    for other in others:
        yield {
            "mistake": said[other.mistake.sentence],
            "asked": quantity(other, statistic, prob),
            "prob": other.prob,
            "priors": ("",) if other.model == "data" else other.priors,
            "scale": other.scale,
        }


def quantity(other: Alternative, statistic: str, prob: float) -> dict:
    """A statistic of a quantity; `statistic` and `prob` are those of the question."""
    statistic = other.statistic or statistic
    usual = statistic == "interval" and other.prob == PROBABILITY
    return {
        "model": other.model,
        "target": other.target.name,
        "label": other.target.label,
        "statistic": statistic,
        "prob": prob if usual else other.prob,
    }
