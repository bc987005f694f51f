"""Exercises in the book: tagged cells become numbered boxes and folded solutions.

sphinx-exercise makes the boxes, and its gated directives gather the cells of a solution. Exercises
keep the numbers of the source, and their headings, which the page's contents and the search list.
A solution is a ``details`` element: closed, open to the keyboard, and readable without a script.

With ``SOLUTIONS=withheld`` in the environment, or where a withheld book was built before, the book
has no solutions and no answer keys.
"""

import os
from itertools import groupby
from pathlib import Path

import nbformat
from docutils import nodes
from nbformat import NotebookNode
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.environment import BuildEnvironment
from sphinx.errors import ConfigError
from sphinx.transforms import SphinxTransform
from sphinx.util.docutils import SphinxDirective
from sphinx_exercise.nodes import exercise_node, solution_node

from course.chapters.cells import exercise_chapters, exercise_id, read, tags, title
from course.chapters.exercises import Exercise, exercises, number_of, parse, to_withhold
from course.site.solutions import SHOWN, VARIABLE, WITHHELD, ChoiceError, choice

LIST_HEAD = ("Exercise", "Kind", "Points")


def setup(app: Sphinx) -> dict:
    """Register the extension (called by Sphinx)."""
    app.setup_extension("sphinx_exercise")
    app.add_config_value("solutions", SHOWN, "env")  # another value: every page is read again
    app.connect("config-inited", note_whether_withheld)
    app.connect("builder-inited", merge_visitors)
    app.add_node(folded_solution, html=(visit_folded_solution, depart_folded_solution))
    app.add_transform(ShapeExercises)
    app.add_directive("exercise-list", ExerciseList)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def withheld() -> bool:
    """Is this a book without solutions?"""
    return os.environ.get(VARIABLE) == WITHHELD


def note_whether_withheld(app: Sphinx, config: Config) -> None:
    """Tell Sphinx, which keeps what it read before, whether solutions are in the book.

    The choice stands in the environment from then on: Jupyter Book may have been called directly.
    """
    try:
        config.solutions = choice(None, Path(app.outdir).parent)
    except ChoiceError as error:
        raise ConfigError(str(error)) from error
    os.environ[VARIABLE] = config.solutions


def merge_visitors(app: Sphinx) -> None:
    """Give the builder ``singlehtml`` the visitors of ``html`` too.

    Sphinx uses only those registered for the builder as soon as there is one, and sphinx-exercise
    registers some: the nodes of all other extensions would then be unknown.
    """
    handlers = app.registry.translation_handlers
    handlers["singlehtml"] = {**handlers.get("html", {}), **handlers.get("singlehtml", {})}


def pages_with_exercises(env: BuildEnvironment) -> list[str]:
    """The pages that have exercises, in alphabetical order; known once all pages are read."""
    registry = getattr(env, "sphinx_exercise_registry", {})
    return sorted({entry["docname"] for entry in registry.values()})


# ------------------------------------------------------------- from cells to directives


def shape(notebook: NotebookNode) -> None:
    """Turn the tagged cells of a chapter into what Sphinx reads, in place.

    A notebook without exercises stays as it is.
    """
    if not any("exercise" in tags(cell) for cell in notebook.cells):
        return
    if withheld():
        withhold(notebook)
    solved = {exercise_id(cell) for cell in notebook.cells if "solution" in tags(cell)}
    cells: list[NotebookNode] = []
    for id, members in groupby(notebook.cells, key=solution_of()):
        group = list(members)
        cells += [shaped(cell, solved) for cell in group if "answer" not in tags(cell)]
        if id:
            start, end = solution_gates(id)
            cells.insert(len(cells) - len(group), start)
            cells.append(end)
    notebook.cells = cells


def withhold(notebook: NotebookNode) -> None:
    """Remove solutions and answer keys."""
    answers = to_withhold(notebook)
    notebook.cells = [cell for cell in notebook.cells if cell.id not in answers]


def solution_of():
    """A function of one cell after the other: the exercise that it helps to solve, or None.

    Claims do not interrupt a solution: they are a part of it.
    """
    current = None

    def of(cell: NotebookNode) -> str | None:
        nonlocal current
        if "solution" in tags(cell):
            current = exercise_id(cell)
        elif "claims" not in tags(cell):
            current = None
        return current

    return of


def solution_gates(id: str) -> list[NotebookNode]:
    """The cells before and after a solution, with the way back."""
    label = id.replace("ex-", "sol-", 1)
    sources = {
        "start": f":::{{solution-start}} {id}\n:label: {label}\n:::",
        "end": f":::{{div}} back\n[Back to Exercise {number_of(id)}](#{id})\n:::\n\n"
        ":::{solution-end}\n:::",
    }
    return [
        nbformat.v4.new_markdown_cell(source, id=f"{label}-{place}")
        for place, source in sources.items()
    ]


