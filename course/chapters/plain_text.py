"""Book markup in plain words: what a chapter's roles and links become outside the book."""

import ast
import re
from functools import cache
from pathlib import Path

from nbformat import NotebookNode
from pybtex.database import parse_file

from course.chapters.cells import tags
from course.chapters.exercises import exercises
from course.paths import REFERENCES

# Code comes first where it begins first, so that markup shown as code stays as it is.
MARKUP = re.compile(
    r"""(?x) (?P<code> (?s:```.*?```) | (?<!})`[^`\n]+` )
        | \{(?P<role>[a-z:]+)\}`(?P<words>[^`]+)`
        | (?<!!)\[(?P<text>[^\]]+)\]\((?P<target>[^)\s]+)\)"""
)
GLUED = "application/papermill.record/text/plain"


class MarkupError(ValueError):
    """A role or link cannot be said in plain words; the message names it."""


class PlainText:
    """Says the Markdown of one notebook in plain words.

    Parameters
    ----------
    notebook : NotebookNode
        The chapter, with its stored outputs.
    kept : list of NotebookNode
        The cells that remain: figures of other cells are referred to as the book's.
    folder : set of str
        The names of the notebooks that lie in the same folder; links to others become text.
    """

    def __init__(self, notebook: NotebookNode, kept: list[NotebookNode], folder: set[str]):
        self.glued = glued_values(notebook)
        self.order = {id(cell): position for position, cell in enumerate(kept)}
        self.figures = {
            cell.metadata["mystnb"]["figure"]["name"]: position
            for position, cell in enumerate(kept)
            if cell.metadata.get("mystnb", {}).get("figure", {}).get("name")
        }
        self.headings = {e.id: f"Exercise {e.number} · {e.title}" for e in exercises(notebook)}
        self.folder = folder

    def of(self, cell: NotebookNode) -> str:
        """The text of a Markdown cell, without roles, and with links that lead somewhere.

        Raises
        ------
        MarkupError
            If a role is unknown, or refers to something that does not exist.
        """

        def plain(match):
            if match["code"]:
                return match[0]
            if match["role"]:
                return self.role(match, cell)
            return self.link(MARKUP.sub(plain, match["text"]), match["target"], match[0])

        return MARKUP.sub(plain, cell.source)

    def role(self, match: re.Match, cell: NotebookNode) -> str:
        """One role in plain words."""
        role, text = match["role"], match["words"]
        title, _, target = text.rpartition("<")
        title, target = title.strip() or text, target.rstrip(">").strip()
        match role:
            case "glue:text":
                name, _, form = text.partition(":")
                if name not in self.glued:
                    raise MarkupError(f"Cell {cell.id}: no value {name!r} is glued.")
                return format(self.glued[name], form)
            case "numref":
                return self.figure(target, match, cell)
            case "term":
                return title
            case "cite" | "cite:p" | "cite:t":
                cited = [citation(key.strip()) for key in text.split(",")]
                if role == "cite:t":
                    return ", ".join(f"{names} ({year})" for names, year in cited)
                return "(" + "; ".join(f"{names}, {year}" for names, year in cited) + ")"
        raise MarkupError(f"Cell {cell.id}: the role {role!r} has no plain form.")

    def figure(self, name: str, match: re.Match, cell: NotebookNode) -> str:
        """A figure by its place: numbers belong to the book."""
        if name in self.figures:
            words = (
                "the figure below"
                if self.figures[name] > self.order[id(cell)]
                else "the figure above"
            )
        else:
            words = "the figure in the book"
        before = match.string[: match.start()].rstrip(' *_("')
        return words.capitalize() if re.search(r"(\A|[.!?:]|\n)\Z", before) else words

    def link(self, text: str, target: str, link: str) -> str:
        """A link within the folder or to the web; the bare text of any other."""
        if re.match(r"(https?|mailto):", target):
            return link
        page, _, place = target.partition("#")
        if not page and place in self.headings:  # the anchor that JupyterLab gives a heading
            return f"[{text}](#{self.headings[place].replace(' ', '-')})"
        if page in self.folder:
            return f"[{text}]({page})"
        return text


def glued_values(notebook: NotebookNode) -> dict[str, object]:
    """The values that a notebook's stored outputs glue, by name."""
    return {
        output.metadata["scrapbook"]["name"]: ast.literal_eval(output.data[GLUED])
        for cell in notebook.cells
        if "solution" not in tags(cell)
        for output in cell.get("outputs", [])
        if GLUED in output.get("data", {})
    }


@cache
def references(path: Path = REFERENCES) -> dict:
    """The book's references, by key."""
    return dict(parse_file(path).entries)


def citation(key: str) -> tuple[str, str]:
    """Authors and year of a reference, such as ("Efron and Morris", "1975")."""
    if key not in references():
        raise MarkupError(f"There is no reference {key!r} in {REFERENCES.name}.")
    entry = references()[key]
    names = [
        " ".join(person.prelast_names + person.last_names)
        for person in entry.persons.get("author", [])
    ]
    authors = " and ".join(names) if len(names) < 3 else f"{names[0]} et al."
    return authors, entry.fields.get("year", "no year")
