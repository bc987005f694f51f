"""What the name of a hand-in says: whose, which attempt, and when a learning platform named it."""

import re
import unicodedata
from dataclasses import dataclass

CANVAS = re.compile(
    r"(?P<name>[^_]+)_(?:(?P<late>LATE)_)?(?P<user>\d{2,})_(?P<file>\d{3,})_(?P<rest>.+)"
)
MOODLE = re.compile(
    r"(?P<name>.+?)_(?P<user>\d+)_assign(?:submission|feedback)_[a-z]+_?(?P<rest>.*)"
)
ATTEMPT = re.compile(r"(?:^|[-_. /]+)attempt[-_ ]*(\d[\d-]*)", re.IGNORECASE)
COPY = re.compile(r"(?: ?\((\d+)\)|[-_ ]v(\d+))$", re.IGNORECASE)


@dataclass(frozen=True)
class Claim:
    """What names of folder and file say."""

    name: str
    """The student's part, as far as it can be told."""
    platform: str = ""
    """canvas, moodle, or empty."""
    user: str = ""
    """The platform's number for the student."""
    file: str = ""
    """The platform's number for the file: Canvas gives later files higher ones."""
    late: bool = False
    attempt: tuple[int, ...] = ()
    is_exact: bool = False
    """The name is the student's part and nothing else: a chapter's name was cut off behind it."""


def clean(name: str) -> str:
    """A name that can be shown and stored: composed, no control or half characters."""
    name = name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    name = unicodedata.normalize("NFC", name)
    return "".join(c if c.isprintable() else "_" for c in name)[:120].strip() or "_"


def folded(name: str) -> str:
    """The same for names that differ in case, composition or spaces only."""
    return " ".join(unicodedata.normalize("NFC", name.casefold()).split())


def natural(text: str) -> tuple:
    """A key that sorts attempt 10 after attempt 2."""
    return tuple((int(part), "") if part.isdigit() else (-1, part) for part in split(text))


def split(text: str) -> list[str]:
    return [part for part in re.split(r"([0-9]+)", text.casefold()) if part]


def stem(name: str) -> str:
    """A file's name without the ending of a notebook or an archive."""
    return re.sub(r"\.(ipynb|zip)$", "", name, flags=re.IGNORECASE)


def claim_of(parts: tuple[str, ...], is_folder: bool, chapters: list[str]) -> Claim:
    """Read the names of a file and the folders that it lies in, from outside in.

    Parameters
    ----------
    parts : tuple of str
    is_folder : bool
        Whether the first of them is a folder or an archive; if not, it is the file itself.
    chapters : list of str
        The names of the chapters, which file names may contain.
    """
    parts = tuple(clean(part) for part in parts)
    for part in map(stem, parts):
        if match := MOODLE.fullmatch(part):
            attempt = attempt_of(parts, chapters)
            return Claim(match["name"], "moodle", match["user"], "", False, attempt, True)
        if match := CANVAS.fullmatch(part):
            number = re.search(r"-(\d+)$", match["rest"])
            attempt = attempt_of(parts, chapters) or ((int(number[1]),) if number else ())
            late = bool(match["late"])
            return Claim(match["name"], "canvas", match["user"], match["file"], late, attempt, True)
    top = parts[0] if is_folder and not parts[0].lower().endswith(".zip") else stem(parts[0])
    name, is_cut = without_chapter(top, chapters)
    return Claim(
        ATTEMPT.sub("", name) or name,
        attempt=attempt_of(parts, chapters),
        is_exact=is_cut or is_folder,
    )


def without_chapter(name: str, chapters: list[str]) -> tuple[str, bool]:
    """A file's stem without a chapter's name at its end; True if there was one."""
    for chapter in chapters:
        if match := re.fullmatch(rf"(.+?)[-_. ]+{behind(chapter)}", name, re.IGNORECASE):
            return match[1], True
    return name, False


def behind(chapter: str) -> str:
    """A pattern for a chapter's name and a number that a browser or a platform put behind it."""
    return rf"{re.escape(chapter)}(?:[-_ ]?v?\(?(?P<number>\d+)\)?)?"


def chapter_named(name: str, chapters: list[str]) -> str:
    """The chapter whose name a file's name ends with; empty if there is none."""
    for chapter in chapters:
        if re.fullmatch(rf"(?:.*[-_. ])?{behind(chapter)}", stem(name), re.IGNORECASE):
            return chapter
    return ""


def attempt_of(parts: tuple[str, ...], chapters: list[str]) -> tuple[int, ...]:
    """An attempt's number in names: "attempt_2", "(2)", or a number behind a chapter's name."""
    if match := ATTEMPT.search("/".join(parts)):
        return tuple(int(part) for part in match[1].split("-") if part)
    last = stem(parts[-1])
    for chapter in chapters:
        match = re.fullmatch(rf"(?:.*[-_. ])?{behind(chapter)}", last, re.IGNORECASE)
        if match:
            return (int(match["number"]),) if match["number"] else ()
    match = COPY.search(last)
    return (int(match[1] or match[2]),) if match else ()
