"""What the tests of the grader share: a warm server, short runs, and fuzzed notebooks."""

import argparse
import json
import os
import random
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from course.chapters.editions import solved
from course.grading import assignment, cli, judge_notebook, samples
from course.grading.another_user import AnotherUserServer
from course.grading.notebook_run import run_notebook
from course.grading.warm_server import WarmServer
from course.submission.agreement import SandboxError

WARM_UP, POOLED = "01-warm-up", "02-complete-pooled"
#: The attacks run a second time without namespaces: test_gradescope.py sets this, in a container.
WITHOUT_NAMESPACES = "WITHOUT_NAMESPACES" in os.environ


@contextmanager
def warm(ci: bool, models: bool = False) -> Iterator[WarmServer]:
    """A warm server; where there is no sandbox the test is skipped, on CI it fails."""
    server = (AnotherUserServer if WITHOUT_NAMESPACES else WarmServer)(models=models)
    try:
        server.start()
    except SandboxError as error:
        if ci:
            pytest.fail(f"no sandbox, and CI is true: {error}", pytrace=False)
        pytest.skip(f"no sandbox: {str(error)[:200]}")
    try:
        yield server
    finally:
        server.close()


def grade(server: WarmServer | None, *arguments) -> int:
    """The command ``grade``, in a server that is warm already; its exit code."""
    parser = argparse.ArgumentParser()
    cli.add_to(parser.add_subparsers())
    return cli.grade_command(parser.parse_args(["grade", "--quiet", *map(str, arguments)]), server)


def chapter(name: str) -> assignment.Chapter:
    return next(c for c in assignment.load().chapters if c.name == name)


def run_in(server: WarmServer, cells: list[str], of: str = WARM_UP, **limits) -> dict:
    """Run code cells as a submission of a chapter."""
    limits = {"cell_seconds": 20} | limits
    task = {"cells": cells, "plan": chapter(of).plan, "limits": limits}
    return run_notebook(task, server)


def judged(result: dict, cells: list[str], of: str = WARM_UP) -> dict[str, judge_notebook.Answer]:
    answers = judge_notebook.judge_chapter(chapter(of), result, cells)
    assert all(answer.status in judge_notebook.STATUSES for answer in answers)
    return {answer.name: answer for answer in answers}


def points(result: dict, cells: list[str], of: str = WARM_UP) -> float:
    return sum(answer.points or 0 for answer in judged(result, cells, of).values())


def fuzzed(text: str, seed: int) -> bytes:
    """A notebook, damaged: the same for the same seed."""
    rng = random.Random(seed)
    raw = json.loads(text)
    for _ in range(rng.randint(1, 4)):
        rng.choice(MUTATIONS)(raw, rng)
    content = json.dumps(raw).encode()
    if rng.random() < 0.3:
        content = bytearray(content)
        for _ in range(rng.randint(1, 30)):
            content[rng.randrange(len(content))] = rng.randrange(256)
    if rng.random() < 0.1:
        content = content[: rng.randrange(len(content))]
    return bytes(content)


def cell(raw, rng):
    cells = raw.get("cells")
    if isinstance(cells, list) and cells:
        found = rng.choice(cells)
        return found if isinstance(found, dict) else {}
    return {}


STRANGE = (None, 0, -1, 1e999, "", "x", [], [[]], {}, {"a": []}, True, "\ud800", "\0", 10**50)


def strange_key(raw, rng):
    target = rng.choice([raw, cell(raw, rng), cell(raw, rng).setdefault("metadata", {})])
    if isinstance(target, dict) and target:
        target[rng.choice(list(target))] = rng.choice(STRANGE)


def remove_key(raw, rng):
    target = rng.choice([raw, cell(raw, rng), cell(raw, rng)])
    if target:
        del target[rng.choice(list(target))]


def remove_cell(raw, rng):
    if isinstance(raw.get("cells"), list) and raw["cells"]:
        raw["cells"].pop(rng.randrange(len(raw["cells"])))


def repeat_cell(raw, rng):
    if isinstance(raw.get("cells"), list) and raw["cells"]:
        raw["cells"].append(rng.choice(raw["cells"]))


def shuffle(raw, rng):
    if isinstance(raw.get("cells"), list):
        rng.shuffle(raw["cells"])


def split_source(raw, rng):
    target = cell(raw, rng)
    if isinstance(source := target.get("source"), str) and source:
        place = rng.randrange(len(source))
        target["source"] = [source[:place], source[place:]]


def break_code(raw, rng):
    target = cell(raw, rng)
    if isinstance(source := target.get("source"), str) and source:
        place = rng.randrange(len(source))
        target["source"] = (
            source[:place]
            + rng.choice("()[]{}'\"\n\t =.#%!\0\u202e")
            + source[place + rng.randint(0, 5) :]
        )


def old_format(raw, rng):
    raw["nbformat"] = rng.choice([1, 2, 3, 5, "4", None])
    if rng.random() < 0.5 and "cells" in raw:
        raw["worksheets"] = [{"cells": raw.pop("cells")}]


MUTATIONS = (
    strange_key,
    remove_key,
    remove_cell,
    repeat_cell,
    shuffle,
    split_source,
    break_code,
    old_format,
)


def quick(folder, students=("ann", "bob")):
    """A class that needs no fit: the warm-up of each student, the last without an answer."""
    folder.mkdir()
    chapter = samples.chapters()[WARM_UP]
    for student in students:
        notebook = samples.student(chapter) if student == students[-1] else solved(chapter)
        notebook.cells[0].source += f"\n\nBy {student}"
        notebook.cells.append(samples.nbformat.v4.new_code_cell(f"me = '{student}'"))
        (folder / f"{student}.ipynb").write_text(samples.as_text(notebook), encoding="utf-8")
    return folder
