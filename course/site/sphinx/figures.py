"""The SVG figures of a page, where their images were, and the font that they are set in."""

import io
from pathlib import Path

from docutils import nodes
from fontTools import subset
from fontTools.ttLib import TTFont
from matplotlib import get_data_path
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform

from course.site.figures import inline

#: The styles of DejaVu Sans that figures use, out of the files that come with matplotlib.
FONTS = ("DejaVuSans", "DejaVuSans-Bold", "DejaVuSans-Oblique")
#: Latin letters, Greek ones, and the signs of prose and mathematics.
CHARACTERS = [*range(0x20, 0x17F), *range(0x391, 0x3CA), *range(0x2010, 0x2040), 0x2212, 0x2248]
CHARACTERS += [0x2223, 0x2264, 0x2265, 0x221A, 0x2192, 0x2190, 0x0302, 0x0304]


def setup(app: Sphinx) -> dict:
    """Register the extension (called by Sphinx)."""
    app.add_post_transform(Inline)
    app.add_css_file("figures.css")
    app.connect("build-finished", write_fonts)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


class Inline(SphinxPostTransform):
    """Puts the SVG figures of a page where their images were."""

    default_priority = 100
    formats = ("html",)

    def run(self, **kwargs) -> None:
        """Replace the images of this page."""
        for place, image in enumerate(list(self.document.findall(nodes.image))):
            path = Path(self.app.srcdir, image["uri"])
            if path.suffix == ".svg" and path.is_file():
                svg = inline(path.read_text(encoding="utf-8"), image.get("alt", ""), f"f{place}")
                image.replace_self(nodes.raw("", svg, format="html"))


def write_fonts(app: Sphinx, exception: Exception | None) -> None:
    """Write the characters that figures use of each font, so that no text is wider than drawn."""
    if not exception and app.builder.format == "html":
        write_fonts_to(Path(app.outdir, "_static"))


def write_fonts_to(folder: Path) -> None:
    """Write the fonts of figures to a folder, where they are not there yet."""
    for name in FONTS:
        target = folder / f"{name}.woff"
        if not target.is_file():
            target.write_bytes(part_of(Path(get_data_path(), "fonts", "ttf", f"{name}.ttf")))


def part_of(font: Path) -> bytes:
    """A font with our characters alone, for the web."""
    options = subset.Options()
    options.drop_tables += ["FFTM"]  # FontForge's own time stamp
    chosen = subset.Subsetter(options)
    chosen.populate(unicodes=CHARACTERS)
    part = TTFont(font, recalcTimestamp=False)
    chosen.subset(part)
    part.flavor = "woff"
    file = io.BytesIO()
    part.save(file)
    return file.getvalue()
