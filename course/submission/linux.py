"""The few system calls of Linux that Python has no function for; see their manual pages.

All are called through the C library. Every function raises `OSError` with the kernel's reason.
"""

import ctypes
import errno
import mmap
import os
import struct
from collections.abc import Iterable, Mapping

MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC = 1, 2, 4, 8
MS_REMOUNT, MS_NOATIME, MS_BIND, MS_REC, MS_PRIVATE = 32, 1024, 4096, 16384, 1 << 18
MS_NODIRATIME, MS_RELATIME = 2048, 1 << 21
MNT_DETACH = 2
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS = 1, 4, 24, 38
# These three have the same number on every architecture but alpha.
LANDLOCK_CREATE_RULESET, LANDLOCK_ADD_RULE, LANDLOCK_RESTRICT_SELF = 444, 445, 446
PIVOT_ROOT = {"x86_64": 155, "aarch64": 41, "riscv64": 41, "ppc64le": 203, "s390x": 217}
CAPSET = {"x86_64": 126, "aarch64": 91, "riscv64": 91, "ppc64le": 184, "s390x": 185}

_LIBC = ctypes.CDLL(None, use_errno=True)
try:  # it knows the numbers of system calls on every machine; systemd and apt come with it
    _LIBSECCOMP: ctypes.CDLL | None = ctypes.CDLL("libseccomp.so.2")
except OSError:
    _LIBSECCOMP = None


def _call(function, *arguments) -> int:
    """Call a function of the C library; raise `OSError` if it fails."""
    result = function(*arguments)
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return result


def _syscall(number: int, *arguments) -> int:
    return _call(_LIBC.syscall, ctypes.c_long(number), *arguments)


def mount(source: str, target: str, kind: str | None, flags: int, options: str = "") -> None:
    """Mount a file system, or bind or change a mount; see mount(2)."""
    _call(
        _LIBC.mount,
        source.encode(),
        target.encode(),
        kind and kind.encode(),
        ctypes.c_ulong(flags),
        options.encode() or None,
    )


def unmount(target: str) -> None:
    """Take a mount, and what is mounted below it, out of view; see umount2(2)."""
    _call(_LIBC.umount2, target.encode(), MNT_DETACH)


def pivot_root(new: str, old: str) -> None:
    """Make `new` the root folder and move the former root to `old`; see pivot_root(2)."""
    _syscall(PIVOT_ROOT[os.uname().machine], new.encode(), old.encode())


def prctl(option: int, value: int) -> None:
    """Change a property of this process; see prctl(2)."""
    _call(_LIBC.prctl, option, *map(ctypes.c_ulong, (value, 0, 0, 0)))


def drop_capabilities() -> None:
    """Give up all capabilities for good, also for the programs started from here."""
    for capability in range(64):
        try:
            prctl(PR_CAPBSET_DROP, capability)
        except OSError:  # past the last capability of this kernel
            break
    header, nothing = struct.pack("Ii", 0x20080522, 0), struct.pack("6I", *[0] * 6)
    _syscall(CAPSET[os.uname().machine], header, nothing)


def landlock_version() -> int:
    """The Landlock version of this kernel; 0 if there is none."""
    try:
        return _syscall(LANDLOCK_CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint(1))
    except OSError:
        return 0


def landlock(writable: dict[str, bool]) -> None:
    """Confine this process and its children with Landlock, for good; see landlock(7).

    Parameters
    ----------
    writable : dict of path: bool
        The folders and files that stay readable; those marked true stay writable too. Where the
        kernel's Landlock knows them, TCP, signals to others and abstract sockets are forbidden.
    """
    version = landlock_version()
    known = [0, 13, 14, 15, 15, 16]
    every_right = (1 << known[min(version, 5)]) - 1
    read_only = 0b1101  # execute, read a file, list a folder
    on_files = 0b111 | (1 << 14) | (1 << 15)  # execute, write, read, truncate, ioctl
    # handled_access_fs, handled_access_net (version 4), scoped (version 6)
    fields = [every_right] + [3] * (version >= 4) + [3] * (version >= 6)
    attributes = struct.pack(f"{len(fields)}Q", *fields)
    ruleset = _syscall(
        LANDLOCK_CREATE_RULESET, attributes, ctypes.c_size_t(len(attributes)), ctypes.c_uint(0)
    )
    try:
        for path, may_write in writable.items():
            rights = every_right if may_write else read_only
            if not os.path.isdir(path):
                rights &= on_files
            folder = os.open(path, os.O_PATH | os.O_CLOEXEC)
            try:
                rule = struct.pack("=Qi", rights & every_right, folder)
                _syscall(LANDLOCK_ADD_RULE, ruleset, 1, rule, 0)
            finally:
                os.close(folder)
        _syscall(LANDLOCK_RESTRICT_SELF, ruleset, 0)
    finally:
        os.close(ruleset)


class Argument(ctypes.Structure):
    """A condition on an argument of a system call.

    It is `NOT_EQUAL` to `given`, or `MASKED_EQUAL`: its bits in `given` are `value`.
    """

    _fields_ = [
        ("number", ctypes.c_uint),
        ("comparison", ctypes.c_int),
        ("given", ctypes.c_uint64),
        ("value", ctypes.c_uint64),
    ]


NOT_EQUAL, MASKED_EQUAL = 1, 7  # SCMP_CMP_NE, SCMP_CMP_MASKED_EQ


def seccomp() -> ctypes.CDLL:
    """The library that writes filters of system calls."""
    if _LIBSECCOMP is None:
        raise FileNotFoundError(errno.ENOENT, "there is no libseccomp.so.2")
    return _LIBSECCOMP


def forbid(calls: Iterable[str], sometimes: Mapping[str, list[Argument]] | None = None) -> None:
    """Make system calls, and memory shared without a file, "not implemented", for good.

    For this process and its children; see seccomp_rule_add(3). `sometimes`: others, only where all
    conditions hold. A call that this library has not heard of is left out.
    """
    library = seccomp()
    refused = 0x00050000 | errno.ENOSYS  # SCMP_ACT_ERRNO
    shared = mmap.MAP_SHARED | mmap.MAP_ANONYMOUS
    rules: dict[str, list[Argument]] = {call: [] for call in calls} | {
        "mmap": [Argument(3, MASKED_EQUAL, shared, shared)],
        **(sometimes or {}),
    }
    library.seccomp_init.restype = ctypes.c_void_p
    context = ctypes.c_void_p(library.seccomp_init(0x7FFF0000))  # SCMP_ACT_ALLOW
    try:
        for name, conditions in rules.items():
            number = library.seccomp_syscall_resolve_name(name.encode())
            array = (Argument * len(conditions))(*conditions)
            if number != -1:
                _agreed(
                    library.seccomp_rule_add_array(context, refused, number, len(conditions), array)
                )
        _agreed(library.seccomp_load(context))
    finally:
        library.seccomp_release(context)


def _agreed(code: int) -> None:
    if code < 0:
        raise OSError(-code, os.strerror(-code))
