"""The three models with one standard deviation, against code they share nothing with."""

import itertools

import numpy as np
import pytest
from exact_cases import SMALL_GROUP, SMALL_Y
from scipy import integrate, stats

from course import exact
from course.exact import Exponential


def one_sigma_reference(y, design, prior_mean, prior_sd, log_prior, contrasts, at):
    """Mean and cdf at `at` of rows of contrasts @ coefficients, by general Gaussian formulas."""
    prior_mean, prior = np.asarray(prior_mean, float), np.diag(np.square(prior_sd))

    def integrand(sigma):
        covariance = sigma**2 * np.eye(len(y)) + design @ prior @ design.T
        density = np.exp(
            stats.multivariate_normal(design @ prior_mean, covariance).logpdf(y)
            - stats.norm(0, 1).logpdf(0)
            + log_prior(sigma)
        )
        gain = prior @ design.T @ np.linalg.inv(covariance)
        mean = contrasts @ (prior_mean + gain @ (y - design @ prior_mean))
        variance = np.diag(contrasts @ (prior - gain @ design @ prior) @ contrasts.T)
        new = stats.norm.cdf(at, mean, np.sqrt(variance + sigma**2))
        return density * np.concatenate(
            [[1, sigma, sigma < at], mean, stats.norm.cdf(at, mean, np.sqrt(variance)), new]
        )

    pieces = [0.02, at, 10, 100]
    total = sum(
        integrate.quad_vec(integrand, a, b, epsrel=1e-9, epsabs=1e-20)[0]
        for a, b in itertools.pairwise(pieces)
    )
    return total[1:] / total[0]


def test_one_sigma_models_agree_with_adaptive_integration():
    y, at = SMALL_Y, 3.0
    sd = y.std(ddof=1)

    def check(sigma, means, new, reference):
        ours = (
            [sigma.mean, sigma.cdf(at)]
            + [m.mean for m in means]
            + [m.cdf(at) for m in means]
            + [m.cdf(at) for m in new]
        )
        np.testing.assert_allclose(ours, reference, rtol=1e-6)

    pooled = exact.complete_pooled(y)
    check(
        pooled["sigma"],
        [pooled["mu"]],
        [pooled.predict()],
        one_sigma_reference(
            y, np.ones((6, 1)), [y.mean()], [2.5 * sd], Exponential(1 / sd).logpdf, np.eye(1), at
        ),
    )

    z = (SMALL_GROUP[:, None] == np.array(list("abc"))).astype(float)
    unpooled = exact.no_pooled(y, SMALL_GROUP)
    check(
        unpooled["sigma"],
        [unpooled.mu_j(j) for j in "abc"],
        [unpooled.predict(j) for j in "abc"],
        one_sigma_reference(
            y,
            z,
            np.zeros(3),
            2.5 * sd / z.std(axis=0, ddof=1),
            Exponential(1 / sd).logpdf,
            np.eye(3),
            at,
        ),
    )

    x = np.array([10.0, 12, 15, 11, 19, 13])
    line = exact.regression(x, y)
    # rows: intercept at zero, slope, the line at 14
    contrasts = np.array([[1, -x.mean()], [0, 1], [1, 14 - x.mean()]])
    reference = one_sigma_reference(
        y,
        np.column_stack([np.ones(6), x - x.mean()]),
        [0, 0],
        [2.5 * sd, 2.5 * sd / x.std(ddof=1)],
        Exponential(1 / sd).logpdf,
        contrasts,
        at,
    )
    check(
        line["sigma"],
        [line["intercept"], line["slope"], line.mean_at(14)],
        [line.predict(14)],
        np.delete(reference, [8, 9]),
    )


def test_running_data_pooled(races):
    post = exact.regression(races["age"], races["net"])
    # the sources print 75.2 and 24.6, 0.268 and 0.446, each with Monte Carlo error
    assert post["intercept"].median == pytest.approx(75.2, abs=1)
    assert post["intercept"].mad_sd == pytest.approx(24.6, abs=1)
    assert post["slope"].median == pytest.approx(0.268, abs=0.02)


def test_mean_ppd_is_between_a_song_and_the_mean(spotify):
    post = exact.complete_pooled(spotify["popularity"])
    variance, noise = post["mu"].sd ** 2, post["sigma"].mean ** 2 + post["sigma"].sd ** 2
    assert post.mean_ppd().sd ** 2 == pytest.approx(variance + noise / 350)
    assert post.mean_ppd(10).sd ** 2 == pytest.approx(variance + noise / 10)
    assert post.predict().sd ** 2 == pytest.approx(variance + noise)
    with pytest.raises(ValueError, match="at least 1"):
        post.mean_ppd(0)
