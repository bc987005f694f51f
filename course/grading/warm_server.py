"""The grader's warm server: started here, it forks a process for each submission."""

import json
import os
import select
import socket
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import asdict
from pathlib import Path

from course import data
from course.grading.submission_job import TICK, Job
from course.paths import PACKAGE
from course.submission.agreement import CACHE, DATA, HOME, Limits, SandboxError, View

# What a submission may read of this package: the folders below, the modules of the top level below,
# and all data files beside them. Nothing here knows what is right, and nothing of `judging` is
# among it: `course.check` is a silent stand-in there (`submission.kernel`).
# Submissions to the activity may not import `course.exact`, which the sandbox hides from them. It
# holds no answers, but it computes them: a call of it in place of a fit would earn a fit's points.
# The chapters beyond the lecture teach it, and their exercises ask for it (`Limits.exact`).
READABLE = (
    *("submission", "fitting", "exact"),
    *("data.py", "diagrams.py", "explorer.py", "paths.py", "variants.py", "__init__.py"),
)
WARM_UP_SECONDS = 300


class WarmServer:
    """A warm server: a context manager that starts and closes it; `open` a job for each notebook.

    Parameters
    ----------
    safe : bool
        In the sandbox, or (``--unsafe``) as an ordinary process.
    models : bool
        Compile the models of the course while warming up.
    """

    namespaces = True

    def __init__(self, safe: bool = True, models: bool = True):
        self.safe, self.models = safe, models
        self.lock = threading.Lock()
        self.abandoned = threading.Event()  # set: all jobs give up, in whatever thread
        self.process: subprocess.Popen | None = None

    def start(self) -> float:
        """Start and warm up; return the seconds it took.

        Raises
        ------
        SandboxError
            If there is no sandbox to be had, or the server fails to start.
        """
        self.prepare()
        self.channel, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.log = tempfile.TemporaryFile()
        try:
            with other:
                self.process = subprocess.Popen(
                    [sys.executable, "-m", "course.submission.server", str(other.fileno())],
                    pass_fds=[other.fileno()],
                    stdin=subprocess.DEVNULL,
                    stdout=self.log,
                    stderr=self.log,
                    env=self.environment(),
                    cwd="/",
                    start_new_session=True,
                )
            reply = self.warmed_up()
            if "ready" not in reply:
                raise SandboxError(
                    reply.get("refused") or "The grading server did not start:\n" + self.tail()
                )
        except BaseException:
            self.close()
            raise
        if self.safe:  # it has its view, and nothing is left here however the grader ends
            self.folder.cleanup()
        return reply["ready"]

    def prepare(self) -> None:
        """Make the folder that the view is built in, or that submissions share without one."""
        self.folder = tempfile.TemporaryDirectory(prefix="course-", ignore_cleanup_errors=True)

    def environment(self) -> dict[str, str]:
        """The environment variables of the server."""
        if self.safe:
            return environment(HOME, CACHE, DATA)
        return outside(self.folder.name)

    def view(self) -> View | None:
        """What submissions can see; None for all that there is."""
        return view_of(self.folder.name) if self.safe else None

    def warmed_up(self) -> dict:
        """What the server says when it is ready, or refuses."""
        view = self.view()
        order = {
            "view": view and asdict(view),
            "namespaces": self.namespaces,
            "models": self.models,
        }
        self.channel.send(json.dumps(order).encode())
        deadline = time.monotonic() + WARM_UP_SECONDS
        while time.monotonic() < deadline and not self.abandoned.is_set():
            if select.select([self.channel], [], [], TICK)[0]:
                return json.loads(self.channel.recv(1 << 16) or "{}")
        return {}

    def tail(self) -> str:
        """The end of what the server printed."""
        self.log.seek(max(0, self.log.seek(0, os.SEEK_END) - 2000))
        return self.log.read().decode(errors="replace")

    def alive(self) -> bool:
        """Is it there and warm?"""
        return self.process is not None and self.process.poll() is None

    def open(self, limits: Limits) -> Job:
        """A confined process that waits for cells."""
        with self.lock:
            if not self.alive():
                self.start()
            data_end, data_other = socket.socketpair()
            control_end, control_other = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            with data_other, control_other:
                socket.send_fds(
                    self.channel,
                    [json.dumps(asdict(limits)).encode()],
                    [data_other.fileno(), control_other.fileno()],
                )
        return Job(data_end, control_end, limits, self.safe, self.abandoned)

    def close(self) -> None:
        """End the server and all that it forked."""
        if self.process is None:
            return
        self.channel.close()
        try:
            self.process.wait(2)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None
        self.log.close()
        self.folder.cleanup()

    def __enter__(self) -> "WarmServer":
        self.start()
        return self

    def __exit__(self, *_):
        self.close()


def environment(
    home: str, cache: str, data_sets: str, package: Path = PACKAGE.parent
) -> dict[str, str]:
    """The environment variables of a server: nothing of the caller's own.

    All are folders: what is made goes to `home` and what is compiled to `cache`; the last two hold
    the data sets and this package.
    """
    return {
        "PATH": "/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "PYTHONPATH": str(package),
        "HOME": home,
        "TMPDIR": f"{home}/tmp",
        "COURSE_DATA": data_sets,
        "MPLBACKEND": "agg",
        "MPLCONFIGDIR": f"{cache}/matplotlib",
        "IPYTHONDIR": f"{cache}/ipython",
        "PYTENSOR_FLAGS": f"base_compiledir={cache}/pytensor",
        "NUMBA_CACHE_DIR": f"{cache}/numba",
        # One thread each: several notebooks run side by side.
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUTF8": "1",
    }


def outside(folder: str) -> dict[str, str]:
    """The same without any sandbox; what is made goes to `folder`, which the caller removes."""
    variables = environment(folder, str(cache_folder()), str(data.find("spotify").parent))
    return variables | {"TMPDIR": folder}


def cache_folder() -> Path:
    """Where compiled code is kept between calls of the grader; only the warm-up writes to it."""
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = base / "hierarchical-course" / "grader"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def readable() -> list[Path]:
    """What a submission may read of this package: files and whole folders."""
    data_files = [p for p in PACKAGE.iterdir() if p.is_file() and p.suffix not in (".py", ".pyc")]
    return [*(PACKAGE / name for name in READABLE), *sorted(data_files)]


def view_of(root: str) -> View:
    """What the sandbox can see, on this machine."""
    packages = [p for p in sys.path if p.endswith(("site-packages", "dist-packages"))]
    libraries: list[str] = []
    for path in dict.fromkeys([sys.prefix, sys.base_prefix, sys.exec_prefix, *packages]):
        if not any(Path(path).is_relative_to(known) for known in ("/usr", *libraries)):
            libraries.append(path)
    inside = any(PACKAGE.is_relative_to(library) for library in ("/usr", *libraries))
    sets = [str(data.find(name)) for name in data.SHA256]
    # Where the package was installed among the libraries, it is hidden first.
    return View(
        root=root,
        cache=str(cache_folder()),
        data=sets,
        readable=libraries,
        hidden=[str(PACKAGE)] if inside else [],
        modules=[str(path) for path in readable()],
    )
