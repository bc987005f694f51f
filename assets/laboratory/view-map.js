// View: the joint posterior of the two standard deviations, with a point that can be moved.

(() => {
  const laboratory = window.laboratory;
  const { s, scale, line, axisBelow, label, spoken, ticks, tickWriter } = laboratory;

  const ROWS = 180, COLUMNS = 60; // of cells of the map; between columns its regions are interpolated
  const LEVELS = [0.95, 0.8, 0.5]; // of the regions of highest density
  const LEFT = 52, TOP = 46, RIGHT = 48, BELOW = 44;

  /** The window of the map: all but 0.002 of each sd's posterior, from 0 where that is near. */
  function windowOf(curve) {
    const [low, high] = [curve.quantile(0.001), curve.quantile(0.999)];
    return [low < 0.35 * (high - low) ? 0 : low - 0.05 * (high - low), high + 0.05 * (high - low)];
  }

  /** The density at the middle of each cell, relative to the highest; row by row from below. */
  function densities(posterior, [[left, right], [low, high]]) {
    const middles = (a, b, cells) =>
      Float64Array.from({ length: cells }, (_, k) => a + ((b - a) * (k + 0.5)) / cells);
    const [sigmaY, sigmaMu] = [middles(left, right, COLUMNS), middles(low, high, ROWS)];
    const log = new Float64Array(ROWS * COLUMNS);
    sigmaMu.forEach((b, i) => sigmaY.forEach((a, j) => { log[i * COLUMNS + j] = posterior.logDensity(a, b); }));
    const peak = log.reduce((a, b) => Math.max(a, b), -Infinity);
    const density = log.map((value) => Math.exp(value - peak));
    return { density, peak };
  }

  /** The density above which each share of the posterior lies. */
  function thresholds(density) {
    const sorted = Float64Array.from(density).sort().reverse();
    const total = sorted.reduce((a, b) => a + b, 0);
    return LEVELS.map((level) => {
      let sum = 0;
      return sorted[Math.max(0, sorted.findIndex((value) => (sum += value) >= level * total))];
    });
  }

  /** A region of highest density as strips, one a row of cells, with ends between the cells. */
  function region(density, threshold, x, y) {
    const [left, right] = x.domain, [low, high] = y.domain;
    const wide = (right - left) / COLUMNS, tall = (high - low) / ROWS;
    let d = "";
    for (let i = 0; i < ROWS; i++) {
      const row = density.subarray(i * COLUMNS, (i + 1) * COLUMNS);
      const cut = (a, b) => left + wide * (a + 0.5 + (threshold - row[a]) / (row[b] - row[a]));
      let from = row[0] >= threshold ? left : null;
      for (let j = 1; j <= COLUMNS; j++) {
        const [was, is] = [row[j - 1] >= threshold, j < COLUMNS && row[j] >= threshold];
        if (!was && is) from = cut(j - 1, j);
        if (!was || is) continue;
        const to = j < COLUMNS ? cut(j - 1, j) : right;
        d += `M${x(from).toFixed(1)} ${y(low + tall * i).toFixed(2)}H${x(to).toFixed(1)}`
          + `V${y(low + tall * (i + 1)).toFixed(2)}H${x(from).toFixed(1)}Z`;
      }
    }
    return d;
  }

  function draw(state, width) {
    const { posterior, data } = state, height = Math.min(width * 0.86, 430);
    const sds = ["sigma_y", "sigma_mu"].map((name) => posterior.marginal(name));
    const x = scale(...windowOf(sds[0]), LEFT, width - RIGHT);
    const y = scale(...windowOf(sds[1]), height - BELOW, TOP);
    const { density, peak } = densities(posterior, [x.domain, y.domain]);
    const levels = thresholds(density);
    const svg = s("svg", { class: "map", viewBox: `0 0 ${width} ${height}`, width, height, role: "group",
      "aria-label": `Map of the two standard deviations, ${data.value}` });
    svg.append(
      s("rect", { class: "ground", x: LEFT, y: TOP, width: width - LEFT - RIGHT, height: height - TOP - BELOW }),
      ...levels.map((level) => s("path", { class: "region", d: region(density, level, x, y) })),
      curve(sds[0], x, (place, part) => [place, TOP - 4 - 30 * part], "observation"),
      curve(sds[1], y, (place, part) => [width - RIGHT + 4 + 36 * part, place], "population"),
      axisBelow(x, height - BELOW, 0, `σ_y, from ${data.observation} to ${data.observation}`),
      axisLeft(y),
      label({ class: "start", x: 4, y: 12 }, `σ_μ, from ${data.group} to ${data.group}`));
    const point = s("g", { class: "point", tabindex: 0, role: "slider", "aria-label":
      "Point of the map; arrow keys move it" },
      s("path", { class: "cross" }), s("circle", { class: "reach", r: 22 }), s("circle", { class: "dot", r: 8 }));
    svg.append(point);
    const moved = (now) => place(point, now, x, y, peak);
    moved(state);
    listen(svg, point, state, x, y);
    return { svg, moved };
  }

  function curve(distribution, axis, at, role) {
    const [low, high] = axis.domain;
    const values = Array.from({ length: 81 }, (_, k) => low + ((high - low) * k) / 80);
    const heights = values.map((value) => distribution.pdf(value || (high - low) * 1e-9));
    const top = heights.reduce((a, b) => Math.max(a, b));
    const points = values.map((value, k) => at(axis(value), heights[k] / top));
    return s("path", { class: `marginal ${role}`,
      d: `${line([at(axis(low), 0), ...points, at(axis(high), 0)])}Z` });
  }

  function axisLeft(y) {
    const marks = ticks(...y.domain, 5), write = tickWriter(marks);
    return s("g", { class: "axis" }, ...marks.map((value) =>
      s("text", { class: "end", x: LEFT - 7, y: y(value) + 4 }, write(value))));
  }

  function inside(value, [low, high]) {
    return Math.min(high, Math.max(low, value));
  }

  /** Put the point where the state says, and say where that is. */
  function place(point, { point: { sigmaY, sigmaMu }, posterior, write }, x, y, peak) {
    const [px, py] = [x(inside(sigmaY, x.domain)), y(inside(sigmaMu, y.domain))];
    point.querySelector(".cross").setAttribute("d",
      `M${x(x.domain[0])} ${py}H${x(x.domain[1])}M${px} ${y(y.domain[0])}V${y(y.domain[1])}`);
    for (const circle of point.querySelectorAll("circle")) {
      circle.setAttribute("cx", px);
      circle.setAttribute("cy", py);
    }
    point.setAttribute("aria-valuenow", sigmaMu);
    point.setAttribute("aria-valuemin", 0);
    point.setAttribute("aria-valuemax", y.domain[1]);
    const part = Math.exp(posterior.logDensity(sigmaY, Math.max(sigmaMu, 1e-9 * y.domain[1])) - peak);
    point.setAttribute("aria-valuetext", `sigma y ${write(sigmaY)}, sigma mu ${write(sigmaMu)}, `
      + `${(100 * Math.min(1, part)).toFixed(0)} % of the highest density`);
  }

  /** Move the point by pointer and by keys. */
  function listen(svg, point, state, x, y) {
    const least = x.domain[0] || (x.domain[1] - x.domain[0]) / 200; // sigma_y is never 0
    const go = (sigmaY, sigmaMu) => state.move(
      inside(sigmaY, [least, x.domain[1]]), inside(sigmaMu, y.domain));
    const follow = (event) => {
      const box = svg.getBoundingClientRect(), ratio = svg.viewBox.baseVal.width / box.width;
      go(x.invert((event.clientX - box.left) * ratio), y.invert((event.clientY - box.top) * ratio));
    };
    svg.addEventListener("pointerdown", (event) => {
      if (event.pointerType === "touch" && !event.target.closest(".point")) return; // let it scroll
      svg.setPointerCapture(event.pointerId);
      follow(event);
      point.focus({ preventScroll: true });
      event.preventDefault();
    });
    // A finger on the point moves it, not the page: Chromium heeds no touch-action in an SVG.
    svg.addEventListener("touchstart", (event) => {
      if (event.target.closest(".point")) event.preventDefault();
    }, { passive: false });
    svg.addEventListener("click", follow);
    svg.addEventListener("pointermove", (event) => {
      if (svg.hasPointerCapture(event.pointerId)) follow(event);
    });
    point.addEventListener("keydown", (event) => {
      const [dx, dy] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key]
        ?? [0, 0];
      const part = (event.shiftKey ? 10 : 1) / 100, { sigmaY, sigmaMu } = state.point;
      if (event.key === "Home") state.toMiddle();
      else if (dx || dy) {
        go(sigmaY + dx * part * (x.domain[1] - x.domain[0]), sigmaMu + dy * part * (y.domain[1] - y.domain[0]));
      } else return;
      event.preventDefault();
    });
  }

  function words({ point, posterior, chosen, table, write, called, data }) {
    const { weight, mu, muJ } = posterior.given(point.sigmaY, point.sigmaMu, chosen);
    return `If σ_y were ${write(point.sigmaY)} and σ_μ ${write(point.sigmaMu)}: μ is ${write(mu.mean)} ± `
      + `${write(mu.sd)}, the own ${data.observations} of ${called(chosen)} get the weight `
      + `${weight.toFixed(2)}, and its mean is ${write(muJ.mean)} ± ${write(muJ.sd)}. `
      + `Over the whole map: ${write(table[chosen].muJ.mean)} ± ${write(table[chosen].muJ.sd)}.`;
  }

  laboratory.views.map = { title: () => "Where the two spreads may lie", words, draw, live: true,
    legend: "Shaded: half, 80 % and 95 % of the posterior. Drag the point, or move it with the arrow keys." };
})();
