"""The workspace: chapters to run and change, in which nobody's work is ever overwritten.

A manifest keeps the digest of what was written under each name. A file that still is what was
written gives way to a newer edition. One that somebody changed, if only by running it, stays; the
newer edition is put beside it. A file that was deleted comes back.
"""

import json
from pathlib import Path
from typing import NamedTuple

from course.chapters.cells import chapters, replace
from course.chapters.editions import EditionError, as_bytes, digest, handed_out
from course.paths import NOTEBOOKS, WORK

MANIFEST = ".editions.json"
NEWER = "newer-edition"


class Written(NamedTuple):
    """What an update wrote, by its path in the workspace; `beside` is the changed file, if any."""

    name: str
    beside: str | None


def files() -> dict[str, bytes]:
    """Every chapter as it is handed out, by its path in the workspace.

    Raises
    ------
    EditionError
        If there is no chapter, or if a student edition would give answers away.
    """
    paths = chapters()
    if not paths:
        raise EditionError(f"There are no chapters in {NOTEBOOKS}: is this the project's folder?")
    return {
        path.relative_to(NOTEBOOKS).as_posix(): as_bytes(handed_out(path, paths)) for path in paths
    }


def update(editions: dict[str, bytes], folder: Path = WORK) -> list[Written]:
    """Bring a workspace up to date, or begin it; return what was written.

    Parameters
    ----------
    editions : dict from str to bytes
        The content of each file, by its path in the workspace.
    folder : Path
        The workspace.
    """
    manifest = read_manifest(folder)
    written = []
    try:
        for name, content in editions.items():
            place = place_of(name, digest(content), folder, manifest)
            if place is None:
                continue
            (folder / place).parent.mkdir(parents=True, exist_ok=True)
            replace(folder / place, content)
            manifest[place] = digest(content)
            written.append(Written(place, name if place != name else None))
    finally:
        if manifest != read_manifest(folder):
            replace(folder / MANIFEST, json.dumps(manifest, indent=1, sort_keys=True) + "\n")
    return written


def place_of(name: str, edition: str, folder: Path, manifest: dict[str, str]) -> str | None:
    """Where an edition is to be written, by its digest; None if the workspace has it.

    The first of ``name.ipynb``, ``name-newer-edition.ipynb``, ``name-newer-edition-2.ipynb`` ...
    that nobody changed.
    """
    number, place = 0, name
    while True:
        path, known = folder / place, manifest.get(place)
        if not path.exists():
            # deleted: the chapter comes back, what was offered beside it does not
            return None if number and known == edition else place
        present = digest(path.read_bytes())
        if present == edition:
            manifest[place] = edition
            return None
        if known == edition:  # somebody's work on this edition
            return None
        if known == present:  # as it was written
            return place
        number += 1
        stem, dot, ending = name.rpartition(".")
        place = f"{stem}-{NEWER}{f'-{number}' if number > 1 else ''}{dot}{ending}"


def read_manifest(folder: Path) -> dict[str, str]:
    """The digests of what was written; none where they cannot be read, so that every file counts
    as changed."""
    try:
        found = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
