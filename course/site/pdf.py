"""The whole book as one PDF: rendered as a single page, rearranged for paper, printed."""

import os
import subprocess
import sys
from pathlib import Path
from typing import BinaryIO, cast

from pypdf import PdfReader, PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject

from course import __version__
from course.paths import PROJECT
from course.site import book, browser
from course.site.solutions import VARIABLE, ChoiceError, choice, in_words

REARRANGE = Path(__file__).with_name("print.js")
FILL_IN = """pages => document.querySelectorAll(".print-contents a").forEach(link => {
  link.querySelector(".page").textContent = pages[link.getAttribute("href").slice(1)];
})"""


def path(output: Path, solutions: str) -> Path:
    """Where the PDF is. One with solutions is never mistaken for one without."""
    return output / "_build" / f"pdf-{solutions}" / "hierarchical-models.pdf"


def make(output: Path = PROJECT, solutions: str | None = None) -> int:
    """Write the book as a tagged PDF with an outline, solutions at its end; return an exit code.

    `solutions` is "shown" or "withheld", as for the book.
    """
    try:
        solutions = choice(solutions, output / "_build")
    except ChoiceError as error:
        print(error)
        return 2
    if browser.CHROMIUM is None:
        print(f"The PDF was not made: {browser.HOW_TO_GET_IT}")
        return 1
    if (code := book.build(output, solutions=solutions)) != 0:
        return code
    target = path(output, solutions)
    target.parent.mkdir(parents=True, exist_ok=True)
    print("Printing the book ...")
    page = single_page(target.parent, solutions)
    if page is None:
        print("The book was not rendered cleanly; the messages above say where.")
        return 1
    print_page(page, target)
    print(f"The PDF is ready, {in_words(solutions)}: {target}")
    return book.build(output, solutions=solutions)  # which now offers the PDF


def single_page(folder: Path, solutions: str) -> Path | None:
    """Render the book as one long page in a folder; None if that failed."""
    command = [
        sys.executable,
        "-c",
        "from jupyter_book.cli.main import main; main()",
        "build",
        str(PROJECT),
        "--path-output",
        str(folder),
        "--builder",
        "singlehtml",
        "-W",
        "-n",
        "--keep-going",
        "-q",
    ]
    done = subprocess.run(command, cwd=PROJECT, env={**os.environ, VARIABLE: solutions})
    return folder / "_build" / "singlehtml" / "index.html" if done.returncode == 0 else None


def print_page(page: Path, target: Path) -> None:
    """Print a rendered page, twice: only then is it known on which sheet a chapter begins."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = browser.launch(playwright)
        window = chromium.new_page(
            color_scheme="light", reduced_motion="reduce", viewport={"width": 900, "height": 1200}
        )
        window.goto(page.as_uri())
        window.evaluate("window.MathJax?.startup?.promise?.then(() => true)")
        window.evaluate(REARRANGE.read_text(encoding="utf-8"), f"Version {__version__}")
        for _ in range(2):
            window.pdf(
                path=target,
                format="A4",
                prefer_css_page_size=True,
                tagged=True,
                outline=True,
                print_background=True,
            )
            window.evaluate(FILL_IN, first_pages(target))
        author = window.inner_text(".print-author >> nth=0")
        chromium.close()
    finish(target, author.removeprefix("By "))


def finish(pdf: Path, author: str) -> None:
    """Name the author of a printed PDF, and mend its outline.

    Chromium writes the title of a heading twice in a row where it moved it to the next page.
    """
    writer = PdfWriter(clone_from=pdf)
    writer.add_metadata({"/Author": author})
    waiting = [writer.root_object["/Outlines"]]
    while waiting:
        entry = cast(DictionaryObject, waiting.pop().get_object())
        title = entry.get("/Title", "")
        if title and title == 2 * title[: len(title) // 2]:
            entry[NameObject("/Title")] = TextStringObject(title[: len(title) // 2])
        waiting += [entry[key] for key in ("/First", "/Next") if key in entry]
    writer.write(pdf)


def first_pages(pdf: Path | BinaryIO) -> dict[str, int]:
    """The page, counted from 1, of each place in a PDF to which a link leads."""
    reader = PdfReader(pdf)
    return {
        name.lstrip("/"): 1 + (reader.get_destination_page_number(place) or 0)
        for name, place in reader.named_destinations.items()
    }
