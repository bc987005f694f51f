"""What each exercise asks for: the kinds of rules, and the rules, read from `rules.toml`.

There is no expected number here: those are computed from the data, exactly, when an answer is
judged (`reference`). The right letter of a choice is stored as a digest, so that nobody
reads it by accident. Four guesses undo a digest: it keeps an honest student honest, no more.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from course.exact import PROBABILITY, Target
from course.judging import reference, rules
from course.judging.judged_data import cached, judged

RULES = Path(__file__).with_name("rules.toml")
#: What a parameter of all artists may be called in a fit.
_MU = ["Intercept", "mu", "mu_0", "mu0"]
_SIGMA = ["sigma", "sigma_y", "popularity_sigma"]
_SIGMA_MU = ["1|artist_sigma", "sigma_mu", "tau", "sigma_artist"]
#: What is read from the fit of each model: parameters by their names, and the means of artists.
FITS: dict[str, dict[Target, list[str] | None]] = {
    "complete_pooled": {Target("mu"): _MU, Target("sigma"): _SIGMA},
    "no_pooled": {
        Target("sigma"): _SIGMA,
        Target("mu_j", "Mia X"): None,
        Target("mu_j", "Frank Ocean"): None,
    },
    "hierarchical": {
        Target("mu"): _MU,
        Target("sigma_y"): _SIGMA,
        Target("sigma_mu"): _SIGMA_MU,
        Target("mu_j", "Frank Ocean"): None,
        Target("mu_j", "Sean Kingston"): None,
    },
}
#: The variables that have the artists' means, or their distances from mu; or any other that has a
#: place for each of the artists.
GROUPS = ["artist", "mu_j", "1|artist", "b_j", "b"]
#: Places of artists where a fit does not name them: by mean, in alphabetical order, as they appear.
#: They stand here for the common data, so that what asks for no number needs no data.
POSITIONS = {"Mia X": [0, 26, 25], "Frank Ocean": [38, 13, 13], "Sean Kingston": [39, 33, 33]}
ARTISTS = 44

Rules = Mapping[str, Mapping[str, "Question"]]


@dataclass(frozen=True)
class Question:
    """One declared name. `credit`: does it earn a share of the exercise's points?"""

    credit: bool = field(default=True, kw_only=True)
    type = ""

    def plan(self) -> dict:
        """What `course.submission.answers.collect` needs to know, as JSON."""
        return {"type": self.type}

    def slips(self, exercise: str, name: str, rules: Rules) -> Iterator[str]:
        """What is wrong with the values of this rule, among all rules."""
        yield from ()


@dataclass(frozen=True)
class OfModel(Question):
    """An answer that comes from the fit of a model, and counts beside that fit alone."""

    model: str

    def slips(self, exercise: str, name: str, rules: Rules) -> Iterator[str]:
        if self.model not in FITS:
            yield f"there is no model {self.model!r}; there are {', '.join(FITS)}."


@dataclass(frozen=True)
class Number(OfModel):
    """A statistic of a model's target."""

    target: Target
    statistic: str = "median"
    decimals: int = 1
    type = "number"

    def slips(self, exercise: str, name: str, rules: Rules) -> Iterator[str]:
        yield from super().slips(exercise, name, rules)
        if self.statistic not in ("median", "mean"):
            yield f"there is no statistic {self.statistic!r}; there are median and mean."


@dataclass(frozen=True)
class Interval(OfModel):
    """The ends of an equal-tailed interval, of the model's fit or of an answer that is `draws`."""

    target: Target
    prob: float = PROBABILITY
    decimals: int = 1
    draws: str = ""
    type = "interval"

    def slips(self, exercise: str, name: str, rules: Rules) -> Iterator[str]:
        yield from super().slips(exercise, name, rules)
        if not 0 < self.prob < 1:
            yield f"`prob` is {self.prob}, and should lie between 0 and 1."
        if self.draws and not isinstance(rules[exercise].get(self.draws), Draws):
            yield f"`draws` is {self.draws!r}, which this exercise does not ask draws for."


