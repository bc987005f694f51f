"""Systems without what only POSIX has, such as Windows: commands import, and grading says so."""

import csv
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import psutil
import pytest
from grading_tools import WARM_UP, chapter, quick

from course.grading.notebook_run import run_notebook
from course.grading.plain_processes import PlainProcesses
from course.paths import PROJECT
from course.submission.agreement import Limits

# Modules that Python has on POSIX systems alone.
POSIX = "resource fcntl pwd grp termios tty pty syslog posix _posixsubprocess".split()
# A Python in which the course finds none of them (other packages know what to do without), and no
# function of `os` that only POSIX has; what has been imported then takes the system for Windows.
WINDOWS = f"""
import builtins, importlib, os, pkgutil, sys
real = builtins.__import__
def without(name, globals=None, *more, **named):
    if name in {POSIX!r} and str((globals or {{}}).get("__name__", "")).startswith("course"):
        raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
    return real(name, globals, *more, **named)
builtins.__import__ = without
"""
ALL = """
import course
elsewhere = ("course.submission.sandbox", "course.submission.linux", "course.submission.server",
             "course.submission.another_user",
             "course.grading.cluster")
for module in pkgutil.walk_packages(course.__path__, "course."):
    if module.name not in elsewhere and module.name != "course.__main__":
        importlib.import_module(module.name)
import course.__main__
assert not set(elsewhere) & set(sys.modules), set(elsewhere) & set(sys.modules)
print("all imported")
"""
GRADE = """
from course.__main__ import main
from course.grading import assignment, grade_folder, side_by_side
from course.judging import judge
judge.judge("ex-03", {})
for name in ("fork", "geteuid", "getuid", "setsid", "killpg", "pidfd_open"):
    delattr(os, name)
sys.platform = "win32"
sys.exit(main(["grade", "--quiet", *sys.argv[1:]]))
"""


def windows(script, *arguments):
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(WINDOWS + script), *map(str, arguments)],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
    )


def test_all_that_commands_import_imports():
    done = windows(ALL)
    assert done.stdout == "all imported\n", done.stderr[-2000:]


@pytest.mark.needs_data
def test_grading_says_in_one_line_that_there_is_no_sandbox(tmp_path):
    folder = quick(tmp_path / "in")
    # Python's own code on this system needs it, but not before something is run.
    flags = "del os.O_NOFOLLOW\nsys.platform"
    done = windows(GRADE.replace("sys.platform", flags), folder, "--output", tmp_path / "out")
    assert done.returncode == 3, done.stderr[-2000:]
    assert done.stderr.count("\n") == 1
    assert "needs Linux, and this is win32" in done.stderr and "--unsafe" in done.stderr


@pytest.mark.needs_data
def test_without_a_sandbox_it_grades_in_plain_processes(tmp_path):
    folder = quick(tmp_path / "in")
    done = windows(GRADE, folder, "--output", tmp_path / "out", "--unsafe")
    assert done.returncode == 0, done.stderr[-2000:]
    with open(tmp_path / "out" / "gradebook.csv", encoding="utf-8-sig", newline="") as file:
        rows = {row["student"]: row for row in csv.DictReader(file)}
    everything = sum(exercise.points for exercise in chapter(WARM_UP).exercises)
    assert {name: (row["status"], float(row["points"])) for name, row in rows.items()} == {
        "ann": ("graded", everything),
        "bob": ("graded", 0),
    }
    assert {row["sandboxed"] for row in rows.values()} == {"no"}


def test_a_plain_process_is_interrupted_and_ends():
    cells = ["a = 1", "while True: pass", "typical_00 = 'c'", "import os; os._exit(3)"]
    with PlainProcesses() as server:
        task = {"cells": cells, "plan": {"typical_00": {"type": "choice", "options": ["c"]}}}
        result = run_notebook(task | {"limits": {"cell_seconds": 6}}, server)
    assert [cell["status"] for cell in result["cells"]] == ["ok", "timed out", "ok", "crashed"]
    assert result["answers"]["typical_00"]["value"] == "c"


def test_a_plain_process_is_found_by_its_token_and_leaves_nothing():
    job = PlainProcesses().open(Limits())
    folder = Path(job.folder.name)
    assert psutil.pid_exists(job.pid) and folder.is_dir()
    assert Path(psutil.Process(job.pid).cwd()) == folder
    job.close()
    assert job.process.returncode is not None and not folder.exists()
