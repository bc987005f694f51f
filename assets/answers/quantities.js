// The distributions that answers are judged against, by the engine of the laboratory:
// course/judging/reference.py. Nothing is stored: all is computed from the songs when asked for.

(() => {
  const { answers, laboratory } = window;
  const { Mixture, statisticsOf, hierarchicalPriors, mixtureAt, ownWeight } = laboratory;

  const songs = laboratory.data.find(({ id }) => id === "songs");
  const statistics = statisticsOf(songs.groups);
  const groups = new Map(songs.groups), everything = songs.groups.flatMap(([, own]) => own);

  /** The result of a function for each list of arguments, computed once. */
  function kept(f) {
    const results = new Map();
    return (...asked) => {
      const key = JSON.stringify(asked);
      if (!results.has(key)) results.set(key, f(...asked));
      return results.get(key);
    };
  }

  // ----------------------------------------------------------------------------- posteriors

  /** Log density, but for a constant, of Student's t with 4 degrees of freedom on sigma > 0. */
  const halfT4 = (scale) => (sigma) => -2.5 * Math.log1p((sigma / scale) ** 2 / 4);

  /** The priors of the hierarchical model that the laboratory does not offer. */
  function otherPriors(name) {
    const { n, sd, centre } = statistics, sd0 = sd * Math.sqrt((n - 1) / n);
    const logSigma = halfT4(sd0);
    return {
      bambi: {
        mu: { mean: centre, sd: 2.5 * sd0 },
        log: (sigmaY, sigmaMu) => logSigma(sigmaY) - 0.5 * (sigmaMu / (2.5 * sd0)) ** 2,
      },
      "literal both": {
        mu: { mean: songs.centre, sd: 2.5 * sd }, within: 1, between: 1, relative: false,
      },
    }[name];
  }

  const hierarchical = kept((priors) => new laboratory.Hierarchical(
    statistics, otherPriors(priors) ?? hierarchicalPriors(statistics, priors, songs.centre)));

  /** The models with one sd have rstanarm's priors in the sources and here, or else Bambi's. */
  function ofOneSd(priors) {
    const sd0 = statistics.sd * Math.sqrt((statistics.n - 1) / statistics.n);
    return priors === "bambi" ? { muSd: 2.5 * sd0, logSigma: halfT4(sd0) } : {};
  }

  const completePooled = kept((priors) => laboratory.completePooled(statistics, ofOneSd(priors)));
  const noPooled = kept((priors) => laboratory.noPooled(statistics, ofOneSd(priors)));

  // -------------------------------------------------------------------------------- targets

  /** The distribution of a quantity of a model: quantile(p), pdf(value), mean, sd. */
  const marginal = kept((model, name, label, priors) => {
    const j = label === null ? null : statistics.labels.indexOf(label);
    switch (model) {
      case "one artist": return alone(groups.get(label)).mu;
      case "complete_pooled": return completePooled(priors)[name];
      case "no_pooled":
        if (name === "sigma") return noPooled(priors).sigma;
        return noPooled(priors)[name === "mu_j" ? "muJ" : name](j);
      case "hierarchical": return ofHierarchical(hierarchical(priors), name, j);
      default: throw new Error(`There is no model ${model}.`);
    }
  });

  function ofHierarchical(posterior, name, j) {
    const { muMean, muVariance, sigmaY, weights } = posterior;
    switch (name) {
      case "sigma_y2":
      case "sigma_mu2": return squared(posterior.marginal(name.slice(0, -1)));
      case "mu_j":
      case "predict": return posterior.group(j, name);
      case "b_j": return effect(posterior, j);
      case "predict_typical":
        return new Mixture(
          muMean, muVariance.map((v, k) => 1 / Math.sqrt(v + sigmaY[k] ** 2)), weights);
      case "predict_resampled": return resampled(posterior);
      default: return posterior.marginal(name);
    }
  }

  /** The model without groups, of some songs alone. */
  function alone(values) {
    const n = values.length, centre = mean(values);
    const totalSS = values.reduce((total, y) => total + (y - centre) ** 2, 0);
    return laboratory.completePooled({ n, centre, totalSS, sd: sd(values) });
  }

  /** The square of a positive quantity. */
  function squared(root) {
    return {
      quantile: (p) => root.quantile(p) ** 2,
      pdf: (value) => root.pdf(Math.sqrt(value)) / (2 * Math.sqrt(value)),
    };
  }

  /** b_j = mu_j - mu of a group. */
  function effect({ muMean, muVariance, sigmaY, sigmaMu, weights, statistics: of }, j) {
    const own = sigmaMu.map((s, k) => ownWeight(of.count[j], sigmaY[k], s));
    return new Mixture(
      own.map((w, k) => w * (of.mean[j] - muMean[k])),
      own.map((w, k) => 1 / Math.sqrt((w * sigmaY[k] ** 2) / of.count[j] + w ** 2 * muVariance[k])),
      weights);
  }

  /** A song by one of the observed artists, drawn at random; each prediction taken as normal. */
  function resampled(posterior) {
    const each = statistics.labels.map((_, j) => posterior.group(j, "predict"));
    return new Mixture(
      Float64Array.from(each, (one) => one.mean), Float64Array.from(each, (one) => 1 / one.sd),
      Float64Array.from(each, () => 1 / each.length));
  }

  // ----------------------------------------------------------------------------- statistics

  /**
   * Values of a statistic, and the Monte Carlo standard error of each from one single draw.
   *
   * asked: { model, target, label, statistic, prob }; statistic: "median", "mean", "interval"
   * (equal-tailed), "hdi", "mean +- sd"; of the data also "sd".
   */
  const expected = kept((asked, priors) => {
    const { model, target, label, statistic, prob } = asked;
    if (model === "data") {
      const values = ofData(target, label, statistic, prob);
      return { values, errors: values.map(() => 0) };
    }
    const of = marginal(model, target, label, priors);
    if (statistic === "mean") return { values: [of.mean], errors: [of.sd] };
    const tail = (1 - prob) / 2;
    if (statistic === "median") return atQuantiles(of, [0.5]);
    if (statistic === "interval") return atQuantiles(of, [tail, 1 - tail]);
    if (statistic === "hdi") {
      const low = shortest(of, prob);
      return atQuantiles(of, [low, low + prob]);
    }
    if (statistic !== "mean +- sd") throw new Error(`There is no statistic ${statistic}.`);
    return withErrors(of, [of.mean - of.sd, of.mean + of.sd], (value) =>
      mixtureAt(value, of.means, of.precisions, of.weights)[0]);
  });

  const atQuantiles = (of, shares) =>
    withErrors(of, shares.map((p) => of.quantile(p)), (_, i) => shares[i]);

  function withErrors(of, values, shareBelow) {
    const errors = values.map((value, i) => {
      const p = shareBelow(value, i);
      return Math.sqrt(p * (1 - p)) / of.pdf(value);
    });
    return { values, errors };
  }

  /**
   * The share below the shortest interval that holds `prob`, of a distribution with one peak.
   *
   * From both ends the density rises towards the peak: at the right place it is equal at both.
   */
  function shortest(of, prob) {
    let low = 1e-9, high = 1 - prob - 1e-9;
    while (high - low > 1e-12) {
      const middle = (low + high) / 2;
      if (of.pdf(of.quantile(middle)) < of.pdf(of.quantile(middle + prob))) low = middle;
      else high = middle;
    }
    return (low + high) / 2;
  }

  // ------------------------------------------------------------------------------- the data

  const mean = (values) => values.reduce((a, b) => a + b, 0) / values.length;
  const sd = (values) => Math.sqrt(
    values.reduce((total, y) => total + (y - mean(values)) ** 2, 0) / (values.length - 1));

  /** A statistic of the songs, all or of one artist, of the artists' means, or of their sds. */
  function ofData(target, label, statistic, prob) {
    const each = [...groups.values()];
    const ofArtists = { means: mean, sds: sd }[target];
    const values = ofArtists ? each.map(ofArtists).filter(Number.isFinite)
      : label === null ? everything : groups.get(label);
    if (statistic === "mean") return [mean(values)];
    if (statistic === "sd") return [sd(values)];
    const shares = statistic === "median" ? [0.5] : [(1 - prob) / 2, (1 + prob) / 2];
    const sorted = [...values].sort((a, b) => a - b);
    return shares.map((p) => {
      const at = p * (sorted.length - 1), below = Math.floor(at);
      const above = Math.min(below + 1, sorted.length - 1);
      return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
    });
  }

  Object.assign(answers, { expected });
})();
