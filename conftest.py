"""What all tests share: which of them run, strict key numbers, and what happens without the data.

`--quick` goes by what a test does, so that no list goes stale: the tests of notebooks, and those
that use a fixture which renders a book or drives Chromium, are left out; a test that fits a model,
starts a kernel or another Python, or renders a book is skipped when it comes to that.

The tests that need the data sets are the items marked ``needs_data``, the tests that use the
fixtures ``spotify`` or ``running``, and every notebook cell that nbval executes. Without data and
network they are skipped, with the reason; where ``CI`` is true they fail instead, so that no
continuous integration passes by skipping. Data that were altered stop the whole run.
"""

import os
import subprocess
import sys

import filelock
import hypothesis
import nbval.kernel
import prose_items
import pytest

from course import data
from course.chapters import kernels
from course.site import book

# nbval starts its kernels as everything here does: see course/chapters/kernels.py.
nbval.kernel.KernelManager = kernels.kernel_manager
# A key number that is off fails its notebook; the kernels that nbval starts inherit this.
os.environ["COURSE_STRICT"] = "1"
prose_items.join()

DATA_FIXTURES = {"spotify", "running"}
SLOW_FIXTURES = {"site", "small_site", "browser"}  # not for `--quick`
MISSING = pytest.StashKey[str]()
#: More than there are cores on a small machine: tests wait for kernels, servers and Chromium.
WORKERS = 3


def pytest_addoption(parser):
    """How much to run."""
    parser.addoption("--quick", action="store_true", help="no fit, no browser, no rendered book")
    parser.addoption("--full", action="store_true", help="the tests marked slow, too")


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config):
    """Run everything in several processes; what the command line names, in one, unless it says."""
    named = config.args_source is config.ArgsSource.ARGS
    option = config.option
    if named or hasattr(config, "workerinput") or option.collectonly or option.usepdb:
        return
    if getattr(option, "numprocesses", 0) is None:  # pytest-xdist is there, and was not asked
        option.numprocesses = WORKERS
    if getattr(option, "dist", "") == "no":
        option.dist = "loadfile"


def pytest_configure(config):
    """Look for the data once, in the process that starts the others; say how hypothesis tries."""
    examples = 500 if config.option.full else 30
    hypothesis.settings.register_profile(
        "course", deadline=None, derandomize=True, database=None, max_examples=examples
    )
    hypothesis.settings.load_profile("course")
    if hasattr(config, "workerinput"):
        config.stash[MISSING] = config.workerinput["missing_data"]
    else:
        config.stash[MISSING] = look_for_data()


def look_for_data() -> str:
    """Why there are no data; the empty text if they are there."""
    try:
        for name in data.SHA256:
            data.find(name)
    except data.DataNotFoundError as error:
        return str(error)
    except data.DataAlteredError as error:
        pytest.exit(str(error), returncode=1)
    return ""


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node):
    """Tell the worker processes of pytest-xdist what was found."""
    node.workerinput["missing_data"] = node.config.stash[MISSING]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config, items):
    """Mark items by what they use, keep those that were asked for; without data skip some."""
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        if item.path.suffix == ".ipynb" or DATA_FIXTURES & fixtures:
            item.add_marker("needs_data")
        if config.stash[MISSING] and item.get_closest_marker("needs_data") and not on_ci():
            item.add_marker(pytest.mark.skip(reason="no data: see above, 'no data'"))

    chosen = [item for item in items if is_chosen(item, config.option)]
    config.hook.pytest_deselected(items=[item for item in items if item not in chosen])
    items[:] = chosen


def is_chosen(item, option) -> bool:
    """Does this run, with these options, include the test?"""
    if option.quick and (
        item.path.suffix == ".ipynb" or SLOW_FIXTURES & set(getattr(item, "fixturenames", ()))
    ):
        return False
    return option.full or not item.get_closest_marker("slow")


def pytest_collection_finish(session):
    """Under `--quick`, let whatever takes long skip the test that asks for it."""
    if not session.config.option.quick:
        return
    import bambi  # takes seconds

    def not_now(*args, **kwargs):
        pytest.skip("not with --quick: it fits, renders, or starts a kernel or another Python")

    def popen(self, args, *rest, start=subprocess.Popen.__init__, **options):
        if not isinstance(args, str) and str(args[0]) == sys.executable:
            not_now()
        start(self, args, *rest, **options)

    subprocess.Popen.__init__ = popen

    bambi.Model.fit = not_now
    book.build = not_now
    kernels.socket_files = not_now


def on_ci() -> bool:
    """Is this continuous integration, where nothing may be skipped for want of data?"""
    return os.environ.get("CI", "").lower() in ("true", "1")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    """On continuous integration, fail what others skip."""
    if item.config.stash[MISSING] and item.get_closest_marker("needs_data") and on_ci():
        pytest.fail("no data, and CI is true: see below, 'no data'", pytrace=False)


def pytest_terminal_summary(terminalreporter, config):
    """Say once and in full why there were no data."""
    if config.stash[MISSING]:
        verdict = "failed, because CI is true" if on_ci() else "were skipped"
        terminalreporter.section("no data")
        terminalreporter.line(f"All tests that need the data sets {verdict}.")
        terminalreporter.line(config.stash[MISSING])


@pytest.fixture(scope="session")
def spotify():
    return data.load_spotify()


@pytest.fixture(scope="session")
def running():
    return data.load_running()


@pytest.fixture(scope="session")
def ci():
    """Is this continuous integration?"""
    return on_ci()


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """The folder of the book, rendered from nothing; warnings are errors.

    The processes of one run share it: the first to want it renders it, the others wait.
    """
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent  # each process has a folder of its own below it
    output = shared / "book"
    with filelock.FileLock(shared / "book.lock"):
        if not output.is_dir():
            code = book.build(output=output, fresh=True)
            output.mkdir(exist_ok=True)
            (output / "exit-code").write_text(str(code))
    assert (output / "exit-code").read_text() == "0", "see the messages of Sphinx above"
    return output / "_build" / "html"
