"""Judge the answers to one exercise. Used by the self-checks and by the grader, alike.

`answers` is what `answers.collect` returned, perhaps by way of JSON from a process that is
not to be trusted. Nothing in it is executed, and nothing in it makes `judge` fail.
"""

import math
from typing import Any

import numpy as np

from course.data import DataAlteredError
from course.judging import mistakes, questions
from course.judging.draws import Fit, array_of, judge_draws, judge_posterior, predictive_size
from course.judging.plots import judge_plot
from course.judging.questions import QUESTIONS
from course.judging.values import (
    Evidence,
    is_right,
    judge_derived,
    judge_expression,
    judge_interval,
    judge_number,
    judge_table,
    table_of,
)
from course.judging.verdict import (
    CONFRONTED,
    CORRECT,
    MISSING,
    NEEDS_MARKING,
    STATUSES,
    Verdict,
    correct,
    failed,
    wrong,
)

__all__ = ["STATUSES", "Verdict", "judge", "judge_alone", "right_alone"]

SHORTEST_TEXT = 20  # characters of an answer worth marking
NOT_ANSWERED, UNREADABLE = "not answered yet", "It could not be read."


def judge(exercise: str, answers: dict[str, dict]) -> list[Verdict]:
    """One verdict for each declared name of the exercise, in order.

    Raises KeyError for an unknown exercise, and `course.data.DataNotFoundError` or
    `course.data.DataAlteredError` where it needs data that are missing or not the published ones;
    nothing that `answers` holds raises an error. An exception of ours gives the verdict "failed".
    """
    given = answers if isinstance(answers, dict) else {}
    case = _Case(exercise, given)
    return [case.verdict(name) for name in QUESTIONS[exercise]]


def judge_alone(exercise: str, name: str, value: Any) -> Verdict:
    """The verdict on a value that comes without a fit, for a reader who has no marks to gain.

    A number or an interval is right where a right fit with `values.ASSUMED_SIZE` effective draws
    may give it. A mistake that `judge` recognises without a fit is that mistake; all else is
    judged as if it came from such a fit. Other kinds of answers get the verdict of `judge`.

    value: as JSON has it. The pages of the book say the same (`assets/answers`).
    """
    answers = {name: {"status": "ok", "value": value}}
    verdict = _Case(exercise, answers).verdict(name)
    return verdict if verdict.mistake else _Alone(exercise, answers).verdict(name)


def right_alone(exercise: str, answers: dict[str, dict]) -> set[str]:
    """The names whose number, interval or table would be right, whatever stands beside it.

    Numbers and intervals are right as for `judge_alone`; nothing else is looked at.
    """
    found = set()
    for name, record in answers.items():
        question, value = QUESTIONS[exercise][name], record.get("value")
        match question:
            case questions.Number() if (number := _finite(value)) is not None:
                right = is_right(question, np.array([number]))
            case questions.Interval() if _is_interval(value):
                right = is_right(question, np.array(value, dtype=float))
            case questions.Table() if table := table_of(value, question.columns):
                right = judge_table(name, question, *table, None).status == CORRECT
            case _:
                right = False
        found |= {name} if right else set()
    return found


