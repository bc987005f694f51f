"""What all posteriors share: access by name and by label, and summaries."""

import numpy as np
import pandas as pd
import pytest
from exact_cases import FITS, SMALL_GROUP, SMALL_Y


def test_summary_agrees_with_single_marginals(posteriors):
    post = posteriors["chapter"]
    for which in ("mu_j", "b_j", "predict"):
        table = post.summary(which, prob=0.5)
        assert list(table.columns) == ["mean", "sd", "median", "mad_sd", "lower", "upper"]
        assert list(table.index) == list(post.labels)
        for label in ("Mia X", "Frank Ocean"):
            single = getattr(post, which)(label)
            expected = [single.mean, single.sd, single.median, single.mad_sd, *single.interval(0.5)]
            np.testing.assert_allclose(table.loc[label], expected, rtol=1e-9)
    assert list(post.summary(labels=["Camilo", "Alok"]).index) == ["Camilo", "Alok"]
    assert len(post.summary(labels=[])) == 0


def test_unused_categories_are_ignored_and_order_kept():
    group = pd.Categorical(SMALL_GROUP, categories=["c", "unused", "b", "a"], ordered=True)
    for fit in FITS.values():
        post = fit(SMALL_Y, group)
        assert list(post.labels) == ["c", "b", "a"]
        plain = fit(SMALL_Y, SMALL_GROUP)
        assert list(plain.labels) == ["a", "b", "c"]
        assert post.mu_j("c").mean == pytest.approx(plain.mu_j("c").mean)


def test_unknown_names_are_key_errors_that_help(posteriors, spotify):
    post = posteriors["source"]
    with pytest.raises(KeyError, match=r"'Frank Oceen'.*did you mean 'Frank Ocean'"):
        post.mu_j("Frank Oceen")
    for call in (post.b_j, post.predict):
        with pytest.raises(KeyError, match="Mohsen Beats"):
            call("Mohsen Beats")
    with pytest.raises(KeyError, match="Nobody"):
        post.summary(labels=["Alok", "Nobody"])
    with pytest.raises(KeyError, match="sigma_y, sigma_mu"):
        post["tau"]
    with pytest.raises(ValueError, match="mu_j, b_j, predict"):
        post.summary("sigma")
