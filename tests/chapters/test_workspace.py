"""The workspace: complete, readable by itself, and never at the cost of somebody's work."""

import ast
import posixpath
import re
import sys

import nbformat
import pytest

from course.__main__ import main
from course.chapters import cells, lab, workspace
from course.chapters.cells import chapters, exercise_id, tags
from course.chapters.editions import EditionError
from course.paths import NOTEBOOKS, PROJECT, WORK

NAME = "lecture/01-words.ipynb"
BESIDE = "lecture/01-words-newer-edition.ipynb"
FIRST, SECOND, THIRD = b"first edition\n", b"second edition\n", b"third edition\n"


@pytest.fixture
def folder(tmp_path):
    """A workspace with the first edition in it."""
    folder = tmp_path / "a folder" / "work"
    assert workspace.update({NAME: FIRST}, folder) == [(NAME, None)]
    return folder


def contents(folder):
    """The files of a workspace but for its manifest."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != workspace.MANIFEST
    }


# ---------------------------------------------------------------------------------- updates


def test_a_second_update_writes_nothing(folder):
    before = (folder / workspace.MANIFEST).stat().st_mtime_ns
    assert workspace.update({NAME: FIRST}, folder) == []
    assert (folder / workspace.MANIFEST).stat().st_mtime_ns == before


def test_a_file_that_nobody_changed_is_updated(folder):
    assert workspace.update({NAME: SECOND}, folder) == [(NAME, None)]
    assert contents(folder) == {NAME: SECOND}


def test_a_file_that_was_deleted_comes_back(folder):
    (folder / NAME).unlink()
    assert workspace.update({NAME: FIRST}, folder) == [(NAME, None)]
    assert contents(folder) == {NAME: FIRST}


def test_work_on_the_present_edition_is_left_alone(folder):
    (folder / NAME).write_bytes(b"mine\n")
    assert workspace.update({NAME: FIRST}, folder) == []
    assert contents(folder) == {NAME: b"mine\n"}


def test_a_newer_edition_is_put_beside_a_changed_file_once(folder):
    (folder / NAME).write_bytes(b"mine\n")
    assert workspace.update({NAME: SECOND}, folder) == [(BESIDE, NAME)]
    assert workspace.update({NAME: SECOND}, folder) == []
    assert contents(folder) == {NAME: b"mine\n", BESIDE: SECOND}
    (folder / BESIDE).unlink()
    assert workspace.update({NAME: SECOND}, folder) == [], "it was offered, and declined"


def test_a_newer_edition_replaces_the_one_beside_unless_that_was_changed_too(folder):
    (folder / NAME).write_bytes(b"mine\n")
    workspace.update({NAME: SECOND}, folder)
    assert workspace.update({NAME: THIRD}, folder) == [(BESIDE, NAME)]
    (folder / BESIDE).write_bytes(b"mine, too\n")
    second = BESIDE.replace(".ipynb", "-2.ipynb")
    assert workspace.update({NAME: FIRST}, folder) == [], "mine is work on the first edition"
    assert workspace.update({NAME: SECOND}, folder) == [(second, NAME)]
    assert contents(folder) == {NAME: b"mine\n", BESIDE: b"mine, too\n", second: SECOND}


def test_who_takes_the_newer_edition_is_up_to_date_again(folder):
    (folder / NAME).write_bytes(b"mine\n")
    workspace.update({NAME: SECOND}, folder)
    (folder / BESIDE).replace(folder / NAME)
    assert workspace.update({NAME: SECOND}, folder) == []
    assert workspace.update({NAME: THIRD}, folder) == [(NAME, None)]
    assert contents(folder) == {NAME: THIRD}


def test_a_file_that_was_there_before_is_somebodys(tmp_path):
    (tmp_path / "lecture").mkdir()
    (tmp_path / NAME).write_bytes(b"mine\n")
    assert workspace.update({NAME: FIRST}, tmp_path) == [(BESIDE, NAME)]
    assert (tmp_path / NAME).read_bytes() == b"mine\n"


@pytest.mark.parametrize("manifest", [None, "", "{", "[1]", '{"lecture/01-words.ipynb": 3}'])
def test_without_a_readable_manifest_every_file_is_somebodys(folder, manifest):
    (folder / workspace.MANIFEST).unlink()
    if manifest is not None:
        (folder / workspace.MANIFEST).write_text(manifest, encoding="utf-8")
    assert workspace.update({NAME: SECOND}, folder) == [(BESIDE, NAME)]
    assert contents(folder) == {NAME: FIRST, BESIDE: SECOND}


def test_a_crash_leaves_whole_files_and_loses_nothing(folder, monkeypatch):
    other = "activity/01-other.ipynb"
    workspace.update({NAME: FIRST, other: FIRST}, folder)

    def full(path, content):
        if path.name == "01-other.ipynb":
            path.with_name("01-other.ipynb.tmp").write_bytes(content[:5])
            raise OSError("No space left on device")
        cells.replace(path, content)

    with monkeypatch.context() as patch:
        patch.setattr(workspace, "replace", full)
        with pytest.raises(OSError, match="No space"):
            workspace.update({NAME: SECOND, other: SECOND}, folder)
    assert contents(folder)[NAME] == SECOND and contents(folder)[other] == FIRST
    assert workspace.update({NAME: THIRD, other: THIRD}, folder) == [(NAME, None), (other, None)]
    assert contents(folder) == {NAME: THIRD, other: THIRD}


# ----------------------------------------------------------------------------- the chapters


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """A workspace with the real chapters."""
    folder = tmp_path_factory.mktemp("work")
    workspace.update(workspace.files(), folder)
    return folder


every_chapter = pytest.mark.parametrize(
    "name", [path.relative_to(NOTEBOOKS).as_posix() for path in chapters()]
)


@every_chapter
def test_a_save_that_changes_only_outputs_counts_as_a_change(written, tmp_path, name):
    content = (written / name).read_bytes()
    workspace.update({name: content}, tmp_path)
    notebook = nbformat.read(tmp_path / name, as_version=4)
    next(cell for cell in notebook.cells if cell.cell_type == "code").execution_count = 99
    nbformat.write(notebook, tmp_path / name)
    [(place, beside)] = workspace.update({name: content + b"\n"}, tmp_path)
    assert beside == name != place


@every_chapter
def test_links_lead_to_files_of_the_workspace_or_to_the_web(written, name):
    for cell in cells.read(written / name).cells:
        if cell.cell_type == "markdown":
            for target in re.findall(r"\]\(([^)\s]+)\)", cell.source):
                place = posixpath.normpath(posixpath.join(posixpath.dirname(name), target))
                assert re.match(r"https?:|#|data:", target) or (written / place).is_file(), target


def test_lecture_and_activity_link_to_each_other(written):
    end = (written / "lecture" / "06-shrinkage.ipynb").read_text(encoding="utf-8")
    begin = (written / "activity" / "01-warm-up.ipynb").read_text(encoding="utf-8")
    assert "](../activity/01-warm-up.ipynb)" in end
    assert "](../lecture/02-songs-by-artists.ipynb)" in begin


@every_chapter
def test_what_is_in_it_is_for_readers(written, name):
    source, notebook = cells.read(NOTEBOOKS / name), cells.read(written / name)
    nbformat.validate(notebook)
    assert notebook.metadata == cells.KERNEL
    activity = name.startswith("activity")
    asked = [exercise_id(cell) for cell in source.cells if "check" in tags(cell)]
    known = {"tags", "course"} if asked else {"slideshow"}
    assert all(set(cell.metadata) <= known for cell in notebook.cells)
    here = {cell.id for cell in notebook.cells}
    left_out = cells.ANSWERS if activity else {"claims", "solution"}
    for cell in source.cells:
        assert (cell.id in here) == (not tags(cell) & left_out), cell.id
    assert [exercise_id(c) for c in notebook.cells if "check" in tags(c)] == asked
    if not activity:
        kept = [c for c in source.cells if c.id in here and c.get("outputs")]
        kept = [cell for cell in kept if not exercise_id(cell)]
        shown = {cell.id: cell.get("outputs") for cell in notebook.cells}
        assert kept and all(shown[cell.id] == cell.outputs for cell in kept)


@pytest.mark.parametrize(
    "path", [p for p in chapters() if p.parent.name != "activity"], ids=lambda path: path.stem
)
def test_no_cell_to_read_needs_one_that_is_left_out(path):
    defined, gone = set(), set()
    for cell in cells.read(path).cells:
        if cell.cell_type != "code":
            continue
        nodes = list(ast.walk(ast.parse(cell.source)))
        names = [node for node in nodes if isinstance(node, ast.Name)]
        stored = {name.id for name in names if isinstance(name.ctx, ast.Store)}
        stored |= {node.name for node in nodes if isinstance(node, ast.ExceptHandler)}
        if "claims" in tags(cell):
            gone |= stored - defined
            continue
        assert not gone & {n.id for n in names if isinstance(n.ctx, ast.Load)} - stored, cell.id
        defined |= stored
        gone -= stored


# ----------------------------------------------------------------------------- the commands


@pytest.fixture
def opened(monkeypatch):
    """What JupyterLab is asked to open, instead of opening it."""
    calls = []
    monkeypatch.setattr("jupyterlab.labapp.LabApp.launch_instance", calls.append)
    return calls


def test_lab_says_what_it_wrote_and_opens_the_workspace(tmp_path, monkeypatch, opened, capsys):
    editions = {NAME: FIRST}
    monkeypatch.setattr(workspace, "files", lambda: editions)
    assert lab.work(["--no-browser"], folder=tmp_path) == 0
    assert opened == [[f"--ServerApp.root_dir={tmp_path}", "--no-browser"]]
    assert capsys.readouterr().out == f"wrote {NAME}\nYour workspace is ready: {tmp_path}\n"
    (tmp_path / NAME).write_bytes(b"mine\n")
    editions[NAME] = SECOND
    assert lab.work([], only_write=True, folder=tmp_path) == 0
    said = capsys.readouterr().out
    assert f"You changed {NAME}: it stays. The newer edition is {BESIDE}." in said
    assert len(opened) == 1


def test_lab_opens_nothing_where_it_could_not_write(tmp_path, monkeypatch, opened, capsys):
    def leaking():
        raise EditionError("It would give answers away.")

    monkeypatch.setattr(workspace, "files", leaking)
    assert lab.work([], folder=tmp_path) == 1
    assert "It would give answers away." in capsys.readouterr().out and not opened


def test_edit_opens_the_authors_notebooks(opened):
    assert lab.edit([]) == 0
    assert opened == [[f"--ServerApp.root_dir={NOTEBOOKS}"]]


def test_without_jupyterlab_there_is_one_message(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "jupyterlab.labapp", None)
    assert lab.edit([]) == 1
    assert "pip install jupyterlab" in capsys.readouterr().out


def test_without_chapters_there_is_one_message(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(workspace, "chapters", list)
    assert lab.work([], folder=tmp_path / "work") == 1
    assert "There are no chapters in" in capsys.readouterr().out
    assert not (tmp_path / "work").exists()


def test_git_and_the_book_pass_over_the_workspace_and_cleaning_keeps_it():
    assert WORK == PROJECT / "work"
    ignored = (PROJECT / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert "work/" in ignored
    config = (PROJECT / "_config.yml").read_text(encoding="utf-8")
    assert re.search(r"exclude_patterns: .*\bwork\b", config)
    makefile = (PROJECT / "Makefile").read_text(encoding="utf-8")
    recipe = re.search(r"(?m)^clean:\n((?:\t.*\n)+)", makefile)[1]
    assert "_build" in recipe and "work" not in recipe


def test_the_command_line_passes_options_on_to_jupyterlab(opened):
    assert main(["edit", "--", "--no-browser", "--port=9000"]) == 0
    assert opened == [[f"--ServerApp.root_dir={NOTEBOOKS}", "--no-browser", "--port=9000"]]
