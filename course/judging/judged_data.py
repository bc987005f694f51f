"""Which data answers are judged by: the common ones, or a student's own (`course.variants`).

What is computed from the data is cached for each data set (`cached`), and that of the data sets
used longest ago is forgotten.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any

#: Data sets of one's own of which results are kept: a class.
MOST = 40

_code = ContextVar("code", default="")
_results: OrderedDict[str, dict] = OrderedDict({"": {}})


@contextmanager
def judged_by(code: str) -> Iterator[None]:
    """Judge by the data set of a code; "" is the common one."""
    token = _code.set(code)
    try:
        yield
    finally:
        _code.reset(token)


def judged() -> str:
    """The code of the data set that answers are judged by now."""
    return _code.get()


def cached[**P, T](function: Callable[P, T]) -> Callable[P, T]:
    """A function that remembers its results for each data set."""

    @wraps(function)
    def remembering(*args: P.args, **kwargs: P.kwargs) -> T:
        results = _results_of(judged())
        key = (function, args, *kwargs.items())
        if key not in results:
            results[key] = function(*args, **kwargs)
        return results[key]

    return remembering


def _results_of(code: str) -> dict[Any, Any]:
    found = _results.setdefault(code, {})
    _results.move_to_end(code)
    _results.move_to_end("")  # the common ones stay
    while len(_results) > MOST + 1:
        _results.popitem(last=False)
    return found
