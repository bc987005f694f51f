"""Fit models with one of Bambi's samplers, in this process, and write seconds and draws.

Writes what `benchmarks/models.R` writes: times.csv, versions.csv, and for each model MODEL.draws
(doubles, one parameter after the other, within it one chain after the other) and MODEL.names.
"""

import os
import sys
import time
from importlib.metadata import version
from pathlib import Path

PACKAGES = ("bambi", "arviz", "pymc", "pytensor", "nutpie", "numba", "numpy")


def main(name: str, models: str, out: str, draws: str, fits: str) -> None:
    """The arguments of the command line: a contestant, its models separated by commas, ..."""
    import arviz as az
    import pandas as pd

    from benchmarks.contestants import CONTESTANTS
    from course.fitting import models as course_models
    from course.fitting import settings as fitting_settings

    contestant = CONTESTANTS[name]
    times = []
    for model_name in models.split(","):
        settings = {
            "chains": fitting_settings.CHAINS,
            "cores": contestant.cores,
            "random_seed": fitting_settings.SEED,
            "inference_method": contestant.sampler,
        }
        if contestant.book:
            settings = fitting_settings.fit_settings(model_name)
        settings |= {"draws": int(draws), "progressbar": False}
        model = course_models.bambi_model(model_name, noncentered=not contestant.book)
        if contestant.priors == "source" and model_name == "hierarchical":
            course_models.use_source_prior(model)
        for fit in range(1, int(fits) + 1):
            start = time.perf_counter()
            results = model.fit(**settings)
            seconds, table_at = time.perf_counter() - start, float("nan")
            if fit == 1:
                print(az.summary(results).to_string(), flush=True)
                table_at = time.time() - float(os.environ["BENCHMARK_START"])
            # NumPyro's includes its compilation, so it is left out
            alone = results.posterior.attrs["sampling_time"] if name != "numpyro" else float("nan")
            times.append((model_name, fit, seconds, alone, table_at))
        write_draws(Path(out), model_name, named_draws(model_name, results.posterior))
    pd.DataFrame(times, columns=["model", "fit", "seconds", "sampling", "table_at"]).to_csv(
        Path(out, "times.csv"), index=False
    )
    versions = {
        package: version(package) for package in (*PACKAGES, *filter(None, [contestant.needs]))
    }
    pd.DataFrame(versions.items(), columns=["package", "version"]).to_csv(
        Path(out, "versions.csv"), index=False
    )


def named_draws(model: str, posterior) -> dict:
    """The draws of Bambi's posterior by the ledger's names, each of shape (chains, draws)."""
    from course.exact import Target

    names = {
        "running": {"intercept": "Intercept", "slope": "age", "sigma": "sigma"},
        "complete_pooled": {"mu": "Intercept", "sigma": "sigma"},
        "no_pooled": {"sigma": "sigma"},
        "hierarchical": {"mu": "Intercept", "sigma_y": "sigma", "sigma_mu": "1|artist_sigma"},
    }[model]
    draws = {ours: posterior[theirs].to_numpy() for ours, theirs in names.items()}
    if model in ("no_pooled", "hierarchical"):
        effect, of = ("artist", "mu_j") if model == "no_pooled" else ("1|artist", "b_j")
        effects = posterior[effect]
        (dim,) = set(effects.dims) - {"chain", "draw"}
        for artist in effects[dim].to_numpy():
            draws[str(Target(of, artist))] = effects.sel({dim: artist}).to_numpy()
    return draws


def write_draws(out: Path, model: str, draws: dict) -> None:
    """Write draws by name, each of shape (chains, draws)."""
    import numpy as np

    (out / f"{model}.names").write_text("".join(f"{name}\n" for name in draws), encoding="utf-8")
    np.stack(list(draws.values())).astype("<f8").tofile(out / f"{model}.draws")


if __name__ == "__main__":
    main(*sys.argv[1:])
