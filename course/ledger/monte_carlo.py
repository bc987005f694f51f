"""How precisely draws determine a statistic: effective sample sizes and standard errors."""

import numpy as np

#: The fewest draws that a fit or a prediction may have.
FEWEST_DRAWS = 1_000
#: The least effective sample size granted. Of 30 runs of 4 x 250 draws with default settings
#: (nutpie, the non-centred hierarchical model) the least precise parameter had 88 to 243: a
#: worse figure is not an honest run, and no answer gains by it.
LEAST_SAMPLE_SIZE = 60.0
#: Predictions of a song are nearly independent of each other: its own variability dominates.
LEAST_PREDICTIVE_SIZE = 300.0
#: Above this, chains disagree (Vehtari et al., 2021, recommend 1.01 for final results).
HIGHEST_RHAT = 1.05


def sample_size(
    draws: np.ndarray, prob: float | None = None, least: float = LEAST_SAMPLE_SIZE
) -> float:
    """Effective sample size of draws of shape (chains, draws), between `least` and their number.

    prob: for a quantile; None: for the mean. Constant draws count as `least`.
    """
    from arviz_stats.base import array_stats  # slow to import

    with np.errstate(all="ignore"):
        if prob is None:
            size = array_stats.ess(draws, method="mean")
        else:
            size = array_stats.ess(draws, method="quantile", prob=prob)
    size = float(size)
    return float(np.clip(size, least, max(draws.size, least))) if np.isfinite(size) else least


def rhat(draws: np.ndarray) -> float:
    """Rank-normalised split R-hat of draws of shape (chains, draws); inf if it is undefined."""
    from arviz_stats.base import array_stats

    with np.errstate(all="ignore"):
        value = float(array_stats.rhat(draws))
    return value if np.isfinite(value) else np.inf