@dataclass(frozen=True)
class Expression(Question):
    """A number that an expression gives, right within a tolerance.

    value: see `course.judging.expressions`; within: how far an answer may be from it. Its classic
    mistakes stand in `mistakes.EXPRESSIONS`, by its declared name.
    """

    value: str
    within: float
    hint: str = "Compute it from the data once more, step by step."
    type = "number"

    def slips(self, exercise: str, name: str, rules: Rules) -> Iterator[str]:
        try:
            compile(self.value, name, "eval")
        except SyntaxError as error:
            yield f"`value` is no expression: {error.msg}."
        if not self.within > 0:
            yield f"`within` is {self.within}, and should be above 0."


@dataclass(frozen=True)
class Derived(Question):
    """A result of `course.judging.shrinkage_example`, whose classic mistakes are known."""

    key: str
    decimals: int
    type = "number"

    def slips(self, exercise: str, name: str, rules: Rules) -> Iterator[str]:
        if self.key not in ("rmse_observed", "rmse_shrunken"):
            yield f"there is no `key` {self.key!r}; there are rmse_observed and rmse_shrunken."


@dataclass(frozen=True)
class Draws(OfModel):
    """Posterior predictive draws of one song."""

    target: Target
    type = "draws"


@dataclass(frozen=True)
class Table(OfModel):
    """One row an artist; columns are statistics of the target of that artist."""

    target: Target
    columns: tuple[str, ...]
    prob: float = PROBABILITY
    decimals: int = 1
    type = "table"

    def plan(self) -> dict:
        return {"type": "table", "columns": list(self.columns), "index": "artist"}

    def slips(self, exercise: str, name: str, rules: Rules) -> Iterator[str]:
        yield from super().slips(exercise, name, rules)
        if unknown := set(self.columns) - {"lower", "median", "upper", "mean", "shift"}:
            yield f"nothing is known of the columns {', '.join(sorted(unknown))}."


@dataclass(frozen=True)
class Letter(Question):
    """One letter of `options`, of which a digest tells which is right."""

    digest: str
    options: str = field(default="abc", kw_only=True)
    type = "choice"

    def plan(self) -> dict:
        return {"type": "choice", "options": list(self.options)}

    def is_right(self, name: str, letter: str) -> bool:
        return digest(name, letter) == self.digest

    def slips(self, exercise: str, name: str, rules: Rules) -> Iterator[str]:
        if not any(self.is_right(name, letter) for letter in self.options):
            yield (
                f"`digest` is that of none of the letters {', '.join(self.options)}; "
                f"digest({name!r}, LETTER) of course.judging.questions gives it."
            )


@dataclass(frozen=True)
class Choice(Letter):
    """One letter; `hint` is said of every wrong one, and names none."""

    hint: str


@dataclass(frozen=True)
class Guess(Question):
    """A committed number between `lowest` and `highest`: any counts, once it is confronted.

    confronted_in, by: the later exercise, and its declared name that answers; row: of its table.
    """

    confronted_in: str
    by: str
    row: str = ""
    lowest: float = 0
    highest: float = 100
    type = "number"

    def slips(self, exercise: str, name: str, rules: Rules) -> Iterator[str]:
        yield from _slips_of_confronting(self, rules)


@dataclass(frozen=True)
class GuessedChoice(Letter):
    """A committed letter: any counts, once the later answer `by` is right, or a text is written."""

    confronted_in: str
    by: str

    def slips(self, exercise: str, name: str, rules: Rules) -> Iterator[str]:
        yield from super().slips(exercise, name, rules)
        yield from _slips_of_confronting(self, rules)


def _slips_of_confronting(guess: Guess | GuessedChoice, rules: Rules) -> Iterator[str]:
    if guess.by not in rules.get(guess.confronted_in, {}):
        yield f"there is no rule for {guess.by} of {guess.confronted_in}, which confronts it."


@dataclass(frozen=True)
class Text(Question):
    """A written answer, which an instructor marks; or one that any text earns."""

    any_text: bool = False
    type = "text"


