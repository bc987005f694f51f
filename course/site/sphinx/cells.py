"""The Sphinx extension of this book: tagged cells, local MathJax, the number ledger as a page.

Chapters carry no directive fences, so that they read well as plain notebooks. What a tagged
Markdown cell becomes in the book is decided here (`WRAPPERS`).
"""

import shutil
from functools import cache
from importlib.util import find_spec
from itertools import groupby
from pathlib import Path
from typing import cast

import nbformat
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective, SphinxRole
from sphinxcontrib.bibtex.domain import BibtexDomain
from sphinxcontrib.bibtex.nodes import bibliography as bibliography_node

from course.chapters import claims, prose, slips, stored_numbers
from course.chapters.cells import chapters, question, read, tags, title
from course.ledger.ours import own_numbers
from course.ledger.published import Number, numbers
from course.paths import NOTEBOOKS
from course.site.sphinx import exercises as sphinx_exercises

# What pages with formulas load, out of the 24 MB that the package carries.
MATHJAX_PARTS = ("tex-chtml.js", "input/tex/extensions", "output/chtml/fonts/woff-v2")
MATHJAX_FOLDER = "mathjax"
LEDGER_HEAD = (
    "Number",
    "Published",
    "Exact, R's priors",
    "Exact, our priors",
    "Computed here",
    "MCSE",
    "Verdict",
)
OWN_HEAD = ("Number", "Truth", "Computed here", "Verdict")


# Ids of cells that only prepare: the book folds them to a line.
SETUP = ("setup", "one-thread")
# Tag of a Markdown cell: the directive that it becomes in the book.
WRAPPERS = {
    "objectives": "::::::{div} objectives",
    "erratum": "::::::{margin}",
    "interactive": "::::::{div} interactive",
    "quiz": "::::::{div} quiz",
}


def setup(app: Sphinx) -> dict:
    """Register the extension (called by Sphinx)."""
    app.config.mathjax_path = f"{MATHJAX_FOLDER}/tex-chtml.js"
    app.connect("env-get-outdated", pages_with_old_assets)
    app.connect("build-finished", copy_mathjax)
    app.connect("doctree-read", know_terms_and_references)
    app.config.nb_custom_formats = {".ipynb": "course.site.sphinx.cells.read_notebook"}
    app.add_directive("number-ledger", NumberLedger)
    app.add_directive("own-ledger", OwnLedger)
    app.add_role("ledger", LedgerValue())
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def read_notebook(text: str) -> nbformat.NotebookNode:
    """Read a chapter for Sphinx: numbers without their expressions, tagged cells as they show.

    Raises `course.chapters.slips.SlipError` where the metadata of a cell has a slip.
    """
    notebook = nbformat.reads(text, as_version=4)
    slips.check(notebook, title(notebook))
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = prose.plain(cell.source)
            for tag in WRAPPERS.keys() & tags(cell):
                cell.source = f"{WRAPPERS[tag]}\n{cell.source}\n::::::"
        elif "key-numbers" in tags(cell):  # its output folds itself
            cell.metadata["tags"] = [*cell.metadata.tags, "remove-input"]
        elif "claims" in tags(cell):
            fold(cell, claims_in_words(cell.source))
        elif cell.get("id") in SETUP:
            fold(cell, "Imports and data")
    open_with_question(notebook)
    sphinx_exercises.shape(notebook)
    return notebook


def open_with_question(notebook: nbformat.NotebookNode) -> None:
    """Show the question below the title in large type."""
    if asked := question(notebook):
        heading = f"# {title(notebook)}"
        notebook.cells[0].source = f"{heading}\n\n::::::{{div}} chapter-question\n{asked}\n::::::"


def fold(cell: nbformat.NotebookNode, words: str) -> None:
    """Show a cell of code as one line, which opens."""
    cell.metadata["tags"] = [*cell.metadata.get("tags", []), "hide-input"]
    cell.metadata["mystnb"] = {"code_prompt_show": words, "code_prompt_hide": words}


def claims_in_words(source: str) -> str:
    """How many claims a cell asserts: "3 claims, checked"."""
    count = len(claims.words(source))
    return f"{count} claim{'s' * (count != 1)}, checked"


def know_terms_and_references(app: Sphinx, doctree: nodes.document) -> None:
    """Let chapters link to a term or a reference as to any place of a page.

    `glossary.md#term-complete-pooling` and `references.md#efron1975` are anchors that Sphinx and
    its bibliography make, and that MyST does not know of.
    """
    slugs = app.env.metadata[app.env.docname].setdefault("myst_slugs", {})
    for term in doctree.findall(nodes.term):
        for id in term["ids"]:
            slugs[id] = (0, id, term.astext())
    if any(doctree.findall(bibliography_node)):
        references = cast(BibtexDomain, app.env.get_domain("cite"))
        for entry in references.get_entries(list(references.bibdata.bibfiles)):
            id = nodes.make_id(entry.key)
            slugs[id] = (0, id, entry.key)


def pages_with_old_assets(app: Sphinx, env: BuildEnvironment, *_) -> set[str]:
    """All pages, if an asset of ours changed: Sphinx copies assets only when it renders a page."""
    assets, copies = Path(app.srcdir, "assets"), Path(app.outdir, "_static")
    for asset in filter(Path.is_file, assets.rglob("*")):
        copy = copies / asset.relative_to(assets)
        if not copy.is_file() or copy.read_bytes() != asset.read_bytes():
            return env.found_docs
    return set()


def copy_mathjax(app: Sphinx, exception: Exception | None) -> None:
    """Copy MathJax into the book, so that no page needs the network."""
    target = Path(app.outdir, "_static", MATHJAX_FOLDER)
    if not exception and app.builder.format == "html" and not target.is_dir():
        copy_mathjax_to(target)


