"""The numerical error that the grid leaves, and its size."""

import numpy as np
import pytest
from exact_cases import PRIOR_SETS, Q

from course import exact
from course.exact import Exponential, HierarchicalPriors, Normal, grid, hierarchical_priors


@pytest.mark.parametrize("name", PRIOR_SETS)
def test_quantiles_are_accurate(posteriors, name):
    assert posteriors[name].accuracy() < 1e-6


def test_accuracy_of_the_other_models(spotify, races):
    y, artist = spotify["popularity"], spotify["artist"]
    for post in (
        exact.complete_pooled(y),
        exact.no_pooled(y, artist),
        exact.regression(races["age"], races["net"]),
    ):
        assert post.accuracy() < 1e-6


def test_accuracy_notices_a_coarse_grid(spotify, monkeypatch):
    monkeypatch.setattr(grid, "NODES", (8, 10))
    y = spotify["popularity"]
    post = exact.hierarchical(y, spotify["artist"], hierarchical_priors(y, "source"))
    assert post.accuracy() > 1e-4


def test_the_grid_of_the_songs_is_small(posteriors):
    """What the time of everything is proportional to."""
    for post in posteriors.values():
        assert post["mu"].weights.size < 3_000


def test_a_hundred_thousand_groups():
    rng, groups = np.random.default_rng(3), 100_000
    mean = rng.normal(50, 15, groups) + rng.normal(0, 14 / np.sqrt(8), groups)
    within_ss = 14**2 * rng.chisquare(7 * groups)
    priors = HierarchicalPriors(Normal(50, 50), Exponential(1 / 20), Exponential(1 / 20))
    post = exact.hierarchical_from_summary(
        np.full(groups, 8), mean, within_ss, np.arange(groups), priors
    )
    table = post.summary(labels=range(100))
    # so much data that the posterior is at the values simulated from
    for name, truth in {"mu": 50, "sigma_y": 14, "sigma_mu": 15}.items():
        assert abs(post[name].mean - truth) < 4.5 * post[name].sd
        assert post[name].sd < 0.1
    shrunk = 15**2 / (15**2 + 14**2 / 8) * (mean[:100] - 50) + 50
    np.testing.assert_allclose(table["mean"], shrunk, atol=0.5)


def test_one_song_per_artist_is_symmetric_in_the_two_sds():
    """Only sigma_y² + sigma_mu² is identified, and the same prior makes the two exchangeable."""
    y = np.random.default_rng(6).normal(50, 20, 30)
    post = exact.hierarchical(y, np.arange(30), hierarchical_priors(y, "chapter"))
    np.testing.assert_allclose(post["sigma_y"].quantile(Q), post["sigma_mu"].quantile(Q), rtol=1e-6)
    np.testing.assert_allclose(
        post["variance_share"].quantile(Q), 1 - post["variance_share"].quantile(1 - Q), atol=1e-7
    )
    assert 0.01 < post["sigma_mu"].cdf(1.0) < 0.1  # mass near zero, not lost
