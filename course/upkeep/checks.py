"""Check the code without running it: style, format, types, and declared imports."""

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from course.paths import PROJECT

#: What each check is called, and the module and arguments that make it; settings: pyproject.toml.
CHECKS = {
    "ruff: style": ["ruff", "check", "--quiet"],
    "ruff: format": ["ruff", "format", "--check", "--quiet"],
    "mypy: types": ["mypy", "--no-error-summary"],
    "deptry: declared imports": ["deptry", "--no-ansi", ".", "tests/helpers"],
}


def check(command: list[str]) -> subprocess.CompletedProcess[str]:
    """Make one check."""
    return subprocess.run(
        [sys.executable, "-m", *command],
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    )


def run() -> int:
    """Make all checks at the same time, show what each of them finds; return an exit code."""
    start = time.perf_counter()
    with ThreadPoolExecutor() as pool:
        results = list(pool.map(check, CHECKS.values()))
    for name, result in zip(CHECKS, results, strict=True):
        if result.returncode != 0:
            print(f"{name}\n{result.stdout}")
    failed = [name for name, result in zip(CHECKS, results, strict=True) if result.returncode != 0]
    seconds = f"{time.perf_counter() - start:.0f} s"
    if failed:
        print(f"{len(failed)} of {len(CHECKS)} checks failed ({seconds}): {'; '.join(failed)}")
        print("`python -m ruff check --fix` and `python -m ruff format` mend much of it.")
        return 1
    print(f"All checks passed ({seconds}): {'; '.join(CHECKS)}")
    return 0
