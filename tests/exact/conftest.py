"""Exact posteriors of the data, which the tests of this folder share."""

import pytest
from exact_cases import PRIOR_SETS

from course import exact


@pytest.fixture(scope="session")
def races(running):
    """The complete rows."""
    return running.dropna(subset=["net", "age"])


@pytest.fixture(scope="session")
def posteriors(spotify):
    """The hierarchical posterior under each named set of priors."""
    y, artist = spotify["popularity"], spotify["artist"]
    return {
        name: exact.hierarchical(y, artist, exact.hierarchical_priors(y, name))
        for name in PRIOR_SETS
    }
