"""Judge draws: a fit of a model, and posterior predictive draws of one song."""

from functools import cache
from typing import Any

import numpy as np

from course.exact import NormalMixture, Target
from course.judging import mistakes, reference
from course.judging.judged_data import cached
from course.judging.questions import FITS, Draws, Posterior
from course.judging.reference import ACCEPTED_PRIORS
from course.judging.verdict import Verdict, correct, wrong
from course.ledger.monte_carlo import (
    FEWEST_DRAWS,
    FEWEST_VALUES,
    HIGHEST_RHAT,
    UNCONVERGED_RHAT,
    rhat,
    sample_size,
)
from course.submission.answers import MOST_DRAWS

STANDARD_ERRORS = 5
#: For the mean of a parameter, at the least effective sample size of its statistics: a fit that is
#: off by 0.8 posterior standard deviations is then refused at the least size that is granted, too.
MEAN_ERRORS = 4
#: Standard error of a standard deviation from one draw of a nearly normal distribution.
SD_ERROR = 0.75
#: Draws that a mistake makes this much likelier (log of the ratio) than every accepted model show
#: that mistake. Honest draws do so with a probability below exp(-14), one in a million.
LOG_RATIO = 14.0
QUANTILES = (0.1, 0.5, 0.9)


def array_of(value: Any) -> np.ndarray | None:
    """Draws (chains, draws) from a JSON value, or None if it is not what `collect` writes."""
    if not isinstance(value, dict):
        return None
    shape, values = value.get("shape"), value.get("values")
    if not (
        isinstance(shape, list)
        and len(shape) in (1, 2)
        and isinstance(values, list)
        and all(type(size) is int and size > 0 for size in shape)
        and len(values) == np.prod(shape, dtype=float) <= 2 * MOST_DRAWS
        and all(type(number) in (int, float) for number in values)
    ):
        return None
    try:
        draws = np.array(values, dtype=float).reshape(shape)
    except OverflowError:
        return None
    # beyond this, squares overflow
    return np.atleast_2d(draws) if np.all(np.abs(draws) < 1e100) else None


class Fit:
    """A student's fit: draws of the parameters that were asked for, and the variables it has.

    record: what `collect` says of it. Where it does not name its artists, they have the order in
    which it agrees with the exact posterior best.
    """

    def __init__(self, record: Any, model: str) -> None:
        value = record.get("value") if isinstance(record, dict) else None
        value = value if isinstance(value, dict) else {}
        self.model = model
        self.parameters = _parameters(value.get("parameters"))
        groups = value.get("groups")
        orders = [_parameters(group) for group in groups[:3]] if isinstance(groups, list) else []
        if orders:
            likeliest = min(orders, key=self._distance) if len(orders) > 1 else orders[0]
            self.parameters.update(likeliest)
        variables = value.get("variables")
        self.variables = {
            row[0]: row[1]
            for row in (variables if isinstance(variables, list) else [])
            if isinstance(row, list)
            and len(row) == 2
            and isinstance(row[0], str)
            and isinstance(row[1], list)
        }
        self._sizes: dict[tuple, float] = {}

    def _distance(self, means: dict[Target, np.ndarray]) -> float:
        """How far the means of artists are from those of the exact posterior."""
        return sum(
            abs(float(draws.mean()) - reference.marginal(self.model, target, "chapter").mean)
            for target, draws in means.items()
            if target in FITS[self.model]
        )

    @property
    def draws(self) -> int:
        return min((draws.size for draws in self.parameters.values()), default=0)

    @property
    def chains(self) -> int:
        return min((len(draws) for draws in self.parameters.values()), default=0)

    def sample_size(self, target: Target, prob: float | None) -> float:
        """Effective sample size of a quantile (or mean) of a target; that of the least precise
        parameter if this fit has no draws of the target."""
        draws = self.parameters.get(target)
        if draws is None:
            return min(
                (self.sample_size(other, prob) for other in self.parameters),
                default=float(FEWEST_DRAWS),
            )
        if (target, prob) not in self._sizes:
            self._sizes[target, prob] = sample_size(draws, prob)
        return self._sizes[target, prob]

    def agrees(self, priors: str) -> bool:
        """Do means and quantiles of its parameters agree with the exact ones?"""
        for target in FITS[self.model]:
            draws = self.parameters[target]
            exact = reference.marginal(self.model, target, priors)
            size = min(self.sample_size(target, prob) for prob in (*QUANTILES, None))
            error = exact.sd / np.sqrt(size)
            if not abs(draws.mean() - exact.mean) <= MEAN_ERRORS * error:
                return False
            for prob in QUANTILES:
                value, error = exact_quantile(self.model, target, prob, priors)
                error /= np.sqrt(self.sample_size(target, prob))
                if not abs(np.quantile(draws, prob) - value) <= STANDARD_ERRORS * error:
                    return False
        return True

    @property
    def fewest_values(self) -> int:
        """The number of different values that the draws of a parameter have, at the least."""
        return min(len(np.unique(draws)) for draws in self.parameters.values())

    def worst_rhat(self) -> float:
        """The largest R-hat of its parameters, of those that have one; NaN if none has."""
        found = [rhat(draws) for draws in self.parameters.values()]
        return max((value for value in found if np.isfinite(value)), default=float("nan"))


