"""The number ledger: every reproducible number that the lecture and the activity print.

``published_numbers.csv`` holds one row per number: where it is printed, what it is, and how to
compute it (``model``, ``target``, ``statistic``). This module adds the two exact values and the
rules by which numbers agree. Tolerances are derived, never fitted:

* *published against exact* (under the source's priors): half a printed unit, plus four Monte Carlo
  standard errors of the R run that printed it;
* *computed against exact* (under the priors that this book fits): four Monte Carlo standard errors
  of our own run;
* facts of the data and plug-in arithmetic have no sampling error: rounded as printed, they must
  be equal.
"""

import math
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from functools import cache, cached_property
from importlib.resources import files

import pandas as pd

from course import exact
from course.data import load_running, load_spotify
from course.exact import MAD_CONSTANT, Target, hierarchical_priors
from course.fitting.settings import CHAINS, DRAWS

#: Effective sample sizes granted to the R runs of the sources (20,000 draws each).
R_SAMPLE_SIZE = {
    "hierarchical": 4_000,
    "complete_pooled": 20_000,
    "no_pooled": 20_000,
    "running": 20_000,
}
STANDARD_ERRORS = 4
AGREES = "agrees"
STATISTICS = {"mean": "mean", "median": "median", "mad-sd": "mad_sd", "q10": "q10", "q90": "q90"}
IN_WORDS = {
    "mean": "mean",
    "median": "median",
    "mad_sd": "MAD standard deviation",
    "q10": "10 % quantile",
    "q90": "90 % quantile",
    "rms": "root mean square",
}
#: The lecture's plug-in values of sigma_mu and sigma_y, rounded as it prints them.
PLUG_IN_SIGMA_MU, PLUG_IN_SIGMA_Y = 15.1, 14.0


@dataclass(frozen=True)
class Number:
    """One published number; the fields are the columns of ``published_numbers.csv``."""

    id: str
    source: str
    section: str
    quantity: str
    definition: str
    published: str
    printed_unit: str
    kind: str
    model: str
    target: str
    statistic: str
    notebook: str

    @property
    def is_sampled(self) -> bool:
        """True if a sampler computes it, so that it carries Monte Carlo error."""
        return self.kind in ("posterior", "prediction")

    @property
    def decimals(self) -> int:
        """Decimals to show of a sampled number: two more than the source prints."""
        return 2 - int(Decimal(self.printed_unit).as_tuple().exponent)

    @property
    def in_words(self) -> str:
        """What the number is, for a table: "mu_j of Camilo, 10 % quantile"."""
        if not self.is_sampled:
            return self.quantity
        head, _, tail = self.quantity.rpartition(": ")
        return f"{head or tail}, {IN_WORDS[self.statistic]}"

    @cached_property
    def exact_source(self) -> float:
        """The exact value under the priors of the source."""
        return exact_value(self.model, self.target, self.statistic, "source")

    @cached_property
    def exact(self) -> float:
        """The exact value under the priors that this book fits."""
        return exact_value(self.model, self.target, self.statistic, "chapter")

    @cached_property
    def source_mcse(self) -> float:
        """Monte Carlo standard error that the R run had, 0 for what is not sampled."""
        if not self.is_sampled:
            return 0.0
        marginal = marginal_of(self.model, Target.parse(self.target), "source")
        return standard_error(marginal, self.statistic, R_SAMPLE_SIZE[self.model])

    def published_agrees(self) -> bool:
        """Does the published number agree with the exact value under the source's priors?"""
        if not self.is_sampled:
            return rounded(self.exact_source, self.printed_unit) == Decimal(self.published)
        tolerance = float(self.printed_unit) / 2 + STANDARD_ERRORS * self.source_mcse
        return abs(float(self.published) - self.exact_source) <= tolerance

    def computed_agrees(self, computed: float, mcse: float) -> bool:
        """Does a value computed here agree with the exact value under this book's priors?

        False for NaN, in either argument.
        """
        if not self.is_sampled:
            return math.isclose(computed, self.exact, rel_tol=1e-9, abs_tol=1e-12)
        return mcse > 0 and abs(computed - self.exact) <= STANDARD_ERRORS * mcse

    def verdict(self, computed: float, mcse: float) -> str:
        """``"agrees"``, or which of the two comparisons fails."""
        wrong = []
        if not self.published_agrees():
            wrong.append("published is off")
        if not self.computed_agrees(computed, mcse):
            wrong.append("computed is off")
        return ", ".join(wrong) or AGREES


