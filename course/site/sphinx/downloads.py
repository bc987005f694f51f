"""Downloads of an activity chapter: the student edition and, apart from it, the solutions.

Sphinx offers the source of a page, which here has the solutions in it. These pages offer the
student edition instead, from their header and below their title; the page of all exercises offers
all of it as one file.
"""

import shutil
from pathlib import Path

from docutils import nodes
from sphinx.addnodes import download_reference
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

from course.chapters import editions
from course.chapters.cells import activity_chapters
from course.site.sphinx.exercises import withheld

PAGES = "notebooks/activity/"
LIST = "book/exercises"
FOLDER = "_downloads"
STUDENT = "Student notebook"
SOLVED = "Chapter with solutions"
ALL = "All student notebooks"


def setup(app: Sphinx) -> dict:
    """Register the extension (called by Sphinx)."""
    app.connect("doctree-resolved", offer_below_title)
    app.connect("html-page-context", offer_in_header, priority=900)  # after the theme
    app.connect("build-finished", write_downloads)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def offers(page: str) -> dict[str, str]:
    """What a page offers: the name of each link, and its address from that page."""
    folder = "../" * page.count("/") + FOLDER
    if page == LIST:
        return {ALL: f"{folder}/{editions.ARCHIVE}"}
    if not page.startswith(PAGES):
        return {}
    name = page.removeprefix(PAGES)
    links = {STUDENT: f"{folder}/{name}.ipynb"}
    if not withheld():
        links[SOLVED] = f"{folder}/{name}-with-solutions.ipynb"
    return links


def offer_below_title(app: Sphinx, doctree: nodes.document, page: str) -> None:
    """Put the links below the title of a page."""
    if not offers(page) or app.builder.name != "html":
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
            {
                "type": "link",
                "url": address,
                "text": name,
                "tooltip": f"Download: {name}",
                "icon": "fas fa-file",
                "label": f"download-{name.split()[0].lower()}-button",
            }
            for name, address in offers(page).items()
        ] + others


def write_downloads(app: Sphinx, exception: Exception | None) -> None:
    """Write the files that pages offer.

    Raises
    ------
    ExtensionError
        If a student edition would give answers away.
    """
    if exception or app.builder.name != "html":
        return
    chapters = Path(app.srcdir, PAGES)
    folder = Path(app.outdir, FOLDER)
    if not activity_chapters(chapters):
        return
    try:
        files = editions.student_files(chapters)
    except editions.EditionError as error:
        raise ExtensionError(str(error)) from None
    folder.mkdir(exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
        if not withheld():
            solved = f"{name.removesuffix('.ipynb')}-with-solutions.ipynb"
            shutil.copyfile(chapters / name, folder / solved)
    (folder / editions.ARCHIVE).write_bytes(editions.archive(files))
