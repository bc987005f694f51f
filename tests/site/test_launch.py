"""Launch buttons and the notebooks they open: addresses from one place, nothing without it."""

import shutil
import sys

import nbformat
import pytest
import yaml
from bs4 import BeautifulSoup
from IPython.core.inputtransformer2 import TransformerManager

from course.chapters import cells, editions
from course.paths import PROJECT
from course.site import book, launch

ADDRESS = "https://github.com/somebody/fork"


def run_setup_cell(modules, monkeypatch):
    """The shell commands that the setup cell runs where these modules are loaded."""
    commands = []

    class Shell:
        def run_line_magic(self, name, line):
            commands.append(f"%{name} {line}")

    monkeypatch.setattr(sys, "modules", {**sys.modules, **dict.fromkeys(modules)})
    code = TransformerManager().transform_cell(launch.setup_cell(ADDRESS).source)
    exec(code, {"get_ipython": Shell})
    return commands


def test_the_setup_cell_installs_the_course_on_colab(monkeypatch):
    assert run_setup_cell(["google.colab"], monkeypatch) == [
        f'%pip install --quiet "hierarchical-course @ git+{ADDRESS}@launch"'
    ]


def test_the_setup_cell_does_nothing_elsewhere(monkeypatch):
    assert run_setup_cell([], monkeypatch) == []


def test_the_branch_holds_student_notebooks_that_install_the_course(tmp_path, monkeypatch):
    monkeypatch.setenv(launch.REPOSITORY, ADDRESS)
    assert launch.write(tmp_path / "launch") == 0
    paths = sorted((tmp_path / "launch" / "notebooks").glob("*/*.ipynb"))
    assert len(paths) == len(list((PROJECT / "notebooks").glob("*/[0-9]*.ipynb"))) > 6
    for path in paths:
        notebook = nbformat.read(path, as_version=4)
        nbformat.validate(notebook)
        code = [cell for cell in notebook.cells if cell.cell_type == "code"]
        assert code[0].id == launch.SETUP_ID and ADDRESS in code[0].source
        del notebook.cells[notebook.cells.index(code[0])]
        source = PROJECT / path.relative_to(tmp_path / "launch")
        assert notebook == editions.handed_out(source, cells.chapters())
        assert not any(
            cells.tags(cell) & {"solution", "claims"} or "<!--" in cell.source
            for cell in notebook.cells
        )
    for name in ("requirements.txt", "environment.yml", "course/data.py", "pyproject.toml"):
        assert (tmp_path / "launch" / name).is_file()
    for name in ("instructors", "tests"):
        assert not (tmp_path / "launch" / name).exists()


@pytest.mark.parametrize("address", [None, "", "github.com/somebody/fork"])
def test_without_an_address_no_branch_is_made(tmp_path, monkeypatch, capsys, address):
    monkeypatch.delenv(launch.REPOSITORY, raising=False)
    if address is not None:
        monkeypatch.setenv(launch.REPOSITORY, address)
    assert launch.write(tmp_path / "launch") == 2
    assert launch.REPOSITORY in capsys.readouterr().out
    assert not (tmp_path / "launch").exists()


@pytest.fixture
def built(tmp_path, monkeypatch):
    """How to build a book of one chapter; returns its folder."""
    source = tmp_path / "source"
    shutil.copytree(PROJECT / "assets", source / "assets")
    shutil.copy(PROJECT / "_config.yml", source)
    (source / "book").mkdir()
    (source / "book" / "references.bib").touch()
    (source / "_toc.yml").write_text("format: jb-book\nroot: index\nchapters:\n- file: lesson\n")
    (source / "index.md").write_text("# Title\n\nThe first page.\n")
    notebook = nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_markdown_cell("# Lesson\n\nWhat <this> & that is about.", id="title")
        ],
        metadata={
            "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}
        },
    )
    nbformat.write(notebook, source / "lesson.ipynb")
    monkeypatch.setattr(book, "PROJECT", source)

    def build(**environment):
        for name in ("COURSE_REPOSITORY", "COURSE_JUPYTERHUB", "COURSE_SITE_URL"):
            monkeypatch.delenv(name, raising=False)
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        assert book.build(output=tmp_path, fresh=True) == 0
        return tmp_path / "_build" / "html"

    return build


def links(site):
    page = BeautifulSoup((site / "lesson.html").read_text(encoding="utf-8"), "html.parser")
    return {
        a.get_text(strip=True): a["href"] for a in page.select(".dropdown-launch-buttons a[href]")
    }


def test_a_book_of_no_known_address_has_no_launch_buttons_and_no_site_map(built):
    site = built()
    assert links(site) == {}
    assert not (site / "sitemap.xml").exists()
    page = BeautifulSoup((site / "lesson.html").read_text(encoding="utf-8"), "html.parser")
    assert page.select_one("meta[name=description]")["content"] == "What <this> & that is about."


def test_every_address_follows_from_the_repository(built):
    site = built(
        COURSE_REPOSITORY=ADDRESS,
        COURSE_JUPYTERHUB="https://hub.example.org",
        COURSE_SITE_URL="https://somebody.example.org/fork",
    )
    found = links(site)
    assert found["Colab"] == (
        "https://colab.research.google.com/github/somebody/fork/blob/launch/lesson.ipynb"
    )
    assert found["Binder"] == (
        "https://mybinder.org/v2/gh/somebody/fork/launch?urlpath=lab/tree/lesson.ipynb"
    )
    assert found["JupyterHub"].startswith("https://hub.example.org/hub/user-redirect/git-pull?")
    assert "branch=launch" in found["JupyterHub"]
    page = BeautifulSoup((site / "lesson.html").read_text(encoding="utf-8"), "html.parser")
    address = "https://somebody.example.org/fork/lesson.html"
    assert page.select_one("link[rel=canonical]")["href"] == address
    assert page.select_one('meta[property="og:url"]')["content"] == address
    image = page.select_one('meta[property="og:image"]')["content"]
    assert (site / image.removeprefix("https://somebody.example.org/fork/")).is_file()
    missing = (site / "404.html").read_text(encoding="utf-8")
    assert 'href="/fork/_static/' in missing and 'href="/fork/lesson.html"' in missing
    site_map = (site / "sitemap.xml").read_text(encoding="utf-8")
    assert "<loc>https://somebody.example.org/fork/lesson.html</loc>" in site_map


def test_the_workflow_tests_before_it_publishes_and_names_no_repository():
    text = (PROJECT / ".github" / "workflows" / "publish.yml").read_text(encoding="utf-8")
    jobs = yaml.safe_load(text)["jobs"]
    commands = [step.get("run", "") for step in jobs["test"]["steps"]]
    assert any(command.startswith(".ci/run") for command in commands)
    assert jobs["build"]["needs"] == "test"
    assert jobs["publish"]["needs"] == jobs["launch"]["needs"] == "build"
    assert "github.com/" not in text
