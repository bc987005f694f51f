"""Grading on a Dask cluster of this machine."""

import os
import sys
import threading
import time

import pytest
from grading_tools import WARM_UP, start

from course.editions import solved
from course.grading import assignment, grade, runner, samples
from course.grading.sandbox import SandboxError

pytestmark = [pytest.mark.needs_data,
              pytest.mark.skipif(sys.platform != "linux", reason="the sandbox needs Linux")]


@pytest.fixture(scope="module", autouse=True)
def sandbox(ci):
    server = start(ci)
    server.close()
    runner.SERVERS.clear()


def a_class(folder, count):
    chapter = samples.chapters()[WARM_UP]
    for number in range(count):
        notebook = solved(chapter)
        notebook.cells.append(samples.nbformat.v4.new_code_cell(
            f"import time; time.sleep(1); me = {number}"))
        (folder / f"s{number}.ipynb").write_text(samples.as_text(notebook), encoding="utf-8")


@pytest.mark.slow
def test_a_worker_that_dies_costs_nothing(tmp_path):
    from distributed import LocalCluster

    (tmp_path / "in").mkdir()
    a_class(tmp_path / "in", 10)
    work = assignment.load()
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        victim = cluster.workers[0].process.pid

        def kill_one():
            deadline = time.monotonic() + 120
            while time.monotonic() < deadline and not (tmp_path / "out" / grade.RECORD).exists():
                time.sleep(0.2)
            time.sleep(5)
            os.kill(victim, 9)

        killer = threading.Thread(target=kill_one)
        killer.start()
        summary = grade.grade(tmp_path / "in", tmp_path / "out", work, grade.Options(
            scheduler=cluster.scheduler_address, progress=False))
        killer.join()
        assert cluster.workers[0].process.pid != victim
    assert [result.exercises["ex-00"] for result in summary.results] == [4] * 10


def test_a_scheduler_that_does_not_answer_is_named(tmp_path):
    (tmp_path / "in").mkdir()
    a_class(tmp_path / "in", 1)
    with pytest.raises(SandboxError, match="tcp://127.0.0.1:9"):
        grade.grade(tmp_path / "in", tmp_path / "out", assignment.load(),
                    grade.Options(scheduler="tcp://127.0.0.1:9", progress=False))