class _Case:
    """One exercise and its answers; verdicts on fits and draws are needed more than once."""

    def __init__(self, exercise: str, answers: dict) -> None:
        self.questions = QUESTIONS[exercise]
        self.plan = questions.plan(exercise)
        self.answers = answers
        self._verdicts: dict[str, Verdict] = {}
        self._fits: dict[str, Fit] = {}
        self._posteriors: dict[str, Verdict] = {}

    def verdict(self, name: str) -> Verdict:
        if name not in self._verdicts:
            self._verdicts[name] = self._judge(name)
        return self._verdicts[name]

    def fit(self, name: str) -> Fit:
        if name not in self._fits:
            record = self.answers.get(name)
            usable = isinstance(record, dict) and record.get("status") == "ok"
            self._fits[name] = Fit(record if usable else None, name)
        return self._fits[name]

    def right_fit(self, name: str) -> Fit | None:
        """The fit of a model that the answers hold, if it is right."""
        return self.fit(name) if self._of_posterior(name).status == CORRECT else None

    def _of_posterior(self, name: str) -> Verdict:
        if name not in self._posteriors:
            question = questions.Posterior(name)
            self._posteriors[name] = judge_posterior(name, question, self.fit(name))
        return self._posteriors[name]

    def _judge(self, name: str) -> Verdict:
        question, record = self.questions[name], self.answers.get(name)
        if not isinstance(record, dict) or record.get("status") in ("missing", None):
            return Verdict(name, MISSING, NOT_ANSWERED)
        if record["status"] == "unanswered":
            return Verdict(name, MISSING, NOT_ANSWERED)
        if record["status"] != "ok":
            reason = record.get("reason")
            return wrong(name, reason[:300] if isinstance(reason, str) and reason else UNREADABLE)
        try:
            with np.errstate(all="ignore"):
                return self._judge_value(name, question, record.get("value"))
        except (FileNotFoundError, DataAlteredError):  # the data, not the answer
            raise
        except Exception as error:  # a mistake of ours, and no reason to judge no other answer
            return failed(name, error)

    def _judge_value(self, name: str, question: questions.Question, value: Any) -> Verdict:
        match question:
            case questions.Posterior():
                return self._of_posterior(question.model)
            case questions.Number():
                if (number := _finite(value)) is None:
                    return _unreadable(name)
                return judge_number(name, question, number, self._of_fit(question))
            case questions.Interval():
                if not _is_interval(value):
                    return _unreadable(name)
                return judge_interval(
                    name, question, np.array(value, dtype=float), self._evidence(question)
                )
            case questions.Expression():
                if (number := _finite(value)) is None:
                    return _unreadable(name)
                return judge_expression(name, question, number)
            case questions.Derived():
                if (number := _finite(value)) is None:
                    return _unreadable(name)
                return judge_derived(name, question, number)
            case questions.Draws():
                draws = array_of(value)
                if draws is None:
                    return _unreadable(name)
                fit = self.right_fit(question.model)
                return self._beside(question, judge_draws(name, question, draws, fit))
            case questions.Table():
                table = table_of(value, question.columns)
                if table is None:
                    return _unreadable(name)
                fit = self.right_fit(question.model)
                return self._beside(question, judge_table(name, question, *table, fit))
            case questions.Choice():
                return _judge_choice(name, question, value)
            case questions.Guess():
                return _judge_guess(name, question, value, self._answer(question))
            case questions.GuessedChoice():
                if not _is_option(value, question.options):
                    return _unreadable(name)
                return self._judge_guessed_choice(name, question, value)
            case questions.Text():
                return _judge_text(name, question, value)
            case questions.Plot():
                return judge_plot(name, question, value)
            case questions.Error():
                return _judge_error(name, question, value)
        raise TypeError(f"No rule for {question!r}.")

    def _of_fit(self, question: questions.Number | questions.Interval) -> Evidence:
        right = self.right_fit(question.model) is not None
        return Evidence.from_fit(self.fit(question.model), right, question.target)

    def _evidence(self, question: questions.Interval) -> Evidence:
        if not question.draws:
            return self._of_fit(question)
        record = self.answers.get(question.draws)
        draws = array_of(record.get("value") if isinstance(record, dict) else None)
        right = self.verdict(question.draws).status == CORRECT
        count = 0 if draws is None else draws.size
        fit = self.right_fit(question.model)
        size = predictive_size(count, question.model, question.target, fit)
        return Evidence.from_draws(question.draws, draws, size, right)

    def _beside(self, question: questions.OfModel, verdict: Verdict) -> Verdict:
        """What would count is not right yet, without the fit that it should come from."""
        if verdict.share == 0 or self.right_fit(question.model) is not None:
            return verdict
        record = self.answers.get(question.model)
        if isinstance(record, dict) and record.get("status") == "ok":
            said = f"It should come from `{question.model}`, which is not right yet."
        else:
            said = (
                f"It counts beside the fit that it comes from: assign that to `{question.model}`."
            )
        return wrong(verdict.name, said)

    def _answer(self, guess: questions.Guess) -> float | None:
        """What the student's own later answer says of a guess; None as long as it says nothing."""
        record = self.answers.get(guess.by)
        value = record.get("value") if isinstance(record, dict) else None
        match questions.QUESTIONS[guess.confronted_in][guess.by]:
            case questions.Table(columns=columns) if table := table_of(value, columns):
                labels, cells = table
                if guess.row not in labels:
                    return None
                value = float(cells[labels.index(guess.row), columns.index("median")])
            case questions.Draws() if (draws := array_of(value)) is not None and draws.size:
                value = float(np.median(draws))
        return _finite(value)

    def _judge_guessed_choice(
        self, name: str, question: questions.GuessedChoice, letter: str
    ) -> Verdict:
        later = _Case(question.confronted_in, self.answers)
        if later.verdict(question.by).status not in (CORRECT, NEEDS_MARKING):
            return _not_confronted(name, question)
        right = question.is_right(name, letter)
        said = f"you said {letter}, and {'so it is' if right else 'it is not so'}"
        return Verdict(name, CONFRONTED, said, share=1.0)


