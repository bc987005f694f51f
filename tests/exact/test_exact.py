"""The quadrature oracle against code it shares nothing with, and against its own properties."""

import time

import numpy as np
import pandas as pd
import pytest
from scipy import integrate, special, stats

from course import exact
from course.exact import grid as implementation
from course.exact.priors import (
    Exponential,
    HalfNormal,
    HalfStudentT,
    HierarchicalPriors,
    Normal,
    hierarchical_priors,
    no_pooled_priors,
    pooled_priors,
    regression_priors,
)

PRIOR_SETS = ("source", "chapter", "bambi", "literal")
Q = np.linspace(0.01, 0.99, 99)

# A data set so small that brute force is possible, with groups of different sizes.
SMALL_Y = np.array([1.0, 2.5, 4.0, 7.0, 8.5, 3.0])
SMALL_GROUP = np.array(list("aaabbc"))
SMALL_PRIORS = {
    "absolute": HierarchicalPriors(Normal(3, 4), Exponential(0.5), HalfNormal(3)),
    "relative": HierarchicalPriors(Normal(3, 4), HalfStudentT(4, 2), Exponential(1), True),
}


@pytest.fixture(scope="module")
def spotify():
    from course.data import load_spotify

    return load_spotify()


@pytest.fixture(scope="module")
def running():
    from course.data import load_running

    return load_running().dropna(subset=["net", "age"])


@pytest.fixture(scope="module")
def posteriors(spotify):
    y, artist = spotify["popularity"], spotify["artist"]
    return {
        name: exact.hierarchical(y, artist, hierarchical_priors(y, name)) for name in PRIOR_SETS
    }


# --------------------------------------------------------------------------------- the priors


@pytest.mark.parametrize(
    "prior, reference",
    [
        (Normal(3, 2), stats.norm(3, 2)),
        (Exponential(0.25), stats.expon(scale=4)),
        (HalfNormal(1.5), stats.halfnorm(scale=1.5)),
    ],
)
def test_log_densities_match_scipy(prior, reference):
    x = np.array([-1.0, 0.0, 0.3, 2.0, 9.0])
    np.testing.assert_allclose(prior.logpdf(x), reference.logpdf(x), rtol=1e-12)


def test_half_student_t_is_twice_the_positive_half():
    x = np.array([0.0, 0.3, 2.0, 900.0])
    expected = np.log(2) + stats.t(4, scale=2.5).logpdf(x)
    np.testing.assert_allclose(HalfStudentT(4, 2.5).logpdf(x), expected, rtol=1e-12)
    assert HalfStudentT(4, 2.5).logpdf(-1.0) == -np.inf


def test_relative_prior_is_a_density_of_sigma_mu():
    priors = HierarchicalPriors(Normal(0, 1), Exponential(2), HalfNormal(0.7), relative=True)
    for sigma_y in (0.2, 3.0):
        area = integrate.quad(lambda t: np.exp(priors.logpdf(sigma_y, t)), 0, 50, points=[1])[0]
        assert area == pytest.approx(2 * np.exp(-2 * sigma_y), rel=1e-6)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Normal(0, 0),
        lambda: Normal(np.nan, 1),
        lambda: Exponential(-1),
        lambda: Exponential(np.inf),
        lambda: HalfNormal(0),
        lambda: HalfStudentT(0, 1),
        lambda: HalfStudentT(4, -2),
    ],
)
def test_priors_refuse_bad_parameters(make):
    with pytest.raises(ValueError, match="must be a"):
        make()


def test_hierarchical_priors_refuse_the_wrong_kind():
    with pytest.raises(TypeError, match="mu needs a Normal"):
        HierarchicalPriors(Exponential(1), Exponential(1), Exponential(1))
    with pytest.raises(TypeError, match="sigma_mu needs"):
        HierarchicalPriors(Normal(0, 1), Exponential(1), Normal(0, 1))


def test_named_priors_have_the_documented_scales():
    y = np.array([1.0, 2.0, 4.0, 9.0])
    sd, sd0 = y.std(ddof=1), y.std()
    assert hierarchical_priors(y, "source") == HierarchicalPriors(
        Normal(50, 2.5 * sd), Exponential(1 / sd), Exponential(1), relative=True
    )
    assert hierarchical_priors(y, "chapter") == HierarchicalPriors(
        Normal(50, 2.5 * sd), Exponential(1 / sd), Exponential(1 / sd)
    )
    assert hierarchical_priors(y, "literal") == HierarchicalPriors(
        Normal(50, 2.5 * sd), Exponential(1 / sd), Exponential(1)
    )
    assert hierarchical_priors(y, "bambi") == HierarchicalPriors(
        Normal(4, 2.5 * sd0), HalfStudentT(4, sd0), HalfNormal(2.5 * sd0)
    )
    with pytest.raises(ValueError, match="source, chapter, bambi, literal"):
        hierarchical_priors(y, "default")


