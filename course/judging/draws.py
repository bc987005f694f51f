"""Judge draws: a fit of a model, and posterior predictive draws of one song."""

from functools import cache
from itertools import product
from typing import Any

import numpy as np

from course.exact import Target
from course.judging import mistakes, reference
from course.judging.questions import FITS, Draws, Posterior
from course.judging.reference import ACCEPTED_PRIORS
from course.judging.verdict import Verdict, correct, wrong
from course.ledger.monte_carlo import (
    FEWEST_DRAWS,
    HIGHEST_RHAT,
    LEAST_PREDICTIVE_SIZE,
    rhat,
    sample_size,
)
from course.submission.answers import MOST_DRAWS

STANDARD_ERRORS = 5
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
    """A student's fit: draws of the parameters that were asked for, and the variables it has."""

    def __init__(self, record: Any) -> None:
        value = record.get("value") if isinstance(record, dict) else None
        value = value if isinstance(value, dict) else {}
        parameters = value.get("parameters")
        found = (
            {
                Target.parse(name): array_of(draws)
                for name, draws in parameters.items()
                if isinstance(name, str)
            }
            if isinstance(parameters, dict)
            else {}
        )
        self.parameters = {target: draws for target, draws in found.items() if draws is not None}
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

    @property
    def draws(self) -> int:
        return min((draws.size for draws in self.parameters.values()), default=0)

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

    def agrees(self, model: str, priors: str) -> bool:
        """Do the quantiles of its parameters agree with the exact ones?"""
        for target, prob in product(FITS[model], QUANTILES):
            draws = self.parameters[target]
            value, error = exact_quantile(model, target, prob, priors)
            tolerance = STANDARD_ERRORS * error / np.sqrt(self.sample_size(target, prob))
            if not abs(np.quantile(draws, prob) - value) <= tolerance:
                return False
        return True

    def worst_rhat(self) -> float:
        return max(rhat(draws) for draws in self.parameters.values())


@cache
def exact_quantile(model: str, target: Target, prob: float, priors: str) -> tuple[float, float]:
    """An exact quantile, and its standard error from one draw."""
    distribution = reference.marginal(model, target, priors)
    value = float(distribution.quantile(prob))
    return value, float(np.sqrt(prob * (1 - prob)) / distribution.pdf(value))


def judge_posterior(name: str, question: Posterior, fit: Fit) -> Verdict:
    """A fit is right if it agrees with the exact posterior under one of the accepted priors."""
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
    disagree = fit.worst_rhat() > HIGHEST_RHAT
    if any(fit.agrees(model, priors) for priors in ACCEPTED_PRIORS):
        return correct(
            name,
            f"its chains do not agree well (R-hat above {HIGHEST_RHAT}): more draws are safer"
            if disagree
            else "",
        )
    if disagree:
        return wrong(
            name,
            f"Its chains disagree (R-hat above {HIGHEST_RHAT}): they have not "
            "converged. Take more draws, or look at the priors.",
        )
    if model == "hierarchical" and fit.agrees(model, "literal"):
        mistake = mistakes.LITERAL_PRIOR
        return wrong(name, mistake.sentence, mistake.name)
    return wrong(
        name,
        "Its posterior is not that of this model with weakly informative priors, "
        "fitted to all 350 songs. Look at the formula, the data and the priors.",
    )


def _other_model(model: str, fit: Fit) -> mistakes.Mistake | None:
    """Do the variables of the fit show that another model was fitted?"""
    groups = {variable for variable, shape in fit.variables.items() if len(shape) == 3}
    if "1|artist_sigma" in fit.variables or "1|artist" in groups:
        used = "hierarchical"
    elif "artist" in groups and "Intercept" in fit.variables:
        return mistakes.REFERENCE_ARTIST
    elif "artist" in groups:
        used = "no_pooled"
    elif {"Intercept", "sigma"} <= set(fit.variables):
        used = "complete_pooled"
    else:
        return None
    return None if used == model else mistakes.MODELS[used]


# ------------------------------------------------------------------------- draws of a single song


def judge_draws(name: str, question: Draws, draws: np.ndarray) -> Verdict:
    """Draws are right if their quantiles and sd agree with the exact predictive distribution."""
    if draws.size < FEWEST_DRAWS:
        return wrong(
            name,
            f"It has {draws.size:,} draws; take one song from each draw of the "
            f"posterior, at least {FEWEST_DRAWS:,} in all.",
        )
    model, target = question.model, question.target
    sizes = predictive_sizes(draws)
    agrees = any(_agrees(draws, sizes, model, target, priors) for priors in ACCEPTED_PRIORS)
    found = []
    log_density = cache(lambda alternative, priors: _log_density(draws, alternative, priors))
    truth = max(log_density((model, target), priors) for priors in ACCEPTED_PRIORS)
    penalty = draws.size / min(sizes.values())  # draws that depend on each other say less
    for other in mistakes.other_targets(model, target):
        if other.model == "data":
            continue
        for priors in other.priors:
            ratio = log_density((other.model, other.target), priors) - truth
            if ratio / penalty > LOG_RATIO and _agrees(
                draws, sizes, other.model, other.target, priors
            ):
                found.append((ratio, other))
    if found:
        other = max(found, key=lambda pair: pair[0])[1]
        return wrong(name, other.sentence, other.mistake.name)
    if agrees:
        return correct(name)
    return wrong(
        name,
        "These draws do not follow the posterior predictive distribution of one "
        "song. Draw the mean first, then the song around it, once a draw.",
    )


def predictive_sizes(draws: np.ndarray) -> dict[float | None, float]:
    """Effective sample sizes of the three quantiles and (None) the mean."""
    return {prob: sample_size(draws, prob, LEAST_PREDICTIVE_SIZE) for prob in (*QUANTILES, None)}


def _agrees(
    draws: np.ndarray, sizes: dict[float | None, float], model: str, target: Target, priors: str
) -> bool:
    for prob in QUANTILES:
        value, error = exact_quantile(model, target, prob, priors)
        if abs(np.quantile(draws, prob) - value) > STANDARD_ERRORS * error / np.sqrt(sizes[prob]):
            return False
    distribution = reference.marginal(model, target, priors)
    error = distribution.sd * _sd_error(model, target, priors) / np.sqrt(min(sizes.values()))
    return bool(abs(draws.std() - distribution.sd) <= STANDARD_ERRORS * error)


@cache
def _sd_error(model: str, target: Target, priors: str) -> float:
    """Standard error of the sd from one draw, relative to the sd: it depends on the kurtosis."""
    part = reference.marginal(model, target, priors)
    off = part.means - part.mean
    fourth = part.weights @ (off**4 + 6 * off**2 * part.sds**2 + 3 * part.sds**4)
    return float(np.sqrt((fourth / part.sd**4 - 1) / 4))


def _log_density(draws: np.ndarray, which: tuple[str, Target], priors: str) -> float:
    """Log density of all draws under an exact distribution, by interpolation."""
    grid, values = _density_table(*which, priors)
    return float(np.sum(np.interp(draws.ravel(), grid, values)))


@cache
def _density_table(model: str, target: Target, priors: str) -> tuple[np.ndarray, np.ndarray]:
    distribution = reference.marginal(model, target, priors)
    reach = 8 * distribution.sd
    grid = np.linspace(distribution.mean - reach, distribution.mean + reach, 801)
    # tails are bounded below, so that a few outliers decide nothing
    return grid, np.log(np.maximum(distribution.pdf(grid), 1e-12))