@dataclass(frozen=True)
class Posterior(OfModel):
    """A fit of the model of the same name."""

    type = "posterior"

    def plan(self) -> dict:
        asked = FITS[self.model]
        return {
            "type": "posterior",
            "parameters": {str(target): names for target, names in asked.items() if names},
            "groups": {str(t): t.label for t, names in asked.items() if not names},
            "named": GROUPS,
            "size": len(reference.artists()) if judged() else ARTISTS,
            "positions": {label: _places(label) for label in POSITIONS} if judged() else POSITIONS,
        }

    def slips(self, exercise: str, name: str, rules: Rules) -> Iterator[str]:
        yield from super().slips(exercise, name, rules)
        if name != self.model:
            yield f"a fit is declared under the name of its model, {self.model}."


@dataclass(frozen=True)
class Plot(Question):
    """A plot of "songs", of songs "by artist", or of the artist "means"."""

    of: str
    type = "plot"

    def slips(self, exercise: str, name: str, rules: Rules) -> Iterator[str]:
        if self.of not in ("songs", "by artist", "means"):
            yield f"`of` is {self.of!r}, and should be songs, by artist, or means."


@dataclass(frozen=True)
class Error(Question):
    """The error that a model raises for an artist it has not seen."""

    label: str
    type = "error"


@cached
def _places(label: str) -> list[int]:
    """The `POSITIONS` of an artist in the data that answers are judged by."""
    appearing = list(dict.fromkeys(reference.songs()["artist"]))
    orders = (list(reference.artists()), sorted(reference.artists()), appearing)
    return [order.index(label) for order in orders]


def digest(name: str, letter: str) -> str:
    """What stands for the right letter of a choice."""
    return hashlib.sha256(f"hierarchical models, {name}, {letter}".encode()).hexdigest()[:16]


#: The kinds of rules, by the word that stands for each in `rules.toml`.
KINDS: dict[str, type[Question]] = {
    "number": Number,
    "interval": Interval,
    "expression": Expression,
    "derived": Derived,
    "draws": Draws,
    "table": Table,
    "fit": Posterior,
    "plot": Plot,
    "letter": Choice,
    "text": Text,
    "error": Error,
    "guess": Guess,
    "guessed letter": GuessedChoice,
}
#: What is asked, by exercise and declared name, in the order of `rules.toml`.
QUESTIONS: dict[str, dict[str, Question]] = rules.read(RULES, KINDS)


def title(exercise: str) -> str:
    """ "ex-05a" reads "Exercise 5a"."""
    return f"Exercise {exercise.removeprefix('ex-').lstrip('0') or '0'}"


def plan(exercise: str) -> dict[str, dict]:
    """What to collect for an exercise, as JSON; KeyError for an unknown one."""
    asked = {name: question.plan() for name, question in QUESTIONS[exercise].items()}
    for guess in guesses_in(exercise).values():
        asked[guess.by] = QUESTIONS[guess.confronted_in][guess.by].plan()
    for question in QUESTIONS[exercise].values():
        if isinstance(question, OfModel):  # it counts beside the fit that it comes from
            asked[question.model] = Posterior(question.model).plan()
    return asked


def guesses_in(exercise: str) -> dict[str, Guess | GuessedChoice]:
    """The guesses that an exercise asks for, by name."""
    asked = QUESTIONS[exercise].items()
    return {name: asks for name, asks in asked if isinstance(asks, Guess | GuessedChoice)}


def guesses_confronted_in(exercise: str) -> list[tuple[str, str]]:
    """The guesses that an exercise answers: the exercise that asked, and the name of each."""
    return [
        (earlier, name)
        for earlier in QUESTIONS
        for name, guess in guesses_in(earlier).items()
        if guess.confronted_in == exercise
    ]


def credited(exercise: str) -> list[str]:
    """The names that share the points of an exercise equally."""
    return [name for name, question in QUESTIONS[exercise].items() if question.credit]
