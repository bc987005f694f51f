// The picture of the front page: a slider from one pool to islands moves the dots.
// course/site/sphinx/front.py draws it as the data leave it; the formulas are those of the
// explorer in the chapter on shrinkage, with sigma_y at its posterior median.

(() => {
  const STEPS = 100, MIDDLE = STEPS / 2; // in the middle, sigma_mu is at its posterior median
  const still = matchMedia("(prefers-reduced-motion: reduce)");

  /** The mean of all, and weights and estimates of the groups, given both standard deviations. */
  function estimates(groups, sigmaY, sigmaMu) {
    const precision = groups.map(({ n }) =>
      sigmaMu === Infinity ? 1 : n / (sigmaY ** 2 + n * sigmaMu ** 2));
    const weight = groups.map(({ n }) =>
      sigmaMu === Infinity ? 1 : (n * sigmaMu ** 2) / (sigmaY ** 2 + n * sigmaMu ** 2));
    const total = precision.reduce((sum, p) => sum + p);
    const mu = groups.reduce((sum, { mean }, j) => sum + precision[j] * mean, 0) / total;
    return {
      mu, weight, value: groups.map(({ mean }, j) => mu + weight[j] * (mean - mu)),
    };
  }

  function start(root) {
    const { sigmaY, sigmaMu, scale, side } = Object.fromEntries(
      Object.entries(root.dataset).map(([name, text]) => [name, Number(text)]));
    const groups = [...root.querySelectorAll(".row")].map((row) => ({
      row, dot: row.querySelector(".estimate"), pull: row.querySelector(".pull"), name: row.dataset.name,
      n: Number(row.dataset.n), mean: Number(row.dataset.mean),
    }));
    root.insertAdjacentHTML("beforeend", `
      <label class="pooling-slider"><span>one pool</span>
        <input type="range" min="0" max="${STEPS}" value="${MIDDLE}" list="pooling-stop"
          aria-label="From one pool to islands">
        <datalist id="pooling-stop"><option value="${MIDDLE}"></option></datalist>
        <span>islands</span></label>
      <div class="pooling-buttons">
        <button type="button" data-place="0">Everybody in one pool</button>
        <button type="button" data-place="${MIDDLE}">Where the data stop it</button>
        <button type="button" data-place="${STEPS}">Every artist an island</button>
        <label>Artist <select></select></label>
      </div>
      <p class="pooling-words" role="status"></p>`);
    const slider = root.querySelector("input"), select = root.querySelector("select");
    const population = root.querySelector(".population"), label = root.querySelector(".name");
    const words = root.querySelector(".pooling-words");
    const byName = [...groups].sort((a, b) => a.name.localeCompare(b.name));
    select.append(...byName.map(({ name }) => new Option(name)));
    let frame;

    function draw() {
      const place = slider.value / STEPS;
      const now = estimates(groups, sigmaY, (sigmaMu * place) / (1 - place));
      const at = (value) => (side + scale * value).toFixed(1);
      groups.forEach(({ row, dot, pull, name }, j) => {
        dot.setAttribute("cx", at(now.value[j]));
        pull.setAttribute("x2", at(now.value[j]));
        row.classList.toggle("chosen", name === select.value);
      });
      for (const end of ["x1", "x2"]) population.setAttribute(end, at(now.mu));
      const j = groups.findIndex(({ name }) => name === select.value), { name, n, mean } = groups[j];
      label.textContent = name;
      label.setAttribute("x", at(Math.max(mean, now.value[j]) + 1.5));
      label.setAttribute("y", Number(groups[j].dot.getAttribute("cy")) + 4);
      for (const button of root.querySelectorAll("button")) {
        button.setAttribute("aria-pressed", button.dataset.place === slider.value);
      }
      words.textContent = `${name}, ${n} songs, own mean ${mean.toFixed(1)}: ` +
        `estimated at ${now.value[j].toFixed(1)}. ` +
        `The own songs have ${Math.round(100 * now.weight[j])} % of the weight.`;
    }

    /** Let the dots glide to a place; at once where the reader wants no motion. */
    function glide(to) {
      cancelAnimationFrame(frame);
      const from = Number(slider.value), begin = performance.now(), time = still.matches ? 0 : 900;
      frame = requestAnimationFrame(function step(now) {
        const part = time ? Math.min(1, (now - begin) / time) : 1;
        slider.value = from + (to - from) * part * part * (3 - 2 * part);
        if (part < 1) frame = requestAnimationFrame(step);
        draw();
      });
    }

    slider.addEventListener("input", draw);
    select.addEventListener("change", draw);
    root.addEventListener("click", ({ target }) => {
      const row = target.closest(".row"), button = target.closest("button");
      if (row) { select.value = row.dataset.name; draw(); }
      if (button) glide(Number(button.dataset.place));
    });
    // One with few songs, and far from the others: there the pull shows.
    select.value = groups[0].name;
    for (const { name, n, mean } of groups) {
      const best = groups.find((group) => group.name === select.value);
      if (n <= 2 * groups[0].n && mean > best.mean) select.value = name;
    }
    draw();
    if (!still.matches) {
      slider.value = 0;
      draw();
      glide(MIDDLE);
    }
  }

  addEventListener("DOMContentLoaded", () => {
    for (const root of document.querySelectorAll(".pooling-picture")) start(root);
  });
})();
