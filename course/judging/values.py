"""Judge numbers, intervals and tables against exact values, with the student's own precision.

An answer is right within half a unit of the decimals asked for plus 5 Monte Carlo standard errors,
around the exact value under any accepted prior. The error of one draw comes from the exact
distribution, the effective sample size from the student's draws. Draws that do not follow the
exact posterior themselves make no tolerance wider, so a faked fit gains nothing.
"""

from collections.abc import Callable, Iterable

import numpy as np

from course.exact import PROBABILITY, Target
from course.judging import mistakes, reference, shrinkage_example
from course.judging.draws import QUANTILES, STANDARD_ERRORS, Fit, exact_quantile, predictive_sizes
from course.judging.mistakes import Alternative
from course.judging.questions import Derived, Interval, Number, Table
from course.judging.reference import ACCEPTED_PRIORS
from course.judging.verdict import Verdict, correct, partly, wrong
from course.ledger.monte_carlo import FEWEST_DRAWS, sample_size

#: A mistake is named only if its value lies this many standard errors from every right one.
SEPARATION = 8
ROUNDING = 1e-9

Sizes = Callable[[float | None], float]


def half_unit(decimals: int) -> float:
    return 0.5 * 10.0**-decimals + ROUNDING


# --------------------------------------------------------------------------- numbers, intervals


class Evidence:
    """The draws that an answer should come from.

    sizes: effective sample size by probability, for diagnoses; none without draws (then the
    answer has no Monte Carlo error). supports: are these draws of the right distribution?
    """

    def __init__(
        self, sizes: Sizes | None, supports: bool, name: str = "", draws: np.ndarray | None = None
    ) -> None:
        self.sizes, self.supports, self.name, self.draws = sizes, supports, name, draws

    @classmethod
    def from_fit(cls, name: str, fit: Fit, model: str, target: Target) -> "Evidence":
        if fit.draws < FEWEST_DRAWS:
            return cls(None, False, name)
        draws = fit.parameters.get(target)
        supports = draws is not None and _follows(
            draws, lambda prob: fit.sample_size(target, prob), model, target
        )
        return cls(lambda prob: fit.sample_size(target, prob), supports, name, draws)

    @classmethod
    def from_draws(cls, name: str, draws: np.ndarray | None, right: bool) -> "Evidence":
        if draws is None or draws.size < FEWEST_DRAWS:
            return cls(None, False, name)
        sizes = predictive_sizes(draws)
        least = min(sizes.values())
        return cls(lambda prob: sizes.get(prob, least), right, name, draws)

    def errors(self, unit_errors: np.ndarray, probs: Iterable[float | None]) -> np.ndarray:
        """Monte Carlo standard errors of a statistic with these errors of a single draw."""
        if self.sizes is None:
            return np.zeros_like(unit_errors)
        return unit_errors / np.sqrt([self.sizes(prob) for prob in probs])


def _follows(draws: np.ndarray, sizes: Sizes, model: str, target: Target) -> bool:
    def close(prob: float, priors: str) -> bool:
        value, error = exact_quantile(model, target, prob, priors)
        off = abs(np.quantile(draws, prob) - value)
        return bool(off <= STANDARD_ERRORS * error / np.sqrt(sizes(prob)))

    return any(all(close(prob, priors) for prob in QUANTILES) for priors in ACCEPTED_PRIORS)


def judge_number(name: str, question: Number, value: float, evidence: Evidence) -> Verdict:
    """A statistic of one target."""
    probs = [None if question.statistic == "mean" else 0.5]
    others = mistakes.other_numbers(question.model, question.target)
    needs = question.needs_fit
    return _judge(
        name, question, question.statistic, np.array([value]), probs, evidence, others, needs
    )


def judge_interval(name: str, question: Interval, value: np.ndarray, evidence: Evidence) -> Verdict:
    """The two ends of an equal-tailed interval."""
    tail = round((1 - question.prob) / 2, 10)
    probs = [tail, 1 - tail]
    others = list(mistakes.other_intervals(question.model, question.target))
    verdict = _judge(name, question, "interval", value, probs, evidence, others, True)
    if verdict.status != "correct" and value[0] > value[1]:
        turned = _judge(name, question, "interval", value[::-1], probs, evidence, [], True)
        if turned.status == "correct":
            return wrong(name, mistakes.REVERSED.sentence, mistakes.REVERSED.name)
    return verdict


