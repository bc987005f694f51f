"""Wrong answers as students give them: none passes, none is misnamed, most are named."""

from collections import Counter
from functools import cache

import matplotlib.pyplot as plt
import pytest
from wrong_answers import WRONG, Student

from course.judging import mistakes
from course.judging.judge import judge
from course.judging.questions import plan
from course.submission.answers import collect

pytestmark = [pytest.mark.needs_data, pytest.mark.filterwarnings("ignore")]
#: What 4 x 250 draws cannot tell from a right answer.
TOO_FEW_DRAWS = {"05a of songs", "13 wrong sd", "13 sigma_mu twice", "14 literal"}


@cache
def student(seed, draws):
    return Student(seed, draws)


@cache
def right(exercise, seed, draws):
    return collect(student(seed, draws).answers(exercise), plan(exercise))


def verdict_on(key, seed, draws):
    wrong = WRONG[key]
    asked = plan(wrong.exercise)
    given = collect({wrong.name: wrong.make(student(seed, draws))}, asked)[wrong.name]
    plt.close("all")
    answers = right(wrong.exercise, seed, draws) | {wrong.name: given}
    return next(v for v in judge(wrong.exercise, answers) if v.name == wrong.name)


def is_misnamed(key, verdict):
    wrong = WRONG[key]
    names = {mistake.name for mistake in (wrong.is_, *wrong.or_as) if mistake}
    return bool(verdict.mistake) and verdict.mistake not in names


@pytest.mark.parametrize("key", WRONG)
def test_a_wrong_answer_from_as_many_draws_as_the_exercise_asks_for(key):
    """20,000 draws: it is wrong, and what has a name is named."""
    verdict = verdict_on(key, 0, 5000)
    assert verdict.status in ("wrong", "partly") and verdict.message
    assert not is_misnamed(key, verdict)
    assert WRONG[key].is_ is None or verdict.mistake == WRONG[key].is_.name


@pytest.mark.slow
@pytest.mark.parametrize("key", WRONG)
def test_a_wrong_answer_from_few_draws(key):
    """4 x 250 draws: it may be too close to tell, but nothing is misnamed."""
    verdict = verdict_on(key, 5, 250)
    assert verdict.status in ("wrong", "partly") or key in TOO_FEW_DRAWS
    assert not is_misnamed(key, verdict)


@pytest.mark.slow
@pytest.mark.parametrize("draws", [250, 1000])
@pytest.mark.parametrize("seed", range(10, 16))
def test_nothing_is_misnamed_whatever_the_seed(seed, draws):
    found = {key: verdict_on(key, seed, draws) for key in WRONG}
    assert not [(key, v.mistake) for key, v in found.items() if is_misnamed(key, v)]


def test_most_have_a_name():
    named = Counter(wrong.is_ is not None for wrong in WRONG.values())
    assert named[True] > 7 * named[False]


def test_what_is_said_of_an_unnamed_answer_says_how_to_look():
    """Never only that it is not right."""
    for key, wrong in WRONG.items():
        if wrong.is_ is None and wrong.exercise not in ("ex-02", "ex-06", "ex-10"):
            verdict = verdict_on(key, 0, 5000)
            assert "?" in verdict.message or "Ask" in verdict.message or verdict.share, key


def test_no_sentence_gives_a_number_of_an_answer():
    sentences = [m.sentence for m in vars(mistakes).values() if isinstance(m, mistakes.Mistake)]
    digits = {word.strip(".,%()") for text in sentences for word in text.split()}
    numbers = {word for word in digits if word.replace(".", "").isdigit()}
    assert numbers <= {"0", "1", "10", "20", "44", "60", "80", "100", "350"}
