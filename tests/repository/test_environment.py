"""The environment that `make` builds, and what the repository may contain."""

import ast
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tomllib

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

import course
from course import data
from course.paths import PACKAGE, PROJECT

PYPROJECT = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PIN = re.compile(r"(?P<name>[a-z0-9-]+)==(?P<version>\S+)( ; .+)?")


def text(name):
    return (PROJECT / name).read_text(encoding="utf-8")


def pins():
    lines = [line for line in text("requirements.txt").splitlines() if line[:1] not in ("", "#")]
    return {line: PIN.fullmatch(line) for line in lines}


PINNED = {match["name"]: Version(match["version"]) for match in pins().values() if match}


def dependencies():
    optional = PYPROJECT["optional-dependencies"]
    extras = [optional[name] for name in optional if name != "cluster"]  # see pyproject.toml
    return [Requirement(line) for line in sum(extras, PYPROJECT["dependencies"])]


# ---------------------------------------------------------------------------------- versions


def test_every_line_of_the_lock_file_pins_one_version():
    wrong = [line for line, match in pins().items() if not match]
    assert not wrong
    assert len(PINNED) == len(pins()) > 100


def test_the_lock_file_holds_no_address_and_no_option():
    assert not re.search(r"://|@|\\|(?m:^\s*-)", text("requirements.txt"))


@pytest.mark.parametrize("requirement", dependencies(), ids=str)
def test_every_dependency_is_pinned_to_a_version_that_it_allows(requirement):
    version = PINNED.get(canonicalize_name(requirement.name))
    assert version is not None, "not in requirements.txt: `make lock`"
    assert version in requirement.specifier


def imported(path):
    """The packages that a file imports, in functions too."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield node.module.split(".")[0]


def test_what_students_use_asks_only_for_what_the_package_itself_depends_on():
    """`pip install` of the package, without extras, is all that a student has."""
    folders = ("exact", "ledger", "judging", "submission", "fitting")
    files = [path for path in PACKAGE.glob("*.py") if path.name != "__main__.py"]
    files += [path for folder in folders for path in (PACKAGE / folder).rglob("*.py")]
    depends = {canonicalize_name(Requirement(line).name) for line in PYPROJECT["dependencies"]}
    depends |= {"ipython", "traitlets"}  # with ipykernel
    for path in files:
        for module in set(imported(path)) - sys.stdlib_module_names - {"course"}:
            assert canonicalize_name(module) in depends, f"{path.name} imports {module}"


def test_there_is_one_version_of_the_course():
    version = PYPROJECT["version"]
    assert course.__version__ == version
    assert str(yaml.safe_load(text("CITATION.cff"))["version"]) == version
    assert re.search(rf"(?m)^## {re.escape(version)} ", text("CHANGELOG.md"))


def test_jupyter_book_stays_below_2():
    assert Version("1") <= PINNED["jupyter-book"] < Version("2")


def test_the_conda_environment_takes_its_versions_from_the_lock_file():
    environment = yaml.safe_load(text("environment.yml"))
    plain = [entry for entry in environment["dependencies"] if isinstance(entry, str)]
    others = [entry for entry in environment["dependencies"] if entry not in plain]
    assert others == [{"pip": ["-r requirements.txt", "-e ."]}]
    assert [re.split("[=<>]", entry)[0] for entry in plain] == ["python", "pip"]


@pytest.mark.parametrize(
    "version",
    [text(".python-version").strip(), re.search(r"python=([\d.]+)", text("environment.yml"))[1]],
    ids=[".python-version", "environment.yml"],
)
def test_the_named_python_is_allowed(version):
    allowed = Requirement("python" + PYPROJECT["requires-python"]).specifier
    assert Version(version) in allowed
    assert Version("3.11.9") not in allowed and Version("3.12.0") in allowed


# ---------------------------------------------------------------------------------- commands

needs_make = pytest.mark.skipif(
    os.name == "nt" or not shutil.which("make"), reason="there is no make here"
)


@pytest.fixture
def make(tmp_path):
    """`make` in a copy of what it reads, where nothing else is; `programs` come first on PATH."""
    for name in ("Makefile", "requirements.txt", "pyproject.toml"):
        shutil.copy(PROJECT / name, tmp_path)
    shims = tmp_path / "shims"
    shims.mkdir()

    def run(*arguments, **programs):
        for name, script in programs.items():
            shim = shims / name.replace("_", ".")
            shim.write_text(f"#!/bin/sh\n{script}\n")
            shim.chmod(0o755)
        # An outer `make PYTHON=...` must not speak for this one.
        outer = ("MAKE", "MFLAGS", "PYTHON")
        environment = {k: v for k, v in os.environ.items() if not k.startswith(outer)}
        environment["PATH"] = f"{shims}{os.pathsep}{os.environ['PATH']}"
        result = subprocess.run(
            ["make", *arguments],
            cwd=tmp_path,
            env=environment,
            text=True,
            capture_output=True,
            timeout=60,
        )
        return result.returncode, result.stdout + result.stderr

    run.folder = tmp_path
    return run


BROKEN = "echo this shim finds no version >&2; exit 127"


def python(version):
    """A stand-in for a Python of that version, which makes no environment but says it was asked."""
    pretend = f"import sys; sys.version_info = {version}; exec(sys.argv[1])"
    return (
        f'case "$1" in --version) echo Python {".".join(map(str, version))};; '
        f'-c) exec "{sys.executable}" -c "{pretend}" "$2";; '
        '-m) echo "venv by $0"; exit 1;; esac'
    )


OLD, NEW = python((3, 11, 9)), python((3, 12, 0))


@needs_make
def test_make_refuses_an_old_python_with_one_message(make):
    code, output = make("book", "PYTHON=python3", python3=OLD)
    assert code != 0
    assert "needs Python 3.12 or later" in output and '"python3"' in output
    assert "make PYTHON=" in output, "the message does not say what to do"
    assert len(output.splitlines()) <= 3 and not (make.folder / ".venv").exists()


@needs_make
def test_make_says_so_when_there_is_no_python_at_all(make):
    nothing = dict.fromkeys(("python3", "python3_14", "python3_13", "python3_12"), BROKEN)
    code, output = make("test", **nothing)
    assert code != 0
    assert "needs Python 3.12 or later" in output and "shim" not in output


@needs_make
def test_make_takes_the_first_python_that_works(make):
    code, output = make("book", python3=OLD, python3_14=BROKEN, python3_13=NEW, python3_12=NEW)
    assert code != 0, "the stand-in for Python makes no environment"
    assert re.search(r"venv by .*python3\.13$", output, re.MULTILINE)
    assert "apt install python3-venv" in output


@needs_make
def test_make_alone_lists_its_commands(make):
    code, output = make()
    assert code == 0
    targets = re.search(r"\.PHONY: help (.*)", text("Makefile"))[1].split()
    for target in targets:
        assert re.search(rf"^make {target}  ", output, re.MULTILINE), target
    assert not (make.folder / ".venv").exists()


def test_the_command_line_lists_its_commands():
    result = subprocess.run(
        [sys.executable, "-m", "course", "--help"], cwd=PROJECT, text=True, capture_output=True
    )
    assert result.returncode == 0
    for command in ("book", "check", "test", "run", "numbers", "timings", "lock"):
        assert re.search(rf"^    {command}  ", result.stdout, re.MULTILINE), command


def test_an_unknown_command_is_an_error():
    result = subprocess.run(
        [sys.executable, "-m", "course", "bake"], cwd=PROJECT, text=True, capture_output=True
    )
    assert result.returncode == 2
    assert "invalid choice: 'bake'" in result.stderr


# -------------------------------------------------------------------------------- repository


@pytest.fixture(scope="module")
def files():
    """What git tracks, or would."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
    )
    if listed.returncode != 0:
        pytest.skip("not a git checkout")
    return [path for name in listed.stdout.splitlines() if (path := PROJECT / name).is_file()]


