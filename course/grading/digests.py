"""Digests of whole folders: when one changes, what depended on it is done again."""

import ast
import hashlib
import platform
from functools import cache
from importlib import metadata
from pathlib import Path

from course.paths import PACKAGE

#: What decides marks, whole: when a file of these changes, everything is judged again.
JUDGES = tuple(PACKAGE / folder for folder in ("exact", "ledger", "judging", "grading"))

#: Packages whose version decides what a notebook computes; when one changes, notebooks run again.
DECIDING = (
    *("numpy", "scipy", "pandas", "xarray", "numba", "llvmlite", "pytensor", "pymc", "nutpie"),
    *("formulae", "bambi", "arviz", "arviz-base", "arviz-stats"),
)


def files_in(*places: Path) -> dict[str, Path]:
    """Files, and all files in folders, by their names from there; nothing compiled."""
    return {
        path.relative_to(place.parent).as_posix(): path
        for place in places
        for path in (sorted(place.rglob("*")) if place.is_dir() else [place])
        if path.is_file() and path.suffix != ".pyc"
    }


def digest_of(*places: Path) -> str:
    """A digest of files and whole folders: of their names and what is in them."""
    digest = hashlib.sha256()
    for name, path in files_in(*places).items():
        content = path.read_bytes()
        digest.update(f"{name} {len(content)}\n".encode() + content)
    return digest.hexdigest()


@cache
def versions_imported(*places: Path) -> dict[str, str]:
    """The versions of the packages that the Python files in some folders import."""
    imported = set()
    for path in files_in(*places).values():
        if path.suffix == ".py":
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Import):
                    imported |= {alias.name.partition(".")[0] for alias in node.names}
                elif isinstance(node, ast.ImportFrom) and node.module:
                    imported.add(node.module.partition(".")[0])
    installed = metadata.packages_distributions()
    names = {name for module in imported for name in installed.get(module, [])}
    return {name: metadata.version(name) for name in sorted(names)}


@cache
def versions_deciding() -> dict[str, str]:
    """The versions of Python and of the packages in `DECIDING` that are installed."""
    installed = {found.name.lower() for found in metadata.distributions()}
    versions = {name: metadata.version(name) for name in DECIDING if name in installed}
    return {"Python": platform.python_version()} | versions


def changes_since(versions: dict[str, str]) -> list[str]:
    """What has another version than it had, in words; none if all are the same."""
    now = versions_deciding()
    return [
        f"{name} {versions.get(name, 'none')} → {now.get(name, 'none')}"
        for name in now | versions
        if versions.get(name) != now.get(name)
    ]
