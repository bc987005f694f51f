"""The files in a folder or an archive of hand-ins. Nothing is unpacked to the disk.

Links are not followed, only regular files of a bounded size are read, and of an archive no more
than its bounds allow, whatever it says of itself.
"""

import io
import os
import stat
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path, PurePosixPath

from course.grading.file_names import clean, natural
from course.grading.submitted_notebook import UnreadableError

MOST_BYTES = 32 << 20
#: Of one archive: files in it, and bytes unpacked in all.
MOST_FILES, MOST_UNPACKED = 20_000, 4 << 30
DEEPEST = 4
IGNORED = {"thumbs.db", "desktop.ini", "__macosx"}
ARCHIVES = (".rar", ".7z", ".tar", ".gz", ".tgz", ".bz2", ".xz")
TOO_LARGE = (
    f"It is larger than {MOST_BYTES >> 20} MB. Clear its outputs, save it, and hand it in again."
)
Source = Callable[[], Path | io.BytesIO]
LINK = "It is a link to another file, and links are not followed."


@dataclass
class File:
    """A file, or a folder or archive in which nothing was found."""

    parts: tuple[str, ...]
    """Its path in the folder; names of archives are folders."""
    path: Path
    """Where it or its archive lies."""
    read: Callable[[], bytes]
    modified: float = 0.0
    """Seconds since 1970."""
    problem: str = ""
    """Why it is not to be read; empty if it is."""
    is_folder: bool = False
    """It stands for a folder or an archive without notebooks."""

    @property
    def shown(self) -> str:
        """The path as it is shown and stored."""
        return "/".join(map(clean, self.parts))

    @property
    def is_notebook(self) -> bool:
        return self.parts[-1].lower().endswith(".ipynb") and not self.is_folder


def files_in(place: Path) -> list[File]:
    """All notebooks in a folder or a zip archive, and what else lies at its top, by name.

    Raises
    ------
    FileNotFoundError, NotADirectoryError
        If there is no such folder.
    ValueError
        If an archive cannot be opened.
    """
    if place.is_file():
        if place.suffix.lower() != ".zip":
            raise NotADirectoryError(f"{place} is neither a folder nor a zip archive.")
        found = list(in_archive(lambda: place, (), place, 0))
        if len(found) == 1 and found[0].is_folder:
            raise ValueError(f"{place}: {found[0].problem}")
    else:
        found = list(in_folder(place, (), 0))
    return sorted(found, key=lambda file: [natural(part) for part in file.parts])


def is_ignored(name: str) -> bool:
    return name.startswith((".", "~$")) or name.lower() in IGNORED


def in_folder(folder: Path, parts: tuple[str, ...], depth: int) -> Iterator[File]:
    """The files of a folder; below the top only notebooks and archives."""
    with os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda e: e.name):
            path, here = Path(entry.path), (*parts, entry.name)
            if is_ignored(entry.name):
                continue
            if entry.is_dir(follow_symlinks=False):
                if depth > DEEPEST:
                    continue
                found = list(in_folder(path, here, depth + 1))
                if not found and not parts:
                    found = [nothing(path, here, "The folder holds no notebook (.ipynb).")]
                yield from found
                continue
            file = File(here, path, read=partial(read_bytes, path))
            file.problem, size, file.modified = problem_of(entry)
            if entry.name.lower().endswith(".zip") and not file.problem:
                yield from in_archive(partial(Path, path), here, path, 1)
            elif not parts or file.is_notebook or is_archive(entry.name):
                file.problem = file.problem or problem_with(entry.name, size)
                yield file


def nothing(path: Path, parts: tuple[str, ...], problem: str) -> File:
    """What stands for a folder or an archive without notebooks."""
    return File(parts, path, read=bytes, problem=problem, is_folder=True)


def is_archive(name: str) -> bool:
    return name.lower().endswith(ARCHIVES)


def problem_of(entry: os.DirEntry) -> tuple[str, int, float]:
    """Why a directory entry is not to be read, if so; its size, and when it was changed."""
    try:
        status = entry.stat(follow_symlinks=False)
    except OSError as error:
        return f"It could not be read: {error.strerror}.", 0, 0.0
    problem = ""
    if stat.S_ISLNK(status.st_mode):
        problem = LINK
    elif not stat.S_ISREG(status.st_mode):
        problem = "It is not an ordinary file."
    return problem, status.st_size, status.st_mtime


