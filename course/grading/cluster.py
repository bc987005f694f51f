"""The same runs on a Dask cluster: ``pip install distributed`` on every machine.

Each worker needs this package and its environment; it keeps a warm server of its own while the
grader is there.
"""

from collections.abc import Iterator

from distributed import Client, Future, Worker, WorkerPlugin, as_completed, get_worker

from course.grading.notebook_run import ended_at_a_limit, not_carried_out, run_notebook
from course.grading.side_by_side import server_for

NAME = "warm server of the grader"


class KeepsServer(WorkerPlugin):
    """Gives a worker a server, which starts with its first notebook."""

    def __init__(self, safe: bool, models: bool):
        self.safe, self.models = safe, models

    def setup(self, worker: Worker) -> None:
        """Called when the grader comes, and on a worker that comes later."""
        self.server = server_for(self.safe, self.models)

    def teardown(self, worker: Worker) -> None:
        """Called when the grader goes, or the worker."""
        self.server.__exit__(None, None, None)


def run_on_worker(task: dict) -> dict:
    """Run one notebook in the worker's own server."""
    return run_notebook(task, get_worker().plugins[NAME].server)


def result_of(job: Future, task: dict) -> dict:
    """What a run left, when it has ended, or why it could not be carried out."""
    failure = job.exception()
    return not_carried_out(task, failure) if failure else job.result()


def run_on_cluster(
    tasks: dict[str, dict], address: str, safe: bool, models: bool
) -> Iterator[tuple[str, dict]]:
    """Run tasks on the workers of a scheduler; yield key and result of each when it is done.

    A worker that dies costs no notebook: its tasks go to others.

    Raises
    ------
    ConnectionError
        If the scheduler does not answer.
    """
    try:
        client = Client(address, timeout=10)
    except (OSError, ValueError) as error:
        raise ConnectionError(f"No Dask scheduler answers at {address}: {error}") from error
    with client:
        client.register_plugin(KeepsServer(safe, models), name=NAME)
        try:
            jobs = {
                client.submit(run_on_worker, task, key=f"notebook-{key}", retries=2): key
                for key, task in tasks.items()
            }
            alone = []
            for job in as_completed(list(jobs)):
                result = result_of(job, tasks[jobs[job]])
                job.release()
                if len(tasks) > 1 and ended_at_a_limit(result):
                    alone.append(jobs[job])
                else:
                    yield jobs[job], result
            for key in alone:  # as on one machine: it may have been for its neighbours
                job = client.submit(run_on_worker, tasks[key], key=f"alone-{key}", retries=2)
                yield key, result_of(job, tasks[key])
        finally:
            client.unregister_worker_plugin(NAME)
