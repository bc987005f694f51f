"""Draws from the exact posteriors: of the right marginals, and jointly right."""

import numpy as np
import pytest
from exact_cases import SMALL_GROUP, SMALL_PRIORS, SMALL_Y
from scipy import stats

from course import exact
from course.exact import Target
from course.exact.draws import draw_sds
from course.exact.grid import SdGrid

N = 40_000
SMALL = {
    "hierarchical": lambda: exact.hierarchical(SMALL_Y, SMALL_GROUP, SMALL_PRIORS["absolute"]),
    "relative": lambda: exact.hierarchical(SMALL_Y, SMALL_GROUP, SMALL_PRIORS["relative"]),
    "complete_pooled": lambda: exact.complete_pooled(SMALL_Y),
    "no_pooled": lambda: exact.no_pooled(SMALL_Y, SMALL_GROUP),
    "regression": lambda: exact.regression([10.0, 12, 15, 11, 19, 13], SMALL_Y),
}


class EvenNumbers:
    """Stands for a generator whose numbers fill the unit square evenly, so without much error."""

    def random(self, shape):
        axes, n = shape
        return stats.qmc.Sobol(axes, seed=1).random(n).T


def distance(draws, cdf):
    """The largest distance between the cdf of the draws and another one."""
    ranks = (np.arange(draws.size) + 0.5) / draws.size
    return np.max(np.abs(cdf(np.sort(draws.ravel())) - ranks))


def test_sds_follow_their_joint_density():
    """s has a gamma distribution, and t / (1 + s) a half-normal one that does not depend on s."""

    def log_density(s, t):
        return 2 * np.log(s) - s - 0.5 * (t / (1 + s)) ** 2 - np.log(1 + s)

    s, t = draw_sds(SdGrid(log_density, [3.0, 3.0]), 2**13, EvenNumbers())
    # independent draws would be off by about 0.01
    assert distance(s, stats.gamma(3).cdf) < 5e-4
    assert distance(t / (1 + s), stats.halfnorm.cdf) < 5e-4
    for half in (s < 2, s > 2):
        assert distance((t / (1 + s))[half], stats.halfnorm.cdf) < 2e-3


def test_sds_are_quantiles_of_the_marginal():
    post = SMALL["complete_pooled"]()
    share = np.random.default_rng(8).random((1, 1000))[0]
    np.testing.assert_allclose(
        post.draws(1000, 8, ["sigma"])["sigma"], post["sigma"].quantile(share), rtol=1e-10
    )


@pytest.mark.parametrize("name", SMALL)
def test_draws_follow_the_exact_marginals(name):
    post = SMALL[name]()
    labels = [11.0, 30.0] if name == "regression" else None
    draws = post.draws(N, 5, labels=labels)
    assert set(draws) == {*post.parameters, *post.predictive, *post.quantities}
    targets = {Target(each): draws[each] for each in (*post.parameters, *post.predictive)}
    for each in post.quantities:
        found = draws[each]
        assert found.shape == (N, 2 if name == "regression" else 3)
        for label in found[post.dimension].values:
            targets[Target(each, label)] = found.sel({post.dimension: label})
    q = np.array([0.001, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999])
    for target, found in targets.items():
        below = np.mean(found.values[:, None] <= post.marginal(target).quantile(q), axis=0)
        assert np.all(np.abs(below - q) < 4.5 * np.sqrt(q * (1 - q) / N)), target


def exact_correlations(priors):
    """Of mu and the means of the groups a, b and c, by summing over a fine grid of both sds.

    Conditions on y by its N x N covariance matrix, and shares no formula with the package.
    """
    z = (SMALL_GROUP[:, None] == np.array(list("abc"))).astype(float)
    which = np.vstack([np.zeros(3), np.eye(3)])  # mu, mu_a, mu_b, mu_c
    log_s, t = np.meshgrid(np.linspace(-5, 4.5, 160), np.linspace(1e-6, 20, 160), indexing="ij")
    s, t = np.exp(log_s).ravel(), t.ravel()
    s2, t2 = (s**2)[:, None, None], (t**2)[:, None, None]
    covariance = s2 * np.eye(6) + t2 * (z @ z.T) + priors.mu.sigma**2
    cross = priors.mu.sigma**2 + t2 * (which @ z.T)
    prior = priors.mu.sigma**2 + t2 * (which @ which.T)
    residual = SMALL_Y - priors.mu.mu
    gain = np.linalg.solve(covariance, np.swapaxes(cross, 1, 2))
    mean = residual @ gain
    within = prior - cross @ gain
    fit = np.linalg.solve(covariance, np.broadcast_to(residual[:, None], (len(s), 6, 1)))[..., 0]
    log_density = -0.5 * (np.linalg.slogdet(covariance)[1] + fit @ residual)
    log_density += priors.logpdf(s, t) + np.log(s)  # the grid is even in log s
    weight = np.exp(log_density - log_density.max())
    weight /= weight.sum()
    centred = mean - weight @ mean
    total = np.tensordot(weight, within, 1) + (weight[:, None] * centred).T @ centred
    return total / np.sqrt(np.outer(np.diag(total), np.diag(total)))


