"""The directive ``{pooling}``: all groups as dots, between one pool and islands.

It draws what the explorer (`course.explorer`) of a chapter has stored, at the posterior medians of
the two standard deviations. `assets/front.js` adds a slider that moves the dots.
"""

from html import escape
from xml.etree import ElementTree

import pandas as pd
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from course.chapters.cells import read
from course.explorer import COLUMNS, ShrinkageExplorer
from course.paths import NOTEBOOKS

CLASS = "shrinkage-explorer"
WIDTH, ROW, TOP, SIDE = 720, 8, 12, 20
LARGEST = 100  # popularity is between 0 and this


def setup(app: Sphinx) -> dict:
    """Register the extension (called by Sphinx)."""
    app.add_directive("pooling", Pooling)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


class Pooling(SphinxDirective):
    """``{pooling} lecture/06-shrinkage``: the argument is a chapter with an explorer."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """The picture, or an error where the chapter has no explorer."""
        path = NOTEBOOKS / f"{self.arguments[0]}.ipynb"
        self.env.note_dependency(str(path))
        for cell in read(path).cells:
            for output in cell.get("outputs", []):
                if CLASS in (html := output.get("data", {}).get("text/html", "")):
                    return [nodes.raw("", picture(ElementTree.fromstring(html)), format="html")]
        raise self.error(f"There is no explorer in {path.name}.")


def picture(table: ElementTree.Element) -> str:
    """The groups of an explorer, a row each; those with few observations above.

    table: the element that the explorer shows in a notebook.
    """
    explorer = read_explorer(table)
    groups = explorer.groups.join(explorer.shrunken(explorer.sigma_y, explorer.sigma_mu))
    groups = groups.sort_values(["n", "sample_mean"])
    scale = (WIDTH - 2 * SIDE) / LARGEST
    bottom = TOP + ROW * len(groups) + 6
    parts = [
        f'<line x1="{SIDE + scale * tick}" x2="{SIDE + scale * tick}" y1="{TOP}" y2="{bottom}"/>'
        f'<text x="{SIDE + scale * tick}" y="{bottom + 16}">{tick}</text>'
        for tick in range(0, LARGEST + 1, 20)
    ]
    for place, group in enumerate(groups.itertuples()):
        y = TOP + ROW * (place + 0.5)
        own, shrunken = SIDE + scale * group.sample_mean, SIDE + scale * group.shrunken_mean
        parts.append(
            f'<g class="row" data-name="{escape(group.Index)}" data-n="{group.n}" '
            f'data-mean="{group.sample_mean}">'
            f'<line class="pull" x1="{own:.1f}" x2="{shrunken:.1f}" y1="{y}" y2="{y}"/>'
            f'<circle class="own" cx="{own:.1f}" cy="{y}" r="2.4"/>'
            f'<circle class="estimate" cx="{shrunken:.1f}" cy="{y}" '
            f'r="{2 + group.n**0.5 / 1.2:.1f}"/></g>'
        )
    mu = SIDE + scale * explorer.centre(explorer.sigma_y, explorer.sigma_mu)
    words = (
        f"{len(groups)} artists as dots on a scale of popularity from 0 to {LARGEST}, those with "
        "few songs above. Each dot stands between the artist's own mean and the mean of all; the "
        "fewer the songs, the further it is from the artist's own."
    )
    return (
        f"<div class='pooling-picture' data-sigma-y='{explorer.sigma_y}' "
        f"data-sigma-mu='{explorer.sigma_mu}' data-scale='{scale}' data-side='{SIDE}'>"
        f'<svg viewBox="0 0 {WIDTH} {bottom + 22}" role="img" aria-label="{words}">'
        f"{''.join(parts)}"
        f'<line class="population" x1="{mu:.1f}" x2="{mu:.1f}" y1="{TOP}" y2="{bottom}"/>'
        '<text class="name"></text></svg></div>'
    )


def read_explorer(table: ElementTree.Element) -> ShrinkageExplorer:
    """The explorer that shows this element in a notebook."""
    rows = [
        ("".join(name.itertext()), int(str(n.text)), float(mean.attrib["data-value"]))
        for name, n, mean, *_ in table.iterfind(".//tbody/tr")
    ]
    groups = pd.DataFrame(rows, columns=["group", *COLUMNS]).set_index("group")
    return ShrinkageExplorer(
        groups, float(table.attrib["data-sigma-y"]), float(table.attrib["data-sigma-mu"])
    )