def test_default_priors_of_the_other_models():
    y, group = np.array([1.0, 2.0, 4.0, 9.0]), ["b", "a", "b", "b"]
    sd = y.std(ddof=1)
    assert pooled_priors(y) == {"mu": Normal(4.0, 2.5 * sd), "sigma": Exponential(1 / sd)}
    priors = no_pooled_priors(y, group)
    assert list(priors["mu"]) == ["a", "b"]
    for label in "ab":
        indicator = np.array([g == label for g in group], dtype=float)
        assert priors["mu"][label].mu == 0
        assert priors["mu"][label].sigma == pytest.approx(2.5 * sd / indicator.std(ddof=1))
    x = np.array([1.0, 2.0, 3.0, 7.0])
    assert regression_priors(x, y)["slope"].sigma == pytest.approx(2.5 * sd / x.std(ddof=1))
    assert regression_priors(x, y)["intercept"] == Normal(0.0, 2.5 * sd)


# ------------------------------------------------- independent computation: scipy.integrate


def brute_force(priors, at):
    """Posterior means and cdfs on the small data, by adaptive integration over both sds.

    Works with the N x N covariance matrix of y (Gaussian conditioning), not with group means.
    Returns E[sigma_y], E[sigma_mu], E[share], P(sigma_y < at), P(sigma_mu < at),
    P(share < 0.5), then mean and P(. < at) of mu, mu_a, mu_c, b_a, a new y of a, mu_new, y_new.
    """
    z = (SMALL_GROUP[:, None] == np.array(list("abc"))).astype(float)
    n, m0, s0 = len(SMALL_Y), priors.mu.mu, priors.mu.sigma

    def integrand(s, t):
        covariance = s**2 * np.eye(n) + t**2 * z @ z.T + s0**2
        residual = SMALL_Y - m0
        log_density = -0.5 * (
            np.linalg.slogdet(covariance)[1] + residual @ np.linalg.solve(covariance, residual)
        )
        log_density += priors.sigma_y.logpdf(s)
        log_density += (
            priors.sigma_mu.logpdf(t / s) - np.log(s)
            if priors.relative
            else priors.sigma_mu.logpdf(t)
        )
        # prior covariance with y, and prior variance, of the seven quantities
        shared = np.full(n, s0**2)
        a, c = t**2 * z[:, 0], t**2 * z[:, 2]
        cross = np.array([shared, shared + a, shared + c, a, shared + a, shared, shared])
        prior_mean = np.array([m0, m0, m0, 0, m0, m0, m0])
        variance = np.array(
            [
                s0**2,
                s0**2 + t**2,
                s0**2 + t**2,
                t**2,
                s0**2 + t**2 + s**2,
                s0**2 + t**2,
                s0**2 + t**2 + s**2,
            ]
        )
        solved = np.linalg.solve(covariance, cross.T)
        mean = prior_mean + solved.T @ residual
        sd = np.sqrt(variance - np.sum(cross.T * solved, axis=0))
        share = t**2 / (s**2 + t**2)
        values = [1, s, t, share, s < at, t < at, share < 0.5]
        return np.exp(log_density) * np.concatenate([values, mean, special.ndtr((at - mean) / sd)])

    def inner(s):
        # cut where an indicator jumps, so that each piece is smooth
        edges = sorted({0, at, s, 40})
        return sum(
            integrate.quad_vec(lambda t: integrand(s, t), low, high, epsrel=1e-4, epsabs=1e-12)[0]
            for low, high in zip(edges, edges[1:])
        )

    edges = [0.02, at, 12, 60]
    total = sum(
        integrate.quad_vec(inner, low, high, epsrel=1e-4, epsabs=1e-11)[0]
        for low, high in zip(edges, edges[1:])
    )
    return total[1:] / total[0]


