"""What each exercise asks for: the declared names, their types, and the rules of judging.

There is no expected number here: those are computed from the data, exactly, when an answer is
judged (`reference`). The right letter of a choice is stored as a digest, so that nobody
reads it by accident. Four guesses undo a digest: it keeps an honest student honest, no more.
"""

import hashlib
from dataclasses import dataclass, field

from course.exact import PROBABILITY, Target

#: The terms that add up to a parameter, by the names that Bambi and others use.
_MU = {"names": ["Intercept", "mu"]}
_SIGMA = {"names": ["sigma", "sigma_y", "popularity_sigma"]}


def _no_pooled_mean(label: str) -> list[dict]:
    return [{"names": ["artist", "mu_j"], "label": label}]


def _hierarchical_mean(label: str) -> list[dict]:
    return [_MU, {"names": ["1|artist", "b_j", "b"], "label": label}]


#: What is read from the fit of each model: parameter -> terms.
FITS = {
    "complete_pooled": {Target("mu"): [_MU], Target("sigma"): [_SIGMA]},
    "no_pooled": {Target("sigma"): [_SIGMA]}
    | {Target("mu_j", label): _no_pooled_mean(label) for label in ("Mia X", "Frank Ocean")},
    "hierarchical": {
        Target("mu"): [_MU],
        Target("sigma_y"): [_SIGMA],
        Target("sigma_mu"): [{"names": ["1|artist_sigma", "sigma_mu"]}],
    }
    | {
        Target("mu_j", label): _hierarchical_mean(label)
        for label in ("Frank Ocean", "Sean Kingston")
    },
}


@dataclass(frozen=True)
class Question:
    """One declared name. `credit`: does it earn a share of the exercise's points?"""

    credit: bool = field(default=True, kw_only=True)
    type = ""

    def plan(self) -> dict:
        """What `course.submission.answers.collect` needs to know, as JSON."""
        return {"type": self.type}


@dataclass(frozen=True)
class Number(Question):
    """A statistic of a model's target; `fit` names the student's fit that it comes from."""

    model: str
    target: Target
    statistic: str = "median"
    decimals: int = 1
    fit: str = ""
    needs_fit: bool = True  # else exact integration may answer it
    type = "number"


@dataclass(frozen=True)
class Interval(Question):
    """The ends of an equal-tailed interval; `draws` or `fit` names where it comes from."""

    model: str
    target: Target
    prob: float = PROBABILITY
    decimals: int = 1
    fit: str = ""
    draws: str = ""
    type = "interval"


@dataclass(frozen=True)
class Derived(Question):
    """A number that the data alone determine (`course.judging.shrinkage_example`)."""

    key: str
    decimals: int
    type = "number"


@dataclass(frozen=True)
class Draws(Question):
    """Posterior predictive draws of one song."""

    model: str
    target: Target
    type = "draws"


@dataclass(frozen=True)
class Table(Question):
    """One row an artist; columns are statistics of the target of that artist."""

    model: str
    target: Target
    columns: tuple[str, ...]
    prob: float = PROBABILITY
    decimals: int = 1
    fit: str = ""
    type = "table"

    def plan(self) -> dict:
        return {"type": "table", "columns": list(self.columns), "index": "artist"}


@dataclass(frozen=True)
class Choice(Question):
    """One letter; `hint` is said of every wrong one, and names none."""

    digest: str
    hint: str
    options: str = "abc"
    type = "choice"

    def plan(self) -> dict:
        return {"type": "choice", "options": list(self.options)}

    def is_right(self, name: str, letter: str) -> bool:
        return digest(name, letter) == self.digest


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


@dataclass(frozen=True)
class GuessedChoice(Question):
    """A committed letter: any counts, once the later answer `by` is right, or a text is written."""

    confronted_in: str
    by: str
    digest: str
    options: str = "abc"
    type = "choice"

    def plan(self) -> dict:
        return {"type": "choice", "options": list(self.options)}

    def is_right(self, name: str, letter: str) -> bool:
        return digest(name, letter) == self.digest


@dataclass(frozen=True)
class Text(Question):
    """A written answer, which an instructor marks; or one that any text earns."""

    any_text: bool = False
    type = "text"


@dataclass(frozen=True)
class Posterior(Question):
    """A fit of the model of the same name."""

    model: str
    type = "posterior"

    def plan(self) -> dict:
        parameters = {str(target): terms for target, terms in FITS[self.model].items()}
        return {"type": "posterior", "parameters": parameters}


@dataclass(frozen=True)
class Plot(Question):
    """A plot of "songs", of songs "by artist", or of the artist "means"."""

    of: str
    type = "plot"


@dataclass(frozen=True)
class Error(Question):
    """The error that a model raises for an artist it has not seen."""

    label: str
    type = "error"


def digest(name: str, letter: str) -> str:
    """What stands for the right letter of a choice."""
    return hashlib.sha256(f"hierarchical models, {name}, {letter}".encode()).hexdigest()[:16]


def _number(model: str, target: Target, **details) -> Number:
    return Number(model, target, fit=model, **details)


def _predictions(model: str) -> Table:
    return Table(model, Target("predict"), ("lower", "median", "upper"), fit=model)


_LAYERS = (
    "Ask of the symbol: does it belong to one artist or to all, and is it a typical value "
    "or a spread?"
)

