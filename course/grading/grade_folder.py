"""Grade a folder: run what is new, judge what changed, and write the results as they come."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path

from tqdm import tqdm

from course.grading import feedback, gradebook, marking, side_by_side
from course.grading.assignment import Assignment
from course.grading.database import Record
from course.grading.judge_notebook import judge_chapter
from course.grading.roster import on_roster
from course.grading.side_by_side import Server
from course.grading.student_results import StudentResult, results_of_class
from course.grading.submissions import Handin, collect

RECORD, GRADEBOOK, IDENTICAL = "record.sqlite", "gradebook.csv", "identical.csv"
MARKING, FEEDBACK = "marking.csv", "feedback"


@dataclass
class Options:
    """How to grade."""

    workers: int = 2
    safe: bool = True
    limits: dict = field(default_factory=dict)
    """Changes to `course.submission.agreement.Limits`."""
    scheduler: str = ""
    """Address of a Dask scheduler; empty for this machine."""
    progress: bool = True


@dataclass
class Summary:
    """What a call did."""

    ran: int = 0
    judged: int = 0
    unchanged: int = 0
    results: list[StudentResult] = field(default_factory=list)
    identical: list[tuple[str, list[str]]] = field(default_factory=list)
    to_mark: int = 0


def grade_folder(
    submissions: Path,
    output: Path,
    assignment: Assignment,
    options: Options,
    roster: dict[str, dict[str, str]] | None = None,
    server: Server | None = None,
) -> Summary:
    """Grade every notebook of a folder and write gradebook, feedback and marking sheet.

    Notebooks run in `server`, if it is given; else in one that is started for this call.

    Raises
    ------
    FileNotFoundError, NotADirectoryError
        If there is no such folder.
    course.submission.agreement.SandboxError
        If something has to be run and there is no sandbox.
    course.grading.database.RecordError
        If the output folder cannot be used.
    """
    handins = collect(submissions, assignment)
    for handin in handins:
        handin.student = on_roster(handin.student, roster)
    output.mkdir(parents=True, exist_ok=True)
    summary = Summary(identical=identical(handins))
    with Record(output / RECORD) as record:
        record.forget_others({(handin.student, handin.shown) for handin in handins})
        pending = sort_out(handins, assignment, options, record, summary)
        bar = tqdm(
            total=len(handins),
            initial=len(handins) - sum(map(len, pending.values())),
            unit="notebook",
            disable=not options.progress,
            desc="Grading",
        )
        tasks = {key: task_of(same[0], options) for key, same in pending.items()}
        try:
            with bar:
                for key, result in run_all(tasks, options, server):
                    summary.ran += 1
                    # What the machine's own trouble did is not kept: it is tried again next time.
                    if result["status"] != "failed":
                        record.store_run(key, result | {"limits": options.limits})
                    for handin in pending[key]:
                        store(handin, result, key, assignment, options, record)
                        summary.judged += 1
                        bar.update()
        finally:  # interrupted too: what is done is there to be read
            write_all(output, record, assignment, roster, summary)
    return summary


def sort_out(
    handins: list[Handin],
    assignment: Assignment,
    options: Options,
    record: Record,
    summary: Summary,
) -> dict[str, list[Handin]]:
    """Store what needs no run; return the others, the same ones together under their key."""
    known = {(row["student"], row["path"]): row for row in record.query("SELECT * FROM notebooks")}
    pending = defaultdict(list)
    for handin in handins:
        row = known.get((handin.student, handin.shown))
        if handin.problem:
            unread = {"status": "unreadable", "sentence": handin.problem, "seconds": 0.0}
            store(handin, unread, "", assignment, options, record)
            continue
        key = key_of(handin, assignment, options)
        result = record.stored_run(key)
        if not result or outgrown(result, options.limits):
            pending[key].append(handin)
        elif row and row["key"] == key and row["rules"] == assignment.rules:
            summary.unchanged += 1
        else:
            store(handin, result, key, assignment, options, record)
            summary.judged += 1
    return pending


def outgrown(result: dict, limits: dict) -> bool:
    """Did a run end at its limits, and are others asked for now?"""
    cut = {"timed out", "stopped", "not run"}
    return (
        bool(limits)
        and limits != result["limits"]
        and any(cell["status"] in cut for cell in result["cells"])
    )


def key_of(handin: Handin, assignment: Assignment, options: Options) -> str:
    """What a run depends on: cells, what is collected and how, and whether it was sandboxed."""
    parts = [handin.notebook.code, handin.chapter.plan, assignment.collector, options.safe]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def task_of(handin: Handin, options: Options) -> dict:
    """What `course.grading.notebook_run.run_notebook` is told."""
    return {"cells": handin.notebook.code, "plan": handin.chapter.plan, "limits": options.limits}


def run_all(
    tasks: dict[str, dict], options: Options, server: Server | None
) -> Iterator[tuple[str, dict]]:
    """Run tasks side by side; yield key and result of each when it is done."""
    if not tasks:
        return
    models = side_by_side.asks_for_a_fit(tasks)
    if options.scheduler:
        try:
            from course.grading import cluster
        except ImportError as error:
            raise ValueError("--scheduler needs Dask: pip install distributed.") from error
        yield from cluster.run_on_cluster(tasks, options.scheduler, options.safe, models)
        return
    # Warm, or refused, before anything is queued.
    with nullcontext(server) if server else side_by_side.server_for(options.safe, models) as ready:
        yield from side_by_side.run_here(tasks, options.workers, ready)


def store(
    handin: Handin, result: dict, key: str, assignment: Assignment, options: Options, record: Record
) -> None:
    """Judge what a notebook left, if it could be read and run, and store it."""
    row = {
        "student": handin.student,
        "path": handin.shown,
        "chapter": handin.chapter and handin.chapter.name,
        "likeness": handin.notebook.likeness if handin.chapter else "",
        "key": key,
        "rules": assignment.rules,
        "status": result["status"],
        "sentence": result["sentence"],
        "notes": " ".join(handin.notebook.notes) if handin.chapter else "",
        "safe": int(options.safe),
        "seconds": result["seconds"],
    }
    ran = result["status"] not in ("unreadable", "failed")
    answers = judge_chapter(handin.chapter, result, handin.notebook.code) if ran else []
    record.store_notebook(row, answers)


def identical(handins: list[Handin]) -> list[tuple[str, list[str]]]:
    """Chapters with the same code from several students, whatever its spaces and comments."""
    groups = defaultdict(set)
    for handin in handins:
        if handin.chapter:
            groups[handin.chapter.name, handin.notebook.likeness].add(handin.student)
    return sorted(
        (chapter, sorted(students))
        for (chapter, _), students in groups.items()
        if len(students) > 1
    )


def write_all(
    output: Path, record: Record, assignment: Assignment, roster: dict | None, summary: Summary
) -> None:
    """Write every file that is derived from the record."""
    summary.results = results_of_class(record, assignment, roster)
    gradebook.write(output / GRADEBOOK, summary.results, assignment)
    gradebook.write_identical(output / IDENTICAL, summary.identical)
    summary.to_mark = marking.write(output / MARKING, summary.results, assignment)
    for result in summary.results:
        feedback.write(output / FEEDBACK, result, assignment)
