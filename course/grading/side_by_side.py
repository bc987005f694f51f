"""Run many notebooks side by side, on this machine; what this system runs them with."""

import sys
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

import psutil

from course.grading.notebook_run import ended_at_a_limit, not_carried_out, run_notebook
from course.grading.plain_processes import PlainProcesses
from course.grading.warm_server import WarmServer
from course.submission.agreement import SandboxError

Server = WarmServer | PlainProcesses
#: Bytes of memory that a fit may take: with less, no further notebook is begun beside others.
ENOUGH = 1 << 30


def server_for(safe: bool, models: bool = True) -> Server:
    """What runs submissions on this system; `models`: compile the models while warming up.

    Raises
    ------
    SandboxError
        If it is to be safe, and this is not Linux.
    """
    if sys.platform == "linux":
        return WarmServer(safe, models)
    if safe:
        raise SandboxError(f"There is no sandbox here: it needs Linux, and this is {sys.platform}.")
    return PlainProcesses()


def asks_for_a_fit(tasks: dict[str, dict]) -> bool:
    """Will some notebook fit a model? Without one, none is compiled ahead."""
    return any(
        asked["type"] == "posterior" for task in tasks.values() for asked in task["plan"].values()
    )


def run_here(tasks: dict[str, dict], workers: int, server: Server) -> Iterator[tuple[str, dict]]:
    """Run tasks in threads: the work is done in other processes. Yield key and result of each.

    What ended at a limit while others ran beside it, or could not be carried out, is run once more,
    alone, before its result is yielded.
    """
    alone = {}
    for key, result in run_beside(tasks, workers, server):
        if min(workers, len(tasks)) > 1 and ended_at_a_limit(result):
            alone[key] = tasks[key]
        else:
            yield key, result
    yield from run_beside(alone, 1, server)


def run_beside(tasks: dict[str, dict], workers: int, server: Server) -> Iterator[tuple[str, dict]]:
    """Run each task once, as many at a time as there are workers and memory for them."""
    waiting = iter(tasks.items())
    pool = ThreadPoolExecutor(workers)
    jobs: dict[Future[dict], str] = {}
    try:
        while True:
            while (
                len(jobs) < workers
                and (not jobs or psutil.virtual_memory().available > ENOUGH)
                and (task := next(waiting, None))
            ):
                jobs[pool.submit(run_notebook, task[1], server)] = task[0]
            if not jobs:
                return
            # Now and then, for memory may have become free.
            for job in wait(jobs, timeout=5, return_when=FIRST_COMPLETED).done:
                key = jobs.pop(job)
                error = job.exception()
                yield key, not_carried_out(tasks[key], error) if error else job.result()
    finally:
        if jobs:  # interrupted
            server.abandoned.set()
        pool.shutdown(cancel_futures=True)
        if jobs:
            server.abandoned.clear()
