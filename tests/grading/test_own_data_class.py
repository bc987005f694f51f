"""A class in which everybody has data of their own: handed out, copied, handed in, graded."""

import csv
import json
import sys

import nbformat
import pytest
from grading_tools import grade, warm

from course.chapters.editions import EditionError
from course.exact import Target
from course.grading import class_editions, cli, course_key, grade_folder
from course.grading.feedback import filename
from course.grading.named_data import code_in, named_in
from course.grading.own_data import facts
from course.judging import reference
from course.judging.judged_data import judged_by

pytestmark = [
    pytest.mark.needs_data,
    pytest.mark.skipif(sys.platform != "linux", reason="the sandbox needs Linux"),
]
ROSTER = "student,name,group\nann,Ann,\nben,Ben,\ncid,Cid,\ndan,Dan,\neve,Eve,x\nflo,Flo,x\n"
LETTERS = {"typical": "c", "artist": "a", "within": "b", "between": "d"}
MU = Target("mu")


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder with the roster of a class, its key, and everybody's notebooks."""
    folder = tmp_path_factory.mktemp("class")
    (folder / "class.csv").write_text(ROSTER, encoding="utf-8")
    written = class_editions.write_class(folder / "class.csv", folder / "handed out")
    assert written.new_key and len(written.codes) == 6
    return folder


def notebook(place, student, chapter):
    path = place / "handed out" / student / "activity" / f"{chapter}.ipynb"
    return nbformat.read(path, as_version=4)


def code_of(place, student):
    return code_in([c.source for c in notebook(place, student, "01-warm-up").cells])


def warm_up(place, student):
    """A student's first chapter, answered."""
    found = notebook(place, student, "01-warm-up")
    for cell in found.cells:
        for name, letter in LETTERS.items():
            cell.source = cell.source.replace(f"{name}_00 = ...", f"{name}_00 = '{letter}'")
    return found


def typed(place, student, numbers):
    """A student's second chapter with numbers typed into it, and nothing computed."""
    found = nbformat.v4.new_notebook()
    line = 'from course.data import load_spotify\nspotify = load_spotify(variant="{}")'
    cells = [line.format(code_of(place, student)), *(f"{n} = {v!r}" for n, v in numbers.items())]
    found.cells = [nbformat.v4.new_code_cell(cell) for cell in cells]
    return found


def numbers_of(code):
    """What the exercises on the complete pooled model ask, for a data set."""
    with judged_by(code):
        mu = reference.marginal("complete_pooled", MU, "chapter")
        song = reference.marginal("complete_pooled", Target("predict"), "chapter")
        return {
            "mu_median_03": round(mu.median, 1),
            "mu_80_03": tuple(round(float(end), 1) for end in mu.interval()),
            "mac_beats_80_05a": tuple(round(float(end), 1) for end in song.interval()),
        }


@pytest.fixture(scope="module")
def graded(place, ci):
    """Ben hands in Ann's first chapter, and Cid her numbers; Dan works with the common data."""
    folder, output = place / "in", place / "out"
    folder.mkdir()
    common = warm_up(place, "dan")
    for cell in common.cells:
        cell.source = cell.source.replace(f'variant="{code_of(place, "dan")}"', "")
    files = {
        "ann_01-warm-up": warm_up(place, "ann"),
        "ben_01-warm-up": warm_up(place, "ann"),
        "cid_01-warm-up": notebook(place, "cid", "01-warm-up"),
        "dan_01-warm-up": common,
        "flo_01-warm-up": warm_up(place, "eve"),  # they hand in together
        "ann_02-complete-pooled": typed(place, "ann", numbers_of(code_of(place, "ann"))),
        "cid_02-complete-pooled": typed(place, "cid", numbers_of(code_of(place, "ann"))),
    }
    for name, found in files.items():
        (folder / f"{name}.ipynb").write_text(json.dumps(found), encoding="utf-8")
    with warm(ci) as server:
        code = grade(server, folder, "--output", output, "--roster", place / "class.csv")
        assert code == cli.DONE
        assert grade(server, folder, "--output", output) == cli.DONE  # the key is remembered
    return output


