"""How precisely draws determine a statistic: effective sample sizes and standard errors."""

import numpy as np

#: The fewest draws that a fit or a prediction may have.
FEWEST_DRAWS = 1_000
#: The least effective sample size granted. Of 30 runs of 4 x 250 draws with default settings
#: (nutpie, the non-centred hierarchical model) the least precise parameter had 88 to 243: a
#: worse figure is not an honest run, and no answer gains by it.
LEAST_SAMPLE_SIZE = 60.0
#: Above this, chains disagree (Vehtari et al., 2021, recommend 1.01 for final results).
HIGHEST_RHAT = 1.05
#: Above this, chains do not explore one distribution at all, as those that are sorted (1.5 and
#: more). Honest chains of 250 draws that hardly move reach 1.2.
UNCONVERGED_RHAT = 1.4
#: Draws have at least so many values: a coarse grid has them, three invented ones do not.
FEWEST_VALUES = 20


def sample_size(draws: np.ndarray, prob: float | None = None) -> float:
    """Effective sample size of draws of shape (chains, draws), between the least and their number.

    prob: for a quantile; None: for the mean. Constant draws count as `LEAST_SAMPLE_SIZE`.
    """
    from arviz_stats.base import array_stats  # slow to import

    with np.errstate(all="ignore"):
        if prob is None:
            size = array_stats.ess(draws, method="mean")
        else:
            size = array_stats.ess(draws, method="quantile", prob=prob)
    size = float(size)
    least = LEAST_SAMPLE_SIZE
    return float(np.clip(size, least, max(draws.size, least))) if np.isfinite(size) else least


def rhat(draws: np.ndarray) -> float:
    """Rank-normalised split R-hat of draws of shape (chains, draws); a single chain has one, too.

    NaN if it is undefined: of fewer than eight draws a chain, or constant.
    """
    from arviz_stats.base import array_stats

    chains, half = len(draws), draws.shape[1] // 2
    if half < 4:
        return float("nan")
    if chains == 1:  # its halves, as if they were chains
        draws = draws[:, : 2 * half].reshape(2, half)
    with np.errstate(all="ignore"):
        return float(array_stats.rhat(draws))
