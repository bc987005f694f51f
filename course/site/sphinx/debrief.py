"""The notes for the debrief in the page on teaching, where solutions are shown.

They say what groups get wrong, and so what is right: they lie in the instructors' folder, and the
line ``<!-- debrief -->`` of a page becomes their text, or a sentence that says where they are.
"""

from sphinx.application import Sphinx

from course.paths import DEBRIEF
from course.site.sphinx.exercises import withheld

MARKER = "<!-- debrief -->"
ELSEWHERE = (
    "They answer the exercises, so this book, which has no solutions, does not show them. "
    "Instructors find them in the project, in `instructors/debrief.md`."
)


def setup(app: Sphinx) -> dict:
    """Register the extension (called by Sphinx)."""
    app.connect("source-read", insert)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def insert(app: Sphinx, page: str, source: list[str]) -> None:
    """Put the notes, or where to find them, in the place of the marker."""
    if MARKER not in source[0]:
        return
    text = ELSEWHERE
    if not withheld() and DEBRIEF.is_file():
        app.env.note_dependency(str(DEBRIEF))
        text = DEBRIEF.read_text(encoding="utf-8")
    source[0] = source[0].replace(MARKER, text)
