"""Tables and ratios of the benchmark, from its stored CSV files."""

import re
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from benchmarks.contest import ALL, RESULTS
from benchmarks.contestants import CONTESTANTS
from course.fitting.models import MODELS

OURS = "book"
#: The source's own engine, on two cores and on one; ratios are taken against both.
THEIRS = ("rstanarm", "rstanarm-1-core")
KEYS = ["contestant", "model", "cache"]
#: Units stay on the line of their number.
SECONDS, GIB = "\N{NO-BREAK SPACE}s", "\N{NO-BREAK SPACE}GiB"


@dataclass(frozen=True)
class Stored:
    """The CSV files of one folder of results."""

    runs: pd.DataFrame
    numbers: pd.DataFrame
    growth: pd.DataFrame
    versions: pd.DataFrame
    machine: pd.DataFrame


def load(results: Path = RESULTS) -> Stored:
    """Read a folder of results; FileNotFoundError with the command to run if it is incomplete."""
    try:
        return Stored(
            **{
                name: pd.read_csv(results / f"{name}.csv", keep_default_na=True)
                for name in Stored.__dataclass_fields__
            }
        )
    except FileNotFoundError as error:
        raise FileNotFoundError(f"{error.filename} is missing: run `make bench` first.") from None


def measured(runs: pd.DataFrame) -> pd.DataFrame:
    """The median over the rounds of what was measured, by contestant, model and cache."""
    ok = runs[runs["status"] == "ok"]
    numeric = ok.select_dtypes("number").columns.drop("round")
    return ok.groupby(KEYS, sort=False)[list(numeric)].median()


def per_second(table: pd.DataFrame, fit: str = "second_fit") -> pd.Series:
    """Effective samples a second: the smallest bulk ESS over the seconds of a fit."""
    return table["ess_bulk"] / table[fit]


def markdown(head: list[str], rows: list[list[str]], left: int = 1) -> str:
    """A Markdown table; all but the first `left` columns are aligned right."""
    rule = ["---"] * left + ["---:"] * (len(head) - left)
    return "\n".join("| " + " | ".join(cells) + " |" for cells in [head, rule, *rows])


def titles_of(runs: pd.DataFrame, model: str) -> pd.DataFrame:
    """What was measured at one model, with effective samples a second, by title."""
    table = measured(runs).assign(rate=lambda measured: per_second(measured))
    table = table.xs(model, level="model")
    return table.set_axis(
        [
            CONTESTANTS[name].title + (", compiled before" if cache == "filled" else "")
            for name, cache in table.index
        ]
    )


def time_table(runs: pd.DataFrame, model: str) -> str:
    """All contestants at one model: seconds and memory."""
    head = ["contestant", "to the table", "first fit", "second fit", "sampling", "memory"]
    return markdown(
        head,
        [
            [
                title,
                *(
                    "" if pd.isna(row[column]) else f"{row[column]:.1f}{SECONDS}"
                    for column in ("table_at", "first_fit", "second_fit", "sampling")
                ),
                f"{row['peak_gib']:.1f}{GIB}",
            ]
            for title, row in titles_of(runs, model).iterrows()
        ],
    )


def quality_table(runs: pd.DataFrame, model: str) -> str:
    """All contestants at one model: effective sample sizes and errors."""
    return markdown(
        ["contestant", "bulk ESS", "tail ESS", "ESS a second", "error, MCSE", "error, sd"],
        [
            [
                title,
                *(f"{row[column]:,.0f}" for column in ("ess_bulk", "ess_tail", "rate")),
                f"{row['error_mcse']:.1f}",
                f"{row['error_sd']:.3f}",
            ]
            for title, row in titles_of(runs, model).iterrows()
        ],
    )


def session_table(runs: pd.DataFrame) -> str:
    """One process for all four models: from its start to its last table."""
    rows = [
        [
            CONTESTANTS[name].title + (", compiled before" if cache == "filled" else ""),
            f"{row['table_at']:.1f}{SECONDS}",
            f"{row['first_fit']:.1f}{SECONDS}",
            f"{row['peak_gib']:.1f}{GIB}",
        ]
        for (name, model, cache), row in measured(runs).iterrows()
        if model == ALL
    ]
    return markdown(["contestant", "to the last table", "four fits", "memory"], rows)


def absent_list(runs: pd.DataFrame) -> str:
    """A list of who did not take part, or did not finish, and why."""
    rows = runs[runs["status"] != "ok"]
    not_asked = [
        f"- {who.title}: not asked to take part in this run."
        for name, who in CONTESTANTS.items()
        if name not in set(runs["contestant"])
    ]
    return "\n".join(
        [
            *(
                f"- {CONTESTANTS[row.contestant].title}"
                f"{f', {MODELS.get(row.model, row.model)}' if isinstance(row.model, str) else ''}:"
                f" {row.status}."
                for row in rows.itertuples()
            ),
            *not_asked,
        ]
    ) or ("Everyone took part, and finished.")


@dataclass(frozen=True)
class Target:
    """A target and what was measured; `value` is a ratio or a number of seconds."""

    what: str
    asked: float
    values: dict[str, float]
    at_most: bool = False

    @property
    def met(self) -> bool:
        """True if every value reaches what was asked; a value that is missing does not."""
        return all(
            value <= self.asked if self.at_most else value >= self.asked
            for value in self.values.values()
        )


