// Simulated groups, of which the truth is known.

(() => {
  const laboratory = window.laboratory;

  /** Random numbers between 0 and 1 from a seed: a 32-bit generator that mixes a counter. */
  function generator(seed) {
    let state = seed >>> 0;
    return () => {
      state = (state + 0x6d2b79f5) >>> 0;
      let t = Math.imul(state ^ (state >>> 15), state | 1);
      t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
      return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
    };
  }

  /** Standard normal numbers from a seed (Box and Muller's method). */
  function normals(seed) {
    const uniform = generator(seed);
    return () =>
      Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  }

  /**
   * Groups, [label, values] each, and their true means.
   *
   * The same seed gives the same luck: another sigma stretches the picture, another number of
   * groups or of values adds to it, and nothing else moves.
   */
  function simulate({ groups, size, mu, sigmaY, sigmaMu, seed }) {
    const truth = [];
    const made = Array.from({ length: groups }, (_, j) => {
      const next = normals(seed * 100_003 + j * 7919);
      truth.push(mu + sigmaMu * next());
      return [String(j + 1), Array.from({ length: size }, () => truth[j] + sigmaY * next())];
    });
    return { groups: made, truth };
  }

  Object.assign(laboratory, { simulate });
})();
