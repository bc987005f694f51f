"""What is left of the sandbox where a system forbids namespaces, as most containers do; needs root.

There is no view of its own: a submission is a process of a user that owns one empty folder and may
read no more than everybody may. Landlock, where the kernel has it, takes the rest of the file
system away. Resource limits, the filter of system calls and the loss of all rights are those of
`sandbox`; the filter forbids the network, too, and namespaces. Only one submission runs at a time,
for all processes of this user end with it.
"""

import fcntl
import os
import shutil
import signal
import socket
from pathlib import Path

from course.submission import linux, sandbox
from course.submission.agreement import Limits, SandboxError, View
from course.submission.sandbox import step

USER, EXACT_GROUP = 65532, 65531
"""Nobody's, as on most systems: the submission's user and group, and who may read `exact`."""
FORBIDDEN = (
    *sandbox.FORBIDDEN,
    *("unshare", "setns", "clone3", "mount", "umount2", "pivot_root", "chroot", "ptrace"),
    *("process_vm_readv", "process_vm_writev", "kcmp", "pidfd_getfd"),
)


def confine(limits: Limits, view: View) -> int:
    """Fork a process of the other user; called by root in a child of the server.

    Parameters
    ----------
    limits : Limits
    view : View
        ``root`` has the folders ``home`` and ``cache``, which are made anew; nobody else may read
        ``hidden``. The rest is what Landlock leaves readable.

    Returns
    -------
    int
        In the confined process 0; in the caller its process number.

    Raises
    ------
    SandboxError
        If the system refuses; the message names the step.
    """
    home, cache = f"{view.root}/home", f"{view.root}/cache"
    # Held until this process ends: the one before may still be ending all that is the user's.
    fcntl.flock(os.open(f"{view.root}/lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC), fcntl.LOCK_EX)
    end_all()
    with step("a folder of its own for each submission"):
        clear(view)
        for folder in (home, f"{home}/tmp", f"{home}/work", cache):
            os.mkdir(folder)
        sandbox.mirror(view.cache, cache)
        for place in (home, cache):
            for path, _, _ in os.walk(place):
                os.chown(path, USER, USER)
    told, tell = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            give_up_rights(limits, view, home, cache)
        except SandboxError as error:
            os.write(tell, str(error).encode())
            os._exit(1)
        os.close(tell)
        return 0
    os.close(tell)
    with open(told, encoding="utf-8") as file:
        refused = file.read()
    if refused:
        os.waitpid(child, 0)
        raise SandboxError(refused)
    return child


def give_up_rights(limits: Limits, view: View, home: str, cache: str) -> None:
    """Make this process one of the other user, and see that it is one."""
    os.setsid()
    with step("another user"):
        become_the_user([EXACT_GROUP] if limits.exact else [])
        linux.prctl(linux.PR_SET_PDEATHSIG, signal.SIGKILL)  # a change of user takes it back
    os.umask(0o077)
    os.chdir(f"{home}/work")
    sandbox.limit(limits)
    with step("giving up privileges"):
        linux.drop_capabilities()
        linux.prctl(linux.PR_SET_NO_NEW_PRIVS, 1)
    shown = [*view.readable, *view.modules]
    if linux.landlock_version():
        with step("Landlock"):
            devices = {f"/dev/{name}": True for name in sandbox.DEVICES}
            places = dict.fromkeys([*sandbox.SYSTEM, *shown, *view.data, view.cache], False)
            places |= {home: True, cache: True} | devices
            linux.landlock({path: may for path, may in places.items() if os.path.exists(path)})
    with step(sandbox.FILTER):
        linux.forbid(FORBIDDEN, conditions())
    if readable := [path for path in view.hidden if can_read(path)]:
        raise SandboxError(f"Every user may read {', '.join(readable)}: chmod go= takes that away.")
    if closed := [path for path in shown if not can_read(path)]:
        raise SandboxError(f"Other users than root may not read {', '.join(closed)}.")


def become_the_user(groups: list[int]) -> None:
    os.setgroups(groups)
    os.setresgid(USER, USER, USER)
    os.setresuid(USER, USER, USER)


def conditions() -> dict[str, list[linux.Argument]]:
    """Calls that are forbidden with some arguments: sockets of a network, and new namespaces."""
    new_user = linux.Argument(0, linux.MASKED_EQUAL, os.CLONE_NEWUSER, os.CLONE_NEWUSER)
    return {"socket": [linux.Argument(0, linux.NOT_EQUAL, socket.AF_UNIX)], "clone": [new_user]}


def can_read(path: str) -> bool:
    """Whether this process may read a file, or list a folder."""
    try:
        os.close(os.open(path, os.O_RDONLY))
    except OSError:
        return False
    return True


def end(child: int, view: View) -> None:
    """End a submission and all that it started, and remove what it wrote."""
    os.kill(child, signal.SIGKILL)
    end_all()
    clear(view)


def end_all() -> None:
    """Kill every process of the user: to the kernel that is one step, so none forks away."""
    killer = os.fork()
    if killer == 0:
        try:
            become_the_user([])
            os.kill(-1, signal.SIGKILL)
        finally:
            os._exit(0)
    os.waitpid(killer, 0)


def clear(view: View) -> None:
    """Remove the folders that belong to the user."""
    for path in (Path(view.root, "home"), Path(view.root, "cache")):
        if path.is_symlink():
            path.unlink()
        shutil.rmtree(path, ignore_errors=True)
