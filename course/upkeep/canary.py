"""The canary: do the chapters still run, and agree, with the newest versions of what they use?

`make canary` executes every chapter twice in environments of its own: with the newest releases,
and with pre-releases of what is `WATCHED`, whatever bounds pyproject.toml sets to them. The page
that it writes says what broke, with the cell and the line. ``python -m course.upkeep.canary``,
inside such an environment, prints what it found there as JSON.
"""

import ast
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat

from course.paths import BUILD, PROJECT

WATCHED = ("arviz", "bambi", "nutpie", "pandas", "pymc")
#: Each round, and what is asked of a watched package. One that names a pre-release allows them.
ROUNDS = {"the newest releases": "{}", "pre-releases": "{}>=0.0a0"}
FOLDER = BUILD / "canary"
PAGE = FOLDER / "canary.md"
VERSIONS = "import importlib.metadata as m; print(dict((name, m.version(name)) for name in {}))"
ANSI = re.compile(r"\x1b\[[0-9;]*m")
#: The line of the cell at which an error came up, in a traceback of IPython.
ARROW = re.compile(r"^-+> (\d+) (.*)$", re.MULTILINE)


def canary_command() -> int:
    """Run both rounds, write the page, and return 1 if something broke."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    reports: dict[str, dict] = {}
    for name, asked in ROUNDS.items():
        print(f"With {name} ...", flush=True)
        report = one_round(asked)
        if not report["broken"]:
            repeated = report["versions"] in [known["versions"] for known in reports.values()]
            report |= {"same": True} if repeated else found(environment_python())
        reports[name] = report
    PAGE.write_text(page(reports, pinned()), encoding="utf-8")
    broken = sum(len(report["broken"]) for report in reports.values())
    said = {0: "Nothing broke", 1: "1 thing broke"}.get(broken, f"{broken} things broke")
    print(f"{said}: {PAGE}")
    return int(broken > 0)


def environment_python() -> Path:
    """The Python of the canary's environment."""
    return FOLDER / ".venv" / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


def one_round(asked: str) -> dict:
    """Make the environment anew; its versions, or what hindered it as the one thing broken."""
    overrides = FOLDER / "overrides.txt"
    overrides.write_text("".join(asked.format(name) + "\n" for name in WATCHED), encoding="utf-8")
    shutil.rmtree(FOLDER / ".venv", ignore_errors=True)
    uv, python = [sys.executable, "-m", "uv"], environment_python()
    for command in (
        [*uv, "venv", "--quiet", "--python", sys.executable, str(FOLDER / ".venv")],
        [
            *(*uv, "pip", "install", "--quiet", "--python", str(python), "--compile-bytecode"),
            *("--override", str(overrides), "--editable", ".[book]"),
        ],
        [str(python), "-c", VERSIONS.format(WATCHED)],
    ):
        done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True)
        if done.returncode != 0:
            return {"versions": {}, "broken": [of_command(command, done.stderr)]}
    return {"versions": ast.literal_eval(done.stdout), "broken": []}


