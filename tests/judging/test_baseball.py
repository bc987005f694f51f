"""The table of baseball players is the published one."""

import numpy as np
import pytest

from course.data import load_baseball
from course.judging import shrinkage_example


def test_eighteen_players_with_45_at_bats_each():
    players = load_baseball()
    assert players.shape == (18, 5) and players.notna().all(axis=None)
    assert (players["at_bats"] == 45).all()
    assert players["hits"].is_monotonic_decreasing and players["hits"].sum() == 215
    assert players["player"].is_unique


def test_the_results_of_the_paper():
    """Efron and Morris work on the scale sqrt(n) arcsin(2 y - 1): 17.56 against 5.01."""
    players = load_baseball()

    def transformed(average):
        return np.sqrt(45) * np.arcsin(2 * average - 1)

    x = transformed(players["hits"] / 45)
    truth = transformed(players["remainder_average"])
    kept = 1 - 15 / ((x - x.mean()) ** 2).sum()
    estimate = x.mean() + kept * (x - x.mean())
    assert ((x - truth) ** 2).sum() == pytest.approx(17.56, abs=0.02)
    assert ((estimate - truth) ** 2).sum() == pytest.approx(5.01, abs=0.02)


def test_averages_are_shrunken_to_a_fifth_of_their_distance():
    players = load_baseball()
    average = (players["hits"] / 45).to_numpy()
    distance = shrinkage_example.shrunken(average, 45) - average.mean()
    assert average.mean() == pytest.approx(0.265, abs=0.0005)
    assert distance / (average - average.mean()) == pytest.approx(0.212, abs=0.001)
