"""The record: one SQLite file with everything that was run, judged, marked and overridden.

Only the grading process writes to it, one submission at a time, so an interruption loses at most
the notebooks that were running. What a notebook left is stored by the digest of its cells: a
changed rule or rubric judges it again without running it.
"""

import json
import sqlite3
import time
import zlib
from dataclasses import fields
from pathlib import Path

import filelock

from course.grading.judge_notebook import Answer

SCHEMA = """
CREATE TABLE IF NOT EXISTS runs (
    key TEXT PRIMARY KEY, result BLOB NOT NULL, finished TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS notebooks (
    student TEXT, path TEXT, chapter TEXT, likeness TEXT, key TEXT, rules TEXT,
    status TEXT, sentence TEXT, notes TEXT, safe INTEGER, seconds REAL, graded TEXT,
    PRIMARY KEY (student, path));
CREATE TABLE IF NOT EXISTS answers (
    student TEXT, chapter TEXT, exercise TEXT, name TEXT, status TEXT, points REAL, most REAL,
    message TEXT, mistake TEXT, text TEXT, PRIMARY KEY (student, chapter, name));
CREATE TABLE IF NOT EXISTS marks (
    student TEXT, chapter TEXT, name TEXT, version TEXT, points REAL, comment TEXT, marked TEXT,
    PRIMARY KEY (student, chapter, name));
CREATE TABLE IF NOT EXISTS overrides (
    student TEXT, exercise TEXT, points REAL, reason TEXT, made TEXT,
    PRIMARY KEY (student, exercise));
"""
ANSWER_COLUMNS = [field.name for field in fields(Answer)]


class RecordError(RuntimeError):
    """The record cannot be used; the message says why."""


class Record:
    """The record in one file; a context manager that closes it."""

    def __init__(self, path: Path):
        self.path = path
        # The system lets go of it when the process ends, however that comes about.
        self.lock = filelock.FileLock(path.with_suffix(".lock"), blocking=False)
        try:
            self.lock.acquire()
        except filelock.Timeout as error:
            raise RecordError(
                f"Another call is grading into {path.parent}. Wait until it has ended, or name "
                "another folder with --output."
            ) from error
        try:
            self.database = sqlite3.connect(path)
            self.database.row_factory = sqlite3.Row
            self.database.execute("PRAGMA journal_mode = WAL")
            self.database.executescript(SCHEMA)
        except sqlite3.Error as error:
            self.lock.release()
            raise RecordError(
                f"{path} is no record of grading, or cannot be written: {error}. "
                "Name another folder with --output."
            ) from error

    def __enter__(self) -> "Record":
        return self

    def __exit__(self, kind, error, traceback) -> None:
        self.database.close()
        self.lock.release()
        if isinstance(error, sqlite3.OperationalError):  # a full disk, or a folder that is gone
            raise RecordError(
                f"{self.path} cannot be written: {error}. Make room, or name another folder with "
                "--output, and call again: what is done is stored."
            ) from error

    def query(self, sql: str, *values) -> list[dict]:
        """All rows of a query, as dictionaries."""
        return [dict(row) for row in self.database.execute(sql, values)]

    def stored_run(self, key: str) -> dict | None:
        """What a notebook left when it was run, or None if it was not, or cannot be read."""
        found = self.query("SELECT result FROM runs WHERE key = ?", key)
        try:
            return json.loads(zlib.decompress(found[0]["result"])) if found else None
        except (zlib.error, ValueError):
            return None

    def store_run(self, key: str, result: dict) -> None:
        """Keep what a notebook left, but for what it printed."""
        cells = [{k: v for k, v in cell.items() if k != "text"} for cell in result["cells"]]
        result = result | {"cells": cells}
        content = zlib.compress(json.dumps(result).encode(), 1)
        with self.database:
            self.database.execute(
                "INSERT OR REPLACE INTO runs VALUES (?, ?, ?)", (key, content, now())
            )

    def store_notebook(self, row: dict, answers: list[Answer]) -> None:
        """Replace all that is known of one notebook, in one step.

        `row` has the columns of the table `notebooks`, but `graded`.
        """
        row = row | {"graded": now()}
        with self.database:
            # The student's former notebook of this chapter, under whatever name, is replaced.
            if row["chapter"]:
                self.database.execute(
                    "DELETE FROM notebooks WHERE student = ? AND chapter = ?",
                    (row["student"], row["chapter"]),
                )
                self.database.execute(
                    "DELETE FROM answers WHERE student = ? AND chapter = ?",
                    (row["student"], row["chapter"]),
                )
            self.insert("notebooks", row)
            for answer in answers:
                values = {column: getattr(answer, column) for column in ANSWER_COLUMNS}
                self.insert("answers", values | {key: row[key] for key in ("student", "chapter")})

    def insert(self, table: str, row: dict) -> None:
        marks = ", ".join("?" * len(row))
        self.database.execute(
            f"INSERT OR REPLACE INTO {table} ({', '.join(row)}) VALUES ({marks})",
            tuple(row.values()),
        )

    def forget_others(self, present: set[tuple[str, str]]) -> None:
        """Drop the rows of files that are no longer there (student, path); marks stay."""
        with self.database:
            for row in self.query("SELECT student, path, chapter FROM notebooks"):
                if (row["student"], row["path"]) not in present:
                    self.database.execute(
                        "DELETE FROM notebooks WHERE student = ? AND path = ?",
                        (row["student"], row["path"]),
                    )
                    self.database.execute(
                        "DELETE FROM answers WHERE student = ? AND chapter = ? AND NOT EXISTS "
                        "(SELECT 1 FROM notebooks AS n WHERE n.student = answers.student "
                        "AND n.chapter = answers.chapter)",
                        (row["student"], row["chapter"]),
                    )

    def rename(self, old: str, new: str) -> None:
        """Give the marks and overrides of a student to the name that the student has now."""
        with self.database:
            for table in ("marks", "overrides"):
                self.database.execute(
                    f"UPDATE OR IGNORE {table} SET student = ? WHERE student = ?", (new, old)
                )

    def forget_runs(self) -> None:
        """Drop what was left by notebooks, or versions of them, that are no longer there."""
        with self.database:
            self.database.execute("DELETE FROM runs WHERE key NOT IN (SELECT key FROM notebooks)")

    def mark(self, rows: list[dict]) -> None:
        """Store the marks of written answers, all or none."""
        with self.database:
            for row in rows:
                self.insert("marks", row | {"marked": now()})

    def override(self, student: str, exercise: str, points: float | None, reason: str) -> None:
        """Set the points of an exercise by hand, with a reason; None takes that back."""
        with self.database:
            self.database.execute(
                "DELETE FROM overrides WHERE student = ? AND exercise = ?", (student, exercise)
            )
            if points is not None:
                self.insert(
                    "overrides",
                    {
                        "student": student,
                        "exercise": exercise,
                        "points": points,
                        "reason": reason,
                        "made": now(),
                    },
                )


def now() -> str:
    """The time, for the record."""
    return time.strftime("%Y-%m-%d %H:%M:%S")
