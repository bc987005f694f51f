"""Data sets on which the laboratory of the site is held against `course.exact`, and how."""

from dataclasses import replace

import numpy as np
import pandas as pd

from course import exact
from course.exact import Exponential, HierarchicalPriors, Normal
from course.paths import PROJECT
from course.site.sphinx.laboratory import ENGINE

PARTS = ("mean", "sd", "low", "median", "high")
PRIOR_SETS = ("source", "chapter", "literal", "own")
ROUNDING = 1e-12  # of a share or a weight so close to 1 that its sd is no larger than this

# Everything that the page shows of some groups under some priors, by the page's own code.
ANSWERS = """([groups, set, centre, own]) => {
  const L = laboratory, statistics = L.statisticsOf(groups);
  const posterior = new L.Hierarchical(
    statistics, L.hierarchicalPriors(statistics, set, centre, own));
  const answers = Object.fromEntries(
    ["mu", "sigma_y", "sigma_mu", "share", "mu_new", "predict_new"]
      .map((name) => [name, L.summary(posterior.marginal(name))]));
  const complete = L.completePooled(statistics), none = L.noPooled(statistics);
  for (const name of ["sigma", "mu", "predict"]) {
    answers[`complete ${name}`] = L.summary(complete[name]);
  }
  answers["none sigma"] = L.summary(none.sigma);
  return {
    answers, table: posterior.table().map((row, j) => ({
      ...row, none: L.summary(none.muJ(j)), nonePredict: L.summary(none.predict(j)) })),
  };
}"""


def load(page):
    """Load the laboratory's arithmetic, without its page."""
    for name in ENGINE:
        page.add_script_tag(path=str(PROJECT / "assets" / name))
    return page


def simulated(seed):
    """A data set (y, group) from few or many groups, small or large, at any scale."""
    rng = np.random.default_rng([20261126, seed])
    groups = int(rng.choice([2, 3, 5, 8, 20, 40]))
    kind = rng.choice(["ones", "few", "uneven", "many"])
    count = {
        "ones": lambda: np.ones(groups, int),
        "few": lambda: rng.integers(1, 4, groups),
        "uneven": lambda: np.append(rng.integers(1, 4, groups - 1), 200),
        "many": lambda: rng.integers(5, 60, groups),
    }[kind]()
    if kind != "ones" and count.max() == 1:
        count[0] = 2
    scale = 10.0 ** rng.integers(-6, 7)
    between = rng.choice([0, 0.1, 1, 5])
    group = np.repeat(np.arange(groups), count)
    mean = rng.choice([0, 1, 100]) + between * rng.normal(size=groups)
    y = scale * (mean[group] + rng.normal(size=len(group)))
    return y, np.char.add("group ", group.astype(str))


def own_scales(y):
    """Scales of priors that a reader might choose: far from those that the data suggest."""
    sd = float(np.std(y, ddof=1))
    return {"mean": float(y.mean()) + sd, "sd": sd, "within": 2 * sd, "between": sd / 3}


def reference(y, group, prior_set, centre):
    """The same posterior by `course.exact`; centre: of the prior of mu."""
    if prior_set != "own":
        priors = exact.hierarchical_priors(y, prior_set)
        priors = replace(priors, mu=Normal(centre, priors.mu.sigma))
        return exact.hierarchical(y, group, priors)
    own = own_scales(y)
    return exact.hierarchical(
        y,
        group,
        HierarchicalPriors(
            Normal(own["mean"], own["sd"]),
            Exponential(1 / own["within"]),
            Exponential(1 / own["between"]),
        ),
    )


def worst_differences(page, y, group, prior_set, centre=None, sample=3):
    """Largest difference of each quantity, in its posterior sds; `sample` groups are looked at.

    centre: prior mean of mu; if left out, the mean of y.
    """
    y, group = np.asarray(y, float), np.asarray(group, str)
    centre = float(y.mean()) if centre is None else centre
    rows = [[label, list(own)] for label, own in pd.Series(y).groupby(group)]
    found = page.evaluate(ANSWERS, [rows, prior_set, centre, own_scales(y)])
    posterior = reference(y, group, prior_set, centre)
    complete, none = exact.complete_pooled(y), exact.no_pooled(y, group)
    marginals = {
        "mu": posterior["mu"],
        "sigma_y": posterior["sigma_y"],
        "sigma_mu": posterior["sigma_mu"],
        "share": posterior["variance_share"],
        "mu_new": posterior.mu_new(),
        "predict_new": posterior.predict_new(),
        "complete sigma": complete["sigma"],
        "complete mu": complete["mu"],
        "complete predict": complete.predict(),
        "none sigma": none["sigma"],
    }
    worst = {
        name: difference(found["answers"][name], each, ROUNDING if name == "share" else 0)
        for name, each in marginals.items()
    }
    table = {row["label"]: row for row in found["table"]}
    assert list(table) == list(posterior.labels)
    for label in rows_to_look_at(posterior, sample):
        row = table[label]
        for name, each in {
            "muJ": posterior.mu_j(label),
            "predict": posterior.predict(label),
            "none": none.mu_j(label),
            "nonePredict": none.predict(label),
        }.items():
            worst[name] = max(worst.get(name, 0), difference(row[name], each))
        worst["weight"] = max(worst.get("weight", 0), weight_difference(row, posterior))
    return worst


def rows_to_look_at(posterior, sample):
    """Labels of groups from the lowest to the highest mean."""
    order = np.argsort(posterior.mean, kind="stable")
    places = np.unique(np.linspace(0, len(order) - 1, sample).astype(int))
    return [posterior.labels[i] for i in order[places]]


def difference(found, marginal, rounding=0):
    """The largest difference of mean, sd and quantiles from a marginal, in its sds."""
    expected = np.array([marginal.mean, marginal.sd, *marginal.quantile([0.1, 0.5, 0.9])])
    return in_sds(np.array([found[part] for part in PARTS]) - expected, marginal.sd, rounding)


def in_sds(differences, sd, rounding):
    """The largest of some differences but for rounding, in sds."""
    return float(np.max(np.maximum(np.abs(differences) - rounding, 0)) / sd)


def weight_difference(row, posterior):
    """The same for a group's weight, which is an increasing function of the variance share."""
    n, share = row["n"], posterior["variance_share"]
    edge = share.quantile([1e-10, 0.001, 0.1, 0.5, 0.9, 0.999, 1 - 1e-6, 1 - 1e-10])
    edge = n * edge / (1 - edge + n * edge)
    # the mean is the lowest value and the integral of 1 - cdf above it, panel by panel
    nodes, widths = np.polynomial.legendre.leggauss(80)
    half = np.diff(edge)[:, None] / 2
    weight = edge[:-1, None] + half * (nodes + 1)
    tail = (1 - share.cdf(weight / (n - (n - 1) * weight))) * half * widths
    first, second = tail.sum(), 2 * ((weight - edge[0]) * tail).sum()
    mean, sd, quantiles = edge[0] + first, np.sqrt(second - first**2), edge[2:5]
    found = np.array([row["weight"][part] for part in ("mean", "low", "median", "high")])
    return in_sds(found - [mean, *quantiles], sd, ROUNDING)