def _parameters(value: Any) -> dict[Target, np.ndarray]:
    """Draws by target, from a JSON value; what is not of that shape is left out."""
    found = {
        Target.parse(name): array_of(draws)
        for name, draws in (value.items() if isinstance(value, dict) else [])
        if isinstance(name, str)
    }
    return {target: draws for target, draws in found.items() if draws is not None}


@cached
def exact_quantile(model: str, target: Target, prob: float, priors: str) -> tuple[float, float]:
    """An exact quantile, and its standard error from one draw."""
    distribution = reference.marginal(model, target, priors)
    value = float(distribution.quantile(prob))
    return value, float(np.sqrt(prob * (1 - prob)) / distribution.pdf(value))


def judge_posterior(name: str, question: Posterior, fit: Fit) -> Verdict:
    """A fit is right if its draws could come from the exact posterior under an accepted prior."""
    model = question.model
    if used := _other_model(model, fit):
        return wrong(name, used.sentence, used.name)
    if lacking := [target for target in FITS[model] if target not in fit.parameters]:
        return wrong(
            name,
            f"This fit does not have {', '.join(map(str, lacking))}. Is it a fit of the "
            "model of this exercise, with all artists?",
        )
    if fit.draws < FEWEST_DRAWS:
        return wrong(
            name,
            f"It has {fit.draws:,} draws; take at least {FEWEST_DRAWS:,}, for "
            "example 4 chains of 250.",
        )
    if fit.fewest_values < FEWEST_VALUES:
        return wrong(
            name,
            "A parameter has hardly any different values. Draws of a posterior differ from each "
            "other: assign what the sampler returns.",
        )
    worst = fit.worst_rhat()
    converged = not worst > UNCONVERGED_RHAT
    if converged and any(fit.agrees(priors) for priors in ACCEPTED_PRIORS):
        return correct(name, _remark(fit, worst))
    if worst > HIGHEST_RHAT:
        return wrong(
            name,
            f"Its chains disagree (R-hat above {HIGHEST_RHAT}): they have not "
            "converged. Take more draws, or look at the priors.",
        )
    for priors, mistake in mistakes.PRIORS.items():
        if model == "hierarchical" and fit.agrees(priors):
            return wrong(name, mistake.sentence, mistake.name)
    return wrong(
        name,
        "Its posterior is not that of this model with weakly informative priors, "
        "fitted to all songs. Look at the formula, the data and the priors.",
    )


def _remark(fit: Fit, worst: float) -> str:
    """What is said of a right fit whose chains say little about its convergence."""
    if worst > HIGHEST_RHAT:
        return f"its chains do not agree well (R-hat above {HIGHEST_RHAT}): more draws are safer"
    if not np.isfinite(worst):
        return "whether its chains agree could not be judged"
    if fit.chains == 1:
        return "it is one chain: with several, kept apart, you can see whether they agree"
    return ""


def _other_model(model: str, fit: Fit) -> mistakes.Mistake | None:
    """Do the variables of the fit show that another model was fitted?"""
    groups = {variable for variable, shape in fit.variables.items() if len(shape) == 3}
    grouping = {variable for variable in fit.variables if variable.startswith("1|")}
    if "1|artist_sigma" in fit.variables or "1|artist" in groups:
        used = "hierarchical"
    elif grouping:
        return mistakes.OTHER_GROUP
    elif "artist" in groups and "Intercept" in fit.variables:
        return mistakes.REFERENCE_ARTIST
    elif "artist" in groups:
        used = "no_pooled"
    elif {"Intercept", "sigma"} <= set(fit.variables):
        if model != "complete_pooled" and not _of_all_songs(fit):
            return mistakes.ONE_ARTIST
        used = "complete_pooled"
    else:
        return None
    return None if used == model else mistakes.MODELS[used]


def _of_all_songs(fit: Fit) -> bool:
    """Is its sigma, if it has one, that of all songs?"""
    found = [draws for target, draws in fit.parameters.items() if target.name.startswith("sigma")]
    spread = reference.marginal("complete_pooled", Target("sigma"), "chapter").mean
    return not found or abs(float(np.median(found[0])) / spread - 1) < 0.2


# ------------------------------------------------------------------------- draws of a single song