@cache
def numbers() -> dict[str, Number]:
    """All 130 numbers, by id, in the order of the sources."""
    with files("course.ledger").joinpath("published_numbers.csv").open(encoding="utf-8") as file:
        table = pd.read_csv(file, dtype=str, keep_default_na=False)
    return {row["id"]: Number(**row) for row in table.to_dict("records")}


def rounded(value: float, unit: str) -> Decimal:
    """`value` rounded to the decimals of `unit`, in decimal arithmetic, half to even as R prints.

    >>> rounded(13.25, "0.1")
    Decimal('13.2')
    """
    return Decimal(repr(float(value))).quantize(Decimal(unit), rounding=ROUND_HALF_EVEN)


@cache
def posterior(model: str, priors: str):
    """The exact posterior of one of the four models, `priors` being "source" or "chapter"."""
    if model == "running":
        races = load_running().dropna()
        return exact.regression(races["age"], races["net"])
    return posterior_of(load_spotify(), model, priors)


def posterior_of(songs: pd.DataFrame, model: str, priors: str):
    """The exact posterior of one of the three models of songs, for any songs."""
    if model == "complete_pooled":
        return exact.complete_pooled(songs["popularity"])
    if model == "no_pooled":
        return exact.no_pooled(songs["popularity"], songs["artist"])
    if model == "hierarchical":
        return exact.hierarchical(
            songs["popularity"], songs["artist"], hierarchical_priors(songs["popularity"], priors)
        )
    raise KeyError(f"There is no model {model!r}.")


@cache
def marginal_of(model: str, target: Target, priors: str) -> exact.Marginal:
    """The exact distribution of a target; KeyError if the model has no such target."""
    return posterior(model, priors).marginal(target)


def exact_value(model: str, target: str, statistic: str, priors: str) -> float:
    """The exact value of a ledger row."""
    if model == "plug_in":
        share = PLUG_IN_SIGMA_MU**2 / (PLUG_IN_SIGMA_MU**2 + PLUG_IN_SIGMA_Y**2)
        return share if statistic == "value" else 1 - share
    if statistic == "draws":
        return CHAINS * DRAWS
    if statistic == "parameters":  # mu, sigma_y, sigma_mu, and a b_j for each artist
        return 3 + load_spotify()["artist"].nunique()
    if model.endswith("_data"):
        return data_fact(model, target, statistic)
    marginal = marginal_of(model, Target.parse(target), priors)
    match statistic:
        case "mean" | "median" | "mad_sd":
            return float(getattr(marginal, statistic))
        case "q10" | "q90":
            return float(marginal.quantile(int(statistic[1:]) / 100))
        case "rms":  # what R's tidy() prints for a standard deviation
            return math.hypot(marginal.mean, marginal.sd)
    raise KeyError(f"There is no statistic {statistic!r}.")


def data_fact(model: str, target: str, statistic: str) -> float:
    """A fact of the data, computed from the data."""
    data, group, value = {
        "running_data": (load_running, "runner", "net"),
        "spotify_data": (load_spotify, "artist", "popularity"),
    }[model]
    data = data()
    match statistic:
        case "rows" | "columns":
            return data.shape[statistic == "columns"]
        case "groups":
            return data[group].nunique()
        case "value":
            return float(data[value].iloc[int(target) - 1])
        case "count" | "mean":
            return float(data.loc[data[group] == target, value].agg(statistic))
    raise KeyError(f"There is no statistic {statistic!r}.")


def standard_error(marginal: exact.Marginal, statistic: str, sample_size: float) -> float:
    """Monte Carlo standard error of a statistic of `sample_size` independent draws.

    Asymptotic formulas: the density at a quantile sets its error, and the median absolute
    deviation m around the median c is a quantile with density f(c - m) + f(c + m).
    """
    match statistic:
        case "mean":
            error = marginal.sd
        case "median" | "q10" | "q90":
            p = {"median": 0.5, "q10": 0.1, "q90": 0.9}[statistic]
            error = math.sqrt(p * (1 - p)) / float(marginal.pdf(marginal.quantile(p)))
        case "mad_sd":
            centre, spread = marginal.median, marginal.mad_sd / MAD_CONSTANT
            density = marginal.pdf(centre - spread) + marginal.pdf(centre + spread)
            error = MAD_CONSTANT * 0.5 / float(density)
        case "rms":  # sqrt(mean of squares): sd(x²) / (2 rms), near x = mean
            error = marginal.sd * marginal.mean / math.hypot(marginal.mean, marginal.sd)
        case _:
            raise KeyError(f"There is no statistic {statistic!r}.")
    return error / math.sqrt(sample_size)
