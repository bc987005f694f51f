"""The classic mistakes: what each one is called, what it gives, and what to say about it.

An `Alternative` says under which other model, target or statistic a mistaken answer would be
right; `judge` compares. No number is stored: alternatives are computed like right answers.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from course.exact import PROBABILITY, Target
from course.judging import reference
from course.judging.reference import ACCEPTED_PRIORS, artists


@dataclass(frozen=True)
class Mistake:
    """A mistake that has a name, and what to say to a student who made it."""

    name: str
    sentence: str


VARIANCE = Mistake(
    "variance for standard deviation",
    ("This looks like a variance, the square of a standard deviation."),
)
STANDARD_DEVIATION = Mistake(
    "standard deviation for variance",
    ("This looks like a standard deviation, the square root of a variance."),
)
EFFECT = Mistake(
    "b_j for mu_j",
    ("This looks like b_j, the distance of the artist from mu. mu_j is mu + b_j, draw by draw."),
)
SAMPLE_MEAN = Mistake(
    "sample mean for posterior mean",
    ("This looks like the mean of the artist's songs in the data, not a summary of the posterior."),
)
OTHER_PROBABILITY = Mistake(
    "wrong probability of the interval",
    ("This looks like a {percent} % interval, but an 80 % interval is asked for."),
)
HDI = Mistake(
    "HDI for equal-tailed interval",
    ("This looks like a highest density interval; an equal-tailed one leaves 10 % on each side."),
)
ONE_SD = Mistake(
    "mean plus or minus one sd",
    ("This looks like the mean plus or minus one standard deviation; take quantiles."),
)
MEAN_NOT_SONG = Mistake(
    "credible interval for prediction interval",
    (
        "This looks like what is known about a mean. A single song varies around its mean: add the "
        "variation from song to song."
    ),
)
SONG_NOT_MEAN = Mistake(
    "prediction interval for credible interval",
    ("This looks like the prediction of a single song; here the mean itself is asked for."),
)
NO_ARTIST_SPREAD = Mistake(
    "between-artist spread forgotten",
    (
        "This looks like a new artist whose mean is mu itself. New artists differ from each other: "
        "draw a mean for the new artist first, with sigma_mu."
    ),
)
RESAMPLED = Mistake(
    "observed artists resampled for a new one",
    (
        "This looks like one of the 44 observed artists drawn at random. A new artist's mean is a "
        "new draw around mu, with sigma_mu."
    ),
)
NEW_NOT_OBSERVED = Mistake(
    "new artist for an observed one",
    (
        "This looks like the prediction for a new artist. This artist was observed: use their own "
        "mean."
    ),
)
COMPLETE_POOLED = Mistake(
    "complete pooled model used", ("This looks like the result of the complete pooled model.")
)
NO_POOLED = Mistake("no pooled model used", "This looks like the result of the no pooled model.")
HIERARCHICAL = Mistake(
    "hierarchical model used", ("This looks like the result of the hierarchical model.")
)
MODELS = {"complete_pooled": COMPLETE_POOLED, "no_pooled": NO_POOLED, "hierarchical": HIERARCHICAL}
REFERENCE_ARTIST = Mistake(
    "reference artist in the formula",
    ("This fit compares all artists with a reference artist: the formula lacks `0 +`."),
)
LITERAL_PRIOR = Mistake(
    "literal Exp(1) prior",
    (
        "This looks like the result of a literal Exp(1) prior on sigma_mu, which is far too narrow "
        "for a scale from 0 to 100. Use a prior on the scale of the data, such as Exp(1 / sd(y))."
    ),
)
MIXED_UP = Mistake(
    "artists mixed up",
    (
        "This looks like the value of another artist. Is your order of artists that of the fit? "
        "Select by label, not by position."
    ),
)
SWAPPED_SDS = Mistake(
    "sigma_y and sigma_mu swapped",
    (
        "This looks like the other standard deviation: sigma_y is within artists, sigma_mu between "
        "them."
    ),
)
GLOBAL_MEAN = Mistake(
    "mu for mu_j", ("This looks like the global mean mu, not the mean of this artist.")
)
REVERSED = Mistake("ends reversed", "Give the lower end first: (lower, upper).")
AS_SHARE = Mistake(
    "share for percentage", ("This looks like a share of 1; popularity is measured from 0 to 100.")
)
REVERSED_SIGN = Mistake(
    "sign reversed", ("The signs look reversed: subtract the sample mean from the posterior mean.")
)
NOT_ROOT = Mistake(
    "mean squared error for its root",
    ("This looks like a mean squared error: take its square root."),
)
TOTAL = Mistake(
    "total for mean squared error",
    ("This looks like the sum of squared errors: take the mean over players, then the root."),
)
ABSOLUTE = Mistake(
    "mean absolute error",
    ("This looks like the mean absolute error: square the errors, take their mean, then the root."),
)
SWAPPED_RMSE = Mistake(
    "observed and shrunken swapped", ("This looks like the error of the other estimates.")
)


@dataclass(frozen=True)
class Alternative:
    """Under which model, target, statistic and priors an answer with this mistake is right."""

    mistake: Mistake
    model: str
    target: Target
    statistic: str = ""  # "": the one that was asked for
    prob: float = PROBABILITY
    priors: tuple[str, ...] = ACCEPTED_PRIORS
    scale: float = 1.0

    @property
    def sentence(self) -> str:
        return self.mistake.sentence.format(percent=round(100 * self.prob))


def same_place(label: str) -> list[str]:
    """The artists taken for `label` by mistaking alphabetical order for order by mean."""
    by_mean, alphabetical = list(artists()), sorted(artists())
    found = {alphabetical[by_mean.index(label)], by_mean[alphabetical.index(label)]}
    return sorted(found - {label})


def other_targets(model: str, target: Target) -> Iterator[Alternative]:
    """Mistakes of the quantity: another parameter, another model, another prior."""
    name, label = target.name, target.label
    if model == "hierarchical":
        yield Alternative(LITERAL_PRIOR, model, target, priors=("literal",))
    match model, name:
        case "complete_pooled", "mu":
            yield Alternative(SONG_NOT_MEAN, model, Target("predict"))
            yield Alternative(HIERARCHICAL, "hierarchical", Target("mu"))
        case "complete_pooled", "predict":
            yield Alternative(MEAN_NOT_SONG, model, Target("mu"))
            yield Alternative(HIERARCHICAL, "hierarchical", Target("predict_new"))
            yield Alternative(HIERARCHICAL, "hierarchical", Target("predict", "Beyoncé"))
            yield Alternative(NO_POOLED, "no_pooled", Target("predict", "Beyoncé"))
        case "no_pooled", "mu_j":
            yield Alternative(SONG_NOT_MEAN, model, Target("predict", label))
            yield Alternative(HIERARCHICAL, "hierarchical", target)
            yield Alternative(EFFECT, "hierarchical", Target("b_j", label))
            yield Alternative(COMPLETE_POOLED, "complete_pooled", Target("mu"))
        case "hierarchical", "mu":
            yield Alternative(COMPLETE_POOLED, "complete_pooled", Target("mu"))
        case "hierarchical", "sigma_y" | "sigma_mu":
            other = "sigma_mu" if name == "sigma_y" else "sigma_y"
            yield Alternative(VARIANCE, model, Target(f"{name}2"))
            yield Alternative(SWAPPED_SDS, model, Target(other))
            yield Alternative(COMPLETE_POOLED, "complete_pooled", Target("sigma"))
        case "hierarchical", "sigma_y2" | "sigma_mu2":
            yield Alternative(STANDARD_DEVIATION, model, Target(name[:-1]))
        case "hierarchical", "mu_j":
            yield Alternative(EFFECT, model, Target("b_j", label))
            yield Alternative(GLOBAL_MEAN, model, Target("mu"))
            yield Alternative(COMPLETE_POOLED, "complete_pooled", Target("mu"))
            yield Alternative(SAMPLE_MEAN, "data", target)
            yield Alternative(NO_POOLED, "no_pooled", target)
        case "hierarchical", "predict":
            yield Alternative(MEAN_NOT_SONG, model, Target("mu_j", label))
            yield Alternative(NEW_NOT_OBSERVED, model, Target("predict_new"))
            yield Alternative(COMPLETE_POOLED, "complete_pooled", Target("predict"))
            yield Alternative(NO_POOLED, "no_pooled", target)
        case "hierarchical", "predict_new":
            yield Alternative(NO_ARTIST_SPREAD, model, Target("predict_typical"))
            yield Alternative(MEAN_NOT_SONG, model, Target("mu_new"))
            yield Alternative(MEAN_NOT_SONG, model, Target("mu"))
            yield Alternative(RESAMPLED, model, reference.RESAMPLED)
            yield Alternative(COMPLETE_POOLED, "complete_pooled", Target("predict"))
    if label is not None:
        for other in same_place(label):
            yield Alternative(MIXED_UP, model, replace(target, label=other))


def other_numbers(model: str, target: Target) -> Iterator[Alternative]:
    """Mistakes that a single number can show."""
    yield from other_targets(model, target)
    yield Alternative(AS_SHARE, model, target, scale=0.01)


def other_intervals(model: str, target: Target) -> Iterator[Alternative]:
    """Mistakes that an interval can show."""
    yield from other_targets(model, target)
    for prob in (0.89, 0.94, 0.95, 0.9, 0.5):
        yield Alternative(OTHER_PROBABILITY, model, target, prob=prob)
    yield Alternative(HDI, model, target, "hdi")
    yield Alternative(ONE_SD, model, target, "mean +- sd")
    yield Alternative(AS_SHARE, model, target, scale=0.01)


def other_tables(model: str, target: Target) -> Iterator[Alternative]:
    """Mistakes that a table with one row an artist can show."""
    if model == "hierarchical":
        yield Alternative(LITERAL_PRIOR, model, target, priors=("literal",))
    if target.name == "shift":
        yield Alternative(REVERSED_SIGN, model, target, scale=-1.0)
        yield Alternative(EFFECT, model, Target("b_j"), "mean")
        yield Alternative(NO_POOLED, "no_pooled", target)
        return
    yield Alternative(MEAN_NOT_SONG, model, Target("mu_j"))
    for prob in (0.89, 0.94, 0.95, 0.9, 0.5):
        yield Alternative(OTHER_PROBABILITY, model, target, prob=prob)
    for other, mistake in MODELS.items():
        if other != model:
            yield Alternative(mistake, other, target)


def other_errors(key: str) -> Iterator[tuple[Mistake, str]]:
    """Mistakes of a root mean squared error, as keys of `shrinkage_example.values`."""
    name = key.removeprefix("rmse_")
    yield NOT_ROOT, f"mse_{name}"
    yield TOTAL, f"sse_{name}"
    yield ABSOLUTE, f"mae_{name}"
    yield SWAPPED_RMSE, "rmse_shrunken" if name == "observed" else "rmse_observed"