def targets(runs: pd.DataFrame) -> list[Target]:
    """The targets of the benchmark, against rstanarm on two cores and on one.

    Ours are from empty compile caches, but for what is said to be compiled before.
    """
    table = measured(runs)

    def at(name: str, model: str, column: str, cache: str = "empty") -> float:
        key = (name, model, cache)
        return float(table[column].get(key, float("nan")))

    def against(ratio) -> dict[str, float]:
        return {CONTESTANTS[them].title: ratio(them) for them in THEIRS}

    def rate(name: str, fit: str, cache: str = "empty") -> float:
        return at(name, "hierarchical", "ess_bulk", cache) / at(name, "hierarchical", fit, cache)

    def slower(them: str) -> float:
        return min(at(them, m, "second_fit") / at(OURS, m, "second_fit") for m in MODELS)

    def total(name: str, column: str) -> float:
        return sum(at(name, model, column) for model in MODELS)

    def times_as_fast(column: str):
        return against(
            lambda them: at(them, "hierarchical", column) / at(OURS, "hierarchical", column)
        )

    def all_as_fast(column: str):
        return against(lambda them: total(them, column) / total(OURS, column))

    def first_tables(cache: str) -> dict[str, float]:
        return {MODELS[m]: at(OURS, m, "table_at", cache) for m in MODELS}

    return [
        Target(
            "hierarchical model: effective samples a second, second fit, times as many",
            50,
            against(lambda them: rate(OURS, "second_fit") / rate(them, "second_fit")),
        ),
        Target(
            "the same with compilation counted: first fit, compiled before, times as many",
            25,
            against(lambda them: rate(OURS, "first_fit", "filled") / rate(them, "first_fit")),
        ),
        Target(
            "the same with compilation counted: first fit ever, times as many",
            25,
            against(lambda them: rate(OURS, "first_fit") / rate(them, "first_fit")),
        ),
        Target("hierarchical model: sampling alone, times as fast", 10, times_as_fast("sampling")),
        Target(
            "hierarchical model: second fit, all of it, times as fast",
            10,
            times_as_fast("second_fit"),
        ),
        Target("the model where we gain least: second fit, times as fast", 1, against(slower)),
        Target("all four models: sampling alone, times as fast", 5, all_as_fast("sampling")),
        Target(
            "all four models: second fits, all of them, times as fast", 5, all_as_fast("second_fit")
        ),
        Target(
            "process start to last of four tables, never compiled before, times as fast",
            2,
            against(lambda them: at(them, ALL, "table_at") / at(OURS, ALL, "table_at")),
        ),
        Target(
            "process start to last of four tables, compiled before, times as fast",
            2,
            against(lambda them: at(them, ALL, "table_at") / at(OURS, ALL, "table_at", "filled")),
        ),
        Target(
            "process start to first table, compiled before, seconds",
            14,
            first_tables("filled"),
            at_most=True,
        ),
        Target(
            "process start to first table, never compiled before, seconds",
            14,
            first_tables("empty"),
            at_most=True,
        ),
        Target(
            "first fit of a model compiled before, seconds",
            4,
            {MODELS[m]: at(OURS, m, "first_fit", "filled") for m in MODELS},
            at_most=True,
        ),
    ]


def target_table(runs: pd.DataFrame) -> str:
    """What was asked, what was measured, and whether that reaches it."""
    rows = [
        [
            t.what,
            f"{'at most' if t.at_most else 'at least'} {t.asked:g}",
            "; ".join(f"{value:.1f} ({name})" for name, value in t.values.items()),
            "met" if t.met else "missed",
        ]
        for t in targets(runs)
    ]
    return markdown(["target", "asked", "measured", ""], rows, left=4)


def in_short(status: str) -> str:
    """A status as the table shows it: NumPy's message of an array too large in fewer words."""
    asked = re.search(r"Unable to allocate ([\d.]+) (\w+) for an array", status)
    return f"failed: an array of {asked[1]}\N{NO-BREAK SPACE}{asked[2]}" if asked else status


def growth_table(growth: pd.DataFrame) -> str:
    """Time and memory by the number of artists."""
    rows = [
        [
            row.way,
            f"{row.artists:,}",
            "" if pd.isna(row.draws) else f"4 × {row.draws:,.0f}",
            f"{row.seconds:.1f}{SECONDS}" if row.status == "ok" else in_short(row.status),
            f"{row.total:.1f}{SECONDS}",
            f"{row.peak_gib:.1f}{GIB}",
        ]
        for row in growth.itertuples()
    ]
    return markdown(["way", "artists", "draws", "data to table", "whole process", "memory"], rows)


def agreement_table(numbers: pd.DataFrame) -> str:
    """How many published numbers each contestant has right, within four of its own MCSE."""
    counts = numbers.groupby("contestant", sort=False)["agrees"].agg(["sum", "count"])
    return markdown(
        ["contestant", "numbers compared", "agree with exact"],
        [
            [CONTESTANTS[name].title, str(row["count"]), str(row["sum"])]
            for name, row in counts.iterrows()
        ],
    )


def number_table(numbers: pd.DataFrame) -> str:
    """The columns side by side: published, rstanarm run here, this book, and exact values."""
    ours, theirs = (
        numbers[numbers["contestant"] == name].set_index("id") for name in (OURS, THEIRS[0])
    )
    rows = []
    for name, row in ours.iterrows():
        there = theirs.loc[name] if name in theirs.index else None
        rows.append(
            [
                f"`{name}`",
                f"{row['published']:g}",
                "" if there is None else f"{there['value']:.4g}",
                "" if there is None else f"{there['exact']:.4g}",
                f"{row['value']:.4g}",
                f"{row['exact']:.4g}",
            ]
        )
    return markdown(
        [
            "number",
            "published",
            "rstanarm, run here",
            "exact, R's priors",
            "this book",
            "exact, our priors",
        ],
        rows,
    )


def pairs_table(table: pd.DataFrame) -> str:
    """A table of names and values."""
    return markdown(list(table.columns), table.astype(str).to_numpy().tolist(), left=2)