class _Alone(_Case):
    """A value without the draws that it comes from."""

    def _evidence(self, question: questions.Number | questions.Interval) -> Evidence:
        return Evidence.assumed()

    _of_fit = _evidence


def _finite(value: Any) -> float | None:
    """A finite float from a JSON number; None from anything else."""
    if type(value) not in (int, float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) and abs(number) < 1e100 else None


def _is_interval(value: Any) -> bool:
    return (
        isinstance(value, list) and len(value) == 2 and all(_finite(v) is not None for v in value)
    )


def _unreadable(name: str) -> Verdict:
    return wrong(name, UNREADABLE)


def _is_option(value: Any, options: str) -> bool:
    return isinstance(value, str) and len(value) == 1 and value in options


def _judge_choice(name: str, question: questions.Choice, value: Any) -> Verdict:
    if not _is_option(value, question.options):
        return _unreadable(name)
    if question.is_right(name, value):
        return correct(name)
    if mistake := mistakes.LETTERS.get(questions.digest(name, value)):
        return wrong(name, mistake.sentence, mistake.name)
    return wrong(name, question.hint)


def _not_confronted(name: str, guess: questions.Guess | questions.GuessedChoice) -> Verdict:
    """A guess that the later exercise has not answered yet."""
    later = questions.title(guess.confronted_in)
    return Verdict(name, MISSING, f"committed; it counts as soon as {later} has confronted it")


def _judge_guess(name: str, question: questions.Guess, value: Any, answer: float | None) -> Verdict:
    number = _finite(value)
    if number is None:
        return _unreadable(name)
    if not question.lowest <= number <= question.highest:
        return wrong(
            name,
            f"Popularity lies between {question.lowest:g} and "
            f"{question.highest:g}: give a number in that range.",
        )
    if answer is None:
        return _not_confronted(name, question)
    off = abs(number - answer)
    said = f"you said {number:g}, your model says {answer:.1f}: {off:.1f} off"
    return Verdict(name, CONFRONTED, said, share=1.0)


def _judge_text(name: str, question: questions.Text, value: Any) -> Verdict:
    if not isinstance(value, str) or not value.strip():
        return Verdict(name, MISSING, NOT_ANSWERED)
    if question.any_text:
        return correct(name)
    if len(value.strip()) < SHORTEST_TEXT:
        return wrong(name, "Write a sentence or two.")
    return Verdict(name, NEEDS_MARKING, "your instructor will read this")


#: What libraries say of a label that they have not seen.
UNSEEN = ("not present in the original data set", "not all values found")
#: What Bambi says of a new group of a hierarchical model.
NEW_GROUP = "sample_new_groups"


def _judge_error(name: str, question: questions.Error, value: Any) -> Verdict:
    value = value if isinstance(value, dict) else {}
    kind, message = value.get("type"), value.get("message")
    if not (isinstance(kind, str) and isinstance(message, str)):
        return _unreadable(name)
    said, label = message.lower(), question.label.lower()
    known = kind in ("ValueError", "KeyError", "str")
    if known and NEW_GROUP in said:
        return wrong(name, mistakes.HIERARCHICAL.sentence, mistakes.HIERARCHICAL.name)
    if known and any(words in said for words in UNSEEN):
        return correct(name)
    if (kind in ("ValueError", "KeyError") and label in said) or f"keyerror: '{label}'" in said:
        return correct(name)
    return wrong(
        name,
        f"This {'text' if kind == 'str' else f'error ({kind[:60]})'} is not about an artist that "
        "the model has not seen. Ask the fitted model to predict a song by the new artist, and "
        "assign the error that it raises.",
    )