def table(path):
    with open(path, encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_each_notebook_of_the_activity_has_a_line_of_its_own_and_says_so(place):
    for path in sorted((place / "handed out" / "ann" / "activity").glob("*.ipynb")):
        cells = nbformat.read(path, as_version=4).cells
        code = [cell.source for cell in cells if cell.cell_type == "code"]
        assert named_in(code[:1]) == code_of(place, "ann") == code_in(code)
        assert sum(source.count("variant=") for source in code) == 1
        assert "a data set of your own" in cells[2].source
        words = "\n".join(cell.source for cell in cells[3:] if cell.cell_type == "markdown")
        assert not {"44", "350", "orty-four"} & {
            w for w in ("44", "350", "orty-four") if w in words
        }
    beyond = place / "handed out" / "ann" / "beyond" / "01-prior.ipynb"
    assert "variant=" not in beyond.read_text(encoding="utf-8")
    key = course_key.beside(place / "class.csv").read_text().strip()
    assert all(
        key.encode() not in path.read_bytes()
        for path in (place / "handed out").rglob("*")
        if path.is_file()
    )
    assert (place / "handed out" / "ann.zip").is_file()


def test_everybody_has_other_data_but_a_group_has_one(place):
    codes = {student: code_of(place, student) for student in ("ann", "ben", "cid", "dan", "eve")}
    assert len(set(codes.values())) == 5
    assert code_of(place, "flo") == codes["eve"]


def test_the_copied_notebook_and_the_copied_numbers_are_found(graded):
    rows = [(r["chapter"], r["students"], r["what"]) for r in table(graded / "identical.csv")]
    names = "mu_median_03, mu_80_03, mac_beats_80_05a"
    assert ("01-warm-up", "ben", "the data set of ann") in rows
    assert ("01-warm-up", "dan", "the common data") in rows
    assert ("02-complete-pooled", "cid", f"right for another data set (ann): {names}") in rows
    assert not [row for row in rows if row[1] in ("ann", "eve", "flo")]
    same = [row for row in rows if row[2] == "the same code"]  # whatever the data set
    assert [row[1] for row in same] == ["ann, ben, dan, eve, flo", "ann, cid"]


def test_another_data_set_is_no_zero_and_waits_for_the_instructor(graded):
    rows = {row["student"]: row for row in table(graded / "gradebook.csv")}
    assert rows["ann"]["ex-00"] == rows["flo"]["ex-00"] == "1"
    assert rows["ben"]["status"] == rows["dan"]["status"] == "other data"
    assert rows["ben"]["ex-00"] == rows["dan"]["ex-00"] == ""
    assert rows["cid"]["status"] == "graded" and rows["cid"]["ex-00"] == "0"


def test_students_are_told_without_names(graded):
    pages = {
        name: (graded / grade_folder.FEEDBACK / filename(name)).read_text(encoding="utf-8")
        for name in ("ann", "ben", "cid")
    }
    assert "another data set than the one that you were given" in pages["ben"]
    assert "right for another data set than yours" in pages["cid"]
    assert "another data set" not in pages["ann"]
    assert "ann" not in pages["cid"].casefold() and "the data set of" not in pages["ben"]


def test_the_marking_sheet_says_what_rubrics_say_of_the_common_data(place):
    code = code_of(place, "ann")
    assert facts("") == {}
    with judged_by(code):
        counts = reference.songs()["artist"].value_counts()
    assert facts(code)["why_15b"] == f"{counts['Frank Ocean']} songs by Ocean, 2 by Kingston"
    assert facts(code)["spread_14"].startswith(
        f"Beyoncé {counts['Beyoncé']} of {counts['Beyoncé']}"
    )


def test_a_key_that_is_gone_or_damaged_changes_nobodys_data(place, tmp_path):
    (tmp_path / "class.csv").write_text(ROSTER, encoding="utf-8")
    with pytest.raises(EditionError, match=r"no course key .*Put the key back"):
        class_editions.write_class(tmp_path / "class.csv", place / "handed out")
    course_key.beside(tmp_path / "class.csv").write_text("abc\n", encoding="utf-8")
    with pytest.raises(ValueError, match="is not the course key"):
        class_editions.write_class(tmp_path / "class.csv", tmp_path / "out")
    key = course_key.read(course_key.beside(place / "class.csv"))
    assert key.accepted("student ann")[0] == code_of(place, "ann")


def test_what_cannot_be_read_is_said_in_one_line(tmp_path, capsys):
    assert class_editions.class_command(str(tmp_path / "class.csv"), None) == 1
    assert capsys.readouterr().out == f"There is no roster {tmp_path / 'class.csv'}.\n"
    (tmp_path / "class.csv").write_text("nobody,knows\n1,2\n", encoding="utf-8")
    assert class_editions.class_command(str(tmp_path / "class.csv"), None) == 1
    said = capsys.readouterr().out
    assert "has no column student" in said and said.count("\n") == 1
