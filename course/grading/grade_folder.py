"""Grade a folder: run what is new, judge what changed, and write the results as they come."""

import hashlib
import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import asdict, dataclass, field
from pathlib import Path

from tqdm import tqdm

from course.grading import (
    class_report,
    digests,
    feedback,
    gradebook,
    marking,
    side_by_side,
    untrusted,
)
from course.grading.assignment import Assignment
from course.grading.course_key import CourseKey
from course.grading.database import Record
from course.grading.judge_notebook import FAILED, Answer, judge_chapter
from course.grading.notebook_run import ended_at_a_limit
from course.grading.own_data import OTHER_DATA, TOLD, ClassData
from course.grading.roster import Roster
from course.grading.side_by_side import Server
from course.grading.student_results import NOTE, UNREADABLE, StudentResult, results_of_class
from course.grading.submissions import Handin, collect
from course.judging.judged_data import judged_by
from course.submission.agreement import Limits

RECORD, GRADEBOOK, IDENTICAL = "record.sqlite", "gradebook.csv", "identical.csv"
MARKING, FEEDBACK, REPORT = "marking.csv", "feedback", "report.html"


@dataclass
class Options:
    """How to grade."""

    workers: int = 2
    safe: bool = True
    limits: dict = field(default_factory=dict)
    """Changes to `course.submission.agreement.Limits`."""
    again: frozenset[str] = frozenset()
    """Students whose notebooks run again, whatever is stored."""
    scheduler: str = ""
    """Address of a Dask scheduler; empty for this machine."""
    progress: bool = True
    anonymous: bool = False
    """Codes stand for the students in the marking sheet."""
    key: str = ""
    """What these codes are made with."""
    course_key: CourseKey | None = None
    """What students' own data sets are known by, where they have some."""


@dataclass
class Summary:
    """What a call did."""

    ran: int = 0
    judged: int = 0
    unchanged: int = 0
    results: list[StudentResult] = field(default_factory=list)
    handins: list[Handin] = field(default_factory=list)
    identical: list[tuple[str, list[str]]] = field(default_factory=list)
    others: list[tuple[str, str, str]] = field(default_factory=list)
    """Chapter, student, and what of another data set than the student's own is in the notebook."""
    sheet: marking.Sheet | None = None
    unclear: dict[str, list[str]] = field(default_factory=dict)
    """Files that could be those of several students, and these."""
    upgraded: set[str] = field(default_factory=set)
    """Packages with another version than when stored notebooks ran, so that they ran again."""


def grade_folder(
    submissions: Path,
    output: Path,
    assignment: Assignment,
    options: Options,
    roster: Roster | None = None,
    server: Server | None = None,
) -> Summary:
    """Grade every notebook of a folder and write gradebook, feedback and marking sheet.

    Notebooks run in `server`, if it is given; else in one that is started for this call.

    Raises
    ------
    FileNotFoundError, NotADirectoryError
        If there is no such folder.
    ValueError
        If a student who should run again handed in nothing.
    course.submission.agreement.SandboxError
        If something has to be run and there is no sandbox.
    course.grading.database.RecordError
        If the output folder cannot be used.
    """
    handins = collect(submissions, assignment, roster, known_students(output))
    if unknown := options.again - {handin.student for handin in handins}:
        raise ValueError(f"--again: there is no student {', '.join(sorted(unknown))}.")
    output.mkdir(parents=True, exist_ok=True)
    summary = Summary(handins=handins, identical=identical(handins), unclear=unclear(handins))
    own = ClassData(options.course_key, roster or {}, handins)
    with Record(output / RECORD) as record:
        follow_names(handins, record)
        record.forget_others({(handin.student, handin.shown) for handin in handins})
        pending = sort_out(handins, own, assignment, options, record, summary)
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
                    keep_run(key, result, options, record)
                    for handin in pending[key]:
                        store(handin, result, key, own, assignment, options, record)
                        summary.judged += 1
                        bar.update()
            record.forget_runs()
        finally:  # interrupted too: what is done is there to be read
            write_all(output, record, assignment, roster, own, options, summary)
    return summary


