"""Numbers in prose that keep themselves up to date, and prose for readers without the book.

A chapter's Markdown holds a number between two HTML comments, which no reader sees:

    Of the <!--= len(running) -->252<!----> rows, ...

The first comment holds an expression over the notebook's variables at that point, or an f-string;
what follows is its value. `make run` writes the values, the tests compare them, and what is handed
out keeps them alone (`plain`).
"""

import re
from ast import literal_eval
from collections.abc import Callable, Iterator, Mapping, Set

from nbformat import NotebookNode

from course.chapters.cells import tags

NUMBER = re.compile(r"<!--=(?P<expression>.*?)-->(?P<value>.*?)<!---->")
# Code, formulas and the targets of links; code comes first where it begins first.
NOT_PROSE = re.compile(
    r"""(?sx) ```.*?``` | `[^`\n]+` | \\begin\{(?P<env>[a-z]+\*?)\}.*?\\end\{(?P=env)\}
        | \$\$.*?\$\$ | \$[^$]*\$ | \]\([^)]*\) | <(?!!--)[^>]*>"""
)
START_OF_LINE = re.compile(r"\s*(?:(?:[-*+>]|\d+[.)])\s+)*<!--")
# Digits that need no expression: they say what is set, or where something stands.
SETTINGS = re.compile(
    r"""(?x) \b(?:19|20)\d\d\b                                    # years
        | \b(?:50|80|89|94|95)[ \u00a0]%                          # probabilities of intervals
        | \b(?:4\ chains | 4\ ×\ 5,000 | 5,000\ draws | 20,000 | 1\.4826 | 1\.01)
        | \b2\.5\ standard\ deviations
        | \b(?:age|aged|age\ of|at)\ \d\d?\b
        | \(?[A-Z0-9]\.\d+\)?(?=\s|[).,:;]|$)(?<=\d\))            # formulas: (6.1), (A.3)
        | (?i:\b(?:chapter|section|figure|table|layer|exercise|part|runner)s?)\ b?\d+[a-z]?
          (?:(?:,\ or|,|\ and|\ or|\ to)\ b?\d+[a-z]?)*
        | \*About\ \d+\ minutes
        | (?m:^\s*\d+[.)]\s)                                      # items of a list
        | \b[01]\b | \b100\b(?!\ )                                # ends of a scale
        | \b0\ (?:and|to)\ 100\b"""
)
LINK = re.compile(r"(?<!!)\[(?P<text>[^\]]+)\]\((?P<target>[^)\s]+)\)")
ROUNDED = re.compile(r":[,+]?\.\d[f%]")  # a format that rounds, in an f-string
DIGITS = re.compile(r"[-−]?\d(?:[\d,]*\d)?(?:\.\d+)?")


class ProseError(ValueError):
    """A number in prose is misplaced, cannot be computed, or is not what stands there."""


def plain(source: str) -> str:
    """The text with its numbers, without their expressions."""
    return NUMBER.sub(lambda match: match["value"], source)


def filled(source: str, values: list[str]) -> str:
    """The text with these values in place of the ones that stand there, in order."""
    new = iter(values)
    return NUMBER.sub(lambda m: f"<!--={m['expression']}-->{next(new)}<!---->", source)


# ------------------------------------------------------------------------------ what may stand


def problems(source: str) -> Iterator[str]:
    """What is wrong with the numbers of a text, one sentence for each."""
    rest = NUMBER.sub("", source)
    if role := re.search(r"\{[a-z:]+\}`[^`]*`", rest):
        yield f"readers outside the book see {role[0]} as it is"
    if "<!--" in rest or "-->" in rest:
        yield "a comment is not of the form <!--= expression -->value<!---->"
    for match in NUMBER.finditer(source):
        if "--" in match["expression"] or "--" in match["value"]:
            yield f"'--' would end the comment of {match['expression'].strip()}"
    for line in source.splitlines():
        if START_OF_LINE.match(line):
            yield f"a comment at the start of a line becomes raw HTML: {line.strip()[:60]}"
        if line.lstrip().startswith("|"):
            for match in NUMBER.finditer(line):
                if "|" in match["expression"]:
                    yield f"'|' ends a cell of the table in {match['expression'].strip()}"
    for match in NOT_PROSE.finditer(source):
        if "<!--" in match[0]:
            yield f"a comment shows inside code or a formula: {match[0].strip()[:60]}"


