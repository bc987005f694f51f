"""The roster: who should hand in, what their files are called, and who hands in together.

It is a table made by hand, or what Canvas and Moodle export for their grades.
"""

import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from course.grading import spreadsheet
from course.grading.file_names import Claim, folded

#: Columns that name a student, in the order in which they are tried in a row.
KEYS = (
    "student",
    "sis login id",
    "id number",
    "username",
    "sis user id",
    "student id",
    "email address",
    "email",
    "id",
    "identifier",
)
#: What of a platform's export the gradebook shows, under our names.
SHOWN = {
    "name": ("name", "full name", "student"),
    "email": ("email", "email address"),
    "section": ("section",),
    "group": ("group",),
    "file": ("file",),
}
NO_STUDENTS = ("points possible", "student, test")


@dataclass
class Owners:
    """Whose a file is."""

    students: tuple[str, ...]
    """One, or all of a group that handed in together."""
    could_be: tuple[str, ...] = ()
    """Several students, if the name fits all of them; the file is nobody's then."""


class Roster(dict[str, dict[str, str]]):
    """Students, and what the gradebook shows of each: a mapping from their key.

    ``rows`` are the table's rows as they were, and ``platform`` is "canvas" or "moodle" if the
    table is an export from there.
    """

    def __init__(self, students: dict[str, dict[str, str]] | None = None):
        super().__init__(students or {})
        self.platform = ""
        self.rows: dict[str, dict[str, str]] = {}
        self.numbers: dict[str, str] = {}
        """Students by the number that the platform's file names have."""

    def owners(self, claim: Claim) -> Owners | None:
        """Whose file a claim makes it; None if nobody's here.

        The platform's number decides first, then the exact name, then the longest name that it
        begins with; composed and decomposed characters, and cases, are the same.
        """
        if claim.user in self.numbers:
            return self.with_group([self.numbers[claim.user]])
        if claim.name in self:
            return self.with_group([claim.name])
        text = folded(claim.name)
        exact = self.keys_folded.get(text)
        found = [exact] if exact else self.names.get(text) or self.named_like(claim)
        return self.with_group(found) if found else None

    def with_group(self, found: list[str]) -> Owners:
        """The students of one group; several that are not of one are an ambiguity."""
        groups = {folded(self[key].get("group") or "") for key in found}
        if len(found) > 1 and (len(groups) > 1 or "" in groups):
            return Owners((), tuple(sorted(found)))
        group = groups.pop()
        if not group:
            return Owners((found[0],))
        return Owners(tuple(k for k, d in self.items() if folded(d.get("group") or "") == group))

    def named_like(self, claim: Claim) -> list[str]:
        """The students whose squeezed name it is, or whose name is the longest at its beginning."""
        if claim.platform == "canvas":
            return self.squeezed.get(squeeze(claim.name), [])
        text = folded(claim.name)
        # What is known to be a whole name may go on with "-marie", which is another name.
        behind = re.compile(r"[_.]|[- ](?=[(\d])" if claim.is_exact else r"[-_. ]")
        fitting = [
            name for name in self.names if text.startswith(name) and behind.match(text[len(name) :])
        ]
        return self.names[max(fitting, key=len)] if fitting else []

    @cached_property
    def names(self) -> dict[str, list[str]]:
        """Students by each text that their files may begin with."""
        found: dict[str, list[str]] = defaultdict(list)
        for key, details in self.items():
            texts = {key, key.partition("@")[0], *names_of(details)}
            for text in {folded(text) for text in texts if text.strip()}:
                found[text].append(key)
        return found

    @cached_property
    def keys_folded(self) -> dict[str, str]:
        """The keys, by what stays of them when case and composition do not matter."""
        return {folded(key): key for key in self}

    @cached_property
    def squeezed(self) -> dict[str, list[str]]:
        """Students by their names as Canvas writes them into file names: "smithjane"."""
        found: dict[str, list[str]] = defaultdict(list)
        for name, students in self.names.items():
            last_first = " ".join(reversed(name.rsplit(" ", 1)))
            for text in {squeeze(name), squeeze(last_first)}:
                found[text] += [key for key in students if key not in found[text]]
        return found


def names_of(details: dict[str, str]) -> set[str]:
    """The texts by which a student's files are known, but their key."""
    name = details.get("name") or ""
    last, comma, first = name.partition(",")
    turned = f"{first.strip()} {last.strip()}" if comma else ""
    return {details.get("file") or "", details.get("group") or "", name, turned}


def squeeze(name: str) -> str:
    """Letters and digits only, without accents."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    return "".join(c for c in plain if c.isalnum())


def read(path: Path) -> Roster:
    """The students of a table.

    A table made by hand has a column `student`; all its other columns are kept: `name`, `file` (how
    their files begin, if not with `student`) and `group` (the same for those who hand in one
    notebook together) mean something. In an export of Canvas or Moodle the columns are found.

    Raises
    ------
    ValueError
        If no column names the students, or a student is there twice.
    """
    rows = spreadsheet.read(path, []) or spreadsheet.read(path, ["student"])
    header = {name.casefold(): name for name in rows[0]} if rows else {}
    roster = Roster()
    if {"student", "id"} <= header.keys():
        roster.platform = "canvas"
        keys = [key for key in KEYS if key != "student"]
    else:
        keys = list(KEYS)
        if "student" not in header and header.keys() & {"id number", "identifier", "email address"}:
            roster.platform = "moodle"
    columns = [header[key] for key in keys if key in header]
    if rows and not columns:
        raise ValueError(
            f"{path} has no column student, nor one by which Canvas or Moodle know them, such as "
            f"SIS Login ID or ID number. It has: {', '.join(header.values())}."
        )
    seen: dict[str, str] = {}
    for row in rows:
        key = next((value for column in columns if (value := row[column].strip())), "")
        if not key or row.get("Student", "").strip().casefold().startswith(NO_STUDENTS):
            continue
        if folded(key) in seen:
            raise ValueError(f"{path} has {key} twice.")
        seen[folded(key)] = key
        if number := re.sub(r"\D", "", row.get(header.get("identifier", ""), "")):
            roster.numbers[number] = key
        if roster.platform == "canvas" and row[header["id"]].strip():
            roster.numbers[row[header["id"]].strip()] = key
        roster.rows[key] = row
        roster[key] = details_of(row, header, bool(roster.platform), columns[0])
    return roster


def details_of(
    row: dict[str, str], header: dict[str, str], is_export: bool, key: str
) -> dict[str, str]:
    """What the gradebook shows of a student: all of a table made by hand, a choice of an export."""
    if not is_export:
        return {column: value for column, value in row.items() if column != key}
    details = {
        ours: row[header[theirs]]
        for ours, columns in SHOWN.items()
        for theirs in columns
        if theirs in header
    }
    parts = [row.get(header.get(c, ""), "") for c in ("first name", "last name", "surname")]
    if name := " ".join(filter(None, parts)):
        details["name"] = name
    return details
