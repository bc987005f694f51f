"""The whole way: a folder of notebooks in, a gradebook with feedback out."""

import csv
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from functools import partial

import pytest
from bs4 import BeautifulSoup
from grading_tools import WARM_UP, grade, quick, run_in, warm

from course import data
from course.chapters.cells import exercise_id
from course.chapters.editions import solved
from course.chapters.slips import read_chapter
from course.grading import (
    assignment,
    cli,
    database,
    digests,
    grade_folder,
    judge_notebook,
    samples,
    side_by_side,
    submission_job,
    warm_server,
)
from course.grading.feedback import filename
from course.judging import verdict
from course.paths import NOTEBOOKS, PROJECT, SAMPLE_CLASS, SAMPLE_ROSTER

pytestmark = [
    pytest.mark.needs_data,
    pytest.mark.skipif(sys.platform != "linux", reason="the sandbox needs Linux"),
]
WRITTEN = {
    "assessment_02",
    "bummer_05b",
    "spread_06",
    "meaning_07",
    "bummer_09a",
    "description_09b",
    "why_13",
    "description_14",
    "spread_14",
    "why_15b",
    "why_16a",
    "why_16b",
    "variance_17a",
    "bias_17b",
}

RIGHT = ("correct", "confronted")  # a guess counts as soon as a later answer confronts it


@pytest.fixture(scope="module", autouse=True)
def server(ci):
    """One warm server for all tests here; skips, or fails on CI, where there is no sandbox."""
    with warm(ci, models=True) as server:
        yield server


@pytest.fixture(scope="module")
def command(server):
    """A function that carries out the command ``grade``, quietly."""
    return partial(grade, server)


