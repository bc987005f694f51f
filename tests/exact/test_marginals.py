"""Distributions of single quantities: their functions agree with each other."""

import numpy as np
import pytest
from exact_cases import Q
from scipy import integrate

from course import exact
from course.exact import hierarchical_priors


def marginals(post):
    return [post[name] for name in post.parameters] + [
        post.mu_j("Mia X"),
        post.b_j("Camilo"),
        post.predict("Alok"),
        post.predict_new(),
    ]


def test_quantile_inverts_cdf_and_pdf_is_its_slope(posteriors):
    for marginal in marginals(posteriors["source"]):
        x = marginal.quantile(Q)
        np.testing.assert_allclose(marginal.cdf(x), Q, atol=1e-10)
        step = 1e-5 * marginal.sd
        slope = (marginal.cdf(x + step) - marginal.cdf(x - step)) / (2 * step)
        np.testing.assert_allclose(marginal.pdf(x), slope, rtol=1e-5)


def test_moments_match_the_density(posteriors):
    for marginal in marginals(posteriors["source"]):
        x = np.linspace(*marginal.quantile([1e-9, 1 - 1e-9]), 4001)
        density = marginal.pdf(x)
        mean = integrate.simpson(x * density, x=x)
        assert mean == pytest.approx(marginal.mean, rel=1e-6, abs=1e-6)
        variance = integrate.simpson((x - mean) ** 2 * density, x=x)
        assert np.sqrt(variance) == pytest.approx(marginal.sd, rel=1e-5)


def test_mad_sd_is_that_of_a_large_sample(posteriors):
    for marginal in marginals(posteriors["source"]):
        sample = marginal.quantile((np.arange(2000) + 0.5) / 2000)
        mad = 1.4826 * np.median(np.abs(sample - np.median(sample)))
        assert marginal.mad_sd == pytest.approx(mad, rel=1e-3)


def test_hdi_is_shortest_and_holds_its_share(posteriors):
    sigma_mu2 = posteriors["source"]["sigma_mu2"]
    lower, upper = sigma_mu2.hdi(0.8)
    equal = sigma_mu2.interval(0.8)
    assert sigma_mu2.cdf(upper) - sigma_mu2.cdf(lower) == pytest.approx(0.8, abs=1e-9)
    assert sigma_mu2.pdf(lower) == pytest.approx(sigma_mu2.pdf(upper), rel=1e-6)
    assert upper - lower < equal[1] - equal[0] - 1


def test_hdi_of_a_falling_density_starts_at_zero():
    y = np.random.default_rng(5).normal(50, 20, 20)
    post = exact.hierarchical(y, list("abcd") * 5, hierarchical_priors(y, "bambi"))
    lower, upper = post["sigma_mu2"].hdi(0.8)
    assert lower == 0
    assert upper == pytest.approx(post["sigma_mu2"].quantile(0.8))


def test_functions_keep_the_shape_of_their_argument(posteriors):
    for marginal in marginals(posteriors["source"]):
        for function in (marginal.cdf, marginal.pdf, marginal.quantile):
            assert np.ndim(function(0.4)) == 0
            assert function(np.full((2, 3), 0.4)).shape == (2, 3)
            assert function([]).shape == (0,)
        x, density = marginal.grid(50)
        assert x.shape == density.shape == (50,)


def test_ends_of_the_support(posteriors):
    post = posteriors["source"]
    assert list(post["mu"].quantile([0, 1])) == [-np.inf, np.inf]
    assert list(post["sigma_mu"].quantile([0, 1])) == [0, np.inf]
    assert list(post["variance_share"].quantile([0, 1])) == [0, 1]
    assert list(post["variance_share"].cdf([-1, 2])) == pytest.approx([0, 1])
    assert list(post["sigma_y"].cdf([-1, 1e9])) == pytest.approx([0, 1])
    assert list(post["sigma_y"].pdf([-1, 1e9])) == [0, 0]
    with pytest.raises(ValueError, match="between 0 and 1"):
        post["mu"].quantile(1.2)
    for prob in (0, 1, 80):
        with pytest.raises(ValueError, match="between 0 and 1"):
            post["mu"].interval(prob)
