"""Who takes part in the benchmark, and how each is started."""

import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

from course.data import find
from course.fitting.settings import SEED
from course.paths import PROJECT

R_SCRIPT = PROJECT / "benchmarks" / "models.R"
CORES = 2


@dataclass(frozen=True)
class Contestant:
    """One way to fit the four models.

    `r_package` is the engine of a contestant in R. `sampler` and `settings` are for Bambi's
    `fit`; `book` takes the settings of the chapters instead. `priors` names the set of priors of
    the hierarchical model ("chapter" or "source"); those of the other models are the same for all.
    """

    title: str
    priors: str = "chapter"
    r_package: str = ""
    cores: int = CORES
    book: bool = False
    sampler: str = ""
    models: tuple[str, ...] = ("running", "complete_pooled", "no_pooled", "hierarchical")
    environment: dict[str, str] = field(default_factory=dict)
    needs: str = ""
    #: Compile caches on disk to start from: "empty", or "filled" by an earlier process.
    caches: tuple[str, ...] = ("empty",)


CONTESTANTS = {
    "book": Contestant("this book", book=True, caches=("empty", "filled")),
    "book-source-prior": Contestant(
        "this book, R's prior",
        priors="source",
        book=True,
        models=("hierarchical",),
        caches=("empty", "filled"),
    ),
    "rstanarm": Contestant("rstanarm, 2 cores", priors="source", r_package="rstanarm"),
    "rstanarm-1-core": Contestant(
        "rstanarm, 1 core", priors="source", r_package="rstanarm", cores=1
    ),
    "brms": Contestant("brms, 2 cores", r_package="brms"),
    "bambi": Contestant("Bambi, default sampler", sampler="pymc"),
    "nutpie": Contestant("Bambi, nutpie default", sampler="nutpie"),
    # JAX sees one device on a processor unless told otherwise; a chain each needs four.
    "numpyro": Contestant(
        "Bambi, NumPyro",
        sampler="numpyro",
        needs="numpyro",
        environment={"XLA_FLAGS": "--xla_force_host_platform_device_count=4"},
    ),
}


def why_absent(name: str) -> str:
    """Why a contestant cannot take part here; the empty text if it can."""
    contestant = CONTESTANTS[name]
    if contestant.needs and find_spec(contestant.needs) is None:
        return f"the Python package {contestant.needs} is not installed"
    if not contestant.r_package:
        return ""
    if shutil.which("Rscript") is None:
        return "there is no Rscript on the PATH"
    asked = f"quit(status = !requireNamespace('{contestant.r_package}', quietly = TRUE))"
    if subprocess.run(["Rscript", "-e", asked], capture_output=True).returncode:
        return f"R has no package {contestant.r_package}"
    return ""


def command(name: str, models: list[str], out: Path, draws: int, fits: int) -> list[str]:
    """The command of a process that fits `models`, `fits` times each, and writes to `out`."""
    contestant = CONTESTANTS[name]
    if not contestant.r_package:
        return [
            sys.executable,
            "-m",
            "benchmarks.worker",
            name,
            ",".join(models),
            str(out),
            str(draws),
            str(fits),
        ]
    return [
        "Rscript",
        str(R_SCRIPT),
        "fit",
        contestant.r_package,
        ",".join(models),
        str(out),
        str(draws),
        str(contestant.cores),
        str(fits),
        str(SEED),
        str(find("spotify").parent),
    ]


def environment(name: str, compile_cache: Path) -> dict[str, str]:
    """The environment of such a process, to be started now.

    What Python compiles goes to the folder `compile_cache`.
    """
    flags = os.environ.get("PYTENSOR_FLAGS", "")
    flags = ",".join(filter(None, [flags, f"base_compiledir={compile_cache}"]))
    return (
        os.environ
        | CONTESTANTS[name].environment
        | {
            "PYTENSOR_FLAGS": flags,
            "PYTHONPATH": str(PROJECT),
            "PYTHONUTF8": "1",
            "BENCHMARK_START": repr(time.time()),
        }
    )