def table(path):
    with open(path, encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def book(output):
    return {row["student"]: row for row in table(output / "gradebook.csv")}


def answers(output, student):
    with sqlite3.connect(output / grade_folder.RECORD) as database:
        database.row_factory = sqlite3.Row
        rows = database.execute("SELECT * FROM answers WHERE student = ?", (student,)).fetchall()
    return {row["name"]: dict(row) for row in rows}


@pytest.fixture(scope="module")
def graded(tmp_path_factory, command):
    """The sample class, graded once."""
    folder = tmp_path_factory.mktemp("class")
    samples.write(folder / "hand-ins")
    (folder / "hand-ins" / "link_01-warm-up.ipynb").symlink_to(
        PROJECT / "notebooks" / "activity" / "01-warm-up.ipynb"
    )
    code = command(
        folder / "hand-ins",
        "--output",
        folder / "out",
        "--roster",
        SAMPLE_ROSTER,
        "--cell-seconds",
        "20",
    )
    assert code == cli.DONE
    return folder / "out"


# ------------------------------------------------------------------------ beyond the lecture


def without_most_of_the_lesson(path):
    """A chapter beyond the lecture, solved; of what is to be read, only what it imports."""
    notebook = solved(read_chapter(path))
    notebook.cells = [
        cell
        for cell in notebook.cells
        if exercise_id(cell) or cell.id in ("setup", "without-kingston")
    ]
    return notebook


def test_chapters_beyond_the_lecture_are_a_bonus_and_nobody_misses_them(tmp_path, command):
    folder, output = quick(tmp_path / "in", ("ann", "bob", "cid")), tmp_path / "out"
    beyond = without_most_of_the_lesson(NOTEBOOKS / "beyond" / "01-prior.ipynb")
    (folder / "ann_01-prior.ipynb").write_text(samples.as_text(beyond), encoding="utf-8")
    assert command(folder, "--output", output) == cli.DONE
    rows = book(output)
    worth = assignment.load().exercises["ex-b1"].points
    assert rows["ann"]["maximum"] == rows["bob"]["maximum"]
    assert int(rows["bob"]["maximum"]) == sum(
        e.points for id, e in assignment.load().exercises.items() if id[3:] < "17"
    )
    assert float(rows["ann"]["ex-b1"]) == worth and float(rows["ann"]["bonus"]) == worth
    assert float(rows["ann"]["points_so_far"]) > float(rows["bob"]["points_so_far"]) + worth
    assert rows["ann"]["points"] == rows["ann"]["ex-b2"] == ""  # a text is to be marked
    bob = rows["bob"]
    assert bob["points"] and bob["ex-b1"] == "" and bob["bonus"] == bob["ex-02"] == "0"
    pages = {who: (output / "feedback" / filename(who)).read_text("utf-8") for who in rows}
    assert "The prior that the data wrote" in pages["ann"] and "bonus" in pages["ann"]
    assert "The prior that the data wrote" not in pages["bob"] and "bonus" not in pages["bob"]
    report = (output / grade_folder.REPORT).read_text(encoding="utf-8")
    assert "Exercise b1" not in report.partition("Points by exercise")[0]


# ----------------------------------------------------------------------------- the sample class


def test_the_sample_class_in_the_repository_is_what_the_script_writes():
    files = {
        str(path.relative_to(SAMPLE_CLASS)): path.read_text(encoding="utf-8")
        for path in SAMPLE_CLASS.rglob("*.ipynb")
    }
    assert files == samples.sample_files(), "make sample-class"


def test_right_answers_earn_everything_but_what_is_to_be_read(graded):
    rows = answers(graded, "ada")
    work = assignment.load()
    assert {n for n, row in rows.items() if row["status"] not in RIGHT} == WRITTEN
    assert {rows[name]["status"] for name in WRITTEN} == {"needs marking"}
    assert {rows[name]["points"] for name in WRITTEN} == {None}
    ada = book(graded)["ada"]
    written = sum(rows[name]["most"] for name in WRITTEN)
    activity = [chapter for chapter in work.chapters if not chapter.optional]
    bonus = sum(e.points for chapter in activity for e in chapter.exercises if e.optional)
    assert float(ada["points_so_far"]) == pytest.approx(work.maximum + bonus - written)
    assert ada["points"] == "" and ada["to_mark"] == str(len(WRITTEN))


def test_classic_mistakes_are_wrong_and_named(graded):
    rows = answers(graded, "ben")
    assert rows["mac_beats_05a"]["mistake"] and rows["mac_beats_05a"]["points"] == 0
    assert rows["mu_80_03"]["status"] == rows["meaning_03"]["status"] == "wrong"
    assert rows["beyonce_04"]["status"] == "wrong"
    assert rows["mu_median_03"]["status"] == rows["beyonce_05a"]["status"] == "correct"


def test_a_broken_cell_costs_its_own_answers_only(graded):
    rows = answers(graded, "cleo")
    assert rows["group_01"]["status"] == "correct"
    assert rows["guess_01"]["status"] == rows["beyonce_04"]["status"] == "confronted"
    assert rows["plot_02"]["status"] == rows["assessment_02"]["status"] == "timed out"
    assert rows["mia_x_04"]["status"] == rows["predictions_05b"]["status"] == "missing"
    for name in ("complete_pooled", "mu_median_03", "mu_80_03", "mac_beats_05a"):
        assert rows[name]["status"] == "correct", rows[name]


def test_every_file_has_a_row_and_a_status(graded):
    rows = book(graded)
    assert {name: row["status"] for name, row in rows.items()} == {
        "ada": "graded",
        "ben": "graded",
        "cleo": "graded",
        "dan": "graded",
        "eve": "graded",
        "finn": "unreadable",
        "gus": "graded",
        "hal": "graded",
        "ida": "nothing handed in",
        "link": "unreadable",
    }
    for name in ("finn", "ida", "link"):
        assert rows[name]["points"] == rows[name]["points_so_far"] == rows[name]["ex-00"] == ""
    assert rows["dan"]["points"] == rows["eve"]["points"] == "0"
    assert "not JSON" in rows["finn"]["notes"] and "link" in rows["link"]["notes"]
    assert {row["sandboxed"] for row in rows.values()} == {"yes"}
    assert rows["ada"]["name"] == "Ada Right" and rows["link"]["name"] == ""


def test_identical_work_is_listed(graded):
    expected = {"chapter": WARM_UP, "students": "ada, hal", "what": "the same code"}
    assert table(graded / grade_folder.IDENTICAL) == [expected]


def test_the_marking_sheet_has_answer_and_rubric_side_by_side(graded):
    rows = table(graded / grade_folder.MARKING)
    assert {row["name"] for row in rows if row["student"] == "ada"} == WRITTEN
    assert all(row["answer"] and row["rubric"].startswith("1. ") for row in rows)
    assert [row["name"] for row in rows] == sorted(
        (row["name"] for row in rows), key=list(dict.fromkeys(r["name"] for r in rows)).index
    )


def test_the_feedback_page_runs_nothing_and_loads_nothing(graded):
    text = (graded / grade_folder.FEEDBACK / filename("gus")).read_text(encoding="utf-8")
    page = BeautifulSoup(text, "html.parser")
    assert not page.find_all(["script", "img", "iframe", "link", "object", "form", "a"])
    assert len(page.find_all("h1")) == 1
    assert page.find_all("h2")[1].text == "Everybody in one pool 02-complete-pooled"
    assert not [tag for tag in page.find_all(True) for key in tag.attrs if key.startswith("on")]
    policy = page.find("meta", {"http-equiv": "Content-Security-Policy"})["content"]
    assert policy.startswith("default-src 'none'")
    assert "{{ 7 * 7 }}" in page.text and "<h1>100 points</h1>" in page.text


def test_feedback_names_the_students_own_line(tmp_path, command):
    folder = quick(tmp_path / "in", ["ann", "zoe"])
    notebook = solved(samples.chapters()[WARM_UP])
    samples.answer_cell(notebook, "ex-00").source = "typical_00 = 'c'\nartist_00 = no_such_name"
    (folder / "ann.ipynb").write_text(samples.as_text(notebook), encoding="utf-8")
    assert command(folder, "--output", tmp_path / "out") == cli.DONE
    row = answers(tmp_path / "out", "ann")
    assert row["typical_00"]["status"] == "correct"
    assert row["artist_00"]["status"] == "error"
    assert "NameError: name 'no_such_name' is not defined" in row["artist_00"]["message"]
    assert "line 2: `artist_00 = no_such_name`" in row["artist_00"]["message"]
    page = (tmp_path / "out" / "feedback" / "ann.html").read_text(encoding="utf-8")
    assert "artist_00 = no_such_name" in page


# ------------------------------------------------------------------------------ marks and changes


def test_marks_and_overrides_are_merged_and_survive(graded, tmp_path, command):
    output = tmp_path / "out"
    shutil.copytree(graded, output)
    sheet, rows = tmp_path / "sheet.csv", table(graded / grade_folder.MARKING)
    for row in rows:
        row["points"] = "0,5" if row["student"] == "ada" else ""
        row["comment"] = "=1+1"
    grade_folder.marking.spreadsheet.write(sheet, list(rows[0]), rows)
    folder = graded.parent / "hand-ins"
    assert (
        command(
            folder,
            "--output",
            output,
            "--roster",
            SAMPLE_ROSTER,
            "--marks",
            sheet,
            "--override",
            "ben",
            "ex-03",
            "3.5",
            "shown in class",
        )
        == cli.DONE
    )
    ada, ben = book(output)["ada"], book(output)["ben"]
    assert ada["to_mark"] == "0" and float(ada["points"]) == pytest.approx(
        float(book(graded)["ada"]["points_so_far"]) + 0.5 * len(WRITTEN)
    )
    assert ben["ex-03"] == "3.5" and ben["overridden"] == "ex-03"
    assert "shown in class" in (output / "feedback" / "ben.html").read_text(encoding="utf-8")
    # A second call without them keeps them; an override can be taken back.
    assert (
        command(
            folder,
            "--output",
            output,
            "--roster",
            SAMPLE_ROSTER,
            "--override",
            "ben",
            "ex-03",
            "-",
            "a slip",
        )
        == cli.DONE
    )
    assert book(output)["ada"] == ada
    assert book(output)["ben"]["ex-03"] == book(graded)["ben"]["ex-03"]
    assert {
        row["points"] for row in table(output / grade_folder.MARKING) if row["student"] == "ada"
    } == {"0.5"}


def test_a_sheet_with_a_slip_is_refused_as_a_whole(graded, tmp_path, capsys, command):
    output = tmp_path / "out"
    shutil.copytree(graded, output)
    rows = table(graded / grade_folder.MARKING)
    rows[0]["points"], rows[1]["points"], rows[2]["points"] = "1", "7", "half"
    rows[3] |= {"points": "1", "version": "v00000000"}
    grade_folder.marking.spreadsheet.write(tmp_path / "sheet.csv", list(rows[0]), rows)
    code = command(
        graded.parent / "hand-ins", "--output", output, "--marks", tmp_path / "sheet.csv"
    )
    message = capsys.readouterr().err
    assert code == cli.USAGE
    assert "row 2" not in message and "row 3" in message and "row 4" in message
    assert "changed since" in message
    assert (
        sqlite3.connect(output / grade_folder.RECORD).execute("SELECT * FROM marks").fetchall()
        == []
    )


def test_a_second_call_runs_only_what_is_new(tmp_path, capsys, command):
    folder, output = quick(tmp_path / "in"), tmp_path / "out"
    assert command(folder, "--output", output) == cli.DONE
    first = book(output)
    assert "2 notebooks run" in capsys.readouterr().out
    assert command(folder, "--output", output) == cli.DONE
    assert "0 notebooks run, 2 unchanged, 0 judged" in capsys.readouterr().out
    assert book(output) == first
    text = (folder / "bob.ipynb").read_text(encoding="utf-8")
    (folder / "bob.ipynb").write_text(
        text.replace("typical_00 = ...", "typical_00 = 'c'"), encoding="utf-8"
    )
    (folder / "ann.ipynb").unlink()
    assert command(folder, "--output", output) == cli.DONE
    assert "1 notebooks run" in capsys.readouterr().out
    assert book(output).keys() == {"bob"} and book(output)["bob"]["ex-00"] == "0.25"


def test_trouble_of_the_machine_is_no_zero_and_is_repeated(tmp_path, monkeypatch, capsys, command):
    folder, output = quick(tmp_path / "in"), tmp_path / "out"

    def broken(task, server):
        raise OSError("no more files")

    with monkeypatch.context() as patch:
        patch.setattr(side_by_side, "run_notebook", broken)
        assert command(folder, "--output", output) == cli.FAULT
    for row in book(output).values():
        assert row["status"] == "failed" and row["points"] == row["ex-00"] == ""
        assert "no more files" in row["notes"]
    capsys.readouterr()
    assert command(folder, "--output", output) == cli.DONE
    assert "2 notebooks run" in capsys.readouterr().out
    assert book(output)["ann"]["points"] == "1"


def nothing_runs(monkeypatch):
    for name in ("run_notebook", "server_for"):
        monkeypatch.setattr(side_by_side, name, lambda *_: pytest.fail("something was run"))


def test_a_changed_rubric_judges_again_and_runs_nothing(tmp_path, monkeypatch, capsys, command):
    folder, output = quick(tmp_path / "in"), tmp_path / "out"
    command(folder, "--output", output)
    nothing_runs(monkeypatch)
    rubrics = tmp_path / "rubrics.toml"
    rubrics.write_text('[why_13]\nrubric = ["another"]\n', encoding="utf-8")
    work = assignment.load(rubrics=rubrics)
    capsys.readouterr()
    summary = grade_folder.grade_folder(folder, output, work, grade_folder.Options(progress=False))
    assert (summary.ran, summary.judged, summary.unchanged) == (0, 2, 0)


def called(folder, output, server, work=None):
    """What a call did: notebooks run, judged, unchanged."""
    summary = grade_folder.grade_folder(
        folder,
        output,
        work or assignment.load(),
        grade_folder.Options(progress=False),
        server=server,
    )
    return summary.ran, summary.judged, summary.unchanged


def changed_copy(path, folder):
    """A copy of a folder of the package in which one file got another line."""
    shutil.copytree(path, folder / path.name)
    file = next(iter(sorted((folder / path.name).glob("*.py"))))
    file.write_text(file.read_text(encoding="utf-8") + "# another\n", encoding="utf-8")
    return folder / path.name


def test_what_changed_decides_what_is_judged_or_run_again(tmp_path, monkeypatch, server):
    folder, output = quick(tmp_path / "in"), tmp_path / "out"
    assert called(folder, output, server) == (2, 2, 0)
    assert called(folder, output, server) == (0, 0, 2)
    for judges in digests.JUDGES:
        with monkeypatch.context() as patch:
            others = [path for path in digests.JUDGES if path != judges]
            patch.setattr(digests, "JUDGES", [changed_copy(judges, tmp_path), *others])
            nothing_runs(patch)
            assert called(folder, output, server) == (0, 2, 0), judges
            assert called(folder, output, server) == (0, 0, 2), judges
    called(folder, output, server)
    with monkeypatch.context() as patch:
        patch.setattr(digests, "versions_imported", lambda *_: {"numpy": "1.0"})
        nothing_runs(patch)
        assert called(folder, output, server) == (0, 2, 0)
    called(folder, output, server)
    for place in warm_server.readable():
        if place.is_dir() and place not in digests.JUDGES:
            others = [path for path in warm_server.readable() if path != place]
            copy = changed_copy(place, tmp_path)
            with monkeypatch.context() as patch:
                patch.setattr(assignment, "readable", lambda k=[copy, *others]: k)
                assert called(folder, output, server) == (2, 2, 0), place


def test_whole_folders_decide_and_nothing_that_judges_is_readable():
    course = PROJECT / "course"
    judging = {p.name for p in digests.files_in(*digests.JUDGES).values()}
    assert {"priors.py", "published_numbers.csv", "questions.py", "judge.py"} <= judging
    readable = set(digests.files_in(*warm_server.readable()).values())
    for name in ("submission", "fitting"):
        assert set((course / name).rglob("*.py")) <= readable
    assert {course / "baseball.csv", course / "book.mplstyle"} <= readable
    # `exact` is there for chapters beyond the lecture, and hidden from those of the activity.
    exact = set(digests.files_in(course / "exact").values())
    assert readable & set(digests.files_in(*digests.JUDGES).values()) == exact
    assert {"numpy", "scipy", "pandas"} <= digests.versions_imported(*digests.JUDGES).keys()


def test_what_was_cut_short_runs_again_with_more_time(tmp_path, capsys, command):
    folder, output = quick(tmp_path / "in"), tmp_path / "out"
    notebook = samples.with_code(
        solved(samples.chapters()[WARM_UP]),
        {"ex-00": lambda source: "import time; time.sleep(5)\n" + source},
    )
    (folder / "ann.ipynb").write_text(samples.as_text(notebook), encoding="utf-8")
    assert command(folder, "--output", output, "--cell-seconds", "3") == cli.DONE
    assert answers(output, "ann")["typical_00"]["status"] == "timed out"
    assert command(folder, "--output", output, "--cell-seconds", "3") == cli.DONE
    assert command(folder, "--output", output, "--cell-seconds", "30") == cli.DONE
    printed = capsys.readouterr().out
    assert [line for line in printed.splitlines() if "notebooks run" in line] == [
        "2 notebooks run, 0 unchanged, 2 judged.",
        "0 notebooks run, 2 unchanged, 0 judged.",
        "1 notebooks run, 1 unchanged, 1 judged.",
    ]
    assert answers(output, "ann")["typical_00"]["status"] == "correct"


def test_with_lower_limits_everything_runs_again_and_with_higher_ones_only_what_was_cut(
    tmp_path, capsys, command
):
    folder, output = quick(tmp_path / "in"), tmp_path / "out"
    for seconds, ran in ((50, 2), (60, 0), (50, 0), (40, 2)):
        assert command(folder, "--output", output, "--cell-seconds", seconds) == cli.DONE
        assert f"{ran} notebooks run" in capsys.readouterr().out, seconds


def failing(kind):
    """A judge that fails as a whole, or says of one answer that it failed."""

    def judge(exercise, claims):
        if kind == "an error":
            raise KeyError(exercise)
        if kind == "altered data":
            raise data.DataAlteredError("spotify.csv is not the published file.")
        return [
            verdict.Verdict(given.name, judge_notebook.FAILED, "our mistake")
            if given.name == "typical_00"
            else given
            for given in judging(exercise, claims)
        ]

    judging = judge_notebook.judge
    return judge


@pytest.mark.parametrize("kind", ["an error", "altered data", "a verdict"])
def test_a_fault_of_the_judge_is_no_zero_and_stops_nobody(
    kind, tmp_path, monkeypatch, capsys, command
):
    folder, output = quick(tmp_path / "in"), tmp_path / "out"
    with monkeypatch.context() as patch:
        patch.setattr(judge_notebook, "judge", failing(kind))
        assert command(folder, "--output", output) == cli.FAULT
    printed = capsys.readouterr()
    assert "2 notebooks run" in printed.out
    assert "ann, bob" in printed.err.splitlines()[-1]
    for row in book(output).values():
        assert row["status"] == "failed" and row["points"] == row["ex-00"] == ""
        assert "could not judge it" in row["notes"]
    assert command(folder, "--output", output) == cli.DONE
    assert "0 notebooks run, 0 unchanged, 2 judged" in capsys.readouterr().out
    assert float(book(output)["ann"]["points"]) > 0


def test_storing_one_notebook_fails_for_that_one_alone(tmp_path, monkeypatch, command):
    folder, output = quick(tmp_path / "in"), tmp_path / "out"
    insert = database.Record.insert

    def broken(record, table, row):
        if row["student"] == "ann" and table == "answers":
            row = row | {"message": "\ud800"}
        insert(record, table, row)

    monkeypatch.setattr(database.Record, "insert", broken)
    assert command(folder, "--output", output) == cli.FAULT
    assert {name: row["status"] for name, row in book(output).items()} == {
        "ann": "failed",
        "bob": "graded",
    }


def test_a_full_disk_names_the_record_and_what_to_do(tmp_path, monkeypatch, capsys, command):
    folder, output = quick(tmp_path / "in"), tmp_path / "out"

    def full(*_):
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(database.Record, "store_notebook", full)
    assert command(folder, "--output", output) == cli.USAGE
    message = capsys.readouterr().err
    assert "record.sqlite" in message and "Make room" in message


def test_an_error_of_the_system_names_the_path_and_what_to_do(
    tmp_path, monkeypatch, capsys, command
):
    folder, output = quick(tmp_path / "in"), tmp_path / "out"

    def locked(path, *_):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(grade_folder.gradebook, "write", locked)
    assert command(folder, "--output", output) == cli.USAGE
    message = capsys.readouterr().err
    assert "gradebook.csv: Permission denied. Is it open" in message and "Errno" not in message


def test_two_graders_on_one_folder_say_so(tmp_path, capsys, command):
    folder, output = quick(tmp_path / "in"), tmp_path / "out"
    output.mkdir()
    with database.Record(output / grade_folder.RECORD):
        assert command(folder, "--output", output) == cli.USAGE
    assert "Another call is grading" in capsys.readouterr().err
    assert command(folder, "--output", output) == cli.DONE


def test_what_ended_at_a_limit_runs_again_alone_before_it_is_stored(
    tmp_path, monkeypatch, capsys, command
):
    folder, output = quick(tmp_path / "in", ["ann", "bob", "cy"]), tmp_path / "out"
    running, beside = set(), []
    run = side_by_side.run_notebook

    def crowded(task, server):
        name = str(task["cells"][-1])
        running.add(name)
        time.sleep(0.3)
        beside.append(len(running) - 1)
        result = run(task, server)
        running.discard(name)
        if beside[-1] and "ann" in name:
            result["cells"][0]["status"] = "timed out"
            result["cells"][0]["error"] = {"message": "It took longer."}
        return result

    monkeypatch.setattr(side_by_side, "run_notebook", crowded)
    assert command(folder, "--output", output) == cli.DONE
    assert beside == [*beside[:3], 0] and max(beside) == 1
    assert "3 notebooks run" in capsys.readouterr().out
    assert {row["status"] for row in answers(output, "ann").values()} <= {"correct", "confronted"}


def test_one_student_can_be_run_again(tmp_path, capsys, command):
    folder, output = quick(tmp_path / "in"), tmp_path / "out"
    command(folder, "--output", output)
    capsys.readouterr()
    assert command(folder, "--output", output, "--again", "ann") == cli.DONE
    assert "1 notebooks run, 1 unchanged" in capsys.readouterr().out
    assert command(folder, "--output", output, "--again", "zoe") == cli.USAGE
    assert "no student zoe" in capsys.readouterr().err


def test_the_record_keeps_no_runs_of_what_is_gone(tmp_path, command):
    folder, output = quick(tmp_path / "in"), tmp_path / "out"
    command(folder, "--output", output)
    (folder / "ann.ipynb").unlink()
    command(folder, "--output", output)
    with sqlite3.connect(output / grade_folder.RECORD) as record:
        assert record.execute("SELECT COUNT(*) FROM runs").fetchone() == (1,)


def test_memory_that_is_short_lets_one_notebook_run_at_a_time(tmp_path, monkeypatch, command):
    folder, output = quick(tmp_path / "in"), tmp_path / "out"
    running, most = [], []
    run = side_by_side.run_notebook

    def counted(task, server):
        running.append(1)
        most.append(len(running))
        result = run(task, server)
        running.pop()
        return result

    monkeypatch.setattr(side_by_side, "run_notebook", counted)
    monkeypatch.setattr(side_by_side, "ENOUGH", 1 << 60)
    assert command(folder, "--output", output) == cli.DONE
    assert most == [1, 1]


def test_an_interruption_ends_what_runs_and_keeps_what_is_done(
    tmp_path, monkeypatch, server, command
):
    folder, output = quick(tmp_path / "in"), tmp_path / "out"
    text = (folder / "ann.ipynb").read_text(encoding="utf-8")
    (folder / "ann.ipynb").write_text(
        text.replace("me = ", "import time; time.sleep(100); me = "), encoding="utf-8"
    )
    wait, run, done, raised = side_by_side.wait, side_by_side.run_notebook, [], []

    def interrupted(jobs, **options):
        if done:
            raise KeyboardInterrupt
        found = wait(jobs, **options)
        done.extend(found.done)
        return found

    def watched(task, server):
        try:
            return run(task, server)
        except Exception as error:
            raised.append(type(error))
            raise

    with monkeypatch.context() as patch:
        patch.setattr(side_by_side, "wait", interrupted)
        patch.setattr(side_by_side, "run_notebook", watched)
        assert command(folder, "--output", output) == cli.INTERRUPTED
    assert raised == [submission_job.AbandonedError]
    assert book(output).keys() == {"bob"} and book(output)["bob"]["status"] == "graded"
    assert run_in(server, ["typical_00 = 'c'"])["status"] == "graded"


@pytest.mark.parametrize("safe", [True, False], ids=["safe", "unsafe"])
def test_nothing_is_left_in_the_temporary_folder(safe, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with warm_server.WarmServer(safe=safe, models=False) as server:
        assert not safe or not list(tmp_path.iterdir())  # nor if the grader is killed now
        cells = ["import tempfile", "open('here', 'w').close()", "tempfile.mkdtemp()"]
        result = run_in(server, cells)
        assert {cell["status"] for cell in result["cells"]} == {"ok"}
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
def test_an_interrupted_run_goes_on_where_it_stopped(tmp_path):
    folder = quick(tmp_path / "in", [f"s{i:02}" for i in range(12)])
    for path in folder.iterdir():
        text = path.read_text(encoding="utf-8")
        path.write_text(
            text.replace("me = ", "import time; time.sleep(1); me = "), encoding="utf-8"
        )
    output = tmp_path / "out"
    start_command = [sys.executable, "-m", "course", "grade", folder, "--output", output]
    process = subprocess.Popen(
        start_command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        text=True,
    )
    deadline = time.monotonic() + 120
    while not (done := stored(output)) and time.monotonic() < deadline:
        time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == cli.INTERRUPTED and "Traceback" not in errors
    assert 0 < (done := stored(output)) < 12
    assert len(table(output / grade_folder.GRADEBOOK)) == done
    again = subprocess.run(
        start_command,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
    )
    ran = int(re.match(r"(\d+) notebooks run", again.stdout)[1])
    assert again.returncode == cli.DONE and ran == 12 - done
    assert "notebook" in again.stderr and "12/12" in again.stderr  # the progress bar
    assert len(table(output / grade_folder.GRADEBOOK)) == 12


def stored(output):
    if not (output / grade_folder.RECORD).is_file():
        return 0
    try:
        with sqlite3.connect(output / grade_folder.RECORD) as database:
            return database.execute("SELECT COUNT(*) FROM notebooks").fetchone()[0]
    except sqlite3.OperationalError:  # not there yet
        return 0


def test_the_graders_memory_stays_small(tmp_path):
    folder = quick(tmp_path / "in")
    notebook = solved(samples.chapters()[WARM_UP])
    notebook.cells.append(
        samples.nbformat.v4.new_code_cell(
            "for i in range(1000): print('x' * 10**6)\nanswer = ['y' * 10**6] * 1000"
        )
    )
    (folder / "ann.ipynb").write_text(samples.as_text(notebook), encoding="utf-8")
    done = subprocess.run(
        # VmHWM, not ru_maxrss: a new process inherits the latter from the one that starts it
        [
            sys.executable,
            "-c",
            "from pathlib import Path; from course.__main__ import main\n"
            f"code = main(['grade', {str(folder)!r}, '--output', {str(tmp_path / 'out')!r}])\n"
            "status = Path('/proc/self/status').read_text().partition('VmHWM:')[2]\n"
            "print(code, status.split()[0])",
        ],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
    )
    code, kilobytes = map(int, done.stdout.splitlines()[-1].split())
    assert code == cli.DONE and kilobytes < 300 * 1024


# ------------------------------------------------------------------------------- the command line


def test_where_there_is_no_sandbox_it_refuses_and_says_what_is_missing(
    tmp_path, capsys, monkeypatch, command
):
    folder, output = quick(tmp_path / "in"), tmp_path / "out"
    limited = tmp_path / "no_namespaces.py"
    limited.write_text(
        "import os\ndef unshare(flags): raise PermissionError(1, 'Not permitted')\n"
        "os.unshare = unshare\nimport runpy, sys\nsys.argv = sys.argv[1:]\n"
        "runpy.run_module('course.submission.server', run_name='__main__')\n",
        encoding="utf-8",
    )
    popen = subprocess.Popen

    def without_namespaces(arguments, **options):
        return popen([sys.executable, str(limited), *arguments[2:]], **options)

    monkeypatch.setattr(warm_server.subprocess, "Popen", without_namespaces)
    assert grade(None, folder, "--output", output) == cli.NO_SANDBOX
    message = capsys.readouterr().err
    assert "user namespaces" in message and "--unsafe" in message
    assert not (output / grade_folder.GRADEBOOK).exists() or not any(
        row["points"] for row in table(output / grade_folder.GRADEBOOK)
    )
    monkeypatch.undo()
    assert grade(None, folder, "--output", output, "--unsafe") == cli.DONE
    assert "WARNING" in capsys.readouterr().err
    assert {row["sandboxed"] for row in table(output / "gradebook.csv")} == {"no"}
    assert "without the sandbox" in (output / "feedback" / "ann.html").read_text(encoding="utf-8")
    # Grading in the sandbox later does not take over what was run without.
    assert command(folder, "--output", output) == cli.DONE
    assert {row["sandboxed"] for row in table(output / "gradebook.csv")} == {"yes"}


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["nowhere"], "There is no folder nowhere"),
        (["."], None),
        ([".", "--workers", "0"], "--workers"),
        ([".", "--cell-seconds", "nan"], "--cell-seconds"),
        ([".", "--cell-seconds", "0"], "--cell-seconds"),
        ([".", "--notebook-seconds", "-1"], "--notebook-seconds"),
        ([".", "--memory", "inf"], "--memory"),
        ([".", "--memory", "0.1"], "--memory"),
        ([".", "--roster", "none.csv"], "none.csv"),
        ([".", "--override", "ann", "ex-99", "1", "x"], "There is no record"),
        ([".", "--column", "Grade"], "COLUMN=FIELD"),
    ],
)
def test_wrong_usage_has_a_message_and_a_code(
    arguments, message, tmp_path, monkeypatch, capsys, command
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in").mkdir()
    arguments = ["in" if argument == "." else argument for argument in arguments]
    code = command(*arguments)
    if message is None:
        assert code == cli.DONE  # an empty class has an empty gradebook
    else:
        assert code == cli.USAGE and message in capsys.readouterr().err


@pytest.mark.parametrize(
    "system, header",
    [
        ("canvas", ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Homework (7)"]),
        ("moodle", ["ID number", "Full name", "Email address", "Grade", "Feedback comments"]),
    ],
)
def test_the_import_file_has_the_systems_columns(system, header, tmp_path, command):
    folder, output = quick(tmp_path / "in"), tmp_path / "out"
    roster = tmp_path / "roster.csv"
    roster.write_text(
        "student;name;email;file\nA1;Ann;ann@example.org;ann\nB2;=Bob;;bob\n", encoding="utf-8"
    )
    assert (
        command(
            folder,
            "--output",
            output,
            "--roster",
            roster,
            "--lms",
            system,
            "--title",
            "Homework (7)",
            "--column",
            "Extra=percent",
        )
        == cli.DONE
    )
    rows = table(output / "import.csv")
    assert list(rows[0]) == [*header, "Extra"]
    assert [row[{"canvas": "SIS Login ID", "moodle": "ID number"}[system]] for row in rows] == [
        "A1",
        "B2",
    ]
    assert rows[0][{"canvas": "Homework (7)", "moodle": "Grade"}[system]] == "1"
    assert rows[1][{"canvas": "Student", "moodle": "Full name"}[system]] == "'=Bob"


# -------------------------------------------------------------------------------------- many seeds


@pytest.mark.slow
def test_right_solutions_earn_full_marks_at_50_seeds(tmp_path):
    folder = tmp_path / "in"
    sources = samples.chapters()
    for seed in range(50):
        for name, chapter in sources.items():
            notebook = solved(chapter)
            for cell in notebook.cells:
                if cell.cell_type == "code":
                    cell.source = re.sub(r"\b84735\b", str(seed), cell.source)
            path = folder / f"s{seed:02}" / f"{name}.ipynb"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(samples.as_text(notebook), encoding="utf-8")
    work = assignment.load()
    summary = grade_folder.grade_folder(
        folder, tmp_path / "out", work, grade_folder.Options(progress=False)
    )
    assert len(summary.results) == 50
    off = [
        (result.student, answer["name"], answer["status"], answer["message"])
        for result in summary.results
        for answer in result.answers
        if answer["status"] != "correct" and answer["name"] not in WRITTEN
    ]
    assert off == []
