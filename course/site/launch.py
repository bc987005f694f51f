"""Notebooks to open on Colab, Binder or a JupyterHub: each brings along what it needs.

Such a service opens notebooks from a branch of a repository. That branch is made here: the project
as it is, with its chapters as they are handed out, and in each notebook a first cell that installs
the course on Colab. The address of the repository is read from the environment variable
COURSE_REPOSITORY, so that a fork needs no change: see .github/workflows/publish.yml.
"""

import os
import shutil
import subprocess
from pathlib import Path

import nbformat

from course.chapters import editions
from course.chapters.cells import chapters
from course.chapters.slips import SlipError
from course.paths import BUILD, PROJECT

REPOSITORY = "COURSE_REPOSITORY"
BRANCH = "launch"
SETUP_ID = "colab-setup"
SETUP = """# Google Colab has to fetch the course first. Elsewhere this cell does nothing.
import sys

if "google.colab" in sys.modules:
    %pip install --quiet "hierarchical-course @ git+{repository}@{branch}"
"""


def setup_cell(repository: str) -> nbformat.NotebookNode:
    """The cell that makes a notebook work on Colab; `repository` is the address to install from."""
    return nbformat.v4.new_code_cell(
        SETUP.format(repository=repository, branch=BRANCH).strip(), id=SETUP_ID
    )


def ready(notebook: nbformat.NotebookNode, repository: str) -> nbformat.NotebookNode:
    """A copy of a notebook with the setup cell before its first code."""
    copy = nbformat.from_dict(notebook)
    copy.cells = list(notebook.cells)
    first = next(
        (k for k, cell in enumerate(copy.cells) if cell.cell_type == "code"), len(copy.cells)
    )
    copy.cells.insert(first, setup_cell(repository))
    return copy


def write(folder: Path = BUILD / BRANCH) -> int:
    """Write the files of the branch to a folder; return an exit code."""
    repository = os.environ.get(REPOSITORY, "").rstrip("/")
    if not repository.startswith("https://"):
        print(
            f"Set {REPOSITORY} to the address of the repository, https://...; it is {repository!r}."
        )
        return 2
    paths = chapters()
    try:
        notebooks = {path: editions.handed_out(path, paths) for path in paths}
    except (editions.EditionError, SlipError) as error:
        print(error)
        return 1
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=PROJECT, capture_output=True, check=True)
    shutil.rmtree(folder, ignore_errors=True)
    for name in filter(None, listed.stdout.decode().split("\0")):
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(PROJECT / name, target)
    for name in ("instructors", "tests"):  # rubrics and answers are not for students
        shutil.rmtree(folder / name, ignore_errors=True)
    for path, notebook in notebooks.items():
        nbformat.write(ready(notebook, repository), folder / path.relative_to(PROJECT))
    print(f"The files of the branch {BRANCH!r} are ready: {folder}")
    return 0
