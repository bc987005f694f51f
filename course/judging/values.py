"""Judge numbers, intervals and tables against exact values, with the student's own precision.

An answer is right within half a unit of the decimals asked for plus 5 Monte Carlo standard errors,
around the exact value under any accepted prior. The error of one draw comes from the exact
distribution, the effective sample size from the student's draws. Draws that do not follow the
exact posterior themselves make no tolerance wider, so a faked fit gains nothing.
"""

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

import numpy as np
from scipy import stats

from course.exact import PROBABILITY, Target
from course.judging import expressions, mistakes, reference, shrinkage_example
from course.judging.draws import STANDARD_ERRORS, Fit
from course.judging.mistakes import Alternative, Mistake
from course.judging.questions import Derived, Expression, Interval, Number, Table
from course.judging.reference import ACCEPTED_PRIORS
from course.judging.verdict import Verdict, correct, partly, wrong
from course.ledger.monte_carlo import FEWEST_DRAWS, sample_size

#: A mistake is named only if its value lies this many standard errors from every right one.
SEPARATION = 8
ROUNDING = 1e-9
#: Effective draws behind a value that comes alone: as many as PyMC draws unless told otherwise.
ASSUMED_SIZE = 4_000
ONE_END = "One of the two ends is right."
NOT_WITHIN_ERROR = "This is not within the Monte Carlo error of the right value."

Sizes = Callable[[float | None], float]


def half_unit(decimals: int) -> float:
    return 0.5 * 10.0**-decimals + ROUNDING


# --------------------------------------------------------------------------- numbers, intervals


class Evidence:
    """The draws that an answer should come from.

    sizes: effective sample size by probability, for diagnoses; none without draws (then the
    answer has no Monte Carlo error). supports: are these draws of the right distribution?
    priors: the accepted ones with which they agree. parameters: draws of all that the fit has.
    """

    def __init__(
        self,
        sizes: Sizes | None,
        supports: bool,
        name: str = "",
        draws: np.ndarray | None = None,
        priors: tuple[str, ...] = ACCEPTED_PRIORS,
        parameters: Mapping[Target, np.ndarray] = MappingProxyType({}),
    ) -> None:
        self.sizes, self.supports, self.name, self.draws = sizes, supports, name, draws
        self.priors, self.parameters = priors or ACCEPTED_PRIORS, parameters

    @classmethod
    def from_fit(cls, fit: Fit, right: bool, target: Target) -> "Evidence":
        if fit.draws < FEWEST_DRAWS:
            return cls(None, False, fit.model)
        priors = tuple(priors for priors in ACCEPTED_PRIORS if right and fit.agrees(priors))
        draws = fit.parameters.get(target)
        return cls(
            lambda prob: fit.sample_size(target, prob),
            right,
            fit.model,
            draws,
            priors,
            fit.parameters,
        )

    @classmethod
    def from_draws(
        cls, name: str, draws: np.ndarray | None, size: float, right: bool
    ) -> "Evidence":
        """size: effective sample size of the draws, as `predictive_size` says."""
        if draws is None or draws.size < FEWEST_DRAWS:
            return cls(None, False, name)
        return cls(lambda prob: size, right, name, draws)

    @classmethod
    def assumed(cls) -> "Evidence":
        """Right draws that nobody has seen: `ASSUMED_SIZE` of them."""
        return cls(lambda prob: ASSUMED_SIZE, True)

    def errors(self, unit_errors: np.ndarray, probs: Iterable[float | None]) -> np.ndarray:
        """Monte Carlo standard errors of a statistic with these errors of a single draw."""
        if self.sizes is None:
            return np.zeros_like(unit_errors)
        return unit_errors / np.sqrt([self.sizes(prob) for prob in probs])


def is_right(question: Number | Interval, value: np.ndarray) -> bool:
    """Is a number, or are both ends of an interval, right if it comes from assumed draws alone?"""
    statistic = question.statistic if isinstance(question, Number) else "interval"
    prob = getattr(question, "prob", PROBABILITY)
    half = half_unit(question.decimals)
    for priors in ACCEPTED_PRIORS:
        truth, errors = reference.expected(question.model, question.target, statistic, prob, priors)
        off = np.abs(value - truth)
        if np.all(off <= half + STANDARD_ERRORS * errors / np.sqrt(ASSUMED_SIZE)):
            return True
    return False


