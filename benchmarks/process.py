"""Run a process to its end and measure how long it took and how much memory it held."""

import os
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

PAUSE = 0.1  # seconds between two looks at the memory
GIB = 2**30


@dataclass(frozen=True)
class Run:
    """What a process did: its exit code, wall seconds, peak memory, and the end of its output.

    `stopped` says why it was ended early; it is empty otherwise.
    """

    code: int
    seconds: float
    peak_gib: float
    output: str
    stopped: str = ""


def run_and_measure(
    command: list[str],
    environment: dict[str, str] | None = None,
    cwd: Path | None = None,
    seconds_allowed: float = 3600.0,
    gib_allowed: float = float("inf"),
) -> Run:
    """Run a command; memory is that of all processes that it started, shared pages once.

    A command that takes more time or memory than allowed is ended, with all it started.
    """
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as output:
        start = time.perf_counter()
        child = subprocess.Popen(
            command,
            env=environment,
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=os.name == "posix",
        )
        peak, stopped = 0.0, ""
        while True:
            try:
                child.wait(PAUSE)
                break
            except subprocess.TimeoutExpired:
                family = processes(child.pid)
            peak = max(peak, sum(map(memory, family)) / GIB)
            if peak > gib_allowed:
                stopped = f"stopped at {gib_allowed:.0f} GiB"
            elif time.perf_counter() - start > seconds_allowed:
                stopped = f"stopped after {seconds_allowed:.0f} s"
            if stopped:
                for process in family:
                    try:
                        process.kill()
                    except psutil.NoSuchProcess:
                        pass
                child.wait()
                break
        seconds = time.perf_counter() - start
        output.seek(0)
        return Run(child.returncode, seconds, peak, output.read()[-4000:], stopped)


def processes(leader: int) -> list[psutil.Process]:
    """The processes of a session; R's workers leave the tree of their parent, not its session."""
    if os.name != "posix":
        try:
            parent = psutil.Process(leader)
            return [parent, *parent.children(recursive=True)]
        except psutil.NoSuchProcess:
            return []
    family = []
    for pid in psutil.pids():
        try:
            if os.getsid(pid) == leader:
                family.append(psutil.Process(pid))
        except (psutil.NoSuchProcess, OSError):  # it ended meanwhile
            pass
    return family


def memory(process: psutil.Process) -> int:
    """Bytes that a process holds, its part of shared pages where the system tells; 0 if gone."""
    try:
        full = process.memory_full_info()
        return getattr(full, "pss", 0) or getattr(full, "uss", full.rss)
    except (psutil.Error, OSError):
        return 0
