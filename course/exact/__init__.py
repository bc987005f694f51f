"""Exact posteriors of the course's models, by quadrature, and the priors that they take.

from course.exact import hierarchical, hierarchical_priors

post = hierarchical(spotify["popularity"], spotify["artist"],
                    hierarchical_priors(spotify["popularity"], "source"))
post["sigma_mu"].median
"""

from course.exact.posteriors import (
    CompletePooled,
    Hierarchical,
    Marginal,
    NoPooled,
    NormalMixture,
    Regression,
    complete_pooled,
    hierarchical,
    hierarchical_from_summary,
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

__all__ = [
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
