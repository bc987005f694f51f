"""What the command was told once, kept in the output folder: roster, chapters, limits and more."""

import argparse
import json
import secrets
import shutil
from pathlib import Path

from course.chapters.cells import replace
from course.grading import course_key

SETTINGS, ROSTER = "settings.json", "roster.csv"
KEPT = (
    "chapters",
    "title",
    "lms",
    "column",
    "anonymous",
    "cell_seconds",
    "notebook_seconds",
    "memory",
)


def read(output: Path) -> dict:
    """What is kept in an output folder; nothing if there is none.

    Raises
    ------
    ValueError
        If the file cannot be read; the message says what to do.
    """
    path = output / SETTINGS
    if not path.is_file():
        return {}
    try:
        settings = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(
            f"{path} cannot be read: {error}. Delete it, and say again what it kept: roster, "
            "chapters, title, limits."
        ) from error
    return settings if isinstance(settings, dict) else {}


def fill_in(options: argparse.Namespace, output: Path) -> list[str]:
    """Give options that were not said the values of the last call; return those, in words."""
    settings, said = read(output), []
    for name in KEPT:
        value = settings.get(name)
        if getattr(options, name) in (None, []) and value not in (None, [], False):
            setattr(options, name, value)
            said.append(f"{name.replace('_', '-')} {shown(value)}".removesuffix(" True"))
    if options.roster is None and (output / ROSTER).is_file():
        options.roster = output / ROSTER
        said.append("roster")
    return said


def shown(value) -> str:
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)


def keep(options: argparse.Namespace, output: Path) -> str:
    """Keep the options for later calls; return the key of codes for names (see `marking`)."""
    settings = read(output)
    settings |= {name: getattr(options, name) for name in KEPT}
    settings.setdefault("key", secrets.token_hex(16))
    output.mkdir(parents=True, exist_ok=True)
    replace(output / SETTINGS, json.dumps(settings, indent=1) + "\n")
    if options.roster and options.roster.resolve() != (output / ROSTER).resolve():
        shutil.copyfile(options.roster, output / ROSTER)
        if course_key.beside(options.roster).is_file():
            shutil.copyfile(course_key.beside(options.roster), course_key.beside(output / ROSTER))
    return settings["key"]
