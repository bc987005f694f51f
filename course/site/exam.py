"""An exam paper and its key, made of the bank: as Markdown, and printed to PDF."""

from collections.abc import Iterable
from html import escape
from pathlib import Path

from matplotlib import pyplot as plt

from course.ledger.claims import World
from course.ledger.claims.exam import Bank, ExamError, Item, names, read
from course.paths import BUILD
from course.site import browser
from course.site.slides import renderer
from course.site.sphinx.cells import folder_of

STYLE = Path(__file__).with_name("exam.css")
PAGE = """<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>{title}</title><style>{style}</style>
<script>MathJax = {{options: {{enableMenu: false}}}};</script>
<script src="{mathjax}"></script></head>
<body class="{kind}">{body}</body>
</html>
"""


def make(
    items: Iterable[str] | None = None,
    chapters: Iterable[str] | None = None,
    output: str | Path | None = None,
) -> int:
    """Write the paper and the key to a folder; return an exit code.

    Parameters
    ----------
    items, chapters : iterables of str, optional
        Which questions, by their names and in this order, or all of some chapters
        ("lecture/06-shrinkage", or "lecture" for all of the part); default: the whole bank.
    output : str or Path, optional
        The folder for ``paper`` and ``key``, as ``.md`` and ``.pdf``, with the figures beside them
        (default: ``_build/exam``).
    """
    folder = Path(output or BUILD / "exam")
    try:
        if (bank := read()) is None:
            raise ExamError("There is no exam bank here: it is instructors/exam.toml.")
        chosen = choose(bank, items, chapters)
    except ExamError as error:
        print(error)
        return 2
    folder.mkdir(parents=True, exist_ok=True)
    for item in chosen:
        if item.figure:
            draw(bank, item, folder / f"{item.id}.svg")
    texts = {"paper": paper(bank, chosen), "key": key(bank, chosen)}
    for name, parts in texts.items():
        (folder / f"{name}.md").write_text("\n\n".join(parts) + "\n", encoding="utf-8")
    points = f"{len(chosen)} questions, {number(sum(item.points for item in chosen))} points"
    print(f"The paper and its key are ready ({points}): {folder}")
    if browser.CHROMIUM is None:
        print(f"They are there as Markdown only: {browser.HOW_TO_GET_IT}")
        return 1
    lines = [0, *(2 + round(item.points) for item in chosen)]
    print_page(bank.title, "paper", texts["paper"], lines, folder)
    print_page(bank.title, "key", texts["key"], [0] * len(lines), folder)
    return 0


def choose(
    bank: Bank, items: Iterable[str] | None = None, chapters: Iterable[str] | None = None
) -> list[Item]:
    """The items that were named, or those of chapters.

    Raises
    ------
    ExamError
        If there is no such item, or none of such a chapter; the message lists what there is.
    """
    if unknown := [name for name in items or () if name not in bank.items]:
        raise ExamError(f"There is no item {unknown[0]!r}; there are {', '.join(bank.items)}.")
    known = {item.chapter for item in bank.items.values()}
    for name in chapters or ():
        if not any(of_chapter(chapter, name) for chapter in known):
            raise ExamError(f"No item tests {name!r}; items test {', '.join(sorted(known))}.")
    named = [bank.items[name] for name in items or ()]
    tested = [
        item
        for item in bank.items.values()
        if any(of_chapter(item.chapter, name) for name in chapters or ()) and item not in named
    ]
    return [*named, *tested] or list(bank.items.values())


def of_chapter(chapter: str, name: str) -> bool:
    """Is it this chapter, or one of this part?"""
    return chapter == name or chapter.startswith(f"{name}/")


def draw(bank: Bank, item: Item, target: Path) -> None:
    """Draw the plot of an item, from the data, as SVG."""
    settings = {"svg.hashsalt": item.id}
    with plt.style.context(["course.book", settings]):
        exec(item.figure, {**names(f"{bank.given}\n{item.given}", World()), "plt": plt})
        plt.savefig(target, metadata={"Date": None})
        plt.close("all")


def number(points: float) -> str:
    """Points as people write them."""
    return f"{points:g}".replace(".5", "½").removeprefix("0")


def heading(place: int, item: Item) -> str:
    """The heading of an item, with what it is worth."""
    points = number(item.points)
    return f"## {place}. {item.title} ({points} {'point' if points == '1' else 'points'})"


def paper(bank: Bank, items: list[Item]) -> list[str]:
    """What students get: the first page, and a part for each item."""
    total = number(sum(item.points for item in items))
    parts = [f"# {bank.title}\n\nName:\n\n{bank.intro.strip()}\n\n{total} points in all."]
    for place, item in enumerate(items, 1):
        figure = f"\n\n![{item.alt}]({item.id}.svg)" if item.figure else ""
        parts.append(f"{heading(place, item)}\n\n{item.question.strip()}{figure}")
    return parts


def key(bank: Bank, items: list[Item]) -> list[str]:
    """What graders get: answers, solutions and rubrics, and what each item tests."""
    parts = [f"# {bank.title}: the key"]
    for place, item in enumerate(items, 1):
        facts = f"`{item.id}` · {item.kind} · {item.chapter}"
        keys = item.key if isinstance(item.key, list) else [item.key]
        answer = "" if item.key is None else f"**Key: {', '.join(map(str, keys))}**\n\n"
        rubric = "\n".join(f"- {line}" for line in item.rubric)
        parts.append(
            f"{heading(place, item)}\n\n{facts}\n\n{answer}{item.solution.strip()}\n\n{rubric}"
        )
    return parts


def print_page(title: str, kind: str, parts: list[str], lines: list[int], folder: Path) -> None:
    """Print the parts of a paper or key to a PDF, each kept together, with lines to write on."""
    from playwright.sync_api import sync_playwright

    md = renderer()
    page = folder / f"{kind}.html"
    mathjax = folder_of("sphinx-mathjax-offline") / "static" / "mathjax" / "tex-chtml.js"
    room = '<div class="room"></div>'
    body = "\n".join(
        f"<section>{md.render(part)}{count * room}</section>"
        for part, count in zip(parts, lines, strict=True)
    )
    page.write_text(
        PAGE.format(
            title=escape(title),
            style=STYLE.read_text(encoding="utf-8"),
            mathjax=mathjax.as_uri(),
            kind=kind,
            body=body,
        ),
        encoding="utf-8",
    )
    with sync_playwright() as playwright:
        chromium = browser.launch(playwright)
        window = chromium.new_page(color_scheme="light")
        window.goto(page.as_uri())
        window.evaluate("MathJax.startup.promise.then(() => true)")
        window.pdf(path=folder / f"{kind}.pdf", format="A4", tagged=True, outline=True)
        chromium.close()
    page.unlink()