def judge_draws(name: str, question: Draws, draws: np.ndarray, fit: Fit | None) -> Verdict:
    """Draws are right if their quantiles and sd agree with the exact predictive distribution.

    fit: the right fit beside them, which says how independent they are; None if there is none.
    """
    if draws.size < FEWEST_DRAWS:
        return wrong(
            name,
            f"It has {draws.size:,} draws; take one song from each draw of the "
            f"posterior, at least {FEWEST_DRAWS:,} in all.",
        )
    model, target = question.model, question.target
    size = predictive_size(draws.size, model, target, fit)
    if np.isin(draws, reference.songs()["popularity"]).all():
        return wrong(name, mistakes.SONGS_AGAIN.sentence, mistakes.SONGS_AGAIN.name)
    if _cut_off(draws):
        return wrong(name, mistakes.CUT_OFF.sentence, mistakes.CUT_OFF.name)
    agrees = any(_agrees(draws, size, model, target, priors) for priors in ACCEPTED_PRIORS)
    found = []
    log_density = cache(lambda alternative, priors: _log_density(draws, alternative, priors))
    truth = max(log_density((model, target), priors) for priors in ACCEPTED_PRIORS)
    penalty = draws.size / size  # draws that depend on each other say less
    for other in mistakes.other_draws(model, target):
        for priors in other.priors:
            ratio = log_density((other.model, other.target), priors) - truth
            if ratio / penalty > LOG_RATIO and _agrees(
                draws, size, other.model, other.target, priors
            ):
                found.append((ratio, other))
    if found:
        other = max(found, key=lambda pair: pair[0])[1]
        return wrong(name, other.mistake.sentence, other.mistake.name)
    if not agrees:
        return wrong(name, _how_to_look_at_draws(draws, model, target))
    if len(np.unique(draws)) < FEWEST_VALUES:
        return wrong(
            name,
            "It has hardly any different values. Take one song from each draw of the posterior.",
        )
    return correct(name)


def _cut_off(draws: np.ndarray) -> bool:
    """Are several draws exactly 0 or 100, and none beyond?"""
    ends = np.sum((draws == 0) | (draws == 100))
    return bool(draws.min() >= 0 and draws.max() <= 100 and ends >= 5)


def _how_to_look_at_draws(draws: np.ndarray, model: str, target: Target) -> str:
    """Where to look, if draws do not follow the exact distribution: never how far they are off."""
    exact = reference.marginal(model, target, "chapter")
    if abs(draws.mean() - exact.mean) > exact.sd / 4:
        return (
            "These songs are centred elsewhere. Compare the median of your draws with the mean "
            "that each song varies around: is it the mean of this artist in this model?"
        )
    if draws.std() < exact.sd / 1.05:
        return (
            "These songs vary too little. Compare their sd with the standard deviations of the "
            "model: does each song vary around its mean, by itself, with the sd of its draw?"
        )
    if draws.std() > exact.sd * 1.05:
        return (
            "These songs vary too much. Compare their sd with the standard deviations of the "
            "model: which of them does this song need, and how often?"
        )
    return (
        "These draws do not follow the posterior predictive distribution of one "
        "song. Draw the mean first, then the song around it, once a draw."
    )


def predictive_size(draws: int, model: str, target: Target, fit: Fit | None) -> float:
    """Effective sample size of so many draws of a song, whatever order they stand in.

    A song varies mostly on its own: only its mean and its sd depend on the draw before. Their share
    of the variance is at most twice that of the mean.
    """
    if fit is None:
        return float(min(draws, FEWEST_DRAWS))
    least = min(
        fit.sample_size(other, prob) for other in fit.parameters for prob in (0.1, 0.5, 0.9)
    )
    mean = {"predict_new": Target("mu")}.get(target.name) or (
        Target("mu") if model == "complete_pooled" else Target("mu_j", target.label)
    )
    ratio = (
        reference.marginal(model, mean, "chapter").sd
        / reference.marginal(model, target, "chapter").sd
    )
    share = min(1.0, 2 * ratio**2)
    return draws / (1 + share * max(0.0, fit.draws / least - 1))


def _agrees(draws: np.ndarray, size: float, model: str, target: Target, priors: str) -> bool:
    for prob in QUANTILES:
        value, error = exact_quantile(model, target, prob, priors)
        if abs(np.quantile(draws, prob) - value) > STANDARD_ERRORS * error / np.sqrt(size):
            return False
    distribution = reference.marginal(model, target, priors)
    error = distribution.sd * _sd_error(model, target, priors) / np.sqrt(size)
    return bool(abs(draws.std() - distribution.sd) <= STANDARD_ERRORS * error)


@cached
def _sd_error(model: str, target: Target, priors: str) -> float:
    """Standard error of the sd from one draw, relative to the sd: it depends on the kurtosis."""
    part = reference.marginal(model, target, priors)
    if not isinstance(part, NormalMixture):
        return SD_ERROR
    off = part.means - part.mean
    fourth = part.weights @ (off**4 + 6 * off**2 * part.sds**2 + 3 * part.sds**4)
    return float(np.sqrt((fourth / part.sd**4 - 1) / 4))


def _log_density(draws: np.ndarray, which: tuple[str, Target], priors: str) -> float:
    """Log density of all draws under an exact distribution, by interpolation."""
    grid, values = _density_table(*which, priors)
    return float(np.sum(np.interp(draws.ravel(), grid, values)))


@cached
def _density_table(model: str, target: Target, priors: str) -> tuple[np.ndarray, np.ndarray]:
    distribution = reference.marginal(model, target, priors)
    reach = 8 * distribution.sd
    grid = np.linspace(distribution.mean - reach, distribution.mean + reach, 801)
    # tails are bounded below, so that a few outliers decide nothing
    return grid, np.log(np.maximum(distribution.pdf(grid), 1e-12))
