"""The Sphinx extension for the laboratory: the directive ``{laboratory}``, its scripts, its data.

The scripts are in assets/laboratory/. The data sets are written beside them when the book is
built, as a script, because a page that is read from a file may not fetch anything. Data sets
that are not on this machine are left out; nothing is downloaded for them.
"""

import json
from pathlib import Path

import pandas as pd
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from course import data

# In the order in which classic scripts must load: first the arithmetic, then the page.
CONDITIONAL = "laboratory/conditional.js"
ENGINE = (
    CONDITIONAL,
    *(
        f"laboratory/{name}.js"
        for name in ("numerics", "grid", "statistics", "priors", "posterior")
    ),
)
VIEWS = ("view-groups", "view-map", "view-one", "view-path", "view-predictions")
PAGE = tuple(
    f"laboratory/{name}.js"
    for name in ("reading", "simulation", "drawing", *VIEWS, "exports", "data", "page")
)
STYLE = "laboratory/laboratory.css"
WITHOUT_SCRIPTS = "The laboratory computes in your browser, which needs JavaScript for that."
ON_PAPER = "The laboratory computes while you move things: it is on the website of this book."
AT_BATS = 45  # of each of the baseball players


def setup(app: Sphinx) -> dict:
    """Register the extension (called by Sphinx)."""
    app.add_directive("laboratory", Laboratory)
    app.connect("html-page-context", add_scripts)
    app.connect("build-finished", write_data)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


class Laboratory(SphinxDirective):
    """``{laboratory}``"""

    def run(self) -> list[nodes.Node]:
        """Keep the place, with what those see who run no scripts."""
        self.env.metadata[self.env.docname]["laboratory"] = True
        if self.env.app.builder.name == "singlehtml":
            return [nodes.paragraph(text=ON_PAPER)]
        html = f"<div class='laboratory'><p>{WITHOUT_SCRIPTS}</p></div>"
        return [nodes.raw("", html, format="html")]


def add_scripts(app: Sphinx, page: str, template: str, context: dict, doctree) -> None:
    """Let a page with a laboratory load its scripts and its style."""
    if app.builder.name != "html" or not app.env.metadata.get(page, {}).get("laboratory"):
        return
    for name in (*ENGINE, *PAGE):
        app.add_js_file(name, loading_method="defer")
    app.add_css_file(STYLE)


def write_data(app: Sphinx, exception: Exception | None) -> None:
    """Write the data sets as a script."""
    if exception is None and app.builder.name == "html":
        path = Path(app.outdir, "_static", "laboratory", "data.js")
        path.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps(data_sets(), ensure_ascii=False, separators=(",", ":"))
        path.write_text(f"window.laboratory.data = {text};\n", encoding="utf-8")


def data_sets() -> list[dict]:
    """The data sets that this machine has, each with its groups, words and Python code."""
    sets = []
    if on_this_machine("spotify"):
        sets += [songs(), tracks()]
    if on_this_machine("cherry_blossom_sample"):
        sets.append(runners())
    return [*sets, baseball()]


def on_this_machine(name: str) -> bool:
    """Is there a local copy of a data set?"""
    return any((folder / f"{name}.csv").is_file() for folder in data.places())


def songs() -> dict:
    """The songs as the lecture has them: numbers and artists, without titles."""
    return {
        "id": "songs",
        "title": "Songs by 44 artists",
        **SONGS,
        "groups": grouped(data.load_spotify(), "artist", "popularity"),
        "code": {
            "load": "from course.data import load_spotify\n\ndata = load_spotify()",
            "group": "artist",
            "value": "popularity",
        },
    }


def tracks() -> dict:
    """The same without the copies of a song that is in several playlists."""
    table = data.load_spotify(columns="all").drop_duplicates("track_id")
    return {
        "id": "tracks",
        "title": "The same, each song once",
        **SONGS,
        "groups": grouped(table, "artist", "popularity"),
        "note": "Songs that are in several playlists count once here.",
        "code": {
            "load": "from course.data import load_spotify\n\n"
            'data = load_spotify(columns="all").drop_duplicates("track_id")',
            "group": "artist",
            "value": "popularity",
        },
    }


def runners() -> dict:
    """The races with a net time."""
    return {
        "id": "runners",
        "title": "Races of 36 runners",
        "group": "runner",
        "plural": "runners",
        "observation": "race",
        "observations": "races",
        "value": "net time, minutes",
        "centre": 90,
        "groups": grouped(data.load_running().dropna(), "runner", "net"),
        "code": {
            "load": "from course.data import load_running\n\ndata = load_running().dropna()",
            "group": "runner",
            "value": "net",
        },
    }


def baseball() -> dict:
    """The first at-bats of each player: a hit counts 100, anything else 0.

    later: the average of each in the rest of the season, which an exercise asks about.
    """
    players = data.load_baseball()
    return {
        "id": "baseball",
        "title": "At-bats of 18 baseball players",
        "group": "player",
        "plural": "players",
        "observation": "at-bat",
        "observations": "at-bats",
        "value": "hits in 100 at-bats",
        "raw": False,
        "groups": [
            [row.player, [100.0] * row.hits + [0.0] * (row.at_bats - row.hits)]
            for row in players.itertuples()
        ],
        "later": players["remainder_average"].tolist(),
        "note": "A hit counts 100, anything else 0: hardly normal, but the means of "
        f"{AT_BATS} at-bats nearly are.",
        "code": {
            "load": "from course.data import load_baseball\n\nplayers = load_baseball()\n"
            "data = pd.DataFrame({\n"
            f'    "player": players["player"].repeat({AT_BATS}),\n'
            '    "hit": [100 * (k < hits) for hits in players["hits"] '
            f"for k in range({AT_BATS})],\n"
            "})",
            "group": "player",
            "value": "hit",
        },
    }


SONGS = {
    "group": "artist",
    "plural": "artists",
    "observation": "song",
    "observations": "songs",
    "value": "popularity",
    "centre": 50,
}


def grouped(table: pd.DataFrame, group: str, value: str) -> list[list]:
    """Label and values of each group, in the order of the groups."""
    return [[str(label), own.tolist()] for label, own in table.groupby(group, observed=True)[value]]