QUESTIONS: dict[str, dict[str, Question]] = {
    "ex-00": {
        "typical_00": Choice("0a8bb6964a4ec867", _LAYERS, "abcd"),
        "artist_00": Choice("0be27520ba3586ec", _LAYERS, "abcd"),
        "within_00": Choice("4b38ce58d668f0dc", _LAYERS, "abcd"),
        "between_00": Choice("650c14be7f344cd0", _LAYERS, "abcd"),
    },
    "ex-01": {"group_01": Text(any_text=True), "guess_01": Guess("ex-03", "mu_median_03")},
    "ex-02": {"plot_02": Plot("songs"), "assessment_02": Text()},
    "ex-03": {
        "complete_pooled": Posterior("complete_pooled"),
        "mu_median_03": _number("complete_pooled", Target("mu")),
        "mu_80_03": Interval("complete_pooled", Target("mu"), fit="complete_pooled"),
        "meaning_03": Choice(
            "cb9028cb32b9d50d",
            (
                "Ask what mu describes in this model, a single song or something about all of "
                "them, and what a posterior median says about it."
            ),
        ),
    },
    "ex-04": {
        "mia_x_04": Guess("ex-05b", "predictions_05b", "Mia X"),
        "beyonce_04": Guess("ex-05a", "beyonce_05a"),
        "mac_beats_04": Guess("ex-05a", "mac_beats_05a"),
    },
    "ex-05a": {
        "mac_beats_05a": Draws("complete_pooled", Target("predict")),
        "beyonce_05a": Draws("complete_pooled", Target("predict")),
        "mac_beats_80_05a": Interval("complete_pooled", Target("predict"), draws="mac_beats_05a"),
    },
    "ex-05b": {"predictions_05b": _predictions("complete_pooled"), "bummer_05b": Text()},
    "ex-06": {
        "plot_06": Plot("by artist"),
        "limits_06": Choice(
            "29cacf2ab1471664",
            ("Count the songs behind each shape in your plot before you trust it."),
            credit=False,
        ),
        "spread_06": Text(),
    },
    "ex-07": {
        "no_pooled": Posterior("no_pooled"),
        "mia_x_median_07": _number("no_pooled", Target("mu_j", "Mia X")),
        "mia_x_80_07": Interval("no_pooled", Target("mu_j", "Mia X"), fit="no_pooled"),
        "meaning_07": Text(),
    },
    "ex-08": {
        "mia_x_08": Guess("ex-09b", "predictions_09b", "Mia X"),
        "beyonce_08": Guess("ex-09b", "predictions_09b", "Beyoncé"),
        "mac_beats_08": GuessedChoice("ex-09a", "reply_09a", "82c0a27c4991d07a"),
    },
    "ex-09a": {"reply_09a": Error("Mac Beats"), "bummer_09a": Text()},
    "ex-09b": {"predictions_09b": _predictions("no_pooled"), "description_09b": Text()},
    "ex-10": {
        "plot_10": Plot("means"),
        "shape_10": Choice(
            "189e86245b170121",
            (
                "Look at all of the 44 means together: where most of them lie, and how they fall "
                "away on either side."
            ),
        ),
    },
    "ex-11": {
        "hierarchical": Posterior("hierarchical"),
        "mu_median_11": _number("hierarchical", Target("mu")),
        "sigma_y_median_11": _number("hierarchical", Target("sigma_y")),
        "sigma_mu_median_11": _number("hierarchical", Target("sigma_mu")),
    },
    "ex-12": {"answer_12": GuessedChoice("ex-14", "description_14", "543decde361cdaa9")},
    "ex-13": {
        "mac_beats_13": Draws("hierarchical", Target("predict_new")),
        "beyonce_13": Draws("hierarchical", Target("predict", "Beyoncé")),
        "mac_beats_80_13": Interval("hierarchical", Target("predict_new"), draws="mac_beats_13"),
        "beyonce_80_13": Interval("hierarchical", Target("predict", "Beyoncé"), draws="beyonce_13"),
        "why_13": Text(),
    },
    "ex-14": {
        "predictions_14": _predictions("hierarchical"),
        "description_14": Text(),
        "spread_14": Text(),
    },
    "ex-15a": {
        "shift_15a": Table("hierarchical", Target("shift"), ("shift",), fit="hierarchical"),
        "most_15a": Choice(
            "e6cb0266102666e7",
            ("Sort your table by the size of the shift, and look at who stands at its two ends."),
        ),
    },
    "ex-15b": {
        "hierarchical": Posterior("hierarchical", credit=False),
        "ocean_15b": _number("hierarchical", Target("mu_j", "Frank Ocean"), needs_fit=False),
        "kingston_15b": _number("hierarchical", Target("mu_j", "Sean Kingston"), needs_fit=False),
        "why_15b": Text(),
    },
    "ex-16a": {"why_16a": Text()},
    "ex-16b": {
        "rmse_observed_16b": Derived("rmse_observed", 3),
        "rmse_shrunken_16b": Derived("rmse_shrunken", 3),
        "why_16b": Text(),
    },
    "ex-17a": {"variance_17a": Text()},
    "ex-17b": {"bias_17b": Text()},
}

#: Fits that are looked at for their precision, where the exercise itself does not ask for them.
USES = {
    "ex-05b": ["complete_pooled"],
    "ex-09b": ["no_pooled"],
    "ex-14": ["hierarchical"],
    "ex-15a": ["hierarchical"],
}


def title(exercise: str) -> str:
    """ "ex-05a" reads "Exercise 5a"."""
    return f"Exercise {exercise.removeprefix('ex-').lstrip('0') or '0'}"


def plan(exercise: str) -> dict[str, dict]:
    """What to collect for an exercise, as JSON; KeyError for an unknown one."""
    asked = {name: question.plan() for name, question in QUESTIONS[exercise].items()}
    for guess in guesses_in(exercise).values():
        asked[guess.by] = QUESTIONS[guess.confronted_in][guess.by].plan()
    for model in USES.get(exercise, []):
        asked[model] = Posterior(model).plan()
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
