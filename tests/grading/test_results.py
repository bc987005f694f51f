"""What instructors get and what is remembered, without running a notebook in a sandbox."""

import csv
import json
import re
import zipfile
from dataclasses import replace

import pytest
from bs4 import BeautifulSoup
from grading_tools import grade

from course.grading import (
    assignment,
    cli,
    digests,
    feedback_zip,
    gradebook,
    roster,
    side_by_side,
    spreadsheet,
)
from course.grading.feedback import filename
from course.grading.file_names import claim_of
from course.grading.student_results import version_of
from course.submission.answers import collect

WARM_UP, POOLED = "01-warm-up", "02-complete-pooled"
RIGHT = {"typical_00": "c"}
TEXT = "It is the same for everybody and forgets the artists."


def run_plainly(task, server):
    """What `run_notebook` returns, for cells of our own that are harmless."""
    namespace = {}
    for cell in task["cells"]:
        exec(cell, namespace)
    return {
        "status": "graded",
        "sentence": "",
        "seconds": 0.0,
        "cells": [{"status": "ok"} for _ in task["cells"]],
        "answers": collect(namespace, task["plan"]),
    }


@pytest.fixture(autouse=True)
def no_sandbox(monkeypatch):
    monkeypatch.setattr(side_by_side, "run_notebook", run_plainly)


def command(*arguments):
    return grade(object(), *arguments)


def put(folder, *files):
    """Write notebooks; each is a path and the names that it assigns to."""
    for name, answers in files:
        cells = [
            {"cell_type": "code", "source": f"{key} = {value!r}"} for key, value in answers.items()
        ]
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"nbformat": 4, "cells": cells}), encoding="utf-8")
    return folder


