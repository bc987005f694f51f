"""Gradescope's container, emulated: the same verdicts there, and valid results however it ends.

What needs root or a fit is slow; the format of the results and the scripts are tested without.
"""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
import zipfile

import container
import pytest
from grading_tools import WARM_UP, WITHOUT_NAMESPACES, grade

from course.grading import assignment, gradescope, gradescope_run, student_results
from course.grading.database import Record
from course.paths import GRADESCOPE, PROJECT, SAMPLE_CLASS, SAMPLE_ROSTER

FIELDS = {"name", "number", "output", "score", "max_score", "status", "visibility"}
needs_container = pytest.mark.skipif(bool(container.possible()), reason=container.possible())


def is_valid(results):
    """Whether this is what Gradescope's specification asks of results.json."""
    assert isinstance(results["score"], int | float) and isinstance(results["output"], str)
    assert results.get("visibility", "visible") in gradescope.VISIBILITIES
    for test in results["tests"]:
        assert test.keys() <= FIELDS and ("score" in test) == ("max_score" in test)
        assert test.get("status", "passed") in ("passed", "failed")
        assert test.get("visibility", "hidden") == "hidden"
    return True


def answer(name, status, points, most=1.0, **more):
    exercise = next(e for e, q in assignment.questions.QUESTIONS.items() if name in q)
    fixed = {"exercise": exercise, "name": name, "status": status, "points": points, "most": most}
    return fixed | {"message": "", "mistake": "", "text": "", "comment": ""} | more


@pytest.fixture(scope="module")
def work():
    return assignment.load()


def result(work, *answers, status="graded", chapters=("02-complete-pooled",)):
    student = student_results.StudentResult("student")
    student.notebooks = [
        {"chapter": chapter, "path": f"{chapter}.ipynb", "status": status, "safe": 1}
        | {"sentence": "", "notes": ""}
        for chapter in chapters
    ]
    student.answers = list(answers)
    student_results.add_up(student, work)
    return student


def test_a_written_answer_takes_no_points_away_and_its_rubric_is_hidden(work):
    text = answer("bummer_05b", "needs marking", None, 2.0, text="A bad guess for some.")
    results = gradescope_run.results_of(result(work, text), work)
    assert is_valid(results)
    [test] = [t for t in results["tests"] if "bummer_05b" in t["name"]]
    assert "by hand" in test["name"] and not test.keys() & {"score", "max_score", "status"}
    assert "A bad guess for some." in test["output"] and "2 points" in test["output"]
    [hidden] = [t for t in results["tests"] if t.get("visibility") == "hidden"]
    seen = json.dumps([t for t in results["tests"] if t is not hidden]) + results["output"]
    for line in work.rubrics["bummer_05b"]:
        assert line in hidden["output"] and line not in seen


def test_the_name_of_a_mistake_is_the_instructors(work):
    wrong = answer("mu_80_03", "wrong", 0.0, message="It looks at songs.", mistake="data quantiles")
    results = gradescope_run.results_of(result(work, wrong), work)
    [hidden] = [t for t in results["tests"] if t.get("visibility") == "hidden"]
    seen = [t["output"] for t in results["tests"] if t is not hidden]
    assert "data quantiles" in hidden["output"] and "data quantiles" not in "".join(seen)
    assert "wrong: It looks at songs." in seen


def test_a_bonus_counts_and_has_no_maximum(work):
    chapter = next(c for c in work.chapters if c.optional)
    name = next(iter(chapter.plan))
    earned = answer(name, "correct", 3.0, 3.0)
    results = gradescope_run.results_of(result(work, earned, chapters=(chapter.name,)), work)
    [test] = [t for t in results["tests"] if name in t["name"]]
    assert (test["score"], test["max_score"], test["status"]) == (3.0, 0.0, "passed")
    assert test["name"].startswith("Bonus") and results["score"] == 3.0
    left_out = [e.number for c in work.chapters if c.optional and c != chapter for e in c.exercises]
    assert not {t.get("number") for t in results["tests"]} & set(left_out)


def test_what_the_grader_could_not_do_is_no_zero(work):
    failed = result(work, status="failed")
    results = gradescope_run.results_of(failed, work, finished=False)
    assert is_valid(results) and "no zero" in results["output"]
    assert not any("score" in test for test in results["tests"])


