"""Self-checks where there are no data: what needs none is checked, and the rest says why not."""

import json
import os
import subprocess
import sys

import pytest

from course.check import check
from course.judging import questions
from course.judging.questions import QUESTIONS
from course.paths import PROJECT

#: Answers that are of the right type; none of these questions asks for anything of the data.
WITHOUT_DATA = {
    questions.Choice: "a",
    questions.GuessedChoice: "a",
    questions.Guess: 50,
    questions.Derived: 0.05,
    questions.Text: "The mean of few songs is drawn further.",
    questions.Error: "ValueError: There are values of 'Mac Beats' not present in the data",
}


@pytest.fixture
def checked_without_data(tmp_path):
    """Checks answers in a process that finds no data anywhere; returns what the reports say."""
    script = f"""
import json, requests
from course import data
from course.check import check

def offline(*args, **kwargs):
    raise requests.ConnectionError

data.PROJECT = data.Path({str(tmp_path / "lab" / "project")!r})
data.pooch.os_cache = lambda name: {str(tmp_path / "cache")!r}
data.pooch.retrieve = offline
for exercise, answers in json.loads({{answers!r}}).items():
    print(json.dumps(repr(check(exercise, answers))))
"""

    def said(answers):
        code = script.format(answers=json.dumps(answers))
        environment = {k: v for k, v in os.environ.items() if k != "COURSE_DATA"}
        environment["PYTHONPATH"] = str(PROJECT)
        result = subprocess.run(
            [sys.executable, "-c", code],
            cwd=tmp_path,
            env=environment,
            check=True,
            text=True,
            stdout=subprocess.PIPE,
        )
        return [json.loads(line) for line in result.stdout.splitlines()]

    return said


def test_an_exercise_that_needs_no_data_is_checked_without(checked_without_data):
    answers = {
        exercise: {name: WITHOUT_DATA[type(question)] for name, question in asked.items()}
        for exercise, asked in QUESTIONS.items()
        if all(type(question) in WITHOUT_DATA for question in asked.values())
    }
    assert {"ex-00", "ex-01", "ex-04", "ex-09a", "ex-16b", "ex-17b"} <= set(answers)
    for (exercise, given), report in zip(
        answers.items(), checked_without_data(answers), strict=True
    ):
        assert report == repr(check(exercise, given)), "the same as with data"
        assert "Error" not in report.replace("This error", "")


def test_missing_data_are_explained_without_a_traceback(checked_without_data):
    [unanswered, answered] = checked_without_data({"ex-07": {}, "ex-03": {"mu_median_03": 52.4}})
    assert unanswered.count("not answered yet") == 4
    assert "COURSE_DATA" in answered and "could not be downloaded" in answered


def test_data_that_were_changed_are_named(checked_without_data, tmp_path):
    (tmp_path / "spotify.csv").write_text("popularity\n100\n")
    [report] = checked_without_data({"ex-03": {"mu_median_03": 52.4}})
    assert "spotify.csv is not the published data set" in report
