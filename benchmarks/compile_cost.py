"""What one line costs Numba: assign to a slice, or in a loop. Argument: slice or loop."""

import sys
import time

import numba
from numba import carray, types

SIZE = 47
SIGNATURE = types.int64(types.CPointer(types.double), types.CPointer(types.double))


def by_slice(x_, out_):
    x, out = carray(x_, (SIZE,)), carray(out_, (SIZE,))
    out[...] = x * 2.0
    return 0


def by_loop(x_, out_):
    x, out = carray(x_, (SIZE,)), carray(out_, (SIZE,))
    doubled = x * 2.0
    for i in range(SIZE):
        out[i] = doubled[i]
    return 0


start = time.perf_counter()
numba.cfunc(SIGNATURE)({"slice": by_slice, "loop": by_loop}[sys.argv[1]])
print(f"{sys.argv[1]}: {time.perf_counter() - start:.2f} s")