@pytest.mark.parametrize("kind", SMALL_PRIORS)
def test_means_are_correlated_as_they_should(kind):
    post = exact.hierarchical(SMALL_Y, SMALL_GROUP, SMALL_PRIORS[kind])
    draws = post.draws(N, 6, ["mu", "mu_j"])
    found = np.corrcoef(np.column_stack([draws["mu"], draws["mu_j"]]).T)
    expected = exact_correlations(SMALL_PRIORS[kind])
    assert np.abs(expected[np.triu_indices(4, 1)]).max() > 0.3  # there is something to find
    np.testing.assert_allclose(found, expected, atol=4.5 * 1.5 / np.sqrt(N))


def test_correlation_of_mu_with_every_effect(posteriors):
    """var(mu_j) = var(mu) + var(b_j) + 2 cov(mu, b_j), with exact values of all but the last."""
    post = posteriors["chapter"]
    draws = post.draws(N, 7, ["mu", "b_j"])
    sd = {name: post.summary(name)["sd"].to_numpy() for name in ("mu_j", "b_j")}
    expected = (sd["mu_j"] ** 2 - post["mu"].sd ** 2 - sd["b_j"] ** 2) / 2
    expected /= post["mu"].sd * sd["b_j"]
    found = [np.corrcoef(draws["mu"], effect)[0, 1] for effect in draws["b_j"].values.T]
    np.testing.assert_allclose(found, expected, atol=4.5 / np.sqrt(N))


def test_each_draw_is_one_world(posteriors):
    """Relations that hold draw by draw, and noise that is fresh in each."""
    draws = posteriors["source"].draws(N, 8, labels=["Frank Ocean", "Mia X"])
    np.testing.assert_array_equal(draws["mu_j"] - draws["mu"], draws["b_j"])
    np.testing.assert_array_equal(draws["sigma_mu"] ** 2, draws["sigma_mu2"])
    share = draws["sigma_mu2"] / (draws["sigma_mu2"] + draws["sigma_y2"])
    np.testing.assert_allclose(draws["variance_share"], share, rtol=1e-14)
    for new, mean, sd in [
        ("predict", "mu_j", "sigma_y"),
        ("predict_new", "mu_new", "sigma_y"),
        ("predict_typical", "mu", "sigma_y"),
        ("mu_new", "mu", "sigma_mu"),
    ]:
        noise = (draws[new] - draws[mean]) / draws[sd]
        for z in np.atleast_2d(noise.values.T):
            assert stats.kstest(z, "norm").pvalue > 1e-5
            for other in (draws["mu"], draws["sigma_y"], draws["sigma_mu"]):
                assert abs(np.corrcoef(z, other)[0, 1]) < 4.5 / np.sqrt(N)


def test_a_line_is_drawn_as_a_line():
    post = SMALL["regression"]()
    draws = post.draws(1000, 9, labels=[0.0, 14.0])
    np.testing.assert_allclose(
        draws["mean_at"].sel(x=14.0), draws["intercept"] + 14 * draws["slope"], rtol=1e-9
    )
    np.testing.assert_allclose(draws["mean_at"].sel(x=0.0), draws["intercept"], rtol=1e-9)
    assert set(post.draws(3, 9)["mean_at"].dims) == {"draw", "x"}
    with pytest.raises(ValueError, match="one finite number"):
        post.draws(3, 9, labels=["young"])


def test_draws_are_seeded_whatever_is_asked_for(posteriors):
    post = posteriors["chapter"]
    everything = post.draws(50, 1)
    assert everything.identical(post.draws(50, np.random.default_rng(1)))
    for name in everything:
        np.testing.assert_array_equal(post.draws(50, 1, [name])[name], everything[name])
    some = post.draws(50, 1, labels=["Camilo", "Alok"])
    assert list(some["group"]) == ["Camilo", "Alok"]
    np.testing.assert_array_equal(some["predict_new"], everything["predict_new"])
    rng = np.random.default_rng(1)
    assert not np.any(post.draws(50, rng, ["mu"])["mu"] == post.draws(50, rng, ["mu"])["mu"])


def test_many_draws_are_made_in_blocks(monkeypatch, posteriors):
    whole = posteriors["chapter"].draws(1000, 2, ["sigma_mu"])
    monkeypatch.setattr("course.exact.draws.BLOCK", 90)
    np.testing.assert_allclose(
        posteriors["chapter"].draws(1000, 2, ["sigma_mu"])["sigma_mu"], whole["sigma_mu"], rtol=1e-9
    )


def test_impossible_draws_are_refused(posteriors):
    post = posteriors["chapter"]
    with pytest.raises(ValueError, match="at least 1"):
        post.draws(0, 1)
    with pytest.raises(KeyError, match=r"'tau'.*sigma_mu"):
        post.draws(10, 1, ["mu", "tau"])
    with pytest.raises(KeyError, match="Nobody"):
        post.draws(10, 1, ["mu_j"], ["Nobody"])
