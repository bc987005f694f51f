"""Run many notebooks side by side, on this machine; what this system runs them with."""

import sys
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait

from course.grading.notebook_run import not_carried_out, run_notebook
from course.grading.plain_processes import PlainProcesses
from course.grading.warm_server import WarmServer
from course.submission.agreement import SandboxError

Server = WarmServer | PlainProcesses


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
    """Run tasks in threads: the work is done in other processes. Yield key and result of each."""
    waiting = iter(tasks.items())
    with ThreadPoolExecutor(workers) as pool:
        jobs = {}
        try:
            while True:
                while len(jobs) < workers and (task := next(waiting, None)):
                    jobs[pool.submit(run_notebook, task[1], server)] = task[0]
                if not jobs:
                    return
                for job in wait(jobs, return_when=FIRST_COMPLETED).done:
                    key = jobs.pop(job)
                    error = job.exception()
                    yield key, not_carried_out(tasks[key], error) if error else job.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
