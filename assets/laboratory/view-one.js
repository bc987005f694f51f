// View: one group's prior (what the others say), likelihood (its own data) and posterior.

(() => {
  const laboratory = window.laboratory;
  const { s, scale, line, axisBelow } = laboratory;

  const TOP = 22, BELOW = 44, HEIGHT = 250;

  /** The three normals, given the point of the map: their product rule is exact. */
  function three({ posterior, point, chosen, table }) {
    const { sigmaY, sigmaMu } = point, { n, sampleMean } = table[chosen];
    const others = posterior.muGiven(sigmaY, sigmaMu, chosen);
    return {
      prior: { mean: others.mean, sd: Math.sqrt(others.variance + sigmaMu ** 2) },
      likelihood: { mean: sampleMean, sd: sigmaY / Math.sqrt(n) },
      posterior: posterior.given(sigmaY, sigmaMu, chosen).muJ,
    };
  }

  /** The exact density of the group's mean at some values, kept while only the point moves. */
  function exactDensity({ posterior, chosen }) {
    if (kept.posterior !== posterior || kept.chosen !== chosen) {
      const mixture = posterior.group(chosen, "mu_j");
      const values = Array.from({ length: 121 }, (_, k) => mixture.mean + mixture.sd * (k / 15 - 4));
      kept = { posterior, chosen, density: values.map((value) => [value, mixture.pdf(value)]) };
    }
    return kept.density;
  }

  let kept = {};

  function normal({ mean, sd }, value) {
    return Math.exp(-0.5 * ((value - mean) / sd) ** 2) / (sd * Math.sqrt(2 * Math.PI));
  }

  function draw(state, width) {
    const curves = three(state), all = Object.values(curves);
    const low = Math.min(...all.map(({ mean, sd }) => mean - 2.8 * sd));
    const high = Math.max(...all.map(({ mean, sd }) => mean + 2.8 * sd));
    const x = scale(low, high, 14, width - 14);
    const values = Array.from({ length: 241 }, (_, k) => low + ((high - low) * k) / 240);
    const densities = Object.entries(curves).map(([name, each]) =>
      [name, values.map((value) => normal(each, value))]);
    const exact = exactDensity(state).filter(([value]) => value >= low && value <= high);
    const top = Math.max(...exact.map(([, height]) => height), ...densities.flatMap(([, heights]) => heights));
    const y = scale(0, top, HEIGHT - BELOW, TOP);
    const svg = s("svg", { class: "one", viewBox: `0 0 ${width} ${HEIGHT}`, width, height: HEIGHT, role: "img",
      "aria-label": words(state) });
    svg.append(axisBelow(x, HEIGHT - BELOW, HEIGHT - BELOW - TOP, state.data.value));
    for (const [name, heights] of densities) {
      const points = values.map((value, k) => [x(value), y(heights[k])]);
      const d = `${line([[x(low), y(0)], ...points, [x(high), y(0)]])}Z`;
      svg.append(s("path", { class: `density ${name}`, d }));
    }
    const points = exact.map(([value, height]) => [x(value), y(height)]);
    svg.append(s("path", { class: "density exact", d: line(points) }));
    labelled(svg, curves, x, y, width);
    return { svg };
  }

  /** Name each curve above its peak, kept apart. */
  function labelled(svg, curves, x, y, width) {
    const names = { prior: "the others", likelihood: "its own data", posterior: "both" };
    const taken = [];
    for (const name of ["posterior", "likelihood", "prior"]) {
      const { mean } = curves[name], place = Math.min(width - 46, Math.max(46, x(mean)));
      let at = Math.max(14, y(normal(curves[name], mean)) - 6);
      while (taken.some(([px, py]) => Math.abs(px - place) < 78 && Math.abs(py - at) < 14)) at += 15;
      taken.push([place, at]);
      svg.append(s("text", { class: `curve-name ${name}`, x: place, y: at }, names[name]));
    }
  }

  function words(state) {
    const { write, called, chosen, table, data } = state, { prior, likelihood, posterior } = three(state);
    return `The other ${data.groups} lead us to expect ${write(prior.mean)} ± ${write(prior.sd)}. `
      + `${laboratory.counted(table[chosen].n, data)} of ${called(chosen)} say ${write(likelihood.mean)} ± `
      + `${write(likelihood.sd)}. Together: ${write(posterior.mean)} ± ${write(posterior.sd)}.`;
  }

  laboratory.views.one = { title: ({ called, chosen }) => `What is known of ${called(chosen)}`, words, draw,
    live: true, legend: "Filled: given the point of the map. Dashed line: exactly, over the whole map." };
})();
