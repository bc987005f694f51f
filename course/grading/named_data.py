"""The data set that a notebook names, read from its code without running it."""

import re
from collections.abc import Sequence

from course import variants

#: In code: the argument that names a data set, behind what comes before it.
NAMED = re.compile(
    r"""(?x) (?P<call> load_spotify\([^()]*? ) ,? \s* \bvariant \s* = \s*
        (?P<quote> ["'] ) (?P<code> [^"'\n]* ) (?P=quote)"""
)


def named_in(cells: Sequence[str]) -> str:
    """What the code of a notebook names as its data set first; "" if nothing."""
    return next((found["code"] for cell in cells if (found := NAMED.search(cell))), "")


def without_name(source: str) -> str:
    """Code without the name of a data set: the same for two who share all else."""
    return NAMED.sub(r"\g<call>", source)


def code_in(cells: Sequence[str]) -> str:
    """The code of the data set that a notebook works with; "" is the common one."""
    try:
        text = named_in(cells)
        return variants.checked(text) if text else ""
    except variants.VariantError:
        return ""
