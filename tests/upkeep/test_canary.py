"""The canary: what it says of chapters that break."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from course.upkeep import canary


@pytest.fixture(scope="module")
def chapter(tmp_path_factory):
    """A chapter with two cells that fail, and a number in its text that is no longer right."""
    cells = [
        new_markdown_cell("# Two and two", id="title"),
        new_code_cell("total = 2 + 2", id="total"),
        new_markdown_cell("They make <!--= total -->5<!---->.", id="text"),
        new_code_cell("right = total == 4\ngone = total.gone\n", id="gone"),
        new_code_cell("assert total == 5, 'two and two make five'", id="claim"),
    ]
    path = tmp_path_factory.mktemp("beyond") / "01-sums.ipynb"
    nbformat.write(new_notebook(cells=cells), path)
    return path


@pytest.fixture(scope="module")
def report(chapter):
    return canary.report([chapter])


def test_it_names_the_cell_and_the_line_of_all_that_fails(report):
    found = [(thing["cell"], thing["line"], thing["source"]) for thing in report["broken"]]
    assert found == [
        ("gone", 2, "gone = total.gone"),
        ("claim", 1, "assert total == 5, 'two and two make five'"),
    ]
    assert report["broken"][0]["error"].startswith("AttributeError: 'int' object")


def test_it_names_numbers_in_the_text_that_came_out_otherwise(report):
    assert [change["cell"] for change in report["changed"]] == ["text"]


def test_the_chapter_stays_as_it_was(report, chapter):
    assert "-->5<!---->" in chapter.read_text(encoding="utf-8")


def test_the_page_says_versions_cells_and_lines(report):
    versions = dict.fromkeys(canary.WATCHED, "9.1")
    reports = {
        "the newest releases": {"versions": versions, **report},
        "pre-releases": {"versions": versions, "broken": [], "same": True},
    }
    text = canary.page(reports, canary.pinned())
    assert canary.pinned().keys() == set(canary.WATCHED)
    assert canary.pinned()["bambi"] in text and "9.1" in text
    assert "cell `gone`, line 2: `` gone = total.gone ``" in text
    assert "two and two make five" in text and "nothing was run again" in text


def test_an_environment_that_cannot_be_made_is_what_broke(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(canary, "FOLDER", tmp_path)
    monkeypatch.setattr(canary, "PAGE", tmp_path / "canary.md")
    monkeypatch.setattr(canary, "ROUNDS", {"no releases": "{}==0.0.0.dev999"})
    monkeypatch.setattr(canary, "found", lambda python: pytest.fail("there is no environment"))
    monkeypatch.setenv("UV_OFFLINE", "1")
    assert canary.canary_command() == 1
    assert "1 thing broke" in capsys.readouterr().out
    assert "uv pip install" in (tmp_path / "canary.md").read_text(encoding="utf-8")
