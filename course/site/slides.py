"""The chapters of the lecture and beyond it as reveal.js decks; no network is needed to show them.

A cell's ``slideshow`` metadata says where it goes, as in Jupyter: ``slide`` and ``subslide`` begin
one, ``-`` continues it, ``notes`` are the speaker's, ``skip`` stays in the book. Of a Markdown
cell, a slide shows headings, lists, tables and formulas; its sentences become speaker's notes. A
slide without a heading has that of its section. Code is shown where nothing else is, and where the
metadata say ``"code": true``, which is where the code is the point. A figure that is higher than
wide takes two slides.
"""

import re
import shutil
from html import escape
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.amsmath import amsmath_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin
from nbformat import NotebookNode
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from course.chapters import prose
from course.chapters.cells import chapters, title
from course.chapters.slips import SlipError, read_chapter
from course.paths import PROJECT
from course.site import book
from course.site.figures import halves
from course.site.solutions import ChoiceError, choice
from course.site.sphinx.cells import copy_mathjax_to, folder_of
from course.site.sphinx.figures import write_fonts_to

REVEAL_PARTS = (
    "LICENSE",
    "dist/reset.css",
    "dist/reveal.css",
    "dist/reveal.js",
    "plugin/notes/notes.js",
    "plugin/notes/speaker-view.html",
)
SHOWN = {
    "heading_open",
    "bullet_list_open",
    "ordered_list_open",
    "table_open",
    "math_block",
    "amsmath",
    "fence",
}
HEADING = r"<h[23]>(?:(?!</h).)*</h[23]>"
DTYPE = re.compile(r"\n(Name: .*, )?dtype: \w+$")  # the last line of a pandas series
DECK = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="stylesheet" href="reveal/dist/reset.css">
<link rel="stylesheet" href="reveal/dist/reveal.css">
<link rel="stylesheet" href="figures.css">
<link rel="stylesheet" href="slides.css">
<script>MathJax = {{options: {{enableMenu: false}}}};</script>
<script src="mathjax/tex-chtml.js"></script>
</head>
<body>
<div class="reveal"><div class="slides">
{slides}
</div></div>
<script src="reveal/dist/reveal.js"></script>
<script src="reveal/plugin/notes/notes.js"></script>
<script src="slides.js"></script>
</body>
</html>
"""
#: Folders of chapters that have slides, and what they are called.
PARTS = {"lecture": "The lecture", "beyond": "Beyond the lecture"}
INDEX = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Slides</title><link rel="stylesheet" href="slides.css"></head>
<body class="contents"><main><h1>Slides</h1>
<p>Arrow keys lead on, S opens the speaker's notes, Esc shows all slides.</p>
{links}
</main></body>
</html>
"""


def renderer() -> MarkdownIt:
    """Markdown to HTML, formulas left for MathJax."""
    md = MarkdownIt("commonmark", {"html": False}).enable("table")
    md.use(dollarmath_plugin).use(amsmath_plugin)

    def rule(before, after):
        return lambda _, tokens, k, *__: before + escape(tokens[k].content.strip()) + after

    md.add_render_rule("math_inline", rule(r"\(", r"\)"))
    md.add_render_rule("math_inline_double", rule(r"\[", r"\]"))
    md.add_render_rule("math_block", rule(r"<div>\[", r"\]</div>"))
    md.add_render_rule("amsmath", rule("<div>", "</div>"))
    return md


def split(source: str, md: MarkdownIt) -> tuple[str, str]:
    """The HTML of what a slide shows of some Markdown, and of what is said."""
    parts: tuple[list[Token], list[Token]] = ([], [])
    tokens, start, depth = md.parse(source), 0, 0
    for k, token in enumerate(tokens):
        depth += token.nesting
        if depth == 0:  # the end of a block
            parts[0 if tokens[start].type in SHOWN else 1].extend(tokens[start : k + 1])
            start = k + 1
    return tuple(md.renderer.render(part, md.options, {}) for part in parts)


