"""Answers are judged by the data set that a student was given, which keeps what exercises need."""

import numpy as np
import pytest
from honest import honest_answers

from benchmarks import variants as measurement
from course import data
from course.check import check
from course.exact import Target
from course.grading.course_key import CourseKey
from course.judging import conditions, reference
from course.judging.judge import judge, right_alone
from course.judging.judged_data import judged_by
from course.judging.questions import plan
from course.submission.answers import collect

pytestmark = [pytest.mark.needs_data, pytest.mark.filterwarnings("ignore")]
KEY = CourseKey(bytes(32))


@pytest.fixture(scope="module")
def codes():
    """The data sets of two students."""
    return [KEY.accepted(f"student {name}")[0] for name in ("ann", "ben")]


def test_the_common_data_keep_all_conditions():
    assert [each.name for each in conditions.CONDITIONS if not each.holds()] == []
    assert conditions.broken() == ""


def test_a_data_set_that_breaks_a_condition_is_rejected_by_its_name():
    code, rejected = next(found for n in range(9) if (found := KEY.accepted(f"student {n}"))[1])
    names = {condition.name for condition in conditions.CONDITIONS}
    assert set(rejected) <= names
    owner = next(f"student {n}" for n in range(9) if KEY.is_of(code, f"student {n}"))
    for counter, name in enumerate(rejected):
        with judged_by(KEY.code(owner, counter)):
            assert conditions.broken() == name
    with judged_by(code):
        assert conditions.broken() == ""


def test_a_code_is_of_its_owner_and_of_its_key_alone(codes):
    assert KEY.is_of(codes[0], "student ann") and not KEY.is_of(codes[0], "student ben")
    assert not CourseKey(bytes(31) + b"\1").is_of(codes[0], "student ann")


def test_an_answer_is_right_for_the_data_that_it_is_from(codes):
    with judged_by(codes[0]):
        own = collect(honest_answers("ex-11", 11, 1000), plan("ex-11"))
        assert {verdict.status for verdict in judge("ex-11", own)} == {"correct"}
        assert right_alone("ex-11", own) == {n for n in own if n != "hierarchical"}
    for other in ("", codes[1]):
        with judged_by(other):
            assert judge("ex-11", own)[0].status == "wrong"
            assert len(right_alone("ex-11", own)) < 3


def test_what_is_computed_is_kept_for_each_data_set(codes):
    common = reference.marginal("hierarchical", Target("mu"), "chapter").mean
    for code in codes:
        with judged_by(code):
            mean = reference.marginal("hierarchical", Target("mu"), "chapter").mean
            assert mean != common and len(reference.artists()) == 36
    assert reference.marginal("hierarchical", Target("mu"), "chapter").mean == common
    assert len(reference.artists()) == 44


def test_the_self_check_judges_by_the_data_that_the_notebook_loaded(codes, monkeypatch):
    monkeypatch.setattr(data, "session", {"variant": ""})
    with judged_by(codes[0]):
        mine = honest_answers("ex-03", 12, 1000)
    assert check("ex-03", mine).verdicts[0].status == "wrong"
    data.load_spotify(variant=codes[0])
    assert {verdict.status for verdict in check("ex-03", mine).verdicts} == {"correct"}
    assert "data set" not in str(check("ex-03", mine | {"mu_median_03": 12.0}))


def few(students, monkeypatch):
    monkeypatch.setattr(measurement, "CLASS", 3)
    total = {}
    for student in students:
        for what, counts in measurement.measured(student).items():
            total[what] = total.get(what, counts.__class__()) + counts
    return total


def test_one_student_of_the_measurement(monkeypatch):
    """The chapter on shrinkage: right answers, mistakes, and a neighbour's numbers."""
    found = few([3], monkeypatch)
    assert set(found["refused"]) == {"right"} and found["planted"]["named"] > 2
    assert found["neighbours"] == {"05-shrinkage: recognised": 1}
    assert "| refused | 0 |" in measurement.report(found)


@pytest.mark.slow
def test_forty_students_of_the_measurement(monkeypatch):
    found = few(range(40), monkeypatch)
    planted = found["planted"]
    meant = sum(n for what, n in planted.items() if what.split(":")[0] in measurement.MEANT)
    assert sum(found["refused"].values()) - found["refused"]["right"] <= 1
    assert planted["named"] >= 0.95 * meant
    assert sum(n for what, n in found["neighbours"].items() if "missed" in what) <= 1
    assert np.isclose(found["rejected"]["accepted"], 40)
