"""Downloads of chapters: each as it is handed out and, apart from it, an activity's solutions.

Sphinx offers the source of a page, which here has claims and solutions in it. The header of a
chapter offers its edition instead; an activity chapter offers it below its title, too, and the page
of all exercises offers all of the activity as one file.
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

CHAPTERS = "notebooks/"
PAGES = f"{CHAPTERS}activity/"
LIST = "book/exercises"
FOLDER = "_downloads"
NOTEBOOK = "Notebook"
STUDENT = "Student notebook"
SOLVED = "Chapter with solutions"
ALL = "All student notebooks"


def setup(app: Sphinx) -> dict:
    """Register the extension (called by Sphinx)."""
    app.connect("doctree-resolved", offer_below_title)
    app.connect("html-page-context", offer_in_header, priority=900)  # after the theme
    app.connect("build-finished", write_downloads)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def is_lesson(page: str) -> bool:
    """Is a page a chapter to read, one without exercises?"""
    return page.startswith(CHAPTERS) and not page.startswith(PAGES)


def offers(page: str) -> dict[str, str]:
    """What a page offers: the name of each link, and its address from that page."""
    folder = "../" * page.count("/") + FOLDER
    if page == LIST:
        return {ALL: f"{folder}/{editions.ARCHIVE}"}
    if is_lesson(page):
        return {NOTEBOOK: f"{folder}/{page.removeprefix(CHAPTERS)}.ipynb"}
    if not page.startswith(PAGES):
        return {}
    name = page.removeprefix(PAGES)
    links = {STUDENT: f"{folder}/{name}.ipynb"}
    if not withheld():
        links[SOLVED] = f"{folder}/{name}-with-solutions.ipynb"
    return links


def offer_below_title(app: Sphinx, doctree: nodes.document, page: str) -> None:
    """Put the links below the title of a page of the activity."""
    if is_lesson(page) or not offers(page) or app.builder.name != "html":
        return
    line = nodes.paragraph(text="Download: ")
    for name, address in offers(page).items():
        if len(line) > 1:
            line += nodes.Text(" · ")
        line += download_reference("", name, refuri=address)
    section = next(doctree.findall(nodes.section))
    section.insert(1, nodes.container("", line, classes=["chapter-downloads"]))


def offer_in_header(app: Sphinx, page: str, template: str, context: dict, doctree) -> None:
    """Let the download menu of a chapter offer editions, not the page's source."""
    if not page.startswith(CHAPTERS):
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
    for page in filter(is_lesson, app.env.found_docs):
        target = folder / f"{page.removeprefix(CHAPTERS)}.ipynb"
        target.parent.mkdir(parents=True, exist_ok=True)
        # By itself: a link to another chapter would lead nowhere.
        lesson = editions.handed_out(Path(app.srcdir, f"{page}.ipynb"))
        target.write_bytes(editions.as_bytes(lesson))
    if not activity_chapters(chapters):
        return
    try:
        files = editions.student_files(chapters)
    except editions.EditionError as error:
        raise ExtensionError(str(error)) from None
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
        if not withheld():
            solved = f"{name.removesuffix('.ipynb')}-with-solutions.ipynb"
            shutil.copyfile(chapters / name, folder / solved)
    (folder / editions.ARCHIVE).write_bytes(editions.archive(files))