def test_the_repository_contains_no_data_set(files):
    tables = {".csv", ".tsv", ".parquet", ".rda", ".rds", ".xlsx", ".json", ".zip", ".gz"}
    # Facts, from articles and lectures, and people who are made up.
    ours = {"baseball.csv", "published_numbers.csv", "sample-roster.csv"}
    measured = PROJECT / "benchmarks" / "results"
    assert {
        path.name for path in files if path.suffix in tables and path.parent != measured
    } == ours
    sums = {hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
    assert not sums & set(data.SHA256.values())


def test_the_repository_contains_nothing_that_is_made(files):
    made = {"_build", ".venv", "__pycache__", "data", ".ipynb_checkpoints", ".pytest_cache"}
    assert not [path for path in files if made & set(path.relative_to(PROJECT).parts)]
    assert not [path.name for path in files if path.suffix in {".pyc", ".tmp", ".orig"}]


def test_no_file_names_a_package_registry_or_a_folder_of_a_machine(files):
    registries = "|".join(
        [
            "py" r"pi\.org",
            "python" r"hosted\.org",
            "ana" r"conda\.(org|com)",
            "npm" r"js\.(org|com)",
            "--(extra-)?index-url",
            r"/simple/\b",
        ]
    )
    folders = r"(?<![\w.~])/(home|root|work|Users|mnt)/\w"
    for path in files:
        if path.suffix in {".png", ".jpg", ".woff", ".ico"}:
            continue
        content = path.read_text(encoding="utf-8")
        found = re.search(f"{registries}|{folders}", content)
        assert not found, f"{path.relative_to(PROJECT)}: {found[0]}"


def test_no_line_of_code_is_longer_than_100_characters(files):
    long = [
        f"{path.relative_to(PROJECT)}:{number}"
        for path in files
        if path.suffix == ".py"
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if len(line) > 100
    ]
    assert not long
