"""Formulas in the colours of the figures: the population, an artist, a song.

The formulas of a chapter stay plain TeX. Here their symbols get a class, which
`assets/figures.css` colours; subscripts tell them apart for readers who see no colours.
"""

import re

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform

EXPONENT = r"(?:\^(?:\d|\{[^{}]*\}))?"
#: What belongs to whom; the longer symbol comes first.
SYMBOLS = {
    "song": r"\\sigma_y|[Yy]_\{ij\}|[Yy]_i(?![a-z])",
    "artist": r"\\mu_(?:\{ij\}|\{\\text\{[^{}]*\}\}|[ij](?![a-z]))|b_j(?![a-z])",
    "population": r"\\sigma_\\mu(?![a-z])|\\mu(?![a-z_])",
}
PATTERN = re.compile(
    r"(?<!_)(?<!_\{)(?:"  # not what is a subscript itself
    + "|".join(f"(?P<{level}>(?:{symbols}){EXPONENT})" for level, symbols in SYMBOLS.items())
    + ")"
)


def setup(app: Sphinx) -> dict:
    """Register the extension (called by Sphinx)."""
    app.add_post_transform(Coloured)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


class Coloured(SphinxPostTransform):
    """Marks the symbols in the formulas of a page."""

    default_priority = 100
    formats = ("html",)

    def run(self, **kwargs) -> None:
        """Replace the TeX of each formula, inline or displayed."""
        for kind in (nodes.math, nodes.math_block):
            for formula in self.document.findall(kind):
                formula.children = [nodes.Text(coloured(formula.astext()))]


def coloured(tex: str) -> str:
    r"""TeX with the level of each symbol, as MathJax reads it: `{\class{artist}{\mu_j}}`."""
    return PATTERN.sub(lambda found: rf"{{\class{{{found.lastgroup}}}{{{found[0]}}}}}", tex)
