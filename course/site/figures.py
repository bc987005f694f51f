"""Figures as parts of a page: an SVG that follows the theme and says what it shows.

Notebooks store figures as matplotlib writes them. The styles of a page do not reach into an
`<img>`, so the figure itself becomes part of the page: its colours become those of the theme
(`COLOURS`, and all others by a rule), and the alternative text its name for a screen reader.
"""

import re
from html import escape
from xml.etree import ElementTree

SVG = "{http://www.w3.org/2000/svg}"
XLINK = "{http://www.w3.org/1999/xlink}"
#: A figure of 5.8 inches fills the column of text.
PIXELS_A_POINT = 1.5
#: Colours that each theme has its own of: their variables in `assets/figures.css`.
COLOURS = {
    "#0072b2": "--population",
    "#d55e00": "--artist",
    "#009e73": "--song",
    "#cc79a7": "--pink",
    "#e69f00": "--amber",
    "#ffffff": "--figure-paper",
    "#333333": "--figure-ink",
    "#000000": "--figure-ink",
    "#555555": "--figure-label",
    "#888888": "--figure-axis",
    "#e6e6e6": "--figure-grid",
}
TALL = 1.1  # the ratio of height to width from which on a figure does not fit a slide
LABELS = 24  # room for the labels of rows, which slides set larger
VIEW = re.compile(r'viewBox="([^"]+)"')
AXES = re.compile(r'<g id="patch_2">\s*<path d="([^"]+)"')
EDGE = re.compile(r"[ML] \S+ (\S+)")
HEX = re.compile(r"#[0-9a-f]{6}\b", re.IGNORECASE)
NUMBER = re.compile(r"-?\d+\.\d{2,}")
#: Characters of a path that is a line, and not a mark: tenths of a point are enough for it.
LONG = 600
REFERENCE = re.compile(r"url\(#([^)]+)\)")


def inline(svg: str, alt: str, prefix: str) -> str:
    """A figure of matplotlib as a part of a page.

    Parameters
    ----------
    svg : str
        The figure, with text as text.
    alt : str
        What it shows, in words.
    prefix : str
        Begins the ids in the figure, so that they are unique in a page.

    Returns
    -------
    str
        An element `svg` without a fixed size, without what nobody refers to.
    """
    root = ElementTree.fromstring(svg)
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag in (f"{SVG}metadata", f"{SVG}style"):
                parent.remove(child)
    width = float(root.attrib.pop("width").removesuffix("pt"))
    del root.attrib["height"]
    used = {id for element in root.iter() for id in referred(element)}
    for element in root.iter():
        element.tag = element.tag.removeprefix(SVG)
        element.attrib = {
            name.removeprefix(XLINK): translated(name, value, prefix)
            for name, value in element.attrib.items()
            if name != "id" or value in used
        }
        if (element.text or "").isspace():
            element.text = None
        if (element.tail or "").isspace():
            element.tail = None
    root.attrib |= {
        "class": "plot",
        "role": "img",
        "aria-label": alt,
        "style": f"width: {width * PIXELS_A_POINT:.0f}px",
    }
    return ElementTree.tostring(root, encoding="unicode")


def halves(svg: str, alt: str, prefix: str) -> list[str]:
    """A figure as a slide takes it: whole, or in two halves with the same axis if it is tall.

    `svg`, `alt` and `prefix` are those of `inline`. A tall figure has rows, which are as many
    above the middle of its axes as below.
    """
    width, height = map(float, VIEW.findall(svg)[0].split()[2:])
    if height < TALL * width:
        return [inline(svg, alt, prefix)]
    edges = [float(y) for y in EDGE.findall(AXES.findall(svg)[0])]
    top, bottom = min(edges), max(edges)
    half = (bottom - top) / 2
    result = []
    for name, start in (("upper", 0), ("lower", top + half)):
        rows = top + half - start if name == "upper" else half
        pieces = "".join(
            f'<svg x="0" y="{at:.1f}" width="{LABELS + width:.1f}" height="{high:.1f}" '
            f'viewBox="{-LABELS} {begin:.1f} {LABELS + width:.1f} {high:.1f}">{picture}</svg>'
            for at, begin, high, picture in (
                (0, start, rows, content(svg, f"{prefix}{name}-")),
                (rows, bottom, height - bottom, content(svg, f"{prefix}{name}-axis-")),
            )
        )
        result.append(
            f'<svg class="plot half" role="img" aria-label="{escape(alt)} The {name} half." '
            f'viewBox="0 0 {LABELS + width:.1f} {rows + height - bottom:.1f}">{pieces}</svg>'
        )
    return result


def content(svg: str, prefix: str) -> str:
    """What is in the element of a figure."""
    return inline(svg, "", prefix).partition(">")[2].removesuffix("</svg>")


def thumbnail(svg: str, prefix: str) -> str:
    """A figure as a small picture: without its letters, and nothing for a screen reader.

    `svg` and `prefix` are those of `inline`.
    """
    root = ElementTree.fromstring(inline(svg, "", prefix))
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag == "text":
                parent.remove(child)
    for name in ("role", "aria-label", "style"):
        del root.attrib[name]
    root.attrib |= {"class": "plot thumbnail", "aria-hidden": "true"}
    return ElementTree.tostring(root, encoding="unicode")


def referred(element: ElementTree.Element) -> list[str]:
    """The ids that an element refers to."""
    return [
        id
        for value in element.attrib.values()
        for id in ([value[1:]] if value.startswith("#") else REFERENCE.findall(value))
    ]


def translated(name: str, value: str, prefix: str) -> str:
    """An attribute as the page has it: rounded, with ids of its own and the theme's colours."""
    if name == "id":
        return f"{prefix}{value}"
    if name == f"{XLINK}href":
        return f"#{prefix}{value[1:]}" if value.startswith("#") else value
    digits = 1 if name == "d" and len(value) > LONG else 2
    value = NUMBER.sub(
        lambda number: f"{float(number[0]):.{digits}f}".rstrip("0").rstrip("."), value
    )
    value = REFERENCE.sub(rf"url(#{prefix}\1)", value)
    return HEX.sub(lambda colour: in_both_themes(colour[0].lower()), " ".join(value.split()))


def in_both_themes(colour: str) -> str:
    """A colour in CSS: the variable that stands for it; else itself, and its hue in the dark."""
    if colour in COLOURS:
        return f"var({COLOURS[colour]})"
    return f"light-dark({colour}, oklch(from {colour} calc(1.15 - l) c h))"