@pytest.mark.parametrize("kind", SMALL_PRIORS)
def test_hierarchical_agrees_with_adaptive_integration(kind):
    at = 2.0
    post = exact.hierarchical(SMALL_Y, SMALL_GROUP, SMALL_PRIORS[kind])
    names = ("sigma_y", "sigma_mu", "variance_share")
    normals = [
        post["mu"],
        post.mu_j("a"),
        post.mu_j("c"),
        post.b_j("a"),
        post.predict("a"),
        post.mu_new(),
        post.predict_new(),
    ]
    ours = np.array(
        [post[name].mean for name in names]
        + [post["sigma_y"].cdf(at), post["sigma_mu"].cdf(at), post["variance_share"].cdf(0.5)]
        + [m.mean for m in normals]
        + [m.cdf(at) for m in normals]
    )
    np.testing.assert_allclose(ours, brute_force(SMALL_PRIORS[kind], at), rtol=2e-4, atol=2e-5)


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
        for a, b in zip(pieces, pieces[1:])
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


# --------------------------------------------------------- independent computation: simulation


def test_hierarchical_agrees_with_weighted_draws_from_the_prior():
    """Simulate the model forwards, weight each draw by its likelihood: no formula is shared."""
    rng, size = np.random.default_rng(20), 1_500_000
    sigma_y = rng.exponential(2.0, size)
    sigma_mu = np.abs(rng.normal(0, 3, size))
    mu = rng.normal(3, 4, size)
    mu_j = {j: mu + sigma_mu * rng.standard_normal(size) for j in "abc"}
    log_weight = sum(
        stats.norm.logpdf(value, mu_j[j], sigma_y) for j, value in zip(SMALL_GROUP, SMALL_Y)
    )
    weight = np.exp(log_weight - log_weight.max())
    weight /= weight.sum()
    mu_new = mu + sigma_mu * rng.standard_normal(size)

    post = exact.hierarchical(SMALL_Y, SMALL_GROUP, SMALL_PRIORS["absolute"])
    checks = [
        (mu, post["mu"]),
        (sigma_y, post["sigma_y"]),
        (sigma_mu, post["sigma_mu"]),
        (sigma_mu**2, post["sigma_mu2"]),
        (mu_j["a"], post.mu_j("a")),
        (mu_j["c"], post.mu_j("c")),
        (mu_j["b"] - mu, post.b_j("b")),
        (mu_j["b"] + sigma_y * rng.standard_normal(size), post.predict("b")),
        (mu_new, post.mu_new()),
        (mu_new + sigma_y * rng.standard_normal(size), post.predict_new()),
        (sigma_mu**2 / (sigma_mu**2 + sigma_y**2), post["variance_share"]),
    ]
    for draws, marginal in checks:
        indicators = [draws <= marginal.quantile(q) for q in (0.1, 0.5, 0.9)]
        for values, expected in [(draws, marginal.mean), *zip(indicators, (0.1, 0.5, 0.9))]:
            estimate = weight @ values
            error = np.sqrt(np.sum((weight * (values - estimate)) ** 2))
            assert abs(estimate - expected) < 4.5 * error
            assert error < 0.02 * max(1, marginal.sd)  # the test has the power to fail


@pytest.mark.slow
def test_hierarchical_agrees_with_mcmc(spotify, posteriors):
    az, bmb = pytest.importorskip("arviz"), pytest.importorskip("bambi")
    pytest.importorskip("nutpie")
    sd = spotify["popularity"].std()
    model = bmb.Model(
        "popularity ~ (1|artist)",
        spotify,
        noncentered=False,
        priors={
            "Intercept": bmb.Prior("Normal", mu=50, sigma=2.5 * sd),
            "sigma": bmb.Prior("Exponential", lam=1 / sd),
            "1|artist": bmb.Prior("Normal", mu=0, sigma=bmb.Prior("Exponential", lam=1 / sd)),
        },
    )
    fit = model.fit(
        draws=5000,
        tune=1000,
        chains=4,
        cores=2,
        random_seed=7,
        progressbar=False,
        inference_method="nutpie",
        nuts={"adaptation": "low_rank"},
    ).posterior
    post = posteriors["chapter"]
    mu_j = fit["Intercept"] + fit["1|artist"]
    pairs = [
        (fit["Intercept"], post["mu"]),
        (fit["sigma"], post["sigma_y"]),
        (fit["1|artist_sigma"], post["sigma_mu"]),
    ]
    for artist in ("Mia X", "Frank Ocean", "Lil Skies"):
        pairs += [
            (mu_j.sel(artist__factor_dim=artist), post.mu_j(artist)),
            (fit["1|artist"].sel(artist__factor_dim=artist), post.b_j(artist)),
        ]
    for draws, marginal in pairs:
        draws = draws.to_numpy()
        mcse = float(az.mcse(draws, method="mean"))
        assert abs(draws.mean() - marginal.mean) < 4 * mcse
        for q in (0.1, 0.5, 0.9):
            mcse = float(az.mcse(draws, method="quantile", prob=q))
            assert abs(np.quantile(draws, q) - marginal.quantile(q)) < 4 * mcse


