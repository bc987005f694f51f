// One or two standard deviations on a grid of Gauss-Legendre nodes: course/exact/grid.py.

(() => {
  const laboratory = window.laboratory;
  const { gaussLegendre, projection, project, integrate, solveIncreasing } = laboratory;

  const NEGLIGIBLE_LOG_DENSITY = 36; // exp(-36) = 2e-16 of the highest density
  const NEGLIGIBLE_WEIGHT = 1e-13; // of one component of a mixture
  const LEGENDRE_TOLERANCE = 1e-9; // of the last Legendre coefficients, relative to the largest
  const NODES = [40, 56, 80, 112, 160, 224, 320, 448, 640, 896];
  const LOW_ORDERS = 64; // the largest Legendre coefficient is one of these

  const sum = (values) => values.reduce((a, b) => a + b, 0);

  /**
   * The posterior of one or two standard deviations.
   *
   * The coordinate of a standard deviation s is x = arcsinh(s / scale): linear near zero, where the
   * posterior may end abruptly, logarithmic far out, where it may have a long tail. The number of
   * nodes grows until the last Legendre coefficients of the density of x are negligible.
   *
   * logDensity(first, second) takes a Float64Array of values an axis (second is [0] for one sd) and
   * returns the unnormalised log density at their tensor product, row by row.
   */
  class SdGrid {
    constructor(logDensity, scales) {
      this.logDensity = logDensity;
      this.scales = scales;
      this.axes = scales.map((_, axis) => axis);
      this.boxes = this.findBox();
      const levels = scales.map(() => 0);
      for (;;) {
        this.evaluate(levels.map((level) => NODES[level]));
        const rough = this.axes.filter(
          (axis) => levels[axis] + 1 < NODES.length && this.unresolved(axis));
        if (!rough.length) break;
        for (const axis of rough) levels[axis] += 1;
      }
      // With mass at zero, the mean of a group has a bend there: spend more nodes.
      if (this.boxes.some(([low]) => low === 0)) {
        this.evaluate(this.sizes.map((size, axis) => size * (this.boxes[axis][0] === 0 ? 2 : 1)));
      }
      if (!Number.isFinite(this.peak)) {
        throw new Error("The posterior density is zero or undefined everywhere on the grid.");
      }
    }

    /** Log density of the coordinates at the tensor product of the axes, row by row. */
    logF(axes) {
      const sds = axes.map((axis, i) => axis.map((x) => this.scales[i] * Math.sinh(x)));
      const [first, second = Float64Array.of(0)] = axes.map((axis) => axis.map(logCosh));
      const value = this.logDensity(sds[0], sds[1] ?? Float64Array.of(0));
      for (let i = 0, at = 0; i < first.length; i++) {
        for (let j = 0; j < second.length; j++, at++) {
          value[at] += first[i] + second[j];
          if (Number.isNaN(value[at])) value[at] = -Infinity;
        }
      }
      return value;
    }

    /** Zoom in, step by step, on where the log density is not negligible beside its maximum. */
    findBox() {
      const cells = this.axes.length === 2 ? 64 : 512, margin = 3;
      let box = this.axes.map(() => [0, 60]);
      for (let step = 0; step < 60; step++) {
        const widths = box.map(([low, high]) => (high - low) / cells);
        const axes = box.map(([low], i) =>
          Float64Array.from({ length: cells }, (_, k) => low + widths[i] * (k + 0.5)));
        const ends = this.keptEnds(this.logF(axes), cells);
        const next = box.map(([low, high], i) => [
          Math.max(low, axes[i][ends[i][0]] - margin * widths[i]),
          Math.min(high, axes[i][ends[i][1]] + margin * widths[i]),
        ]);
        const shrink = Math.min(
          ...next.map(([a, b], i) => (b - a) / (box[i][1] - box[i][0])));
        box = next;
        if (shrink > 0.7) break;
      }
      return box;
    }

    /** First and last cell of each axis in which the density is not negligible. */
    keptEnds(logF, cells) {
      const least = logF.reduce((a, b) => Math.max(a, b), -Infinity) - NEGLIGIBLE_LOG_DENSITY;
      const second = this.axes.length === 2 ? cells : 1;
      const ends = this.axes.map(() => [cells - 1, 0]);
      logF.forEach((value, at) => {
        if (!(value >= least)) return;
        [Math.floor(at / second), at % second].slice(0, ends.length).forEach((k, i) => {
          ends[i] = [Math.min(ends[i][0], k), Math.max(ends[i][1], k)];
        });
      });
      return ends;
    }

    /** Density of the coordinates at the nodes, and weights that sum to 1. */
    evaluate(sizes) {
      this.sizes = sizes;
      this.rules = sizes.map(gaussLegendre);
      this.x = this.rules.map(({ nodes }, i) => {
        const [low, high] = this.boxes[i];
        return nodes.map((t) => low + ((high - low) / 2) * (t + 1));
      });
      this.axisWeights = this.rules.map(({ weights }, i) =>
        weights.map((w) => (w * (this.boxes[i][1] - this.boxes[i][0])) / 2));
      const logF = this.logF(this.x), [first, second = [1]] = this.axisWeights;
      this.peak = logF.reduce((a, b) => Math.max(a, b), -Infinity);
      this.rounding = 100 * Number.EPSILON * Math.abs(this.peak);
      this.density = logF.map((value) => Math.exp(value - this.peak));
      this.weights = this.density.map((value, at) =>
        value * first[Math.floor(at / second.length)] * second[at % second.length]);
      const total = sum(this.weights);
      this.density = this.density.map((value) => value / total);
      this.weights = this.weights.map((value) => value / total);
    }

    /** Are the last Legendre coefficients along this axis still not negligible? */
    unresolved(axis) {
      const n = this.sizes[axis], [, second = 1] = this.sizes;
      const lines = this.density.length / n, matrix = projection(n);
      const last = Math.max(4, Math.floor(n / 10));
      let largest = 0, tail = 0;
      for (let line = 0; line < lines; line++) {
        const start = axis === 0 ? line : line * second, step = axis === 0 ? second : 1;
        const size = (k) => {
          let value = 0;
          for (let i = 0, at = start; i < n; i++, at += step) {
            value += matrix[k * n + i] * this.density[at];
          }
          return Math.abs(value);
        };
        for (let k = 0; k < Math.min(n, LOW_ORDERS); k++) largest = Math.max(largest, size(k));
        for (let k = n - last; k < n; k++) tail = Math.max(tail, size(k));
      }
      return tail > Math.max(LEGENDRE_TOLERANCE, this.rounding) * largest;
    }

    /** The sds at the nodes that matter, and their weights, which sum to 1. */
    components() {
      const second = this.sizes[1] ?? 1, kept = [];
      this.weights.forEach((w, at) => w > NEGLIGIBLE_WEIGHT && kept.push(at));
      const weights = Float64Array.from(kept, (at) => this.weights[at]), total = sum(weights);
      const along = (axis, index) => Float64Array.from(kept, (at) =>
        this.scales[axis] * Math.sinh(this.x[axis][index(at)]));
      return {
        sds: [(at) => Math.floor(at / second), (at) => at % second]
          .slice(0, this.axes.length).map((index, axis) => along(axis, index)),
        weights: weights.map((w) => w / total),
      };
    }

    /** Posterior of the sd on one axis, as a `Curve`. */
    marginal(axis) {
      const n = this.sizes[axis], second = this.sizes[1] ?? 1, scale = this.scales[axis];
      const density = new Float64Array(n), weights = new Float64Array(n);
      const other = this.axisWeights[1 - axis] ?? [1];
      this.density.forEach((value, at) => {
        const [i, j] = [Math.floor(at / second), at % second];
        const [own, across] = axis === 0 ? [i, j] : [j, i];
        density[own] += value * other[across];
        weights[own] += this.weights[at];
      });
      const [low, high] = this.boxes[axis], half = (high - low) / 2;
      const series = project(density), [total] = integrate(series, 1);
      return new Curve({
        latent: (value) => Math.asinh(value / scale),
        value: (x) => scale * Math.sinh(x),
        slope: (x) => scale * Math.cosh(x),
        bounds: [low, high],
        at: (x) => {
          const t = Math.min(1, Math.max(-1, (x - low) / half - 1));
          const [integral, value] = integrate(series, t);
          return [integral / total, value / (half * total)];
        },
        values: this.x[axis].map((x) => scale * Math.sinh(x)),
        weights,
      });
    }

    /**
     * Posterior of s_1² / (s_0² + s_1²), the second variance as a share of the total.
     *
     * Given s_0 the share grows with s_1, so its cdf is the average over s_0 of the conditional cdf
     * of s_1; the latent coordinate is the angle arctan(s_1 / s_0).
     */
    share() {
      const [n, m] = this.sizes, [low, high] = this.boxes[1], half = (high - low) / 2;
      const lines = [];
      for (let i = 0; i < n; i++) {
        const row = this.density.subarray(i * m, (i + 1) * m), w = this.axisWeights[0][i];
        if (row.some((value) => value * w > 1e-20)) {
          lines.push({ sd: this.scales[0] * Math.sinh(this.x[0][i]), series: project(row), w });
        }
      }
      const { sds: [sd0, sd1], weights } = this.components();
      return new Curve({
        latent: (value) => Math.asin(Math.sqrt(value)),
        value: (angle) => Math.sin(angle) ** 2,
        slope: (angle) => Math.sin(2 * angle),
        bounds: [0, Math.PI / 2],
        at: (angle) => this.shareAt(angle, lines, low, half),
        values: sd0.map((s, k) => sd1[k] ** 2 / (s ** 2 + sd1[k] ** 2)),
        weights,
      });
    }

    /** Cdf and density of the angle: how much of each line of nodes lies below the ray. */
    shareAt(angle, lines, low, half) {
      const tangent = Math.tan(angle);
      let cdf = 0, pdf = 0;
      for (const { sd, series, w } of lines) {
        const cut = (Math.asinh((sd * tangent) / this.scales[1]) - low) / half - 1;
        if (cut <= -1) continue;
        const [integral, value] = integrate(series, Math.min(cut, 1));
        cdf += w * half * integral;
        if (cut < 1) {
          pdf += (w * value * sd * (1 + tangent ** 2)) / Math.hypot(this.scales[1], sd * tangent);
        }
      }
      return [cdf, pdf];
    }
  }

  /** log(cosh(x)) for x >= 0, also where cosh is huge. */
  function logCosh(x) {
    return x + Math.log1p(Math.exp(-2 * x)) - Math.LN2;
  }

  /** A positive quantity that is an increasing function of a latent one with a smooth density. */
  class Curve {
    constructor({ latent, value, slope, bounds, at, values, weights }) {
      Object.assign(this, { latent, value, slope, bounds, at });
      const mean = values.reduce((total, v, k) => total + v * weights[k], 0);
      this.mean = mean;
      this.sd = Math.sqrt(
        values.reduce((total, v, k) => total + (v - mean) ** 2 * weights[k], 0));
    }

    /** The value below which a share p of the posterior lies. */
    quantile(p) {
      const [low, high] = this.bounds;
      return this.value(
        solveIncreasing(this.at, p, low, high, (low + high) / 2, 1e-12 * (high - low)));
    }

    /** Posterior density at a value. */
    pdf(value) {
      const x = this.latent(value), [low, high] = this.bounds;
      if (!(x >= low && x <= high)) return 0;
      return Math.max(0, this.at(x)[1]) / this.slope(x);
    }
  }

  Object.assign(laboratory, { SdGrid });
})();
