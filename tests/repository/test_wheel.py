"""The built wheel alone: an empty environment with it runs a student's notebook, anywhere."""

import os
import subprocess
import sys
import zipfile

import pytest

from course import data
from course.chapters import editions
from course.paths import PACKAGE, PROJECT

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel, built from the source distribution, so that nothing is written here."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "build", "--installer", "uv", "--outdir", folder, PROJECT],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    (path,) = folder.glob("*.whl")
    return path


def test_it_holds_every_file_of_the_package(wheel):
    listed = subprocess.run(
        ["git", "ls-files", "course"], cwd=PROJECT, capture_output=True, text=True
    ).stdout.split()
    assert PACKAGE.name == "course" and len(listed) > 50
    assert set(listed) <= set(zipfile.ZipFile(wheel).namelist())


@pytest.mark.needs_data
def test_a_students_notebook_runs_in_an_empty_environment(wheel, tmp_path):
    """With the pinned versions of what the package itself asks for, and nothing else."""
    environment, folder = tmp_path / "environment", tmp_path / "somewhere else"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment], check=True)
    bin = environment / ("Scripts" if sys.platform == "win32" else "bin")
    install = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--python", bin / "python"]
    subprocess.run(
        [*install, wheel, "nbclient", "--constraints", PROJECT / "requirements.txt"],
        check=True,
        cwd=PROJECT,
    )
    editions.write_student(folder)
    script = (
        "import nbformat, sys, course\n"
        "from nbclient import NotebookClient\n"
        "assert 'somewhere else' not in course.__file__ and 'environment' in course.__file__\n"
        "notebook = nbformat.read(sys.argv[1], as_version=4)\n"
        "NotebookClient(notebook, timeout=300).execute()\n"
        "print(sum(cell.cell_type == 'code' for cell in notebook.cells), 'cells ran')\n"
    )
    for name in ("01-warm-up", "04-hierarchical"):
        (path,) = folder.rglob(f"{name}.ipynb")
        done = subprocess.run(
            [bin / "python", "-c", script, path],
            cwd=path.parent,
            env=os.environ | {"COURSE_DATA": str(data.find("spotify").parent)},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0 and "cells ran" in done.stdout, done.stderr
