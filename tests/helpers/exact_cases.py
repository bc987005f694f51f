"""Small data, sets of priors and probabilities that the tests of exact posteriors share."""

import numpy as np

from course import exact
from course.exact import Exponential, HalfNormal, HalfStudentT, HierarchicalPriors, Normal

PRIOR_SETS = ("source", "chapter", "bambi", "literal")
Q = np.linspace(0.01, 0.99, 99)

# A data set so small that brute force is possible, with groups of different sizes.
SMALL_Y = np.array([1.0, 2.5, 4.0, 7.0, 8.5, 3.0])
SMALL_GROUP = np.array(list("aaabbc"))
SMALL_PRIORS = {
    "absolute": HierarchicalPriors(Normal(3, 4), Exponential(0.5), HalfNormal(3)),
    "relative": HierarchicalPriors(Normal(3, 4), HalfStudentT(4, 2), Exponential(1), True),
}
FITS = {
    "hierarchical": lambda y, g: exact.hierarchical(y, g, SMALL_PRIORS["absolute"]),
    "no_pooled": lambda y, g: exact.no_pooled(y, g),
}
