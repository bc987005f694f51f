"""The command line: ``python -m course book | lab | test | run | student | grade | ...``.

It does the same as the Makefile on every platform, in an environment that already exists.
"""

import argparse
import subprocess
import sys

if sys.version_info < (3, 12):  # noqa: UP036  # said before any import that needs it
    sys.exit("This book needs Python 3.12 or later; this is " + sys.version.split()[0] + ".")

from course.fitting.settings import DRAWS
from course.grading import cli as grading
from course.grading import gradescope


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit code."""
    parser = argparse.ArgumentParser(prog="python -m course", description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    pages = commands.add_parser("book", help="render the book to _build/html")
    pages.add_argument(
        "--solutions",
        choices=["shown", "withheld"],
        help="withheld: a book without any (default: $SOLUTIONS, or as before, or shown)",
    )
    printed = commands.add_parser("pdf", help="print the book to one PDF")
    printed.add_argument("--solutions", choices=["shown", "withheld"], help="as for the book")
    decks = commands.add_parser("slides", help="make slides of the lecture")
    decks.add_argument("--solutions", choices=["shown", "withheld"], help="of the book with them")
    commands.add_parser("launch", help="write the branch that Colab and Binder open")
    opened = commands.add_parser(
        "lab", help="write a workspace of your own, and open it in JupyterLab"
    )
    opened.add_argument("--only-write", action="store_true", help="open nothing")
    edit = commands.add_parser("edit", help="open the authors' notebooks in JupyterLab")
    for command in (opened, edit):
        command.add_argument("options", nargs="*", help="for JupyterLab, after --")
    student = commands.add_parser("student", help="write the notebooks without their solutions")
    student.add_argument("--output", help="the folder to write to (default: _build/student)")
    student.add_argument(
        "--variants",
        metavar="CSV",
        help="for each student of this roster, with a data set of their own (to _build/variants)",
    )
    test = commands.add_parser("test", help="run every test")
    extent = test.add_mutually_exclusive_group()
    extent.add_argument("--quick", action="store_true", help="no fit, no browser, no built book")
    extent.add_argument("--full", action="store_true", help="the slow tests too")
    commands.add_parser("check", help="check style, types and declared imports; runs nothing")
    run = commands.add_parser("run", help="execute chapters again, in place")
    run.add_argument("notebooks", nargs="*", help="only these (default: all)")
    grading.add_to(commands)
    other = commands.add_parser("nbgrader", help="write the exercises in nbgrader's format")
    other.add_argument("--output", help="the folder to write to (default: _build/nbgrader)")
    paper = commands.add_parser("exam", help="make an exam paper and its key of the bank")
    paper.add_argument("--items", nargs="+", metavar="NAME", help="these, in this order")
    paper.add_argument(
        "--chapters",
        nargs="+",
        metavar="NAME",
        help="those that test lecture, beyond/01-prior, ...",
    )
    paper.add_argument("--output", help="the folder to write to (default: _build/exam)")
    gradescope.add_to(commands)
    table = commands.add_parser("numbers", help="print the number ledger")
    table.add_argument("--csv", action="store_true", help="as CSV")
    table.add_argument("--fresh", action="store_true", help="fit the models again first")
    said = commands.add_parser("claims", help="list what the book claims, and where")
    said.add_argument("--fresh", action="store_true", help="check every claim: run the chapters")
    commands.add_parser("timings", help="measure fits and chapters for the page on timings")
    bench = commands.add_parser("bench", help="measure against R and other samplers")
    bench.add_argument(
        "--what",
        choices=["all", "speed", "growth", "page"],
        default="all",
        help="a part of it; page: write the page again from stored results",
    )
    bench.add_argument("--contestants", nargs="+", metavar="NAME", help="only these")
    bench.add_argument("--rounds", type=int, default=1, help="how often (default: once)")
    bench.add_argument(
        "--draws", type=int, default=DRAWS, help="draws a chain (default: %(default)s)"
    )
    commands.add_parser("compile", help="compile the models once, so that first fits are quick")
    commands.add_parser("lock", help="choose new package versions for requirements.txt")
    offline = commands.add_parser("wheelhouse", help="write all that runs without a network")
    offline.add_argument("--output", help="the folder to write to (default: _build/wheelhouse)")
    commands.add_parser("canary", help="run the chapters with the newest versions of everything")
    options = parser.parse_args(arguments)

    # Each command imports what it needs: the scientific stack takes seconds to import.
    match options.command:
        case "book":
            from course.site import book

            return book.build(solutions=options.solutions)
        case "test":
            selection = ["--full"] if options.full else ["--quick"] if options.quick else []
            return subprocess.call([sys.executable, "-m", "pytest", *selection])
        case "check":
            from course.upkeep import checks

            return checks.run()
        case "run":
            from course.chapters import execute

            return execute.run_in_place(options.notebooks)
        case "grade":
            return grading.grade_command(options)
        case "nbgrader":
            from course.grading import nbgrader

            return nbgrader.nbgrader_command(options.output)
        case "gradescope":
            return gradescope.gradescope_command(options)
        case "pdf":
            from course.site import pdf

            return pdf.make(solutions=options.solutions)
        case "slides":
            from course.site import slides

            return slides.make(solutions=options.solutions)
        case "launch":
            from course.site import launch

            return launch.write()
        case "lab":
            from course.chapters import lab

            return lab.work(options.options, only_write=options.only_write)
        case "edit":
            from course.chapters import lab

            return lab.edit(options.options)
        case "student":
            if options.variants:
                from course.grading import class_editions

                return class_editions.class_command(options.variants, options.output)
            from course.chapters import editions

            return editions.student_command(options.output)
        case "exam":
            from course.site import exam

            return exam.make(options.items, options.chapters, options.output)
        case "numbers":
            from course.chapters import stored_numbers

            return stored_numbers.print_ledger(as_csv=options.csv, fresh=options.fresh)
        case "claims":
            from course.chapters import claims

            return claims.print_claims(fresh=options.fresh)
        case "timings":
            from benchmarks import timings

            return timings.measure()
        case "bench":
            from benchmarks import contestants, report

            known = list(contestants.CONTESTANTS)
            names = options.contestants or known
            if unknown := set(names) - set(known):
                parser.error(
                    f"there is no contestant {', '.join(sorted(unknown))}; "
                    f"there are {', '.join(known)}"
                )
            return report.measure(names, options.rounds, options.draws, options.what)
        case "compile":
            from course.fitting import compile_ahead

            return compile_ahead.compile_command()
        case "lock":
            from course.upkeep import lock

            return lock.write()
        case "wheelhouse":
            from course.upkeep import wheelhouse

            return wheelhouse.wheelhouse_command(options.output)
        case "canary":
            from course.upkeep import canary

            return canary.canary_command()
    raise AssertionError(f"{options.command} is listed above and does nothing")


if __name__ == "__main__":
    try:
        sys.exit(main())
    except ValueError as error:
        from course.judging.rules import RulesError

        if not isinstance(error, RulesError):
            raise
        sys.exit(str(error))
