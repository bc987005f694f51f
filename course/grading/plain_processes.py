"""Submissions as ordinary processes: ``--unsafe`` on Windows and macOS, which cannot fork safely.

Each notebook imports the stack anew. Its time and its memory are watched; nothing else limits it.
"""

import os
import secrets
import socket
import subprocess
import sys
import tempfile
import threading

from course.grading.submission_job import Job
from course.grading.warm_server import outside
from course.submission.agreement import Limits

START_SECONDS = 60
# Without these no program finds its libraries, a compiler, or a place for its files.
OF_THE_SYSTEM = ("SYSTEMROOT", "PATH", "TEMP", "TMP", "USERPROFILE", "HOME")


class PlainProcesses:
    """In place of a `WarmServer`, where there is none: a context manager with `open`."""

    def __init__(self) -> None:
        self.abandoned = threading.Event()  # set: all jobs give up, in whatever thread

    def open(self, limits: Limits) -> "PlainJob":
        """A process that waits for cells."""
        return PlainJob(limits, self.abandoned)

    def __enter__(self) -> "PlainProcesses":
        return self

    def __exit__(self, *_) -> None:
        """Nothing is left: each job ends its own process."""


class PlainJob(Job):
    """A submission's process, started here."""

    def __init__(self, limits: Limits, abandoned: threading.Event):
        self.folder = tempfile.TemporaryDirectory(prefix="course-", ignore_cleanup_errors=True)
        system = {name: os.environ[name] for name in OF_THE_SYSTEM if name in os.environ}
        token = secrets.token_bytes(16)
        with socket.create_server(("127.0.0.1", 0)) as door:
            door.settimeout(START_SECONDS)
            self.process = process = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "course.submission.plain",
                    str(door.getsockname()[1]),
                    str(limits.text),
                ],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=outside(self.folder.name) | system,
                cwd=self.folder.name,
            )
            try:
                assert process.stdin  # a pipe, as asked for
                with process.stdin:
                    process.stdin.write(token)
                data, control = (self.connection(door, token) for _ in range(2))
            except BaseException:
                self.end()
                raise
        super().__init__(data, control, limits, confined=False, abandoned=abandoned)

    def connection(self, door: socket.socket, token: bytes) -> socket.socket:
        """The next connection of our process; those of others are closed."""
        while True:
            end, _ = door.accept()
            end.settimeout(START_SECONDS)
            if secrets.compare_digest(end.recv(len(token), socket.MSG_WAITALL), token):
                return end
            end.close()

    def close(self) -> None:
        """End the process."""
        super().close()
        self.end()

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        self.folder.cleanup()
