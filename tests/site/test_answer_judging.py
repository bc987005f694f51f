"""What answer boxes say of a value, in the browser, against `course.judging`."""

import hashlib
import json

import numpy as np
import pytest

from course.judging import mistakes, reference, shrinkage_example
from course.judging.judge import judge, judge_alone
from course.judging.questions import QUESTIONS, Choice, Derived, Interval
from course.judging.reference import ACCEPTED_PRIORS
from course.judging.values import half_unit
from course.judging.verdict import CORRECT
from course.paths import PROJECT
from course.site.sphinx import answers
from course.site.sphinx.laboratory import data_sets

pytestmark = pytest.mark.needs_data

ASKED = {
    name: (exercise, question)
    for exercise, asked in QUESTIONS.items()
    for name, question in asked.items()
    if answers.in_a_box(question)
}
LETTERS = [name for name, (_, question) in ASKED.items() if isinstance(question, Choice)]
DERIVED = [name for name, (_, question) in ASKED.items() if isinstance(question, Derived)]
NUMBERS = [name for name in ASKED if name not in LETTERS + DERIVED]
TOLERANCE = 1e-6  # of what the page computes, in Monte Carlo errors of a single draw

VERDICTS = """([exercise, name, values]) => {
  const question = answers.rules.exercises[exercise].questions.find((q) => q.name === name);
  return values.map((value) => answers.judge(question, value));
}"""


@pytest.fixture(scope="module")
def page(browser):
    """What judges numbers and letters, without boxes."""
    page = browser.new_page()
    for name in answers.JUDGE:
        if name == "laboratory/data.js":
            page.evaluate("sets => { laboratory.data = sets; }", data_sets())
            page.evaluate("rules => { window.answers = { rules }; }", answers.rules())
        else:
            page.add_script_tag(path=str(PROJECT / "assets" / name))
    page.add_script_tag(path=str(PROJECT / "assets" / "answers" / "letters.js"))
    yield page
    page.close()


def values_of(name):
    """Values worth a verdict: right ones, those of each mistake, what is near both, and others."""
    _, question = ASKED[name]
    interval = isinstance(question, Interval)
    statistic = "interval" if interval else question.statistic
    prob = question.prob if interval else mistakes.PROBABILITY
    of = mistakes.other_intervals if interval else mistakes.other_numbers
    found, ends = [], np.ones(1 + interval)
    for priors in ACCEPTED_PRIORS:
        right, errors = reference.expected(question.model, question.target, statistic, prob, priors)
        reach = half_unit(question.decimals) + 5 * errors / np.sqrt(4000)
        found += [right, np.round(right, 1), right[::-1]]
        found += [right + k * reach for k in (-1.01, -0.99, 0.99, 1.01, 3)]
        if interval:
            for share in (0.895, 0.945):  # between two that are known
                asked = (question.model, question.target, statistic, share, priors)
                found.append(reference.expected(*asked)[0])
            found += [right + reach * ends for ends in (np.array([0, 3]), np.array([0.99, 1.01]))]
    for other in of(question.model, question.target):
        asked = other.statistic or statistic
        share = prob if asked == "interval" and other.prob == mistakes.PROBABILITY else other.prob
        for priors in other.priors:
            value, errors = reference.expected(other.model, other.target, asked, share, priors)
            if value.shape == ends.shape:
                value, errors = value * other.scale, errors * abs(other.scale)
                reach = min(1, other.scale) * half_unit(1) + 5 * errors / np.sqrt(4000)
                found += [value, np.round(value, 2), value + 0.9 * reach, value - 1.1 * reach]
    found += [k * ends for k in (0, -1, 50, 1e9, 1e99, 1e100, -1e300)]
    found += list(np.random.default_rng(len(name)).uniform(0, 100, (40, len(ends))))
    return [value.tolist() for value in found]


def by_python(name, value):
    """Verdict and sentence, as a page has them."""
    exercise, _ = ASKED[name]
    verdict = judge_alone(exercise, name, value if len(value) > 1 else value[0])
    kind = "right" if verdict.status == CORRECT else "looks like" if verdict.mistake else "not yet"
    return {"verdict": kind, "sentence": verdict.message}


def by_page(page, name, values):
    return page.evaluate(VERDICTS, [ASKED[name][0], name, values])


def values_of_example(name):
    """Results of the example, right and mistaken ones, rounded in many ways, and others."""
    results = shrinkage_example.values().values()
    rounded = [round(result, digits) for result in results for digits in range(7)]
    near = [result + k * half_unit(3) for result in results for k in (-1.01, -0.99, 0.99, 1.01)]
    others = [0, -1, 0.05, 1e99, *np.random.default_rng(16).uniform(0, 0.2, 60)]
    return [[float(value)] for value in (*results, *rounded, *near, *others)]


