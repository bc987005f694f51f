// The picture of the front page: a slider from one pool to islands moves the dots.
// course/site/sphinx/front.py draws it as the data leave it; sigma_y is at its posterior median.

(() => {
  const { NO_LIMIT, shrink } = window.laboratory;
  const STEPS = 100, MIDDLE = STEPS / 2; // in the middle, sigma_mu is at its posterior median
  const AT_REST = 600; // milliseconds after which a moving thing is read out
  const still = matchMedia("(prefers-reduced-motion: reduce)");

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
      <p class="pooling-words"></p>
      <div class="visually-hidden" role="status"></div>`);
    const slider = root.querySelector("input"), select = root.querySelector("select");
    const population = root.querySelector(".population"), label = root.querySelector(".name");
    const words = root.querySelector(".pooling-words");
    const byName = [...groups].sort((a, b) => a.name.localeCompare(b.name));
    select.append(...byName.map(({ name }) => new Option(name)));
    const status = root.querySelector("[role=status]");
    let frame, speaking;

    function draw() {
      const place = slider.value / STEPS;
      const now = shrink(groups, sigmaY, Math.min(NO_LIMIT, (sigmaMu * place) / (1 - place)));
      const at = (value) => (side + scale * value).toFixed(1);
      groups.forEach(({ row, dot, pull, name }, j) => {
        dot.setAttribute("cx", at(now.means[j]));
        pull.setAttribute("x2", at(now.means[j]));
        row.classList.toggle("chosen", name === select.value);
      });
      for (const end of ["x1", "x2"]) population.setAttribute(end, at(now.mu));
      const j = groups.findIndex(({ name }) => name === select.value), { name, n, mean } = groups[j];
      label.textContent = name;
      label.setAttribute("x", at(Math.max(mean, now.means[j]) + 1.5));
      label.setAttribute("y", Number(groups[j].dot.getAttribute("cy")) + 4);
      for (const button of root.querySelectorAll("button")) {
        button.setAttribute("aria-pressed", button.dataset.place === slider.value);
      }
      words.textContent = `${name}, ${n} songs, own mean ${mean.toFixed(1)}: ` +
        `estimated at ${now.means[j].toFixed(1)}. ` +
        `The own songs have ${Math.round(100 * now.weights[j])} % of the weight.`;
      slider.setAttribute("aria-valuetext",
        `${Math.round(100 * place)} %, ${name} at ${now.means[j].toFixed(1)}`);
      // Said once things are at rest, or a screen reader would never stop talking.
      clearTimeout(speaking);
      speaking = setTimeout(() => { status.textContent = words.textContent; }, AT_REST);
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
