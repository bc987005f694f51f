"""List what the book claims, chapter by chapter and page by page, and check it."""

import ast
import sys

from nbformat import NotebookNode

from course.chapters.cells import chapters, read, tags
from course.chapters.execute import ChapterError, run_all
from course.ledger.claims import Claim, World
from course.ledger.claims import claims as elsewhere

TAG = "claims"


def words(source: str) -> list[str]:
    """The words of the claims that a cell asserts, in order.

    Raises
    ------
    ValueError
        If the message of an assertion is not plain text.
    """
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Assert):
            if not (isinstance(node.msg, ast.Constant) and isinstance(node.msg.value, str)):
                raise ValueError(f"Line {node.lineno} claims something, but says no words.")
            found.append((node.lineno, node.msg.value))
    return [text for _, text in sorted(found)]


def of_chapter(notebook: NotebookNode) -> list[str]:
    """The words of all claims of a chapter."""
    cells = [cell for cell in notebook.cells if TAG in tags(cell)]
    return [text for cell in cells for text in words(cell.source)]


def broken(claims: list[Claim], world: World) -> list[Claim]:
    """The claims that do not hold in a world."""
    return [claim for claim in claims if not claim.holds(world)]


def print_claims(fresh: bool = False) -> int:
    """Print every claim and where it stands; `fresh` checks them. Return 1 if one is wrong."""
    paths = chapters()
    rows = [(f"{p.parent.name}/{p.stem}", text) for p in paths for text in of_chapter(read(p))]
    rows += [(claim.where, claim.words) for claim in elsewhere()]
    width = max(len(where) for where, _ in rows)
    print("\n".join(f"{where:<{width}}  {text}" for where, text in rows))
    print(f"\n{len(rows)} claims.")
    if not fresh:
        return 0
    wrong = [f"{claim.where} is wrong: {claim.words}" for claim in broken(elsewhere(), World())]
    try:
        run_all(paths, save=False)
    except ChapterError as error:
        wrong.append(str(error))
    print("\n\n".join(wrong) or "All hold.", file=sys.stderr if wrong else sys.stdout)
    return int(bool(wrong))
