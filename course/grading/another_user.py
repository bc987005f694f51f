"""A warm server where no namespaces are to be had: submissions run as another user; needs root.

The view of `warm_server` becomes a folder, `FOLDER` beside the cache, with copies of what a
submission may read. It lies at the same place on every start, or compiled code would not be found.
"""

import os
import shutil
import tempfile
from pathlib import Path

from filelock import FileLock, Timeout

from course import data
from course.grading.warm_server import WarmServer, cache_folder, environment, readable, view_of
from course.paths import PACKAGE, PROJECT
from course.submission.agreement import SandboxError, View

FOLDER = "another-user"
EVERYBODY, NOBODY_ELSE = 0o755, 0o750


class AnotherUserServer(WarmServer):
    """A warm server: a context manager, as `WarmServer` is; only one at a time on a machine."""

    namespaces = False

    def prepare(self) -> None:
        """Copy what may be read; all else that belongs to submissions is made for each anew.

        Raises
        ------
        SandboxError
            If this is not root, or another such server runs.
        """
        from course.submission.another_user import EXACT_GROUP

        if os.geteuid() != 0:
            raise SandboxError("Without namespaces only root can run submissions as another user.")
        self.taken = FileLock(Path(tempfile.gettempdir(), "course-another-user.lock"), timeout=600)
        try:
            self.taken.acquire()
        except Timeout as error:
            raise SandboxError("Another grader runs submissions as the same user.") from error
        self.place = cache_folder().with_name(FOLDER)
        shutil.rmtree(self.place, ignore_errors=True)
        package = self.place / "package" / PACKAGE.name
        for path in (package, self.place / "data", self.place / "home" / "tmp"):
            path.mkdir(parents=True)
        for path in readable():
            if path.is_dir():
                unseen = shutil.ignore_patterns("__pycache__")
                shutil.copytree(path, package / path.name, ignore=unseen)
            else:
                shutil.copy2(path, package)
        for name in data.SHA256:
            shutil.copy2(data.find(name), self.place / "data")
        open_to_all(self.place)
        exact = package / "exact"
        os.chown(exact, 0, EXACT_GROUP)
        exact.chmod(NOBODY_ELSE)
        # While it warms up, the server writes to the cache itself, under the name of the copies.
        (self.place / "cache").symlink_to(cache_folder())
        self.folder = tempfile.TemporaryDirectory(prefix="course-", ignore_cleanup_errors=True)

    def environment(self) -> dict[str, str]:
        """The environment variables of the server."""
        home, cache, sets = (str(self.place / name) for name in ("home", "cache", "data"))
        return environment(home, cache, sets, self.place / "package")

    def view(self) -> View:
        """What submissions can see: the libraries, and the copies."""
        return View(
            root=str(self.place),
            cache=str(cache_folder()),
            data=[str(self.place / "data")],
            readable=view_of("").readable,
            hidden=[str(PROJECT / "notebooks"), str(PROJECT / "instructors"), str(PACKAGE)],
            modules=[str(self.place / "package")],
        )

    def warmed_up(self) -> dict:
        """What the server says when it is ready; what it compiled is for all to read then."""
        reply = super().warmed_up()
        open_to_all(cache_folder())
        return reply

    def close(self) -> None:
        """End the server and all that it forked."""
        super().close()
        if taken := getattr(self, "taken", None):
            taken.release()


def open_to_all(folder: Path) -> None:
    """Let everybody read a folder and all in it."""
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            path.chmod(EVERYBODY if path.is_dir() else 0o644)
