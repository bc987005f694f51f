"""Downloads of chapters: each as it is handed out and, apart from it, one with its solutions.

Sphinx offers the source of a page, which here has claims and solutions in it. The header of a
chapter offers its edition instead; one with exercises offers it below its title, too, and the page
of all exercises offers those of each part as one file.
"""

from pathlib import Path

from docutils import nodes
from sphinx.addnodes import download_reference
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

from course.chapters import editions
from course.chapters.cells import chapters
from course.site.sphinx.exercises import pages_with_exercises, withheld

CHAPTERS = "notebooks/"
LIST = "book/exercises"
FOLDER = "_downloads"
NOTEBOOK = "Notebook"
STUDENT = "Student notebook"
SOLVED = "Chapter with solutions"
ALL = {"activity": "All student notebooks", "beyond": "Those beyond the lecture"}


def setup(app: Sphinx) -> dict:
    """Register the extension (called by Sphinx)."""
    app.connect("doctree-resolved", offer_below_title)
    app.connect("html-page-context", offer_in_header, priority=900)  # after the theme
    app.connect("build-finished", write_downloads)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def offers(page: str, asking: list[str]) -> dict[str, str]:
    """What a page offers: the name of each link, and its address from that page.

    asking: the pages of chapters with exercises.
    """
    folder = "../" * page.count("/") + FOLDER
    if page == LIST:
        parts = dict.fromkeys(other.split("/")[1] for other in asking)
        return {ALL[part]: f"{folder}/{part}.zip" for part in parts}
    if not page.startswith(CHAPTERS):
        return {}
    address = f"{folder}/{page.removeprefix(CHAPTERS)}"
    if page not in asking:
        return {NOTEBOOK: f"{address}.ipynb"}
    solved = {} if withheld() else {SOLVED: f"{address}-with-solutions.ipynb"}
    return {STUDENT: f"{address}.ipynb"} | solved


def offer_below_title(app: Sphinx, doctree: nodes.document, page: str) -> None:
    """Put the links below the title of a chapter with exercises, and of the page of all."""
    asking = pages_with_exercises(app.env)
    if app.builder.name != "html" or page not in [*asking, LIST] or not asking:
        return
    line = nodes.paragraph(text="Download: ")
    for name, address in offers(page, asking).items():
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
            for name, address in offers(page, pages_with_exercises(app.env)).items()
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
    notebooks = Path(app.srcdir, CHAPTERS)
    asking = pages_with_exercises(app.env)
    files = {}
    for path in chapters(notebooks):
        name = path.relative_to(notebooks).as_posix()
        if f"{CHAPTERS}{name}".removesuffix(".ipynb") not in asking:
            # By itself: a link to another chapter would lead nowhere.
            files[name] = editions.as_bytes(editions.handed_out(path))
        elif not withheld():
            files[f"{name.removesuffix('.ipynb')}-with-solutions.ipynb"] = path.read_bytes()
    if asking:
        try:
            student = editions.student_files(notebooks)
        except editions.EditionError as error:
            raise ExtensionError(str(error)) from None
        files |= student | editions.archives(student)
    for name, content in files.items():
        target = Path(app.outdir, FOLDER, name)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
