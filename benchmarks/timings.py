"""Measure what the page on timings and versions shows, and write that page."""

import os
import platform
import subprocess
import sys
import time
from datetime import date
from importlib.metadata import version

from course.chapters.cells import chapters
from course.chapters.execute import execute
from course.paths import PROJECT

PAGE = PROJECT / "book" / "timings.md"
PACKAGES = (
    "bambi",
    "arviz",
    "pymc",
    "nutpie",
    "numba",
    "numpy",
    "pandas",
    "xarray",
    "seaborn",
    "matplotlib",
    "scipy",
    "jupyter-book",
)
TEXT = """\
# Timings and versions

<!-- Written by `make timings` (python -m course timings); do not edit. -->

Measured on {date}, on {cores} cores ({machine}), Python {python}, one chapter at a time. To repeat:

```bash
make timings
```

## The fits

Each model of the lecture with 4 chains of 5,000 draws (and 1,000 to warm up), from the call of
`fit` to the result. The first fit in a process includes compilation,
which later processes find in a cache on disk; the second is what it costs from then on.

| model | first fit | second fit | smallest bulk ESS | smallest tail ESS |
| --- | ---: | ---: | ---: | ---: |
{fits}

The effective sample sizes (ESS) are those of the global parameters, all chains together.
Starting Python and importing Bambi and ArviZ took {import_seconds:.1f} s.

## The chapters

From the start of the kernel to the last cell, imports included.

| chapter | seconds |
| --- | ---: |
{chapters}

## The book

`make book`, with everything installed: {book:.0f} s for every page, {rebuild:.0f} s when nothing
changed.

## Versions

| package | version |
| --- | --- |
{versions}
"""


def measure() -> int:
    """Fit, execute and build, with a line on each; write ``book/timings.md``. Exit code 0."""
    print("Fitting the models ...", flush=True)
    import_seconds, fits = fit_models()
    seconds = {}
    for path in chapters():
        print(f"Executing {path.name} ...", flush=True)
        seconds[f"{path.parent.name}/{path.stem}"] = execute(path)[1]
    print("Building the book ...", flush=True)
    book, rebuild = (build_seconds(fresh) for fresh in (True, False))
    PAGE.write_text(
        TEXT.format(
            date=date.today().isoformat(),
            cores=os.cpu_count(),
            machine=platform.machine(),
            python=platform.python_version(),
            import_seconds=import_seconds,
            fits="\n".join(fits),
            chapters="\n".join(f"| {name} | {value:.0f} |" for name, value in seconds.items()),
            book=book,
            rebuild=rebuild,
            versions="\n".join(f"| {name} | {version(name)} |" for name in PACKAGES),
        ),
        encoding="utf-8",
    )
    print(f"Wrote {PAGE.relative_to(PROJECT)}.")
    return 0


def build_seconds(fresh: bool) -> float:
    """Seconds that a build of the book takes, in a process of its own."""
    start = time.perf_counter()
    code = f"from course.site.book import build; build(fresh={fresh})"
    subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def fit_models() -> tuple[float, list[str]]:
    """Seconds to import the stack, and a table row for each of the four models."""
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import bambi, arviz"], check=True)
    import_seconds = time.perf_counter() - start

    import arviz as az

    from course.fitting.models import MODELS, bambi_model
    from course.fitting.settings import fit_settings

    rows = []
    for key, name in MODELS.items():
        model, seconds = bambi_model(key), []
        for _ in range(2):
            start = time.perf_counter()
            results = model.fit(progressbar=False, **fit_settings(key))
            seconds.append(time.perf_counter() - start)
        is_global = [v for v in results.posterior.data_vars if results.posterior[v].ndim == 2]
        table = az.summary(results, var_names=is_global, kind="diagnostics", round_to="none")
        rows.append(
            f"| {name} | {seconds[0]:.1f} s | {seconds[1]:.1f} s | "
            f"{table['ess_bulk'].min():,.0f} | {table['ess_tail'].min():,.0f} |"
        )
    return import_seconds, rows
