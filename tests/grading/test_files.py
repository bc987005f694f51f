"""Every kind of broken or unusual file has a row and a sentence, and the others are graded."""

import copy
import csv
import json
import sqlite3
import sys
import tracemalloc

import nbformat
import pytest
from grading_tools import WARM_UP, grade, warm

from course.chapters.cells import exercise_id, tags
from course.chapters.editions import solved
from course.grading import cli, grade_folder, handed_in_files, samples, submitted_notebook
from course.grading.assigned_names import assigned

pytestmark = [
    pytest.mark.needs_data,
    pytest.mark.skipif(sys.platform != "linux", reason="the sandbox needs Linux"),
]


def answer_index(notebook) -> int:
    return next(
        k
        for k, cell in enumerate(notebook.cells)
        if "answer" in tags(cell) and exercise_id(cell) == "ex-00"
    )


def as_bytes(notebook) -> bytes:
    return json.dumps(notebook).encode()


def changed(notebook, change) -> bytes:
    notebook = copy.deepcopy(notebook)
    return as_bytes(change(notebook) or notebook)


def no_ids(notebook):
    for cell in notebook.cells:
        del cell["id"]


def same_ids(notebook):
    for cell in notebook.cells:
        cell["id"] = "same"


def no_metadata(notebook):
    notebook["metadata"] = {}
    for cell in notebook.cells:
        cell["metadata"] = {}


def answer_deleted(notebook):
    del notebook.cells[answer_index(notebook)]


def answer_duplicated(notebook):
    index = answer_index(notebook)
    notebook.cells.insert(index, copy.deepcopy(notebook.cells[index]))


def answer_split(notebook):
    index = answer_index(notebook)
    lines = notebook.cells[index].source.splitlines()
    notebook.cells[index].source = "\n".join(lines[2:])
    notebook.cells.insert(index, nbformat.v4.new_code_cell("\n".join(lines[:2])))


def cells_reversed(notebook):
    answer_split(notebook)
    notebook.cells.reverse()


def full_of_outputs(notebook):
    notebook.cells[answer_index(notebook)]["outputs"] = [
        {"output_type": "stream", "name": "stdout", "text": "x" * 1000}
    ] * 20_000


def many_cells(notebook):
    notebook.cells += [nbformat.v4.new_code_cell("pass")] * submitted_notebook.MOST_CELLS


def version_3(notebook):
    return nbformat.convert(notebook, 3)


def version_99(notebook):
    notebook["nbformat"] = 99


def half_version(notebook):
    notebook["nbformat"] = "\ud800"


def half_characters(notebook):
    cell = notebook.cells[answer_index(notebook)]
    cell.source += "\n# \ud800"
    cell["metadata"]["course"]["\udfff"] = "\ud800"
    notebook.cells.append(nbformat.v4.new_code_cell("raise ValueError('\\ud800')"))
    notebook.cells.append(nbformat.v4.new_code_cell("class \ud800: pass"))


def deep_metadata(notebook):
    notebook["metadata"]["deep"] = json.loads("[" * 5_000 + "]" * 5_000)


GRADED = {
    "as-it-is": lambda notebook: None,
    "no-ids": no_ids,
    "same-ids": same_ids,
    "no-metadata": no_metadata,
    "answer-duplicated": answer_duplicated,
    "answer-split": answer_split,
    "cells-reversed": cells_reversed,
    "full-of-outputs": full_of_outputs,
    "version-3": version_3,
    "version-99": version_99,
    "half-version": half_version,
    "half-characters": half_characters,
    "deep-metadata": deep_metadata,
}
UNREADABLE = {
    "empty": (b"", "The file is empty."),
    "spaces": (b" \n ", "The file is empty."),
    "text": (b"my homework", "not JSON"),
    "binary": (bytes(range(256)), "not JSON"),
    "number": (b"42", "not a notebook"),
    "list": (b"[]", "not a notebook"),
    "object": (b'{"a": 1}', "it has no cells"),
    "no-cells": (b'{"cells": []}', "has no cells"),
    "cells-of-text": (b'{"cells": ["a", "b"]}', "no code cells"),
    "deep": (b"[" * 200_000, "not JSON"),
    "another-notebook": (
        b'{"cells": [{"cell_type": "code", "source": "a = 1"}]}',
        "none of the notebooks with exercises",
    ),
    "many-lists": (b'{"cells": [' + b"[]," * 1_100_000 + b"[]]}", "holds too much"),
    "much-code": (
        as_bytes({"nbformat": 4, "cells": [{"cell_type": "code", "source": "a=1\n" * 1_000_000}]}),
        "4,000,000 characters of code",
    ),
    "huge": (b" " * (handed_in_files.MOST_BYTES + 1), "larger than 32 MB"),
}