def judge_number(name: str, question: Number, value: float, evidence: Evidence) -> Verdict:
    """A statistic of one target."""
    probs = [None if question.statistic == "mean" else 0.5]
    others = mistakes.other_numbers(question.model, question.target)
    return _judge(name, question, question.statistic, np.array([value]), probs, evidence, others)


def judge_interval(name: str, question: Interval, value: np.ndarray, evidence: Evidence) -> Verdict:
    """The two ends of an equal-tailed interval."""
    tail = round((1 - question.prob) / 2, 10)
    probs: list[float | None] = [tail, 1 - tail]
    others = list(mistakes.other_intervals(question.model, question.target))
    verdict = _judge(name, question, "interval", value, probs, evidence, others)
    if verdict.status != "correct" and value[0] > value[1]:
        turned = _judge(name, question, "interval", value[::-1], probs, evidence, [])
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
) -> Verdict:
    half = half_unit(question.decimals)
    prob = getattr(question, "prob", PROBABILITY)
    truths = [
        reference.expected(question.model, question.target, statistic, prob, priors)
        for priors in evidence.priors
    ]
    own = evidence if evidence.supports else Evidence(None, False)
    if evidence.sizes is None:  # it may be from a usual fit: what that may give is no mistake
        own = Evidence.assumed()
    tolerances = [half + STANDARD_ERRORS * own.errors(errors, probs) for _, errors in truths]
    within = [
        np.abs(value - truth) <= tolerance
        for (truth, _), tolerance in zip(truths, tolerances, strict=True)
    ]
    right = any(ends.all() for ends in within)
    others = list(others)
    if right and evidence.supports:
        other = _another_summary(value, question.target, statistic, half, prob, evidence, others)
        return wrong(name, other.sentence, other.name) if other else correct(name)
    if not right:
        found = (
            _own_statistic(value, evidence, half, question.decimals, probs)
            or _nearest_mistake(value, truths, statistic, prob, half, probs, evidence, others)
            or (_own_hdi(value, evidence, half, prob) if statistic == "interval" else None)
        )
        if found:
            return wrong(name, found.sentence, found.name)
    if not evidence.supports:
        if evidence.sizes is None:
            return wrong(
                name,
                f"This exercise asks for draws: assign at least {FEWEST_DRAWS:,} "
                f"of them to `{evidence.name}` first.",
            )
        return wrong(name, f"It should come from `{evidence.name}`, which is not right yet.")
    if len(value) == 2 and any(ends.any() for ends in within):
        return partly(name, ONE_END, 0.5)
    return wrong(name, _how_to_look(value, evidence, probs))


def _another_summary(
    value: np.ndarray,
    target: Target,
    statistic: str,
    half: float,
    prob: float,
    evidence: Evidence,
    others: list[Alternative],
) -> Mistake | None:
    """What a value within the Monte Carlo error is, if it is not what was asked for.

    It must agree, to its decimals, with another summary of the student's own draws or of the data,
    and clearly not with the one that was asked for. A value from another run agrees with neither.
    """
    draws = evidence.draws
    if draws is None or _decimals_of(value) == 0:
        return None
    tails = [(1 - prob) / 2, (1 + prob) / 2]
    own = {"mean": draws.mean(), "median": np.median(draws)}.get(statistic)
    own = np.quantile(draws, tails) if own is None else np.array([own])
    unit = min(half, max(0.5 * 10.0 ** -_decimals_of(value), 0.002) + ROUNDING)

    def near(other: np.ndarray | float) -> bool:
        return bool(np.max(np.abs(value - other)) <= unit)

    if np.max(np.abs(value - own)) <= 2 * half:
        return None
    for other in others:
        if other.model == "data":
            asked = other.statistic or statistic
            if near(reference.expected("data", other.target, asked, other.prob, "")[0]):
                return other.mistake
    if len(value) == 2:
        if near(draws.mean() + draws.std() * np.array([-1, 1])):
            return mistakes.ONE_SD
        held = [
            p
            for p in mistakes.PROBABILITIES
            if near(np.quantile(draws, [(1 - p) / 2, (1 + p) / 2]))
        ]
        return mistakes.of_probability(held[0], exactly=len(held) == 1) if held else None
    if statistic == "median" and near(np.sqrt(np.mean(draws**2))):
        return mistakes.ROOT_MEAN_SQUARE
    for instead, theirs in evidence.parameters.items():
        if instead != target and near(np.median(theirs)):
            side_by_side = instead.name == target.name == "mu_j"
            return mistakes.SWAPPED if side_by_side else mistakes.OTHER_PARAMETER
    return None


