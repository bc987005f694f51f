"""An activity chapter small enough to see through: every sort of cell, stored as if executed."""

import base64
import io
import shutil

import matplotlib.pyplot as plt
import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output

CHECK = """def check(exercise):
    name = {"ex-01": "guess_01", "ex-05a": "mean_05a", "ex-05b": "shape_05b"}[exercise]
    value = globals().get(name, ...)
    print("not answered yet" if value is ... else f"right: {value}")"""
SOLUTION = """draws = [51.0, 52.5, 54.123]
mean_05a = round(sum(draws) / len(draws), 3)
mean_05a"""
FIGURE = """import matplotlib.pyplot as plt
fig, ax = plt.subplots()
ax.plot([1, 2, 3], draws, color="firebrick", linestyle="--");"""
WORDS = """A typical draw is <!--= f"{mean_05a:.2f}" -->52.54<!---->, as the red line shows.

| place | value |
| --- | --- |
| first draw of the sample | 51.0 |

It lies where we expected it to lie before we computed anything at all."""


def markdown(id, source, tags=(), **course):
    return new_markdown_cell(source, id=id, metadata=metadata(tags, course))


def code(id, source, tags=(), outputs=(), mystnb=None, **course):
    meta = metadata(tags, course)
    if mystnb:
        meta["mystnb"] = mystnb
    return new_code_cell(source, id=id, metadata=meta, outputs=list(outputs))


def metadata(tags, course):
    return {**({"tags": list(tags)} if tags else {}), **({"course": course} if course else {})}


def printed(text):
    return new_output("stream", name="stdout", text=text)


def shown(text):
    return new_output("execute_result", {"text/plain": text}, execution_count=1)


def picture(color):
    """A PNG output: one patch of a color."""
    fig = plt.figure(figsize=(4, 2), facecolor=color)
    buffer = io.BytesIO()
    fig.savefig(buffer, format="png", metadata={"Software": None})
    plt.close(fig)
    image = base64.b64encode(buffer.getvalue()).decode()
    return new_output("display_data", {"image/png": image})


def described(name):
    return {
        "figure": {"caption": "What the draws tell, at a glance.", "name": name},
        "image": {"alt": "A dashed red line that rises from left to right over three draws."},
    }


def chapter():
    """The chapter, with outputs."""
    cells = [
        markdown("title", "# A small activity\n\nIt has three exercises."),
        markdown("objectives", "- Tell a mean from a median.", ["objectives"]),
        code("imports", CHECK),
        markdown(
            "first",
            "## One part\n\nA [chain](../../book/glossary.md#term-chain) of steps; see "
            "[the list of exercises](../../book/exercises.md) and [5a](#ex-05a).",
        ),
        code(
            "given",
            'print("The sample has 13.25 in it.")\nplt = None',
            outputs=[printed("The sample has 13.25 in it.\n"), picture("#0072b2")],
            mystnb=described("fig-given"),
        ),
        markdown(
            "ex-01",
            "### Exercise 1 · A guess\n\nWhat will the mean be? Commit to a number: "
            "`guess_01 = ...`.",
            ["exercise"],
            exercise="ex-01",
            points=1,
            kind="number",
            expects={"guess_01": "number"},
        ),
        code("ex-01-answer", "guess_01 = ...", ["answer"], exercise="ex-01"),
        code("ex-01-solution", "guess_01 = 50", ["solution"], exercise="ex-01"),
        code(
            "ex-01-check", 'check("ex-01")', ["check"], [printed("right: 50\n")], exercise="ex-01"
        ),
        markdown(
            "ex-05a",
            "### Exercise 5a · The mean of draws\n\nCompute $\\mu$, and compare it "
            "with [your guess](#ex-01).\n\n- Assign it to `mean_05a`, with 3 decimals.",
            ["exercise"],
            exercise="ex-05a",
            points=4,
            kind="code",
            expects={"mean_05a": "number"},
        ),
        code("ex-05a-answer", "mean_05a = ...", ["answer"], exercise="ex-05a"),
        code("ex-05a-code", SOLUTION, ["solution"], [shown("52.541")], exercise="ex-05a"),
        code(
            "claims-05a",
            'assert mean_05a > 52, "the mean of these draws is above fifty-two"',
            ["claims"],
        ),
        code(
            "ex-05a-figure",
            FIGURE,
            ["solution", "hide-input"],
            [picture("#d55e00")],
            mystnb=described("fig-draws"),
            exercise="ex-05a",
        ),
        markdown("ex-05a-words", WORDS, ["solution"], exercise="ex-05a"),
        code(
            "ex-05a-check",
            'check("ex-05a")',
            ["check"],
            [printed("right: 52.541\n")],
            exercise="ex-05a",
        ),
        code(
            "key-numbers",
            "# Printed here as a real chapter's ledger rows are.\n"
            'print("mean-draws 52.5 52.5401 ~52.541 agrees")',
            ["key-numbers"],
            [printed("mean-draws 52.5 52.5401 ~52.541 agrees\n")],
        ),
        markdown(
            "ex-05b",
            "### Exercise 5b · Its shape\n\nSay which: `shape_05b = ...`.\n\na. flat\n\nb. round",
            ["exercise"],
            exercise="ex-05b",
            points=2,
            kind="choice",
            optional=True,
            expects={"shape_05b": "choice"},
        ),
        code("ex-05b-answer", "shape_05b = ...", ["answer"], exercise="ex-05b"),
        code("ex-05b-solution", 'shape_05b = "b"', ["solution"], exercise="ex-05b"),
        markdown(
            "ex-05b-words",
            "Round, since nothing in the sample makes it flat.",
            ["solution"],
            exercise="ex-05b",
        ),
        code(
            "ex-05b-check", 'check("ex-05b")', ["check"], [printed("right: b\n")], exercise="ex-05b"
        ),
        markdown(
            "rest",
            "## Another part\n\nAfter <!--= 3 + 4 -->7<!----> steps comes the end, say "
            "[Johnson, Ott and Dogucu](../../book/references.md#johnson2022).",
        ),
    ]
    count = 0
    for cell in cells:
        if cell.cell_type == "code":
            count += 1
            cell.execution_count = count
    return nbformat.v4.new_notebook(
        cells=cells,
        metadata={
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
    )


def write_book(folder, project, notebook=None):
    """A small book around the chapter, with the real configuration."""
    shutil.copytree(project / "assets", folder / "assets")
    shutil.copy(project / "_config.yml", folder)
    (folder / "book").mkdir()
    for name in ("exercises.md", "references.bib", "references.md"):
        shutil.copy(project / "book" / name, folder / "book")
    (folder / "notebooks" / "activity").mkdir(parents=True)
    nbformat.write(notebook or chapter(), folder / "notebooks" / "activity" / "01-small.ipynb")
    (folder / "_toc.yml").write_text(
        "format: jb-book\nroot: index\nchapters:\n- file: notebooks/activity/01-small\n"
        "- file: book/exercises\n- file: book/references\n"
        "- file: book/glossary\n",
        encoding="utf-8",
    )
    (folder / "book" / "glossary.md").write_text(
        "# Glossary\n\n:::{glossary}\nchain\n  Draws.\n:::\n", encoding="utf-8"
    )
    (folder / "index.md").write_text(
        "# Title\n\nSee [Exercise 5a](notebooks/activity/01-small.ipynb#ex-05a), "
        "[all](book/exercises.md).\n",
        encoding="utf-8",
    )
    return folder
