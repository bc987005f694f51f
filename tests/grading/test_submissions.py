"""Whose work, and which file: names are settled before one file a chapter is chosen."""

import csv
import io
import json
import os
import unicodedata
import zipfile

import pytest

from course.chapters.editions import solved
from course.grading import assignment, handed_in_files, roster, samples, submissions

CHAPTERS = samples.chapters()
WORK = assignment.load()
WARM_UP, POOLED = "01-warm-up", "02-complete-pooled"


def notebook(chapter=WARM_UP, who="", full=True):
    """A notebook's content; `who` tells several of one chapter apart."""
    edition = solved(CHAPTERS[chapter]) if full else samples.student(CHAPTERS[chapter])
    edition.cells.append(samples.nbformat.v4.new_code_cell(f"me = {who!r}"))
    return samples.as_text(edition)


def put(folder, files, hours=()):
    """Write files by their paths; `hours` are when they were changed, in order."""
    for number, (name, content) in enumerate(files.items()):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        hour = hours[number] if hours else 1
        os.utime(path, (1e9 + 3600 * hour,) * 2)
    return folder


def listed(folder, students=None, **columns):
    """A roster of some students."""
    rows = [{"student": s, **{k: v[n] for k, v in columns.items()}} for n, s in enumerate(students)]
    with open(folder / "roster.csv", "w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, list(rows[0]))
        table.writeheader()
        table.writerows(rows)
    return roster.read(folder / "roster.csv")


def graded(folder, people=None, work=WORK):
    """What is graded: student and chapter, and who wrote it (or None)."""
    found = {}
    for handin in submissions.collect(folder, work, people):
        if handin.chapter:
            code = handin.notebook.code[-1]
            assert (handin.student, handin.chapter.name) not in found
            found[handin.student, handin.chapter.name] = code.partition("me = ")[2].strip("'")
    return found


def others(folder, people=None, work=WORK):
    """What is not graded: student, path, and the problem or note."""
    return {
        (h.student, h.shown): ("problem", h.problem) if h.problem else ("note", h.note)
        for h in submissions.collect(folder, work, people)
        if not h.chapter
    }


# ---------------------------------------------------------------------------------- whose it is


def test_the_longest_name_on_the_roster_owns_a_file(tmp_path):
    people = listed(tmp_path, ["ann", "ann-marie", "smith", "smith-jones", "doe"])
    names = {
        f"ann_{WARM_UP}.ipynb": "ann",
        f"smith-jones/{WARM_UP}.ipynb": "smith-jones",
        f"Smith-{WARM_UP}.ipynb": "smith",
        "DOE-homework.ipynb": "doe",
        "ann-marie-lee final.ipynb": "ann-marie",
    }
    put(tmp_path / "in", {name: notebook(who=who) for name, who in names.items()})
    assert graded(tmp_path / "in", people) == {(who, WARM_UP): who for who in names.values()}


def test_another_name_behind_a_hyphen_is_not_the_shorter_name(tmp_path):
    people = listed(tmp_path, ["ann"])
    put(tmp_path / "in", {f"ann-marie_{WARM_UP}.ipynb": notebook(), "ann-lee/x.ipynb": notebook()})
    assert graded(tmp_path / "in", people).keys() == {("ann-marie", WARM_UP), ("ann-lee", WARM_UP)}


def test_composed_and_decomposed_names_and_cases_are_the_same(tmp_path):
    apart = unicodedata.normalize("NFD", "José")
    files = {f"{apart}_{WARM_UP}.ipynb": notebook(), f"josé_{POOLED}.ipynb": notebook(POOLED)}
    put(tmp_path / "in", files)
    people = listed(tmp_path, ["josé", "jose"])
    assert graded(tmp_path / "in", people).keys() == {("josé", WARM_UP), ("josé", POOLED)}
    names = {student for student, _ in graded(tmp_path / "in")}
    assert len(names) == 1
    known = submissions.collect(tmp_path / "in", WORK, None, ["JOSÉ"])
    assert {handin.student for handin in known} == {"JOSÉ"}


def test_a_file_that_could_be_of_two_is_named_and_graded_for_nobody(tmp_path):
    people = listed(tmp_path, ["s1", "s2", "s3"], name=["Jane Smith", "Jane Smith", "Al Roe"])
    put(tmp_path / "in", {f"Jane Smith_{WARM_UP}.ipynb": notebook(), "s3/a.ipynb": notebook()})
    assert graded(tmp_path / "in", people).keys() == {("s3", WARM_UP)}
    found = others(tmp_path / "in", people)
    assert {student for student, _ in found} == {"s1", "s2"}
    for kind, text in found.values():
        assert kind == "problem" and "s1 or s2" in text and "graded for nobody" in text


def test_a_roster_with_one_name_twice_is_refused(tmp_path):
    with pytest.raises(ValueError, match="twice"):
        listed(tmp_path, ["ann", "Ann"])


def test_a_group_hands_in_one_notebook_for_all(tmp_path):
    people = listed(tmp_path, ["ann", "bob", "cy", "dee"], group=["one", "one", "two", ""])
    files = {
        f"bob_{WARM_UP}.ipynb": notebook(who="bob"),
        f"ann_{WARM_UP} (1).ipynb": notebook(who="ann"),
        f"two_{WARM_UP}.ipynb": notebook(who="two"),
        f"dee_{WARM_UP}.ipynb": notebook(who="dee"),
    }
    put(tmp_path / "in", files)
    assert graded(tmp_path / "in", people) == {
        ("ann", WARM_UP): "ann",
        ("bob", WARM_UP): "ann",
        ("cy", WARM_UP): "two",
        ("dee", WARM_UP): "dee",
    }
    teams = {h.student: h.team for h in submissions.collect(tmp_path / "in", WORK, people)}
    assert teams["ann"] == teams["bob"] == ("ann", "bob") and teams["dee"] == ("dee",)


# -------------------------------------------------------------------------------- which file it is


@pytest.mark.parametrize(
    "older, newer",
    [
        (f"{WARM_UP}.ipynb", f"{WARM_UP} (1).ipynb"),
        (f"{WARM_UP}.ipynb", f"{WARM_UP}-1.ipynb"),
        (f"{WARM_UP}-2.ipynb", f"{WARM_UP}-10.ipynb"),
        (f"{WARM_UP} (9).ipynb", f"{WARM_UP} (10).ipynb"),
        (f"a/attempt 2/{WARM_UP}.ipynb", f"a/attempt 10/{WARM_UP}.ipynb"),
    ],
)
def test_the_later_attempt_is_graded_whatever_its_date(older, newer, tmp_path):
    files = {f"doe/{older}": notebook(who="old", full=False), f"doe/{newer}": notebook(who="new")}
    put(tmp_path / "in", files, hours=(2, 1))
    for _ in range(2):
        assert graded(tmp_path / "in") == {("doe", WARM_UP): "new"}
    assert list(others(tmp_path / "in")) == [("doe", f"doe/{older}")]
    assert others(tmp_path / "in")["doe", f"doe/{older}"][0] == "note"


def test_without_numbers_the_newest_is_graded(tmp_path):
    files = {"doe/final.ipynb": notebook(who="old"), "doe/draft.ipynb": notebook(who="new")}
    put(tmp_path / "in", files, hours=(1, 2))
    assert graded(tmp_path / "in") == {("doe", WARM_UP): "new"}
    put(tmp_path / "in", files, hours=(2, 1))
    assert graded(tmp_path / "in") == {("doe", WARM_UP): "old"}


def test_attempts_of_one_student_are_of_one_student(tmp_path):
    files = {
        f"doe_attempt2_{WARM_UP}.ipynb": notebook(who="2"),
        f"doe_attempt10_{WARM_UP}.ipynb": notebook(who="10"),
    }
    put(tmp_path / "in", files)
    assert graded(tmp_path / "in") == {("doe", WARM_UP): "10"}
    assert graded(tmp_path / "in", listed(tmp_path, ["doe"])) == {("doe", WARM_UP): "10"}


def test_what_is_beside_a_notebook_is_a_note_and_alone_a_problem(tmp_path):
    page = "<html></html>"
    put(
        tmp_path / "in",
        {
            f"doe_{WARM_UP}.ipynb": notebook(),
            f"doe_{WARM_UP}.html": page,
            f"roe_{WARM_UP}.html": page,
            f"poe/{WARM_UP}.ipynb": "",
            f"poe/{WARM_UP} (1).ipynb": notebook(),
        },
    )
    people = listed(tmp_path, ["doe", "roe", "poe"])
    found = {key[0]: kind for key, (kind, _) in others(tmp_path / "in", people).items()}
    assert found == {"doe": "note", "roe": "problem", "poe": "note"}


def test_two_chapters_in_one_notebook_are_both_graded(tmp_path):
    both = json.loads(notebook())
    both["cells"] += json.loads(notebook(POOLED, who="both"))["cells"]
    put(tmp_path / "in", {"doe.ipynb": json.dumps(both)})
    assert graded(tmp_path / "in") == {("doe", WARM_UP): "both", ("doe", POOLED): "both"}
    first, second = submissions.collect(tmp_path / "in", WORK)
    assert first.plan == second.plan == first.chapter.plan | second.chapter.plan
    assert len({first.shown, second.shown}) == 2


def test_each_chapter_alone_is_of_that_chapter_only(tmp_path):
    put(tmp_path / "in", {f"{n}.ipynb": notebook(n) for n in CHAPTERS})
    assert {chapter for _, chapter in graded(tmp_path / "in")} == set(CHAPTERS)
    assert len(graded(tmp_path / "in")) == len(CHAPTERS)


def test_chapters_that_are_not_asked_for_are_notes(tmp_path):
    put(tmp_path / "in", {f"doe/{name}.ipynb": notebook(name) for name in CHAPTERS})
    work = assignment.load(only=["01", "02"])
    assert graded(tmp_path / "in", work=work).keys() == {("doe", WARM_UP), ("doe", POOLED)}
    assert {kind for kind, _ in others(tmp_path / "in", work=work).values()} == {"note"}
    exercises = [e for chapter in WORK.chapters[:2] for e in chapter.exercises]
    assert list(work.exercises.values()) == exercises
    assert work.maximum == sum(e.points for e in exercises if not e.optional)
    for wrong in ("0", "08", "x"):
        with pytest.raises(assignment.AssignmentError, match="beginning of one chapter"):
            assignment.load(only=[wrong])


# ---------------------------------------------------------------------- platforms and archives

CANVAS = """\
Student,ID,SIS User ID,SIS Login ID,Section,Activity (77)
    Points Possible,,,,,58
"Smith, Jane",12345,900,jsmith,A,
"Smith, Jane",12346,901,jsmith2,B,
"Student, Test",1,,,A,
"""
MOODLE = """\
Identifier,Full name,ID number,Email address,Status,Grade,Maximum Grade
Participant 1234567,Jane Smith,A1,jane@example.org,Submitted,,58
Participant 1234568,Jane Smith,,jane2@example.org,Submitted,,58
"""


def test_canvas_names_need_no_roster(tmp_path):
    files = {
        f"smithjane_LATE_12345_678901_{POOLED}-1.ipynb": notebook(POOLED, "1"),
        f"smithjane_LATE_12345_678999_{POOLED}-2.ipynb": notebook(POOLED, "2"),
        f"roeal_777_678903_{WARM_UP}.ipynb": notebook(who="roe"),
        "roeal_777_678902_my own.ipynb": notebook(who="older"),
    }
    put(tmp_path / "in", files)
    assert graded(tmp_path / "in") == {("smithjane", POOLED): "2", ("roeal", WARM_UP): "roe"}
    late = {h.student for h in submissions.collect(tmp_path / "in", WORK) if h.claim.late}
    assert late == {"smithjane"}


def test_the_platforms_export_is_the_roster(tmp_path):
    (tmp_path / "canvas.csv").write_text(CANVAS, encoding="utf-8-sig")
    people = roster.read(tmp_path / "canvas.csv")
    assert list(people) == ["jsmith", "jsmith2"] and people["jsmith"]["name"] == "Smith, Jane"
    names = [f"smithjane_{n}_678901_{WARM_UP}.ipynb" for n in (12345, 12346)]
    put(tmp_path / "in", dict.fromkeys(names, notebook()))
    assert graded(tmp_path / "in", people).keys() == {("jsmith", WARM_UP), ("jsmith2", WARM_UP)}

    (tmp_path / "moodle.csv").write_text(MOODLE.replace(",", ";"), encoding="utf-16")
    people = roster.read(tmp_path / "moodle.csv")
    assert list(people) == ["A1", "jane2@example.org"]
    names = [f"Jane Smith_{n}_assignsubmission_file_/x.ipynb" for n in (1234567, 1234568)]
    put(tmp_path / "moodle", dict.fromkeys(names, notebook()))
    expected = {("A1", WARM_UP), ("jane2@example.org", WARM_UP)}
    assert graded(tmp_path / "moodle", people).keys() == expected
    # Without it, namesakes are told apart by their numbers.
    assert {s for s, _ in graded(tmp_path / "moodle")} == {
        "Jane Smith_1234567",
        "Jane Smith_1234568",
    }


def test_a_table_without_names_says_which_columns_it_has(tmp_path):
    (tmp_path / "r.csv").write_text("surname,points\nDoe,1\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"SIS Login ID.*surname, points"):
        roster.read(tmp_path / "r.csv")


def packed(files):
    """A zip archive's content."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return content.getvalue()


def test_archives_of_students_and_of_the_class_are_read(tmp_path):
    one = packed({f"work/{WARM_UP}.ipynb": notebook(who="ann"), "data.csv": "1"})
    put(tmp_path / "in", {"ann.zip": one, f"bob/{WARM_UP}.zip": one, "cy/y.ipynb": notebook()})
    assert graded(tmp_path / "in").keys() == {(s, WARM_UP) for s in ("ann", "bob", "cy")}

    all_of_them = packed(
        {
            f"Jane Smith_1_assignsubmission_file_/{WARM_UP}.ipynb": notebook(),
            "Al Roe_2_assignsubmission_file_/work.zip": one,
        }
    )
    put(tmp_path, {"class.zip": all_of_them, "holds/class.zip": all_of_them})
    for place in (tmp_path / "class.zip", tmp_path / "holds"):
        assert graded(place).keys() == {("Jane Smith", WARM_UP), ("Al Roe", WARM_UP)}
    plain = packed(
        {f"class/ann_{WARM_UP}.ipynb": notebook(), f"class/bob_{WARM_UP}.ipynb": notebook()}
    )
    put(tmp_path, {"plain.zip": plain, "mixed/plain.zip": plain, "mixed/dee.ipynb": notebook()})
    assert graded(tmp_path / "plain.zip").keys() == {("ann", WARM_UP), ("bob", WARM_UP)}
    plain = packed({f"ann_{WARM_UP}.ipynb": notebook(), f"bob_{WARM_UP}.ipynb": notebook()})
    put(tmp_path, {"mixed/plain.zip": plain})
    people = listed(tmp_path, ["ann", "bob", "dee"])
    assert graded(tmp_path / "mixed", people).keys() == {(s, WARM_UP) for s in people}


def test_an_archive_writes_nothing_and_its_names_lead_nowhere(tmp_path):
    put(tmp_path / "in", {"ann.zip": packed({f"../../../{WARM_UP}.ipynb": notebook()})})
    before = sorted(tmp_path.rglob("*"))
    assert graded(tmp_path / "in").keys() == {("ann", WARM_UP)}
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize(
    "content, says",
    [
        (b"PK not an archive", "cannot be opened"),
        (packed({"a.txt": "1"}), "holds no notebook"),
        (packed({"a.ipynb": " " * (handed_in_files.MOST_BYTES + 1)}), "larger than 32 MB"),
    ],
    ids=["broken", "empty", "bomb"],
)
def test_an_archive_that_cannot_be_read_says_why(content, says, tmp_path):
    put(tmp_path / "in", {"ann.zip": content, "bob.ipynb": notebook()})
    assert graded(tmp_path / "in").keys() == {("bob", WARM_UP)}
    assert [text for _, text in others(tmp_path / "in").values() if says in text]


def test_an_archive_that_lies_about_its_size_is_read_to_the_bound_only(tmp_path):
    content = packed({"a.ipynb": " " * (handed_in_files.MOST_BYTES * 2)})
    size = (handed_in_files.MOST_BYTES * 2).to_bytes(4, "little")
    put(tmp_path / "in", {"ann.zip": content.replace(size, (1000).to_bytes(4, "little"))})
    (found,) = others(tmp_path / "in").values()
    assert found[0] == "problem" and "could not be unpacked" in found[1]


def test_too_many_files_in_an_archive_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(handed_in_files, "MOST_FILES", 3)
    put(tmp_path / "in", {"ann.zip": packed({f"{n}.ipynb": "" for n in range(4)})})
    (found,) = others(tmp_path / "in").values()
    assert "more than 3 files" in found[1]


def test_names_in_archives_are_decoded(tmp_path):
    content = packed({f"Jos\u00e9_{WARM_UP}.ipynb": notebook(), f"bob_{WARM_UP}.ipynb": notebook()})
    assert content.count(b"\x00\x08\x08\x00")  # marked as UTF-8: here the marks are taken away
    put(tmp_path, {"class.zip": content.replace(b"\x00\x08\x08\x00", b"\x00\x00\x08\x00")})
    assert graded(tmp_path / "class.zip").keys() == {("José", WARM_UP), ("bob", WARM_UP)}


def test_other_archives_and_pages_say_what_to_do(tmp_path):
    put(tmp_path / "in", {"a.rar": "x", "b.html": "x", "c/d.7z": "x"})
    texts = [text for _, text in others(tmp_path / "in").values()]
    assert sum("pack it as .zip" in text for text in texts) == 2
    assert sum("File > Download" in text for text in texts) == 1
