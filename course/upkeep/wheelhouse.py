"""Everything that a machine without a network needs to run the chapters, in one folder."""

import platform
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

from course import data
from course.chapters import workspace
from course.chapters.editions import EditionError
from course.paths import BUILD, PROJECT

FOLDER = BUILD / "wheelhouse"
#: Besides what is pinned: what builds this project itself, for `make` on the other machine.
BUILDS = ("setuptools", "wheel")

README = """\
Everything to run the chapters of "Hierarchical models with no predictors" without a network, on
{platform} with Python {python}.

On the other machine, in a copy of this folder (here as on Linux and macOS; on Windows the programs
are in .venv\\Scripts, and `set` replaces `export`):

    python3 -m venv .venv
    .venv/bin/python -m pip install --no-index --find-links wheels \\
        -r requirements.txt hierarchical-course
    export COURSE_DATA="$PWD/data"
    .venv/bin/python -m jupyter lab chapters

To build the book there or to grade, take a copy of the whole project, and let its `make` find this
folder, in a place without spaces:

    export PIP_NO_INDEX=1 UV_NO_INDEX=1 PIP_FIND_LINKS=/path/to/wheels UV_FIND_LINKS=/path/to/wheels
    make book
"""


class WheelhouseError(RuntimeError):
    """It could not be made; the message says why."""


def wheelhouse_command(output: str | None) -> int:
    """Write the folder, and say where it is and for which machines; return an exit code."""
    folder = Path(output) if output else FOLDER
    try:
        write(folder)
    except (WheelhouseError, EditionError, data.DataNotFoundError, data.DataAlteredError) as error:
        print(error)
        return 1
    files = [path for path in folder.rglob("*") if path.is_file()]
    size = sum(path.stat().st_size for path in files) >> 20
    print(f"{folder}: {len(files)} files, {size} MB; its README.txt says how to install it.")
    print(
        f"It is for {machine()} with Python {python()} alone. For another system (Linux, macOS or "
        "Windows), processor, or Python (3.12 or later), run this command there, on a machine "
        "with a network."
    )
    return 0


def write(folder: Path) -> None:
    """Write wheels, data sets and chapters to a new `folder`, or replace an earlier one.

    Raises
    ------
    WheelhouseError
        If the folder is something else, or a package cannot be had.
    course.chapters.editions.EditionError
        If there are no chapters, or a student edition would give answers away.
    course.data.DataNotFoundError, course.data.DataAlteredError
        If the data sets cannot be had.
    """
    if folder.exists() and any(folder.iterdir()) and not (folder / "wheels").is_dir():
        raise WheelhouseError(f"{folder} holds something else. Name another folder, or empty it.")
    chapters = workspace.files()
    sets = [data.find(name) for name in data.SHA256]
    folder.parent.mkdir(parents=True, exist_ok=True)
    # Beside it, so that an earlier one stays until this one is complete.
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".wheelhouse-") as new:
        fill(Path(new, folder.name), chapters, sets)
        if folder.exists():
            shutil.rmtree(folder)
        Path(new, folder.name).rename(folder)


def fill(folder: Path, chapters: dict[str, bytes], sets: list[Path]) -> None:
    """Write everything to a folder that does not exist."""
    wheels = folder / "wheels"
    wheels.mkdir(parents=True)
    # From the source distribution: nothing is built in the project's own folder.
    run("uv", "build", "--quiet", "--out-dir", wheels, PROJECT)
    for source in [*wheels.glob("*.tar.gz"), *wheels.glob(".gitignore")]:
        source.unlink()
    shutil.copy(PROJECT / "requirements.txt", folder)
    # Makes wheels of what has none.
    run("pip", "wheel", "--quiet", "--wheel-dir", wheels, "-r", "requirements.txt", *BUILDS)
    (folder / "data").mkdir()
    for path in sets:
        shutil.copy(path, folder / "data")
    for name, content in chapters.items():
        path = folder / "chapters" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    readme = README.format(platform=machine(), python=python())
    (folder / "README.txt").write_text(readme, encoding="utf-8")


def run(module: str, *arguments: str | Path) -> None:
    """Run a module of this environment in the project's folder."""
    command = [sys.executable, "-m", module, *map(str, arguments)]
    result = subprocess.run(command, cwd=PROJECT, stderr=subprocess.PIPE, text=True)
    if result.returncode != 0:
        raise WheelhouseError(
            f"{module} could not make the wheels; is there a network?\n{result.stderr.strip()}"
        )


def machine() -> str:
    """This system and processor, as wheels name them."""
    return f"{platform.system()} ({sysconfig.get_platform()})"


def python() -> str:
    """The version of Python whose wheels these are."""
    return ".".join(platform.python_version_tuple()[:2])
