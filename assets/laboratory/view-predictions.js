// Views: intervals for observed and new groups, and the share of the variance between groups.

(() => {
  const laboratory = window.laboratory;
  const { s, scale, line, percent, capital, axisBelow, summary } = laboratory;

  const ROW = 46, TOP = 6, BELOW = 44;

  /** What is predicted: its name, its summary and the role whose colour it has. */
  function predictions({ table, chosen, summaries, called, data, complete, none }) {
    const row = table[chosen], own = capital(called(chosen));
    return [
      { name: `${own}: the mean`, found: row.muJ, role: "group" },
      { name: `${own}: without pooling`, found: summary(none.muJ(chosen)), role: "other" },
      { name: `${own}: the next ${data.observation}`, found: row.predict, role: "observation" },
      { name: `A new ${data.group}: the mean`, found: summaries.mu_new, role: "population" },
      { name: `A new ${data.group}: a ${data.observation}`, found: summaries.predict_new, role: "observation" },
      { name: `One pool: the next ${data.observation}`, found: complete.predict, role: "other" },
    ];
  }

  function draw(state, width) {
    const rows = predictions(state), bottom = TOP + rows.length * ROW;
    const low = Math.min(...rows.map(({ found }) => found.low));
    const high = Math.max(...rows.map(({ found }) => found.high));
    const x = scale(low - 0.05 * (high - low), high + 0.05 * (high - low), 14, width - 14);
    const svg = s("svg", { class: "predictions", viewBox: `0 0 ${width} ${bottom + BELOW}`, width,
      height: bottom + BELOW, role: "img", "aria-label": words(state) });
    svg.append(axisBelow(x, bottom, bottom - TOP, state.data.value));
    rows.forEach(({ name, found, role }, k) => {
      const y = TOP + k * ROW + 32, { write } = state;
      svg.append(s("g", { class: `prediction ${role}` },
        s("text", { class: "start name", x: 2, y: y - 13 }, name),
        s("text", { class: "end number", x: width - 2, y: y - 13 },
          `${write(found.low)} – ${write(found.median)} – ${write(found.high)}`),
        s("line", { class: "interval", x1: x(found.low), x2: x(found.high), y1: y, y2: y }),
        s("circle", { cx: x(found.median), cy: y, r: 4.5 })));
    });
    return { svg };
  }

  function words(state) {
    const { summaries, write, data, table, chosen, called } = state;
    const { mu_new: mean, predict_new: next } = summaries, own = table[chosen].predict;
    return `The next ${data.observation} of ${called(chosen)} lies between ${write(own.low)} and `
      + `${write(own.high)} with 80 %. Of a new ${data.group} we expect a mean between ${write(mean.low)} and `
      + `${write(mean.high)}, and a ${data.observation} between ${write(next.low)} and ${write(next.high)}.`;
  }

  laboratory.views.predictions = { title: () => "What may come next", words, draw,
    legend: "80 % intervals and medians." };

  // ------------------------------------------------------------------------- variance share

  const HEIGHT = 190, FLOOR = 190 - 44;

  function drawShare(state, width) {
    const { posterior, summaries: { share }, data } = state;
    const x = scale(0, 1, 14, width - 14), values = Array.from({ length: 201 }, (_, k) => (k + 0.5) / 201);
    const heights = values.map((value) => posterior.share.pdf(value));
    const inside = values.map((value) => value >= share.low && value <= share.high);
    // A share that is almost certainly 0 or 1 has a density without a top.
    const top = heights.reduce((a, b) => Math.max(a, b));
    const y = (height) => FLOOR - ((FLOOR - 14) * height) / top;
    const shape = (keep) => {
      const kept = values.map((value, k) => [x(value), y(heights[k])]).filter((_, k) => keep[k]);
      return kept.length ? `${line([[kept[0][0], FLOOR], ...kept, [kept.at(-1)[0], FLOOR]])}Z` : "";
    };
    const svg = s("svg", { class: "share", viewBox: `0 0 ${width} ${HEIGHT}`, width, height: HEIGHT, role: "img",
      "aria-label": wordsShare(state) });
    svg.append(
      axisBelow(x, FLOOR, FLOOR - 14, `of the variance lies between ${data.groups}`,
        (value) => `${Math.round(100 * value)} %`),
      s("path", { class: "marginal population", d: shape(values.map(() => true)) }),
      s("path", { class: "region", d: shape(inside) }),
      s("line", { class: "population", x1: x(share.median), x2: x(share.median), y1: 14, y2: FLOOR }));
    return { svg };
  }

  function wordsShare({ summaries: { share }, data }) {
    return `Of the variance of all ${data.observations}, ${percent(share.median)} lies between ${data.groups} `
      + `(80 %: ${percent(share.low)} to ${percent(share.high)}), the rest within them. It is `
      + `also the correlation of two ${data.observations} of the same ${data.group}.`;
  }

  laboratory.views.share = { title: () => "Who makes the difference", words: wordsShare, draw: drawShare,
    legend: "Dark: 80 % of the posterior; line: its median." };
})();
