"""A container as Gradescope starts one, emulated by the means of the sandbox; needs root.

A root folder of its own holds the system's libraries and programs, the Python that runs the tests,
and the folder ``/autograder``; nothing else of this machine is there, and no network unless asked
for. Where it `forbids` namespaces, as Docker does, a filter of system calls refuses them.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from course.grading import gradescope
from course.grading.warm_server import cache_folder
from course.paths import PROJECT

ROOT = "/autograder"
FORBIDDEN = ("unshare", "setns", "mount", "umount2", "pivot_root", "clone3")
ENTER = """
import json, os, sys
sys.path.insert(0, sys.argv[1])
from course.submission import linux, sandbox
told = json.loads(sys.argv[2])
os.unshare(os.CLONE_NEWNS | os.CLONE_NEWIPC | os.CLONE_NEWPID)
if not told["network"]:
    os.unshare(os.CLONE_NEWNET)
if child := os.fork():  # the first process in there is the child
    sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
linux.mount("none", "/", None, linux.MS_REC | linux.MS_PRIVATE)
root = told["root"]
linux.mount("tmpfs", root, "tmpfs", 0, "mode=755")
for path in told["shown"]:
    sandbox.show(path, root + path)
for path in ("/dev", "/sys"):
    sandbox.show(path, root + path, read_only=False)
os.mkdir(root + "/proc")
linux.mount("proc", root + "/proc", "proc", 0)
sandbox.show(told["autograder"], root + "/autograder", read_only=False)
os.makedirs(root + "/tmp"); os.chmod(root + "/tmp", 0o1777)
os.makedirs(root + "/root", exist_ok=True); os.mkdir(root + "/old")
linux.pivot_root(root, root + "/old")
os.chdir("/autograder")
linux.unmount("/old")
if told["forbids"]:
    linux.forbid(told["forbids"])
os.execvpe(told["command"][0], told["command"], told["environment"])
"""


@dataclass
class Container:
    """An emulated container, and the folder that it shows as ``/autograder``."""

    autograder: Path
    forbids: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()

    def command(self, *command: str, network: bool = False, **environment: str) -> list[str]:
        """A command line that runs a command in it."""
        shown = ["/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/etc"]
        shown += [sys.base_prefix, sys.prefix, *self.shown]
        told = {
            "root": str(self.autograder.parent / "root"),
            "autograder": str(self.autograder),
            "shown": list(dict.fromkeys(shown)),
            "forbids": self.forbids,
            "network": network,
            "command": command,
            "environment": {"PATH": f"{sys.base_prefix}/bin:/usr/bin:/bin:/sbin"} | environment,
        }
        return [sys.executable, "-c", ENTER, str(PROJECT), json.dumps(told)]

    def run(self, *command: str, **options) -> subprocess.CompletedProcess[str]:
        """Run a command in it, to its end."""
        return subprocess.run(self.command(*command, **options), capture_output=True, text=True)

    def hand_in(self, *files: Path, metadata: dict | None = None) -> None:
        """Put a submission in the place of the one before, and remove its results."""
        for name in ("submission", "results"):
            shutil.rmtree(self.autograder / name, ignore_errors=True)
            (self.autograder / name).mkdir()
        for path in files:
            shutil.copy(path, self.autograder / "submission")
        said = self.autograder / "submission_metadata.json"
        said.write_text(json.dumps(metadata or {}), encoding="utf-8")

    def grade(self, *files: Path, metadata: dict | None = None) -> dict:
        """What ``run_autograder`` makes of a submission."""
        self.hand_in(*files, metadata=metadata)
        done = self.run(f"{ROOT}/run_autograder")
        assert done.returncode == 0, done.stderr[-3000:]
        return self.results() | {"printed": done.stdout + done.stderr}

    def results(self) -> dict:
        """The results that lie there."""
        return json.loads((self.autograder / "results" / "results.json").read_text("utf-8"))


@contextmanager
def container(forbids: tuple[str, ...] = FORBIDDEN, installed: bool = True):
    """An emulated container with the zip unpacked in it.

    installed: as if ``setup.sh`` had run, with the Python and the compiled code of the tests.
    """
    with tempfile.TemporaryDirectory(prefix="gradescope-", ignore_cleanup_errors=True) as folder:
        here = Path(folder)
        here.chmod(0o755)
        (here / "root").mkdir()
        autograder = here / "autograder"
        autograder.mkdir()
        gradescope.write(here / "gradescope.zip")
        with zipfile.ZipFile(here / "gradescope.zip") as archive:
            archive.extractall(autograder / "source")
        run = autograder / "run_autograder"
        shutil.copy(autograder / "source" / "run_autograder", run)
        run.chmod(0o755)
        if installed:
            (autograder / "environment").symlink_to(sys.prefix)
            cache = autograder / "cache" / "hierarchical-course" / "grader"
            shutil.copytree(cache_folder(), cache)
        yield Container(autograder, forbids)


def possible() -> str:
    """Why there can be no such container here; empty if there can be one."""
    if sys.platform != "linux" or os.geteuid() != 0:
        return "a container can be emulated by root on Linux only"
    return ""
