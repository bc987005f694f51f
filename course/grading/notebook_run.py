"""Run one notebook in the sandbox: cell by cell, and what it claims.

Both ends of `run_notebook` are plain JSON, so that it can also be called on another machine.
"""

import time
from typing import Any

from course.grading import untrusted
from course.grading.assigned_names import assigned
from course.grading.submission_job import CrashedError, Job, StoppedError
from course.submission.agreement import Limits, SandboxError

COLLECT_SECONDS = 15  # a thousand times what an honest answer takes
RESTARTS = 2


def run_notebook(task: dict, server) -> dict:
    """Run one notebook and collect its answers. Never raises for what a submission does.

    Parameters
    ----------
    task : dict, plain JSON
        ``cells``: the sources of its code cells, in order; ``plan``: {name: what to collect};
        ``limits``: changes to `Limits`.
    server : course.grading.side_by_side.Server
        What opens a process for it.

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
    TooFullError
        If the machine runs out of memory.
    AbandonedError
        If the grader is interrupted.
    """
    limits = Limits(**task.get("limits", {}))
    start = time.monotonic()
    result: dict[str, Any] = {
        "status": "graded",
        "sentence": "",
        "answers": {},
        "peak": 0,
        "cells": [{"status": "not run"} for _ in task["cells"]],
    }
    skipped: set[int] = set()
    for _ in range(1 + RESTARTS):
        ended_by = run_once(task, server, limits, result, skipped, start + limits.notebook_seconds)
        if ended_by is None:
            break
        skipped.add(ended_by)  # once more without it: it costs its own answers, not the others
    result["seconds"] = time.monotonic() - start
    return result


def run_once(
    task: dict, server, limits: Limits, result: dict, skipped: set[int], deadline: float
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


def open_job(server, limits: Limits) -> Job:
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
    found: dict[str, Any] = {"status": "ok", "text": str(answer.get("text", ""))[: limits.text]}
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


def ended_at_a_limit(result: dict) -> bool:
    """Did something end from outside, which a busy machine may have brought about?"""
    return result["status"] != "graded" or any(
        cell["status"] not in ("ok", "error") for cell in result["cells"]
    )


def not_carried_out(task: dict, error: BaseException) -> dict:
    """The result of a run that the grader itself could not carry out."""
    return {
        "status": "failed",
        "answers": {},
        "seconds": 0.0,
        "peak": 0,
        "cells": [{"status": "not run"} for _ in task["cells"]],
        "sentence": untrusted.whole(
            f"The grader could not run it ({type(error).__name__}: {error}). "
            "Grade again: it will be tried again."
        ),
    }
