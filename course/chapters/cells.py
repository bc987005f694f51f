"""What is general about chapters and their cells: tags, titles, reading and writing."""

import re
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from course.paths import NOTEBOOKS

#: The folders of the chapters, in the order of the book.
PARTS = ("lecture", "activity", "beyond")
#: Tags of the cells that work to be handed in does not show.
ANSWERS = {"solution", "key-numbers", "claims", "recap"}
#: The metadata of every notebook that we write: the same on all machines.
KERNEL = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def chapters(notebooks: Path = NOTEBOOKS) -> list[Path]:
    """All chapters, in the order of the book; `notebooks`: the folder that has the parts."""
    return [path for part in PARTS for path in sorted((notebooks / part).glob("[0-9]*.ipynb"))]


def exercise_chapters(notebooks: Path = NOTEBOOKS) -> list[Path]:
    """The chapters that have exercises, in the order of the book."""
    return [
        path
        for path in chapters(notebooks)
        if any("exercise" in tags(cell) for cell in read(path).cells)
    ]


def read(path: Path) -> NotebookNode:
    """A notebook of our own, in format 4."""
    return nbformat.read(path, as_version=4)


def write(notebook: NotebookNode, path: Path) -> None:
    """Write a notebook in one step."""
    replace(path, nbformat.writes(notebook) + "\n")


def replace(path: Path, content: str | bytes) -> None:
    """Write a file in one step, so that an interruption cannot leave half of it."""
    draft = path.with_name(path.name + ".tmp")
    draft.write_bytes(content.encode() if isinstance(content, str) else content)
    draft.replace(path)


def tags(cell: NotebookNode) -> set[str]:
    """The tags of a cell."""
    return set(cell.metadata.get("tags", []))


def exercise_id(cell: NotebookNode) -> str | None:
    """The id of the exercise that a cell belongs to, if it names one."""
    return cell.metadata.get("course", {}).get("exercise")


def title(notebook: NotebookNode) -> str:
    """The title of a chapter: its first heading, without the marks."""
    return notebook.cells[0].source.partition("\n")[0].lstrip("# ") if notebook.cells else ""


def question(notebook: NotebookNode) -> str:
    """The question of a chapter: the line below its title."""
    return notebook.cells[0].source.partition("\n")[2].strip() if notebook.cells else ""


def minutes(notebook: NotebookNode) -> int:
    """How long a chapter takes, as its second cell says; 0 where it does not."""
    found = re.search(r"\*About (\d+) minutes", notebook.cells[1].source)
    return int(found[1]) if found else 0
