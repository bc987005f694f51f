"""What all tests share: strict key numbers, and what happens to tests when the data are missing.

The tests that need the data sets are the items marked ``needs_data``, the tests that use the
fixtures ``spotify`` or ``running``, and every notebook cell that nbval executes. Without data and
network they are skipped, with the reason; where ``CI`` is true they fail instead, so that no
continuous integration passes by skipping. Data that were altered stop the whole run.
"""

import os

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
MISSING = pytest.StashKey[str]()


def pytest_configure(config):
    """Look for the data once, in the process that starts the others."""
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


def pytest_collection_modifyitems(config, items):
    """Mark what needs data; skip it if there are none."""
    for item in items:
        if item.path.suffix == ".ipynb" or DATA_FIXTURES & set(getattr(item, "fixturenames", ())):
            item.add_marker("needs_data")
        if config.stash[MISSING] and item.get_closest_marker("needs_data") and not on_ci():
            item.add_marker(pytest.mark.skip(reason="no data: see above, 'no data'"))


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
    """The folder of the book, rendered from nothing; warnings are errors."""
    output = tmp_path_factory.mktemp("book")
    assert book.build(output=output, fresh=True) == 0, "see the messages of Sphinx above"
    return output / "_build" / "html"
