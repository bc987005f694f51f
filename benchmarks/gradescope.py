"""How fast is the grader on Gradescope? ``python benchmarks/gradescope.py [--otter PYTHON]``

Grades the sample class in an emulated container (as root: see ``tests/helpers/container.py``) and
prints seconds for each submission, from the start of ``run_autograder`` to its end, with namespaces
forbidden. With ``--otter`` (the Python of an environment of its own, in which otter-grader is
installed and this environment's packages can be imported) each notebook is also graded by
``otter run``, which does without a container what otter-grader does on Gradescope: it executes the
notebook and one test a declared name, that the name is there. Images are not compared: otter's
setup installs conda and TeX, which needs a network of its own.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from course.grading import assignment
from course.paths import PROJECT, SAMPLE_CLASS

sys.path.append(str(PROJECT / "tests" / "helpers"))
STUDENTS = ("ada", "ben", "dan", "eve", "gus", "hal")
TEST = """\
test = {{"name": "{name}", "points": 1, "suites": [{{"cases": [
    {{"code": ">>> assert {name} is not ...\\n", "hidden": False}}],
    "scored": True, "setup": "", "teardown": "", "type": "doctest"}}]}}
"""


def notebooks(student: str) -> list[Path]:
    """What a student of the sample class handed in and has a chapter's name."""
    named = [chapter.name for chapter in assignment.load().chapters]
    found = [*SAMPLE_CLASS.glob(f"{student}/*.ipynb"), *SAMPLE_CLASS.glob(f"{student}_*.ipynb")]
    return sorted(path for path in found if any(path.stem.endswith(name) for name in named))


def ours() -> dict[str, float]:
    """Seconds of ``run_autograder`` for each student."""
    import container

    seconds = {}
    with container.container() as running:
        for student in STUDENTS:
            start = time.perf_counter()
            results = running.grade(*notebooks(student))
            seconds[student] = time.perf_counter() - start
            if not results["extra_data"]["finished"]:
                sys.exit(f"{student} was not graded: {results['output']}")
    return seconds


def otters(python: Path) -> dict[str, float]:
    """Seconds of ``otter run`` for all notebooks of each student, one after the other."""
    seconds = dict.fromkeys(STUDENTS, 0.0)
    chapters = {chapter.name: chapter for chapter in assignment.load().chapters}
    for student in STUDENTS:
        for path in notebooks(student):
            name = next(name for name in chapters if path.stem.endswith(name))
            with tempfile.TemporaryDirectory() as folder:
                tests = Path(folder, "tests")
                tests.mkdir()
                for answer in chapters[name].plan:
                    (tests / f"{answer}.py").write_text(TEST.format(name=answer), encoding="utf-8")
                made = ("-t", "tests", "-o", "autograder.zip", "--no-environment")
                otter(python, folder, "generate", *made)
                start = time.perf_counter()
                otter(python, folder, "run", "-a", "autograder.zip", "-o", folder, str(path))
                seconds[student] += time.perf_counter() - start
    return seconds


def otter(python: Path, folder: str, *arguments: str) -> None:
    """Run otter-grader; stop with its last words if it fails."""
    done = subprocess.run(
        [python, "-m", "otter", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
    )
    if done.returncode:
        sys.exit(f"otter {' '.join(arguments)} failed:\n{(done.stdout + done.stderr)[-2000:]}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--otter", type=Path, help="the Python of an environment with it")
    options = parser.parse_args()
    measured = {"ours, s": ours()}
    if options.otter:
        measured["otter-grader, s"] = otters(options.otter.absolute())
    print(
        "\n| student | notebooks |",
        " | ".join(measured),
        "|\n| --- | --- |",
        "--- |" * len(measured),
    )
    for student in STUDENTS:
        cells = " | ".join(f"{seconds[student]:.1f}" for seconds in measured.values())
        print(f"| {student} | {len(notebooks(student))} | {cells} |")


if __name__ == "__main__":
    main()