def found(python: Path) -> dict:
    """What this module finds in an environment."""
    command = [str(python), "-m", __spec__.name]
    done = subprocess.run(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        return {"broken": [of_command(command, done.stdout)], "changed": []}
    return json.loads(done.stdout)


def of_command(command: list[str], said: str) -> dict:
    """A program that failed, as a thing that broke."""
    name = " ".join(Path(part).name for part in command[2:5] if not part.startswith("-"))
    return broke(name, said.strip()[-2000:])


def broke(
    where: str, error: str, cell: str = "", line: int | None = None, source: str = ""
) -> dict:
    """A thing that broke, as JSON has it."""
    return {"where": where, "cell": cell, "line": line, "source": source, "error": error}


def pinned() -> dict[str, str]:
    """The versions in requirements.txt of what is watched."""
    text = (PROJECT / "requirements.txt").read_text(encoding="utf-8")
    return dict(re.findall(rf"^({'|'.join(WATCHED)})==(\S+)", text, re.MULTILINE))


# ------------------------------------------------------------------- inside the environment


def report(paths: list[Path] | None = None) -> dict:
    """Execute chapters and check the claims of pages.

    Returns
    -------
    dict, plain JSON
        ``broken``: of each thing ``where``, ``cell``, ``line`` (a number or None), ``source`` and
        ``error``; ``changed``: of each cell of text in which a number came out otherwise ``where``
        and ``cell``.
    """
    from tqdm import tqdm

    from course.chapters.cells import chapters
    from course.chapters.claims import broken, elsewhere
    from course.ledger.claims import World

    result: dict = {"broken": [], "changed": []}
    for path in tqdm(paths or chapters(), unit="chapter"):
        for kind, things in of_chapter(path).items():
            result[kind] += things
    if paths is None:
        result["broken"] += [broke(c.where, c.words) for c in broken(elsewhere(), World())]
    return result


def of_chapter(path: Path) -> dict[str, list[dict]]:
    """What breaks and what changes when one chapter is executed, to its end whatever fails."""
    from course.chapters.cells import read
    from course.chapters.execute import execute

    where = f"{path.parent.name}/{path.stem}"
    try:
        notebook, _ = execute(path, to_the_end=True)
    except Exception as error:  # a dead kernel, a number in prose that cannot be computed
        return {"broken": [broke(where, f"{type(error).__name__}: {error}")]}
    changed = [
        {"where": where, "cell": now.id}
        for now, before in zip(notebook.cells, read(path).cells, strict=True)
        if now.cell_type == "markdown" and now.source != before.source
    ]
    return {"broken": broken_cells(notebook, where), "changed": changed}


def broken_cells(notebook: nbformat.NotebookNode, where: str) -> list[dict]:
    """The cells of an executed notebook that ended with an error, and the line of each."""
    things = []
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                arrow = ARROW.search(ANSI.sub("", "\n".join(output.traceback)))
                at = (int(arrow[1]), arrow[2].strip()) if arrow else (None, "")
                things.append(broke(where, f"{output.ename}: {output.evalue}", cell.id, *at))
    return things


# -------------------------------------------------------------------------------- the page


def page(reports: dict[str, dict], before: dict[str, str]) -> str:
    """The page, in Markdown.

    Parameters
    ----------
    reports : dict
        By the name of a round: what `report` found and ``versions``; ``same`` if it would have
        repeated an earlier round.
    before : dict
        The versions that the book is made with.
    """
    head = "| | " + " | ".join(WATCHED) + " |\n|" + " --- |" * (len(WATCHED) + 1)
    rows = {"pinned": before} | {name: r["versions"] for name, r in reports.items()}
    table = [
        f"| {name} | " + " | ".join(versions.get(w, "?") for w in WATCHED) + " |"
        for name, versions in rows.items()
    ]
    parts = ["# What breaks with newer versions", "\n".join([head, *table])]
    for name, found_there in reports.items():
        parts.append(f"## With {name}")
        if found_there.get("same"):
            parts.append("The same versions as above, so nothing was run again.")
            continue
        parts += [in_words(thing) for thing in found_there["broken"]] or ["Nothing broke."]
        if changed := found_there.get("changed"):
            cells = ", ".join(f"`{c['where']}` `{c['cell']}`" for c in changed)
            parts.append(f"Numbers in the text came out otherwise in: {cells}.")
    return "\n\n".join(parts) + "\n"


def in_words(thing: dict) -> str:
    """One thing that broke, as an item of a list."""
    where = f"**{thing['where']}**"
    if thing["cell"]:
        where += f", cell `{thing['cell']}`"
    if thing["line"]:
        where += f", line {thing['line']}: `` {thing['source']} ``"
    error = "\n".join("      " + line for line in ANSI.sub("", thing["error"]).splitlines())
    return f"- {where}\n\n{error}"


if __name__ == "__main__":
    print(json.dumps(report()))