@pytest.mark.parametrize("name", NUMBERS + DERIVED)
def test_the_page_says_what_the_judge_says_of_a_value_alone(page, name):
    values = values_of_example(name) if name in DERIVED else values_of(name)
    expected = [by_python(name, value) for value in values]
    found = by_page(page, name, values)
    assert not [case for case in zip(values, expected, found, strict=True) if case[1] != case[2]]
    assert {"right", "not yet", "looks like"} == {verdict["verdict"] for verdict in found}


@pytest.mark.parametrize("name", NUMBERS)
def test_a_mistake_that_the_judge_names_without_a_fit_has_the_same_sentence(page, name):
    exercise, _ = ASKED[name]
    values, named = values_of(name), []
    for value, said in zip(values, by_page(page, name, values), strict=True):
        given = {name: {"status": "ok", "value": value if len(value) > 1 else value[0]}}
        verdict = next(v for v in judge(exercise, given) if v.name == name)
        if verdict.mistake:
            named.append(verdict.mistake)
            assert said == {"verdict": "looks like", "sentence": verdict.message}, value
        else:
            assert verdict.status != CORRECT  # it never counts without its fit
    assert len(set(named)) >= 3


@pytest.mark.parametrize("name", NUMBERS)
def test_a_right_value_under_any_accepted_prior_is_right(page, name):
    _, question = ASKED[name]
    for priors in ACCEPTED_PRIORS:
        marginal = reference.marginal(question.model, question.target, priors)
        value = marginal.interval() if isinstance(question, Interval) else [marginal.median]
        rounded = [round(end, 1) for end in value]
        assert by_page(page, name, [rounded]) == [{"verdict": "right", "sentence": ""}]


def test_what_is_no_number_cannot_be_read(page):
    assert page.evaluate("""() => [[NaN], [Infinity], [1e101]].map((value) => answers.judge(
      answers.rules.exercises["ex-11"].questions[0], value))""") == 3 * [
        {"verdict": "not yet", "sentence": "It could not be read."}
    ]


def test_the_page_computes_every_quantity_of_the_rules(page):
    """Right ones and mistaken ones; the tolerance is that of the laboratory."""
    seen = 0
    for exercise in answers.rules()["exercises"].values():
        for question in exercise["questions"]:
            for each in [question, *question["others"]] if "asked" in question else []:
                for priors in each["priors"]:
                    asked = each["asked"]
                    target = reference.Target(asked["target"], asked["label"])
                    expected, errors = reference.expected(
                        asked["model"], target, asked["statistic"], asked["prob"], priors
                    )
                    found = page.evaluate(
                        "([asked, priors]) => answers.expected(asked, priors)", [asked, priors]
                    )
                    scale = np.maximum(errors, 1e-3)
                    assert np.all(abs(np.array(found["values"]) - expected) < TOLERANCE * scale), (
                        asked,
                        priors,
                    )
                    assert np.allclose(found["errors"], errors, rtol=1e-5), (asked, priors)
                    seen += 1
    assert seen > 300


@pytest.mark.parametrize("name", LETTERS)
def test_letters_are_judged_by_their_digests(page, name):
    exercise, question = ASKED[name]
    for letter in question.options:
        right = page.evaluate("asked => answers.isRight(...asked)", [name, letter, question.digest])
        assert right == (judge_alone(exercise, name, letter).status == CORRECT)


def test_the_page_has_the_digest_of_the_library(page):
    for text in [
        "",
        "abc",
        "μ_j of Beyoncé",
        *("x" * n for n in (54, 55, 56, 63, 64, 65, 119, 1000)),
    ]:
        expected = hashlib.sha256(text.encode()).hexdigest()
        assert page.evaluate("text => answers.sha256(text)", text) == expected


def test_no_expected_value_stands_in_the_page():
    """The only numbers are the ingredients of tolerances, decimals, probabilities and scales."""
    rules = answers.rules()
    found = set()

    def walk(value, key):
        if isinstance(value, dict):
            for name, each in value.items():
                walk(each, name)
        elif isinstance(value, (list, tuple)):
            for each in value:
                walk(each, key)
        elif not isinstance(value, str) and value is not None:
            found.add((key, value))

    walk(json.loads(json.dumps(rules)), "")
    keys = {"decimals", "prob", "scale", "mistake", "rounded"}
    constants = {"STANDARD_ERRORS", "SEPARATION", "ROUNDING", "ASSUMED_SIZE", "PROBABILITY"}
    assert {key for key, _ in found} == keys | constants
    assert {value for key, value in found if key == "prob"} <= {0.8, *mistakes.PROBABILITIES}
    assert {value for key, value in found if key == "scale"} == {1.0, 0.01}
