// What one takes along: tables as CSV, pictures as SVG, and the Bambi code of the same model.

(() => {
  const laboratory = window.laboratory;

  /** Offer a text as a file to save. */
  function save(name, text, type) {
    const address = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
    laboratory.h("a", { href: address, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(address), 10_000);
  }

  /** Rows of cells as CSV; text in quotes where it needs them. */
  function csv(rows) {
    const cell = (value) => (/[",\n]/.test(value) ? `"${String(value).replaceAll('"', '""')}"` : String(value));
    return rows.map((row) => `${row.map(cell).join(",")}\n`).join("");
  }

  /** A row for each parameter and each group: mean, sd and quantiles, in full precision. */
  function tableRows({ summaries, table, data }) {
    const parts = ["mean", "sd", "low", "median", "high"];
    const of = (found) => parts.map((part) => found[part] ?? "");
    return [
      ["quantity", data.group, "n", "sample_mean", "mean", "sd", "q10", "median", "q90"],
      ...Object.entries(summaries).map(([name, found]) => [name, "", "", "", ...of(found)]),
      ...table.flatMap((row) => [["mu_j", row.muJ], ["predict", row.predict], ["weight", row.weight]]
        .map(([name, found]) => [name, row.label, row.n, row.sampleMean, ...of(found)])),
    ];
  }

  /** The data themselves, a row for each observation. */
  function dataRows({ data, table }) {
    const [group, value] = columns(data);
    return [[group, value], ...data.values.flatMap((own, j) =>
      Array.from(own, (y) => [table[j].label, y]))];
  }

  const KEPT = ["fill", "fill-opacity", "stroke", "stroke-width", "stroke-opacity", "stroke-dasharray",
    "stroke-linecap", "opacity", "font-family", "font-size", "font-weight", "font-style", "text-anchor", "display"];

  /** A picture with the style that the page gives it written into it. */
  function standalone(svg) {
    const copy = svg.cloneNode(true), from = [svg, ...svg.querySelectorAll("*")];
    [copy, ...copy.querySelectorAll("*")].forEach((element, k) => {
      const style = getComputedStyle(from[k]);
      element.setAttribute("style", KEPT.map((name) => `${name}:${style.getPropertyValue(name)}`).join(";"));
      for (const name of ["tabindex", "role"]) element.removeAttribute(name);
    });
    copy.style.background = getComputedStyle(document.body).backgroundColor;
    copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
    return new XMLSerializer().serializeToString(copy);
  }

  // ---------------------------------------------------------------------------------- Bambi

  const identifier = (name, otherwise) => (/^[A-Za-z_]\w*$/.test(name) ? name : otherwise);

  /** Names of the two columns, fit for a formula. */
  function columns({ code, group, value }) {
    if (code) return [code.group, code.value];
    const names = [identifier(group, "group"), identifier(value, "value")];
    return names[0] === names[1] ? ["group", "value"] : names;
  }

  /** Python that fits this model to these data, by sampling. */
  function bambiCode({ data, priors, priorSet, statistics, table }) {
    const [group, value] = columns(data);
    const load = data.code?.load ?? `data = pd.read_csv("laboratory-data.csv", dtype={"${group}": str})`;
    const scaled = priorSet !== "own";
    const sd = (factor, number) => (scaled ? factor : exactly(number));
    const between = { source: "1 / sd", chapter: "1 / sd", literal: "1", own: `1 / ${exactly(priors.between)}` };
    const weight = table.reduce((total, row) => total + row.weight.mean, 0) / table.length;
    const few = statistics.labels.length <= 300; // low-rank adaptation grows with their square
    return [
      "import bambi as bmb",
      "import pandas as pd",
      ...(priorSet === "source" ? ["import pymc as pm"] : []),
      load,
      ...(scaled ? [`sd = data["${value}"].std()`] : []),
      "",
      "model = bmb.Model(",
      `    "${value} ~ (1|${group})", data, noncentered=${weight < 0.5 ? "True" : "False"},`,
      "    priors={",
      `        "Intercept": bmb.Prior("Normal", mu=${exactly(priors.mu.mean)}, sigma=${sd("2.5 * sd", priors.mu.sd)}),`,
      `        "sigma": bmb.Prior("Exponential", lam=1 / ${sd("sd", priors.within)}),`,
      `        "1|${group}": bmb.Prior(`,
      `            "Normal", mu=0, sigma=bmb.Prior("Exponential", lam=${between[priorSet]})),`,
      "    })",
      ...(priorSet === "source" ? decov(group) : []),
      "results = model.fit(",
      '    draws=5000, chains=4, cores=4, inference_method="nutpie",',
      `    ${few ? 'nuts={"adaptation": "low_rank"}, ' : ""}random_seed=84735)`,
    ].join("\n");
  }

  /** R's prior, sigma_mu / sigma_y ~ Exp(1), as the log ratio of two priors. */
  function decov(group) {
    return [
      "# R’s prior is of sigma_mu / sigma_y: put it in the place of the one above",
      "model.build()",
      "with model.backend.model as pymc_model:",
      `    sigma_y, sigma_mu = pymc_model["sigma"], pymc_model["1|${group}_sigma"]`,
      '    pm.Potential("decov", -pm.math.log(sigma_y) - sigma_mu / sigma_y + sigma_mu / sd)',
    ];
  }

  /** A number as Python reads it, to ten digits. */
  function exactly(number) {
    return String(Number(number.toPrecision(10)));
  }

  Object.assign(laboratory, { save, csv, tableRows, dataRows, standalone, bambiCode });
})();