@pytest.fixture(scope="module")
def output(ci, tmp_path_factory):
    """A class of such files, graded in one call."""
    folder = tmp_path_factory.mktemp("files")
    hand_ins = folder / "in"
    hand_ins.mkdir()
    notebook = solved(samples.chapters()[WARM_UP])
    files = {name: changed(notebook, change) for name, change in GRADED.items()}
    files |= {name: content for name, (content, _) in UNREADABLE.items()}
    files |= {
        "many-cells": changed(notebook, many_cells),
        "answer-deleted": changed(notebook, answer_deleted),
        "utf-16": as_bytes(notebook).decode().encode("utf-16"),
    }
    for name, content in files.items():
        (hand_ins / f"{name}.ipynb").write_bytes(content)
    (hand_ins / "empty-folder").mkdir()
    (hand_ins / "a-folder.ipynb").mkdir()
    (hand_ins / "essay.docx").write_bytes(b"PK")
    with warm(ci) as server:
        assert grade(server, hand_ins, "--output", folder / "out") == cli.DONE
    return folder / "out"


@pytest.fixture(scope="module")
def rows(output):
    with open(output / "gradebook.csv", encoding="utf-8-sig", newline="") as file:
        return {row["student"]: row for row in csv.DictReader(file)}


def test_every_file_has_a_row(rows):
    assert set(rows) == {
        *GRADED,
        *UNREADABLE,
        "many-cells",
        "answer-deleted",
        "utf-16",
        "empty-folder",
        "a-folder.ipynb",
        "essay.docx",
    }


@pytest.mark.parametrize("name", [*GRADED, "utf-16"])
def test_an_unusual_notebook_earns_what_it_would_have_earned(rows, name):
    row, usual = rows[name], rows["as-it-is"]
    assert row["status"] == "graded" and float(row["points_so_far"]) > 0
    assert {k: v for k, v in row.items() if k.startswith(("ex-", "points"))} == {
        k: v for k, v in usual.items() if k.startswith(("ex-", "points"))
    }


@pytest.mark.filterwarnings("ignore::SyntaxWarning")
@pytest.mark.parametrize("code", ["a=1\n", "(", "-", "f(", "a.", "lambda:", "x\\\n", "'\\d'\n"])
def test_reading_hostile_code_takes_bounded_memory(code, pytestconfig):
    share = 1 if pytestconfig.option.full else 8  # tracemalloc makes it slow
    source = code * (submitted_notebook.MOST_CODE // len(code) // share)
    content = as_bytes({"nbformat": 4, "cells": [{"cell_type": "code", "source": source}]})
    tracemalloc.start()
    notebook = submitted_notebook.parse(content)
    assert notebook.likeness and assigned(source) <= {"a"}
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < (200 << 20) // share, peak >> 20


def test_a_deleted_answer_is_missing(rows, output):
    with sqlite3.connect(output / grade_folder.RECORD) as database:
        found = dict(
            database.execute("SELECT name, status FROM answers WHERE student = 'answer-deleted'")
        )
    assert len(found) == 4 and set(found.values()) == {"missing"}
    assert rows["answer-deleted"]["status"] == "graded"


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_is_no_notebook_is_unreadable_and_no_zero(rows, name):
    row = rows[name]
    assert row["status"] == "unreadable" and UNREADABLE[name][1] in row["notes"]
    assert row["points"] == row["points_so_far"] == row["ex-00"] == ""


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("many-cells", "more than 2000"),
        ("empty-folder", "holds no notebook"),
        ("a-folder.ipynb", "holds no notebook"),
        ("essay.docx", "not a notebook"),
    ],
)
def test_what_cannot_be_graded_says_why(rows, name, says):
    assert rows[name]["status"] == "unreadable" and says in rows[name]["notes"]
    assert rows[name]["points_so_far"] == ""


@pytest.mark.parametrize(
    ("name", "says"), [("version-3", "version 3"), ("version-99", "version 99")]
)
def test_another_format_version_is_noted(rows, name, says):
    assert says in rows[name]["notes"]
