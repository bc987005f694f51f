// What the models need to know of data: number and mean of each group, and squares within groups.

(() => {
  const laboratory = window.laboratory;

  /** Data that no model can use; the message is for the reader. */
  class UnusableError extends Error {}

  /**
   * Sufficient statistics of groups, a Map or list of [label, values].
   *
   * Returns labels, values, count, mean (one a group), n, centre (mean of all values), withinSS,
   * totalSS, sd (of all values, n - 1 in its denominator), and sizes: groups of the same size.
   */
  function statisticsOf(groups) {
    const labels = [], values = [];
    for (const [label, own] of groups) {
      labels.push(String(label));
      values.push(Float64Array.from(own));
    }
    const count = values.map((own) => own.length);
    const n = count.reduce((a, b) => a + b, 0);
    const rough = values.reduce((total, own) => total + own.reduce((a, b) => a + b, 0), 0) / n;
    const mean = values.map((own) =>
      own.every((y) => y === own[0]) ? own[0] // rounding must not make a constant group vary
        : rough + own.reduce((a, y) => a + (y - rough), 0) / own.length);
    const withinSS = values.reduce((total, own, j) =>
      total + own.reduce((a, y) => a + (y - mean[j]) ** 2, 0), 0);
    return summarised({ labels, values, count, mean, withinSS });
  }

  /** The same from counts, means and the sum of squares within groups. */
  function summarised({ labels, values = null, count, mean, withinSS }) {
    const n = count.reduce((a, b) => a + b, 0), first = mean[0];
    const centre = first + mean.reduce((a, m, j) => a + count[j] * (m - first), 0) / n;
    const totalSS = withinSS + mean.reduce((a, m, j) => a + count[j] * (m - centre) ** 2, 0);
    const statistics = {
      labels, values, count, mean, n, centre, withinSS, totalSS,
      sd: Math.sqrt(totalSS / (n - 1)), sizes: sizesOf(count, mean, centre),
    };
    refuse(statistics);
    return statistics;
  }

  /** Groups of the same size: their number, the mean of their means and its squares. */
  function sizesOf(count, mean, centre) {
    const sizes = new Map();
    count.forEach((size, j) => {
      if (!sizes.has(size)) sizes.set(size, { size, members: [], groups: 0, mean: 0, ss: 0 });
      sizes.get(size).members.push(j);
    });
    for (const each of sizes.values()) {
      each.groups = each.members.length;
      each.mean = each.members.reduce((a, j) => a + (mean[j] - centre), 0) / each.groups;
      each.ss = each.members.reduce((a, j) => a + (mean[j] - centre - each.mean) ** 2, 0);
    }
    return [...sizes.values()].sort((a, b) => a.size - b.size);
  }

  /** Throw an UnusableError for data without any variation to split. */
  function refuse({ labels, count, mean, n, withinSS }) {
    if (labels.length < 2) {
      throw new UnusableError(
        "There is only one group. Partial pooling is about several: it needs two or more.");
    }
    if (withinSS === 0 && mean.every((m) => m === mean[0])) {
      throw new UnusableError("All values are equal: there is no variation to explain.");
    }
    if (n > count.length && withinSS === 0) {
      throw new UnusableError(
        "Within each group all values are equal, so nothing can be said about the spread within "
        + "groups. Give one row per group instead, or values that vary.");
    }
  }

  Object.assign(laboratory, { UnusableError, statisticsOf, summarised });
})();
