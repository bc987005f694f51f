// Efron and Morris's baseball players: course/judging/shrinkage_example.py.

(() => {
  const { answers, laboratory } = window;

  const mean = (values) => values.reduce((a, b) => a + b, 0) / values.length;
  const squares = (values) => values.reduce((total, value) => total + value * value, 0);

  /** Averages drawn towards their mean, each by the same share of its distance from it. */
  function shrunken(averages, atBats) {
    const centre = mean(averages), distances = averages.map((average) => average - centre);
    const variance = (centre * (1 - centre)) / atBats;
    const kept = 1 - ((averages.length - 3) * variance) / squares(distances);
    return distances.map((distance) => centre + kept * distance);
  }

  /** What Exercise 16b asks for, and the results of its classic mistakes. */
  function shrinkage() {
    const { groups, later } = laboratory.data.find(({ id }) => id === "baseball");
    const observed = groups.map(([, hits]) => mean(hits) / 100); // a hit counts 100 there
    const moved = shrunken(observed, groups[0][1].length);
    const less = (values, others) => values.map((value, i) => value - others[i]);
    const rmse = (errors) => Math.sqrt(squares(errors) / errors.length);
    const centre = mean(observed);
    const results = {
      rmse_centre: rmse(later.map((average) => centre - average)),
      rmse_moved: rmse(less(moved, observed)),
    };
    for (const [name, estimates] of [["observed", observed], ["shrunken", moved]]) {
      const errors = less(estimates, later), n = errors.length, off = mean(errors);
      Object.assign(results, {
        [`rmse_${name}`]: rmse(errors),
        [`thousand_${name}`]: 1000 * rmse(errors),
        [`mse_${name}`]: squares(errors) / n,
        [`sse_${name}`]: squares(errors),
        [`rsse_${name}`]: Math.sqrt(squares(errors)),
        [`mae_${name}`]: mean(errors.map(Math.abs)),
        [`sd_${name}`]: Math.sqrt(squares(errors.map((error) => error - off)) / (n - 1)),
      });
    }
    return results;
  }

  Object.assign(answers, { shrinkage });
})();
