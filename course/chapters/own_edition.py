"""The student edition of a chapter for one student, with a data set of their own.

It is the student edition with one line of code changed, the one that loads the songs. Numbers in
its prose that need no more than the songs are those of the student's songs; a note on top says
where the text speaks of the common ones.
"""

import copy
import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pandas as pd
from nbformat import NotebookNode

from course import variants
from course.chapters import editions, prose
from course.chapters.slips import read_chapter
from course.data import spotify_songs

LOADING = "load_spotify()"
#: Words for a number of artists, of all and of one's own.
WORDS = {"Forty-four": "Thirty-six", "forty-four": "thirty-six"}
NOTE = """\
**Your songs.** This notebook has a data set of your own: {songs} songs by {artists} artists, \
taken from the {all_songs} songs by {all_artists} artists of the book. Nothing in it is made up. \
The others have other songs, so compare at your table what you find and why, not your digits.

Leave the line with `load_spotify(variant="{code}")` as it is: `check` and your instructor judge \
by these songs, and somebody else's numbers are not right for them. How many songs and artists \
there are, and artists' means, are said here as they are in your data. What the text says of a \
fit, such as how far two tables' numbers may be apart, and all of the book with its pictures, is \
of the common data."""


def own_edition(path: Path, along: Iterable[Path], code: str) -> NotebookNode:
    """A chapter of the activity for the student whose data set has this code.

    Parameters
    ----------
    path, along
        As for `editions.handed_out`, which is to be asked first whether the edition gives answers
        away.
    code : str

    Raises
    ------
    course.chapters.editions.EditionError
        If the first code cell of the chapter does not load the songs.
    """
    files = {Path(os.path.relpath(other, path.parent)).as_posix() for other in along}
    notebook = copy.deepcopy(read_chapter(path))
    songs, everything = spotify_songs(code), spotify_songs("")
    first = next(cell for cell in notebook.cells if cell.cell_type == "code")
    if first.source.count(LOADING) != 1:
        raise editions.EditionError(f"The first code cell of {path.name} has no {LOADING}.")
    first.source = first.source.replace(LOADING, f'load_spotify(variant="{code}")')
    known = names(songs)
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = in_numbers_of(cell.source, known)
    edition = editions.student(notebook, files)
    note = NOTE.format(
        code=code,
        songs=len(songs),
        artists=songs["artist"].nunique(),
        all_songs=len(everything),
        all_artists=everything["artist"].nunique(),
    )
    edition.cells.insert(2, nbformat.v4.new_markdown_cell(note, id="your-songs"))
    return edition


def names(songs: pd.DataFrame) -> dict[str, Any]:
    """What the chapters call the songs and what follows from them alone."""
    by_artist = songs.groupby("artist", observed=True)["popularity"]
    means = by_artist.agg(count="size", popularity="mean")
    return {"spotify": songs, "artist_means": means, "pd": pd, "np": np}


def in_numbers_of(source: str, known: dict[str, Any]) -> str:
    """A text with those of its numbers that follow from the songs, and its words for them."""
    values = []
    for match in prose.NUMBER.finditer(source):
        try:
            value = str(eval(match["expression"].strip(), dict(known)))
        except NameError:  # it needs a fit
            value = match["value"]
        values.append(re.sub(r"^-(?=[\d.])", "−", value))
    text = prose.filled(source, values)
    assert variants.ARTISTS == 36, "as WORDS has it"
    for all_of_them, own in WORDS.items():
        text = text.replace(all_of_them, own)
    return text