# ----------------------------------------------------------------------------- known numbers


@pytest.mark.parametrize(
    "name, median", [("source", 14.89), ("chapter", 14.97), ("literal", 12.56)]
)
def test_known_median_of_sigma_mu(posteriors, name, median):
    assert posteriors[name]["sigma_mu"].median == pytest.approx(median, abs=0.005)


def test_known_variance_share(posteriors):
    assert posteriors["source"]["variance_share"].mean == pytest.approx(0.531, abs=0.0005)


def test_running_data_pooled(running):
    post = exact.regression(running["age"], running["net"])
    # the sources print 75.2 and 24.6, 0.268 and 0.446, each with Monte Carlo error
    assert post["intercept"].median == pytest.approx(75.2, abs=1)
    assert post["intercept"].mad_sd == pytest.approx(24.6, abs=1)
    assert post["slope"].median == pytest.approx(0.268, abs=0.02)


# ------------------------------------------------------------------- accuracy and speed


@pytest.mark.parametrize("name", PRIOR_SETS)
def test_quantiles_are_accurate(posteriors, name):
    assert posteriors[name].accuracy() < 1e-6


def test_accuracy_of_the_other_models(spotify, running):
    y, artist = spotify["popularity"], spotify["artist"]
    for post in (
        exact.complete_pooled(y),
        exact.no_pooled(y, artist),
        exact.regression(running["age"], running["net"]),
    ):
        assert post.accuracy() < 1e-6


def test_accuracy_notices_a_coarse_grid(spotify, monkeypatch):
    monkeypatch.setattr(implementation, "NODES", (8, 10))
    y = spotify["popularity"]
    post = exact.hierarchical(y, spotify["artist"], hierarchical_priors(y, "source"))
    assert post.accuracy() > 1e-4


def test_all_artists_in_under_a_second(spotify):
    y, artist = spotify["popularity"], spotify["artist"]
    start = time.perf_counter()
    post = exact.hierarchical(y, artist, hierarchical_priors(y, "source"))
    for which in ("mu_j", "b_j", "predict"):
        assert post.summary(which).shape == (44, 6)
    for name in post.parameters:
        post[name].quantile(Q)
    assert time.perf_counter() - start < 1


def test_a_hundred_thousand_groups():
    rng, groups = np.random.default_rng(3), 100_000
    mean = rng.normal(50, 15, groups) + rng.normal(0, 14 / np.sqrt(8), groups)
    within_ss = 14**2 * rng.chisquare(7 * groups)
    priors = HierarchicalPriors(Normal(50, 50), Exponential(1 / 20), Exponential(1 / 20))
    start = time.perf_counter()
    post = exact.hierarchical_from_summary(
        np.full(groups, 8), mean, within_ss, np.arange(groups), priors
    )
    table = post.summary(labels=range(100))
    assert time.perf_counter() - start < 20
    # so much data that the posterior is at the values simulated from
    for name, truth in {"mu": 50, "sigma_y": 14, "sigma_mu": 15}.items():
        assert abs(post[name].mean - truth) < 4.5 * post[name].sd
        assert post[name].sd < 0.1
    shrunk = 15**2 / (15**2 + 14**2 / 8) * (mean[:100] - 50) + 50
    np.testing.assert_allclose(table["mean"], shrunk, atol=0.5)


# --------------------------------------------------------------------- properties: marginals


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


# ------------------------------------------------------------------- properties: posteriors


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


def test_mean_of_mu_j_is_that_of_mu_plus_b_j(posteriors):
    post = posteriors["source"]
    difference = post.summary("mu_j")["mean"] - post.summary("b_j")["mean"]
    np.testing.assert_allclose(difference, post["mu"].mean, rtol=1e-12)


def test_prediction_adds_the_variance_of_one_observation(posteriors):
    post = posteriors["source"]
    noise = post["sigma_y2"].mean
    for new, mean in [
        (post.predict("Alok"), post.mu_j("Alok")),
        (post.predict_new(), post.mu_new()),
    ]:
        assert new.mean == pytest.approx(mean.mean)
        assert new.sd**2 == pytest.approx(mean.sd**2 + noise)
    assert post.mu_new().sd ** 2 == pytest.approx(post["mu"].sd ** 2 + post["sigma_mu2"].mean)


