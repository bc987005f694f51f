"""Write the page on the benchmark from the stored results, and the same tables as plain text."""

import os
import platform
from datetime import date
from pathlib import Path

import pandas as pd

from benchmarks import page_tables
from benchmarks.contest import ALL, RESULTS
from benchmarks.growth import SECONDS_ALLOWED
from course.fitting.models import MODELS
from course.paths import PROJECT

PAGE = PROJECT / "book" / "benchmark.md"
TEXT = Path(__file__).parent / "page.md"


def machine() -> pd.DataFrame:
    """What this machine is: columns fact and value."""
    processor = platform.processor() or platform.machine()
    if platform.system() == "Linux":
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
        processor = names[0] if names else processor
    import psutil

    return pd.DataFrame(
        {
            "date": date.today().isoformat(),
            "system": f"{platform.system()} {platform.machine()}",
            "processor": processor,
            "cores": str(os.cpu_count()),
            "memory": f"{psutil.virtual_memory().total / 2**30:.0f} GiB",
            "Python": platform.python_version(),
        }.items(),
        columns=["fact", "value"],
    )


def page(results: Path = RESULTS) -> str:
    """The text of the page."""
    stored = page_tables.load(results)
    runs = stored.runs
    loads = runs["load"].dropna()
    return TEXT.read_text(encoding="utf-8").format(
        machine=page_tables.pairs_table(stored.machine),
        versions=page_tables.pairs_table(stored.versions),
        rounds=rounds(int(runs["round"].max())),
        quiet=f"{loads.min():.1f}",
        busy=f"{loads.max():.1f}",
        targets=page_tables.target_table(runs),
        models="\n\n".join(
            "\n\n".join(
                [
                    f"### {title[0].upper()}{title[1:]}",
                    page_tables.time_table(runs, model),
                    page_tables.quality_table(runs, model),
                ]
            )
            for model, title in MODELS.items()
        ),
        session=page_tables.session_table(runs),
        absent=page_tables.absent_list(runs),
        agreement=page_tables.agreement_table(stored.numbers),
        numbers=page_tables.number_table(stored.numbers),
        allowed=f"{SECONDS_ALLOWED:.0f}",
        growth=page_tables.growth_table(stored.growth),
        checked={
            m: int(n)
            for m, n in page_tables.measured(runs).groupby("model")["checked"].max().items()
            if m != ALL
        },
    )


def rounds(number: int) -> str:
    """What the tables show of so many rounds."""
    return "a single round" if number == 1 else f"the median over {number} rounds"


def write(results: Path = RESULTS) -> None:
    """Write the figures and the page from the stored results."""
    from benchmarks import figures

    stored = page_tables.load(results)
    figures.draw(stored.runs, stored.growth, results)
    PAGE.write_text(page(results), encoding="utf-8")


def measure(names: list[str], rounds: int, draws: int, what: str) -> int:
    """Measure, then write the page; `what` is "speed", "growth", "all" or "page". Exit code."""
    from benchmarks import contest, growth

    RESULTS.mkdir(parents=True, exist_ok=True)
    if what in ("speed", "all"):
        machine().to_csv(RESULTS / "machine.csv", index=False)
        contest.measure(names, rounds, draws)
    if what in ("growth", "all"):
        growth.measure()
    try:
        write()
    except FileNotFoundError as error:
        print(error)
        return 1
    print(page_tables.target_table(page_tables.load().runs))
    print(page_tables.absent_list(page_tables.load().runs))
    print(f"Wrote {PAGE.relative_to(PROJECT)} and {RESULTS.relative_to(PROJECT)}/.")
    return 0
