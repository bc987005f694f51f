"""The wheelhouse: its own instructions, followed on a machine without a network."""

import os
import re
import subprocess
import sys

import pytest

from course.upkeep import wheelhouse

NO_NETWORK = [sys.executable, "-c", "import socket; socket.create_connection(('9.9.9.9', 53), 5)"]

#: Executes a notebook; its kernel needs no network, not even the machine's own.
RUN = """
import sys, nbformat
from nbclient import NotebookClient
from course.chapters.kernels import async_kernel_manager
notebook = nbformat.read(sys.argv[1], as_version=4)
kernel = async_kernel_manager(kernel_name="python3")
NotebookClient(notebook, timeout=300, km=kernel).execute()
print(sum(cell.cell_type == "code" for cell in notebook.cells), "cells ran")
"""


def offline():
    """Leave this process without a network; called before a program starts."""
    os.unshare(os.CLONE_NEWUSER | os.CLONE_NEWNET)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A wheelhouse."""
    folder = tmp_path_factory.mktemp("wheelhouse") / "of the course"
    wheelhouse.write(folder)
    return folder


@pytest.mark.slow
@pytest.mark.needs_data
@pytest.mark.skipif(sys.platform != "linux", reason="the network is taken away by means of Linux")
def test_its_instructions_work_without_a_network(folder):
    assert subprocess.run(NO_NETWORK, preexec_fn=offline, capture_output=True).returncode == 1
    readme = (folder / "README.txt").read_text(encoding="utf-8")
    here = readme.partition("\n\nTo build the book")[0]
    commands = re.findall(r"^    (.+)$", here, re.MULTILINE)
    assert commands[-1] == ".venv/bin/python -m jupyter lab chapters"
    (folder / "run.py").write_text(RUN, encoding="utf-8")
    commands[-1] += " --version"
    commands.append(".venv/bin/python run.py chapters/lecture/04-posterior.ipynb")
    programs = f"{sys.base_prefix}/bin:/usr/bin:/bin"
    environment = {"PATH": programs, "HOME": str(folder / "home"), "LANG": "C.UTF-8"}
    done = subprocess.run(
        ["sh", "-ec", "\n".join(commands)],
        cwd=folder,
        env=environment,
        preexec_fn=offline,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "cells ran" in done.stdout


def test_another_folder_is_not_overwritten(tmp_path, capsys):
    (tmp_path / "thesis.txt").write_text("years of work", encoding="utf-8")
    assert wheelhouse.wheelhouse_command(str(tmp_path)) == 1
    assert "holds something else" in capsys.readouterr().out
    assert (tmp_path / "thesis.txt").is_file()


def test_without_a_network_it_says_so_and_what_is_there_stays(tmp_path, monkeypatch, capsys):
    earlier = tmp_path / "wheels" / "bambi-0.0-py3-none-any.whl"
    earlier.parent.mkdir()
    earlier.touch()
    monkeypatch.setattr(wheelhouse, "run", failing)
    assert wheelhouse.wheelhouse_command(str(tmp_path)) == 1
    assert "network" in capsys.readouterr().out and earlier.is_file()


def failing(module, *arguments):
    raise wheelhouse.WheelhouseError(f"{module} failed; is there a network?")
