"""Choose package versions: pyproject.toml in, requirements.txt out."""

import subprocess
import sys

from course.paths import PROJECT

HEADER = (
    "# Every version, pinned. Written by `make lock` from pyproject.toml; edit that file instead.\n"
)


def write() -> int:
    """Write requirements.txt for every platform and Python from 3.12; return an exit code."""
    target = PROJECT / "requirements.txt"
    result = subprocess.run(
        [
            sys.executable,
            "-m",
            "uv",
            "pip",
            "compile",
            "pyproject.toml",
            "--extra",
            "book",
            "--extra",
            "test",
            "--universal",
            "--python-version",
            "3.12",
            "--upgrade",
            "--quiet",
            "--no-header",
            "--no-annotate",
            "--no-emit-index-url",
        ],
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        text=True,
    )
    if result.returncode == 0:
        target.write_text(HEADER + result.stdout, encoding="utf-8")
        print(f"Wrote {target.name}. Now `make test`.")
    return result.returncode
