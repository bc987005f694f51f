"""Run one notebook in the sandbox, from outside: time limits, memory, and what it claims.

`Server` is the warm server of `server`; `run` is what the grader calls for each notebook. Both ends
of `run` are plain JSON, so that it can also be called on another machine.
"""

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

import psutil

from course import data
from course.grading.assigned_names import assigned
from course.paths import PACKAGE
from course.submission.sandbox import CACHE, DATA, HOME, Limits, SandboxError, View

# What submissions may read of this package. Nothing here knows what is right.
FOR_STUDENTS = (
    "__init__.py",
    "paths.py",
    "data.py",
    "diagrams.py",
    "baseball.csv",
    "book.mplstyle",
    *(f"{path.parent.name}/{path.name}" for path in sorted(PACKAGE.glob("submission/*.py"))),
    *(f"{path.parent.name}/{path.name}" for path in sorted(PACKAGE.glob("fitting/*.py"))),
)
WARM_UP_SECONDS = 300
GRACE = 5
COLLECT_SECONDS = 60
TICK = 0.2
RESTARTS = 2


class StoppedError(Exception):
    """The notebook was ended from outside; the message says why."""


class CrashedError(Exception):
    """The notebook ended by itself; the message says how."""


class Server:
    """A warm server; `start` it, `open` a job for each notebook, `close` it.

    Parameters
    ----------
    safe : bool
        In the sandbox, or (``--unsafe``) as an ordinary process.
    models : bool
        Compile the models of the course while warming up.
    """

    def __init__(self, safe: bool = True, models: bool = True):
        self.safe, self.models = safe, models
        self.lock = threading.Lock()
        self.process = None

    def start(self) -> float:
        """Start and warm up; return the seconds it took.

        Raises
        ------
        SandboxError
            If there is no sandbox to be had, or the server fails to start.
        """
        self.folder = tempfile.TemporaryDirectory(prefix="view-", ignore_cleanup_errors=True)
        self.channel, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.log = tempfile.TemporaryFile()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "course.submission.server", str(other.fileno())],
            pass_fds=[other.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=self.log,
            stderr=self.log,
            env=environment(self.safe),
            cwd="/",
            start_new_session=True,
        )
        other.close()
        view = asdict(view_of(self.folder.name)) if self.safe else None
        self.channel.send(json.dumps({"view": view, "models": self.models}).encode())
        self.channel.settimeout(WARM_UP_SECONDS)
        try:
            reply = json.loads(self.channel.recv(1 << 16) or "{}")
        except TimeoutError:
            reply = {}
        if "ready" not in reply:
            reason = reply.get("refused") or "The grading server did not start:\n" + self.tail()
            self.close()
            raise SandboxError(reason)
        self.channel.settimeout(None)
        return reply["ready"]

    def tail(self) -> str:
        """The end of what the server printed."""
        self.log.seek(max(0, self.log.seek(0, os.SEEK_END) - 2000))
        return self.log.read().decode(errors="replace")

    def alive(self) -> bool:
        """Is it there and warm?"""
        return self.process is not None and self.process.poll() is None

    def open(self, limits: Limits) -> "Job":
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
        return Job(data_end, control_end, limits)

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

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.close()


