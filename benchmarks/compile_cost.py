"""What one line costs Numba: ``python benchmarks/compile_cost.py numba | course | loop``.

numba: ``out[...] = values`` as Numba compiles it; course: the same line with the assignment of
`course.fitting.numba_assignment`, which `course.data` registers; loop: written as a loop.
"""

import sys
import time

import numba
from numba import carray, types

from course.fitting import numba_assignment

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


way = sys.argv[1]
function = {"numba": by_slice, "course": by_slice, "loop": by_loop}[way]
if way == "course":
    numba_assignment.register()
start = time.perf_counter()
numba.cfunc(SIGNATURE)(function)
print(f"{way}: {time.perf_counter() - start:.2f} s")
