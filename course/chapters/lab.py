"""JupyterLab, opened on a workspace for readers or on the notebooks themselves for authors."""

from pathlib import Path

from course.chapters import workspace
from course.chapters.editions import EditionError
from course.paths import NOTEBOOKS, WORK


def work(options: list[str], only_write: bool = False, folder: Path = WORK) -> int:
    """Bring the workspace up to date, say what changed, and open it; return an exit code."""
    try:
        written = workspace.update(workspace.files(), folder)
    except (EditionError, ValueError, OSError) as error:
        print(f"{error}\nThe workspace could not be brought up to date; nothing in it is lost.")
        return 1
    for file in written:
        if file.beside:
            print(f"You changed {file.beside}: it stays. The newer edition is {file.name}.")
        else:
            print(f"wrote {file.name}")
    print(f"Your workspace is {'ready' if written else 'up to date'}: {folder}")
    return 0 if only_write else start(folder, options)


def edit(options: list[str]) -> int:
    """Open the authors' notebooks; return an exit code."""
    return start(NOTEBOOKS, options)


def start(folder: Path, options: list[str]) -> int:
    """Run JupyterLab in a folder until it is stopped; return an exit code."""
    try:
        from jupyterlab.labapp import LabApp
    except ImportError:
        print("JupyterLab is not installed in this environment: pip install jupyterlab")
        return 1
    LabApp.launch_instance([f"--ServerApp.root_dir={folder}", *options])
    return 0
