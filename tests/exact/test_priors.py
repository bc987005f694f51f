"""The distributions and the named sets of priors."""

import numpy as np
import pytest
from scipy import integrate, stats

from course.exact import (
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

        def density(sigma_mu, sigma_y=sigma_y):
            return np.exp(priors.logpdf(sigma_y, sigma_mu))

        area = integrate.quad(density, 0, 50, points=[1])[0]
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
