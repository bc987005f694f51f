"""A submission's process, from outside: what it is asked, its time and its memory."""

import json
import select
import socket
import time

import psutil

from course.submission.agreement import Limits, SandboxError

GRACE = 5
TICK = 0.2


class StoppedError(Exception):
    """The notebook was ended from outside; the message says why."""


class CrashedError(Exception):
    """The notebook ended by itself; the message says how."""


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
