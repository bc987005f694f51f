"""Executing chapters in place: what is stored, what is tidied away, and what a failure leaves."""

import nbformat
import pytest

from course.chapters import cells as chapter_cells
from course.chapters import execute

TIDY = {"kernelspec": execute.KERNEL["kernelspec"], "language_info": {"name": "python"}}
SPEAKS = """
import os, sys
print("hello", os.environ.get("COURSE_STRICT"), os.path.basename(os.getcwd()))
print("a warning", file=sys.stderr)
"""
PROGRESS = """
from IPython.display import display
class Bar:
    def _repr_mimebundle_(self, **kwargs):
        return {"application/vnd.jupyter.widget-view+json": {"model_id": "0"},
                "text/plain": "Output()"}
class Nothing:
    def __repr__(self):
        return ""
    def _repr_html_(self):
        return "<pre></pre>"
display(Bar(), Nothing())
6 * 7
"""


def write(path, *sources):
    notebook = nbformat.v4.new_notebook(metadata={"language_info": {"name": "python"}, "x": 1})
    notebook.cells = [nbformat.v4.new_markdown_cell("# Title", id="title")] + [
        nbformat.v4.new_code_cell(source, id=f"step-{i}", metadata={"tags": ["hide-input"]})
        for i, source in enumerate(sources)
    ]
    nbformat.write(notebook, path)
    return path


def files(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture(scope="module")
def executed(tmp_path_factory):
    """A notebook after `run_in_place`."""
    path = write(tmp_path_factory.mktemp("chapter") / "01-small.ipynb", SPEAKS, PROGRESS)
    path.chmod(0o644)
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("COURSE_STRICT", raising=False)
        assert execute.run_in_place([str(path)]) == 0
    return path


@pytest.fixture(scope="module")
def cells(executed):
    return nbformat.read(executed, as_version=4).cells


def test_outputs_are_stored(cells):
    assert [cell.get("execution_count") for cell in cells] == [None, 1, 2]
    assert cells[1].outputs[0].text.startswith("hello")
    assert cells[2].outputs[0].data["text/plain"] == "42"


def test_a_chapter_runs_in_strict_mode_and_in_its_own_folder(cells, executed):
    assert cells[1].outputs[0].text == f"hello 1 {executed.parent.name}\n"


def test_ids_tags_and_sources_are_kept(cells):
    assert [cell.id for cell in cells] == ["title", "step-0", "step-1"]
    assert [cell.source for cell in cells] == ["# Title", SPEAKS, PROGRESS]
    assert [dict(cell.metadata) for cell in cells[1:]] == [{"tags": ["hide-input"]}] * 2


def test_logs_and_progress_bars_are_not_stored(cells):
    assert [len(cell.outputs) for cell in cells[1:]] == [1, 1]


def test_metadata_are_the_same_on_every_machine(executed):
    assert nbformat.read(executed, as_version=4).metadata == TIDY


def test_the_file_is_valid_readable_and_alone(executed):
    nbformat.validate(nbformat.read(executed, as_version=4))
    assert list(executed.parent.iterdir()) == [executed], "a draft was left behind"
    assert executed.stat().st_mode & 0o044 == 0o044, "others cannot read the notebook"


@pytest.fixture(scope="module")
def failed(tmp_path_factory):
    """What is left of three notebooks, of which one raises and one loses its kernel."""
    folder = tmp_path_factory.mktemp("failing")
    paths = [
        write(folder / "01-good.ipynb", "1 + 1"),
        write(folder / "02-raises.ipynb", "x = 1", "raise ValueError('seventeen')"),
        write(folder / "03-dies.ipynb", "import os; os._exit(1)"),
    ]
    before = files(folder)
    with pytest.MonkeyPatch.context() as patch:
        lines = []
        patch.setattr("builtins.print", lambda *args, **kwargs: lines.append(str(args[0])))
        code = execute.run_in_place([str(path) for path in paths])
    return code, "\n".join(lines), before, files(folder)


def test_a_failure_is_an_exit_code(failed):
    assert failed[0] == 1


def test_a_failure_names_the_notebook_and_its_error(failed):
    message = failed[1]
    for part in ("02-raises.ipynb", "ValueError", "seventeen", "03-dies.ipynb", "kernel died"):
        assert part in message.replace("Kernel", "kernel"), f"{part} is not in {message}"


def test_a_failing_notebook_stays_as_it_was(failed):
    _, _, before, after = failed
    assert set(after) == set(before)
    for name in ("02-raises.ipynb", "03-dies.ipynb"):
        assert after[name] == before[name]


def test_a_notebook_that_does_not_exist_is_named(capsys, tmp_path):
    assert execute.run_in_place([str(tmp_path / "99-none.ipynb")]) != 0
    assert "99-none.ipynb" in capsys.readouterr().out


def test_chapters_are_listed_lecture_first(tmp_path):
    for name in ("beyond/01-d", "activity/01-a", "lecture/02-b", "lecture/01-c", "lecture/draft"):
        path = tmp_path / f"{name}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    found = chapter_cells.chapters(tmp_path)
    assert [f"{path.parent.name}/{path.stem}" for path in found] == [
        "lecture/01-c",
        "lecture/02-b",
        "activity/01-a",
        "beyond/01-d",
    ]
