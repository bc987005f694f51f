"""Teach Numba to compile ``target[...] = values`` in a fraction of the time.

Numba compiles that assignment together with the message for arrays of different shapes, and the
text formatting in it costs more than the rest of a small function. nutpie compiles two such
functions at every fit, so it is the larger part of what a model costs before it is sampled.
Here the message is a constant and the copy a loop: the values are the same.

`course.data` registers it for chapters, which need do nothing for it, and a program that does not
import the course never meets it: not in its own process, and not in what is kept on disk, because
compiled code refers to no module of ours. For versions of Numba that it was not tested with,
nothing is registered, and all works as before. ``python benchmarks/compile_cost.py`` shows the
difference.
"""

import operator
import sys
from functools import cache

# What the first edition left in PyTensor's cache asks for this module by its former name.
sys.modules.setdefault("course.numba_assignment", sys.modules[__name__])

#: The versions of Numba that the tests of this module were run with.
TESTED = ("0.68.",)


@cache
def register() -> bool:
    """Register the assignment with Numba, for arrays of numbers of up to two dimensions.

    Returns whether it is registered: only for versions that it was tested with.
    """
    try:
        import numba
    except ImportError:
        return False
    if not numba.__version__.startswith(TESTED):
        return False
    from numba.core import types
    from numba.extending import lower_builtin

    for index in (types.ellipsis, types.SliceType):
        lower_builtin(operator.setitem, types.Array, index, types.Array)(lower_assignment)
    return True


def lower_assignment(context, builder, signature, args):
    """Compile one assignment; whatever is not the simple case is left to Numba's own code."""
    from numba.core import types
    from numba.np.arrayobj import setitem_array

    target, index, values = signature.args
    numbers = all(isinstance(array.dtype, types.Number) for array in (target, values))
    if not (
        numbers and context.enable_nrt and target.ndim in (1, 2) and values.ndim in (0, target.ndim)
    ):
        return setitem_array(context, builder, signature, args)
    if index is not types.ellipsis:
        copy = assign_to_slice
    elif values.ndim == 0:
        copy = assign_scalar
    else:
        copy = assign_vector if target.ndim == 1 else assign_matrix
    return context.compile_internal(builder, copy, signature, args)


# What follows is compiled by Numba. Copying first keeps `a[1:] = a[:-1]` right.


def compiled(function):
    """Say that a function belongs to Numba: code on disk then loads where there is no course."""
    function.__module__ = "numba"
    return function


@compiled
def assign_to_slice(target, index, values):
    target[index][...] = values


@compiled
def assign_scalar(target, index, values):
    target[...] = values[()]


@compiled
def assign_vector(target, index, values):
    if len(values) != len(target) and len(values) != 1:
        raise ValueError("cannot assign an array of another shape")
    values = values.copy()
    for i in range(len(target)):
        target[i] = values[i if len(values) > 1 else 0]


@compiled
def assign_matrix(target, index, values):
    rows, columns = values.shape
    if (rows != target.shape[0] and rows != 1) or (columns != target.shape[1] and columns != 1):
        raise ValueError("cannot assign an array of another shape")
    values = values.copy()
    for i in range(len(target)):
        for j in range(target.shape[1]):
            target[i, j] = values[i if rows > 1 else 0, j if columns > 1 else 0]
