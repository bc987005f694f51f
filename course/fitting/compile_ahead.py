"""Compile the models of the book once, so that no student's first fit waits for it.

What is compiled stays on disk, in PyTensor's cache (``~/.pytensor``), for every later process.
"""

import logging
import time

from tqdm import tqdm

from course.data import DataAlteredError, DataNotFoundError
from course.fitting.models import MODELS, fit_briefly


def compile_command() -> int:
    """Fit each model with a few draws, which compiles it; return an exit code."""
    print("Compiling the models of the book, once for this machine ...")
    logging.getLogger("pymc").setLevel(logging.ERROR)  # of so few draws it says much
    start = time.perf_counter()
    try:
        for name in (steps := tqdm(MODELS, unit="model")):
            steps.set_postfix_str(MODELS[name])
            fit_briefly(name)
    except (DataNotFoundError, DataAlteredError) as error:
        print(f"{error}\nNothing was compiled; the first fit of each model will take longer.")
        return 1
    print(f"Done in {time.perf_counter() - start:.0f} s.")
    return 0