def shaped(cell: NotebookNode, solved: set[str | None]) -> NotebookNode:
    """One cell as the book shows it; `solved` are the exercises that have a solution."""
    if "exercise" in tags(cell):
        exercise = parse(cell)
        facts = [exercise.kind.capitalize(), exercise.worth]
        if exercise.id in solved:
            facts.append(f"[Solution](#{exercise.solution_id})")
        elif withheld():
            facts.append("the solution comes later")
        heading = cell.source.strip().partition("\n")[0]
        cell.source = (
            f"{heading}\n\n::::::::{{exercise}}\n:label: {exercise.id}\n:nonumber:\n\n"
            f":::{{div}} exercise-facts\n{' · '.join(facts)}\n:::\n\n{exercise.prompt}\n::::::::"
        )
    elif "check" in tags(cell):
        cell.outputs = []  # what it says about the solution would give it away
    return cell


# ------------------------------------------------------------------- what directives make


class folded_solution(nodes.General, nodes.Element):
    """A solution: a closed ``details`` element."""


def visit_folded_solution(writer, node: folded_solution) -> None:
    """Open the element, with its title as the summary."""
    writer.body.append(writer.starttag(node, "details", CLASS="solution"))
    writer.body.append(f"<summary>{writer.encode(node['summary'])}</summary>\n")


def depart_folded_solution(writer, node: folded_solution) -> None:
    """Close the element."""
    writer.body.append("</details>\n")


class ShapeExercises(SphinxTransform):
    """Put each box under its heading, and each solution into a folded element."""

    default_priority = 11  # right after sphinx-exercise has gathered the gated cells

    def apply(self) -> None:
        """Change the page that is read."""
        for box in list(self.document.findall(exercise_node)):
            self.shape_box(box)
        for solution in list(self.document.findall(solution_node)):
            self.fold(solution)

    def shape_box(self, box: exercise_node) -> None:
        """Drop the title that is in the heading already; links to the box lead to the heading."""
        label, section = box["label"], box.parent
        box["title"] = section[0].astext()
        box[:] = content(box)
        box["ids"].remove(label)
        section["ids"].insert(0, label)
        section["classes"].append("exercise-section")
        self.document.ids[label] = section
        self.allow_links(label, box["title"])

    def fold(self, solution: solution_node) -> None:
        """Replace a solution, so that links to it keep their text (and do not fail)."""
        label = solution["label"]
        title = f"Solution to Exercise {number_of(solution['target_label'])}"
        folded = folded_solution(
            "", *content(solution), ids=[label], names=solution["names"], summary=title
        )
        solution.replace_self(folded)
        self.document.ids[label] = folded
        del self.env.sphinx_exercise_registry[label]  # type: ignore[attr-defined]  # theirs
        self.allow_links(label, title)

    def allow_links(self, label: str, title: str) -> None:
        """Let links from other pages, `page.ipynb#ex-05a`, find their place."""
        slugs = self.env.metadata[self.env.docname].setdefault("myst_slugs", {})
        slugs[label] = (0, label, title)


def content(node: nodes.Element) -> list[nodes.Node]:
    """What sphinx-exercise wraps in a section, whose id would be the same for all."""
    return [child for section in node if isinstance(section, nodes.section) for child in section]


# ------------------------------------------------------------------- the list of exercises


class ExerciseList(SphinxDirective):
    """``{exercise-list}``: all exercises with their kinds and points, a table for each chapter."""

    def run(self) -> list[nodes.Node]:
        """Make the tables."""
        result: list[nodes.Node] = []
        found: list[Exercise] = []
        for path in exercise_chapters(Path(self.env.srcdir, "notebooks")):
            self.env.note_dependency(str(path))
            notebook = read(path)
            asked = exercises(notebook)
            page = f"/notebooks/{path.parent.name}/{path.name}"
            result.append(nodes.rubric("", "", *self.parse_text(f"[{title(notebook)}]({page})")))
            result.append(
                self.table(
                    [
                        (
                            f"[{exercise.number} · {exercise.title}]({page}#{exercise.id})",
                            exercise.kind,
                            f"{exercise.points}{' (bonus)' if exercise.optional else ''}",
                        )
                        for exercise in asked
                    ]
                )
            )
            found += asked
        if not found:
            return [nodes.paragraph(text="There are no exercises yet.")]
        points = sum(exercise.points for exercise in found if not exercise.optional)
        bonus = sum(exercise.points for exercise in found if exercise.optional)
        total = f"Together: {points} points" + (f", and {bonus} bonus points." if bonus else ".")
        return [*result, nodes.paragraph("", "", nodes.strong(text=total))]

    def parse_text(self, text: str) -> list[nodes.Node]:
        """Inline Markdown as nodes."""
        return self.state.inline_text(text, self.lineno)[0]

    def table(self, rows: list[tuple[str, ...]]) -> nodes.table:
        """A table with the list's head."""

        def row(cells):
            return nodes.row(
                "",
                *(
                    nodes.entry("", nodes.paragraph("", "", *self.parse_text(cell)))
                    for cell in cells
                ),
            )

        group = nodes.tgroup(
            "", *(nodes.colspec(colwidth=1) for _ in LIST_HEAD), cols=len(LIST_HEAD)
        )
        group += nodes.thead("", row(LIST_HEAD))
        group += nodes.tbody("", *map(row, rows))
        return nodes.table("", group, classes=["exercise-list"])
