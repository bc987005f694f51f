"""A submission's process, from outside: what it is asked, its time and its memory."""

import json
import select
import socket
import threading
import time
from pathlib import Path

import psutil

from course.grading import untrusted
from course.submission.agreement import Limits, SandboxError

GRACE = 5
TICK = 0.2
# In one message. A fit's draws are 100,000 numbers; a plot has a list for each of its bars.
MOST_VALUES = 500_000
MOST_BRACKETS = 100_000
START_SECONDS = 30
#: What one socket may hold unsent, at most, on a Linux as it comes.
SOCKET_BYTES = 416 << 10
#: Bytes left on this machine below which it is too full to go on.
TOO_FULL = 256 << 20


class StoppedError(Exception):
    """The notebook was ended from outside; the message says why."""


class CrashedError(Exception):
    """The notebook ended by itself; the message says how."""


class AbandonedError(Exception):
    """The grader was interrupted: nothing is known of the notebook."""


class TooFullError(Exception):
    """This machine ran out of memory, through whatever it was."""


class Job:
    """One confined process, or without `confined` an ordinary one.

    All methods raise `StoppedError` or `CrashedError`, and `AbandonedError` once `abandoned` is
    set: another thread gave up on all of them.
    """

    def __init__(
        self,
        data_end: socket.socket,
        control: socket.socket,
        limits: Limits,
        confined: bool,
        abandoned: threading.Event,
    ):
        self.data, self.control, self.limits = data_end, control, limits
        self.confined, self.abandoned = confined, abandoned
        self.received = self.peak = 0
        self.next_look = 0.0
        try:
            reply = self.first_reply()
            if "pid" not in reply:
                raise SandboxError(reply.get("refused", "The sandbox could not be started."))
        except BaseException:
            self.close()
            raise
        self.pid = reply["pid"]
        self.sockets = sockets_of(self.pid)  # those of others, where the network is theirs, too
        self.data.setblocking(False)

    def first_reply(self) -> dict:
        """What is said of the process when it has started, or has not."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            self.go_on()
            if select.select([self.control], [], [], TICK)[0]:
                try:
                    return json.loads(self.control.recv(1 << 16) or "{}")
                except (OSError, ValueError):
                    break
        return {}

    def go_on(self) -> None:
        """Raise `AbandonedError` if the grader was interrupted."""
        if self.abandoned.is_set():
            raise AbandonedError

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
            self.go_on()
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
        """Stop a notebook whose processes together hold too much memory; look now and then only."""
        if (now := time.monotonic()) < self.next_look:
            return
        self.next_look = now + TICK / 2
        if psutil.virtual_memory().available < TOO_FULL:
            raise TooFullError("This machine ran out of memory.")
        more = max(0, sockets_of(self.pid) - self.sockets)
        unsent = SOCKET_BYTES * more if self.confined else 0
        processes = family(self.pid)
        used = unsent + sum(resident(process) for process in processes)
        if used > self.limits.memory:  # perhaps only because each of many counts the same pages
            now = time.monotonic()
            used = unsent + sum(proportional(process) for process in processes)
            self.next_look = time.monotonic() + 2 * (time.monotonic() - now)  # it may take long
        self.peak = max(self.peak, used)
        if used > self.limits.memory:
            raise StoppedError(
                f"It used more than {self.limits.memory / 2**30:g} GB of memory and was ended."
            )


def family(pid: int) -> list[psutil.Process]:
    """A process and all that it started, as far as they are still there."""
    try:
        process = psutil.Process(pid)
        return [process, *process.children(recursive=True)]
    except psutil.Error:
        return []


def resident(process: psutil.Process) -> int:
    """Bytes of memory that a process holds, those it shares with others too."""
    try:
        return process.memory_info().rss
    except psutil.Error:  # it has ended
        return 0


def proportional(process: psutil.Process) -> int:
    """The same, of each shared page its share; where the system does not tell, all of it."""
    try:
        return getattr(process.memory_full_info(), "pss", resident(process))
    except psutil.Error:
        return resident(process)


def sockets_of(pid: int) -> int:
    """How many sockets there are in the network of a process: they hold memory unseen."""
    try:
        return int(Path(f"/proc/{pid}/net/sockstat").read_text().split(maxsplit=3)[2])
    except (OSError, ValueError, IndexError):  # it has ended, or the system does not tell
        return 0


def parse(content: bytes | bytearray) -> dict:
    """Whatever the sandbox sent, as a dictionary; empty if it is nothing of the kind."""
    try:
        text = content.decode("ascii", "replace")  # as the kernel sends it
        answer = untrusted.clean(untrusted.load(text, MOST_BRACKETS, MOST_VALUES))
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}