def folder_of(package: str) -> Path:
    """The folder of an installed package, which is not imported."""
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(f"{package} is not installed: pip install -r requirements.txt")
    return Path(spec.submodule_search_locations[0])


def copy_mathjax_to(target: Path) -> None:
    """Copy what we use of MathJax from its installed package to a folder."""
    package = folder_of("sphinx-mathjax-offline")
    for part in MATHJAX_PARTS:
        source = package / "static" / "mathjax" / part
        (target / part).parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if source.is_dir() else shutil.copy)(source, target / part)


def stored_rows(env: BuildEnvironment) -> dict[str, tuple[dict, str]]:
    """Each stored ledger row and its chapter; a page that asks is rendered again with it."""
    paths = chapters()
    for path in paths:
        env.note_dependency(str(path))
    return read_stored_rows(tuple((path, path.stat().st_mtime_ns) for path in paths))


@cache
def read_stored_rows(versions: tuple[tuple[Path, int], ...]) -> dict[str, tuple[dict, str]]:
    """The rows of the chapters, read once for each version of their files."""
    table = stored_numbers.stored([path for path, _ in versions])
    return {row["id"]: (row, f"/notebooks/{row['notebook']}") for row in table.to_dict("records")}


class LedgerValue(SphinxRole):
    """``{ledger}`hier-sigma-mu exact_source` ``: one value of a ledger row, as printed.

    The second word is a column: published, exact_source, exact, computed, mcse or verdict.
    """

    def run(self) -> tuple[list[nodes.Node], list]:
        number, column = self.text.split()
        rows = stored_rows(self.env)
        if number not in rows or column not in rows[number][0]:
            message = self.inliner.reporter.error(
                f"The notebooks have no {column!r} of a number {number!r}.", line=self.lineno
            )
            return [self.inliner.problematic(self.rawtext, self.rawtext, message)], [message]
        return [nodes.Text(rows[number][0][column].replace("-", "\N{MINUS SIGN}"))], []


class NumberLedger(SphinxDirective):
    """``{number-ledger}``: every published number of one source, as the notebooks printed them.

    The argument is the source: ``lecture`` or ``activity``.
    """

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        if self.arguments[0] == "activity" and sphinx_exercises.withheld():
            return [nodes.paragraph(text="These numbers come with the solutions, later.")]
        rows = stored_rows(self.env)
        result: list[nodes.Node] = []
        body, section, model = nodes.tbody(), None, None
        for number in numbers().values():
            if number.source != self.arguments[0]:
                continue
            # Many definitions begin alike, "posterior of ...; ": say that once, above the table.
            head, _, tail = number.definition.partition("; ")
            if not head.startswith("posterior of"):
                head, tail = "", number.definition
            if number.section != section:
                result.append(nodes.rubric(text=number.section))
            if number.section != section or head != model:
                if head:
                    result.append(nodes.paragraph(text=f"{head[0].upper()}{head[1:]}:"))
                result.append(table := ledger_table(LEDGER_HEAD))
                body = next(table.findall(nodes.tbody))
            section, model = number.section, head
            body += self.row(number, tail, *rows.get(number.id, (None, None)))
        return result

    def row(self, number: Number, definition: str, stored: dict | None, page: str | None):
        """A table row: what the number is, linked to its chapter, then its values."""
        name = nodes.paragraph("", "", nodes.strong(text=number.quantity))
        name += nodes.Text(f": {definition}")
        if stored is None:
            code = nodes.paragraph("", "", nodes.literal(text=number.id))
            cells = [number.published, "", "", "", "", "not in the book yet"]
        else:
            link, _ = self.state.inline_text(f"[`{number.id}`]({page}.ipynb)", self.lineno)
            code = nodes.paragraph("", "", *link)
            cells = [
                number.published,
                stored["exact_source"],
                stored["exact"],
                stored["computed"],
                stored["mcse"],
                stored["verdict"],
            ]
        return nodes.row(
            "",
            nodes.entry("", name, code),
            *(nodes.entry("", nodes.paragraph(text=cell)) for cell in cells),
        )


class OwnLedger(SphinxDirective):
    """``{own-ledger}``: the numbers of our own, by chapter, as the notebooks printed them."""

    def run(self) -> list[nodes.Node]:
        for path in chapters():
            self.env.note_dependency(str(path))
        stored = stored_numbers.stored_ours().set_index("id")
        result: list[nodes.Node] = []
        for notebook, declared in groupby(own_numbers().values(), lambda each: each.notebook):
            page = f"[{title(read(NOTEBOOKS / f'{notebook}.ipynb'))}](/notebooks/{notebook}.ipynb)"
            link, _ = self.state.inline_text(page, self.lineno)
            result += [nodes.rubric("", "", *link), table := ledger_table(OWN_HEAD)]
            body = next(table.findall(nodes.tbody))
            for number in declared:
                values = stored.loc[number.id, ["truth", "computed", "verdict"]]
                texts = [text.replace("-", "\N{MINUS SIGN}") for text in values]
                name = nodes.paragraph("", "", nodes.strong(text=number.words))
                code = nodes.paragraph("", "", nodes.literal(text=number.id))
                cells = [nodes.entry("", nodes.paragraph(text=text)) for text in texts]
                body += nodes.row("", nodes.entry("", name, code), *cells)
        return result


def ledger_table(head: tuple[str, ...]) -> nodes.table:
    """An empty table with a ledger's head."""
    group = nodes.tgroup("", *(nodes.colspec(colwidth=1) for _ in head), cols=len(head))
    group += nodes.thead(
        "", nodes.row("", *(nodes.entry("", nodes.paragraph(text=text)) for text in head))
    )
    group += nodes.tbody()
    return nodes.table("", group, classes=["number-ledger"])
