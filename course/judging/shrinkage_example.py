"""Efron and Morris's baseball players: how far off are averages, and shrunken averages?"""

import numpy as np

from course.data import load_baseball


def shrunken(averages: np.ndarray, at_bats: int) -> np.ndarray:
    """Averages of k players, shape (k,), drawn towards their grand mean.

    Each keeps the share 1 - (k - 3) v / S of its distance from the grand mean m, where
    v = m (1 - m) / at_bats is the variance of an average and S the sum of squared distances
    (Efron and Morris, 1975).
    """
    centre = averages.mean()
    distance = averages - centre
    variance = centre * (1 - centre) / at_bats
    kept = 1 - (len(averages) - 3) * variance / np.sum(distance**2)
    return centre + kept * distance


def rmse(estimates: np.ndarray | float, truth: np.ndarray | float) -> float:
    """Root mean squared error, in the units of the estimates."""
    return float(np.sqrt(np.mean((estimates - truth) ** 2)))


def values() -> dict[str, float]:
    """What Exercise 16 b asks for, and the results of its classic mistakes."""
    players = load_baseball()
    observed = (players["hits"] / players["at_bats"]).to_numpy()
    truth = players["remainder_average"].to_numpy()
    estimates = shrunken(observed, int(players["at_bats"].iloc[0]))
    errors = {"observed": observed - truth, "shrunken": estimates - truth}
    result = {"rmse_centre": rmse(observed.mean(), truth), "rmse_moved": rmse(estimates, observed)}
    for name, error in errors.items():
        result[f"rmse_{name}"] = rmse(error, 0)
        result[f"thousand_{name}"] = 1000 * rmse(error, 0)
        result[f"mse_{name}"] = float(np.mean(error**2))
        result[f"sse_{name}"] = float(np.sum(error**2))
        result[f"rsse_{name}"] = float(np.sqrt(np.sum(error**2)))
        result[f"mae_{name}"] = float(np.mean(np.abs(error)))
        result[f"sd_{name}"] = float(np.std(error, ddof=1))
    return result