def test_variances_are_squares_of_sds(posteriors):
    post = posteriors["bambi"]
    for name in ("sigma_y", "sigma_mu"):
        np.testing.assert_allclose(post[name + "2"].quantile(Q), post[name].quantile(Q) ** 2)
        assert post[name + "2"].mean == pytest.approx(post[name].mean ** 2 + post[name].sd ** 2)


def test_summary_statistics_equal_raw_data(spotify, posteriors):
    grouped = spotify.groupby("artist", observed=True)["popularity"]
    within_ss = float(((spotify["popularity"] - grouped.transform("mean")) ** 2).sum())
    priors = hierarchical_priors(spotify["popularity"], "source")
    post = exact.hierarchical_from_summary(
        grouped.size(), grouped.mean(), within_ss, grouped.mean().index, priors
    )
    for name in post.parameters:
        np.testing.assert_allclose(
            post[name].quantile(Q), posteriors["source"][name].quantile(Q), rtol=1e-9
        )
    np.testing.assert_allclose(post.summary("b_j"), posteriors["source"].summary("b_j"), rtol=1e-8)


def test_order_of_rows_and_units_of_y_do_not_matter(spotify, posteriors):
    shuffled = spotify.sample(frac=1, random_state=1)
    y = shuffled["popularity"] / 1000 + 400
    priors = posteriors["chapter"].priors
    scaled = HierarchicalPriors(
        Normal(50 / 1000 + 400, priors.mu.sigma / 1000),
        Exponential(priors.sigma_y.lam * 1000),
        Exponential(priors.sigma_mu.lam * 1000),
    )
    post = exact.hierarchical(y, shuffled["artist"], scaled)
    expected = posteriors["chapter"]
    for name in ("sigma_y", "sigma_mu"):
        np.testing.assert_allclose(
            post[name].quantile(Q) * 1000, expected[name].quantile(Q), rtol=1e-7
        )
    np.testing.assert_allclose(
        (post.mu_j("Alok").quantile(Q) - 400) * 1000, expected.mu_j("Alok").quantile(Q), rtol=1e-6
    )


def test_relative_and_absolute_priors_agree_when_sigma_y_is_known():
    """With within-group data so plentiful that sigma_y is 2, a ratio prior is an absolute one."""

    def fit(priors):
        return exact.hierarchical_from_summary(
            [200_000] * 4, [1.0, 4.0, 6.0, 7.0], 4.0 * 800_000, list("abcd"), priors
        )

    relative = fit(HierarchicalPriors(Normal(0, 10), Exponential(1), Exponential(1), True))
    absolute = fit(HierarchicalPriors(Normal(0, 10), Exponential(1), Exponential(1 / 2)))
    wrong = fit(HierarchicalPriors(Normal(0, 10), Exponential(1), Exponential(1)))
    q = relative["sigma_mu"].quantile(Q)
    np.testing.assert_allclose(q, absolute["sigma_mu"].quantile(Q), rtol=1e-4)
    assert np.max(np.abs(q - wrong["sigma_mu"].quantile(Q))) > 0.1


def test_sigma_mu_near_zero_is_complete_pooling(spotify):
    y, artist = spotify["popularity"], spotify["artist"]
    priors = hierarchical_priors(y, "chapter")
    tight = HierarchicalPriors(priors.mu, priors.sigma_y, HalfNormal(1e-4))
    post = exact.hierarchical(y, artist, tight)
    pooled = exact.complete_pooled(y, mu=priors.mu, sigma=priors.sigma_y)
    np.testing.assert_allclose(post["mu"].quantile(Q), pooled["mu"].quantile(Q), rtol=1e-6)
    np.testing.assert_allclose(post["sigma_y"].quantile(Q), pooled["sigma"].quantile(Q), rtol=1e-6)
    np.testing.assert_allclose(post.mu_j("Mia X").quantile(Q), pooled["mu"].quantile(Q), rtol=1e-5)


def test_groups_far_apart_are_not_pooled():
    rng = np.random.default_rng(4)
    group = np.repeat(list("abcd"), 6)
    y = np.repeat([0.0, 1e5, 4e5, 9e5], 6) + rng.normal(0, 1, 24)
    priors = HierarchicalPriors(Normal(0, 1e6), Exponential(1), HalfNormal(1e6))
    post = exact.hierarchical(y, group, priors)
    separate = exact.no_pooled(y, group, mu=Normal(0, 1e9), sigma=Exponential(1))
    for label in "abcd":
        np.testing.assert_allclose(
            post.mu_j(label).quantile(Q), separate.mu_j(label).quantile(Q), atol=1e-4
        )