def _judge(
    name: str,
    question: Number | Interval,
    statistic: str,
    value: np.ndarray,
    probs: list[float | None],
    evidence: Evidence,
    others: Iterable[Alternative],
    needs_draws: bool,
) -> Verdict:
    half = half_unit(question.decimals)
    prob = getattr(question, "prob", PROBABILITY)
    truths = [
        reference.expected(question.model, question.target, statistic, prob, priors)
        for priors in ACCEPTED_PRIORS
    ]
    own = evidence if evidence.supports else Evidence(None, False)
    tolerances = [half + STANDARD_ERRORS * own.errors(errors, probs) for _, errors in truths]
    within = [
        np.abs(value - truth) <= tolerance
        for (truth, _), tolerance in zip(truths, tolerances, strict=True)
    ]
    right = any(ends.all() for ends in within)
    if right and (evidence.supports or not needs_draws):
        return correct(name)
    if not right:
        found = _nearest_mistake(value, truths, statistic, prob, half, probs, evidence, others)
        if found is None and statistic == "interval":
            found = _own_hdi(value, evidence, half, prob)
        if found is not None:
            return wrong(name, found[0], found[1])
    if needs_draws and not evidence.supports:
        if evidence.sizes is None:
            return wrong(
                name,
                f"This exercise asks for draws: assign at least {FEWEST_DRAWS:,} "
                f"of them to `{evidence.name}` first.",
            )
        return wrong(name, f"It should come from `{evidence.name}`, which is not right yet.")
    if len(value) == 2 and any(ends.any() for ends in within):
        return partly(name, "One of the two ends is right.", 0.5)
    return wrong(name, "This is not within the Monte Carlo error of the right value.")


def _nearest_mistake(
    value: np.ndarray,
    truths: list,
    statistic: str,
    prob: float,
    half: float,
    probs: list,
    evidence: Evidence,
    others: Iterable[Alternative],
) -> tuple[str, str] | None:
    """Sentence and name of the mistake that gives nearest this value.

    None if that one does not lie far enough from the truth, even if another one does.
    """
    best, nearest = None, np.inf
    for other in others:
        asked = other.statistic or statistic
        for priors in other.priors:
            mistaken, unit = reference.expected(
                other.model,
                other.target,
                asked,
                other.prob if asked != "interval" or other.prob != PROBABILITY else prob,
                priors,
            )
            if mistaken.shape != value.shape:
                continue
            mistaken, unit = mistaken * other.scale, unit * abs(other.scale)
            errors = evidence.errors(unit, probs)
            rounding = half * min(1.0, abs(other.scale))
            tolerance = rounding + STANDARD_ERRORS * errors
            apart = all(
                np.any(
                    np.abs(mistaken - truth)
                    >= half + SEPARATION * np.maximum(errors, evidence.errors(error, probs))
                )
                for truth, error in truths
            )
            distance = float(np.max(np.abs(value - mistaken) / tolerance))
            if distance <= 1 and distance < nearest:
                nearest = distance
                best = (other.sentence, other.mistake.name) if apart else None
    return best


def _own_hdi(
    value: np.ndarray, evidence: Evidence, half: float, prob: float
) -> tuple[str, str] | None:
    """Is the answer the shortest interval of the student's own draws?"""
    if evidence.draws is None:
        return None
    draws = np.sort(evidence.draws.ravel())
    inside = int(np.floor(prob * len(draws)))
    widths = draws[inside:] - draws[: len(draws) - inside]
    start = int(np.argmin(widths))
    shortest = np.array([draws[start], draws[start + inside]])
    tail = (1 - prob) / 2
    equal_tailed = np.quantile(draws, [tail, 1 - tail])
    if np.all(np.abs(value - shortest) <= half) and np.any(np.abs(value - equal_tailed) > 2 * half):
        return mistakes.HDI.sentence, mistakes.HDI.name
    return None


def judge_derived(name: str, question: Derived, value: float) -> Verdict:
    """A number that the data alone determine: right within half a unit."""
    results = shrinkage_example.values()
    half = half_unit(question.decimals)
    if abs(value - results[question.key]) <= half:
        return correct(name)
    for mistake, key in mistakes.other_errors(question.key):
        apart = abs(results[key] - results[question.key]) > 3 * half
        if apart and abs(value - results[key]) <= half:
            return wrong(name, mistake.sentence, mistake.name)
    return wrong(
        name,
        f"This is not right to {question.decimals} decimals. Compare the estimates "
        "with the rest of the season, player by player.",
    )


# --------------------------------------------------------------------------------------- tables


def table_of(value: object, columns: tuple[str, ...]) -> tuple[list[str], np.ndarray] | None:
    """Labels and an array (rows, columns) from a JSON value, or None if it is not one."""
    if not isinstance(value, dict):
        return None
    index, cells = value.get("index"), value.get("columns")
    if not (
        isinstance(index, list)
        and len(index) <= 1_000
        and isinstance(cells, dict)
        and all(isinstance(label, str) for label in index)
        and all(
            isinstance(cells.get(column), list)
            and len(cells[column]) == len(index)
            and all(cell is None or type(cell) in (int, float) for cell in cells[column])
            for column in columns
        )
    ):
        return None
    try:
        return index, np.array(
            [
                [np.nan if cell is None else float(cell) for cell in cells[column]]
                for column in columns
            ]
        ).T
    except OverflowError:
        return None


