"""The activity for Gradescope: one zip with all that its container needs to grade a submission.

| in the zip | what it is |
| --- | --- |
| ``setup.sh``, ``run_autograder`` | what Gradescope starts; see ``instructors/gradescope`` |
| ``course/``, ``notebooks/``, ``instructors/`` | this package, the exercises and the rubrics |
| ``requirements.txt``, ``pyproject.toml``, ``python-version`` | what is installed, all pinned |
| ``data/`` | the data sets, copied from this machine: they are not part of the project |
| ``settings.json``, ``seconds`` | which chapters, what students see, and the time there is |

Which verdicts an answer gets is not decided here: `gradescope_run` runs the grader there.
"""

import argparse
import json
import platform
import sys
import zipfile
from pathlib import Path

from course.paths import BUILD, GRADESCOPE, NOTEBOOKS, PACKAGE, PROJECT, RUBRICS

OUTPUT = BUILD / "gradescope.zip"
VISIBILITIES = ("visible", "after_due_date", "after_published")
#: Entries have this date: the same files make the same archive, and compiled code stays valid.
DATE = (2000, 1, 1, 0, 0, 0)
EXECUTABLE, ORDINARY = 0o100755, 0o100644
#: What Gradescope gives an autograder at most, and by default, in minutes.
MOST_MINUTES, MINUTES = 40, 10
#: Seconds of these that starting a container and handing over the results may take.
OUTSIDE = 45


def add_to(commands) -> None:
    """Add the command to the subcommands of ``python -m course``."""
    parser = commands.add_parser("gradescope", help="write the autograder for Gradescope")
    parser.add_argument(
        "--chapters", nargs="+", default=[], metavar="NAME", help="only these, such as 01 02"
    )
    parser.add_argument(
        "--minutes",
        type=float,
        default=MINUTES,
        metavar="M",
        help="the time that the assignment's settings give an autograder (default: %(default)s)",
    )
    parser.add_argument(
        "--visibility",
        choices=VISIBILITIES,
        default=VISIBILITIES[0],
        help="when students see what was judged (default: at once)",
    )
    parser.add_argument(
        "--output", type=Path, default=OUTPUT, metavar="ZIP", help="default: _build/gradescope.zip"
    )


def gradescope_command(options: argparse.Namespace) -> int:
    """The command ``python -m course gradescope``; returns an exit code."""
    from course.data import DataAlteredError, DataNotFoundError
    from course.grading import assignment
    from course.grading.gradescope_run import points_to_set

    try:
        work = assignment.load(only=options.chapters)
        count = write(options.output, options.chapters, options.minutes, options.visibility)
    except (ValueError, OSError, DataNotFoundError, DataAlteredError) as error:
        print(error, file=sys.stderr)
        return 2
    print(f"Wrote {count} files to {options.output}.")
    print(f"In the assignment's settings, {points_to_set(work)}")
    print("It holds the rubrics and the two data sets: upload it, but do not publish it.")
    return 0


def write(
    output: Path = OUTPUT,
    chapters: list[str] | None = None,
    minutes: float = MINUTES,
    visibility: str = VISIBILITIES[0],
) -> int:
    """Write the zip; return how many files are in it.

    Raises
    ------
    ValueError
        If Gradescope gives no autograder so much time, or too little is left of it.
    course.data.DataNotFoundError, course.data.DataAlteredError
        If there are no data sets to pack.
    """
    if not 2 <= minutes <= MOST_MINUTES:
        raise ValueError(f"--minutes must lie between 2 and {MOST_MINUTES}, not {minutes:g}.")
    seconds = int(60 * minutes) - OUTSIDE
    settings = {"chapters": chapters or [], "visibility": visibility, "seconds": seconds}
    written = {
        "settings.json": json.dumps(settings, indent=1) + "\n",
        "seconds": f"{seconds}\n",
        "python-version": f"{platform.python_version()}\n",
    }
    contents = {name: path.read_bytes() for name, path in files().items()}
    contents |= {name: text.encode() for name, text in written.items()}
    output.parent.mkdir(parents=True, exist_ok=True)
    draft = output.with_name(output.name + ".tmp")
    with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(contents.items()):
            entry = zipfile.ZipInfo(name, DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            mode = EXECUTABLE if name in ("setup.sh", "run_autograder") else ORDINARY
            entry.external_attr = mode << 16
            archive.writestr(entry, content)
    draft.replace(output)
    return len(contents)


def files() -> dict[str, Path]:
    """The files that are packed as they are, by their names in the zip."""
    from course import data
    from course.chapters.cells import exercise_chapters
    from course.grading.digests import files_in

    project = [*files_in(PACKAGE).values(), *exercise_chapters(NOTEBOOKS), RUBRICS]
    project += [PROJECT / name for name in ("requirements.txt", "pyproject.toml")]
    packed = {path.relative_to(PROJECT).as_posix(): path for path in project}
    packed |= {path.name: path for path in GRADESCOPE.iterdir()}
    return packed | {f"data/{name}.csv": data.find(name) for name in data.SHA256}
