// The shrinkage explorer: course/explorer.py writes a table, this makes it a picture that moves.
// The arithmetic is the laboratory's; a browser test compares it with ShrinkageExplorer.shrunken.

(() => {
  const { NO_LIMIT, shrink } = window.laboratory;
  const TOP = 46, BOTTOM = 204, HEIGHT = 258, SIDE = 14;
  const LARGEST = 40; // of sigma_mu; the slider's last step means "without limit"
  const still = window.matchMedia("(prefers-reduced-motion: reduce)");

  // What a group and an observation are called: artist and song, or runner and race.
  const controls = (group, observation) => `
    <div class="shrinkage-buttons" role="group" aria-label="Kind of pooling">
      <button type="button" data-kind="complete">Complete pooling</button>
      <button type="button" data-kind="hierarchical">Hierarchical</button>
      <button type="button" data-kind="none">No pooling</button>
    </div>
    <div class="shrinkage-sliders">
      ${slider("sigma_y", `<i>σ<sub>y</sub></i>, from ${observation} to ${observation}`, 1)}
      ${slider("sigma_mu", `<i>σ<sub>μ</sub></i>, from ${group} to ${group}`, 0)}
    </div>
    <svg class="shrinkage-picture" role="img" height="${HEIGHT}"></svg>
    <label class="shrinkage-choice">${group[0].toUpperCase()}${group.slice(1)} <select></select></label>
    <p class="shrinkage-whose"></p>
    <dl class="shrinkage-readout">
      <div><dt>${observation}s</dt><dd data-read="n"></dd></div>
      <div><dt>sample mean</dt><dd data-read="sample"></dd></div>
      <div><dt>weight of own ${observation}s</dt><dd data-read="weight"></dd></div>
      <div><dt>shrunken mean</dt><dd data-read="shrunken"></dd></div>
    </dl>
    <div class="shrinkage-status" role="status"></div>`;

  function slider(name, label, least) {
    return `<div><label>${label}: <output></output>
      <input type="range" data-name="${name}" min="${least}" max="${LARGEST}" step="0.1"></label>
      <span class="shrinkage-mark"></span></div>`;
  }

  function make(parent, tag, attributes, text) {
    const element = document.createElementNS(parent.namespaceURI, tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    if (text !== undefined) element.textContent = text;
    return parent.appendChild(element);
  }

  function explore(root) {
    const artists = [...root.querySelectorAll("tbody tr")].map((row) => ({
      name: row.cells[0].textContent,
      n: Number(row.cells[1].textContent),
      mean: Number(row.cells[2].dataset.value),
      printed: row.cells[2].textContent, // rounded as everywhere in the book
    }));
    const medians = { sigma_y: Number(root.dataset.sigmaY), sigma_mu: Number(root.dataset.sigmaMu) };
    const panel = document.createElement("div");
    const { group, observation } = root.dataset;
    panel.innerHTML = controls(group, observation);
    root.prepend(panel);

    // A number is no name: say whose it is.
    const called = (name) => (/^\d+$/.test(name) ? `${group} ${name}` : name);
    const find = (selector) => panel.querySelector(selector);
    const sliders = Object.fromEntries(
      [...panel.querySelectorAll("input")].map((input) => [input.dataset.name, input]));
    const picture = find("svg"), select = find("select"), status = find(".shrinkage-status");
    const low = Math.min(...artists.map((a) => a.mean)) - 3;
    const high = Math.max(...artists.map((a) => a.mean)) + 3;
    let shown, hovered = null, frame, speak;

    for (const name of artists.map((a) => a.name).sort((a, b) => a.localeCompare(b, undefined, { numeric: true }))) {
      select.add(new Option(name));
    }
    const fewest = artists.reduce((a, b) => (b.n < a.n ? b : a));
    select.value = fewest.name;

    for (const [name, input] of Object.entries(sliders)) {
      const place = (medians[name] - input.min) / (input.max - input.min);
      const mark = input.closest("div").querySelector(".shrinkage-mark");
      mark.style.setProperty("--place", place);
      mark.textContent = `posterior median ${medians[name].toFixed(1)}`;
      input.addEventListener("input", () => update(false));
    }

    function sigmas() {
      const mu = Number(sliders.sigma_mu.value);
      return [Number(sliders.sigma_y.value), mu >= LARGEST ? NO_LIMIT : mu];
    }

    function kind() {
      const [sigmaY, sigmaMu] = sigmas();
      if (sigmaMu === 0) return "complete";
      if (sigmaMu === NO_LIMIT) return "none";
      const near = (a, b) => Math.abs(a - b) < 0.0501; // the sliders' step is 0.1
      return near(sigmaY, medians.sigma_y) && near(sigmaMu, medians.sigma_mu)
        ? "hierarchical" : "partial";
    }

    // At the posterior medians the exact medians are used, not the sliders' nearest step.
    function current() {
      return kind() === "hierarchical"
        ? shrink(artists, medians.sigma_y, medians.sigma_mu) : shrink(artists, ...sigmas());
    }

    function update(glide) {
      const target = current();
      const [sigmaY, sigmaMu] = sigmas();
      const texts = { sigma_y: sigmaY.toFixed(1), sigma_mu:
        sigmaMu === NO_LIMIT ? "without limit" : sigmaMu.toFixed(1) };
      for (const [name, input] of Object.entries(sliders)) {
        input.closest("div").querySelector("output").textContent = texts[name];
        input.setAttribute("aria-valuetext", texts[name]);
      }
      for (const button of panel.querySelectorAll("button")) {
        button.setAttribute("aria-pressed", String(button.dataset.kind === kind()));
      }
      cancelAnimationFrame(frame);
      if (!glide || still.matches || !shown) {
        shown = target;
        draw();
      } else {
        const from = shown, start = performance.now();
        const step = (now) => {
          const t = Math.min(1, (now - start) / 450), s = t * t * (3 - 2 * t);
          const mix = (a, b) => a + s * (b - a);
          shown = { mu: mix(from.mu, target.mu), weights: target.weights,
            means: target.means.map((m, j) => mix(from.means[j], m)) };
          draw();
          if (t < 1) frame = requestAnimationFrame(step);
        };
        frame = requestAnimationFrame(step);
      }
      read(target);
    }

    function read(result) {
      const j = hovered ?? artists.findIndex((a) => a.name === select.value);
      const artist = artists[j], values = {
        n: artist.n, sample: artist.printed,
        weight: result.weights[j].toFixed(2),
        shrunken: result.weights[j] === 1 ? artist.printed : result.means[j].toFixed(1),
      };
      for (const [name, value] of Object.entries(values)) {
        find(`[data-read=${name}]`).textContent = value;
      }
      find(".shrinkage-readout").dataset.artist = artist.name;
      const other = artist.name !== select.value ? ", under the pointer" : "";
      find(".shrinkage-whose").textContent = `${called(artist.name)}${other}:`;
      // Said once things are at rest, or a screen reader would never stop talking.
      clearTimeout(speak);
      speak = setTimeout(() => {
        status.textContent = `${called(artist.name)}: ${values.n} ${observation}s, sample mean ${values.sample}, `
          + `weight ${values.weight}, shrunken mean ${values.shrunken}.`;
        describe(result);
      }, 500);
    }

    function describe(result) {
      picture.setAttribute("aria-label",
        `${artists.length} lines, one for each ${group}, from the sample mean above to the `
        + `shrunken mean below. All are drawn towards mu, ${result.mu.toFixed(1)}. The shrunken `
        + `means run from ${Math.min(...result.means).toFixed(1)} `
        + `to ${Math.max(...result.means).toFixed(1)}.`);
    }

    function draw() {
      const width = Math.max(panel.clientWidth, 280);
      const x = (value) => SIDE + ((value - low) / (high - low)) * (width - 2 * SIDE);
      const chosen = hovered ?? artists.findIndex((a) => a.name === select.value);
      picture.setAttribute("viewBox", `0 0 ${width} ${HEIGHT}`);
      picture.setAttribute("width", width);
      picture.replaceChildren();
      for (let tick = Math.ceil(low / 10) * 10; tick <= high; tick += 10) {
        make(picture, "line", { class: "tick", x1: x(tick), x2: x(tick), y1: TOP, y2: BOTTOM });
        make(picture, "text", { x: x(tick), y: HEIGHT - 30 }, tick);
      }
      make(picture, "text", { class: "rail", x: SIDE, y: 16 }, "sample means");
      make(picture, "text", { class: "rail", x: SIDE, y: HEIGHT - 6 }, "shrunken means");
      make(picture, "line", { class: "mu", x1: x(shown.mu), x2: x(shown.mu), y1: TOP, y2: BOTTOM + 8 });
      make(picture, "text", { class: "mu", x: x(shown.mu), y: HEIGHT - 6 }, `μ ${shown.mu.toFixed(1)}`);
      const order = artists.map((_, j) => j).filter((j) => j !== chosen).concat(chosen);
      for (const j of order) {
        const { n, mean, name } = artists[j], radius = 1.6 + Math.sqrt(n);
        const mark = make(picture, "g", { class: j === chosen ? "chosen" : "" });
        make(mark, "line", { x1: x(mean), y1: TOP, x2: x(shown.means[j]), y2: BOTTOM });
        make(mark, "circle", { class: "sample", cx: x(mean), cy: TOP, r: radius });
        make(mark, "circle", { class: "shrunken", cx: x(shown.means[j]), cy: BOTTOM, r: radius });
        if (j === chosen) {
          const side = x(mean) > width / 2 ? "end" : "start";
          make(mark, "text", { x: x(mean), y: 32, style: `text-anchor: ${side}` }, called(name));
        }
      }
      picture.at = x;
    }

    // The artist whose line is nearest to the pointer, if one is near.
    function nearest(event) {
      const box = picture.getBoundingClientRect();
      const px = event.clientX - box.left;
      const t = Math.min(1, Math.max(0, (event.clientY - box.top - TOP) / (BOTTOM - TOP)));
      let best = null, distance = 14;
      artists.forEach((artist, j) => {
        const place = picture.at(artist.mean + t * (shown.means[j] - artist.mean));
        if (Math.abs(place - px) < distance) [best, distance] = [j, Math.abs(place - px)];
      });
      return best;
    }

    picture.addEventListener("pointermove", (event) => {
      hovered = nearest(event);
      draw();
      read(current());
    });
    picture.addEventListener("pointerleave", () => {
      hovered = null;
      draw();
      read(current());
    });
    picture.addEventListener("click", (event) => {
      const j = nearest(event);
      if (j !== null) select.value = artists[j].name;
      update(false);
    });
    select.addEventListener("change", () => update(false));
    panel.querySelector(".shrinkage-buttons").addEventListener("click", ({ target }) => {
      const kinds = { complete: 0, none: LARGEST, hierarchical: medians.sigma_mu };
      if (!(target.dataset.kind in kinds)) return;
      sliders.sigma_mu.value = kinds[target.dataset.kind];
      if (target.dataset.kind === "hierarchical") sliders.sigma_y.value = medians.sigma_y;
      update(true);
    });

    sliders.sigma_y.value = medians.sigma_y;
    sliders.sigma_mu.value = medians.sigma_mu;
    new ResizeObserver(() => draw()).observe(panel);
    update(false);
    describe(shown);
  }

  document.addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll(".shrinkage-explorer").forEach(explore);
  });
})();
