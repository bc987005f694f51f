// The sets of priors that one can choose: course/exact/priors.py.

(() => {
  const laboratory = window.laboratory;

  /** Sets of priors by name, as the page offers them; "own" takes its scales from the reader. */
  const PRIOR_SETS = {
    source: "R’s, as rstanarm reads them",
    chapter: "the book’s, autoscaled",
    literal: "literal Exp(1) for σ_μ",
    own: "scales of your own",
  };

  /**
   * Priors of the hierarchical model for these data: mu ~ N(mean, sd²), sigma_y and sigma_mu
   * exponential with these means; `relative`: sigma_mu / sigma_y instead of sigma_mu.
   *
   * centre: prior mean of mu; of the data's mean if left out. own: { mean, sd, within, between }.
   */
  function hierarchicalPriors(statistics, name, centre = statistics.centre, own = {}) {
    const { sd } = statistics;
    const between = { source: 1, chapter: sd, literal: 1, own: own.between ?? sd };
    return {
      mu: {
        mean: (name === "own" ? own.mean : undefined) ?? centre,
        sd: (name === "own" ? own.sd : undefined) ?? 2.5 * sd,
      },
      within: (name === "own" ? own.within : undefined) ?? sd,
      between: between[name],
      relative: name === "source",
    };
  }

  /** Joint log prior density of the two standard deviations; of others than these, `log` gives it. */
  function logPrior(priors, sigmaY, sigmaMu) {
    if (priors.log) return priors.log(sigmaY, sigmaMu);
    const { within, between, relative } = priors;
    const log = -Math.log(within) - sigmaY / within - Math.log(between);
    return relative
      ? log - sigmaMu / sigmaY / between - Math.log(sigmaY)
      : log - sigmaMu / between;
  }

  Object.assign(laboratory, { PRIOR_SETS, hierarchicalPriors, logPrior });
})();
