"""Downloads of an activity chapter: the student edition and, apart from it, the solutions.

Sphinx offers the source of a page, which here has the solutions in it. These pages offer the
student edition instead, from their header and below their title.
"""

import shutil
from pathlib import Path

import nbformat
from docutils import nodes
from sphinx.addnodes import download_reference
from sphinx.application import Sphinx

from course import editions
from course.sphinx_exercises import withheld

PAGES = "notebooks/activity/"
FOLDER = "_downloads"
STUDENT = "Student notebook"
SOLVED = "Chapter with solutions"


def setup(app: Sphinx) -> dict:
    """Register the extension (called by Sphinx)."""
    app.connect("doctree-resolved", offer_below_title)
    app.connect("html-page-context", offer_in_header, priority=900)  # after the theme
    app.connect("build-finished", write_downloads)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def offers(page: str) -> dict[str, str]:
    """What an activity page offers: the name of the link, and its address from that page."""
    folder = "../" * page.count("/") + FOLDER
    name = page.removeprefix(PAGES)
    links = {STUDENT: f"{folder}/{name}.ipynb"}
    if not withheld():
        links[SOLVED] = f"{folder}/{name}-with-solutions.ipynb"
    return links


def offer_below_title(app: Sphinx, doctree: nodes.document, page: str) -> None:
    """Put the links below the title of an activity page."""
    if not page.startswith(PAGES) or app.builder.name != "html":
        return
    line = nodes.paragraph(text="Download: ")
    for name, address in offers(page).items():
        if len(line) > 1:
            line += nodes.Text(" · ")
        line += download_reference("", name, refuri=address)
    section = next(doctree.findall(nodes.section))
    section.insert(1, nodes.container("", line, classes=["chapter-downloads"]))


def offer_in_header(app: Sphinx, page: str, template: str, context: dict, doctree) -> None:
    """Let the download menu of an activity page offer editions, not the page's source."""
    if not page.startswith(PAGES):
        return
    context["sourcename"] = ""  # Sphinx then copies no source
    for group in context["header_buttons"]:
        if group["label"] != "download-buttons":
            continue
        others = [button for button in group["buttons"] if button["type"] == "javascript"]
        group["buttons"] = [
            {"type": "link", "url": address, "text": name, "tooltip": f"Download: {name}",
             "icon": "fas fa-file", "label": f"download-{name.split()[0].lower()}-button"}
            for name, address in offers(page).items()] + others


def write_downloads(app: Sphinx, exception: Exception | None) -> None:
    """Write the files that activity pages offer."""
    if exception or app.builder.name != "html":
        return
    folder = Path(app.outdir, FOLDER)
    for page in sorted(app.env.found_docs):
        if page.startswith(PAGES):
            folder.mkdir(exist_ok=True)
            source, name = Path(app.env.doc2path(page)), page.removeprefix(PAGES)
            student = editions.student(nbformat.read(source, as_version=4))
            (folder / f"{name}.ipynb").write_bytes(editions.as_bytes(student))
            if not withheld():
                shutil.copyfile(source, folder / f"{name}-with-solutions.ipynb")
