"""From the draws of any contestant: effective sample sizes, and errors against exact values."""

from pathlib import Path

import arviz as az
import numpy as np
import xarray as xr

from course.exact import Target
from course.fitting.settings import CHAINS, SEED
from course.key_numbers import value_and_error
from course.ledger import published as ledger

#: Statistics of which the error is looked at, and how to have them from draws.
PROBABILITIES = {"q10": 0.1, "median": 0.5, "q90": 0.9}


def read(folder: Path, model: str) -> dict[Target, xr.DataArray]:
    """Draws by target, each with the dimensions chain and draw."""
    names = (folder / f"{model}.names").read_text(encoding="utf-8").splitlines()
    values = np.fromfile(folder / f"{model}.draws", "<f8").reshape(len(names), CHAINS, -1)
    return {
        Target.parse(name): xr.DataArray(value, dims=("chain", "draw"))
        for name, value in zip(names, values, strict=True)
    }


def judged(draws: dict[Target, xr.DataArray]) -> list[Target]:
    """The parameters that count: all but the effects of single artists on a common mean."""
    return [target for target in draws if target.name != "b_j"]


def smallest_ess(draws: dict[Target, xr.DataArray]) -> tuple[float, float]:
    """The smallest bulk and tail effective sample size over the parameters that count."""
    targets = judged(draws)
    bulk, tail = (
        min(float(az.ess(draws[target], method=method)) for target in targets)
        for method in ("bulk", "tail")
    )
    return bulk, tail


def errors(draws: dict[Target, xr.DataArray], model: str, priors: str) -> tuple[float, float, int]:
    """Largest error against exact, in own MCSE and in posterior sds, and how many were looked at.

    Of the mean and of the 10 %, 50 % and 90 % quantiles of each parameter that counts.
    """
    in_mcse, in_sd = [], []
    for target in judged(draws):
        exact, x = ledger.marginal_of(model, target, priors), draws[target]
        found = [(float(x.mean()), exact.mean, float(az.mcse(x, method="mean")))]
        found += [
            (
                float(x.quantile(p)),
                float(exact.quantile(p)),
                float(az.mcse(x, method="quantile", prob=p)),
            )
            for p in PROBABILITIES.values()
        ]
        in_mcse += [abs(value - truth) / mcse for value, truth, mcse in found]
        in_sd += [abs(value - truth) / exact.sd for value, truth, mcse in found]
    return max(in_mcse), max(in_sd), len(in_sd)


def of_target(
    target: Target, draws: dict[Target, xr.DataArray], rng: np.random.Generator
) -> xr.DataArray:
    """The draws that a ledger row is a statistic of; predictions draw from `rng`."""
    artist, mu = target.label, draws.get(Target("mu"))
    first = next(iter(draws.values()))

    def noise():
        return rng.standard_normal(first.shape)

    def mu_j():
        if artist is None:
            return mu
        own = draws.get(Target("mu_j", artist))
        return mu + draws[Target("b_j", artist)] if own is None else own

    sigma_mu = draws.get(Target("sigma_mu"))
    sigma = draws[Target("sigma" if Target("sigma") in draws else "sigma_y")]
    match target.name:
        case "mu_j":
            return mu_j()
        case "predict":
            return mu_j() + sigma * noise()
        case "predict_new":
            return mu + sigma_mu * noise() + sigma * noise()
        case "mean_ppd":
            songs = len(ledger.load_spotify())
            return mu + sigma / np.sqrt(songs) * noise()
        case "variance_share":
            between, within = draws[Target("sigma_mu")] ** 2, sigma**2
            return between / (between + within)
    return draws[target]


def against_ledger(draws: dict[Target, xr.DataArray], model: str, priors: str) -> list[dict]:
    """Each published posterior number of a model: value, MCSE, exact value, and if they agree.

    They agree within `published.STANDARD_ERRORS` of the contestant's own standard errors.
    """
    rng = np.random.default_rng(SEED)
    rows = []
    for number in ledger.numbers().values():
        if number.model != model or not number.is_sampled:
            continue
        value, mcse = value_and_error(number, of_target(Target.parse(number.target), draws, rng))
        exact = number.exact if priors == "chapter" else number.exact_source
        rows.append(
            {
                "id": number.id,
                "published": number.published,
                "value": value,
                "mcse": mcse,
                "exact": exact,
                "agrees": abs(value - exact) <= ledger.STANDARD_ERRORS * mcse,
            }
        )
    return rows
