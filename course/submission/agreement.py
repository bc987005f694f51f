"""What the grader and the sandbox agree on: places, limits, what is seen, and how it is refused.

Nothing here needs Linux, so the grader can be imported, and say what is missing, on any system.
"""

from dataclasses import dataclass, field

HOME = "/sandbox/home"
CACHE = "/sandbox/cache"
STORE = "/sandbox/store"
DATA = "/sandbox/data"


class SandboxError(RuntimeError):
    """The sandbox cannot be had; the message says what is missing."""


@dataclass
class Limits:
    """What one submission may use."""

    memory: int = 4 << 30
    """Bytes, of all its processes together."""
    processes: int = 256
    """Processes and threads."""
    processor_seconds: int = 1200
    """Of each process."""
    disk: int = 256 << 20
    """Bytes in its folder, and of one file."""
    files: int = 512
    """Open files of a process."""
    cell_seconds: float = 120
    """Wall time of a cell."""
    notebook_seconds: float = 900
    """Wall time of the notebook."""
    text: int = 20_000
    """Characters of printed text that are kept."""
    message: int = 8 << 20
    """Bytes of one message from the sandbox; the draws of a fit are one."""
    total: int = 64 << 20
    """Bytes of all messages from one notebook."""
    exact: bool = False
    """May it import `course.exact`?"""


@dataclass
class View:
    """What the sandbox can see, besides the system's libraries. All paths are absolute."""

    root: str
    """An empty folder, to build the view in."""
    cache: str
    """Folder of compiled code: written by the server while it warms up, never by submissions."""
    data: list[str] = field(default_factory=list)
    """Files that appear in `DATA`."""
    readable: list[str] = field(default_factory=list)
    """Files and folders that appear where they are."""
    hidden: list[str] = field(default_factory=list)
    """Folders inside the readable ones that are replaced by empty ones."""
    modules: list[str] = field(default_factory=list)
    """Files that appear where they are, in hidden folders too."""
