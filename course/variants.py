"""Data sets of one's own: which of the artists and songs a code stands for.

A code is what `load_spotify(variant="…")` is given: twelve characters, such as "5c0m-q7vd-01fk". It
chooses some of the artists, and some of the songs of each; nothing is changed, and nothing made up.
Everything is decided by SHA-256 of the code and a name, so that any machine, and any version of
Python, finds the same rows.
"""

import hashlib

import pandas as pd

#: How many of the 44 artists a data set of one's own has.
ARTISTS = 36
#: Artists whom exercises, or what is said of them, name: they are always there.
NAMED = (
    *("Mia X", "Chris Goldarg", "Kendrick Lamar"),
    *("Beyoncé", "Frank Ocean", "Sean Kingston", "Camilo"),
)
#: Artists all of whose songs are there: ten that hardly differ, and the only two.
WHOLE = ("Chris Goldarg", "Sean Kingston")
#: Letters that are not taken for each other.
LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"
OWNER, COUNTER, CHECK = 8, 2, 2  # characters of a code


class VariantError(ValueError):
    """A text is not the code of a data set."""


def code(secret: bytes, counter: int) -> str:
    """The code for what only its maker knows, 5 bytes or more, and a counter below 1024."""
    number = int.from_bytes(secret[:5])
    body = _letters(number, OWNER) + _letters(counter, COUNTER)
    return _grouped(body + _check(body))


def counter(code: str) -> int:
    """The counter that a code was made with."""
    low = checked(code).replace("-", "")[OWNER : OWNER + COUNTER]
    return LETTERS.index(low[0]) * len(LETTERS) + LETTERS.index(low[1])


def checked(text: str) -> str:
    """A code as it is written, whatever its case, spaces and hyphens.

    Raises
    ------
    VariantError
        If it is none: a character is missing, or another one.
    """
    letters = "".join(character for character in str(text).lower() if character.isalnum())
    body, check = letters[:-CHECK], letters[-CHECK:]
    if len(body) != OWNER + COUNTER or set(letters) - set(LETTERS) or check != _check(body):
        raise VariantError(
            f'There is no data set "{str(text)[:40]}": a character was lost or changed. Take the '
            'line with load_spotify(variant="…") again from the notebook that you were given.'
        )
    return _grouped(letters)


def sample(songs: pd.DataFrame, code: str) -> pd.DataFrame:
    """The rows of the songs that a code stands for, in their order, numbered anew.

    Parameters
    ----------
    songs : pandas.DataFrame
        All songs, with the column ``artist``.
    code : str

    Raises
    ------
    VariantError
    """
    code = checked(code)
    rows: dict[str, list[int]] = {}
    for row, artist in enumerate(songs["artist"]):
        rows.setdefault(artist, []).append(row)
    others = sorted(rows.keys() - {*NAMED}, key=lambda artist: _rank(code, artist))
    kept: list[int] = []
    for artist in (*NAMED, *others[: ARTISTS - len(NAMED)]):
        own = sorted(rows[artist], key=lambda row: _rank(code, artist, row))
        fewest = len(own) if artist in WHOLE else max(2, (len(own) + 1) // 2)
        number = fewest + int(_rank(code, artist, "songs"), 16) % (len(own) - fewest + 1)
        kept += own[:number]
    return songs.iloc[sorted(kept)].reset_index(drop=True)


def _rank(code: str, *what: object) -> str:
    """A digest that sorts what a code chooses from; hexadecimal."""
    return hashlib.sha256("\n".join(map(str, (code, *what))).encode()).hexdigest()


def _letters(number: int, length: int) -> str:
    """A number in base 32."""
    return "".join(LETTERS[number >> 5 * place & 31] for place in reversed(range(length)))


def _check(body: str) -> str:
    digest = hashlib.sha256(f"data set {body}".encode()).digest()
    return _letters(int.from_bytes(digest[:5]), CHECK)


def _grouped(letters: str) -> str:
    return "-".join(letters[at : at + 4] for at in range(0, len(letters), 4))
