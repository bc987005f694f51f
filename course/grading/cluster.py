"""The same runs on a Dask cluster: ``pip install distributed`` on every machine.

Each worker needs this package and its environment; it starts a warm server of its own.
"""

from collections.abc import Iterator

from course.grading import notebook_run
from course.submission.agreement import SandboxError


def run_on_cluster(tasks: dict[str, dict], address: str) -> Iterator[tuple[str, dict]]:
    """Run tasks on the workers of a scheduler; yield key and result of each when it is done.

    A worker that dies costs no notebook: its tasks go to others.

    Raises
    ------
    SandboxError
        If Dask is not installed, or the scheduler does not answer.
    """
    from course.grading.grade_folder import failed

    try:
        from distributed import Client, as_completed
    except ImportError as error:
        raise SandboxError("--scheduler needs Dask: pip install distributed") from error
    try:
        client = Client(address, timeout=10)
    except (OSError, ValueError) as error:
        raise SandboxError(f"No Dask scheduler answers at {address}: {error}") from error
    with client:
        jobs = {
            client.submit(notebook_run.run_notebook, task, key=f"notebook-{key}", retries=2): key
            for key, task in tasks.items()
        }
        for job in as_completed(list(jobs)):
            key = jobs[job]
            error = job.exception()
            yield key, failed(tasks[key], error) if error else job.result()
            job.release()
