"""Launch buttons for Colab, Binder and a JupyterHub, where the repository's address is known.

The environment variable COURSE_REPOSITORY is the one place for that address; without it a book has
no launch buttons. COURSE_JUPYTERHUB is the address of a hub, if there is one. The buttons open the
branch that course/site/launch.py makes.
"""

import os

from sphinx.application import Sphinx
from sphinx.config import Config

from course.site.launch import BRANCH, REPOSITORY

HUB = "COURSE_JUPYTERHUB"


def setup(app: Sphinx) -> dict:
    """Register the extension (called by Sphinx)."""
    # Before the theme reads its options
    app.connect("config-inited", add_options, priority=100)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def add_options(app: Sphinx, config: Config) -> None:
    """Give the theme the addresses for its launch buttons."""
    repository = os.environ.get(REPOSITORY, "").rstrip("/")
    if not repository:
        return
    buttons = {"notebook_interface": "jupyterlab", "binderhub_url": "https://mybinder.org"}
    if "github.com" in repository:
        buttons["colab_url"] = "https://colab.research.google.com"
    if hub := os.environ.get(HUB):
        buttons["jupyterhub_url"] = hub
    config.html_theme_options = {
        **config.html_theme_options,
        "repository_url": repository,
        "repository_branch": BRANCH,
        "launch_buttons": buttons,
    }
