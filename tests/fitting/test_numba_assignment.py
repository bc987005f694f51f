"""Numba's assignment as compiled here: the values of NumPy, and nutpie compiles with it."""

import os
import re
import subprocess
import sys

import bambi as bmb
import numba
import numpy as np
import nutpie
import pandas as pd
import pytest

from course.fitting import numba_assignment
from course.paths import PROJECT

numba_assignment.register()


@numba.njit
def assign_all(target, values):
    target[...] = values


@numba.njit
def assign_part(target, values):
    target[1:] = values


@numba.njit
def assign_reversed(target, values):
    target[::-2] = values


@numba.njit
def shift(target):
    target[1:] = target[:-1]


def ours(function) -> bool:
    code = "\n".join(function.inspect_llvm().values())
    return re.search("assign_(vector|matrix|scalar|to_slice)", code) is not None


# What a program prints: is the assignment ours, and what does it give? The code is kept on disk.
PROGRAM = """
import sys
import numpy as np, numba

@numba.njit(cache=True)
def assign(target, values):
    target[...] = values

target = np.zeros(3)
assign(target, np.arange(3.0))
print("assign_vector" in "".join(assign.inspect_llvm().values()), target.tolist(),
      "course" in sys.modules, sum(assign.stats.cache_hits.values()))
"""


#: What a chapter does, without the seconds that Bambi takes.
IMPORTS = "import numba, course.data"


def printed(folder, before="", numba_version=None):
    """What `PROGRAM` prints in a process of its own, after the lines `before`."""
    folder.mkdir(exist_ok=True)
    (folder / "program.py").write_text(PROGRAM)
    fake = f"import numba; numba.__version__ = {numba_version!r}\n" if numba_version else ""
    run = f"{fake}{before}\nimport runpy; runpy.run_path({str(folder / 'program.py')!r})"
    environment = os.environ | {
        "NUMBA_CACHE_DIR": str(folder / "cache"),
        "PYTHONPATH": str(PROJECT),
    }
    done = subprocess.run(
        [sys.executable, "-c", run], env=environment, capture_output=True, text=True, cwd=folder
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_a_program_that_imports_the_data_has_it(tmp_path):
    assert printed(tmp_path, IMPORTS) == "True [0.0, 1.0, 2.0] True 0"


def test_an_unrelated_program_does_not_have_it(tmp_path):
    assert printed(tmp_path) == "False [0.0, 1.0, 2.0] False 0"


def test_other_versions_of_numba_do_not_have_it(tmp_path):
    known = printed(tmp_path, IMPORTS, numba.__version__)
    assert known.startswith("True"), "the tests of this module are for another version"
    assert printed(tmp_path / "other", IMPORTS, "0.99.0").startswith("False")


def test_code_on_disk_loads_where_there_is_no_course(tmp_path):
    printed(tmp_path, IMPORTS)
    gone = "import sys; sys.modules['course'] = None"
    assert printed(tmp_path, gone).endswith("[0.0, 1.0, 2.0] True 1")  # one hit


VECTORS = [
    (np.zeros(6), np.arange(6.0)),
    (np.zeros(6), np.array([7.0])),
    (np.zeros(6, int), np.array([1.9, -1.9, 2.0, 3, 4, 5])),
    (np.zeros(0), np.zeros(0)),
    (np.zeros(0), np.ones(1)),
    (np.zeros(6), np.arange(12)[::2]),
    (np.zeros(6, complex), np.arange(6.0)),
    (np.zeros(6), np.array(3.0)),
]
MATRICES = [
    (np.zeros((3, 4)), np.arange(12.0).reshape(3, 4)),
    (np.zeros((3, 4)), np.ones((1, 4))),
    (np.zeros((3, 4)), np.arange(3.0).reshape(3, 1)),
    (np.zeros((3, 4)), np.full((1, 1), 2.0)),
    (np.zeros((4, 3)).T, np.arange(12.0).reshape(3, 4)),
    (np.zeros((3, 4)), np.array(5.0)),
]


@pytest.mark.parametrize(("target", "values"), VECTORS + MATRICES)
def test_a_whole_array_gets_the_values_of_numpy(target, values):
    expected, target = target.copy(), target.copy()
    expected[...] = values
    assign_all(target, values)
    np.testing.assert_array_equal(target, expected)


@pytest.mark.parametrize("function", [assign_part, assign_reversed])
@pytest.mark.parametrize("shape", [(7,), (7, 2), (0,)])
def test_a_slice_gets_the_values_of_numpy(function, shape):
    values = np.arange(1.0, 1 + np.prod(shape)).reshape(shape)
    target = np.zeros(shape)
    part = target[1:] if function is assign_part else target[::-2]
    values = values[: len(part)]
    expected = target.copy()
    function.py_func(expected, values)
    function(target, values)
    np.testing.assert_array_equal(target, expected)


def test_arrays_that_overlap_are_copied_first():
    target = np.arange(5.0)
    shift(target)
    np.testing.assert_array_equal(target, [0, 0, 1, 2, 3])


@pytest.mark.parametrize(
    ("target", "values"),
    [
        (np.zeros(3), np.zeros(4)),
        (np.zeros(3), np.zeros(0)),
        (np.zeros((2, 3)), np.zeros((3, 3))),
        (np.zeros((2, 3)), np.zeros((2, 2))),
        (np.zeros((0, 3)), np.zeros((0, 2))),
    ],
)
def test_another_shape_is_refused_and_nothing_is_written(target, values):
    with pytest.raises(ValueError, match="another shape"):
        assign_all(target + 1, values)


@pytest.mark.parametrize(
    ("target", "values"),
    [
        (np.zeros((2, 2, 2)), np.ones((2, 2, 2))),
        (np.zeros(3, bool), np.array([True, False, True])),
        (np.zeros((2, 3)), np.arange(3.0)),
    ],
)
def test_everything_else_is_left_to_numba(target, values):
    @numba.njit
    def assign(target, values):
        target[...] = values

    expected = target.copy()
    expected[...] = values
    assign(target, values)
    np.testing.assert_array_equal(target, expected)
    assert not ours(assign)
    assign(np.zeros(2), np.ones(2))
    assert ours(assign)


def test_nutpie_compiles_with_it():
    model = bmb.Model("y ~ 1", pd.DataFrame({"y": [1.0, 2.0, 4.0]}))
    model.build()
    compiled = nutpie.compile_pymc_model(model.backend.model)
    for function in (compiled.compiled_logp_func, compiled.compiled_expand_func):
        code = function.inspect_llvm()
        assert "assign_vector" in code and "raise_with_shape_context" not in code


def test_a_program_that_only_reads_the_data_is_spared_numba(tmp_path):
    code = "import sys, course.data; print('numba' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"