def _own_statistic(
    value: np.ndarray, evidence: Evidence, half: float, decimals: int, probs: list[float | None]
) -> Mistake | None:
    """Which summary of the student's own draws gives a wrong value, rounded as it is?"""
    draws = evidence.draws
    if draws is None or not evidence.supports:
        return None
    digits = _decimals_of(value)
    unit = max(0.5 * 10.0**-digits, 0.02) + ROUNDING
    if len(value) == 2:
        asked = np.quantile(draws, np.array(probs, dtype=float))
    else:
        asked = np.array([np.median(draws) if probs[0] else draws.mean()])
        if abs(value[0] - np.sqrt(np.mean(draws**2))) <= half and abs(value - asked) > 2 * half:
            return mistakes.ROOT_MEAN_SQUARE
    if digits < decimals and np.all(np.abs(value - asked) <= unit):
        return mistakes.rounded_to(decimals)
    if len(value) == 1:
        return None
    held = [
        prob
        for prob in mistakes.PROBABILITIES
        if np.all(np.abs(value - np.quantile(draws, [(1 - prob) / 2, (1 + prob) / 2])) <= unit)
    ]
    return mistakes.of_probability(held[0], exactly=len(held) == 1) if held else None


def _decimals_of(value: np.ndarray) -> int:
    """The decimals with which numbers were written, at most 6."""
    return next((d for d in range(6) if np.allclose(value, np.round(value, d), atol=1e-9)), 6)


def _how_to_look(value: np.ndarray, evidence: Evidence, probs: list[float | None]) -> str:
    """Where to look, from the student's own draws: never what is right."""
    draws, name = evidence.draws, evidence.name
    if draws is None:
        return NOT_WITHIN_ERROR
    if np.all((value < draws.min()) | (value > draws.max())):
        return (
            f"No draw of this quantity in `{name}` comes near it. Which variable did you take, "
            "for which artist, and is it a summary of draws or of the songs in the data?"
        )
    if len(value) == 1:
        below = float(np.mean(draws < value[0]))
        if 0.35 < below < 0.65:
            return (
                "This is close, but further off than Monte Carlo error explains. Is it rounded, or "
                "from another fit, or another statistic of the draws than the one asked for?"
            )
        return (
            f"{_in_tenths(below)} of the draws in `{name}` lie below it. How many lie below the "
            "statistic that is asked for, and is this the variable that you took?"
        )
    inside = float(np.mean((draws > value[0]) & (draws < value[1])))
    if abs(inside - np.ptp(np.array(probs, dtype=float))) < 0.03:
        return (
            f"About the right share of the draws in `{name}` lies inside, but not the same share "
            "on either side. Which two quantiles have you taken?"
        )
    return (
        f"{_in_tenths(inside)} of the draws in `{name}` lie between your two ends. Which two "
        "quantiles are asked for, and of which draws?"
    )


def _in_tenths(share: float) -> str:
    tenths = round(10 * share)
    return {0: "Hardly any", 10: "Nearly all"}.get(tenths, f"About {tenths} in ten")


