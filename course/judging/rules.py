"""Read a table of rules, and name every slip in it with exercise, declared name and key."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any, get_type_hints

from course.exact import Target


class RulesError(ValueError):
    """A table of rules has slips; the message has a line for each, with exercise, name and key."""


def read(path: Path, kinds: Mapping[str, type]) -> dict[str, dict[str, Any]]:
    """The rules of a TOML file: by exercise and declared name, an instance of a kind.

    Keys beside the names, in the table of an exercise, hold for all of its names.

    Parameters
    ----------
    path : Path
    kinds : mapping
        By the word after ``kind``: a dataclass, whose fields are the keys, of type str, int,
        float, bool, `Target` or tuple of str. Its ``slips(exercise, name, rules)`` yields what is
        wrong with the values of an instance.

    Raises
    ------
    RulesError
    """
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise RulesError(f"{path.name} is not TOML: {error}") from error
    rules: dict[str, dict] = {}
    slips = []
    for exercise, table in tables.items():
        rules[exercise] = {}
        table = table if isinstance(table, dict) else {}
        shared = {key: value for key, value in table.items() if not isinstance(value, dict)}
        for name in [key for key in table if key not in shared] or [""]:
            if found := list(slips_of_keys(shared | table.get(name, {}), kinds)):
                slips += [f"{exercise}, {name or 'no name'}: {slip}" for slip in found]
        if not slips:
            for name, own in table.items():
                if name not in shared:
                    rules[exercise][name] = _typed(shared | own, kinds)
    if not slips:
        slips = [
            f"{exercise}, {name}: {slip}"
            for exercise, names in rules.items()
            for name, rule in names.items()
            for slip in rule.slips(exercise, name, rules)
        ]
    if slips:
        raise RulesError("\n".join(f"{path.name}, {slip}" for slip in slips))
    return rules


def slips_of_keys(table: Mapping[str, Any], kinds: Mapping[str, type]) -> Iterator[str]:
    """What is wrong with the keys of one rule, and with the types of their values."""
    word = table.get("kind")
    if not isinstance(word, str) or word not in kinds:
        yield f"`kind` is {word!r}, and should be one of {', '.join(kinds)}."
        return
    kind, types = kinds[word], get_type_hints(kinds[word])
    known = {field.name: field for field in fields(kind)}
    for key in table.keys() - known.keys() - {"kind"}:
        yield f"a {word} has no `{key}`; it has {', '.join(known)}."
    for key, field in known.items():
        if key not in table:
            if field.default is MISSING:
                yield f"a {word} needs `{key}`."
        elif not _is(table[key], types[key]):
            yield f"`{key}` is {table[key]!r}, and should be {_WORDS[types[key]]}."


_WORDS = {
    str: "text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    Target: "a quantity, such as mu or mu_j: Mia X",
    tuple[str, ...]: "a list of texts",
}


def _is(value: Any, wanted: Any) -> bool:
    match wanted:
        case _ if wanted is Target:
            return isinstance(value, str)
        case _ if wanted is float:
            return type(value) in (int, float)
        case _ if isinstance(wanted, type):
            return type(value) is wanted
        case _:
            return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _typed(table: Mapping[str, Any], kinds: Mapping[str, type]) -> Any:
    kind = kinds[table["kind"]]
    types = get_type_hints(kind)
    values = {}
    for key, value in table.items():
        if key != "kind":
            convert: Any = {Target: Target.parse, tuple[str, ...]: tuple}.get(types[key])
            values[key] = convert(value) if convert else value
    return kind(**values)