def follow_names(handins: list[Handin], record: Record) -> None:
    """Keep marks with students who have another name now: a roster came, or a name was mended."""
    present = {handin.student for handin in handins}
    owners = {h.shown: h.student for h in handins if h.team == (h.student,) and not h.is_unclear}
    for row in record.query("SELECT DISTINCT student, path FROM notebooks ORDER BY student, path"):
        if row["student"] not in present and row["path"] in owners:
            record.rename(row["student"], owners[row["path"]])


def sort_out(
    handins: list[Handin],
    own: ClassData,
    assignment: Assignment,
    options: Options,
    record: Record,
    summary: Summary,
) -> dict[str, list[Handin]]:
    """Store what needs no run; return the others, the same ones together under their key."""
    known = {(row["student"], row["path"]): row for row in record.query("SELECT * FROM notebooks")}
    pending = defaultdict(list)
    again = {
        key_of(handin, assignment, options)
        for handin in handins
        if handin.student in options.again and handin.chapter
    }
    for handin in handins:
        row = known.get((handin.student, handin.shown))
        if handin.problem or handin.note:
            status, sentence = (
                (UNREADABLE, handin.problem) if handin.problem else (NOTE, handin.note)
            )
            not_run = {"status": status, "sentence": sentence, "seconds": 0.0}
            store(handin, not_run, "", own, assignment, options, record)
            continue
        key = key_of(handin, assignment, options)
        if key in again or not (result := fitting_run(key, options, record, summary)):
            pending[key].append(handin)
        elif row and row["key"] == key and row["rules"] == own.rules(handin, assignment.rules):
            summary.unchanged += 1
        else:
            store(handin, result, key, own, assignment, options, record)
            summary.judged += 1
    return pending


def fitting_run(key: str, options: Options, record: Record, summary: Summary) -> dict | None:
    """What a notebook left when it was run, if it would leave the same here and now.

    So it does with the same versions of what computes, where the limits were the same, and where
    nothing ended at them and none is lower.
    """
    result = record.stored_run(key)
    if not result:
        return None
    if changes := digests.changes_since(result.get("versions", {})):
        summary.upgraded.update(changes)
        return None
    then, now = result["limits"], asdict(Limits(**options.limits))
    lower = then.keys() != now.keys() or any(now[name] < then[name] for name in now)
    return None if then != now and (lower or ended_at_a_limit(result)) else result


def keep_run(key: str, result: dict, options: Options, record: Record) -> None:
    """Keep what a notebook left; not what trouble of our own did: it is tried again next time."""
    if result["status"] != FAILED:
        try:
            here = {"limits": asdict(Limits(**options.limits))}
            record.store_run(key, result | here | {"versions": digests.versions_deciding()})
        except (ValueError, RecursionError):  # then it runs again in the next call
            return


