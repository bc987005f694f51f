"""The way out of Jupyter Book 1: Sphinx alone makes the same pages of the same two files."""

import os
import re
import subprocess
import sys

import pytest

from course.paths import PROJECT

pytestmark = pytest.mark.slow
JUPYTER_BOOK = [sys.executable, "-c", "from jupyter_book.cli.main import main; main()"]


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    """The site as Sphinx renders it, from a copy of the project: its settings stand in conf.py."""
    copy = tmp_path_factory.mktemp("plain")
    tracked = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=PROJECT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    for name in filter(None, tracked.split("\0")):
        if (PROJECT / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            (copy / name).write_bytes((PROJECT / name).read_bytes())
    for command in (
        [*JUPYTER_BOOK, "config", "sphinx", copy],
        [sys.executable, "-m", "sphinx", "-W", "-q", "-b", "html", copy, copy / "_build" / "html"],
    ):
        environment = os.environ | {"SOLUTIONS": "shown"}
        done = subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
    return copy / "_build" / "html"


def pages(folder):
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*.html")}


def anchors(path):
    """What one can link to on a page; boxes of the theme have numbers of their own."""
    article = path.read_text(encoding="utf-8").partition("<article")[2].partition("</article>")[0]
    return set(re.findall(r'\sid="([^"]+)"', article))


def test_it_has_the_same_pages(plain, site):
    assert len(pages(site)) > 25 and pages(plain) == pages(site)


def test_every_page_has_the_same_anchors(plain, site):
    for name in sorted(pages(site)):
        assert anchors(plain / name) == anchors(site / name), name
    exercises = anchors(plain / "notebooks" / "activity" / "02-complete-pooled.html")
    assert {"ex-05a", "sol-05a"} <= exercises