def environment(safe: bool) -> dict[str, str]:
    """The environment variables of a server: nothing of the caller's own."""
    cache = CACHE if safe else str(cache_folder())
    return {
        "PATH": "/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "PYTHONPATH": str(PACKAGE.parent),
        "HOME": HOME if safe else tempfile.gettempdir(),
        "TMPDIR": f"{HOME}/tmp" if safe else tempfile.gettempdir(),
        "COURSE_DATA": DATA if safe else str(data.find("spotify").parent),
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


def cache_folder() -> Path:
    """Where compiled code is kept between calls of the grader; only the warm-up writes to it."""
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = base / "hierarchical-course" / "grader"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def view_of(root: str) -> View:
    """What the sandbox can see, on this machine."""
    packages = [p for p in sys.path if p.endswith(("site-packages", "dist-packages"))]
    libraries = []
    for path in dict.fromkeys([sys.prefix, sys.base_prefix, sys.exec_prefix, *packages]):
        if not any(Path(path).is_relative_to(known) for known in ("/usr", *libraries)):
            libraries.append(path)
    modules = [str(PACKAGE / name) for name in FOR_STUDENTS if (PACKAGE / name).is_file()]
    inside = any(PACKAGE.is_relative_to(library) for library in ("/usr", *libraries))
    sets = [str(data.find(name)) for name in data.SHA256]
    # Where the package was installed among the libraries, it is hidden first.
    return View(
        root=root,
        cache=str(cache_folder()),
        data=sets,
        readable=libraries,
        hidden=[str(PACKAGE)] if inside else [],
        modules=modules,
    )


class Job:
    """One confined process. All methods raise `StoppedError` or `CrashedError`."""

    def __init__(self, data_end: socket.socket, control: socket.socket, limits: Limits):
        self.data, self.control, self.limits = data_end, control, limits
        self.received = self.peak = 0
        control.settimeout(30)
        try:
            reply = json.loads(control.recv(1 << 16) or "{}")
        except (TimeoutError, OSError, ValueError):
            reply = {}
        if "pid" not in reply:
            self.close()
            raise SandboxError(reply.get("refused", "The sandbox could not be started."))
        self.pid = reply["pid"]
        self.data.setblocking(False)

    def close(self) -> None:
        """End the process, and all that it started."""
        for end in (self.data, self.control):
            end.close()

    def ask(self, request: dict, seconds: float) -> tuple[dict, bool]:
        """Send a request and wait for its answer; True if it had to be interrupted.

        The answer is whatever JSON came: a dictionary, but nothing more is known of it.
        """
        content = json.dumps(request).encode()
        content = len(content).to_bytes(4) + content
        deadline, interrupted = time.monotonic() + seconds, False
        answer = bytearray()
        while True:
            self.watch_memory()
            left = deadline - time.monotonic()
            if left <= 0 and interrupted:
                raise StoppedError(
                    f"It did not stop within {seconds:g} seconds, nor when it was "
                    "interrupted, and was ended."
                )
            if left <= 0:
                self.command(b"i")
                deadline, interrupted = time.monotonic() + GRACE, True
                left = GRACE
            readable, writable, _ = select.select(
                [self.data, self.control], [self.data] if content else [], [], min(left, TICK)
            )
            try:
                if writable:
                    content = content[self.data.send(content[: 1 << 16]) :]
                if self.data in readable:
                    part = self.data.recv(1 << 20)
                    if not part:
                        raise ConnectionResetError
                    answer += part
                    self.received += len(part)
            except BlockingIOError:
                pass
            except OSError:
                self.gone(deadline)
            if self.control in readable and self.data not in readable:
                self.gone(deadline)
            if (
                size := int.from_bytes(answer[:4])
            ) > self.limits.message or self.received > self.limits.total:
                raise StoppedError(
                    f"It sent more than the {self.limits.total >> 20} MB that its answers may take."
                )
            if len(answer) >= 4 and len(answer) >= 4 + size:
                return parse(answer[4 : 4 + size]), interrupted

    def command(self, command: bytes) -> None:
        try:
            self.control.send(command)
        except OSError:
            pass

    def gone(self, deadline: float) -> None:
        """The other end is closed: say why."""
        self.control.settimeout(min(GRACE, max(0.1, deadline - time.monotonic())))
        try:
            reply = json.loads(self.control.recv(1 << 16) or "{}")
        except (OSError, ValueError):
            reply = {}
        code = reply.get("ended")
        if code is None:
            raise CrashedError("It closed its connection to the grader.")
        raise CrashedError(
            f"Its process was killed by signal {-code}."
            if code < 0
            else f"Its process ended by itself, with exit code {code}."
        )

    def watch_memory(self) -> None:
        """Stop a notebook whose processes together hold too much memory."""
        try:
            process = psutil.Process(self.pid)
            used = [p.memory_info() for p in [process, *process.children(recursive=True)]]
        except psutil.Error:
            return
        shared = [getattr(memory, "shared", 0) for memory in used]
        total = sum(m.rss - s for m, s in zip(used, shared, strict=True)) + max(shared)
        self.peak = max(self.peak, total)
        if total > self.limits.memory:
            raise StoppedError(
                f"It used more than {self.limits.memory / 2**30:g} GB of memory and was ended."
            )


def parse(content: bytes) -> dict:
    """Whatever the sandbox sent, as a dictionary; empty if it is nothing of the kind."""
    try:
        answer = json.loads(bytes(content).decode(errors="replace"), parse_constant=float)
    except (ValueError, RecursionError):
        return {}
    return answer if isinstance(answer, dict) else {}


SERVERS: dict[bool, Server] = {}
STARTING = threading.Lock()


def shared_server(safe: bool, models: bool = True) -> Server:
    """The server of this process, started when first needed; `models` counts for the start."""
    with STARTING:
        server = SERVERS.setdefault(safe, Server(safe, models))
        if not server.alive():
            server.start()
        return server


def close_servers() -> None:
    """End the servers of this process."""
    while SERVERS:
        SERVERS.popitem()[1].close()


def run_notebook(task: dict) -> dict:
    """Run one notebook and collect its answers. Never raises for what a submission does.

    Parameters
    ----------
    task : dict, plain JSON
        ``cells``: the sources of its code cells, in order; ``plan``: {name: what to collect};
        ``limits``: changes to `Limits`; ``safe``: bool.

    Returns
    -------
    dict, plain JSON
        ``status``: "graded", "crashed" or "stopped"; ``sentence``: why; ``cells``: for each
        {"status": "ok" | "error" | "timed out" | "crashed" | "stopped" | "not run", ...};
        ``answers``: {name: claim}, a dictionary as `answers.collect` makes them or with
        whatever the submission sent instead; ``seconds``; ``peak``, bytes of memory.

    Raises
    ------
    SandboxError
        If there is no sandbox.
    """
    limits = Limits(**task.get("limits", {}))
    server = shared_server(task.get("safe", True))
    start = time.monotonic()
    result = {
        "status": "graded",
        "sentence": "",
        "answers": {},
        "peak": 0,
        "cells": [{"status": "not run"} for _ in task["cells"]],
    }
    skipped = set()
    for _ in range(1 + RESTARTS):
        ended_by = run_once(task, server, limits, result, skipped, start + limits.notebook_seconds)
        if ended_by is None:
            break
        skipped.add(ended_by)  # once more without it: it costs its own answers, not the others
    result["seconds"] = time.monotonic() - start
    return result


def run_once(
    task: dict, server: Server, limits: Limits, result: dict, skipped: set[int], deadline: float
) -> int | None:
    """Run the cells from the first on; return the number of a cell that ended it all, if any."""
    job = open_job(server, limits)
    number = -1
    try:
        for number, source in enumerate(task["cells"]):
            if number in skipped:
                continue
            seconds = min(limits.cell_seconds, deadline - time.monotonic())
            if seconds <= 0:
                result |= {
                    "status": "stopped",
                    "sentence": "The notebook took longer than "
                    f"{limits.notebook_seconds:g} seconds.",
                }
                break
            answer, interrupted = job.ask({"cell": source}, seconds)
            result["cells"][number] = outcome(answer, interrupted, limits)
            names = assigned(source) & set(task["plan"])
            gather(job, {name: task["plan"][name] for name in names}, result)
        number = -1
        gather(job, task["plan"], result)
        return None
    except (StoppedError, CrashedError) as error:
        kind = "stopped" if isinstance(error, StoppedError) else "crashed"
        where = f"Code cell {number + 1}: " if number >= 0 else ""
        result |= {"status": kind, "sentence": where + str(error)}
        if number < 0 or time.monotonic() > deadline:
            return None
        result["cells"][number] = {
            "status": kind,
            "error": {"type": "", "message": str(error), "line": None, "source": ""},
        }
        return number
    finally:
        result["peak"] = max(result["peak"], job.peak)
        job.close()


def open_job(server: Server, limits: Limits) -> Job:
    """A job; tried again once, for a machine may be short of something for a moment."""
    try:
        return server.open(limits)
    except (SandboxError, OSError):
        time.sleep(0.5)
        return server.open(limits)


def gather(job: Job, plan: dict, result: dict) -> None:
    """Collect answers; what is there now replaces what was there before, not the reverse."""
    if not plan:
        return
    answers, _ = job.ask({"collect": plan}, COLLECT_SECONDS)
    for name in plan:
        claim = answers.get(name)
        if not isinstance(claim, dict):
            claim = {"status": "unusable", "value": None, "reason": "It could not be read."}
        if claim.get("status") == "ok" or name not in result["answers"]:
            result["answers"][name] = claim


def outcome(answer: dict, interrupted: bool, limits: Limits) -> dict:
    """What a cell said of itself, in a shape of our own."""
    if interrupted:
        return {
            "status": "timed out",
            "error": {
                "type": "",
                "line": None,
                "source": "",
                "message": f"The cell took longer than {limits.cell_seconds:g} seconds.",
            },
        }
    found = {"status": "ok", "text": str(answer.get("text", ""))[: limits.text]}
    if answer.get("status") != "ok":
        error = answer.get("error")
        error = error if isinstance(error, dict) else {}
        line = error.get("line")
        found |= {
            "status": "error",
            "error": {
                "type": str(error.get("type", "Error"))[:80],
                "message": str(error.get("message", ""))[:500],
                "line": line if isinstance(line, int) else None,
                "source": str(error.get("source", ""))[:200],
            },
        }
    return found
