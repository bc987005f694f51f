// The exact posteriors of the three models: course/exact/hierarchical_model.py, one_sd_models.py.

(() => {
  const laboratory = window.laboratory;
  const {
    SdGrid, interpolated, logPrior, mixtureAt, mixtureMoments, normalQuantile, ownWeight,
    solveIncreasing, spread,
  } = laboratory;

  /** The quantiles that are shown: the ends of an 80 % interval and the median. */
  const PROBABILITIES = [0.1, 0.5, 0.9];
  const Z = PROBABILITIES.map(normalQuantile);

  /** A finite mixture of normals: means, 1 / sds and weights of its components. */
  class Mixture {
    constructor(means, precisions, weights) {
      Object.assign(this, { means, precisions, weights });
      Object.assign(this, mixtureMoments(means, precisions, weights));
    }

    /** The value below which a share p lies. */
    quantile(p) {
      return this.quantileNear(p, normalQuantile(p));
    }

    /** The same, z being the quantile p of the standard normal distribution. */
    quantileNear(p, z) {
      return solveIncreasing(
        (x) => mixtureAt(x, this.means, this.precisions, this.weights),
        p, this.lower, this.upper, this.mean + z * this.sd, 1e-5 * this.sd);
    }

    /** Density at a value. */
    pdf(value) {
      return mixtureAt(value, this.means, this.precisions, this.weights)[1];
    }
  }

  const CLOSE = 1e-8; // sds between what is interpolated and what it stands for

  /** Mean, sd and the quantiles shown of a distribution. */
  function summary(distribution) {
    const [low, median, high] = PROBABILITIES.map((p, i) =>
      distribution.quantileNear ? distribution.quantileNear(p, Z[i]) : distribution.quantile(p));
    return { mean: distribution.mean, sd: distribution.sd, low, median, high };
  }

  /**
   * Posterior of y_ij ~ N(mu_j, sigma_y²), mu_j ~ N(mu, sigma_mu²).
   *
   * Given the two sds, the mean of group j is a measurement of mu: ybar_j ~ N(mu, v_j) with
   * v_j = sigma_mu² + sigma_y² / n_j. With the prior mu ~ N(m, s²) that makes mu normal again, and
   * mu_j given mu normal around a weighted mean of ybar_j and mu (BDA3, section 5.4).
   */
  class Hierarchical {
    constructor(statistics, priors) {
      const { n, totalSS, count } = statistics;
      const within = Math.sqrt(totalSS / n), largest = count.reduce((a, b) => Math.max(a, b));
      Object.assign(this, { statistics, priors });
      // sigma_mu matters to the likelihood once sigma_mu² is like sigma_y² / n_j
      this.grid = new SdGrid(
        (first, second) => this.logDensities(first, second), [within, within / Math.sqrt(largest)]);
      const { sds: [sigmaY, sigmaMu], weights } = this.grid.components();
      Object.assign(this, { sigmaY, sigmaMu, weights });
      this.muMean = new Float64Array(weights.length);
      this.muVariance = new Float64Array(weights.length);
      for (let k = 0; k < weights.length; k++) {
        const mu = this.muGiven(sigmaY[k], sigmaMu[k]);
        [this.muMean[k], this.muVariance[k]] = [mu.mean, mu.variance];
      }
      this.share = this.grid.share();
    }

    /** Log density of the sds at the tensor product of two axes, all means integrated out. */
    logDensities(first, second) {
      const value = new Float64Array(first.length * second.length);
      for (let i = 0, at = 0; i < first.length; i++) {
        for (let j = 0; j < second.length; j++, at++) value[at] = this.logDensity(first[i], second[j]);
      }
      return value;
    }

    /** Unnormalised log density of the two sds. */
    logDensity(sigmaY, sigmaMu) {
      const { n, count, centre, withinSS, sizes } = this.statistics, { mu: prior } = this.priors;
      const df = n - count.length;
      let log = logPrior(this.priors, sigmaY, sigmaMu);
      if (df) log -= df * Math.log(sigmaY) + withinSS / (2 * sigmaY * sigmaY);
      // p(y | sds) = p(y | mu, sds) p(mu) / p(mu | y, sds), at mu = its posterior mean
      let precision = 1 / (prior.sd * prior.sd), weighted = precision * (prior.mean - centre);
      for (const { size, groups, mean } of sizes) {
        const information = groups / spread(size, sigmaY, sigmaMu);
        precision += information;
        weighted += information * mean;
      }
      const mu = weighted / precision, fromPrior = (mu + centre - prior.mean) / prior.sd;
      log -= 0.5 * (fromPrior * fromPrior + Math.log(precision));
      for (const { size, groups, mean, ss } of sizes) {
        const variance = spread(size, sigmaY, sigmaMu);
        log -= 0.5 * ((ss + groups * (mean - mu) ** 2) / variance + groups * Math.log(variance));
      }
      return log;
    }

    /** Mean and variance of mu given the two sds; `without` one group, if asked. */
    muGiven(sigmaY, sigmaMu, without = null) {
      const { centre, sizes, count, mean: means } = this.statistics, { mu: prior } = this.priors;
      const information = (size) => 1 / spread(size, sigmaY, sigmaMu);
      let precision = 1 / (prior.sd * prior.sd), weighted = precision * (prior.mean - centre);
      for (const { size, groups, mean } of sizes) {
        precision += groups * information(size);
        weighted += groups * information(size) * mean;
      }
      if (without !== null) {
        precision -= information(count[without]);
        weighted -= information(count[without]) * (means[without] - centre);
      }
      return { mean: centre + weighted / precision, variance: 1 / precision };
    }

    /** The normal answers for group j given the two sds: weight, mu, mu_j; all with mean and sd. */
    given(sigmaY, sigmaMu, j) {
      const { count, mean } = this.statistics, noise = (sigmaY * sigmaY) / count[j];
      const weight = ownWeight(count[j], sigmaY, sigmaMu);
      const mu = this.muGiven(sigmaY, sigmaMu);
      return {
        weight,
        mu: { mean: mu.mean, sd: Math.sqrt(mu.variance) },
        muJ: {
          mean: mu.mean + weight * (mean[j] - mu.mean),
          sd: Math.sqrt(weight * noise + (1 - weight) ** 2 * mu.variance),
        },
      };
    }

    /** Posterior of mu, sigma_y, sigma_mu or share; of mu_new; or a prediction for a new group. */
    marginal(name) {
      this.kept ??= new Map();
      if (!this.kept.has(name)) this.kept.set(name, this.findMarginal(name));
      return this.kept.get(name);
    }

    findMarginal(name) {
      if (name === "sigma_y") return this.grid.marginal(0);
      if (name === "sigma_mu") return this.grid.marginal(1);
      if (name === "share") return this.share;
      const add = {
        mu: () => 0,
        mu_new: (k) => this.sigmaMu[k] ** 2,
        predict_new: (k) => this.sigmaMu[k] ** 2 + this.sigmaY[k] ** 2,
      }[name];
      return new Mixture(
        this.muMean, this.muVariance.map((v, k) => 1 / Math.sqrt(v + add(k))), this.weights);
    }

    /** What groups of one size have in common at the nodes: weight, and 1 / sd of two normals. */
    ofSize(size) {
      this.bySize ??= new Map();
      if (!this.bySize.has(size)) {
        const weight = new Float64Array(this.weights.length);
        const mean = new Float64Array(weight.length), predict = new Float64Array(weight.length);
        for (let k = 0; k < weight.length; k++) {
          const within = this.sigmaY[k] ** 2, noise = within / size;
          weight[k] = ownWeight(size, this.sigmaY[k], this.sigmaMu[k]);
          const variance = weight[k] * noise + (1 - weight[k]) ** 2 * this.muVariance[k];
          mean[k] = 1 / Math.sqrt(variance);
          predict[k] = 1 / Math.sqrt(variance + within);
        }
        const average = weight.reduce((total, w, k) => total + w * this.weights[k], 0);
        this.bySize.set(size, { weight, mean, predict, average });
      }
      return this.bySize.get(size);
    }

    /** Posterior of the mean of group j ("mu_j"), or of one more observation in it ("predict"). */
    group(j, name) {
      return this.groupOf(this.statistics.mean[j], this.statistics.count[j], name);
    }

    groupOf(ybar, size, name) {
      const own = this.ofSize(size);
      const means = own.weight.map((w, k) => this.muMean[k] + w * (ybar - this.muMean[k]));
      return new Mixture(means, name === "predict" ? own.predict : own.mean, this.weights);
    }

    /** Weight of a group's own mean: its posterior mean, median and 80 % interval. */
    weight(j) {
      const size = this.statistics.count[j];
      const [low, median, high] = this.shareQuantiles().map((s) => (size * s) / (1 - s + size * s));
      return { mean: this.ofSize(size).average, low, median, high };
    }

    shareQuantiles() {
      return (this.keptShare ??= PROBABILITIES.map((p) => this.share.quantile(p)));
    }

    /** One row a group: count, sample mean, weight, and summaries of mu_j and a prediction. */
    table() {
      return (this.keptTable ??= this.findTable());
    }

    findTable() {
      const rows = [], { labels, mean, sizes } = this.statistics;
      for (const { size, members } of sizes) {
        const weight = this.weight(members[0]);
        const muJ = this.summaries(size, members, "mu_j");
        const predict = this.summaries(size, members, "predict");
        members.forEach((j, i) => {
          rows[j] = {
            label: labels[j], n: size, sampleMean: mean[j], weight,
            muJ: muJ[i], predict: predict[i],
          };
        });
      }
      return rows;
    }

    /** Summaries of groups of one size: smooth functions of the sample mean. */
    summaries(size, members, name) {
      const names = ["mean", "sd", "low", "median", "high"];
      const of = (ybar) => Object.values(summary(this.groupOf(ybar, size, name)));
      const close = (found, exact) =>
        found.every((value, i) => Math.abs(value - exact[i]) < CLOSE * exact[1]);
      return interpolated(of, members.map((j) => this.statistics.mean[j]), close)
        .map((values) => Object.fromEntries(names.map((each, i) => [each, values[i]])));
    }

    /** Mean of mu_j of all groups given sigma_mu alone, sigma_y averaged out. */
    meansGiven(sigmaMu) {
      const sigmaY = this.grid.x[0].map((x) => this.grid.scales[0] * Math.sinh(x));
      const log = sigmaY.map((s, i) => this.logDensity(s, sigmaMu) + Math.log(Math.cosh(this.grid.x[0][i])));
      const peak = log.reduce((a, b) => Math.max(a, b));
      const w = log.map((value, i) => Math.exp(value - peak) * this.grid.axisWeights[0][i]);
      const total = w.reduce((a, b) => a + b, 0);
      const bySize = new Map(this.statistics.sizes.map(({ size }) => [size, [0, 0]]));
      let muMean = 0;
      for (let i = 0; i < w.length; i++) {
        if (w[i] < 1e-12 * total) continue;
        const mu = this.muGiven(sigmaY[i], sigmaMu).mean;
        muMean += (w[i] / total) * mu;
        for (const [size, sums] of bySize) {
          const own = ownWeight(size, sigmaY[i], sigmaMu);
          sums[0] += (w[i] / total) * own;
          sums[1] += (w[i] / total) * (1 - own) * mu;
        }
      }
      const means = this.statistics.mean.map((ybar, j) => {
        const [own, rest] = bySize.get(this.statistics.count[j]);
        return own * ybar + rest;
      });
      return { mu: muMean, means };
    }
  }

  /**
   * Independent estimates, each normal around its parameter with variance sigma² / size, and what is
   * left of the data, a sum of squares with `df` degrees of freedom.
   *
   * classes: { size, groups, mean, ss, prior: { mean, sd } }, estimates that share size and prior.
   */
  class OneSigma {
    constructor({ classes, residualSS, df, logSigma, scale }) {
      Object.assign(this, { classes, residualSS, df, logSigma });
      this.grid = new SdGrid((sigma) => sigma.map((s) => this.logDensity(s)), [scale]);
      const { sds: [sigma], weights } = this.grid.components();
      Object.assign(this, { sigma, weights });
    }

    logDensity(sigma) {
      let log = this.logSigma(sigma);
      if (this.df) log -= this.df * Math.log(sigma) + this.residualSS / (2 * sigma * sigma);
      for (const { size, groups, mean, ss, prior } of this.classes) {
        const variance = prior.sd * prior.sd + (sigma * sigma) / size;
        const squares = ss + groups * (mean - prior.mean) ** 2;
        log -= 0.5 * (squares / variance + groups * Math.log(variance));
      }
      return log;
    }

    /** Posterior of one mean ("mean"), or of one more observation around it ("predict"). */
    of(estimate, size, prior, name = "mean") {
      const means = new Float64Array(this.sigma.length), precisions = means.slice();
      for (let k = 0; k < means.length; k++) {
        const noise = this.sigma[k] ** 2 / size, weight = prior.sd ** 2 / (prior.sd ** 2 + noise);
        means[k] = weight * estimate + (1 - weight) * prior.mean;
        const variance = weight * noise + (name === "predict" ? this.sigma[k] ** 2 : 0);
        precisions[k] = 1 / Math.sqrt(variance);
      }
      return new Mixture(means, precisions, this.weights);
    }
  }

  /** Log density of rstanarm's default prior of sigma, exponential with this mean. */
  const exponential = (mean) => (sigma) => -Math.log(mean) - sigma / mean;

  /**
   * Posterior of `y ~ 1`: sigma, mu and one more observation, under rstanarm's default priors, or
   * with another sd of mu and log density of sigma.
   */
  function completePooled(
    { n, centre, totalSS, sd }, { muSd = 2.5 * sd, logSigma = exponential(sd) } = {},
  ) {
    const prior = { mean: centre, sd: muSd };
    const model = new OneSigma({
      classes: [{ size: n, groups: 1, mean: centre, ss: 0, prior }],
      residualSS: totalSS, df: n - 1, logSigma, scale: Math.sqrt(totalSS / n),
    });
    return {
      sigma: model.grid.marginal(0),
      mu: model.of(centre, n, prior),
      predict: model.of(centre, n, prior, "predict"),
    };
  }

  /**
   * Posterior of `y ~ 0 + group`: sigma, and of each group mu_j, under rstanarm's default priors, or
   * with another log density of sigma.
   */
  function noPooled(
    { n, count, mean, centre, withinSS, totalSS, sd, sizes }, { logSigma = exponential(sd) } = {},
  ) {
    // A small group has an indicator with a small sd, and so the wider prior.
    const priorOf = (size) =>
      ({ mean: 0, sd: (2.5 * sd) / Math.sqrt((size * (n - size)) / (n * (n - 1))) });
    const model = new OneSigma({
      classes: sizes.map((each) =>
        ({ ...each, mean: each.mean + centre, prior: priorOf(each.size) })),
      residualSS: withinSS, df: n - count.length, logSigma, scale: Math.sqrt(totalSS / n),
    });
    const group = (name) => (j) => model.of(mean[j], count[j], priorOf(count[j]), name);
    return { sigma: model.grid.marginal(0), muJ: group("mean"), predict: group("predict") };
  }

  Object.assign(laboratory, {
    PROBABILITIES, Mixture, Hierarchical, completePooled, noPooled, summary,
  });
})();