def problem_with(name: str, size: int) -> str:
    """Why a file of this name and size is not to be read; empty if it is. Says what to do."""
    name = name.lower()
    if is_archive(name):
        return "It is not a notebook (.ipynb) but an archive of another kind: pack it as .zip."
    if name.endswith((".html", ".pdf", ".py")):
        return (
            "It is not a notebook (.ipynb) but made from one: in Jupyter, File > Download gives "
            "the notebook itself."
        )
    if not name.endswith(".ipynb"):
        return "It is not a notebook (.ipynb)."
    return TOO_LARGE if size > MOST_BYTES else ""


def read_bytes(path: Path) -> bytes:
    """The content of a regular file; a link or pipe that took its place meanwhile is refused."""
    careful = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0)  # Windows has neither
    file = os.open(path, os.O_RDONLY | careful)
    with open(file, "rb") as stream:
        if not stat.S_ISREG(os.fstat(file).st_mode):
            raise UnreadableError("It is not an ordinary file.")
        return stream.read(MOST_BYTES + 1)


@lru_cache(maxsize=4)
def archive_of(source: Source) -> zipfile.ZipFile:
    """An archive, opened once for all of its members that are read in a row."""
    return zipfile.ZipFile(source())


def in_archive(source: Source, parts: tuple[str, ...], path: Path, depth: int) -> Iterator[File]:
    """The notebooks in a zip archive, and in archives in it.

    The names in it are names only: nothing is written anywhere, so none can lead out of a folder.
    """
    try:
        members = [m for m in archive_of(source).infolist() if not m.is_dir()]
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError) as error:
        yield nothing(path, parts, f"The archive cannot be opened: {str(error)[:200]}.")
        return
    if len(members) > MOST_FILES or sum(m.file_size for m in members) > MOST_UNPACKED:
        yield nothing(path, parts, f"The archive holds more than {MOST_FILES} files, or too much.")
        return
    found = 0
    for member in members:
        inner = tuple(
            part for part in PurePosixPath(name_of(member)).parts if part not in ("/", "..", ".")
        )
        if not inner or any(is_ignored(part) for part in inner):
            continue
        here = (*parts, *inner)
        read = reader(source, member)
        file = File(here, path, read, modified=time_of(member))
        name = inner[-1].lower()
        if stat.S_ISLNK(member.external_attr >> 16):
            file.problem = LINK
        elif member.flag_bits & 1:
            file.problem = "It is locked with a password: pack it without one."
        elif name.endswith(".zip") and depth < 2 and member.file_size <= 4 * MOST_BYTES:
            inside = reader(source, member, 4 * MOST_BYTES)
            yield from in_archive(partial(unpacked, inside), here, path, depth + 1)
            found += 1
            continue
        if file.is_notebook or is_archive(name) or (not parts and len(inner) == 1):
            file.problem = file.problem or problem_with(name, member.file_size)
            yield file
            found += 1
    if not found:
        yield nothing(path, parts, "The archive holds no notebook (.ipynb).")


def unpacked(read: Callable[[], bytes]) -> io.BytesIO:
    """An archive in an archive."""
    try:
        return io.BytesIO(read())
    except UnreadableError as error:
        raise ValueError(str(error)) from error


def name_of(member: zipfile.ZipInfo) -> str:
    """A member's path. Names without a mark for UTF-8 are often in UTF-8 all the same."""
    if not member.flag_bits & 0x800:
        try:
            return member.filename.encode("cp437").decode("utf-8").replace("\\", "/")
        except UnicodeError:
            pass
    return member.filename.replace("\\", "/")


def time_of(member: zipfile.ZipInfo) -> float:
    """When a member was changed; archives know local time only."""
    try:
        return time.mktime((*member.date_time, 0, 0, -1))
    except (ValueError, OverflowError):
        return 0.0


def reader(source: Source, member: zipfile.ZipInfo, most: int = MOST_BYTES) -> Callable[[], bytes]:
    """Read a member, and no more than `most` bytes of it, however much it unpacks to.

    More than an archive says that a member has, `zipfile` does not unpack; what does not fit to
    that is an error of its own.
    """

    def read() -> bytes:
        try:
            with archive_of(source).open(member) as unpacking:
                return unpacking.read(most)
        except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, zlib.error) as e:
            raise UnreadableError(f"It could not be unpacked: {str(e)[:200]}.") from e

    return read
