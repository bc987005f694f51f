"""What runs a submission's cells inside the sandbox: IPython's shell, and one socket.

No Jupyter messaging: its channels are what a submission could flood, close or forge, and its
client would keep every message. Here one socket carries small JSON messages, asked for one by one;
what is printed stays inside but for its first characters. Whatever arrives outside is only a claim.

Imported by the server before it forks, so it must hold nothing worth stealing.
"""

import io
import json
import linecache
import os
import signal
import struct
import sys
import traceback
from types import ModuleType
from typing import Any

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell

LENGTH = struct.Struct("!I")


class Quiet(DisplayHook):
    """Keeps ``_`` and ``Out``, and shows nothing."""

    def compute_format_data(self, result):
        return {}, {}

    def write_output_prompt(self):
        pass

    def write_format_data(self, format_dict, md_dict=None):
        pass


class Unseen(DisplayPublisher):
    """Shows nothing."""

    def publish(self, *args, **kwargs):
        pass

    def clear_output(self, wait=False):
        pass


class Shell(InteractiveShell):
    """IPython without a screen."""

    displayhook_class = Quiet
    display_pub_class = Unseen
    system = InteractiveShell.system_raw  # the other way needs a terminal

    def enable_gui(self, gui=None):
        pass

    def ask_exit(self):
        pass

    def _showtraceback(self, etype, evalue, stb):
        pass

    def init_history(self):
        self.config.HistoryManager.enabled = False
        super().init_history()


class Head(io.TextIOBase):
    """A text stream that keeps its first characters and drops the others."""

    def __init__(self, most: int):
        self.left = most
        self.kept: list[str] = []

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if self.left > 0:
            self.kept.append(text[: self.left])
            self.left -= len(self.kept[-1])
        return len(text)


def send(channel, message: dict) -> None:
    """Send one message."""
    content = json.dumps(message).encode()
    channel.sendall(LENGTH.pack(len(content)) + content)


def receive(channel) -> dict:
    """Wait for one message; `EOFError` when the other end is closed."""
    size = LENGTH.unpack(exactly(channel, LENGTH.size))[0]
    return json.loads(exactly(channel, size))


def exactly(channel, size: int) -> bytes:
    content = bytearray()
    while len(content) < size:
        part = channel.recv(min(size - len(content), 1 << 20))
        if not part:
            raise EOFError
        content += part
    return bytes(content)


def serve(channel, shell: Shell, text: int) -> None:
    """Run cells and collect answers, as asked, until the other end is closed."""
    from course.submission.answers import collect

    signal.signal(signal.SIGINT, signal.default_int_handler)
    while True:
        try:
            request = receive(channel)
        except EOFError:
            return
        except KeyboardInterrupt:  # it came too late, after the cell's end
            continue
        if "cell" in request:
            answer = run_cell(shell, request["cell"], text)
        else:
            answer = collect(shell.user_ns, request["collect"])
        send(channel, answer)


def run_cell(shell: Shell, source: str, text: int) -> dict:
    """Run one cell; say how it ended."""
    screen = Head(text)
    before = sys.stdout, sys.stderr
    sys.stdout = sys.stderr = screen
    try:
        result = shell.run_cell(source, store_history=False, silent=False)
        error = result.error_before_exec or result.error_in_exec
    except KeyboardInterrupt as interrupt:  # between the cell and its end
        error = interrupt
    finally:
        sys.stdout, sys.stderr = before
        close_figures()
    answer: dict[str, Any] = {"status": "ok", "text": "".join(screen.kept)}
    if isinstance(error, KeyboardInterrupt):
        answer["status"] = "interrupted"
    elif error is not None:
        answer |= {"status": "error", "error": describe(error)}
    return answer


def describe(error: BaseException) -> dict:
    """The kind, the message and the student's own line of an error."""
    try:
        message = str(error)
    except Exception:  # an exception of the student's own may do anything
        message = ""
    line, source = None, ""
    for frame in traceback.extract_tb(error.__traceback__):
        if "ipykernel" in frame.filename or "ipython-input" in frame.filename:
            line, source = (
                frame.lineno,
                frame.line or linecache.getline(frame.filename, frame.lineno or 0),
            )
    if isinstance(error, SyntaxError):
        line, source = error.lineno, error.text or ""
        message = error.msg or message
    kind = "SyntaxError" if isinstance(error, SyntaxError) else type(error).__name__
    return {
        "type": kind[:80],
        "message": message[:500],
        "line": line,
        "source": source.strip()[:200],
    }


def close_figures() -> None:
    """End the cell's figures, as Jupyter does: the next cell draws on a new one."""
    if pyplot := sys.modules.get("matplotlib.pyplot"):
        try:
            pyplot.close("all")
        except Exception:  # replaced by the student
            pass


def silence(name: str, *functions: str) -> None:
    """Put a stand-in in place of a module that knows what is right: its functions say nothing."""
    module = ModuleType(name, "It says nothing while a notebook is graded.")
    vars(module).update(dict.fromkeys(functions, lambda *args, **kwargs: None))
    sys.modules[name] = module


def silence_checks() -> None:
    """Let submissions call what a chapter imports to check answers and numbers."""
    silence("course.check", "check")
    silence("course.key_numbers", "key_numbers", "Estimate")


def close_all_but(kept: int) -> None:
    """Point the standard streams at nothing and close every other file but one."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in range(3):
        os.dup2(nothing, stream)
    most = os.sysconf("SC_OPEN_MAX")
    os.closerange(3, kept)
    os.closerange(kept + 1, most if 0 < most < 1 << 20 else 1 << 16)
