"""Read JSON that comes from students: bounded in size and in depth, and no half characters."""

import json
from typing import Any

DEEPEST = 20  # a plot's claim, the deepest there is, has 9 levels


class TooMuchError(ValueError):
    """It would take more memory than anything honest does."""


def load(content: str, brackets: int, values: int | None = None) -> Any:
    """What a text of JSON holds.

    Parameters
    ----------
    content : str
    brackets : int
        The most lists and dictionaries. They are counted before anything is read, those inside
        strings too, for an empty list of two characters becomes sixty bytes.
    values : int, optional
        The most values of all kinds, counted the same way.

    Raises
    ------
    TooMuchError
        If there are more.
    ValueError
        If it is not JSON.
    """
    opened = content.count("[") + content.count("{")
    if opened > brackets or (values is not None and opened + content.count(",") > values):
        raise TooMuchError("It holds more than anything that is asked for.")
    try:
        return json.loads(content, parse_constant=float)
    except RecursionError as error:
        raise ValueError("It is nested too deep.") from error


def clean(value: Any, depth: int = DEEPEST) -> Any:
    """JSON without half characters, cut off (None) where it is nested deeper than `depth`."""
    if isinstance(value, str):
        return whole(value)
    if isinstance(value, list):
        return [clean(part, depth - 1) for part in value] if depth else None
    if isinstance(value, dict):
        pairs = value.items()
        return {whole(key): clean(part, depth - 1) for key, part in pairs} if depth else None
    return value


def whole(text: str) -> str:
    """A text without half characters (lone surrogates), which can be neither stored nor shown."""
    return text if text.isascii() else text.encode(errors="replace").decode()