def _nearest_mistake(
    value: np.ndarray,
    truths: list,
    statistic: str,
    prob: float,
    half: float,
    probs: list,
    evidence: Evidence,
    others: Iterable[Alternative],
) -> Mistake | None:
    """The mistake that gives nearest this value.

    None if that one does not lie far enough from the truth, even if another one does.
    """
    best, nearest, probabilities = None, np.inf, []
    for other in others:
        asked = other.statistic or statistic
        other_probability = other.prob != PROBABILITY
        if other_probability and evidence.supports and evidence.draws is not None:
            continue  # the draws themselves have been asked
        for priors in other.priors:
            mistaken, unit = reference.expected(
                other.model,
                other.target,
                asked,
                other.prob if asked != "interval" or other_probability else prob,
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
            if distance <= 1 and other_probability and other.prob not in probabilities:
                probabilities.append(other.prob)
            if distance <= 1 and distance < nearest:
                nearest = distance
                best = other if apart else None
    if best is None:
        return None
    if best.prob == PROBABILITY:
        return best.mistake
    return mistakes.of_probability(best.prob, exactly=len(probabilities) == 1)


def _own_hdi(value: np.ndarray, evidence: Evidence, half: float, prob: float) -> Mistake | None:
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
        return mistakes.HDI
    return None


def judge_derived(name: str, question: Derived, value: float) -> Verdict:
    """A number that the data alone determine: right within half a unit."""
    results = shrinkage_example.values()
    half = half_unit(question.decimals)
    truth = results[question.key]
    if abs(value - truth) <= half:
        return correct(name)
    for mistake, key in mistakes.other_errors(question.key):
        apart = abs(results[key] - truth) > 3 * half
        near = half * (1000 if key.startswith("thousand") else 1)
        if apart and abs(value - results[key]) <= near:
            return wrong(name, mistake.sentence, mistake.name)
    digits = _decimals_of(np.array([value]))
    if 0 < digits < question.decimals and abs(value - truth) <= 0.5 * 10.0**-digits + ROUNDING:
        rounded = mistakes.rounded_to(question.decimals)
        return wrong(name, rounded.sentence, rounded.name)
    return wrong(
        name,
        f"This is not right to {question.decimals} decimals. Compare the estimates "
        "with the rest of the season, player by player.",
    )


def judge_expression(name: str, question: Expression, value: float) -> Verdict:
    """A number that an expression gives, or that another one gives by a known mistake."""
    right, half = expressions.value(question.value), question.within + ROUNDING
    if abs(value - right) <= half:
        return correct(name)
    others = {
        abs(value - other): mistake
        for mistake, expression in mistakes.EXPRESSIONS.get(name, ())
        if abs((other := expressions.value(expression)) - right) > 2 * half
        and abs(value - other) <= half
    }
    if others:
        mistake = others[min(others)]
        return wrong(name, mistake.sentence, mistake.name)
    return wrong(name, question.hint)


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
        return wrong(name, found.sentence, found.name)
    if right.all():
        return correct(name)
    share = float(right.mean())
    if "lower" in question.columns and not right.any() and np.all(cells[:, 0] >= cells[:, -1]):
        return wrong(name, mistakes.REVERSED.sentence, mistakes.REVERSED.name)
    said = f"{right.sum()} of {len(artists)} rows are right. " + _first_to_look_at(question, fits)
    return partly(name, said, share) if share >= 0.5 else wrong(name, said)


def _first_to_look_at(question: Table, fits: np.ndarray) -> str:
    """The first row that is not right, and which of its cells."""
    row = int(np.flatnonzero(~fits.all(axis=1))[0])
    cells = zip(question.columns, fits[row], strict=True)
    off = " and ".join(f"`{column}`" for column, fits_well in cells if not fits_well)
    return f"Look at {reference.artists()[row]} first: {off}."


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
) -> Mistake | None:
    """The mistake that explains the whole table, if one does.

    A table shows a mistake in all its rows together: the mistaken table must lie 8 standard errors
    from the right one (root of the sum of squares over rows), explain nearly all rows, and
    explain them far better than the truth does.
    """
    if not np.isfinite(cells).all():
        return None
    columns = len(question.columns)
    fit_of_truth = min(_misfit(cells, truth, errors, half) for truth, errors in truths) / columns
    best, least = None, fit_of_truth - SEPARATION**2 / 2
    for mistake, mistaken, errors in _mistaken_tables(question, size):
        apart = min(_misfit(mistaken, truth, error, 0.0) for truth, error in truths) / columns
        rows = (np.abs(cells - mistaken) <= half + STANDARD_ERRORS * errors).all(axis=1)
        misfit = _misfit(cells, mistaken, errors, half) / columns
        if apart >= SEPARATION**2 and rows.mean() >= 0.95 and misfit < least:
            best, least = mistake, misfit
    return best