def key_of(handin: Handin, assignment: Assignment, options: Options) -> str:
    """What a run depends on: cells, what is collected and how, and whether it was sandboxed."""
    parts = [handin.code, handin.plan, handin.exact, assignment.collector, options.safe]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def task_of(handin: Handin, options: Options) -> dict:
    """What `course.grading.notebook_run.run_notebook` is told."""
    limits = options.limits | {"exact": handin.exact}
    return {"cells": handin.code, "plan": handin.plan, "limits": limits}


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
    handin: Handin,
    result: dict,
    key: str,
    own: ClassData,
    assignment: Assignment,
    options: Options,
    record: Record,
) -> None:
    """Judge what a notebook left, if it could be read and run, and store it.

    Whatever goes wrong in this is a failure of ours, and of this notebook alone.
    """
    origin = own.origin(handin)
    row = {
        "student": handin.student,
        "path": handin.shown,
        "chapter": handin.chapter and handin.chapter.name,
        "likeness": handin.notebook.likeness if handin.notebook else "",
        "key": key,
        "rules": own.rules(handin, assignment.rules),
        "status": result["status"],
        "sentence": result["sentence"],
        "notes": " ".join(handin.notebook.notes) if handin.notebook else "",
        "safe": int(options.safe),
        "seconds": result["seconds"],
    }
    answers: list[Answer] = []
    try:
        if handin.chapter and result["status"] not in (UNREADABLE, NOTE, FAILED):
            with judged_by(origin.code):
                answers = judge_chapter(handin.chapter, result, handin.code)
            if origin.whose:
                row |= {"status": OTHER_DATA, "sentence": f"{result['sentence']} {TOLD}".strip()}
                for answer in answers:  # an instructor decides
                    answer.points = None
            else:
                claims = result["answers"]
                own.name_numbers_of_others(handin.chapter, claims, answers, origin.code)
        if failed := [answer.name for answer in answers if answer.status == FAILED]:
            row |= not_judged(", ".join(failed))
        record.store_notebook(row, answers)
    except sqlite3.OperationalError:  # the disk, not this notebook
        raise
    except Exception as error:
        row |= not_judged(f"{type(error).__name__}: {error}")
        record.store_notebook(untrusted.clean(row), [])


def not_judged(why: str) -> dict[str, str]:
    """What is said of a notebook that the grader could not judge; without rules, it tries again."""
    sentence = f"The grader could not judge it ({why}). Grade again when this is mended."
    return {"status": FAILED, "sentence": sentence, "rules": ""}


def identical(handins: list[Handin]) -> list[tuple[str, list[str]]]:
    """Chapters with the same code from several students, whatever its spaces and comments.

    Those who handed in together count as one.
    """
    groups: dict[tuple[str, str], set[tuple[str, ...]]] = defaultdict(set)
    for handin in handins:
        if handin.chapter and handin.notebook:
            groups[handin.chapter.name, handin.notebook.likeness].add(handin.team)
    return sorted(
        (chapter, sorted({student for team in teams for student in team}))
        for (chapter, _), teams in groups.items()
        if len(teams) > 1
    )


def unclear(handins: list[Handin]) -> dict[str, list[str]]:
    """Files that could be those of several students, and these."""
    found = defaultdict(list)
    for handin in handins:
        if handin.is_unclear:
            found[handin.shown].append(handin.student)
    return dict(found)


def known_students(output: Path) -> list[str]:
    """The students in a record, if there is one."""
    if not (output / RECORD).is_file():
        return []
    with Record(output / RECORD) as record:
        return [row["student"] for row in record.query("SELECT DISTINCT student FROM notebooks")]


def write_all(
    output: Path,
    record: Record,
    assignment: Assignment,
    roster: Roster | None,
    own: ClassData,
    options: Options,
    summary: Summary,
) -> None:
    """Write every file that is derived from the record."""
    summary.results = results_of_class(record, assignment, roster)
    note_dates(summary.results, own.handins)
    gradebook.write(output / GRADEBOOK, summary.results, assignment)
    summary.others = own.not_their_own(summary.results)
    gradebook.write_identical(output / IDENTICAL, summary.identical, summary.others)
    summary.sheet = marking.write(
        output / MARKING,
        summary.results,
        assignment,
        record,
        options.key,
        options.anonymous,
        own.codes(),
    )
    class_report.write(output / REPORT, summary.results, assignment)
    feedback.write_all(output / FEEDBACK, summary.results, assignment)


def note_dates(results: list[StudentResult], handins: Sequence[Handin]) -> None:
    """Fill in when each student handed in what is graded, and whether that was late."""
    by_student = {result.student: result for result in results}
    for handin in handins:
        if handin.chapter and (result := by_student.get(handin.student)):
            result.late = result.late or handin.claim.late
            result.handed_in = max(result.handed_in, handin.file.modified)