def code_html(cell: NotebookNode) -> list[str]:
    """A code cell: what it shows, and its code where that is the point; slide by slide."""
    parts, more = [], []
    if not cell.outputs or cell.metadata.slideshow.get("code"):
        parts.append(highlight(cell.source, PythonLexer(), HtmlFormatter()))
    figure = cell.metadata.get("mystnb", {})
    for output in cell.outputs:
        data = output.get("data", {})
        if "image/svg+xml" in data:
            alt = figure.get("image", {}).get("alt", "")
            pictures = halves(data["image/svg+xml"], alt, f"{cell.id}-")
            parts.append(pictures[0])
            more += pictures[1:]
        elif "image/png" in data:
            alt = escape(figure.get("image", {}).get("alt", ""))
            parts.append(f'<img alt="{alt}" src="data:image/png;base64,{data["image/png"]}">')
        elif "text/html" in data:
            parts.append(f'<div class="table">{data["text/html"]}</div>')
        elif text := data.get("text/plain") or output.get("text"):
            parts.append(f"<pre>{escape(DTYPE.sub('', text))}</pre>")
    return ["\n".join(parts), *more]


def with_heading(shown: str, section: str) -> tuple[str, str]:
    """What a slide shows, below the heading of its section if it has none; and that heading."""
    if own := re.match(HEADING, shown, re.DOTALL):
        return shown, own[0]
    return (shown if "<h1>" in shown else section + shown), section


def deck(notebook: NotebookNode) -> str:
    """A chapter as one HTML page."""
    md, words = renderer(), prose.for_edition(notebook, set())
    slides: list[tuple[str, str]] = []  # what is shown and what is said, slide by slide
    for cell in notebook.cells:
        place = cell.metadata.get("slideshow", {}).get("slide_type", "skip")
        if place == "skip":
            continue
        alone = bool(slides) and re.fullmatch(HEADING, slides[-1][0].strip(), re.DOTALL)
        if place == "slide" or (place == "subslide" and not alone):  # no heading alone on a slide
            slides.append(("", ""))
        more: list[str] = []
        if cell.cell_type == "code":
            (shown, *more), said = code_html(cell), ""
        else:
            source, _, answers = words(cell.source).partition("<details>")  # of a quiz
            shown, said = split(source, md)
            if "quiz" in cell.metadata.get("tags", []):
                question = source.removeprefix("**Check yourself.** ")
                shown = f"<h2>Check yourself</h2>{md.render(question)}"
                said = split(answers.partition("</summary>")[2].partition("</details>")[0], md)[0]
            elif "objectives" in cell.metadata.get("tags", []):
                shown = f"<h2>After this chapter you can</h2>{shown}"
            elif source.startswith("# "):
                shown, said = f'<div class="title">{md.render(source)}</div>', ""
            elif place == "notes":
                shown, said = "", md.render(source)
        slides[-1] = (slides[-1][0] + shown, slides[-1][1] + said)
        slides += [(other, "") for other in more]
    section, parts = "", []
    for shown, said in slides:
        shown, section = with_heading(shown, section)
        parts.append(
            f'<section><div class="fit">{shown}</div><aside class="notes">{said}</aside></section>'
        )
    return DECK.format(title=escape(title(notebook)), slides="\n".join(parts))


def write(folder: Path) -> None:
    """Write a deck for each chapter of the lecture and beyond it, and a page that lists them."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    parts = []
    for part, head in PARTS.items():
        links = []
        for path in chapters():
            if path.parent.name == part:
                notebook = read_chapter(path)
                (folder / f"{path.stem}.html").write_text(deck(notebook), encoding="utf-8")
                links.append(f'<li><a href="{path.stem}.html">{escape(title(notebook))}</a></li>')
        parts.append(f"<h2>{head}</h2>\n<ol>\n{'\n'.join(links)}\n</ol>")
    (folder / "index.html").write_text(INDEX.format(links="\n".join(parts)), encoding="utf-8")
    reveal = folder_of("sphinx_revealjs") / "_static" / "revealjs"
    for part in REVEAL_PARTS:
        (folder / "reveal" / part).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(reveal / part, folder / "reveal" / part)
    copy_mathjax_to(folder / "mathjax")
    for name in ("slides.css", "slides.js"):
        shutil.copy(Path(__file__).with_name(name), folder)
    shutil.copy(PROJECT / "assets" / "figures.css", folder)
    write_fonts_to(folder)
    print(f"The slides are ready: {folder / 'index.html'}")


def make(output: Path = PROJECT, solutions: str | None = None) -> int:
    """Write the decks, then the book, which offers them from then on; return an exit code.

    `solutions` is "shown" or "withheld", as for the book; the decks have none.
    """
    try:
        solutions = choice(solutions, output / "_build")
        write(output / "_build" / "slides")
    except (ChoiceError, SlipError) as error:
        print(error)
        return 2
    return book.build(output, solutions=solutions)
