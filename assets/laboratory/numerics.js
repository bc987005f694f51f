// Quadrature, root finding and the normal distribution: what course/exact takes from NumPy and SciPy.
// Classic scripts share one global, `laboratory`; modules would not load from a file.

(() => {
  const laboratory = (window.laboratory ??= {});

  // ------------------------------------------------------------- Gauss-Legendre quadrature

  const rules = new Map();

  /** Nodes on [-1, 1] and weights of Gauss-Legendre quadrature, both of length n; kept. */
  function gaussLegendre(n) {
    if (!rules.has(n)) rules.set(n, findRule(n));
    return rules.get(n);
  }

  function findRule(n) {
    const nodes = new Float64Array(n), weights = new Float64Array(n);
    for (let i = 0; i < Math.ceil(n / 2); i++) {
      let x = Math.cos((Math.PI * (i + 0.75)) / (n + 0.5)), slope;
      for (let step = 0; step < 100; step++) {
        let [before, value] = [1, x];
        for (let k = 2; k <= n; k++) {
          [before, value] = [value, ((2 * k - 1) * x * value - (k - 1) * before) / k];
        }
        slope = (n * (before - x * value)) / (1 - x * x);
        const moved = value / slope;
        x -= moved;
        if (Math.abs(moved) < 1e-15) break;
      }
      [nodes[i], nodes[n - 1 - i]] = [-x, x];
      weights[i] = weights[n - 1 - i] = 2 / ((1 - x * x) * slope * slope);
    }
    if (n % 2) nodes[(n - 1) / 2] = 0;
    return { nodes, weights, projection: null };
  }

  /** The matrix from values at the n nodes to Legendre coefficients, row by row. */
  function projection(n) {
    const rule = gaussLegendre(n);
    if (rule.projection) return rule.projection;
    const matrix = new Float64Array(n * n);
    for (let i = 0; i < n; i++) {
      let before = 0, value = 1;
      const x = rule.nodes[i], w = rule.weights[i];
      for (let k = 0; k < n; k++) {
        matrix[k * n + i] = (k + 0.5) * w * value;
        [before, value] = [value, ((2 * k + 1) * x * value - k * before) / (k + 1)];
      }
    }
    return (rule.projection = matrix);
  }

  /** Legendre coefficients of the polynomial through values at Gauss-Legendre nodes. */
  function project(values) {
    const n = values.length, matrix = projection(n), series = new Float64Array(n);
    for (let k = 0; k < n; k++) {
      let sum = 0;
      for (let i = 0; i < n; i++) sum += matrix[k * n + i] * values[i];
      series[k] = sum;
    }
    return series;
  }

  /** Integral from -1 to t of a Legendre series, and its value at t. */
  function integrate(series, t) {
    let before = 1, value = t, integral = series[0] * (t + 1), sum = series[0];
    for (let k = 1; k < series.length; k++) {
      const next = ((2 * k + 1) * t * value - k * before) / (k + 1);
      sum += series[k] * value;
      integral += (series[k] * (next - before)) / (2 * k + 1);
      before = value;
      value = next;
    }
    return [integral, sum];
  }

  // --------------------------------------------------------------------------- root finding

  /**
   * Where an increasing function, f(x) = [value, slope], is `target`: Newton, kept by bisection.
   *
   * Newton squares the error at each step: a step of `last` is the last one but for rounding.
   */
  function solveIncreasing(f, target, lower, upper, start = (lower + upper) / 2, last = null) {
    const width = upper - lower;
    let x = Math.min(Math.max(start, lower), upper);
    for (let step = 0; step < 200; step++) {
      const [value, slope] = f(x), error = value - target;
      if (error < 0) lower = x;
      if (error > 0) upper = x;
      const newton = x - error / slope;
      const safe = newton >= lower && newton <= upper && (newton !== x || error === 0);
      const next = safe ? newton : (lower + upper) / 2, moved = Math.abs(next - x);
      x = next;
      if (moved <= (safe ? last ?? 1e-7 * width : 1e-14 * width)) break;
    }
    return x;
  }

  // ---------------------------------------------------------------- the normal distribution

  const FAR = 9, PER_UNIT = 64; // the table reaches from -FAR to FAR
  const SIZE = 2 * FAR * PER_UNIT + 1;
  const CDF = new Float64Array(SIZE), PDF = new Float64Array(SIZE);

  for (let i = 0; i < SIZE; i++) {
    const z = i / PER_UNIT - FAR, pdf = Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI);
    let sum = 0;
    for (let term = Math.abs(z), k = 3; term > 1e-18 * sum; k += 2) {
      sum += term;
      term *= (z * z) / k;
    }
    PDF[i] = pdf;
    CDF[i] = z < 0 ? 0.5 - pdf * sum : 0.5 + pdf * sum;
  }

  /**
   * Cdf and density at x of a mixture of normals with these means, 1 / sds and weights.
   *
   * Each normal is a Taylor series around the nearest point of the table; its error is below 1e-12.
   */
  function mixtureAt(x, means, precisions, weights) {
    let cdf = 0, pdf = 0;
    for (let k = 0; k < weights.length; k++) {
      const z = (x - means[k]) * precisions[k];
      if (z >= FAR) { cdf += weights[k]; continue; }
      if (!(z > -FAR)) continue;
      const i = ((z + FAR) * PER_UNIT + 0.5) | 0, z0 = i / PER_UNIT - FAR, d = z - z0, f = PDF[i];
      const second = z0 * z0 - 1, third = z0 * (z0 * z0 - 3);
      cdf += weights[k] * (CDF[i] + f * d * (1 - d * (z0 / 2 - d * (second / 6 - (d * third) / 24))));
      pdf += weights[k] * precisions[k] * f * (1 - d * (z0 - d * (second / 2 - (d * third) / 6)));
    }
    return [cdf, pdf];
  }

  /**
   * f at many xs, from few: f is a smooth function of x and returns an array.
   *
   * The polynomial through `points` Chebyshev nodes is compared with f at two of the xs; unless
   * `close(found, exact)`, the nodes are doubled. What would take as many calls is not interpolated.
   */
  function interpolated(f, xs, close, points = 14) {
    if (2 * points > xs.length) return xs.map(f);
    const through = polynomial(f, Math.min(...xs), Math.max(...xs), points);
    const tried = [0.3, 0.8].map((part) => xs[Math.floor(part * xs.length)]);
    return tried.every((x) => close(through(x), f(x)))
      ? xs.map(through) : interpolated(f, xs, close, 2 * points);
  }

  /** The polynomials through f at Chebyshev nodes, one for each entry of its array. */
  function polynomial(f, low, high, points) {
    const angles = Array.from({ length: points }, (_, k) => (Math.PI * (k + 0.5)) / points);
    const nodes = angles.map((a) => (low + high) / 2 - ((high - low) / 2) * Math.cos(a));
    const values = nodes.map(f), weights = angles.map((a, k) => (k % 2 ? -1 : 1) * Math.sin(a));
    return (x) => {
      if (nodes.includes(x)) return values[nodes.indexOf(x)];
      const sums = values[0].map(() => 0);
      let total = 0;
      nodes.forEach((node, k) => {
        const w = weights[k] / (x - node);
        total += w;
        values[k].forEach((value, i) => { sums[i] += w * value; });
      });
      return sums.map((value) => value / total);
    };
  }

  /** Where a share p of the standard normal distribution lies below. */
  function normalQuantile(p) {
    return solveIncreasing((x) => mixtureAt(x, [0], [1], [1]), p, -FAR, FAR);
  }

  /** Mean and sd of a mixture of normals, and bounds that hold all but 1e-15 of each of them. */
  function mixtureMoments(means, precisions, weights) {
    let mean = 0, variance = 0, lower = Infinity, upper = -Infinity;
    for (let k = 0; k < weights.length; k++) mean += weights[k] * means[k];
    for (let k = 0; k < weights.length; k++) {
      const off = means[k] - mean, sd = 1 / precisions[k];
      variance += weights[k] * (sd * sd + off * off);
      if (means[k] - 8 * sd < lower) lower = means[k] - 8 * sd;
      if (means[k] + 8 * sd > upper) upper = means[k] + 8 * sd;
    }
    return { mean, sd: Math.sqrt(variance), lower, upper };
  }

  Object.assign(laboratory, {
    gaussLegendre, projection, project, integrate, solveIncreasing,
    interpolated, mixtureAt, mixtureMoments, normalQuantile,
  });
})();
