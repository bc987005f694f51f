"""Render the book with Jupyter Book."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from course.chapters.cells import chapters
from course.chapters.slips import SlipError, read_chapter
from course.paths import PROJECT
from course.site.solutions import NOTE, VARIABLE, ChoiceError, choice, in_words, remember


def build(output: Path = PROJECT, fresh: bool = False, solutions: str | None = None) -> int:
    """Render the book to `output`/_build/html; warnings are errors. Return an exit code.

    Only changed pages are rendered again, unless `fresh`. `solutions` is "shown" or "withheld";
    see `course.site.solutions.choice`.
    """
    try:
        solutions = choice(solutions, output / "_build")
        for path in chapters():
            read_chapter(path)
    except (ChoiceError, SlipError) as error:
        print(error)
        return 2
    forget_other_book(output / "_build", solutions)
    command = [
        sys.executable,
        "-c",
        "from jupyter_book.cli.main import main; main()",
        "build",
        str(PROJECT),
        "--path-output",
        str(output),
        "-W",
        "-n",
        "--keep-going",
        "-q",
        *(["--all"] if fresh else []),
    ]
    result = subprocess.run(command, cwd=PROJECT, env={**os.environ, VARIABLE: solutions})
    page = output / "_build" / "html" / "index.html"
    if result.returncode == 0:
        print(f"The book is ready, {in_words(solutions)}: {page}")
    else:
        print("The book was not rendered cleanly; the messages above say where.")
    return result.returncode


def forget_other_book(folder: Path, solutions: str) -> None:
    """Remove what was rendered with solutions before rendering without, and the reverse.

    Sphinx removes no figure, source or download that a page no longer shows.
    """
    note = folder / NOTE
    if not note.is_file() or note.read_text(encoding="utf-8") != solutions:
        for name in ("html", "jupyter_execute", ".doctrees"):
            if (folder / name).exists():
                shutil.rmtree(folder / name)
        remember(solutions, folder)
