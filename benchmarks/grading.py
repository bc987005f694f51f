"""How fast is the grader? ``python benchmarks/grading.py [--class-size 200] [--nbgrader PATH]``

Prints a table in Markdown: start, what the grader adds to the student's own cells, a class of
notebooks with one hierarchical fit, 200 notebooks without any, the complete activity, how long
Ctrl-C takes, and the grader's memory; with
``--nbgrader`` (the program, in an environment of its own whose kernel has this package) the same
notebooks with nbgrader, in sequence and two at a time.
"""

import argparse
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import psutil

from course.chapters.editions import solved
from course.grading import assignment, cli, grade_folder, nbgrader, samples
from course.grading.notebook_run import run_notebook
from course.grading.warm_server import WarmServer

ONE_FIT = "04-hierarchical"
EMPTY = "01-warm-up"
ASSIGNMENT = "activity"


def write_class(folder: Path, chapters: dict, size: int) -> None:
    """A class that answers everything; each notebook is a little different."""
    for number in range(size):
        for name, chapter in chapters.items():
            notebook = solved(chapter)
            cell = samples.nbformat.v4.new_code_cell(f"student = {number}")
            notebook.cells.append(cell)
            path = folder / f"s{number:03}" / f"{name}.ipynb"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(samples.as_text(notebook), encoding="utf-8")


def graded(
    chapters: dict, size: int, workers: int, server: WarmServer
) -> tuple[float, float | None]:
    """Seconds to grade a class once warm, and the points of its first student."""
    with tempfile.TemporaryDirectory() as folder:
        write_class(Path(folder, "in"), chapters, size)
        start = time.perf_counter()
        summary = grade_folder.grade_folder(
            Path(folder, "in"),
            Path(folder, "out"),
            assignment.load(),
            grade_folder.Options(workers=workers),
            server=server,
        )
        return time.perf_counter() - start, summary.results[0].points_so_far


def added(server: WarmServer, repeats: int = 10) -> float:
    """Seconds that the grader adds to a notebook: all of it, where the cells take no time."""
    chapter = next(c for c in assignment.load().chapters if c.name == EMPTY)
    start = time.perf_counter()
    for number in range(repeats):
        run_notebook({"cells": [f"typical_00 = {number}"], "plan": chapter.plan}, server)
    return (time.perf_counter() - start) / repeats


def interrupted(chapters: dict) -> float:
    """Seconds from Ctrl-C, while two notebooks fit, to the end of the command."""
    with tempfile.TemporaryDirectory() as folder:
        write_class(Path(folder, "in"), {ONE_FIT: chapters[ONE_FIT]}, 20)
        record = Path(folder, "out", grade_folder.RECORD)
        where = [str(Path(folder, "in")), "--output", str(record.parent), "--quiet"]
        process = subprocess.Popen(
            [sys.executable, "-m", "course", "grade", *where], stderr=subprocess.DEVNULL
        )
        while process.poll() is None and not stored(record):
            time.sleep(0.1)
        start = time.perf_counter()
        process.send_signal(signal.SIGINT)
        if process.wait() != cli.INTERRUPTED:
            sys.exit(f"the command ended with {process.returncode} and was not interrupted")
        return time.perf_counter() - start


def stored(record: Path) -> int:
    """How many notebooks a record holds."""
    try:
        with closing(sqlite3.connect(f"file:{record}?mode=ro", uri=True)) as database:
            return database.execute("SELECT COUNT(*) FROM notebooks").fetchone()[0]
    except sqlite3.OperationalError:  # not there yet
        return 0


def with_nbgrader(program: Path, chapters: dict, size: int, processes: int) -> float:
    """Seconds of ``nbgrader autograde`` for the same notebooks."""
    with tempfile.TemporaryDirectory() as folder:
        course = Path(folder)
        nbgrader.write(course)
        shutil.rmtree(course / "release")
        for path in (course / "source" / ASSIGNMENT).iterdir():
            if path.stem not in chapters:
                path.unlink()
        call(program, course, "generate_assignment", ASSIGNMENT)
        students = [f"s{number:03}" for number in range(size)]
        for student in students:
            shutil.copytree(
                course / "source" / ASSIGNMENT, course / "submitted" / student / ASSIGNMENT
            )
        start = time.perf_counter()
        with ThreadPoolExecutor(processes) as pool:
            list(
                pool.map(
                    lambda student: call(
                        program, course, "autograde", ASSIGNMENT, "--student", student
                    ),
                    students,
                )
            )
        return time.perf_counter() - start


def call(program: Path, folder: Path, *arguments: str) -> None:
    """Run nbgrader; stop with its last words if it fails."""
    path = f"{program.parent}{os.pathsep}{os.environ['PATH']}"  # it calls a program beside it
    done = subprocess.run(
        [program, *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        env={**os.environ, "PATH": path},
    )
    if done.returncode:
        sys.exit(f"{program} {' '.join(arguments)} failed:\n{done.stderr[-2000:]}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--class-size", type=int, default=200)
    parser.add_argument("--nbgrader", type=Path, help="the program nbgrader, to measure it too")
    parser.add_argument("--json", type=Path, help="write the figures to this file too")
    options = parser.parse_args()
    chapters = samples.chapters()
    start = time.perf_counter()
    with WarmServer() as server:
        figures = {
            "cold start, s": time.perf_counter() - start,
            "added to a notebook's own cells, s": added(server),
        }
        size = options.class_size
        seconds, _ = graded({ONE_FIT: chapters[ONE_FIT]}, size, 2, server)
        figures[f"a notebook with one hierarchical fit, {size} of them, 2 workers, s"] = (
            seconds / size
        )
        tiny = {EMPTY: chapters[EMPTY]}
        figures["200 notebooks without a fit, 2 workers, s in all"], _ = graded(
            tiny, 200, 2, server
        )
        few = max(2, size // 50)
        for workers in (1, 2):
            figures[f"the complete activity, {workers} at a time, s a student"] = (
                graded(chapters, few, workers, server)[0] / few
            )
        memory = psutil.Process().memory_info().rss / 2**20
        figures["memory of the grading process, MB"] = memory
    figures["from Ctrl-C to the end, s"] = interrupted(chapters)
    if options.nbgrader:
        for processes in (1, 2):
            figures[f"nbgrader, the complete activity, {processes} at a time, s a student"] = (
                with_nbgrader(options.nbgrader.absolute(), chapters, 2, processes) / 2
            )
    print("\n| figure | value |\n| --- | --- |")
    for name, value in figures.items():
        print(f"| {name} | {value:.2f} |")
    print(f"\nLoad average at the end: {psutil.getloadavg()[0]:.1f} on {psutil.cpu_count()} cores.")
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
