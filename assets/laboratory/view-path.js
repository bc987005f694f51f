// View: how the estimates of the groups fan out as sigma_mu grows, and where the data stop it.

(() => {
  const laboratory = window.laboratory;
  const { s, scale, line, shortened, axisBelow, ticks, tickWriter } = laboratory;

  const LEFT = 52, TOP = 14, BELOW = 44, HEIGHT = 360, DENSITY = 74, STEPS = 48;

  function draw(state, width) {
    const { posterior, table, chosen, data } = state, curve = posterior.marginal("sigma_mu");
    const high = curve.quantile(0.998), right = width - 106;
    const x = scale(0, high, LEFT, right), rows = laboratory.rowsToDraw(state);
    const sigmas = Array.from({ length: STEPS + 1 }, (_, k) => (high * Math.max(k, 1e-6)) / STEPS);
    const paths = sigmas.map((sigma) => posterior.meansGiven(sigma));
    const means = rows.flatMap((j) => paths.map((path) => path.means[j]));
    const floor = HEIGHT - BELOW - DENSITY, low = Math.min(...means), top = Math.max(...means);
    const y = scale(low - 0.03 * (top - low), top + 0.03 * (top - low), floor - 8, TOP);
    const marks = ticks(...y.domain, 6), write = tickWriter(marks);
    const svg = s("svg", { class: "path", viewBox: `0 0 ${width} ${HEIGHT}`, width, height: HEIGHT, role: "img",
      "aria-label": words(state) });
    svg.append(
      axisBelow(x, HEIGHT - BELOW, HEIGHT - BELOW - TOP, `σ_μ, from ${data.group} to ${data.group}`),
      s("g", { class: "axis" }, ...marks.map((value) =>
        s("text", { class: "end", x: LEFT - 7, y: y(value) + 4 }, write(value)))),
      area(curve, x, HEIGHT - BELOW, DENSITY - 10));
    for (const j of [...rows.filter((each) => each !== chosen), chosen]) {
      svg.append(s("path", { class: j === chosen ? "mean chosen" : "mean", "data-group": j,
        d: line(sigmas.map((sigma, k) => [x(sigma), y(paths[k].means[j])])) }));
    }
    const end = paths.at(-1);
    svg.append(
      s("path", { class: "mu", d: line(sigmas.map((sigma, k) => [x(sigma), y(paths[k].mu)])) }),
      s("text", { class: "start population label", x: right + 6, y: y(end.mu) + 4 }, "μ"),
      s("text", { class: "start chosen label", x: right + 6, y: apart(y(end.means[chosen]), y(end.mu)) + 4 },
        shortened(table[chosen].label, 100, 7.2)),
      s("line", { class: "at", y1: TOP, y2: HEIGHT - BELOW }));
    const moved = ({ point }) => {
      const at = svg.querySelector(".at"), place = x(Math.min(point.sigmaMu, high));
      at.setAttribute("x1", place);
      at.setAttribute("x2", place);
    };
    moved(state);
    return { svg, moved };
  }

  /** The first place, moved away from the second if the two are too near for two lines of text. */
  function apart(place, other) {
    return Math.abs(place - other) < 14 ? other + (place < other ? -14 : 14) : place;
  }

  function area(curve, x, floor, height) {
    const [low, high] = x.domain;
    const values = Array.from({ length: 121 }, (_, k) => low + ((high - low) * (k || 1e-6)) / 120);
    const heights = values.map((value) => curve.pdf(value));
    const top = heights.reduce((a, b) => Math.max(a, b));
    const points = values.map((value, k) => [x(value), floor - (height * heights[k]) / top]);
    return s("path", { class: "marginal population", d: `${line([[x(low), floor], ...points, [x(high), floor]])}Z` });
  }

  function words({ summaries, write, data, called, chosen, posterior, table }) {
    const { low, high } = summaries.sigma_mu, [from, to] = [low, high].map((sigma) =>
      posterior.meansGiven(sigma).means[chosen]);
    return `On the left all ${data.groups} are one pool, on the right islands. The data stop in between: `
      + `σ_μ lies between ${write(low)} and ${write(high)} with 80 %. There the estimate of `
      + `${called(chosen)} goes from ${write(from)} to ${write(to)}; its own mean is `
      + `${write(table[chosen].sampleMean)}.`;
  }

  laboratory.views.path = { title: () => "From one pool to islands", words, draw,
    legend: "Lines: estimates given σ_μ alone. Below them: how probable each σ_μ is." };
})();
