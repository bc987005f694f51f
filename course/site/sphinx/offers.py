"""The directive ``{offers}``: links to the PDF and the slides, if they were made.

``make pdf`` and ``make slides`` leave their results beside the rendered book, in ``_build``; the
book takes a copy along. Without them the directive shows nothing.
"""

import shutil
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective

FOLDER = "_print"


class offers_node(nodes.General, nodes.Element):
    """Where the links go."""


def setup(app: Sphinx) -> dict:
    """Register the extension (called by Sphinx)."""
    app.add_directive("offers", Offers)
    app.add_node(offers_node)
    app.connect("env-get-outdated", pages_with_old_offers)
    app.connect("doctree-resolved", link)
    app.connect("build-finished", copy)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def made(app: Sphinx) -> dict[str, Path]:
    """What was made for this kind of book: the text of its link, and the file or folder."""
    build = Path(app.outdir).parent
    found = {
        "The book as a PDF": build / f"pdf-{app.config.solutions}" / "hierarchical-models.pdf",
        "Slides of the lecture and beyond": build / "slides",
    }
    return {
        text: path
        for text, path in found.items()
        if path.is_file() or (path / "index.html").is_file()
    }


class Offers(SphinxDirective):
    """``{offers}``"""

    def run(self) -> list[nodes.Node]:
        """Keep the place."""
        self.env.metadata[self.env.docname]["offers"] = True
        return [offers_node()]


def pages_with_old_offers(app: Sphinx, env: BuildEnvironment, *_) -> list[str]:
    """The pages with the directive, if something was made or removed since the last build."""
    now = sorted(made(app))
    old = getattr(env, "book_offers", now)
    env.book_offers = now  # type: ignore[attr-defined]  # ours, kept with the environment
    return (
        [] if old == now else [page for page in env.found_docs if env.metadata[page].get("offers")]
    )


def link(app: Sphinx, doctree: nodes.document, page: str) -> None:
    """Put the links in their place."""
    for place in list(doctree.findall(offers_node)):
        found = made(app) if app.builder.name == "html" else {}
        line = nodes.paragraph(text="Also: " if found else "", classes=["offers"])
        for text, path in found.items():
            if len(line) > 1:
                line += nodes.Text(" · ")
            address = f"{FOLDER}/{path.name}" + ("/index.html" if path.is_dir() else "")
            line += nodes.reference("", text, refuri="../" * page.count("/") + address)
        place.replace_self([line] if found else [])


def copy(app: Sphinx, exception: Exception | None) -> None:
    """Copy what is offered into the rendered book, and nothing else."""
    if exception or app.builder.name != "html":
        return
    target = Path(app.outdir, FOLDER)
    shutil.rmtree(target, ignore_errors=True)
    for path in made(app).values():
        target.mkdir(exist_ok=True)
        (shutil.copytree if path.is_dir() else shutil.copy)(path, target / path.name)
