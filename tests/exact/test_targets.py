"""Targets as text and back, and the exact distribution of each one."""

import pytest
from exact_cases import SMALL_GROUP, SMALL_PRIORS, SMALL_Y

from course import exact
from course.exact import Target


@pytest.mark.parametrize(
    "target, text",
    [
        (Target("mu"), "mu"),
        (Target("mu_j", "Camilo"), "mu_j: Camilo"),
        (Target("b_j", "Prefix: a band"), "b_j: Prefix: a band"),
        (Target("mu_j", ""), "mu_j: "),
        (Target("mu_j:x"), "mu_j:x"),
    ],
)
def test_targets_are_text_and_back(target, text):
    assert str(target) == text
    assert Target.parse(text) == target


def test_every_target_has_its_marginal():
    post = exact.hierarchical(SMALL_Y, SMALL_GROUP, SMALL_PRIORS["absolute"])
    assert post.marginal(Target("sigma_mu")) is post["sigma_mu"]
    assert post.marginal(Target("mu_j", "a")).mean == post.mu_j("a").mean
    assert post.marginal(Target("b_j", "b")).mean == post.b_j("b").mean
    assert post.marginal(Target("predict", "c")).sd == post.predict("c").sd
    assert post.marginal(Target("mu_new")).sd == post.mu_new().sd
    assert post.marginal(Target("predict_new")).sd == post.predict_new().sd
    pooled = exact.complete_pooled(SMALL_Y)
    assert pooled.marginal(Target("predict")).sd == pooled.predict().sd
    assert pooled.marginal(Target("mean_ppd")).sd == pooled.mean_ppd().sd
    unpooled = exact.no_pooled(SMALL_Y, SMALL_GROUP)
    assert unpooled.marginal(Target("mu_j", "a")).mean == unpooled.mu_j("a").mean
    line = exact.regression([10.0, 12, 15, 11, 19, 13], SMALL_Y)
    assert line.marginal(Target("predict", 14)).sd == line.predict(14).sd
    assert line.marginal(Target.parse("mean_at: 14")).mean == line.mean_at(14).mean


@pytest.mark.parametrize(
    "target, message",
    [
        (Target("tau"), r"no target 'tau'; there are mu, .*predict_new.*; with a label mu_j"),
        (Target("mu_j"), r"no target 'mu_j'"),
        (Target("mu", "a"), r"no target 'mu: a'"),
        (Target("predict_new", "a"), r"no target 'predict_new: a'"),
        (Target("mu_j", "z"), r"no group 'z'"),
        (Target("draws"), r"no target 'draws'"),
    ],
)
def test_targets_that_a_model_does_not_have(target, message):
    post = exact.hierarchical(SMALL_Y, SMALL_GROUP, SMALL_PRIORS["absolute"])
    with pytest.raises(KeyError, match=message):
        post.marginal(target)


def test_a_model_without_groups_takes_no_label():
    with pytest.raises(KeyError, match="there are mu, sigma, predict, mean_ppd"):
        exact.complete_pooled(SMALL_Y).marginal(Target("predict", "a"))