def test_points_to_enter_are_those_of_the_assignment(work):
    required = [e for e in work.exercises.values() if not e.optional]
    automatic = sum(map(gradescope_run.automatic, required))
    assert f"enter {automatic:g} autograder points" in gradescope_run.points_to_set(work)
    said = list(gradescope_run.about({"assignment": {"total_points": "20.0"}}, work))
    assert len(said) == 1 and "worth 20 points" in said[0] and str(work.maximum) in said[0]
    right = {"assignment": {"total_points": str(work.maximum)}, "users": [{"name": "Ann"}]}
    assert list(gradescope_run.about(right, work)) == ["Handed in by Ann."]
    assert list(gradescope_run.about({"assignment": [], "users": 3}, work)) == []


@pytest.mark.needs_data
def test_the_zip_is_whole_and_always_the_same(tmp_path):
    for name in ("a.zip", "b.zip"):
        gradescope.write(tmp_path / name, ["01"], minutes=20)
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        names = archive.namelist()
        modes = {entry.filename: entry.external_attr >> 16 & 0o777 for entry in archive.infolist()}
        assert modes["setup.sh"] == modes["run_autograder"] == 0o755
        assert json.loads(archive.read("settings.json"))["seconds"] < 20 * 60
    assert {"course/judging/rules.toml", "instructors/rubrics.toml", "data/spotify.csv"} <= {*names}
    assert not [n for n in names if ".pyc" in n or n.startswith(("/", "tests", "instructors/sam"))]
    for minutes in (1, 41):
        with pytest.raises(ValueError, match="--minutes"):
            gradescope.write(tmp_path / "c.zip", minutes=minutes)


@pytest.fixture
def scripts(tmp_path):
    """A function that runs ``run_autograder`` with a stand-in for Python, written in sh."""

    def run(stand_in):
        for name in ("source", "submission", "environment/bin"):
            (tmp_path / name).mkdir(parents=True, exist_ok=True)
        (tmp_path / "source" / "seconds").write_text("60\n")
        python = tmp_path / "environment" / "bin" / "python"
        if stand_in:
            real = f'*--ended*) exec "{sys.executable}" "$@";;'
            # What ends early is the first call; what says so is the real one.
            python.write_text(f'#!/bin/sh\ncase "$*" in {real} esac\n{stand_in}\n')
            python.chmod(0o755)
            shutil.copytree(PROJECT / "course", tmp_path / "source" / "course")
        done = subprocess.run(
            [GRADESCOPE / "run_autograder"], env={**os.environ, "AUTOGRADER_ROOT": str(tmp_path)}
        )
        assert done.returncode == 0
        return json.loads((tmp_path / "results" / "results.json").read_text())

    return run


@pytest.mark.skipif(sys.platform != "linux", reason="Gradescope's container runs Linux")
@pytest.mark.parametrize(
    ("stand_in", "said"),
    [
        ("", "did not start"),
        ("exit 3", "exit code 3"),
        ("kill -9 $$", "SIGKILL"),
        ("exit 124", "ran out of time"),
    ],
)
def test_there_are_valid_results_when_the_grader_dies(stand_in, said, scripts):
    results = scripts(stand_in)
    assert is_valid(results) and said in results["output"]
    assert "no grade" in results["output"] and results["score"] == 0


def test_finished_results_stay_as_they_are(tmp_path):
    path = tmp_path / "results.json"
    gradescope_run.write(path, {"output": "done", "extra_data": {"finished": True}})
    gradescope_run.say_so(path, "The grader ended early.")
    assert json.loads(path.read_text())["output"] == "done"


# --------------------------------------------------------------------------- in the container


@pytest.fixture(scope="module")
def without_namespaces():
    with container.container() as running:
        yield running


@pytest.fixture(scope="module")
def points_of_grade(tmp_path_factory):
    """The record of the sample class, as ``make grade`` writes it."""
    output = tmp_path_factory.mktemp("sample") / "out"
    arguments = (SAMPLE_CLASS, "--roster", SAMPLE_ROSTER, "--output", output)
    assert grade(None, *arguments) == 0
    with Record(output / "record.sqlite") as record:
        work = assignment.load()
        return {r.student: r for r in student_results.results_of_class(record, work)}