def check(notebook: NotebookNode) -> None:
    """Raise `ProseError`, with every reason, if the prose of a chapter cannot be shown as it is."""
    found = []
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            digits = [] if "erratum" in tags(cell) else bare_digits(cell.source)  # it quotes
            bare = [f"a number without an expression: … {text} …" for text in digits]
            found += [f"Cell {cell.id}: {wrong}" for wrong in (*problems(cell.source), *bare)]
    if found:
        raise ProseError("\n".join(found))


def bare_digits(source: str) -> list[str]:
    """Numbers that stand in prose without an expression, each with the words around it."""
    text = NUMBER.sub("~", source)
    for known in (NOT_PROSE, SETTINGS):
        text = known.sub(lambda match: "~" + "\n" * match[0].count("\n"), text)
    return [
        text[max(0, match.start() - 30) : match.end() + 20].replace("\n", " ")
        for match in re.finditer(r"\d[\d.,]*", text)
    ]


# ------------------------------------------------------------------------------ evaluation


def expressions(source: str) -> dict[str, str]:
    """What to ask the kernel: the `user_expressions` of Jupyter's protocol, by position."""
    return {
        str(k): f"str({match['expression'].strip()})"
        for k, match in enumerate(NUMBER.finditer(source))
    }


def values(source: str, replies: Mapping[str, dict]) -> list[str]:
    """The values of a text's expressions, from the kernel's replies.

    Raises
    ------
    ProseError
        If an expression fails, or gives what no reader should see: nothing, or an unrounded number.
    """
    found = []
    for k, match in enumerate(NUMBER.finditer(source)):
        expression, reply = match["expression"].strip(), replies[str(k)]
        if reply["status"] != "ok":
            raise ProseError(f"{expression}\n  fails: {reply['ename']}: {reply['evalue']}")
        value = literal_eval(reply["data"]["text/plain"])
        if not value.strip() or re.search(r"\d\.\d{6}|--|\n|nan\b", value):
            raise ProseError(f"{expression}\n  gives {value!r}; format it for readers.")
        found.append(re.sub(r"^-(?=[\d.])", "−", value))
    return found


def differences(source: str, computed: list[str]) -> list[str]:
    """Where a text says something else than what was computed, one sentence for each.

    A number that its expression rounds may differ by one unit of its last digit, so that another
    machine's draws may round the other way.
    """
    return [
        f"{match['expression'].strip()}\n  gives {now}, and the text says {match['value']}"
        for match, now in zip(NUMBER.finditer(source), computed, strict=True)
        if not says(match, now)
    ]


def says(match: re.Match, now: str) -> bool:
    """Does the text say what its expression gives now?"""
    then = match["value"]
    if then == now or not ROUNDED.search(match["expression"]):
        return then == now
    if DIGITS.sub("#", then) != DIGITS.sub("#", now):
        return False
    pairs = zip(DIGITS.findall(then), DIGITS.findall(now), strict=True)
    return all(close(a, b) for a, b in pairs)


def close(a: str, b: str) -> bool:
    """Are two printed numbers equal but for one unit of the last digit?"""
    decimals = len(a.partition(".")[2])
    first, second = (float(text.replace("−", "-").replace(",", "")) for text in (a, b))
    return decimals == len(b.partition(".")[2]) and abs(first - second) < 1.5 * 10**-decimals


# ------------------------------------------------------------------------------ without the book


def for_edition(notebook: NotebookNode, present: Set[str]) -> Callable[[str], str]:
    """A function that says the notebook's Markdown for readers who have no book beside it.

    Numbers lose their expressions. Links stay where they lead somewhere: to the web, to an exercise
    of the same notebook, and to the files named in `present`; any other becomes its words.
    """
    from course.chapters.exercises import exercises  # which imports nothing of this module

    headings = {e.id: f"Exercise {e.number} · {e.title}" for e in exercises(notebook)}

    def link(match: re.Match) -> str:
        page, _, place = match["target"].partition("#")
        if re.match(r"(https?|mailto):", match["target"]):
            return match[0]
        if not page and place in headings:  # the anchor that JupyterLab gives a heading
            return f"[{match['text']}](#{headings[place].replace(' ', '-')})"
        return f"[{match['text']}]({page})" if page in present else match["text"]

    def words(source: str) -> str:
        parts = re.split(r"((?s:```.*?```)|`[^`\n]+`)", plain(source))
        parts[::2] = [LINK.sub(link, part) for part in parts[::2]]  # between the pieces of code
        return "".join(parts)

    return words
