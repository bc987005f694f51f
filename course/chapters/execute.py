"""Execute chapters from top to bottom and store their outputs, reproducibly."""

import os
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import cast

import nbformat
from jupyter_client.asynchronous.client import AsyncKernelClient
from nbclient import NotebookClient
from tqdm import tqdm

from course.chapters import prose
from course.chapters.cells import KERNEL, chapters, write
from course.chapters.kernels import async_kernel_manager
from course.chapters.slips import read_chapter
from course.key_numbers import STRICT

WIDGET = "application/vnd.jupyter.widget-view+json"
WORKERS = 2
#: Figures are stored as SVG, without what it says of itself: when it was drawn, by what, a host.
FIGURES = (
    "--InlineBackend.figure_formats={'svg'}",
    "--InlineBackend.print_figure_kwargs={'bbox_inches': 'tight', "
    "'metadata': {'Date': None, 'Creator': None, 'Format': None, 'Type': None}}",
)


class ChapterError(RuntimeError):
    """Some chapters did not run to their end."""


class Client(NotebookClient):
    """Executes a chapter, and writes the values of the numbers in its prose."""

    async def async_execute_cell(self, cell, cell_index, execution_count=None, store_history=True):
        """Execute a cell of code; of a cell of Markdown, compute the numbers."""
        if cell.cell_type == "markdown" and (asked := prose.expressions(cell.source)):
            replies = await self.replies_to(asked)
            try:
                cell.source = prose.filled(cell.source, prose.values(cell.source, replies))
            except prose.ProseError as error:
                raise prose.ProseError(f"Cell {cell.id}: {error}") from None
        return await super().async_execute_cell(cell, cell_index, execution_count, store_history)

    async def replies_to(self, asked: dict[str, str]) -> dict[str, dict]:
        """What the kernel answers to these expressions."""
        client = cast(AsyncKernelClient, self.kc)
        request = client.execute("", silent=True, store_history=False, user_expressions=asked)
        while True:
            message = await client.get_shell_msg(timeout=self.timeout)
            if message["parent_header"].get("msg_id") == request:
                return message["content"]["user_expressions"]


def execute(path: Path, to_the_end: bool = False) -> tuple[nbformat.NotebookNode, float]:
    """Execute one notebook in its folder; return it, with outputs, and the seconds it took.

    With `to_the_end` a cell that fails keeps its error as an output, and the others follow.

    Raises
    ------
    nbclient.exceptions.CellExecutionError
        If a cell fails, or if a key number is off.
    course.chapters.slips.SlipError
        If a chapter has a slip in the metadata of its cells.
    course.chapters.prose.ProseError
        If a number in prose is misplaced, or cannot be computed.
    """
    notebook = read_chapter(path)
    start = time.perf_counter()
    prose.check(notebook)
    client = Client(
        notebook,
        timeout=300,
        allow_errors=to_the_end,
        record_timing=False,
        km=async_kernel_manager(kernel_name="python3"),
        resources={"metadata": {"path": str(path.parent)}},
        extra_arguments=list(FIGURES),
    )
    # The kernel's own log goes nowhere: what a cell prints to stderr comes as a message.
    client.execute(env={**os.environ, STRICT: "1"}, stderr=subprocess.DEVNULL)
    seconds = time.perf_counter() - start
    tidy(notebook)
    return notebook, seconds


def tidy(notebook: nbformat.NotebookNode) -> None:
    """Keep only what is the same on every machine: no timings, no progress, no logs."""
    notebook.metadata = nbformat.from_dict(KERNEL)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.metadata.pop("execution", None)
            cell.outputs = [o for o in cell.outputs if not is_progress(o)]


def is_progress(output: nbformat.NotebookNode) -> bool:
    """True for logs, and for what is left of a progress bar: a widget, or nothing at all."""
    data = output.get("data", {})
    return output.get("name") == "stderr" or WIDGET in data or data.get("text/plain") == ""


def run_all(paths: list[Path], save: bool) -> dict[Path, tuple[nbformat.NotebookNode, float]]:
    """Execute notebooks, two at a time, with a progress bar; `save` writes each back when done.

    Raises
    ------
    ChapterError
        After all have run, if some failed; it names each. Their files stay as they were.
    """
    results, errors = {}, []
    with ThreadPoolExecutor(WORKERS) as pool:
        jobs = {pool.submit(execute, path): path for path in paths}
        for job in tqdm(as_completed(jobs), total=len(jobs), unit="chapter"):
            path = jobs[job]
            try:
                results[path] = job.result()
            except Exception as error:  # a failing cell, a dead kernel, a file that is no notebook
                errors.append(f"{path.name} failed: {type(error).__name__}\n{error}")
                continue
            if save:
                write(results[path][0], path)
    if errors:
        count = f"{len(errors)} of {len(paths)} chapters failed; their files are as they were."
        raise ChapterError("\n\n".join([*errors, count]))
    return {path: results[path] for path in paths}


def run_in_place(names: list[str]) -> int:
    """Execute chapters (all, or those named) and write them back; return an exit code.

    A chapter that fails is left as it was, and named with its error at the end.
    """
    paths = [Path(name).resolve() for name in names] or chapters()
    if missing := [path for path in paths if not path.is_file()]:
        print("There is no such notebook: " + ", ".join(map(str, missing)))
        return 2
    try:
        results = run_all(paths, save=True)
    except ChapterError as error:
        print(error)
        return 1
    for path, (_, seconds) in results.items():
        print(f"{path.parent.name}/{path.name}  {seconds:.1f} s")
    return 0
