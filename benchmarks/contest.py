"""Let the contestants fit the models in turn, each in a process of its own, and keep the results.

Every finished process is a row of `benchmarks/results/runs.csv`, written at once: what was
measured is there, whatever happens later.
"""

import os
import shutil
import tempfile
from pathlib import Path

import pandas as pd
from tqdm import tqdm

from benchmarks import draws as of_draws
from benchmarks import process
from benchmarks.contestants import CONTESTANTS, command, environment, why_absent
from course.fitting.models import MODELS
from course.fitting.settings import DRAWS
from course.paths import PROJECT

RESULTS = PROJECT / "benchmarks" / "results"
ALL = "all"
COLUMNS = (
    "round",
    "contestant",
    "model",
    "cache",
    "status",
    "load",
    "first_fit",
    "second_fit",
    "sampling",
    "table_at",
    "peak_gib",
    "ess_bulk",
    "ess_tail",
    "error_mcse",
    "error_sd",
    "checked",
    "agree",
    "compared",
)


def plan(names: list[str], rounds: int) -> list[tuple[int, str, str, str]]:
    """Round, contestant, model and compile cache of each process, contestants alternating.

    The model "all" is one process that fits all four.
    """
    return [
        (turn, name, model, cache)
        for turn in range(1, rounds + 1)
        for model in (*MODELS, ALL)
        for name in names
        if model in CONTESTANTS[name].models
        or (model == ALL and set(MODELS) == set(CONTESTANTS[name].models))
        for cache in CONTESTANTS[name].caches
    ]


def measure(
    names: list[str], rounds: int = 1, draws: int = DRAWS, results: Path = RESULTS
) -> pd.DataFrame:
    """Run the benchmark; returns what it writes to ``runs.csv``, one row a process.

    Also writes ``numbers.csv``, the published numbers as each contestant has them, and
    ``versions.csv``. A contestant that is absent has one row that says why.
    """
    results.mkdir(parents=True, exist_ok=True)
    use_two_cores()
    reasons = {name: why_absent(name) for name in names}
    rows = [
        {"contestant": name, "status": f"absent: {reason}"}
        for name, reason in reasons.items()
        if reason
    ]
    numbers: dict[tuple[str, str], dict] = {}
    versions: dict[str, str] = {}
    save(results, rows, numbers, versions)
    steps = tqdm(plan([name for name in names if not reasons[name]], rounds), unit="process")
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        for turn, name, model, cache in steps:
            steps.set_postfix_str(f"{name} {model} {cache}")
            row, found, used = one(Path(folder), name, model, cache, draws, turn)
            rows.append(row)
            numbers |= {(name, number["id"]): number for number in found}
            versions |= used
            save(results, rows, numbers, versions)
    return pd.DataFrame(rows, columns=list(COLUMNS))


def save(results: Path, rows: list[dict], numbers: dict, versions: dict) -> None:
    """Write what has been measured so far."""
    found = [{"contestant": name, **number} for (name, _), number in numbers.items()]
    for name, table in {
        "runs": pd.DataFrame(rows, columns=list(COLUMNS)),
        "numbers": pd.DataFrame(found),
        "versions": pd.DataFrame(sorted(versions.items()), columns=["package", "version"]),
    }.items():
        table.to_csv(results / f"{name}.csv", index=False, float_format="%.6g")


def one(
    folder: Path, name: str, model: str, cache: str, draws: int, turn: int
) -> tuple[dict, list[dict], dict]:
    """Run one process: its row, its published numbers, and the versions that it used."""
    out = Path(tempfile.mkdtemp(prefix="draws-", dir=folder))
    compiled = folder / f"compiled-{name}-{model}"
    if cache == "empty":
        shutil.rmtree(compiled, ignore_errors=True)
    compiled.mkdir(exist_ok=True)
    alone = model != ALL
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    done = process.run_and_measure(
        command(name, [model] if alone else list(MODELS), out, draws, 2 if alone else 1),
        environment(name, compiled),
        cwd=PROJECT,
    )
    row = {
        "round": turn,
        "contestant": name,
        "model": model,
        "cache": cache,
        "load": load,
        "status": "ok",
        "peak_gib": done.peak_gib,
    }
    if done.code or done.stopped:
        lines = done.output.strip().splitlines() or ["no output"]
        row["status"] = f"failed: {done.stopped or lines[-1]}"
        return row, [], {}
    times = pd.read_csv(out / "times.csv")
    row["table_at"] = times["table_at"].max()
    row["first_fit"] = times.loc[times["fit"] == 1, "seconds"].sum()
    found = []
    if alone:
        priors = CONTESTANTS[name].priors
        values = of_draws.read(out, model)
        row["second_fit"], row["sampling"] = times.loc[
            times["fit"] == 2, ["seconds", "sampling"]
        ].sum(min_count=1)
        row["ess_bulk"], row["ess_tail"] = of_draws.smallest_ess(values)
        row["error_mcse"], row["error_sd"], row["checked"] = of_draws.errors(values, model, priors)
        found = of_draws.against_ledger(values, model, priors)
        row["agree"], row["compared"] = sum(n["agrees"] for n in found), len(found)
    used = pd.read_csv(out / "versions.csv", dtype=str)
    return row, found, dict(zip(used["package"], used["version"], strict=True))


def use_two_cores() -> None:
    """Leave this process, and all that it starts, two cores (where the system allows it)."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:2])
