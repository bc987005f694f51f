"""The sandbox, in two steps: `enter_view` for the warm server, `confine` for each submission.

The server sees a file system of its own: the libraries, the data sets and a few modules of the
course, all read-only, and nothing else of the machine; it has no network. What it forks for a
submission gets a writable folder of limited size (a tmpfs that is gone afterwards), process
numbers of its own, an unprivileged user, resource limits, and no way to gain rights: no
capabilities, no new privileges, no further namespaces, no system calls for memory that belongs to
no process, and Landlock on top where the kernel has it. Everything is what Linux gives to any
process that may make a user namespace: neither root nor Docker is needed, and as root the
submission runs as a user that owns nothing.
"""

import os
import resource
import signal
import sys
from pathlib import Path

from course.submission import linux
from course.submission.agreement import CACHE, DATA, HOME, STORE, Limits, SandboxError, View

STUDENT = 1000
"""User and group number inside; outside it is the caller's own or, if that is root's, NOBODY."""
NOBODY = 65533
DEVICES = ("null", "full", "random", "urandom")  # memory is had from "zero", and nobody sees it
#: What holds memory that belongs to no process, so that no watch sees it; and what could do the
#: same in other ways, and no honest notebook needs.
FORBIDDEN = (
    *("memfd_create", "memfd_secret", "shmget", "msgget", "semget", "mq_open"),
    *("io_uring_setup", "userfaultfd", "bpf", "perf_event_open", "add_key", "keyctl"),
)
FILTER = "a filter of system calls (on Debian and Ubuntu: apt install libseccomp2)"
FILES = 20_000  # that a submission may make
EXACT = Path(__file__).resolve().parents[1] / "exact"
SYSTEM = (
    "/usr",
    "/bin",
    "/sbin",
    "/lib",
    "/lib32",
    "/lib64",
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
    "/etc/localtime",
    "/etc/fonts",
    "/etc/alternatives",
    "/sys/devices/system/cpu",
    "/proc/cpuinfo",
    "/proc/meminfo",
)


