"""The places of the repository; nothing else says where a file of the project lies."""

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
PROJECT = PACKAGE.parent

NOTEBOOKS = PROJECT / "notebooks"
LECTURE, ACTIVITY = NOTEBOOKS / "lecture", NOTEBOOKS / "activity"
BOOK = PROJECT / "book"
REFERENCES = BOOK / "references.bib"
GLOSSARY = BOOK / "glossary.md"

INSTRUCTORS = PROJECT / "instructors"
RUBRICS = INSTRUCTORS / "rubrics.toml"
UNSAID = INSTRUCTORS / "unsaid.toml"
DEBRIEF = INSTRUCTORS / "debrief.md"
EXAM = INSTRUCTORS / "exam.toml"
GRADESCOPE = INSTRUCTORS / "gradescope"
SAMPLE_CLASS, SAMPLE_ROSTER = INSTRUCTORS / "sample-class", INSTRUCTORS / "sample-roster.csv"

BENCHMARKS = PROJECT / "benchmarks"
BUILD = PROJECT / "_build"
#: Where readers run and change chapters: theirs, so nothing here deletes it.
WORK = PROJECT / "work"
