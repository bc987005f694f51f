"""The directive ``{chapters}``: a part's chapters as cards with number, question and figure."""

import io
from collections.abc import Callable
from html import escape

import matplotlib.pyplot as plt
from docutils import nodes
from matplotlib.figure import Figure
from nbformat import NotebookNode
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from course import diagrams
from course.chapters.cells import chapters, minutes, question, read, title
from course.paths import NOTEBOOKS
from course.site.figures import thumbnail

SVG = "image/svg+xml"
#: The pictures of chapters whose figures are all in solutions.
MODELS: dict[str, Callable[[], Figure]] = {
    "02-complete-pooled": diagrams.complete_pooling,
    "03-no-pooled": diagrams.no_pooling,
    "04-hierarchical": diagrams.partial_pooling,
}
CARD = """\
<li><a href="{link}">{picture}
<span class="card-number">{number}</span>
<span class="card-title">{title}</span>
<span class="card-question">{question}</span>
<span class="card-minutes">{minutes} minutes</span></a></li>"""


def setup(app: Sphinx) -> dict:
    """Register the extension (called by Sphinx)."""
    app.add_directive("chapters", Cards)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


class Cards(SphinxDirective):
    """``{chapters} lecture``: the argument is a folder of `notebooks`."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """A list of links."""
        cards = []
        part = [path for path in chapters() if path.parent.name == self.arguments[0]]
        for number, path in enumerate(part, 1):
            self.env.note_dependency(str(path))
            notebook = read(path)
            page = f"notebooks/{path.relative_to(NOTEBOOKS).with_suffix('').as_posix()}"
            cards.append(
                CARD.format(
                    link=self.env.app.builder.get_relative_uri(self.env.docname, page),
                    picture=thumbnail(lead_figure(path.stem, notebook), f"{path.stem}-"),
                    number=number,
                    title=escape(title(notebook)),
                    question=escape(question(notebook).replace("*", "")),
                    minutes=minutes(notebook),
                )
            )
        return [nodes.raw("", f"<ol class='cards'>{''.join(cards)}</ol>", format="html")]


def lead_figure(name: str, notebook: NotebookNode) -> str:
    """The first figure of a chapter outside of solutions, as SVG; else the picture of its model."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if SVG in output.get("data", {}) and "solution" not in cell.metadata.get("tags", []):
                return output.data[SVG]
    if name not in MODELS:
        raise ValueError(f"{name} has no figure outside of solutions: give it a picture in MODELS.")
    file = io.StringIO()
    with plt.style.context("course.book"):
        figure = MODELS[name]()
        figure.savefig(file, format="svg", metadata={"Date": None})
    plt.close(figure)
    return file.getvalue()
