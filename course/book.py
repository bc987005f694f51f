"""Render the book with Jupyter Book."""

import subprocess
import sys
from pathlib import Path

from course.data import PROJECT


def build(output: Path = PROJECT, fresh: bool = False) -> int:
    """Render the book to `output`/_build/html; warnings are errors. Return an exit code.

    Only changed pages are rendered again, unless `fresh`.
    """
    command = [sys.executable, "-c", "from jupyter_book.cli.main import main; main()", "build",
               str(PROJECT), "--path-output", str(output), "-W", "-n", "--keep-going", "-q",
               *(["--all"] if fresh else [])]
    result = subprocess.run(command, cwd=PROJECT)
    page = output / "_build" / "html" / "index.html"
    if result.returncode == 0:
        print(f"The book is ready: {page}")
    else:
        print("The book was not rendered cleanly; the messages above say where.")
    return result.returncode
