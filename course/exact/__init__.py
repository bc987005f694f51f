"""Exact posteriors of the course's models, by quadrature instead of sampling.

All four models are normal given their standard deviations. So everything that is a mean (mu,
mu_j, an intercept, a new observation) can be integrated in closed form, and only one or two
standard deviations are left (Gelman et al., Bayesian Data Analysis, 3rd edition, section 5.4).
Those are put on a grid of Gauss-Legendre nodes. What results has no Monte Carlo error:

* the posterior of a standard deviation is a smooth curve through the grid;
* the posterior of anything else is a finite mixture of normals, one per node of the grid.

    post = exact.hierarchical(spotify["popularity"], spotify["artist"],
                              exact.hierarchical_priors(spotify["popularity"], "source"))
    post["sigma_mu"].median
    post.mu_j("Frank Ocean").interval(0.8)
    post.summary("b_j")

`accuracy()` of every posterior estimates the numerical error that is left. For the data of the
course no quantile moves by 0.001, nor even by a millionth, when the grid is refined. Where the
posterior of sigma_mu has mass at zero, expect 0.0001 (b_j has a cusp at zero then).
"""

from __future__ import annotations

from course.exact.hierarchical_model import Hierarchical, hierarchical, hierarchical_from_summary
from course.exact.marginals import MAD_CONSTANT, PROBABILITY, Marginal, NormalMixture
from course.exact.one_sd_models import (
    CompletePooled,
    NoPooled,
    Regression,
    complete_pooled,
    no_pooled,
    regression,
)
from course.exact.priors import (
    Exponential,
    HalfNormal,
    HalfStudentT,
    HierarchicalPriors,
    Normal,
    Prior,
    hierarchical_priors,
    no_pooled_priors,
    pooled_priors,
    regression_priors,
)
from course.exact.targets import Target

__all__ = [
    "MAD_CONSTANT",
    "PROBABILITY",
    "CompletePooled",
    "Exponential",
    "HalfNormal",
    "HalfStudentT",
    "Hierarchical",
    "HierarchicalPriors",
    "Marginal",
    "NoPooled",
    "Normal",
    "NormalMixture",
    "Prior",
    "Regression",
    "Target",
    "complete_pooled",
    "hierarchical",
    "hierarchical_from_summary",
    "hierarchical_priors",
    "no_pooled",
    "no_pooled_priors",
    "pooled_priors",
    "regression",
    "regression_priors",
]
