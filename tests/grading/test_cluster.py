"""Grading on a Dask cluster of this machine."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from grading_tools import WARM_UP, warm

from course.chapters.editions import solved
from course.grading import assignment, grade_folder, samples
from course.paths import PROJECT

pytestmark = [
    pytest.mark.needs_data,
    pytest.mark.skipif(sys.platform != "linux", reason="the sandbox needs Linux"),
]


@pytest.fixture(scope="module", autouse=True)
def sandbox(ci):
    with warm(ci):
        pass


def a_class(folder, count):
    chapter = samples.chapters()[WARM_UP]
    for number in range(count):
        notebook = solved(chapter)
        notebook.cells.append(
            samples.nbformat.v4.new_code_cell(f"import time; time.sleep(1); me = {number}")
        )
        (folder / f"s{number}.ipynb").write_text(samples.as_text(notebook), encoding="utf-8")


SCRIPT = """
import os, sys, threading, time
from pathlib import Path
from course.grading import assignment, grade_folder

if __name__ == "__main__":
    from distributed import LocalCluster
    folder = Path(sys.argv[1])
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        victim = cluster.workers[0].process.pid
        def kill_one():
            deadline = time.monotonic() + 120
            while time.monotonic() < deadline and not (folder / "out" / "record.sqlite").exists():
                time.sleep(0.2)
            time.sleep(5)
            os.kill(victim, 9)
        threading.Thread(target=kill_one).start()
        options = grade_folder.Options(scheduler=cluster.scheduler_address, progress=False)
        summary = grade_folder.grade_folder(
            folder / "in", folder / "out", assignment.load(), options)
        print(not Path("/proc", str(victim)).exists(),
              [result.exercises["ex-00"] for result in summary.results])
"""


@pytest.fixture(scope="module")
def python_with_dask(tmp_path_factory):
    """A Python that has Dask beside all that this one has; skipped if there is none."""
    folder = tmp_path_factory.mktemp("environment")
    python = folder / "bin" / "python"
    for command in (
        ["venv", "--python", sys.executable, str(folder)],
        ["pip", "install", "--python", str(python), "distributed>=2026.8"],
    ):
        done = subprocess.run(
            [sys.executable, "-m", "uv", *command], capture_output=True, text=True
        )
        if done.returncode:
            pytest.skip(f"Dask could not be installed: {done.stderr[-300:]}")
    ours, theirs = (
        subprocess.run(
            [program, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for program in (sys.executable, python)
    )
    Path(theirs, "ours.pth").write_text(ours + "\n", encoding="utf-8")
    return python


@pytest.mark.slow
def test_a_worker_that_dies_costs_nothing(python_with_dask, tmp_path):
    (tmp_path / "in").mkdir()
    a_class(tmp_path / "in", 10)
    script = tmp_path / "script.py"
    script.write_text(SCRIPT, encoding="utf-8")
    done = subprocess.run(
        [python_with_dask, script, tmp_path],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        timeout=500,
    )
    assert f"True {[4.0] * 10}" in done.stdout, done.stderr[-3000:]


def test_without_dask_it_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    (tmp_path / "in").mkdir()
    a_class(tmp_path / "in", 1)
    with pytest.raises(ValueError, match="pip install distributed"):
        grade_folder.grade_folder(
            tmp_path / "in",
            tmp_path / "out",
            assignment.load(),
            grade_folder.Options(scheduler="tcp://127.0.0.1:9", progress=False),
        )
