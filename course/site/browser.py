"""The installed Chromium: it prints the book, and the tests drive it."""

import os
import shutil

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
HOW_TO_GET_IT = "no Chromium; on Debian and Ubuntu: apt install chromium"
# No host but this machine can be found: what is printed and tested works offline.
OFFLINE = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"


def launch(playwright):
    """A Chromium without a network, started by a Playwright object.

    Raises
    ------
    RuntimeError
        If no Chromium is installed; the message says how to get one.
    """
    if CHROMIUM is None:
        raise RuntimeError(HOW_TO_GET_IT)
    # As root, for example in a container, Chromium has no sandbox.
    root = ["--no-sandbox"] if getattr(os, "geteuid", lambda: 1)() == 0 else []
    return playwright.chromium.launch(executable_path=CHROMIUM, args=[OFFLINE, *root])