def _misfit(cells: np.ndarray, expected: np.ndarray, errors: np.ndarray, half: float) -> float:
    """Sum of squared distances in standard errors, beyond rounding."""
    distance = np.maximum(np.abs(cells - expected) - half, 0)
    return float(np.sum((distance / errors) ** 2))


def _mistaken_tables(question: Table, size: float):
    columns, target = question.columns, question.target
    for other in mistakes.other_tables(question.model, target):
        asked = columns if not other.statistic else (other.statistic,)
        if len(asked) != len(columns):
            continue
        for priors in other.priors:
            values, errors = _table(other.model, other.target, asked, other.prob, priors, size)
            yield other.mistake, values * other.scale, errors
    exact = [
        _table(question.model, target, columns, question.prob, p, size) for p in ACCEPTED_PRIORS
    ]
    if target.name == "shift":
        yield from _mistaken_shifts(exact)
    elif columns == ("lower", "median", "upper"):
        yield from _mistaken_predictions(question, exact, size)
    if question.model == "complete_pooled":
        return  # every artist has the same row
    by_mean = list(reference.artists())
    to_alphabetical = [by_mean.index(label) for label in sorted(by_mean)]
    for order in (to_alphabetical, list(np.argsort(to_alphabetical))):
        for values, errors in exact:
            yield mistakes.MIXED_UP, values[order], errors[order]


def _mistaken_shifts(exact: list):
    """Mistakes in subtracting an artist's mean from their posterior mean, (artists, 1)."""
    own = reference.sample_means().to_numpy()[:, None]
    all_songs = float(reference.songs()["popularity"].mean())
    labels = list(reference.artists())
    order = [labels.index(label) for label in sorted(labels)]  # where alphabetical ones stand
    back = list(np.argsort(order))
    for shift, errors in exact:
        mean = shift + own
        yield mistakes.SIGN_LOST, np.abs(shift), errors
        yield mistakes.RELATIVE, shift / own, errors / own
        yield mistakes.RELATIVE, 100 * shift / own, 100 * errors / own
        yield mistakes.FROM_ALL_SONGS, mean - all_songs, errors
        # posterior means in alphabetical order less sample means by mean, or the other way round
        for mixed, mixed_errors in (
            (mean[order] - own, errors[order]),
            (mean - own[order], errors),
        ):
            yield mistakes.MIXED_UP, mixed, mixed_errors
            yield mistakes.MIXED_UP, mixed[back], mixed_errors[back]


def _mistaken_predictions(question: Table, exact: list, size: float):
    """Mistakes in predicting a song of each artist, (artists, 3)."""
    known = np.full((len(reference.artists()), 3), 0.1)  # the data have no Monte Carlo error
    yield mistakes.OF_DATA, reference.own_quantiles(question.prob), known
    yield mistakes.OWN_SD, reference.own_sds(question.prob), known
    for values, errors in exact:
        yield mistakes.CUT_OFF, np.clip(values, 0, 100), errors
    if question.model == "hierarchical":
        lower, upper = reference.marginal(
            "hierarchical", Target("predict_new"), "chapter"
        ).interval(question.prob)
        median = reference.marginal("hierarchical", Target("predict_new"), "chapter").median
        row = np.array([[lower, median, upper]])
        yield mistakes.NEW_NOT_OBSERVED, np.repeat(row, len(known), axis=0), exact[0][1]
    if question.model == "complete_pooled":
        return  # the mean of all songs is nearly known
    sigma = Target("sigma_y" if question.model == "hierarchical" else "sigma")
    for priors in ACCEPTED_PRIORS:
        reach = (
            stats.norm.ppf((1 + question.prob) / 2)
            * reference.marginal(question.model, sigma, priors).median
        )
        centre, errors = _table(
            question.model, Target("mu_j"), ("median",), question.prob, priors, size
        )
        yield (mistakes.PLUG_IN, centre + reach * np.array([[-1, 0, 1]]), errors + np.zeros(3))
