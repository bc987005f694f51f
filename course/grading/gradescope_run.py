"""Grade one submission in Gradescope's container: from its files to ``results/results.json``.

``python -m course.grading.gradescope_run ROOT``, started by ``run_autograder``. The results are
written before anything is run, after each notebook, and at the end, each time as a whole. What is
judged, and how, is `grade_folder`'s business. Nothing heavy is imported before it is needed: with
``--ended`` this only says in the results that the process before it ended early.
"""

import argparse
import json
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from course.chapters.exercises import Exercise
    from course.grading.assignment import Assignment, Chapter
    from course.grading.side_by_side import Server
    from course.grading.student_results import StudentResult
    from course.grading.submissions import Handin

RESULTS, SUBMISSION = Path("results", "results.json"), "submission"
METADATA, SETTINGS = "submission_metadata.json", Path("source", "settings.json")
#: Seconds that are kept for the end: for judging, and for writing the results.
SPARE = 20
TIMED_OUT, KILLED = 124, 128  # what `timeout` and the shell make of a process that was ended
UNFINISHED = (
    "The grader has not come to its end. Points below count; what has none was not graded, and is "
    "no zero."
)
NOT_REACHED = {
    "status": "failed",
    "sentence": "The grader did not come to it in the time that it has. Hand in again, or ask your "
    "instructor.",
    "seconds": 0.0,
}
WITHOUT_NAMESPACES = (
    "This container allows no namespaces: the notebooks ran as another user, with limits, a filter "
    "of system calls and {landlock}, but without the sandbox."
)


def main(arguments: list[str] | None = None) -> int:
    """Grade, or what else the command line says; return an exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("root", type=Path)
    parser.add_argument("--warm-up", action="store_true", help="compile the models")
    parser.add_argument("--ended", type=int, metavar="CODE", help="say how the last call ended")
    options = parser.parse_args(arguments)
    if options.warm_up:
        with protected(models=True) as (_, notes):
            print("The models are compiled.", *notes)
        return 0
    if options.ended is not None:
        say_so(options.root / RESULTS, how(options.ended))
        return 0
    try:
        grade(options.root)
    except Exception as error:  # whatever it is, there are results, and they say so
        traceback.print_exc()
        say_so(options.root / RESULTS, f"The grader itself failed ({type(error).__name__}).")
    return 0


def how(code: int) -> str:
    """How a process ended that should have written the results."""
    if code == TIMED_OUT:
        return "The grader ran out of time."
    if code > KILLED:
        return f"The grader was ended by signal {signal.Signals(code - KILLED).name}."
    return f"The grader ended early, with exit code {code}."


def say_so(path: Path, sentence: str) -> None:
    """Put a sentence in front of unfinished results; finished ones stay as they are."""
    results = json.loads(path.read_text(encoding="utf-8"))
    if not results["extra_data"]["finished"]:
        results["output"] = f"{sentence} Please tell your instructor.\n{results['output']}"
        write(path, results)


def write(path: Path, results: dict) -> None:
    """Replace the results, in one step."""
    draft = path.with_suffix(".tmp")
    draft.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    draft.replace(path)


def grade(root: Path) -> None:
    """Grade the submission of a container; whatever raises an error leaves unfinished results.

    root: the folder that Gradescope calls ``/autograder``.
    """
    from course.grading import assignment, grade_folder, side_by_side
    from course.grading.database import Record
    from course.grading.own_data import ClassData
    from course.grading.student_results import results_of_class

    start = time.monotonic()
    settings = json.loads((root / SETTINGS).read_text(encoding="utf-8"))
    work = assignment.load(only=settings["chapters"])
    handins = handed_in(root / SUBMISSION, work)
    notes = [*about(metadata(root), work)]
    own = ClassData(None, {}, handins)  # whose data it has, Gradescope cannot say
    options = grade_folder.Options(workers=1, progress=False)
    with tempfile.TemporaryDirectory() as folder, Record(Path(folder, "record.sqlite")) as record:

        def report(finished: bool, said: list[str]) -> None:
            students = results_of_class(record, work, {STUDENT: {}})
            results = results_of(students[0], work, finished, said, notes)
            results |= {"visibility": settings["visibility"]}
            results["execution_time"] = round(time.monotonic() - start, 1)
            write(root / RESULTS, results)

        summary = grade_folder.Summary()
        pending = grade_folder.sort_out(handins, own, work, options, record, summary)
        for key, same in pending.items():
            for handin in same:
                grade_folder.store(handin, NOT_REACHED, key, own, work, options, record)
        report(not pending, [])
        if not pending:
            return
        tasks = {key: grade_folder.task_of(same[0], options) for key, same in pending.items()}
        with protected(side_by_side.asks_for_a_fit(tasks)) as (server, said):
            for key, same in pending.items():
                left = settings["seconds"] - (time.monotonic() - start) - SPARE
                if left < SPARE:
                    break
                result = run_one(tasks[key], server, left)
                for handin in same:
                    grade_folder.store(handin, result, key, own, work, options, record)
                report(False, said)
        report(True, said)


STUDENT = "student"


def handed_in(folder: Path, work: "Assignment") -> "list[Handin]":
    """Everything in a folder: the hand-ins of one student, or of a group that is one here."""
    from course.grading import submissions
    from course.grading.handed_in_files import files_in
    from course.grading.roster import Owners

    chapters = [chapter.name for chapter in work.all_chapters]
    found = []
    for file in files_in(folder) if folder.is_dir() else []:
        claim = submissions.claim_at(file, 0, chapters)
        found += submissions.read(file, claim, Owners((STUDENT,)), work)
    submissions.choose(found, chapters)
    return found


def run_one(task: dict, server: "Server", left: float) -> dict:
    """Run one notebook, in the seconds that are left."""
    from course.grading.notebook_run import not_carried_out, run_notebook
    from course.submission.agreement import Limits

    limits = Limits(**task["limits"])
    changes = {"notebook_seconds": min(limits.notebook_seconds, left)}
    if (memory := memory_of_container()) < limits.memory:
        changes["memory"] = memory
    try:
        return run_notebook(task | {"limits": task["limits"] | changes}, server)
    except Exception as error:  # as beside others: it is this notebook's alone
        traceback.print_exc()
        return not_carried_out(task, error)


def memory_of_container() -> int:
    """Three quarters of the memory that the container has; the rest is the grader's."""
    for path in ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"):
        try:
            return int(Path(path).read_text()) * 3 // 4
        except (OSError, ValueError):  # not there, or "max"
            continue
    return sys.maxsize


