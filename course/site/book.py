"""Render the book with Jupyter Book."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from course.paths import PROJECT


def build(output: Path = PROJECT, fresh: bool = False, solutions: str | None = None) -> int:
    """Render the book to `output`/_build/html; warnings are errors. Return an exit code.

    Only changed pages are rendered again, unless `fresh`. `solutions` is "shown" or "withheld";
    without it the environment variable SOLUTIONS decides, and without that they are shown.
    """
    solutions = solutions or os.environ.get("SOLUTIONS") or "shown"
    if solutions not in ("shown", "withheld"):
        print(f'SOLUTIONS is "{solutions}"; it can be "shown" or "withheld".')
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
    result = subprocess.run(command, cwd=PROJECT, env={**os.environ, "SOLUTIONS": solutions})
    page = output / "_build" / "html" / "index.html"
    if result.returncode == 0:
        without = ", without solutions" if solutions == "withheld" else ""
        print(f"The book is ready{without}: {page}")
    else:
        print("The book was not rendered cleanly; the messages above say where.")
    return result.returncode


def forget_other_book(folder: Path, solutions: str) -> None:
    """Remove what was rendered with solutions before rendering without, and the reverse.

    Sphinx removes no figure, source or download that a page no longer shows.
    """
    note = folder / "solutions.txt"
    if not note.is_file() or note.read_text(encoding="utf-8") != solutions:
        for name in ("html", "jupyter_execute", ".doctrees"):
            if (folder / name).exists():
                shutil.rmtree(folder / name)
        folder.mkdir(parents=True, exist_ok=True)
        note.write_text(solutions, encoding="utf-8")
