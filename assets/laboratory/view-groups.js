// View: every group's observations, their mean, and what partial pooling makes of it.

(() => {
  const laboratory = window.laboratory;
  const { s, scale, capital, shortened, axisBelow } = laboratory;

  const ROWS = 60; // at most so many groups are drawn; the table has all
  const TOP = 30, BELOW = 44, FULL = 740; // pixels; as high as the two views beside it

  /** Positions of the groups to draw, by sample mean from the highest down; the chosen one always. */
  function rowsToDraw({ table, chosen }) {
    const order = table.map((_, j) => j).sort((a, b) => table[b].sampleMean - table[a].sampleMean);
    if (order.length <= ROWS) return order;
    const step = (order.length - 1) / (ROWS - 1);
    const kept = new Set(Array.from({ length: ROWS }, (_, k) => order[Math.round(k * step)]));
    return order.filter((j) => kept.has(j) || j === chosen);
  }

  function draw(state, width) {
    const { data, table, posterior, raw, truth } = state;
    const rows = rowsToDraw(state), [least, most] = state.wide ? [17, 40] : [17, 26];
    const height = Math.min(most, Math.max(least, FULL / rows.length));
    const left = Math.min(150, Math.max(72, width * 0.26)), bottom = TOP + (rows.length + 1) * height + 6;
    const x = scale(...range(state, rows), left + 10, width - 14);
    const svg = s("svg", { class: "groups", viewBox: `0 0 ${width} ${bottom + BELOW}`, width,
      height: bottom + BELOW, role: "img", "aria-label": described(state) });
    const mu = state.summaries.mu, y = (k) => TOP + (k + 0.5) * height;
    svg.append(
      s("rect", { class: "band population", x: x(mu.low), width: x(mu.high) - x(mu.low), y: TOP - 6,
        height: bottom - TOP + 6 }),
      s("line", { class: "population", x1: x(mu.mean), x2: x(mu.mean), y1: TOP - 6, y2: bottom }),
      s("text", { class: "population label", x: x(mu.mean), y: TOP - 12 }, `μ ${state.write(mu.mean)}`),
      axisBelow(x, bottom, bottom - TOP, data.value));
    rows.forEach((j, k) => {
      const row = table[j], group = s("g", { class: j === state.chosen ? "of-group chosen" : "of-group", "data-group": j });
      group.append(
        s("rect", { class: "hit", x: 0, y: y(k) - height / 2, width, height }),
        s("text", { class: "name", x: left, y: y(k) + 4 }, shortened(row.label, left - 6),
          s("title", {}, `${state.called(j)}: ${row.n}`)));
      if (raw && data.values) {
        for (const value of data.values[j].slice(0, 200)) {
          group.append(s("circle", { class: "observation", cx: x(value), cy: y(k), r: 2 }));
        }
      }
      group.append(
        s("line", { class: "interval", x1: x(row.muJ.low), x2: x(row.muJ.high), y1: y(k), y2: y(k) }),
        s("line", { class: "pull", x1: x(row.sampleMean), x2: x(row.muJ.mean), y1: y(k), y2: y(k) }),
        s("circle", { class: "sample", cx: x(row.sampleMean), cy: y(k), r: 4 }),
        s("circle", { class: "partial", cx: x(row.muJ.mean), cy: y(k), r: 4 }));
      if (truth) group.append(s("path", { class: "truth", d: `M${x(truth[j])} ${y(k) - 6}v12` }));
      svg.append(group);
    });
    svg.append(newGroup(state, x, y(rows.length) + 4, left), s("g", { class: "given" }));
    const moved = (now) => drawGiven(svg.querySelector(".given"), now, rows, x, y);
    moved(state);
    svg.addEventListener("click", ({ target }) => {
      const row = target.closest("[data-group]");
      if (row) state.choose(Number(row.dataset.group));
    });
    return { svg, moved, posterior };
  }

  /** Room for all that is drawn: single observations, means, intervals and a new group. */
  function range({ data, table, raw, summaries, truth }, rows) {
    const ends = rows.flatMap((j) => [
      table[j].sampleMean, table[j].muJ.low, table[j].muJ.high, ...(truth ? [truth[j]] : []),
      ...(raw && data.values ? data.values[j] : []),
    ]);
    ends.push(summaries.mu_new.low, summaries.mu_new.high);
    const low = ends.reduce((a, b) => Math.min(a, b)), high = ends.reduce((a, b) => Math.max(a, b));
    return [low - 0.02 * (high - low), high + 0.02 * (high - low)];
  }

  function newGroup({ summaries, data }, x, y, left) {
    const { low, median, high } = summaries.mu_new;
    return s("g", { class: "new" },
      s("text", { class: "name", x: left, y: y + 4 }, `a new ${data.group}`),
      s("line", { class: "interval", x1: x(low), x2: x(high), y1: y, y2: y }),
      s("circle", { cx: x(median), cy: y, r: 4 }));
  }

  /** The conditional means under the point of the map, once the reader has moved it. */
  function drawGiven(layer, { point, posterior, table }, rows, x, y) {
    layer.replaceChildren();
    if (!point.moved) return;
    rows.forEach((j, k) => {
      const at = x(posterior.given(point.sigmaY, point.sigmaMu, j).muJ.mean);
      layer.append(s("path", { d: `M${at} ${y(k) - 5}l5 5l-5 5l-5 -5z` }, s("title", {}, table[j].label)));
    });
  }

  function described({ table, data, write, summaries }) {
    const pull = (row) => Math.abs(row.muJ.mean - row.sampleMean);
    const most = table.reduce((a, b) => (pull(b) > pull(a) ? b : a));
    return `A row for each ${data.group}: its mean and, drawn towards mu, ${write(summaries.mu.mean)}, `
      + `its posterior mean with an 80 % interval. Pulled furthest is ${most.label}, from `
      + `${write(most.sampleMean)} to ${write(most.muJ.mean)}.`;
  }

  function words(state) {
    const { data, table, chosen, write, called, truth } = state, row = table[chosen];
    const shown = table.length > ROWS ? ` ${ROWS} of ${table.length} ${data.groups} are drawn.` : "";
    const right = truth ? ` The truth is ${write(truth[chosen])} (bar).` : "";
    return `${capital(called(chosen))}: ${counted(row.n, data)} with a mean of ${write(row.sampleMean)}; partial `
      + `pooling says ${write(row.muJ.mean)}, with 80 % between ${write(row.muJ.low)} and `
      + `${write(row.muJ.high)}. The weight of its own ${data.observations} is ${row.weight.mean.toFixed(2)}.`
      + right + shown;
  }

  function counted(n, { observation, observations }) {
    return `${n} ${n === 1 ? observation : observations}`;
  }

  laboratory.views = {
    groups: { title: ({ data }) => `All ${data.groups}, drawn together`, words, draw },
  };
  Object.assign(laboratory, { rowsToDraw, counted });
})();