def listed(path, rows):
    with open(path, "w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, list(rows[0]))
        table.writeheader()
        table.writerows(rows)
    return path


def book(output):
    return {row["student"]: row for row in spreadsheet.read(output / "gradebook.csv", [])}


def sheet(output, name="marking.csv"):
    return spreadsheet.read(output / name, [])


def fill(output, points, comment="", name="marking.csv", rows=None):
    rows = rows or sheet(output, name)
    for row in rows:
        row |= {"points": points, "comment": comment}
    spreadsheet.write(output / name, list(rows[0]), rows)


@pytest.fixture
def places(tmp_path):
    return tmp_path / "in", tmp_path / "out"


def students(*names):
    return [(f"{name}_{POOLED}.ipynb", {"bummer_05b": f"{TEXT} {name}"}) for name in names]


# ------------------------------------------------------------------------------ what is remembered


def test_what_was_said_once_is_remembered_until_it_is_said_otherwise(places, tmp_path, capsys):
    folder, output = places
    put(folder, ("doe_01-warm-up.ipynb", RIGHT), ("doe_02-complete-pooled.ipynb", {"guess_01": 1}))
    people = listed(tmp_path / "r.csv", [{"student": "A1", "name": "Jo Doe", "file": "doe"}])
    first = ("--roster", people, "--chapters", "01", "--cell-seconds", "60", "--title", "Home (7)")
    assert command(folder, "--output", output, *first, "--lms", "canvas") == cli.DONE
    people.unlink()
    before = (output / "gradebook.csv").read_bytes()
    (output / "import.csv").unlink()
    capsys.readouterr()
    assert command(folder, "--output", output) == cli.DONE
    said = capsys.readouterr().out
    assert "chapters 01" in said and "cell-seconds 60" in said and "roster" in said
    assert (output / "gradebook.csv").read_bytes() == before
    assert "Home (7)" in spreadsheet.read(output / "import.csv", [])[0]
    row = book(output)["A1"]
    most = assignment.load().exercises["ex-00"].points
    assert row["maximum"] == str(most) and "ex-01" not in row
    assert float(row["ex-00"]) == pytest.approx(most / 4, abs=0.005)
    page = (output / "feedback" / filename("A1")).read_text(encoding="utf-8")
    assert f"of {most} points" in page and "Everybody in one pool" not in page
    assert command(folder, "--output", output, "--chapters", "all", "--lms", "none") == cli.DONE
    assert book(output)["A1"]["maximum"] == str(assignment.load().maximum)
    assert command(folder, "--output", output, "--chapters", "09") == cli.USAGE


def test_marks_without_the_roster_stay_with_their_students(places, tmp_path):
    folder, output = places
    put(folder, *students("doe"))
    people = listed(tmp_path / "r.csv", [{"student": "A1", "file": "doe"}])
    command(folder, "--output", output, "--roster", people)
    fill(output, "1")
    assert command(folder, "--output", output, "--marks", output / "marking.csv") == cli.DONE
    assert book(output).keys() == {"A1"} and book(output)["A1"]["to_mark"] == "0"
    assert sheet(output)[0]["points"] == "1"


def test_marks_follow_a_student_to_another_name(places, tmp_path):
    folder, output = places
    put(folder, *students("doe"))
    command(folder, "--output", output)
    fill(output, "1")
    arguments = ["--marks", output / "marking.csv", "--override", "doe", "ex-03", "1", "seen"]
    command(folder, "--output", output, *arguments)
    people = listed(tmp_path / "r.csv", [{"student": "A1", "file": "doe"}])
    command(folder, "--output", output, "--roster", people)
    row = book(output)["A1"]
    assert row["to_mark"] == "0" and row["ex-05b"] == row["ex-03"] == "1"


def test_settings_that_cannot_be_read_are_named(places, capsys):
    folder, output = places
    put(folder, *students("doe"))
    output.mkdir()
    (output / "settings.json").write_text("{", encoding="utf-8")
    assert command(folder, "--output", output) == cli.USAGE
    assert "Delete it" in capsys.readouterr().err


# -------------------------------------------------------------------------------- marks, overrides


def test_a_filled_sheet_is_never_written_over(places, capsys):
    folder, output = places
    put(folder, *students("ann"))
    command(folder, "--output", output)
    fill(output, "0,5", "good")
    filled = (output / "marking.csv").read_bytes()
    put(folder, *students("bob"))
    for _ in range(2):
        assert command(folder, "--output", output) == cli.DONE
        assert (output / "marking.csv").read_bytes() == filled
        assert {row["student"] for row in sheet(output, "marking-2.csv")} == {"ann", "bob"}
    assert "were not merged" in capsys.readouterr().out
    fill(output, "1", name="marking-2.csv", rows=sheet(output, "marking-2.csv")[1:])
    command(folder, "--output", output)
    assert len(sheet(output, "marking-3.csv")) == 2 and len(sheet(output, "marking-2.csv")) == 1
    command(folder, "--output", output, "--marks", output / "marking.csv")
    assert len(sheet(output)) == 2 and len(sheet(output, "marking-2.csv")) == 1
    assert command(folder, "--output", output, "--marks", output / "marking-2.csv") == cli.DONE
    assert [row["points"] for row in sheet(output)] == ["0.5", "1"]
    assert [path.name for path in output.glob("marking*")] == ["marking.csv"]


def test_a_sheet_that_cannot_be_read_is_kept(places):
    folder, output = places
    put(folder, *students("ann"))
    command(folder, "--output", output)
    (output / "marking.csv").write_bytes(b"PK\x03\x04 saved as a workbook")
    command(folder, "--output", output)
    assert (output / "marking.csv").read_bytes().startswith(b"PK")
    assert len(sheet(output, "marking-2.csv")) == 1


def test_marks_are_reopened_when_the_points_change(places, monkeypatch):
    folder, output = places
    put(folder, *students("ann"))
    command(folder, "--output", output)
    fill(output, "1")
    arguments = ["--marks", output / "marking.csv", "--override", "ann", "ex-03", "4", "seen"]
    command(folder, "--output", output, *arguments)
    assert book(output)["ann"]["to_mark"] == "0" and book(output)["ann"]["ex-03"] == "4"
    load = assignment.load

    def worth_less(*arguments, **named):
        work = load(*arguments, **named)
        chapters = [
            replace(c, exercises=[replace(e, points=1) for e in c.exercises]) for c in work.chapters
        ]
        return replace(work, chapters=chapters)

    monkeypatch.setattr(assignment, "load", worth_less)
    command(folder, "--output", output)
    row = book(output)["ann"]
    assert row["to_mark"] == "1" and row["ex-05b"] == row["ex-03"] == "" and row["points"] == ""
    assert "set them again" in row["notes"] and sheet(output)[0]["points"] == ""


def test_an_override_counts_for_someone_who_handed_in_nothing(places, tmp_path):
    folder, output = places
    put(folder, *students("ann"))
    people = listed(tmp_path / "r.csv", [{"student": "ann"}, {"student": "bob"}])
    command(folder, "--output", output, "--roster", people)
    command(folder, "--output", output, "--override", "bob", "ex-03", "3.5", "shown on paper")
    row = book(output)["bob"]
    assert row["ex-03"] == row["points_so_far"] == "3.5" and row["status"] == "nothing handed in"
    page = (output / "feedback" / "bob.html").read_text(encoding="utf-8")
    assert "shown on paper" in page and "3.5 of" in page


def test_the_sheet_shows_exercise_prompt_and_sample_and_identical_answers_together(places):
    folder, output = places
    put(folder, *students("bob", "ann"))
    put(folder, (f"cy_{POOLED}.ipynb", {"bummer_05b": f" {TEXT.upper()}  bob"}))
    command(folder, "--output", output)
    rows = sheet(output)
    assert [(row["student"], row["same_as"]) for row in rows] == [
        ("ann", ""),
        ("bob", ""),
        ("cy", "bob"),
    ]
    assert {row["exercise"] for row in rows} == {"5b"}
    assert all(
        row["prompt"] and row["samples"].startswith("full: ") and row["rubric"] for row in rows
    )
    rows[1] |= {"points": "1", "comment": "well said"}
    spreadsheet.write(output / "marking.csv", list(rows[0]), rows)
    command(folder, "--output", output, "--marks", output / "marking.csv")
    assert [(row["points"], row["comment"]) for row in sheet(output)] == [
        ("", ""),
        ("1", "well said"),
        ("1", "well said"),
    ]


def test_codes_stand_for_names_in_an_anonymous_sheet(places):
    folder, output = places
    put(folder, *students("ann", "bob"))
    command(folder, "--output", output, "--anonymous")
    codes = [row["student"] for row in sheet(output)]
    assert all(re.fullmatch("s[0-9a-f]{8}", code) for code in codes) and len(set(codes)) == 2
    command(folder, "--output", output)
    assert [row["student"] for row in sheet(output)] == codes
    rows = sheet(output)
    rows[0]["points"], marked = "1", rows[0]["answer"].split()[-1]
    spreadsheet.write(output / "marking.csv", list(rows[0]), rows)
    command(folder, "--output", output, "--marks", output / "marking.csv", "--no-anonymous")
    assert {row["student"]: row["points"] for row in sheet(output)}[marked] == "1"
    assert {row["student"] for row in sheet(output)} == {"ann", "bob"}


def test_a_mark_belongs_to_the_text_and_what_it_is_worth():
    answer = {"text": "a", "most": 2.0}
    assert version_of(answer) == version_of(dict(answer))
    assert len({version_of(answer | more) for more in ({}, {"text": "b"}, {"most": 1.0})}) == 3


# ------------------------------------------------------------------------ groups, pages, platforms


def test_a_group_has_one_hand_in_and_is_not_identical_work(places, tmp_path):
    folder, output = places
    put(folder, (f"ann_{POOLED}.ipynb", {"bummer_05b": TEXT}))
    rows = [{"student": name, "group": "one"} for name in ("ann", "bob")]
    command(folder, "--output", output, "--roster", listed(tmp_path / "r.csv", rows))
    assert [row["same_as"] for row in sheet(output)] == ["", "ann"]
    assert spreadsheet.read(output / "identical.csv", []) == []
    command(folder, "--output", output, "--override", "ann", "ex-03", "1", "alone")
    assert book(output)["bob"]["status"] == "graded" and book(output)["bob"]["ex-03"] != "1"
    put(folder, (f"eve_{POOLED}.ipynb", {"bummer_05b": TEXT}))
    command(folder, "--output", output)
    assert [row["students"] for row in spreadsheet.read(output / "identical.csv", [])] == [
        "ann, bob, eve"
    ]


def test_pages_of_former_names_go_and_others_stay(places, tmp_path):
    folder, output = places
    put(folder, *students("doe"))
    command(folder, "--output", output)
    (output / "feedback" / "mine.html").write_text("my own", encoding="utf-8")
    people = listed(tmp_path / "r.csv", [{"student": "A1", "file": "doe"}])
    command(folder, "--output", output, "--roster", people)
    assert {path.name for path in (output / "feedback").iterdir()} == {"A1.html", "mine.html"}


def test_every_student_has_a_page_of_their_own():
    names = ["josé", filename("josé").removesuffix(".html"), "jos", "'=dan", "=dan"]
    names.append(filename(names[1]).removesuffix(".html"))
    assert len({filename(name) for name in names}) == len(names)


def test_a_strange_folder_and_a_strange_separator_lose_nothing(places):
    folder, output = places
    put(folder, (f"'=dan/{POOLED}.ipynb", {"bummer_05b": f"{TEXT}\u2028second line\x0bthird"}))
    command(folder, "--output", output)
    fill(output, "1")
    assert command(folder, "--output", output, "--marks", output / "marking.csv") == cli.DONE
    assert book(output)["'=dan"]["ex-05b"] == "1"


CANVAS = """\
Student,ID,SIS User ID,SIS Login ID,Section,Quiz (5),Activity (77),Current Score
    Points Possible,,,,,5,58,(read only)
"Smith, Jane",12345,900,jsmith,A,3,,50
"Roe, Al",777,901,aroe,B,,,
"""
MOODLE = """\
Identifier,Full name,ID number,Email address,Status,Grade,Maximum Grade,Feedback comments
Participant 12345,Jane Smith,A1,jane@example.org,Submitted,,58,
Participant 777,Al Roe,B2,al@example.org,-,,58,
"""


@pytest.mark.parametrize(
    "system, table, key, file, header, entry",
    [
        (
            "canvas",
            CANVAS,
            "jsmith",
            f"smithjane_LATE_12345_678901_{WARM_UP}-1.ipynb",
            ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Activity (77)"],
            ["smithjane_12345_678901_feedback.html"],
        ),
        (
            "moodle",
            MOODLE,
            "A1",
            "Jane Smith_12345_assignsubmission_file_/work.ipynb",
            MOODLE.partition("\n")[0].split(","),
            [
                "Jane Smith_12345_assignsubmission_file_/feedback.html",
                "Al Roe_777_assignsubmission_file_/feedback.html",
            ],
        ),
    ],
)
def test_a_platforms_export_comes_back_with_grades_and_feedback(
    system, table, key, file, header, entry, places, tmp_path
):
    folder, output = places
    work = assignment.load()
    names = dict.fromkeys(work.chapters[0].plan, "c")
    put(folder, (file, names), (f"stranger_{WARM_UP}.ipynb", RIGHT))
    (tmp_path / "export.csv").write_text(table, encoding="utf-8")
    arguments = ["--roster", tmp_path / "export.csv", "--lms", system]
    assert command(folder, "--output", output, *arguments) == cli.DONE
    rows = spreadsheet.read(output / "import.csv", [])
    assert list(rows[0]) == header and len(rows) == 2
    grade_column = "Grade" if system == "moodle" else "Activity (77)"
    mine = next(row for row in rows if key in row.values())
    assert mine[grade_column] == book(output)[key]["points"] != ""
    original = {row[header[0]]: row for row in csv.DictReader(table.splitlines())}
    assert all(mine[c] == original[mine[header[0]]][c] for c in header[:4])
    with zipfile.ZipFile(output / "feedback.zip") as archive:
        assert archive.namelist() == entry
        assert b"Jane" in archive.read(entry[0])
    assert book(output)[key]["late"] == ("yes" if system == "canvas" else "")
    assert re.fullmatch(r"20\d\d-\d\d-\d\d \d\d:\d\d", book(output)[key]["handed_in"])


def test_in_a_group_each_page_goes_to_its_own_student(places, tmp_path):
    folder, output = places
    table = MOODLE.replace("Identifier", "Group,Identifier").replace(
        "Participant", "one,Participant"
    )
    put(folder, ("Jane Smith_12345_assignsubmission_file_/work.ipynb", RIGHT))
    (tmp_path / "export.csv").write_text(table, encoding="utf-8")
    command(folder, "--output", output, "--roster", tmp_path / "export.csv", "--lms", "moodle")
    assert {row["status"] for row in book(output).values()} == {"graded"}
    with zipfile.ZipFile(output / "feedback.zip") as archive:
        pages = {name.split("_")[1]: archive.read(name) for name in archive.namelist()}
    assert pages.keys() == {"12345", "777"} and b"Al Roe" in pages["777"]
    canvas = CANVAS.replace("Section", "group").replace(",A,", ",1,").replace(",B,", ",1,")
    (tmp_path / "export.csv").write_text(canvas, encoding="utf-8")
    put(tmp_path / "c", (f"smithjane_12345_678901_{WARM_UP}.ipynb", RIGHT))
    arguments = ["--roster", tmp_path / "export.csv", "--lms", "canvas"]
    command(tmp_path / "c", "--output", tmp_path / "c-out", *arguments)
    with zipfile.ZipFile(tmp_path / "c-out" / "feedback.zip") as archive:
        assert archive.namelist() == ["smithjane_12345_678901_feedback.html"]
        assert b"Smith, Jane" in archive.read(archive.namelist()[0])


def test_the_assignments_column_is_found_in_the_export():
    columns = ["Student", "ID", "Activity (77)", "Final (78)"]
    assert gradebook.assignment_in(columns, "") == "Activity (77)"
    assert gradebook.assignment_in(columns, "Final") == "Final (78)"
    assert gradebook.assignment_in(columns, "Other") == "Other"
    assert gradebook.assignment_in(["Student", "Homework (9)"], "") == "Homework (9)"
    assert gradebook.columns_for("canvas", "", [], roster.Roster())["Activity"] == "points"


def test_the_class_report_says_what_happened_and_runs_nothing(places, tmp_path):
    folder, output = places
    wrong = {"meaning_03": "a", "mac_beats_80_05a": (1.0, 2.0), "beyonce_04": 140.0}
    put(folder, *((f"{name}_{POOLED}.ipynb", wrong) for name in ("ann", "bob")))
    put(folder, (f"cy_{WARM_UP}.ipynb", {"typical_00": "<script>"}))
    rows = [{"student": name, "name": name.title()} for name in ("ann", "bob", "cy", "dee")]
    command(folder, "--output", output, "--roster", listed(tmp_path / "r.csv", rows))
    page = BeautifulSoup((output / "report.html").read_text(encoding="utf-8"), "html.parser")
    assert not page.find_all(["script", "img", "link", "a", "iframe"])
    parts = {
        h.text: [tag.text for tag in h.find_next_siblings() if tag.find_previous("h2") is h]
        for h in page.find_all("h2")
    }
    assert "Exercise 3" in parts["What to discuss next"][0]
    assert "Ann" in parts["Who is stuck"][0] and "Dee" in parts["Who is stuck"][1]
    tables = {h.text: h.find_next("table") for h in page.find_all("h2")}
    by_exercise = [
        [cell.text.strip() for cell in row.find_all("td")]
        for row in tables["Points by exercise"].find_all("tr")[1:]
    ]
    assert len(by_exercise) == len(assignment.load().exercises)
    assert by_exercise[0][0].startswith("0 ·") and by_exercise[0][3:] == ["0", "1", "0"]
    named = tables["Named mistakes"].text + tables["Wrong answers without a name"].text
    assert "meaning_03" in named and "beyonce_04" in named


def test_another_version_of_what_computes_runs_notebooks_again_and_says_which(
    places, monkeypatch, capsys
):
    folder, output = places
    put(folder, (f"ann_{WARM_UP}.ipynb", RIGHT))
    command(folder, "--output", output)
    command(folder, "--output", output)
    assert "0 notebooks run, 1 unchanged" in capsys.readouterr().out
    now = digests.versions_deciding()
    assert {"Python", "numpy", "scipy", "pandas", "bambi", "nutpie", "numba"} <= now.keys()
    monkeypatch.setattr(digests, "versions_deciding", lambda: now | {"pymc": "99.0"})
    command(folder, "--output", output)
    said = capsys.readouterr().out
    assert "1 notebooks run, 0 unchanged" in said
    assert f"run again, for versions have changed: pymc {now['pymc']} → 99.0\n" in said
    command(folder, "--output", output)
    said = capsys.readouterr().out
    assert "0 notebooks run, 1 unchanged" in said and "run again" not in said


def test_names_in_the_zip_are_read_as_the_platforms_read_them():
    # Moodle: the first part of the path with four parts, of which the second is the participant's
    # number, the third and fourth the plugin; a folder's name may end with an underscore.
    folder, _, page = feedback_zip.moodle_name("Jane_A. Smith", "12345").partition("/")
    name, number, kind, plugin, rest = folder.split("_", 4)
    assert (name, number, kind, plugin, rest) == (
        *("Jane A. Smith", "12345", "assignsubmission", "file", ""),
    )
    assert page == "feedback.html" and not page.startswith((".", "~"))
    # Canvas: the first two parts that are digits, the student's number and that of the file.
    handed_in = f"smithjane_LATE_12345_678901_{WARM_UP}-2.ipynb"
    claim = claim_of((handed_in,), False, [WARM_UP])
    entry = feedback_zip.canvas_name(claim)
    digits = [part for part in entry.split("_") if part.isdigit()]
    assert digits[:2] == ["12345", "678901"] and not entry.split("_")[-1].startswith("link")