def test_shrinkage_is_towards_mu_and_stronger_for_small_groups(posteriors, spotify):
    post = posteriors["source"]
    shrunk = post.summary()["mean"].to_numpy()
    mu = post["mu"].mean
    share_left = (shrunk - mu) / (post.mean - mu)
    far = np.abs(post.mean - mu) > 5
    assert np.all((share_left[far] > 0) & (share_left[far] < 1))
    small, large = post.count[far] <= 3, post.count[far] >= 20
    assert share_left[far][small].max() < share_left[far][large].min()


def test_mean_ppd_is_between_a_song_and_the_mean(spotify):
    post = exact.complete_pooled(spotify["popularity"])
    variance, noise = post["mu"].sd ** 2, post["sigma"].mean ** 2 + post["sigma"].sd ** 2
    assert post.mean_ppd().sd ** 2 == pytest.approx(variance + noise / 350)
    assert post.mean_ppd(10).sd ** 2 == pytest.approx(variance + noise / 10)
    assert post.predict().sd ** 2 == pytest.approx(variance + noise)
    with pytest.raises(ValueError, match="at least 1"):
        post.mean_ppd(0)


# ------------------------------------------------------------------------------- edge cases


def test_one_song_per_artist_is_symmetric_in_the_two_sds():
    """Only sigma_y² + sigma_mu² is identified, and the same prior makes the two exchangeable."""
    y = np.random.default_rng(6).normal(50, 20, 30)
    post = exact.hierarchical(y, np.arange(30), hierarchical_priors(y, "chapter"))
    np.testing.assert_allclose(post["sigma_y"].quantile(Q), post["sigma_mu"].quantile(Q), rtol=1e-6)
    np.testing.assert_allclose(
        post["variance_share"].quantile(Q), 1 - post["variance_share"].quantile(1 - Q), atol=1e-7
    )
    assert 0.01 < post["sigma_mu"].cdf(1.0) < 0.1  # mass near zero, not lost


def test_one_artist():
    """With one group, mu_1 has prior N(m, s² + sigma_mu²): integrate that over sigma_mu."""
    y = np.array([3.0, 5.0, 4.5, 7.0])
    priors = HierarchicalPriors(Normal(1, 2), Exponential(1), HalfNormal(3))
    post = exact.hierarchical(y, ["only"] * 4, priors)

    def integrand(sigma_mu):
        pooled = exact.complete_pooled(y, mu=Normal(1, np.hypot(2, sigma_mu)), sigma=Exponential(1))
        nodes, weights = np.polynomial.legendre.leggauss(80)
        sigma = 10 * (nodes + 1) + 1e-9
        evidence = (
            10
            * weights
            @ [
                np.exp(
                    stats.multivariate_normal(
                        np.full(4, 1.0), s * s * np.eye(4) + 4 + sigma_mu**2
                    ).logpdf(y)
                    - s
                )
                for s in sigma
            ]
        )
        density = evidence * np.exp(priors.sigma_mu.logpdf(sigma_mu))
        return density * np.array([1, pooled["mu"].mean, sigma_mu])

    total = integrate.quad_vec(integrand, 0, 25, epsrel=1e-5, epsabs=1e-10)[0]
    assert post.mu_j("only").mean == pytest.approx(total[1] / total[0], rel=1e-4)
    assert post["sigma_mu"].mean == pytest.approx(total[2] / total[0], rel=1e-4)


def test_one_observation_is_enough_with_explicit_priors():
    priors = HierarchicalPriors(Normal(50, 20), Exponential(0.1), HalfNormal(10))
    post = exact.hierarchical([3.0], ["a"], priors)
    assert 3 < post.mu_j("a").mean < post["mu"].mean < 50
    assert exact.complete_pooled([3.0], Normal(50, 20), Exponential(0.1))["mu"].mean < 50


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


FITS = {
    "hierarchical": lambda y, g: exact.hierarchical(y, g, SMALL_PRIORS["absolute"]),
    "no_pooled": lambda y, g: exact.no_pooled(y, g),
}


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
    with pytest.raises(KeyError, match="'Frank Oceen'.*did you mean 'Frank Ocean'"):
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