@contextmanager
def protected(models: bool) -> "Iterator[tuple[Server, list[str]]]":
    """A warm server in the sandbox, or without namespaces as another user; what is to be said."""
    from course.grading.another_user import AnotherUserServer
    from course.grading.warm_server import WarmServer
    from course.submission import linux
    from course.submission.agreement import Limits, SandboxError

    try:
        server, said = WarmServer(models=models), []
        server.start()
        server.open(Limits()).close()  # it may be refused for a submission, too
    except SandboxError as error:
        print(error)
        server.close()
        server = AnotherUserServer(models=models)
        landlock = "Landlock" if linux.landlock_version() else "no Landlock"
        said = [WITHOUT_NAMESPACES.format(landlock=landlock)]
        server.start()
    try:
        yield server, said
    finally:
        server.close()


def metadata(root: Path) -> dict:
    """What Gradescope says of the submission; nothing if that cannot be read."""
    try:
        found = json.loads((root / METADATA).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def about(submission: dict, work: "Assignment") -> Iterator[str]:
    """Lines for instructors: who handed in, and whether the points are those of the assignment."""
    users, settings = submission.get("users"), submission.get("assignment")
    if isinstance(users, list):
        names = (str(user.get("name")) for user in users if isinstance(user, dict))
        yield f"Handed in by {', '.join(names)}."
    try:
        total = float(settings["total_points"]) if isinstance(settings, dict) else work.maximum
    except (KeyError, TypeError, ValueError):
        total = work.maximum
    if total != work.maximum:
        yield (
            f"On Gradescope the assignment is worth {total:g} points, and its exercises "
            f"{work.maximum}: {points_to_set(work)}"
        )


def points_to_set(work: "Assignment") -> str:
    """The points of an assignment, as Gradescope wants to have them entered."""
    required = [exercise for exercise in work.exercises.values() if not exercise.optional]
    by_hand = {e.number: e.points - automatic(e) for e in required if e.points > automatic(e)}
    questions = ", ".join(f"{number} ({points:g})" for number, points in by_hand.items())
    return f"enter {sum(map(automatic, required)):g} autograder points" + (
        f", and a manually graded question for each of {questions}." if by_hand else "."
    )


def automatic(exercise: "Exercise") -> float:
    """The points of an exercise that need no instructor."""
    from course.grading.nbgrader import by_hand

    return round(exercise.points - (by_hand(exercise) or 0), 4)


def results_of(
    result: "StudentResult",
    work: "Assignment",
    finished: bool = True,
    said: list[str] | None = None,
    notes: list[str] | None = None,
) -> dict:
    """What is known of a student, in the format of ``results.json``.

    Parameters
    ----------
    result : StudentResult
    work : Assignment
    finished : bool
    said, notes : list of str
        Sentences for everybody, and for instructors only.

    Returns
    -------
    dict, plain JSON
        A text to be read by an instructor has no points, so that none are taken away, and none is
        entered twice. A bonus has a score and no maximum. Instructors alone see the last test.
    """
    here = {row["chapter"] for row in result.notebooks}
    tests: list[dict] = []
    for chapter in work.chapters:
        if not chapter.optional or chapter.name in here:
            for exercise in chapter.exercises:
                tests += tests_of(exercise, chapter, result)
    lines = [*(notes or []), *for_instructors(result, work)]
    if lines:
        tests.append(
            {"name": "For instructors", "visibility": "hidden", "output": "\n".join(lines)}
        )
    return {
        "score": result.points_so_far or 0.0,
        "output": "\n".join([*([] if finished else [UNFINISHED]), *summary(result, work, said)]),
        "stdout_visibility": "hidden",
        "tests": tests,
        "extra_data": {"finished": finished},
    }


def tests_of(exercise: "Exercise", chapter: "Chapter", result: "StudentResult") -> list[dict]:
    """The answers to one exercise, each as a test; one for all if there are none."""
    from course.grading.nbgrader import judged_here

    bonus = "Bonus · " if exercise.optional else ""
    heading = {"number": exercise.number, "name": f"{bonus}{exercise.title}"}
    answers = [a for a in result.answers if a["exercise"] == exercise.id]
    if not answers:
        handed_in = [row for row in result.notebooks if row["chapter"] == chapter.name]
        why = handed_in[0]["sentence"] if handed_in else f"{chapter.name} was not handed in."
        test = heading | {"output": why}
        if result.exercises.get(exercise.id) == 0 and automatic(exercise):
            test |= scored(0.0, automatic(exercise), exercise)
        return [test]
    here = judged_here(exercise.id)
    tests = []
    for answer in answers:
        lines = [f"{answer['status']}: {answer['message']}".removesuffix(": ")]
        test = heading | {"name": f"{heading['name']} · {answer['name']}"}
        if answer["name"] not in here:
            test["name"] += " · to be marked by hand"
            lines += [
                f"Worth {answer['most']:g} points, which are not among these.",
                answer["text"],
            ]
        elif answer["points"] is not None:
            test |= scored(answer["points"], answer["most"], exercise)
        tests.append(test | {"output": "\n".join(filter(None, lines))})
    return tests


def scored(points: float, most: float, exercise: "Exercise") -> dict:
    """The score of a test; that of a bonus is on top of the maximum."""
    return {
        "score": points,
        "max_score": 0.0 if exercise.optional else most,
        "status": "passed" if points == most else "failed",
    }


def summary(result: "StudentResult", work: "Assignment", said: list[str] | None) -> list[str]:
    """What everybody reads first."""
    if not result.notebooks:
        return ["Nothing was handed in: there is no notebook (.ipynb)."]
    known = result.points_so_far or 0.0
    lines = [f"{known:g} of {work.maximum} points so far."]
    if result.bonus:
        lines[0] += f" {result.bonus:g} of them are a bonus."
    if result.to_mark:
        lines.append(f"Written answers that your instructor reads: {result.to_mark}.")
    for row in result.notebooks:
        where = f"{row['chapter']}, {row['path']}" if row["chapter"] else row["path"]
        lines += [f"{where}: {text}" for text in (row["sentence"], row["notes"]) if text]
    return lines + (said or [])


def for_instructors(result: "StudentResult", work: "Assignment") -> Iterator[str]:
    """Mistakes by their names, and what to look for in written answers."""
    for answer in result.answers:
        if answer["mistake"]:
            yield f"{answer['name']}: {answer['mistake']}"
        if answer["status"] == "needs marking":
            for line in work.rubrics.get(answer["name"], []):
                yield f"{answer['name']}, rubric: {line}"


if __name__ == "__main__":
    sys.exit(main())
