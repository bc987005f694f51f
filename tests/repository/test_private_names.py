"""Modules keep their private names to themselves."""

import ast

import pytest

from course.paths import PROJECT

FILES = sorted(
    path
    for folder in ("course", "benchmarks", "tests")
    for path in (PROJECT / folder).rglob("*.py")
)


def is_private(name):
    return name.startswith("_") and not name.endswith("_")  # IPython asks for _repr_html_


def defined(tree):
    """The private names that a module defines, as variables, functions or attributes."""
    found = set()
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name) | ast.arg(arg=name):
                found.add(name)
            case ast.Name(id=name, ctx=ast.Store()) | ast.Attribute(attr=name, ctx=ast.Store()):
                found.add(name)
    return set(filter(is_private, found))


def borrowed(tree, ours):
    """Private names of other modules that a module imports, or looks up in what is not itself."""
    own = defined(tree)
    for node in ast.walk(tree):
        match node:
            case ast.ImportFrom(module=module, level=level, names=names):
                if level or (module or "").split(".")[0] in ("course", "benchmarks"):
                    yield from (name.name for name in names if is_private(name.name))
            case ast.Attribute(value=ast.Name(id="self" | "cls")):
                pass  # inherited, perhaps
            case ast.Attribute(value=ast.Call(func=ast.Name(id="super"))):
                pass
            case ast.Attribute(attr=name) if name in ours - own and is_private(name):
                yield name


TREES = {path: ast.parse(path.read_text(encoding="utf-8")) for path in FILES}
OURS = set().union(*(defined(TREES[p]) for p in FILES if p.is_relative_to(PROJECT / "course")))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(PROJECT).as_posix())
def test_no_private_name_of_another_module_is_used(path):
    assert not list(borrowed(TREES[path], OURS))


@pytest.mark.parametrize(
    "code",
    [
        "from course.exact.marginals import _mixture_moments",
        "from course.exact import grid\ngrid._gauss_legendre(3)",
        "post._grid.weights",
    ],
)
def test_a_private_name_of_another_module_is_found(code):
    assert list(borrowed(ast.parse(code), OURS))


@pytest.mark.parametrize(
    "code", ["self._grid", "class A:\n    _grid = 1\nA._grid", "point._replace(x=1)", "a.__doc__"]
)
def test_ones_own_private_names_and_those_of_libraries_are_left_alone(code):
    assert not list(borrowed(ast.parse(code), OURS))
