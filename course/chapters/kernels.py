"""How this project starts Jupyter kernels: through socket files, not through TCP ports.

A kernel on TCP gets ports that were free a moment ago. While it starts, its client tries to
connect again and again, and now and then gets such a port for its own end: it is then connected
to itself, and the kernel never answers ("Kernel didn't respond in 60 seconds", about one start in
150 on a busy machine). A socket file belongs to one kernel from the beginning.
"""

import sys
import tempfile
from itertools import count
from pathlib import Path

from jupyter_client.manager import AsyncKernelManager, KernelManager

# The folder of this process's socket files; it goes when the process ends.
SOCKETS = tempfile.TemporaryDirectory(prefix="kernels-", ignore_cleanup_errors=True)
KERNELS = count()


def socket_files() -> dict[str, str]:
    """Options of a kernel manager that give its kernel socket files of its own.

    Empty on Windows, where ZeroMQ has TCP only.
    """
    if sys.platform == "win32":
        return {}
    # A short path: the system allows a socket file about 100 characters.
    return {"transport": "ipc", "ip": str(Path(SOCKETS.name, str(next(KERNELS))))}


def kernel_manager(**options) -> KernelManager:
    """A `KernelManager` on socket files; for those who wait for their kernel."""
    return KernelManager(**socket_files(), **options)


def async_kernel_manager(**options) -> AsyncKernelManager:
    """An `AsyncKernelManager` on socket files; for nbclient."""
    return AsyncKernelManager(**socket_files(), **options)