def handed_in_by(student):
    return sorted([*SAMPLE_CLASS.glob(f"{student}/*.ipynb"), *SAMPLE_CLASS.glob(f"{student}_*")])


@pytest.mark.slow
@pytest.mark.needs_data
@needs_container
@pytest.mark.parametrize("forbids", [container.FORBIDDEN, ()], ids=["without", "with namespaces"])
def test_the_sample_class_has_the_verdicts_of_grade(forbids, points_of_grade, without_namespaces):
    without_namespaces.forbids = forbids
    said = 0
    for student, expected in points_of_grade.items():
        results = without_namespaces.grade(*handed_in_by(student))
        assert is_valid(results) and results["extra_data"]["finished"], student
        assert results["score"] == (expected.points_so_far or 0.0), student
        shown = {t["name"].split(" · ")[-1]: t for t in results["tests"] if " · " in t["name"]}
        by_hand = {
            t["name"].split(" · ")[-2]: t for t in results["tests"] if "by hand" in t["name"]
        }
        for row in expected.answers:
            test = (shown | by_hand)[row["name"]]
            verdict = f"{row['status']}: {row['message']}".removesuffix(": ")
            assert test["output"].startswith(verdict), (student, row, test)
            if row["name"] not in by_hand:
                assert test["score"] == row["points"]
        said += "another user" in results["output"]
    assert (said > 0) == bool(forbids)


@pytest.mark.slow
@pytest.mark.needs_data
@needs_container
@pytest.mark.parametrize("seed", range(6))
def test_results_are_valid_after_a_kill_at_any_moment(seed, without_namespaces):
    without_namespaces.forbids = container.FORBIDDEN if seed % 2 else ()
    without_namespaces.hand_in(*handed_in_by("ada")[:2])
    moment = random.Random(seed).uniform(0.2, 15)
    started = subprocess.Popen(
        without_namespaces.command(f"{container.ROOT}/run_autograder"),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    path = without_namespaces.autograder / "results" / "results.json"
    while not path.exists():
        assert started.poll() is None
        time.sleep(0.01)
    deadline = time.monotonic() + moment
    while time.monotonic() < deadline and started.poll() is None:
        assert is_valid(without_namespaces.results())
        time.sleep(0.05)
    if started.poll() is None:
        os.killpg(started.pid, signal.SIGKILL)
    started.wait()
    results = without_namespaces.results()
    assert is_valid(results)
    if not results["extra_data"]["finished"]:
        assert "no grade" in results["output"] or "no zero" in results["output"]


@pytest.mark.slow
@pytest.mark.needs_data
@needs_container
def test_the_attacks_gain_nothing_without_namespaces(tmp_path):
    assert not WITHOUT_NAMESPACES
    with container.container() as running:
        running.shown = (str(PROJECT), str(PROJECT.parent / "shared"))
        done = running.run(
            *(sys.executable, "-m", "pytest", "-n", "0", "-p", "no:cacheprovider", "-q", "--full"),
            *("-c", str(PROJECT / "pyproject.toml"), "--rootdir", str(PROJECT)),
            str(PROJECT / "tests" / "grading" / "test_attacks.py"),
            WITHOUT_NAMESPACES="1",
            XDG_CACHE_HOME=f"{container.ROOT}/cache",
            HOME="/root",
            LANG="C.UTF-8",
        )
    assert done.returncode == 0, done.stdout[-5000:]


@pytest.mark.slow
@pytest.mark.needs_data
@needs_container
def test_setup_installs_all_that_grading_needs():
    names = ("PIP_INDEX_URL", "UV_DEFAULT_INDEX", "UV_INDEX_URL", "SSL_CERT_FILE", "HTTPS_PROXY")
    passed = {name: os.environ[name] for name in names if name in os.environ}
    with container.container(installed=False) as running:
        done = running.run("sh", f"{container.ROOT}/source/setup.sh", network=True, **passed)
        if "could not connect" in done.stderr.lower() or "no route" in done.stderr.lower():
            pytest.skip(f"no network: {done.stderr[-300:]}")
        assert done.returncode == 0, (done.stdout + done.stderr)[-3000:]
        assert "The models are compiled." in done.stdout
        results = running.grade(*handed_in_by("hal"))
    expected = assignment.load(only=[WARM_UP]).maximum
    assert results["extra_data"]["finished"] and results["score"] == expected