def enter_view(view: View) -> int:
    """Move this process into a view of its own, without network.

    Returns
    -------
    int
        An open /proc, which is not in the view: `confine` needs it.

    Raises
    ------
    SandboxError
        If the system refuses; the message names the step.
    """
    if sys.platform != "linux":
        raise SandboxError(f"The sandbox needs Linux, and this is {sys.platform}.")
    with step(FILTER):
        linux.seccomp()
    with step(
        "user namespaces (for others than root a system may forbid them: sysctl "
        "kernel.unprivileged_userns_clone, kernel.apparmor_restrict_unprivileged_userns)"
    ):
        new_user_namespace(os.CLONE_NEWNS | os.CLONE_NEWNET | os.CLONE_NEWIPC | os.CLONE_NEWUTS)
    with step("mounts in a namespace of its own"):
        build(view)
    proc = os.open("/proc", os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    with step("a root folder of its own"):
        old = view.root + "/.old"
        os.mkdir(old)
        linux.pivot_root(view.root, old)
        os.chdir("/")
        linux.unmount("/.old")
    return proc


class step:
    """Turn an `OSError` inside into a `SandboxError` that names what was tried."""

    def __init__(self, what: str):
        self.what = what

    def __enter__(self):
        return self

    def __exit__(self, kind, error, traceback):
        if isinstance(error, OSError):
            raise SandboxError(f"This system does not allow {self.what}: {error}.") from error


def new_user_namespace(also: int) -> None:
    """Unshare a user namespace, with the namespaces `also`, in which `STUDENT` exists.

    Root maps itself and the student to a user that owns nothing; others map themselves.
    """
    if os.geteuid() != 0:
        uid, gid = os.geteuid(), os.getegid()
        os.unshare(os.CLONE_NEWUSER | also)
        write("/proc/self/setgroups", "deny")
        write("/proc/self/uid_map", f"{STUDENT} {uid} 1")
        write("/proc/self/gid_map", f"{STUDENT} {gid} 1")
        return
    # Two users can be mapped only from outside, so a child stays there and does it.
    parent, (ready, go), (done, finished) = os.getpid(), os.pipe(), os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(go)
            if os.read(ready, 1):
                for table in ("uid_map", "gid_map"):
                    write(f"/proc/{parent}/{table}", f"0 0 1\n{STUDENT} {NOBODY} 1")
                os.write(finished, b"1")
        finally:
            os._exit(0)
    try:
        os.close(finished)
        os.unshare(os.CLONE_NEWUSER | also)
        os.write(go, b"1")
        mapped = os.read(done, 1)
    finally:
        os.close(go)
        os.waitpid(child, 0)
        os.close(ready)
        os.close(done)
    if not mapped:
        raise PermissionError("root may not map a second user")
    os.setgroups([])


def write(path: str, text: str, folder: int | None = None) -> None:
    """Write to a file of the kernel, in one call; the path may be relative to an open folder."""
    file = os.open(path, os.O_WRONLY | os.O_CLOEXEC, dir_fd=folder)
    try:
        os.write(file, text.encode())
    finally:
        os.close(file)


def build(view: View) -> None:
    """Mount everything of a view below ``view.root``."""
    linux.mount("none", "/", None, linux.MS_REC | linux.MS_PRIVATE)
    flags = linux.MS_NOSUID | linux.MS_NODEV
    linux.mount("tmpfs", view.root, "tmpfs", flags, "mode=755,size=16m")
    for path in [*SYSTEM, *view.readable]:
        show(path, view.root + path)
    for path in view.hidden:
        target = view.root + path
        if os.path.isdir(target):
            linux.mount("tmpfs", target, "tmpfs", flags, "mode=755,size=1m")
    for path in view.modules:
        show(path, view.root + path)
    for device in DEVICES:
        show(f"/dev/{device}", f"{view.root}/dev/{device}", read_only=False)
    for path in view.data:
        show(path, f"{view.root}{DATA}/{os.path.basename(path)}")
    show(view.cache, view.root + CACHE, read_only=False)
    show(view.cache, view.root + STORE)
    os.makedirs(view.root + HOME)
    linux.mount("tmpfs", view.root + HOME, "tmpfs", flags, "mode=755,size=64m")
    os.mkdir(view.root + HOME + "/tmp")
    os.symlink(HOME + "/tmp", view.root + "/dev/shm")
    if not os.path.lexists(view.root + "/tmp"):
        os.symlink(HOME + "/tmp", view.root + "/tmp")
    Path(view.root, "etc/passwd").write_text(
        f"student:x:{STUDENT}:{STUDENT}::{HOME}:/bin/sh\n", encoding="utf-8"
    )


def show(source: str, target: str, read_only: bool = True) -> None:
    """Make a file or folder appear at `target`; one that does not exist is left out."""
    if os.path.islink(source) and source in SYSTEM:
        os.makedirs(os.path.dirname(target), exist_ok=True)
        os.symlink(os.readlink(source), target)
        return
    if not os.path.exists(source):
        return
    if os.path.isdir(source):
        os.makedirs(target, exist_ok=True)
    else:
        os.makedirs(os.path.dirname(target), exist_ok=True)
        if not os.path.lexists(target):
            Path(target).touch()
    linux.mount(source, target, None, linux.MS_BIND | linux.MS_REC)
    if read_only:
        make_read_only(target)


def make_read_only(target: str) -> None:
    """Forbid writing through a mount; flags that came with it may not be taken off."""
    kept = os.statvfs(target).f_flag & (
        linux.MS_NODEV | linux.MS_NOEXEC | linux.MS_NOATIME | linux.MS_NODIRATIME
    )
    relative = linux.MS_RELATIME if os.statvfs(target).f_flag & 4096 else 0
    linux.mount(
        "none",
        target,
        None,
        linux.MS_REMOUNT | linux.MS_BIND | linux.MS_RDONLY | linux.MS_NOSUID | kept | relative,
    )


def mirror(source: str, target: str) -> None:
    """Fill a folder with links to the files of another, folder by folder."""
    for path, folders, files in os.walk(source):
        here = target + path.removeprefix(source)
        for name in folders:
            os.mkdir(f"{here}/{name}")
        for name in files:
            os.symlink(f"{path}/{name}", f"{here}/{name}")


def confine(limits: Limits, proc: int) -> int:
    """Fork a confined process from a process in a view; called in a child of the server.

    `proc` is what `enter_view` returned.

    Returns
    -------
    int
        In the confined process 0; in the caller the process number of the confined one, which
        is the first of its namespace: all others die with it.

    Raises
    ------
    SandboxError
        If the system refuses; the message names the step.
    """
    with step("an unprivileged user in a namespace of its own"):
        if os.geteuid() == 0:
            os.setresgid(STUDENT, STUDENT, STUDENT)
            os.setresuid(STUDENT, STUDENT, STUDENT)
            linux.prctl(linux.PR_SET_DUMPABLE, 1)  # or the maps below belong to root
        os.unshare(
            os.CLONE_NEWUSER | os.CLONE_NEWNS | os.CLONE_NEWPID | os.CLONE_NEWNET | os.CLONE_NEWIPC
        )
        write("self/setgroups", "deny", proc)
        write("self/uid_map", f"{STUDENT} {STUDENT} 1", proc)
        write("self/gid_map", f"{STUDENT} {STUDENT} 1", proc)
        # A namespace made inside would give back the capabilities that are dropped below.
        write("sys/user/max_user_namespaces", "0", proc)
    if not limits.exact:
        with step("hiding a folder"):
            flags = linux.MS_NOSUID | linux.MS_NODEV | linux.MS_RDONLY
            linux.mount("tmpfs", str(EXACT), "tmpfs", flags, "size=4k")
    with step("a folder of its own for each submission"):
        linux.mount(
            "tmpfs",
            HOME,
            "tmpfs",
            linux.MS_NOSUID | linux.MS_NODEV,
            f"mode=700,uid={STUDENT},gid={STUDENT},size={limits.disk},nr_inodes={FILES}",
        )
        compiled = sum(len(folders) + len(files) for _, folders, files in os.walk(STORE))
        # Compiled code can be read and added to, but what is added is seen by nobody else.
        linux.mount(
            "tmpfs",
            CACHE,
            "tmpfs",
            linux.MS_NOSUID | linux.MS_NODEV,
            f"mode=700,uid={STUDENT},gid={STUDENT},size={limits.disk},nr_inodes={FILES + compiled}",
        )
        mirror(STORE, CACHE)
    child = os.fork()
    if child:
        return child
    os.setsid()
    linux.prctl(linux.PR_SET_PDEATHSIG, signal.SIGKILL)
    for folder in ("tmp", "work"):
        os.mkdir(f"{HOME}/{folder}")
    os.chdir(f"{HOME}/work")
    limit(limits)
    with step("giving up privileges"):
        linux.drop_capabilities()
        linux.prctl(linux.PR_SET_NO_NEW_PRIVS, 1)
    if linux.landlock_version():
        with step("Landlock"):
            devices = {f"/dev/{name}": True for name in DEVICES}
            linux.landlock({"/": False, HOME: True, CACHE: True} | devices)
    with step(FILTER):
        linux.forbid(FORBIDDEN)
    return 0


def limit(limits: Limits) -> None:
    """Set the resource limits of this process and of those that it starts."""
    for what, value in (
        (resource.RLIMIT_DATA, limits.memory),
        (resource.RLIMIT_CPU, limits.processor_seconds),
        (resource.RLIMIT_FSIZE, limits.disk),
        (resource.RLIMIT_NOFILE, limits.files),
        (resource.RLIMIT_NPROC, limits.processes),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_MSGQUEUE, 0),
    ):
        hard = resource.getrlimit(what)[1]
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(what, (value, value))
