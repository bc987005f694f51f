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
    "the artist's own songs alone",
    (
        "This looks like what the artist's own songs say alone: their sample mean, or their mean "
        "in the no pooled model."
    ),
)
OTHER_PARAMETER = Mistake(
    "another parameter of the model",
    ("This looks like another parameter of this model. Look at the name of the variable you took."),
)
SONG_MEDIAN = Mistake(
    "median of the songs",
    ("This looks like the median of the songs in the data. Summarise the draws of the parameter."),
)
MEAN_OF_MEANS = Mistake(
    "mean of the artists' means",
    ("This looks like the mean of the artists' sample means, not a summary of the posterior."),
)
SD_OF_MEANS = Mistake(
    "sd of the sample means",
    (
        "This looks like the sd of the sample means. They vary more than the artists' means do, "
        "because each is a mean of few songs: summarise the draws of the parameter."
    ),
)
MEAN_OF_SDS = Mistake(
    "mean of the artists' own sds",
    ("This looks like an average of the artists' own sds: summarise the draws of the parameter."),
)
ROOT_MEAN_SQUARE = Mistake(
    "root mean square for median",
    (
        "This looks like the root of the mean of the squared draws, which is larger than their "
        "median: take the median of the draws as they are."
    ),
)
ROUNDED = Mistake(
    "rounded too much", ("This looks rounded: give it to {decimals}, as the exercise asks.")
)
QUINTILES = Mistake(
    "20 and 80 % quantiles",
    (
        "These look like the 20 % and the 80 % quantile, which leave 60 % between them. An "
        "interval that holds 80 % leaves out 10 % on each side."
    ),
)
OF_DATA = Mistake(
    "quantiles of the data for the posterior's",
    ("These look like quantiles of the songs in the data: take them of draws from the model."),
)
OWN_SD = Mistake(
    "each artist's own sd",
    (
        "This looks like each artist's mean and sd in the data. This model has one sd for the "
        "songs of all artists, and its predictions come from draws."
    ),
)
PLUG_IN = Mistake(
    "parameter uncertainty forgotten",
    (
        "These intervals look as if the means and the sd were known. Let each draw of the "
        "parameters make its own song: artists with few songs get wider intervals."
    ),
)
CUT_OFF = Mistake(
    "predictions cut off at 0 and 100",
    (
        "These predictions were cut off at 0 and 100. The model knows of no such limits: leave its "
        "predictions as they are, and wonder about them."
    ),
)
SONGS_AGAIN = Mistake(
    "songs of the data drawn again",
    ("These are songs of the data, drawn again. Let each draw of the parameters make a song."),
)
OTHER_SPREAD = Mistake(
    "another sd in the prediction",
    (
        "These songs have the right centre, and the spread of other standard deviations than this "
        "song has. Which vary here: songs of one artist, artists, or both? Each once."
    ),
)
ONE_ARTIST = Mistake(
    "fitted to one artist's songs alone",
    (
        "This looks like a fit of one artist's songs alone. The no pooled model is fitted to the "
        "songs of all artists: they share sigma."
    ),
)
OTHER_GROUP = Mistake(
    "another group in the formula",
    ("This fit groups the songs by something else than `artist`. Look at the formula."),
)
SWAPPED = Mistake(
    "two artists swapped", ("This looks like the value of the other artist of this exercise.")
)
SIGN_LOST = Mistake(
    "sign lost", ("This is the size of the shift: leave it its sign, as some artists go down.")
)
FROM_ALL_SONGS = Mistake(
    "mean of all songs for the sample mean",
    ("This looks like the distance from the mean of all songs: subtract each artist's own mean."),
)
NOT_COMPARED = Mistake(
    "sample mean not subtracted",
    ("This looks like the posterior means themselves: subtract each artist's own mean."),
)
RELATIVE = Mistake(
    "relative shift", ("This looks like a share of the sample mean: the difference is asked for.")
)
ROW_BY_ROW = Mistake(
    "order of the table",
    ("This shows the songs in the order of the table: show how often each popularity occurs."),
)
MEANS_ALONE = Mistake(
    "means without songs",
    ("This shows one number an artist, such as the mean: show how the artist's songs spread."),
)
MEANS_FOR_SONGS = Mistake(
    "artists for songs", ("This shows the means of the artists, not the songs.")
)
SONGS_FOR_MEANS = Mistake(
    "songs for artists", ("This shows the songs, not the means of the artists.")
)
ALL_TOGETHER = Mistake(
    "artists not told apart", ("This shows all songs together: tell the artists apart.")
)
SOME_ARTISTS = Mistake(
    "only some artists", ("This shows the songs of some artists: show those of all of them.")
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
        "This looks like one of the observed artists drawn at random. A new artist's mean is a "
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
ARTISTS_APART = Mistake(
    "a model that tells artists apart used",
    ("This looks like a model that tells artists apart; this one takes all songs together."),
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
LITERAL_PRIORS = Mistake(
    "literal Exp(1) priors on both sds",
    (
        "This looks like the result of literal Exp(1) priors on both standard deviations, far too "
        "narrow for a scale from 0 to 100. Use priors on the scale of the data: Exp(1 / sd(y))."
    ),
)
#: Mistaken sets of priors, by their name in `reference.posterior`.
PRIORS = {"literal": LITERAL_PRIOR, "literal both": LITERAL_PRIORS}
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
AS_PERCENTAGE = Mistake(
    "percentage for share", ("This looks like a percentage: give a share, between 0 and 1.")
)
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
ROOT_OF_TOTAL = Mistake(
    "root of the sum",
    ("This looks like the root of the sum of squared errors: take their mean before the root."),
)
SD_OF_ERRORS = Mistake(
    "sd of the errors",
    ("This looks like the sd of the errors, which forgets their mean: square the errors first."),
)
GRAND_MEAN = Mistake(
    "grand mean for everybody",
    ("This looks like the error of one forecast for everybody: pull the averages part of the way."),
)
NOT_WITH_TRUTH = Mistake(
    "compared with the observed averages",
    (
        "This looks like the distance from the observed averages: compare with the rest of the "
        "season."
    ),
)
THOUSANDTHS = Mistake(
    "in thousandths", ("This looks like thousandths: give it on the scale of the averages.")
)
SDS_FOR_VARIANCES = Mistake(
    "standard deviations for variances in the weight",
    ("This looks like a weight made of standard deviations: precisions are 1 over variances."),
)
OTHER_SIDE = Mistake(
    "weight of the other side",
    ("This looks like the weight turned around, with the prior's in place of the songs'."),
)
ONE_SONG = Mistake(
    "number of songs forgotten",
    ("This looks like one song's worth: an artist with n songs has n times its precision."),
)
LIKELIHOOD_ALONE = Mistake(
    "prior forgotten", ("This looks like what the songs say alone: add the precision of the prior.")
)
VARIANCES_ADDED = Mistake(
    "variances added, not precisions",
    ("This looks like a sum of variances, which is larger than either: knowledge adds precisions."),
)
THIS_POPULATION = Mistake(
    "the population of the data",
    ("This looks like the answer for the population of the data: here another one is asked about."),
)
ALL_ARTISTS = Mistake(
    "all artists for a few",
    ("This looks like the answer with all artists' songs: take those of the named ones alone."),
)
PLUGGED_IN = Mistake(
    "plugged in, not averaged",
    ("This looks like one sigma_mu plugged in: let the posterior average over all of them."),
)
HALF_WIDTH = Mistake(
    "half the width",
    ("This looks like the distance from the middle to one end: the width goes from end to end."),
)
NOT_HIDDEN = Mistake(
    "hidden songs seen", ("This looks like a fit that has seen the songs that were to be hidden.")
)
SUMMED = Mistake(
    "sum for mean", ("This looks like the sum over the songs: their mean is asked for.")
)
TURNED_AROUND = Mistake(
    "difference turned around", ("This looks like the difference the other way round.")
)
NOT_THIS_PAIR = Mistake(
    "another pair of models", ("This looks like the gain over complete pooling.")
)
COMMON_LOGARITHM = Mistake(
    "logarithm to base 10",
    ("This looks like a logarithm to base 10: the log score is the natural one, `np.log`."),
)
COPIES_LEFT = Mistake(
    "copies left in sight",
    ("A copy of the row stays behind, and tells the model what it is asked."),
)
TOO_MUCH_HIDDEN = Mistake(
    "more hidden than will be unknown",
    (
        "This hides more than will be unknown when the prediction is needed: an answer to a harder "
        "question."
    ),
)
GROUP_IN_SIGHT = Mistake(
    "group left in sight",
    ("This leaves other reviews in sight of somebody or something that will be new then."),
)
WRONG_GROUP = Mistake(
    "the known group hidden, the new one not",
    ("This hides what will be known then, and shows what will be new."),
)
ANYBODY = Mistake(
    "a new runner for a known one",
    ("This looks like the time of a runner without any race: this one has run five."),
)
MEAN_NOT_RACE = Mistake(
    "the runner's mean for the next race",
    ("This looks like what is known about the runner's mean: a race varies around it."),
)
SHARE_ABOVE = Mistake(
    "share above for share below", ("This looks like the share above, not the one below.")
)
BY_RUNNER = Mistake(
    "grouped by runner",
    ("This looks like the result for races grouped by runner: here the groups are ages."),
)
SHARE_OF_SDS = Mistake(
    "share of standard deviations",
    ("This looks like a share of standard deviations: it is variances that add up."),
)
WITHIN_SHARE = Mistake(
    "share within for share between", ("This looks like the share that is left within the groups.")
)
PLUGGED_IN_SHARE = Mistake(
    "share of the medians",
    ("This looks like the share made of two medians: take the mean of the share's own posterior."),
)
FROM_GRAND_MEAN = Mistake(
    "distance from the mean of all",
    ("This looks like the distance from the mean of all races: subtract the group's own mean."),
)
TOO_NARROW = Mistake(
    "too narrow", ("This makes the posterior too narrow: the truth falls out of it on either side.")
)
TOO_WIDE = Mistake(
    "too wide", ("This makes the distribution too wide: the truth is seldom far from its middle.")
)
SHIFTED = Mistake(
    "shifted", ("This moves the posterior to one side: the truth lies on the other, nearly always.")
)
MIRRORED = Mistake("mirrored", ("This turns a flat histogram around, and it is as flat as before."))
NOT_INVERTED = Mistake(
    "precision for standard deviation",
    ("This looks like a precision: the standard deviation is 1 over its root."),
)
COPIES_KEPT = Mistake(
    "copies kept",
    ("This looks like the answer with all rows, copies included: give each track one row."),
)
SAME_POPULARITY = Mistake(
    "equal popularities taken for copies",
    ("This looks as if tracks of equal popularity were dropped: copies have the same `track_id`."),
)
ONE_FOR_BEST = Mistake(
    "one song for the best of several",
    ("This looks like the probability for a single song: take the best of each simulated set."),
)
BEST_FOR_ONE = Mistake(
    "best of several for one song",
    ("This looks like the probability for the best of a set: one song is asked about."),
)
OTHER_TAIL = Mistake(
    "the other tail", ("This looks like the probability of less: at least as popular is asked for.")
)
HALF_WEIGHT = Mistake(
    "a weight of one half",
    ("This looks like where the weight is one half: the exercise asks for a larger one."),
)
ABOVE_FOR_BELOW = Mistake(
    "above for below",
    ("This looks like the probability of a larger value: the exercise asks for a smaller one."),
)
OTHER_AHEAD = Mistake(
    "the other artist ahead",
    ("This looks like the probability that the other of the two is ahead."),
)
CHANCE_FOR_COUNT = Mistake(
    "mean chance for a count",
    ("This looks like the mean chance of a single song: add up those of all of them."),
)
AT_LEAST_ONE = Mistake(
    "at least one for a count",
    ("This looks like the chance of at least one hit: the expected number is asked for."),
)
EACH_ALONE = Mistake(
    "quantiles averaged",
    (
        "This looks as if all five songs were low at once: average the songs of each draw first, "
        "then take the quantile over draws."
    ),
)
OTHER_END = Mistake(
    "upper end for the lower", ("This looks like the value that is exceeded in 10 % of the cases.")
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


#: The artists that the exercises name: they are the first to be taken for each other.
NAMED = ("Mia X", "Beyoncé", "Camilo", "Frank Ocean", "Sean Kingston")
SIDE_BY_SIDE = {"Frank Ocean": "Sean Kingston", "Sean Kingston": "Frank Ocean"}


def taken_for(label: str) -> list[str]:
    """Whom a student may have taken for an artist: by alphabetical order for order by mean, or
    another artist whom an exercise names."""
    by_mean, alphabetical = list(artists()), sorted(artists())
    found = {alphabetical[by_mean.index(label)], by_mean[alphabetical.index(label)], *NAMED}
    return sorted(found - {label, SIDE_BY_SIDE.get(label)})


def other_targets(model: str, target: Target) -> Iterator[Alternative]:
    """Mistakes of the quantity: another parameter, another model, another prior."""
    name, label = target.name, target.label
    if model == "hierarchical":
        for priors, mistake in PRIORS.items():
            yield Alternative(mistake, model, target, priors=(priors,))
    match model, name:
        case "complete_pooled", "mu":
            yield Alternative(OTHER_PARAMETER, model, Target("sigma"))
            yield Alternative(SONG_NOT_MEAN, model, Target("predict"))
            yield Alternative(HIERARCHICAL, "hierarchical", Target("mu"))
        case "complete_pooled", "predict":
            yield Alternative(MEAN_NOT_SONG, model, Target("mu"))
            yield Alternative(OTHER_PARAMETER, model, Target("sigma"))
            yield Alternative(HIERARCHICAL, "hierarchical", Target("predict_new"))
            yield Alternative(ARTISTS_APART, "hierarchical", Target("predict", "Beyoncé"))
            yield Alternative(ARTISTS_APART, "no_pooled", Target("predict", "Beyoncé"))
        case "no_pooled", "mu_j":
            yield Alternative(SONG_NOT_MEAN, model, Target("predict", label))
            yield Alternative(OTHER_PARAMETER, model, Target("sigma"))
            yield Alternative(ONE_ARTIST, "one artist", Target("mu", label), priors=("",))
            yield Alternative(HIERARCHICAL, "hierarchical", target)
            yield Alternative(EFFECT, "hierarchical", Target("b_j", label))
            yield Alternative(COMPLETE_POOLED, "complete_pooled", Target("mu"))
        case "hierarchical", "mu":
            yield Alternative(OTHER_PARAMETER, model, Target("sigma_y"))
            yield Alternative(OTHER_PARAMETER, model, Target("sigma_mu"))
            yield Alternative(COMPLETE_POOLED, "complete_pooled", Target("mu"))
        case "hierarchical", "sigma_y" | "sigma_mu":
            other = "sigma_mu" if name == "sigma_y" else "sigma_y"
            yield Alternative(VARIANCE, model, Target(f"{name}2"))
            yield Alternative(SWAPPED_SDS, model, Target(other))
            yield Alternative(OTHER_PARAMETER, model, Target("mu"))
            yield Alternative(COMPLETE_POOLED, "complete_pooled", Target("sigma"))
        case "hierarchical", "sigma_y2" | "sigma_mu2":
            yield Alternative(STANDARD_DEVIATION, model, Target(name[:-1]))
        case "hierarchical", "mu_j":
            yield Alternative(EFFECT, model, Target("b_j", label))
            yield Alternative(GLOBAL_MEAN, model, Target("mu"))
            yield Alternative(COMPLETE_POOLED, "complete_pooled", Target("mu"))
            yield Alternative(SAMPLE_MEAN, "data", Target("songs", label), "mean")
            yield Alternative(SAMPLE_MEAN, "no_pooled", target)
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
        for other in taken_for(label):
            yield Alternative(MIXED_UP, model, replace(target, label=other))
        if label in SIDE_BY_SIDE:
            yield Alternative(SWAPPED, model, replace(target, label=SIDE_BY_SIDE[label]))


def other_draws(model: str, target: Target) -> Iterator[Alternative]:
    """Mistakes that draws can show."""
    for other in other_targets(model, target):
        songs_tell = other.mistake is not LITERAL_PRIORS  # nearly the same as one such prior
        if other.model not in ("data", "one artist") and songs_tell:
            yield other
    noises = ["squared"]
    if model == "hierarchical" and target.name == "predict":
        noises += ["sd between artists", "both sds", "sds added"]
        yield Alternative(EFFECT, model, Target("predict, effect", target.label))
    elif model == "hierarchical":
        noises += ["sds added", "sd within twice", "sd between twice"]
    for noise in noises:
        yield Alternative(OTHER_SPREAD, model, Target(f"predict, {noise}", target.label))


def other_numbers(model: str, target: Target) -> Iterator[Alternative]:
    """Mistakes that a single number can show."""
    yield from other_targets(model, target)
    yield Alternative(AS_SHARE, model, target, scale=0.01)
    match target.name:
        case "mu":
            yield Alternative(SONG_MEDIAN, "data", Target("songs"), "median")
            yield Alternative(MEAN_OF_MEANS, "data", Target("means"), "mean")
        case "mu_j":
            yield Alternative(SONG_MEDIAN, "data", Target("songs"), "median")
            yield Alternative(SONG_MEDIAN, "data", Target("songs", target.label), "median")
        case "sigma_mu":
            yield Alternative(SD_OF_MEANS, "data", Target("means"), "sd")
        case "sigma_y":
            yield Alternative(MEAN_OF_SDS, "data", Target("sds"), "mean")
            yield Alternative(MEAN_OF_SDS, "data", Target("sds"), "median")


PROBABILITIES = (0.89, 0.94, 0.95, 0.9, 0.6, 0.5)


def of_probability(prob: float, exactly: bool = True) -> Mistake:
    """An interval that holds this instead; or about this, where its rounding leaves it open."""
    if not exactly:
        said = "This looks like an interval that holds another share than 80 %."
        return replace(OTHER_PROBABILITY, sentence=said)
    if prob == 0.6:
        return QUINTILES
    said = OTHER_PROBABILITY.sentence.format(percent=round(100 * prob))
    return replace(OTHER_PROBABILITY, sentence=said)


def rounded_to(decimals: int) -> Mistake:
    """An answer that would be right with so many decimals."""
    words = "one decimal" if decimals == 1 else f"{decimals} decimals"
    return replace(ROUNDED, sentence=ROUNDED.sentence.format(decimals=words))


def other_intervals(model: str, target: Target) -> Iterator[Alternative]:
    """Mistakes that an interval can show."""
    yield from other_targets(model, target)
    for prob in PROBABILITIES:
        yield Alternative(of_probability(prob), model, target, prob=prob)
    yield Alternative(HDI, model, target, "hdi")
    yield Alternative(ONE_SD, model, target, "mean +- sd")
    yield Alternative(AS_SHARE, model, target, scale=0.01)
    yield Alternative(OF_DATA, "data", Target("songs"))
    if target.label is not None:
        yield Alternative(OF_DATA, "data", Target("songs", target.label))


def other_tables(model: str, target: Target) -> Iterator[Alternative]:
    """Mistakes that a table with one row an artist can show."""
    if model == "hierarchical":
        yield Alternative(LITERAL_PRIOR, model, target, priors=("literal",))
    if target.name == "shift":
        yield Alternative(REVERSED_SIGN, model, target, scale=-1.0)
        yield Alternative(EFFECT, model, Target("b_j"), "mean")
        yield Alternative(NOT_COMPARED, model, Target("mu_j"), "mean")
        yield Alternative(NO_POOLED, "no_pooled", target)
        return
    yield Alternative(MEAN_NOT_SONG, model, Target("mu_j"))
    for prob in PROBABILITIES:
        yield Alternative(of_probability(prob), model, target, prob=prob)
    for other, mistake in MODELS.items():
        if other != model:
            yield Alternative(mistake, other, target)


def other_errors(key: str) -> Iterator[tuple[Mistake, str]]:
    """Mistakes of a root mean squared error, as keys of `shrinkage_example.values`."""
    name = key.removeprefix("rmse_")
    yield NOT_ROOT, f"mse_{name}"
    yield TOTAL, f"sse_{name}"
    yield ROOT_OF_TOTAL, f"rsse_{name}"
    yield ABSOLUTE, f"mae_{name}"
    yield SD_OF_ERRORS, f"sd_{name}"
    yield SWAPPED_RMSE, "rmse_shrunken" if name == "observed" else "rmse_observed"
    yield GRAND_MEAN, "rmse_centre"
    yield NOT_WITH_TRUTH, "rmse_moved"
    yield THOUSANDTHS, f"thousand_{name}"


_COLE = "next_song('J. Cole', 2{})"
_RACES = "running.dropna()"
_AT_60 = f"{_RACES}.query('age == 60')['net'].mean()"


def _five(lam: str) -> str:
    """The posterior of the five artists of Exercise b9, with an Exp(lam) prior of sigma_mu."""
    return (
        "exact.hierarchical_from_summary([1, 2, 2, 4, 8], [31, 58, 44, 70, 61], 2600, range(5), "
        "exact.HierarchicalPriors(exact.Normal(50, 50), exact.Exponential(1 / 20), "
        f"exact.Exponential({lam})))"
    )


def _places(cdf: str) -> list[tuple[Mistake, str]]:
    """Mistakes of a place in a posterior, an expression after the one of the posterior."""
    right = f"{_five('1 / 20')}{cdf}"
    return [(SHARE_ABOVE, f"1 - {right}"), (AS_PERCENTAGE, f"100 * {right}")]


_FOUR = "hierarchical_of('Röyksopp', 'TV Noise', 'The xx', 'J. Cole')"
_SKIES = "songs('Lil Skies').mean()"
_TRACKS = "without_copies('track_id')"
_HERS = f"{_TRACKS}.mu_j('Beyoncé')"
_HIT = f"{_TRACKS}.best_above('House Of Pain', {{songs}}, songs('House Of Pain').max())"
_SIX = "hierarchical_of('Au/Ra', 'C-Kan', 'Hinder', 'NODE', 'Placebo', 'Zeds Dead')"
_RATIO = f"{_SIX}['sigma_y'].median / {_SIX}['sigma_mu'].median"
_PAIR = "['Alok', 'Sean Kingston']"
_FIVE_OF_85 = "['Camilo', 'Camila Cabello', 'Lil Skies', 'J. Cole', 'Frank Ocean']"
_SIGNED = "['Camilo', 'Camila Cabello', 'Lil Skies', 'J. Cole', 'Beyoncé']"
_ROWS = "hierarchical_of(*spotify['artist'].unique())"


def _kingston_ahead(posterior: str, of: str) -> str:
    """How often Sean Kingston is ahead of Alok, in draws."""
    return f"(np.diff({posterior}.draws(30_000, 1, ['{of}'], {_PAIR})['{of}']) > 0).mean()"


#: Mistakes of numbers that are judged by an expression: of each, the expression that gives it.
EXPRESSIONS: dict[str, list[tuple[Mistake, str]]] = {
    "weight_b1": [
        (SDS_FOR_VARIANCES, "3 * 6 / (14 + 3 * 6)"),
        (OTHER_SIDE, "14**2 / (14**2 + 3 * 6**2)"),
        (ONE_SONG, "6**2 / (14**2 + 6**2)"),
        (AS_PERCENTAGE, "100 * 3 * 6**2 / (14**2 + 3 * 6**2)"),
    ],
    "mean_b1": [
        (SAMPLE_MEAN, _SKIES),
        (SDS_FOR_VARIANCES, f"52 + 3 * 6 / (14 + 3 * 6) * ({_SKIES} - 52)"),
        (OTHER_SIDE, f"52 + 14**2 / (14**2 + 3 * 6**2) * ({_SKIES} - 52)"),
        (ONE_SONG, f"52 + 6**2 / (14**2 + 6**2) * ({_SKIES} - 52)"),
        (THIS_POPULATION, "posterior('mu_j: Lil Skies').mean"),
        (EFFECT, f"3 * 6**2 / (14**2 + 3 * 6**2) * ({_SKIES} - 52)"),
    ],
    "sd_b1": [
        (LIKELIHOOD_ALONE, "14 / 3**0.5"),
        (VARIANCE, "1 / (1 / 6**2 + 3 / 14**2)"),
        (NOT_INVERTED, "1 / 6**2 + 3 / 14**2"),
        (ONE_SONG, "(1 / 6**2 + 1 / 14**2) ** -0.5"),
        (VARIANCES_ADDED, "(6**2 + 14**2 / 3) ** 0.5"),
    ],
    "plugged_b2": [
        (HALF_WIDTH, f"stats.norm.ppf(0.9) * {_FOUR}['sigma_mu'].median"),
        (ONE_SD, f"2 * {_FOUR}['sigma_mu'].median"),
        (of_probability(0.95), f"2 * stats.norm.ppf(0.975) * {_FOUR}['sigma_mu'].median"),
        (ALL_ARTISTS, "2 * stats.norm.ppf(0.9) * posterior('sigma_mu').median"),
        (
            SONG_NOT_MEAN,
            f"2 * stats.norm.ppf(0.9) * np.hypot({_FOUR}['sigma_mu'].median, "
            f"{_FOUR}['sigma_y'].median)",
        ),
    ],
    "averaged_b2": [
        (PLUGGED_IN, f"2 * stats.norm.ppf(0.9) * {_FOUR}['sigma_mu'].median"),
        (NO_ARTIST_SPREAD, f"np.diff({_FOUR}['mu'].interval())"),
        (SONG_NOT_MEAN, f"np.diff({_FOUR}.predict_new().interval())"),
        (of_probability(0.89), f"np.diff({_FOUR}.mu_new().interval(0.89))"),
        (of_probability(0.95), f"np.diff({_FOUR}.mu_new().interval(0.95))"),
        (ALL_ARTISTS, "np.diff(posterior('mu_new').interval())"),
    ],
    "mean_b5": [
        (COPIES_KEPT, "posterior('mu_j: Beyoncé').mean"),
        (SAME_POPULARITY, "without_copies('artist', 'popularity').mu_j('Beyoncé').mean"),
        (SAMPLE_MEAN, "tracks('Beyoncé').mean()"),
        (EFFECT, f"{_TRACKS}.b_j('Beyoncé').mean"),
    ],
    "width_b5": [
        (COPIES_KEPT, "np.diff(posterior('mu_j: Beyoncé').interval())"),
        (
            SAME_POPULARITY,
            "np.diff(without_copies('artist', 'popularity').mu_j('Beyoncé').interval())",
        ),
        (HALF_WIDTH, f"np.diff({_HERS}.interval()) / 2"),
        (of_probability(0.95), f"np.diff({_HERS}.interval(0.95))"),
        (SONG_NOT_MEAN, f"np.diff({_TRACKS}.predict('Beyoncé').interval())"),
    ],
    "best_b6": [
        (ONE_FOR_BEST, _HIT.format(songs=1)),
        (OTHER_TAIL, f"1 - {_HIT.format(songs=5)}"),
        (AS_PERCENTAGE, f"100 * {_HIT.format(songs=5)}"),
        (MEAN_NOT_SONG, f"1 - {_TRACKS}.mu_j('House Of Pain').cdf(songs('House Of Pain').max())"),
    ],
    "one_b6": [
        (BEST_FOR_ONE, _HIT.format(songs=5)),
        (OTHER_TAIL, f"1 - {_HIT.format(songs=1)}"),
        (AS_PERCENTAGE, f"100 * {_HIT.format(songs=1)}"),
        (MEAN_NOT_SONG, f"1 - {_TRACKS}.mu_j('House Of Pain').cdf(songs('House Of Pain').max())"),
    ],
    "mean_b3": [
        (NO_POOLED, f"{_COLE.format(", 'no'")}.mean"),
        (COMPLETE_POOLED, f"{_COLE.format(", 'complete'")}.mean"),
        (NEW_NOT_OBSERVED, f"{_COLE.format(", 'new'")}.mean"),
        (NOT_HIDDEN, "next_song('J. Cole', 7).mean"),
    ],
    "width_b3": [
        (MEAN_NOT_SONG, f"np.diff({_COLE.format(", 'mean'")}.interval())"),
        (NO_POOLED, f"np.diff({_COLE.format(", 'no'")}.interval())"),
        (COMPLETE_POOLED, f"np.diff({_COLE.format(", 'complete'")}.interval())"),
        (NEW_NOT_OBSERVED, f"np.diff({_COLE.format(", 'new'")}.interval())"),
        (NOT_HIDDEN, "np.diff(next_song('J. Cole', 7).interval())"),
        (of_probability(0.89), f"np.diff({_COLE.format('')}.interval(0.89))"),
        (HALF_WIDTH, f"np.diff({_COLE.format('')}.interval()) / 2"),
    ],
    "gain_b3": [
        (SUMMED, "5 * (log_score('J. Cole', 2) - log_score('J. Cole', 2, 'no'))"),
        (TURNED_AROUND, "log_score('J. Cole', 2, 'no') - log_score('J. Cole', 2)"),
        (NOT_THIS_PAIR, "log_score('J. Cole', 2) - log_score('J. Cole', 2, 'complete')"),
        (
            COMMON_LOGARITHM,
            "(log_score('J. Cole', 2) - log_score('J. Cole', 2, 'no')) / np.log(10)",
        ),
    ],
    "low_b7": [
        (MEAN_NOT_RACE, "races_by('runner').mu_j(20).quantile(0.1)"),
        (ANYBODY, "races_by('runner').predict_new().quantile(0.1)"),
        (of_probability(0.95), "races_by('runner').predict(20).quantile(0.025)"),
        (QUINTILES, "races_by('runner').predict(20).quantile(0.2)"),
    ],
    "high_b7": [
        (MEAN_NOT_RACE, "races_by('runner').mu_j(20).quantile(0.9)"),
        (ANYBODY, "races_by('runner').predict_new().quantile(0.9)"),
        (of_probability(0.95), "races_by('runner').predict(20).quantile(0.975)"),
        (QUINTILES, "races_by('runner').predict(20).quantile(0.8)"),
    ],
    "under_b7": [
        (MEAN_NOT_RACE, "races_by('runner').mu_j(20).cdf(100)"),
        (ANYBODY, "races_by('runner').predict_new().cdf(100)"),
        (SHARE_ABOVE, "1 - races_by('runner').predict(20).cdf(100)"),
        (AS_PERCENTAGE, "100 * races_by('runner').predict(20).cdf(100)"),
    ],
    "share_b8": [
        (BY_RUNNER, "races_by('runner')['variance_share'].mean"),
        (WITHIN_SHARE, "1 - races_by('age')['variance_share'].mean"),
        (
            PLUGGED_IN_SHARE,
            "1 / (1 + (races_by('age')['sigma_y'].median "
            "/ races_by('age')['sigma_mu'].median) ** 2)",
        ),
        (
            SHARE_OF_SDS,
            "1 / (1 + races_by('age')['sigma_y'].median / races_by('age')['sigma_mu'].median)",
        ),
        (AS_PERCENTAGE, "100 * races_by('age')['variance_share'].mean"),
    ],
    "pull_b8": [
        (REVERSED_SIGN, f"{_AT_60} - races_by('age').mu_j(60).mean"),
        (NOT_COMPARED, "races_by('age').mu_j(60).mean"),
        (FROM_GRAND_MEAN, f"races_by('age').mu_j(60).mean - {_RACES}['net'].mean()"),
    ],
    "mu_b9": [*_places("['mu'].cdf(48)"), (LITERAL_PRIOR, f"{_five('1')}['mu'].cdf(48)")],
    "sigma_mu_b9": [
        *_places("['sigma_mu'].cdf(14)"),
        (LITERAL_PRIOR, f"{_five('1')}['sigma_mu'].cdf(14)"),
    ],
    "next_b9": [
        *_places(".predict(0).cdf(70)"),
        (MEAN_NOT_SONG, f"{_five('1 / 20')}.mu_j(0).cdf(70)"),
    ],
    "songs_b11": [
        (SDS_FOR_VARIANCES, "np.ceil(0.6 / (1 - 0.6) * 27 / 4)"),
        (OTHER_SIDE, "np.ceil((1 - 0.6) / 0.6 * 27**2 / 4**2)"),
        (SWAPPED_SDS, "np.ceil(0.6 / (1 - 0.6) * 4**2 / 27**2)"),
        (HALF_WEIGHT, "np.ceil(27**2 / 4**2)"),
    ],
    "weight_b12": [
        (SDS_FOR_VARIANCES, f"5 / (5 + {_RATIO})"),
        (ONE_SONG, f"1 / (1 + ({_RATIO}) ** 2)"),
        (AS_PERCENTAGE, f"100 * 5 / (5 + ({_RATIO}) ** 2)"),
        (
            ALL_ARTISTS,
            "5 / (5 + (posterior('sigma_y').median / posterior('sigma_mu').median) ** 2)",
        ),
    ],
    "neck_b12": [
        (VARIANCE, f"{_SIX}['sigma_mu2'].cdf(2)"),
        (ABOVE_FOR_BELOW, f"1 - {_SIX}['sigma_mu'].cdf(2)"),
        (AS_PERCENTAGE, f"100 * {_SIX}['sigma_mu'].cdf(2)"),
        (ALL_ARTISTS, "posterior('sigma_mu').cdf(2)"),
    ],
    "ahead_b13": [
        (
            SAMPLE_MEAN,
            "stats.norm.cdf((tracks('Sean Kingston').mean() - tracks('Alok').mean()) "
            f"/ {_TRACKS}['sigma_y'].mean / (1 / 2 + 1 / 12) ** 0.5)",
        ),
        (SONG_NOT_MEAN, _kingston_ahead(_TRACKS, "predict")),
        (OTHER_AHEAD, f"1 - {_kingston_ahead(_TRACKS, 'mu_j')}"),
        (COPIES_KEPT, _kingston_ahead(_ROWS, "mu_j")),
    ],
    "hits_b13": [
        (MEAN_NOT_SONG, f"sum(1 - {_TRACKS}.mu_j(a).cdf(85) for a in {_FIVE_OF_85})"),
        (CHANCE_FOR_COUNT, f"sum(1 - {_TRACKS}.predict(a).cdf(85) for a in {_FIVE_OF_85}) / 5"),
        (AT_LEAST_ONE, f"1 - np.prod([{_TRACKS}.predict(a).cdf(85) for a in {_FIVE_OF_85}])"),
        (COPIES_KEPT, f"sum(1 - posterior('predict: ' + a).cdf(85) for a in {_FIVE_OF_85})"),
    ],
    "promise_b14": [
        (SAMPLE_MEAN, f"{_TRACKS}.mean[{_TRACKS}.labels.isin({_SIGNED})].mean()"),
        (GLOBAL_MEAN, f"{_TRACKS}['mu'].mean"),
        (COPIES_KEPT, f"{_ROWS}.summary('mu_j', {_SIGNED})['mean'].mean()"),
    ],
    "low_b14": [
        (
            MEAN_NOT_SONG,
            f"{_TRACKS}.draws(30_000, 1, ['mu_j'], {_SIGNED})['mu_j'].mean('group').quantile(0.1)",
        ),
        (EACH_ALONE, f"{_TRACKS}.summary('predict', {_SIGNED})['lower'].mean()"),
        (
            OTHER_END,
            f"{_TRACKS}.draws(30_000, 1, ['predict'], {_SIGNED})['predict']"
            ".mean('group').quantile(0.9)",
        ),
    ],
}
#: Mistakes of letters, by `questions.digest` of name and letter.
LETTERS: dict[str, Mistake] = {
    "e205e8d2958a8dd0": COPIES_LEFT,
    "63e910b1de3579fc": TOO_MUCH_HIDDEN,
    "a218d3daa6e51cd6": TOO_MUCH_HIDDEN,
    "24686adb177d13a5": GROUP_IN_SIGHT,
    "74cd9f50143d8077": GROUP_IN_SIGHT,
    "805fc14fe4d00ded": WRONG_GROUP,
    "2bab59a5ce986080": GROUP_IN_SIGHT,
    "33e3da4d074b9528": GROUP_IN_SIGHT,
    "263ef767dd2b8a55": WRONG_GROUP,
    "d20aa456fa07e746": TOO_WIDE,
    "9b4fb450e3297ff4": SHIFTED,
    "e1d8db0f3749db3f": MIRRORED,
    "55bccfcabb68f868": TOO_NARROW,
    "c8c2ac7911e3a213": SHIFTED,
    "cc080e623010b088": MIRRORED,
    "92b736215a6f7dfd": TOO_NARROW,
    "38a8b7c9013a2add": TOO_WIDE,
    "00c04bbd9d285217": MIRRORED,
}
