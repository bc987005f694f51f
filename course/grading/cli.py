"""The command line of the grader: ``python -m course grade``."""

import argparse
import sys
import warnings
from pathlib import Path

DONE, USAGE, NO_SANDBOX, FAULT, INTERRUPTED = 0, 2, 3, 4, 130
HELP = """Grade a folder of notebooks.

The folder holds one notebook or one folder a student. Results go to the output folder:
gradebook.csv, report.html (the class), feedback/ (a page a student), marking.csv (written answers,
for you to fill in), identical.csv and record.sqlite. Call it again after anything changed: it runs
only what is new. Roster, chapters, limits and what --lms, --title, --column and --anonymous say
are remembered there until you say otherwise.

exit codes: 0 done (every file has a row, whatever its state), 2 wrong usage, 3 no sandbox, 4 done,
but the grader itself failed on some notebooks (their points are empty, and the last line names
them), 130 interrupted (call again to go on)"""


def add_to(commands) -> None:
    """Add the command to the subcommands of ``python -m course``."""
    parser = commands.add_parser(
        "grade",
        help="grade a folder of notebooks",
        description=HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("submissions", type=Path, help="folder or zip with the notebooks")
    parser.add_argument(
        "--chapters",
        nargs="+",
        metavar="NAME",
        help="grade only these, such as 01 02 (all: every one again)",
    )
    parser.add_argument(
        "--output",
        type=Path,
        metavar="FOLDER",
        help="where results go (default: the submissions' name with -graded)",
    )
    parser.add_argument(
        "--roster",
        type=Path,
        metavar="CSV",
        help="who should hand in: an export of Canvas or Moodle, or columns student, and as you "
        "like name, email, file (how their files begin), group (who hands in together)",
    )
    parser.add_argument(
        "--workers", type=int, default=2, metavar="N", help="notebooks at a time (default: 2)"
    )
    parser.add_argument(
        "--scheduler",
        default="",
        metavar="ADDRESS",
        help="run on a Dask cluster instead, such as tcp://host:8786",
    )
    parser.add_argument(
        "--cell-seconds", type=float, metavar="S", help="time for one cell (default: 120)"
    )
    parser.add_argument(
        "--notebook-seconds", type=float, metavar="S", help="time for one notebook (default: 900)"
    )
    parser.add_argument(
        "--memory", type=float, metavar="GB", help="memory for one notebook (default: 4)"
    )
    parser.add_argument(
        "--again",
        action="append",
        default=[],
        metavar="STUDENT",
        help="run the notebooks of this student again, whatever is stored",
    )
    parser.add_argument(
        "--marks", type=Path, metavar="CSV", help="first merge a marking sheet that you filled in"
    )
    parser.add_argument(
        "--anonymous",
        action=argparse.BooleanOptionalAction,
        help="write codes for the students into marking.csv",
    )
    parser.add_argument(
        "--override",
        nargs=4,
        action="append",
        default=[],
        metavar=("STUDENT", "EXERCISE", "POINTS", "REASON"),
        help="first set the points of an exercise by hand (POINTS - takes it back)",
    )
    parser.add_argument(
        "--lms",
        choices=["canvas", "moodle", "none"],
        help="also write import.csv and feedback.zip for this system",
    )
    parser.add_argument(
        "--title",
        help="the assignment's column in --lms canvas, such as 'Activity (1234)', where the "
        "roster does not have it (default: Activity)",
    )
    parser.add_argument(
        "--column",
        action="append",
        default=[],
        metavar="COLUMN=FIELD",
        help="change or add a column of import.csv, such as Grade=percent",
    )
    parser.add_argument(
        "--unsafe", action="store_true", help="grade without a sandbox; the gradebook says so"
    )
    parser.add_argument("--quiet", action="store_true", help="no progress bar")


def grade_command(options: argparse.Namespace, server=None) -> int:
    """Carry out the command; return its exit code. `server`: one that is warm already."""
    from course.data import DataAlteredError, DataNotFoundError
    from course.grading import system_errors
    from course.grading.assignment import AssignmentError
    from course.grading.database import RecordError
    from course.submission.agreement import SandboxError

    # Of what students write: Python would say it here, once for each line.
    warnings.simplefilter("ignore", SyntaxWarning)
    try:
        return carry_out(options, server)
    except SandboxError as error:
        return say(
            NO_SANDBOX,
            f"{error} Nothing was run; --unsafe grades without a sandbox, which lets submissions "
            "read and change your files.",
        )
    except (AssignmentError, RecordError, ValueError, DataNotFoundError, DataAlteredError) as error:
        return say(USAGE, str(error))
    except OSError as error:
        return say(USAGE, system_errors.sentence(error))
    except KeyboardInterrupt:
        return say(INTERRUPTED, "Interrupted. What is done is stored; the same command goes on.")


def say(code: int, text: str) -> int:
    print(text, file=sys.stderr)
    return code


def carry_out(options: argparse.Namespace, server=None) -> int:
    """Grade; errors are the caller's."""
    from course.grading import (
        assignment,
        course_key,
        feedback_zip,
        grade_folder,
        gradebook,
        remembered,
        roster,
    )
    from course.grading.file_names import stem
    from course.grading.judge_notebook import FAILED
    from course.grading.named_data import code_in

    folder = options.submissions
    if not folder.exists():
        raise NotADirectoryError(f"There is no folder {folder}.")
    output = options.output or folder.with_name(stem(folder.resolve().name) + "-graded")
    if output.resolve().is_relative_to(folder.resolve()):
        raise ValueError("The output folder must not lie in the folder of submissions.")
    if options.workers < 1:
        raise ValueError("--workers must be 1 or more.")
    said_before = remembered.fill_in(options, output)
    chapters = [] if options.chapters == ["all"] else options.chapters or []
    lms = "" if options.lms in (None, "none") else options.lms
    work = assignment.load(only=chapters)
    class_list = roster.read(options.roster) if options.roster else None
    key_of_course = course_key.read(course_key.beside(options.roster)) if options.roster else None
    limits = limits_of(options)
    columns = gradebook.columns_for(lms, options.title or "", options.column, class_list)
    by_hand(options, output, work, class_list)
    key = remembered.keep(options, output)
    if said_before:
        print(f"As before: {', '.join(said_before)}.")
    if options.unsafe:
        say(DONE, "WARNING: without a sandbox, submissions can read and change your files.")
    summary = grade_folder.grade_folder(
        folder,
        output,
        work,
        grade_folder.Options(
            workers=options.workers,
            safe=not options.unsafe,
            scheduler=options.scheduler,
            limits=limits,
            again=frozenset(options.again),
            progress=not options.quiet,
            anonymous=bool(options.anonymous),
            key=key,
            course_key=key_of_course,
        ),
        class_list,
        server,
    )
    if columns:
        gradebook.write_import(output / "import.csv", columns, summary.results, work, class_list)
    report(summary, output, class_list)
    if key_of_course is None and any(code_in(handin.code) for handin in summary.handins):
        print(
            "  Some notebooks have data of their own, and no course key lies beside the roster, so "
            "whose they are was not checked. Name the roster that `make student` was given, "
            "with --roster, its .key beside it."
        )
    if lms:
        left_out = feedback_zip.write(
            output / "feedback.zip",
            output / grade_folder.FEEDBACK,
            lms,
            summary.results,
            summary.handins,
            class_list,
        )
        if left_out:
            print(f"  not in feedback.zip, as {lms} gave them no number: {', '.join(left_out)}")
    failed = [result.student for result in summary.results if result.status == FAILED]
    if failed:
        return say(
            FAULT,
            f"The grader failed on notebooks of {', '.join(failed)}: their points are empty, and "
            "the gradebook's notes say why. When this is mended, the same command tries again.",
        )
    return DONE


def limits_of(options: argparse.Namespace) -> dict[str, float]:
    """The limits that were named, checked, as changes to `Limits`."""
    named = {
        "cell_seconds": ("--cell-seconds", options.cell_seconds, 1, "second"),
        "notebook_seconds": ("--notebook-seconds", options.notebook_seconds, 1, "second"),
        "memory": ("--memory", options.memory, 1, "GB"),
    }
    limits: dict[str, float] = {}
    for key, (option, value, least, unit) in named.items():
        if value is None:
            continue
        if not least <= value < 1e6:  # nor is it "nan"
            raise ValueError(f"{option} {value:g} is no limit: give at least {least} {unit}.")
        limits[key] = int(value * 2**30) if key == "memory" else value
    return limits


def by_hand(options: argparse.Namespace, output: Path, work, class_list) -> None:
    """Merge marks and overrides into the record."""
    from course.grading import marking, remembered
    from course.grading.database import Record
    from course.grading.grade_folder import RECORD

    if not options.marks and not options.override:
        return
    if not (output / RECORD).is_file():
        raise FileNotFoundError(f"There is no record in {output}: grade first.")
    changes = [override_of(change, work) for change in options.override]
    with Record(output / RECORD) as record:
        students = {row["student"] for row in record.query("SELECT student FROM notebooks")}
        students |= set(class_list or ())
        if unknown := [c[0] for c in changes if c[0] not in students]:
            raise ValueError(f"--override: there is no student {', '.join(unknown)}.")
        if options.marks:
            key = remembered.read(output).get("key", "")
            print(f"{marking.merge(options.marks, record, key)} marks merged.")
        for change in changes:
            record.override(*change)


def override_of(change: list[str], work) -> tuple[str, str, float | None, str]:
    """One override, checked."""
    student, exercise, points, reason = change
    if exercise not in work.exercises:
        raise ValueError(
            f"--override: there is no exercise {exercise}. There are: {', '.join(work.exercises)}."
        )
    if points == "-":
        return student, exercise, None, reason
    try:
        value = float(points)
    except ValueError:
        value = -1.0
    if not 0 <= value <= work.exercises[exercise].points:
        raise ValueError(
            f"--override: {points} is not a number of points between 0 and "
            f"{work.exercises[exercise].points}."
        )
    if not reason.strip():
        raise ValueError("--override: give a reason; it is shown to the student.")
    return student, exercise, value, reason


def report(summary, output: Path, class_list) -> None:
    """Say what was done, what is open, and where the results are."""
    by_status: dict[str, list[str]] = {}
    for result in summary.results:
        by_status.setdefault(result.status, []).append(result.student)
    print(f"{summary.ran} notebooks run, {summary.unchanged} unchanged, {summary.judged} judged.")
    if summary.upgraded:
        print(f"  run again, for versions have changed: {', '.join(sorted(summary.upgraded))}")
    for status, students in by_status.items():
        names = "" if status == "graded" else f": {', '.join(students)}"
        print(f"  {status}: {len(students)} student{'s' * (len(students) != 1)}{names}")
    if class_list is not None:
        if strangers := [r.student for r in summary.results if r.student not in class_list]:
            print(f"  not on the roster: {', '.join(strangers)}")
    for chapter, students in summary.identical:
        print(f"  identical, {chapter}: {', '.join(students)}")
    for chapter, student, what in summary.others:
        print(f"  not their own, {chapter}: {student}: {what}")
    for path, students in summary.unclear.items():
        print(f"  could be of several, graded for nobody: {path} ({', '.join(students)})")
    for path in summary.sheet.kept:
        print(f"  {path} holds marks that were not merged, and was kept: add --marks {path}")
    if summary.sheet.to_mark:
        print(
            f"  {summary.sheet.to_mark} written answers to mark: fill in {summary.sheet.path}, "
            "and add --marks with that file to the same command."
        )
    print(f"Results: {output / 'gradebook.csv'}, {output / 'report.html'}, {output / 'feedback'}")
