"""The hierarchical model against code it shares nothing with, and against its own properties."""

import itertools

import numpy as np
import pytest
from exact_cases import SMALL_GROUP, SMALL_PRIORS, SMALL_Y, Q
from scipy import integrate, special, stats

from course import exact
from course.exact import Exponential, HalfNormal, HierarchicalPriors, Normal, hierarchical_priors


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
            for low, high in itertools.pairwise(edges)
        )

    edges = [0.02, at, 12, 60]
    total = sum(
        integrate.quad_vec(inner, low, high, epsrel=1e-4, epsabs=1e-11)[0]
        for low, high in itertools.pairwise(edges)
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


def test_hierarchical_agrees_with_weighted_draws_from_the_prior():
    """Simulate the model forwards, weight each draw by its likelihood: no formula is shared."""
    rng, size = np.random.default_rng(20), 1_500_000
    sigma_y = rng.exponential(2.0, size)
    sigma_mu = np.abs(rng.normal(0, 3, size))
    mu = rng.normal(3, 4, size)
    mu_j = {j: mu + sigma_mu * rng.standard_normal(size) for j in "abc"}
    log_weight = sum(
        stats.norm.logpdf(value, mu_j[j], sigma_y)
        for j, value in zip(SMALL_GROUP, SMALL_Y, strict=True)
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
        for values, expected in [
            (draws, marginal.mean),
            *zip(indicators, (0.1, 0.5, 0.9), strict=True),
        ]:
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


@pytest.mark.parametrize(
    "name, median", [("source", 14.89), ("chapter", 14.97), ("literal", 12.56)]
)
def test_known_median_of_sigma_mu(posteriors, name, median):
    assert posteriors[name]["sigma_mu"].median == pytest.approx(median, abs=0.005)


def test_known_variance_share(posteriors):
    assert posteriors["source"]["variance_share"].mean == pytest.approx(0.531, abs=0.0005)


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


def test_the_best_of_several_new_songs(spotify):
    y, artist = spotify["popularity"], spotify["artist"].astype(str)
    fitted = exact.hierarchical(y, artist, exact.hierarchical_priors(y, "chapter"))
    asked = {"Mia X": 20, "Frank Ocean": 75, "Beyoncé": 100}
    draws = fitted.draws(20_000, 1, ["mu_j", "sigma_y"], list(asked))
    rng = np.random.default_rng(2)
    for place, (name, value) in enumerate(asked.items()):
        one = fitted.best_above(name, 1, value)
        assert one == pytest.approx(1 - fitted.predict(name).cdf(value), abs=1e-12)
        mu_j, sigma_y = draws["mu_j"].to_numpy()[:, [place]], draws["sigma_y"].to_numpy()[:, None]
        songs = rng.normal(mu_j, sigma_y, size=(20_000, 5))
        simulated = (songs.max(axis=1) > value).mean()
        error = np.sqrt(simulated * (1 - simulated) / len(songs))
        assert fitted.best_above(name, 5, value) == pytest.approx(simulated, abs=4 * error)
    with pytest.raises(KeyError):
        fitted.best_above("nobody", 5, 50)
