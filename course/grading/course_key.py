"""The course key: a secret from which the codes of all students' own data sets are made.

It lies beside the roster, ``class.key`` beside ``class.csv``, and nowhere else. Who has it can make
and recognise every code; who has a code cannot find the key, nor the code of somebody else.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from course import variants
from course.chapters.cells import replace
from course.grading.file_names import folded
from course.judging import conditions
from course.judging.judged_data import judged_by

#: What the codes are for: another assignment would have others.
ASSIGNMENT = "hierarchical models, activity"
MOST_TRIES = 1_000


@dataclass(frozen=True)
class CourseKey:
    """A secret of 32 bytes."""

    secret: bytes

    def code(self, owner: str, counter: int) -> str:
        """The code of an owner's data set, one for each counter."""
        text = f"{ASSIGNMENT}\n{owner}\n{counter}"
        return variants.code(hmac.digest(self.secret, text.encode(), hashlib.sha256), counter)

    def is_of(self, code: str, owner: str) -> bool:
        """Is this a code of the owner's?"""
        return hmac.compare_digest(code, self.code(owner, variants.counter(code)))

    def accepted(self, owner: str) -> tuple[str, list[str]]:
        """The owner's first code whose data set keeps all conditions; what each before it broke."""
        rejected: list[str] = []
        while len(rejected) < MOST_TRIES:
            code = self.code(owner, len(rejected))
            with judged_by(code):
                broken = conditions.broken()
            if not broken:
                return code, rejected
            rejected.append(broken)
        raise RuntimeError(f"None of {MOST_TRIES} data sets keeps the conditions.")


def owner_of(student: str, details: Mapping[str, str]) -> str:
    """Whose data set a student has: their group's, if the roster says one, else their own."""
    group = folded(details.get("group") or "")
    return f"group {group}" if group else f"student {folded(student)}"


def beside(roster: Path) -> Path:
    """Where the key of a class lies."""
    return roster.with_suffix(".key")


def read(path: Path) -> CourseKey | None:
    """The key in a file; None if there is no such file.

    Raises
    ------
    ValueError
        If it is no key.
    """
    if not path.is_file():
        return None
    text = path.read_bytes().strip().decode("ascii", "replace").lower()
    if not re.fullmatch(r"[0-9a-f]{64}", text):
        raise ValueError(
            f"{path} is not the course key that was written there. Put a copy of it back: with "
            "another key, everybody would have other data."
        )
    return CourseKey(bytes.fromhex(text))


def write(path: Path) -> CourseKey:
    """Make a new key and write it, for nobody else on this machine to read."""
    key = secrets.token_hex(32)
    replace(path, key + "\n")
    path.chmod(0o600)
    return CourseKey(bytes.fromhex(key))
