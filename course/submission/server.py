"""The warm server: imports the stack and compiles the course's models once, then forks.

Started by `grading.warm_server` as ``python -m course.submission.server SOCKET``. It moves into the
sandbox's view before it imports anything that matters, so it never sees a solution, a rubric, a
reference or another submission, and a fork cannot inherit one.
"""

import importlib
import json
import os
import select
import signal
import socket
import sys
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from course.submission import another_user, sandbox
from course.submission.agreement import Limits, SandboxError, View

STACK = (
    "numpy",
    "pandas",
    "xarray",
    "matplotlib.pyplot",
    "seaborn",
    "scipy.stats",
    "arviz",
    "bambi",
    "nutpie",
    "course.data",
    "course.fitting.models",
    "course.diagrams",
    "course.submission.answers",
)
MODELS = ("complete_pooled", "no_pooled", "hierarchical")


@dataclass
class Protection:
    """How a submission's process is forked, and how it is ended with all that it started."""

    confine: Callable[[Limits], int]
    end: Callable[[int], None]


def main() -> None:
    """Warm up, say so, and fork on request until the other end is closed."""
    channel = socket.socket(fileno=int(sys.argv[1]))
    order = json.loads(channel.recv(1 << 20))
    start = time.perf_counter()
    try:
        protection = protection_of(order)
        shell = warm_up(order["models"])
    except SandboxError as error:
        channel.send(json.dumps({"refused": str(error)}).encode())
        return
    channel.send(json.dumps({"ready": time.perf_counter() - start}).encode())
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # no trace of the ended ones
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the caller ends us, in its own time
    while True:
        request, files, _, _ = socket.recv_fds(channel, 1 << 16, 2)
        if not request:
            return
        with warnings.catch_warnings():
            # A thread of a library that idles does not matter to a fork that never uses it.
            warnings.simplefilter("ignore", DeprecationWarning)
            child = os.fork()
        if child == 0:
            channel.close()
            try:
                data, control = files
                supervise(Limits(**json.loads(request)), data, control, protection, shell)
            finally:
                os._exit(1)
        for file in files:
            os.close(file)


def protection_of(order: dict) -> Protection:
    """What the grader asked for: the sandbox, another user, or nothing at all."""
    if not order["view"]:
        return Protection(fork_unconfined, end_group)
    view = View(**order["view"])
    if order["namespaces"]:
        return Protection(partial(sandbox.confine, proc=sandbox.enter_view(view)), end_process)
    return Protection(
        partial(another_user.confine, view=view), partial(another_user.end, view=view)
    )


def warm_up(models: bool):
    """Import the stack, compile the models of the course, and return a shell to run cells in."""
    from course.submission import kernel

    kernel.silence_checks()
    # Where it is installed, xarray would import it, and it wants /proc.
    sys.modules["dask"] = None  # type: ignore[assignment]  # an import of it fails
    for name in STACK:
        importlib.import_module(name)
    if models:
        draw_a_plot()
        compile_models()
    return kernel.Shell.instance()


def compile_models() -> None:
    """Fit each model of the activity briefly: all that it compiles is then inherited."""
    import arviz

    from course.fitting import models

    for name in MODELS:
        model, fit = models.fit_briefly(name)
        model.predict(fit, kind="response")
        arviz.summary(fit)


def draw_a_plot() -> None:
    """Draw one of each kind: finding fonts and compiling densities takes seconds, once."""
    import matplotlib.pyplot as plt
    import seaborn as sns

    from course.data import load_spotify

    songs = load_spotify()
    sns.histplot(songs, x="popularity", kde=True)
    sns.kdeplot(songs, x="popularity", fill=True)
    plt.gcf().canvas.draw()
    plt.close("all")


def supervise(limits: Limits, data: int, control: int, protection: Protection, shell) -> None:
    """Confine one submission and watch over it; what runs in it cannot see this process."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    commands = socket.socket(fileno=control)
    try:
        child = protection.confine(limits)
    except SandboxError as error:
        commands.send(json.dumps({"refused": str(error)}).encode())
        return
    if child == 0:
        serve_submission(data, shell, limits)
        os._exit(0)
    os.close(data)
    commands.send(json.dumps({"pid": child}).encode())
    ended = os.pidfd_open(child) if hasattr(os, "pidfd_open") else None
    watched: list[socket.socket | int] = [commands] if ended is None else [commands, ended]
    while True:
        ready = select.select(watched, [], [], 1)[0]
        if commands in ready:
            command = commands.recv(1)
            if command == b"i":
                os.kill(child, signal.SIGINT)
            else:
                protection.end(child)
        status = os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        if status:
            protection.end(child)
            _, code = os.waitpid(child, 0)
            commands.send(json.dumps({"ended": os.waitstatus_to_exitcode(code)}).encode())
            os._exit(0)


def end_process(child: int) -> None:
    """Kill a process of the sandbox: all that it started are in its namespace, and end with it."""
    os.kill(child, signal.SIGKILL)


def end_group(child: int) -> None:
    """Kill a process and all that stayed in its group; for ``--unsafe``."""
    try:
        os.killpg(child, signal.SIGKILL)
    except ProcessLookupError:
        pass
    os.kill(child, signal.SIGKILL)


def fork_unconfined(limits: Limits) -> int:
    """Fork with resource limits only, in a new folder; for ``--unsafe``."""
    child = os.fork()
    if child == 0:
        import tempfile

        os.setsid()
        os.chdir(tempfile.mkdtemp(prefix="submission-"))
        sandbox.limit(limits)
    return child


def serve_submission(data: int, shell, limits: Limits) -> None:
    """Run the cells of one submission; in the confined process."""
    from course.submission import kernel

    signal.signal(signal.SIGINT, signal.default_int_handler)
    kernel.close_all_but(data)
    with socket.socket(fileno=data) as channel:
        kernel.serve(channel, shell, limits.text)


if __name__ == "__main__":
    main()
