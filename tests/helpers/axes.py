"""Axes to draw on, for answers that are plots."""

import matplotlib.pyplot as plt


def new():
    """Axes of a new figure."""
    return plt.subplots()[1]


def on(draw):
    """The axes that a function has drawn on."""
    ax = new()
    draw(ax)
    return ax