def judge_table(
    name: str, question: Table, labels: list[str], cells: np.ndarray, fit: Fit | None
) -> Verdict:
    """One row an artist, each cell within its tolerance; found by label, in any order."""
    artists = reference.artists()
    position = {label: i for i, label in enumerate(labels)}
    if len(position) < len(labels):
        return wrong(name, "Some artists have more than one row.")
    if lacking := [label for label in artists if label not in position]:
        if all(label.isdigit() for label in labels):
            return wrong(
                name,
                "It does not say which row is whose: put the artists in the index, "
                "or in a column `artist`.",
            )
        return wrong(name, f"{len(lacking)} of the {len(artists)} artists have no row.")
    if len(labels) > len(artists):
        return wrong(name, f"It has rows beside the {len(artists)} artists.")
    cells = cells[[position[label] for label in artists]]
    size = table_sample_size(question, fit)
    half = half_unit(question.decimals)
    truths = [
        _table(question.model, question.target, question.columns, question.prob, priors, size)
        for priors in ACCEPTED_PRIORS
    ]
    fits = np.any(
        [np.abs(cells - truth) <= half + STANDARD_ERRORS * errors for truth, errors in truths],
        axis=0,
    )
    right = fits.all(axis=1)
    found = _table_mistake(question, cells, truths, right, half, size)
    if found is not None:
        return wrong(name, *found)
    if right.all():
        return correct(name)
    share = float(right.mean())
    if "lower" in question.columns and not right.any() and np.all(cells[:, 0] >= cells[:, -1]):
        return wrong(name, mistakes.REVERSED.sentence, mistakes.REVERSED.name)
    if share >= 0.5:
        return partly(name, f"{right.sum()} of {len(artists)} rows are right.", share)
    return wrong(name, f"{right.sum()} of {len(artists)} rows are right.")


def table_sample_size(question: Table, fit: Fit | None) -> float:
    """Effective sample size behind a table: what 1,000 draws give, without a fit."""
    if fit is None or fit.draws < FEWEST_DRAWS:
        return float(FEWEST_DRAWS)
    means = [draws for target, draws in fit.parameters.items() if target.name == "mu_j"]
    means = means or list(fit.parameters.values())
    least = min(sample_size(draws, prob) for draws in means for prob in (0.1, 0.5, None))
    if question.target.name != "predict":
        return least
    # a prediction varies mostly on its own: only its mean depends on the draw before
    _, errors = reference.expected_table(
        question.model, Target("mu_j"), ("mean",), question.prob, "chapter"
    )
    _, song = reference.expected_table(
        question.model, Target("predict"), ("mean",), question.prob, "chapter"
    )
    share = float(np.max(errors / song) ** 2)
    return fit.draws / (1 + share * (fit.draws / least - 1))


def _table(
    model: str, target: Target, columns: tuple[str, ...], prob: float, priors: str, size: float
) -> tuple[np.ndarray, np.ndarray]:
    values, errors = reference.expected_table(model, target, columns, prob, priors)
    return values, errors / np.sqrt(size)


def _table_mistake(
    question: Table, cells: np.ndarray, truths: list, right: np.ndarray, half: float, size: float
) -> tuple[str, str] | None:
    """Sentence and name of the mistake that explains the whole table, if one does.

    A table shows a mistake in all its rows together: the mistaken table must lie 8 standard errors
    from the right one (root of the sum of squares over rows), explain nearly all rows, and
    explain them far better than the truth does.
    """
    if not np.isfinite(cells).all():
        return None
    columns = len(question.columns)
    fit_of_truth = min(_misfit(cells, truth, errors, half) for truth, errors in truths) / columns
    best, least = None, fit_of_truth - SEPARATION**2 / 2
    for sentence, mistake, mistaken, errors in _mistaken_tables(question, size):
        apart = min(_misfit(mistaken, truth, error, 0.0) for truth, error in truths) / columns
        rows = (np.abs(cells - mistaken) <= half + STANDARD_ERRORS * errors).all(axis=1)
        misfit = _misfit(cells, mistaken, errors, half) / columns
        if apart >= SEPARATION**2 and rows.mean() >= 0.95 and misfit < least:
            best, least = (sentence, mistake), misfit
    return best


def _misfit(cells: np.ndarray, expected: np.ndarray, errors: np.ndarray, half: float) -> float:
    """Sum of squared distances in standard errors, beyond rounding."""
    distance = np.maximum(np.abs(cells - expected) - half, 0)
    return float(np.sum((distance / errors) ** 2))


def _mistaken_tables(question: Table, size: float):
    for other in mistakes.other_tables(question.model, question.target):
        columns = question.columns if not other.statistic else (other.statistic,)
        if len(columns) != len(question.columns):
            continue
        for priors in other.priors:
            values, errors = _table(other.model, other.target, columns, other.prob, priors, size)
            yield other.sentence, other.mistake.name, values * other.scale, errors
    if question.model == "complete_pooled":
        return  # every artist has the same row
    by_mean = list(reference.artists())
    to_alphabetical = [by_mean.index(label) for label in sorted(by_mean)]
    for order in (to_alphabetical, list(np.argsort(to_alphabetical))):
        for priors in ACCEPTED_PRIORS:
            values, errors = _table(
                question.model, question.target, question.columns, question.prob, priors, size
            )
            mistake = mistakes.MIXED_UP
            yield mistake.sentence, mistake.name, values[order], errors[order]
