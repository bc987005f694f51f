"""Teach Numba to compile ``target[...] = values`` in a fraction of the time.

Numba compiles that assignment together with the message for arrays of different shapes, and the
text formatting in it costs more than the rest of a small function. nutpie compiles two such
functions at every fit, so it is the larger part of what a model costs before it is sampled.
Here the message is a constant and the copy a loop: the values are the same.

Numba calls `init` itself, when it first compiles (the entry point ``numba_extensions`` in
pyproject.toml): neither chapters nor students do anything for it, and without it all works as
before. ``python benchmarks/compile_cost.py`` shows the difference.
"""

import operator


def init() -> None:
    """Register the assignment with Numba, for arrays of numbers of up to two dimensions."""
    from numba.core import types
    from numba.extending import lower_builtin

    for index in (types.ellipsis, types.SliceType):
        lower_builtin(operator.setitem, types.Array, index, types.Array)(lower_assignment)


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


def assign_to_slice(target, index, values):
    target[index][...] = values


def assign_scalar(target, index, values):
    target[...] = values[()]


def assign_vector(target, index, values):
    if len(values) != len(target) and len(values) != 1:
        raise ValueError("cannot assign an array of another shape")
    values = values.copy()
    for i in range(len(target)):
        target[i] = values[i if len(values) > 1 else 0]


def assign_matrix(target, index, values):
    rows, columns = values.shape
    if (rows != target.shape[0] and rows != 1) or (columns != target.shape[1] and columns != 1):
        raise ValueError("cannot assign an array of another shape")
    values = values.copy()
    for i in range(len(target)):
        for j in range(target.shape[1]):
            target[i, j] = values[i if rows > 1 else 0, j if columns > 1 else 0]
