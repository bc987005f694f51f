"""Are solutions published? Said by name, remembered, and never decided by a slip."""

import subprocess

import pytest

from course.__main__ import main
from course.site import book, pdf, slides, solutions
from course.site.sphinx import exercises


@pytest.fixture
def rendered(monkeypatch, tmp_path):
    """What each rendering was told; Jupyter Book itself is not called."""
    told = []

    def run(command, env, **_):
        told.append(env[solutions.VARIABLE])
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.delenv(solutions.VARIABLE, raising=False)
    monkeypatch.setattr(book.subprocess, "run", run)
    monkeypatch.setattr(slides, "write", lambda folder: None)
    monkeypatch.setattr(pdf, "print_page", lambda page, target: None)
    monkeypatch.setattr(pdf.browser, "CHROMIUM", "chromium")
    return told


COMMANDS = {"book": book.build, "slides": slides.make, "pdf": pdf.make}


@pytest.mark.parametrize("make", COMMANDS.values(), ids=COMMANDS)
def test_withheld_stays_withheld_until_it_is_changed_by_name(make, rendered, tmp_path, capsys):
    assert make(tmp_path) == 0 and set(rendered) == {"shown"}
    assert "with solutions" in last_line(capsys)
    rendered.clear()
    assert book.build(tmp_path, solutions="withheld") == 0
    assert make(tmp_path) == 0 and make(tmp_path) == 0
    assert set(rendered) == {"withheld"}
    assert "without solutions" in last_line(capsys)
    rendered.clear()
    assert make(tmp_path, solutions="shown") == 0 and make(tmp_path) == 0
    assert set(rendered) == {"shown"}


def last_line(capsys):
    return capsys.readouterr().out.splitlines()[-1]


@pytest.mark.parametrize("make", COMMANDS.values(), ids=COMMANDS)
@pytest.mark.parametrize("where", ["by name", "in the environment", "remembered"])
def test_anything_else_is_an_error_that_says_what_it_can_be(
    make, where, rendered, tmp_path, monkeypatch, capsys
):
    named = "Withheld" if where == "by name" else None
    if where == "in the environment":
        monkeypatch.setenv(solutions.VARIABLE, "Withheld")
    if where == "remembered":
        solutions.remember("Withheld", tmp_path / "_build")
    assert make(tmp_path, solutions=named) == 2
    assert 'is "Withheld"; it can be "shown" or "withheld"' in capsys.readouterr().out
    assert rendered == []


@pytest.mark.parametrize("command", COMMANDS)
def test_the_command_line_knows_two_words(command, capsys):
    with pytest.raises(SystemExit) as ended:
        main([command, "--solutions", "hidden"])
    message = capsys.readouterr().err
    assert ended.value.code == 2 and "shown" in message and "withheld" in message


class App:
    """As much of Sphinx as the extension asks before it reads a page."""

    def __init__(self, build):
        self.outdir = build / "html"


@pytest.mark.parametrize("said", ["shown", "withheld"])
def test_jupyter_book_called_directly_keeps_the_choice(said, tmp_path, monkeypatch):
    monkeypatch.setenv(solutions.VARIABLE, "")
    solutions.remember(said, tmp_path)
    exercises.note_whether_withheld(App(tmp_path), config := App(tmp_path))
    assert config.solutions == said
    assert exercises.withheld() is (said == "withheld")
    monkeypatch.setenv(solutions.VARIABLE, "hidden")
    with pytest.raises(exercises.ConfigError, match="it can be"):
        exercises.note_whether_withheld(App(tmp_path), config)
