"""What the models and the sets of priors refuse, and in which words."""

import numpy as np
import pytest
from exact_cases import FITS, SMALL_GROUP, SMALL_PRIORS, SMALL_Y

from course import exact
from course.exact import Exponential, Normal, hierarchical_priors


@pytest.mark.parametrize(
    "make",
    [
        lambda y, g: hierarchical_priors(y, "source"),
        lambda y, g: hierarchical_priors(y, "bambi"),
        lambda y, g: exact.complete_pooled(y),
        lambda y, g: exact.no_pooled(y, g),
        lambda y, g: exact.regression(np.arange(4), y),
    ],
)
def test_constant_values_have_no_autoscaled_priors(make):
    with pytest.raises(ValueError, match="Give explicit priors"):
        make([0.1] * 4, list("aabb"))


def test_constant_values_are_refused_with_explicit_priors_too():
    sigma, priors = Exponential(1), SMALL_PRIORS["absolute"]
    for group in (list("aabb"), list("abcd"), list("aaaa")):
        with pytest.raises(ValueError, match="improper"):
            exact.hierarchical([0.1] * 4, group, priors)
    with pytest.raises(ValueError, match="within each group"):
        exact.hierarchical([0.1, 0.1, 0.1, 0.7], list("aaab"), priors)
    with pytest.raises(ValueError, match="improper"):
        exact.complete_pooled([0.1] * 3, Normal(0, 1), sigma)
    with pytest.raises(ValueError, match="improper"):
        exact.no_pooled([0.1, 0.1, 0.7, 0.7], list("aabb"), Normal(0, 1), sigma)
    with pytest.raises(ValueError, match="improper"):
        exact.regression([1, 2, 4], [0.1, 0.2, 0.4], Normal(0, 1), Normal(0, 1), sigma)


def test_other_undefined_autoscaled_priors():
    with pytest.raises(ValueError, match="two or more values"):
        hierarchical_priors([4.0])
    with pytest.raises(ValueError, match="With one group"):
        exact.no_pooled([1.0, 2.0], ["a", "a"])
    with pytest.raises(ValueError, match="All values of x"):
        exact.regression([1, 1, 1], [1.0, 2.0, 4.0])


@pytest.mark.parametrize("fit", FITS.values(), ids=FITS)
@pytest.mark.parametrize(
    "y, group, error, message",
    [
        ([1, np.nan, np.nan], ["a", None, "b"], ValueError, "2 in y, 1 in group.*dropna"),
        ([1, None, 3], ["a", "a", "b"], ValueError, "1 in y.*dropna"),
        ([], [], ValueError, "No rows"),
        ([1, 2], ["a", "a", "b"], ValueError, "y has 2, group has 3"),
        ([1, np.inf, 3], ["a", "a", "b"], ValueError, "1 infinite"),
        (["1", "2", "x"], ["a", "a", "b"], TypeError, "numbers"),
        ([[1, 2, 3]], ["a", "a", "b"], ValueError, "one-dimensional"),
        ([1, 2, 3], [["a", "a", "b"]], ValueError, "one-dimensional"),
    ],
)
def test_bad_data_is_refused(fit, y, group, error, message):
    with pytest.raises(error, match=message):
        fit(y, group)


@pytest.mark.parametrize(
    "x, y, message",
    [
        ([1, 2], [1.0, 2.0, 4.0], "x has 2, y has 3"),
        ([1, np.nan, 3], [1.0, 2.0, 4.0], "1 in x"),
        ([], [], "No rows"),
        ([1, 2, np.inf], [1.0, 2.0, 4.0], "x has 1 infinite"),
    ],
)
def test_bad_data_is_refused_by_regression(x, y, message):
    with pytest.raises(ValueError, match=message):
        exact.regression(x, y)


@pytest.mark.parametrize(
    "count, mean, within_ss, labels, message",
    [
        ([2, 0], [1, 2], 3, "ab", "at least 1"),
        ([2, 1.5], [1, 2], 3, "ab", "whole numbers"),
        ([2, 2], [1, 2], -1, "ab", "within_ss"),
        ([2, 2], [1, 2], np.nan, "ab", "within_ss"),
        ([1, 1], [1, 2], 3, "ab", "must be 0"),
        ([2, 2], [1, 2], 3, "aa", "unique"),
        ([2, 2], [1, 2], 3, "abc", "3 labels for 2"),
        ([2, 2], [1, np.nan], 3, "ab", "1 in mean"),
    ],
)
def test_bad_summaries_are_refused(count, mean, within_ss, labels, message):
    with pytest.raises(ValueError, match=message):
        exact.hierarchical_from_summary(
            count, mean, within_ss, list(labels), SMALL_PRIORS["absolute"]
        )


def test_priors_of_the_wrong_kind_are_refused():
    with pytest.raises(TypeError, match="HierarchicalPriors"):
        exact.hierarchical(SMALL_Y, SMALL_GROUP, "source")
    with pytest.raises(TypeError, match="Normal priors"):
        exact.complete_pooled(SMALL_Y, mu=Exponential(1))
    with pytest.raises(TypeError, match="sigma needs"):
        exact.complete_pooled(SMALL_Y, sigma=Normal(0, 1))
    with pytest.raises(KeyError, match="no prior for 'b', 'c'"):
        exact.no_pooled(SMALL_Y, SMALL_GROUP, mu={"a": Normal(0, 1)})
