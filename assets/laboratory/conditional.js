// What is known of the groups given both standard deviations: their weights and shrunken means.
// The laboratory averages over the standard deviations; the picture of the front page and the
// explorer of a chapter set them.

(() => {
  const laboratory = (window.laboratory ??= {});

  /** So large a sigma_mu that it sets no limit: all weights are 1 to the last digit. */
  const NO_LIMIT = 1e12;

  /** Variance of the mean of a group of this size around mu. */
  function spread(size, sigmaY, sigmaMu) {
    return sigmaMu * sigmaMu + (sigmaY * sigmaY) / size;
  }

  /** The weight of a group's own mean in its shrunken mean. */
  function ownWeight(size, sigmaY, sigmaMu) {
    return (sigmaMu * sigmaMu) / spread(size, sigmaY, sigmaMu) || 0;
  }

  /** mu, and weight and shrunken mean of each group { n, mean }, if nothing else is known of mu. */
  function shrink(groups, sigmaY, sigmaMu) {
    let total = 0, sum = 0;
    for (const { n, mean } of groups) {
      total += 1 / spread(n, sigmaY, sigmaMu);
      sum += mean / spread(n, sigmaY, sigmaMu);
    }
    const mu = sum / total;
    const weights = groups.map(({ n }) => ownWeight(n, sigmaY, sigmaMu));
    const means = groups.map(({ mean }, j) => mu + weights[j] * (mean - mu));
    return { mu, weights, means };
  }

  Object.assign(laboratory, { NO_LIMIT, spread, ownWeight, shrink });
})();
