// The page: data and priors are chosen above, the views below show their posterior.

(() => {
  const laboratory = window.laboratory;
  const { h, writer, percent, rich, spoken, summary, UnusableError } = laboratory;

  const SIMULATED = { // the sliders: least, most, step, start, and what they are called
    groups: [2, 80, 1, 12, "groups"],
    size: [1, 50, 1, 5, "values in each"],
    mu: [0, 100, 1, 50, "μ, their common mean"],
    sigmaY: [1, 40, 0.5, 15, "σ_y, within groups"],
    sigmaMu: [0, 40, 0.5, 10, "σ_μ, between groups"],
  };
  const OWN_SCALES = {
    mean: "prior mean of μ", sd: "prior sd of μ", within: "prior mean of σ_y", between: "prior mean of σ_μ",
  };
  const EXAMPLE = "player, points\nAda, 12\nAda, 15\nBo, 7\nBo, 9\nBo, 4\nCy, 21";
  const LARGE = 1000; // groups, from which on one sees that the page computes
  const SLOW = 400; // milliseconds of the last time, from which on too
  const TABLE_ROWS = 200; // in the page; the file has all
  const TWO_COLUMNS = 735; // pixels, from which on the style sheet has two
  const SHOWN = 100_000; // letters of a file, above which its text is not shown
  const AT_REST = 600; // milliseconds after which a moving thing is read out

  /** The laboratory in one element of a page. */
  class Page {
    constructor(root) {
      this.root = root;
      this.sets = laboratory.data ?? [];
      this.state = {
        raw: true, choose: (j) => this.choose(j), move: (a, b) => this.move(a, b), toMiddle: () => this.toMiddle(),
      };
      this.next = {};
      this.seed = 1;
      this.build();
      this.openData(this.sets[0]?.id ?? "simulated");
      new ResizeObserver(() => this.resized()).observe(this.stage);
    }

    // -------------------------------------------------------------------------- the controls

    build() {
      this.message = h("p", { class: "lab-message", role: "alert" });
      this.headline = h("p", { class: "lab-headline", "aria-live": "polite" });
      this.note = h("p", { class: "lab-note" });
      this.status = h("div", { class: "visually-hidden", role: "status" });
      this.stage = h("div", { class: "lab-stage" });
      this.frames = Object.entries(laboratory.views).map(([name, view]) => this.frame(name, view));
      this.stage.append(...this.frames.map(({ element }) => element));
      this.tables = h("div", { class: "lab-tables" });
      this.root.replaceChildren(
        this.bar(), this.simulation(), this.own(), this.scales(), this.message, this.headline, this.note,
        this.stage, this.take(), this.status);
    }

    bar() {
      const option = ({ id, title }) => h("option", { value: id }, title);
      this.dataChoice = h("select", { onchange: () => this.openData(this.dataChoice.value) },
        ...this.sets.map(option), option({ id: "simulated", title: "Simulated groups" }),
        option({ id: "own", title: "Your own data …" }));
      this.priorChoice = h("select", { onchange: () => this.openPriors() },
        ...Object.entries(laboratory.PRIOR_SETS).map(([id, title]) => option({ id, title })));
      this.priorChoice.value = "chapter";
      this.groupChoice = h("select", { onchange: () => this.choose(Number(this.groupChoice.value)) });
      this.rawChoice = h("input", { type: "checkbox", onchange: () => {
        this.state.raw = this.rawChoice.checked;
        this.draw();
      } });
      this.rawWords = h("span");
      return h("div", { class: "lab-bar" },
        labelled("Data", this.dataChoice), labelled("Priors", this.priorChoice),
        labelled("In focus", this.groupChoice),
        h("label", { class: "lab-check" }, this.rawChoice, this.rawWords));
    }

    simulation() {
      this.sliders = {};
      const rows = Object.entries(SIMULATED).map(([name, [min, max, step, start, title]]) => {
        const output = h("output", {}, String(start));
        this.sliders[name] = h("input", { type: "range", min, max, step, oninput: () => {
          output.textContent = this.sliders[name].value;
          cancelAnimationFrame(this.pending);
          this.pending = requestAnimationFrame(() => this.simulate());
        } });
        this.sliders[name].value = start;
        const field = labelled(`${title}: `, this.sliders[name]);
        field.firstChild.append(output);
        return field;
      });
      this.simulated = h("fieldset", { class: "lab-panel", hidden: true }, h("legend", {}, "Make groups of known truth"),
        h("div", { class: "lab-sliders" }, ...rows),
        h("button", { type: "button", onclick: () => { this.seed += 1; this.simulate(); } }, "Other luck"));
      return this.simulated;
    }

    own() {
      this.text = h("textarea", { rows: 7, spellcheck: "false", placeholder: EXAMPLE,
        oninput: () => this.readOwn(this.text.value) });
      this.file = h("input", { type: "file", accept: ".csv,.tsv,.txt,text/csv,text/plain", onchange: async () => {
        if (!this.file.files.length) return;
        const text = await this.file.files[0].text();
        this.text.value = text.length < SHOWN ? text : "";
        this.readOwn(text);
      } });
      [this.groupColumn, this.valueColumn] = [0, 1].map(() => h("select", { onchange: () => this.useOwn() }));
      this.ownPanel = h("fieldset", { class: "lab-panel", hidden: true }, h("legend", {}, "Your own data"),
        h("p", {}, "A row for each value, with the group it belongs to. Nothing leaves this page: "
          + "your data stay in this window and are gone when you close it."),
        labelled("Paste two columns, from a spreadsheet or a CSV file", this.text),
        h("div", { class: "lab-columns" }, labelled("or open a file", this.file), ...this.columnFields()));
      return this.ownPanel;
    }

    /** The choice of columns, which is there once there are some. */
    columnFields() {
      this.columns = [labelled("Column of groups", this.groupColumn), labelled("Column of values", this.valueColumn)];
      for (const field of this.columns) field.hidden = true;
      return this.columns;
    }

    scales() {
      this.scaleInputs = {};
      const inputs = Object.entries(OWN_SCALES).map(([name, title]) => {
        this.scaleInputs[name] = h("input", { type: "number", step: "any", onchange: () => this.fit() });
        return labelled(title, this.scaleInputs[name]);
      });
      this.scalePanel = h("fieldset", { class: "lab-panel", hidden: true }, h("legend", {}, "Priors of your own"),
        h("p", {}, "μ is normal, the two standard deviations are exponential."), h("div", { class: "lab-columns" }, ...inputs));
      return this.scalePanel;
    }

    /** What one takes along, and the tables. */
    take() {
      this.code = h("code");
      const copied = h("span", { role: "status" });
      const copy = h("button", { type: "button", onclick: async () => {
        await copyText(this.code.textContent);
        copied.textContent = " Copied.";
      } }, "Copy");
      return h("section", { class: "lab-take" }, h("div", { class: "lab-title" }, h("h2", {}, "Take it along")),
        h("div", { class: "lab-buttons" },
          h("button", { type: "button", onclick: () => this.saveTable() }, "Table as CSV"),
          h("button", { type: "button", onclick: () => this.saveData() }, "Data as CSV")),
        h("details", {}, h("summary", {}, "The same model in Bambi"), h("pre", { tabindex: 0 }, this.code), copy, copied),
        h("details", { ontoggle: ({ target }) => target.open && this.fillTables() },
          h("summary", {}, "All numbers as tables"), this.tables));
    }

    frame(name, view) {
      const title = h("h2"), words = h("p", { class: "lab-words" }), holder = h("div", { class: "lab-picture" });
      const button = h("button", { type: "button", class: "lab-save", title: "Save this picture as SVG", onclick: () =>
        laboratory.save(`laboratory-${name}.svg`, laboratory.standalone(holder.firstChild), "image/svg+xml") }, "SVG");
      const element = h("section", { class: `lab-view lab-${name}` }, h("div", { class: "lab-title" }, title, button),
        holder, words, view.legend ? h("p", { class: "lab-legend" }, ...rich(view.legend)) : null);
      if (name === "map") element.append(h("button", { type: "button", onclick: () => this.toMiddle() }, "Back to the medians"));
      return { name, view, element, title, words, holder, button };
    }

    // ------------------------------------------------------------------------ what is chosen

    openData(id) {
      this.dataChoice.value = id;
      this.simulated.hidden = id !== "simulated";
      this.ownPanel.hidden = id !== "own";
      this.say("");
      if (id === "simulated") this.simulate();
      else if (id === "own") this.readOwn(this.content);
      else this.use(this.sets.find((set) => set.id === id));
    }

    simulate() {
      const chosen = Object.fromEntries(
        Object.entries(this.sliders).map(([name, slider]) => [name, Number(slider.value)]));
      const { groups, truth } = laboratory.simulate({ ...chosen, seed: this.seed });
      this.use({ ...GENERAL, id: "simulated", groups, truth, keep: true,
        note: "The bars show the true means, which the posterior does not know." });
    }

    readOwn(text = "") {
      this.content = text;
      if (!text.trim()) return;
      this.attempt(() => {
        this.table = laboratory.readTable(text);
        const guess = laboratory.guessColumns(this.table);
        [this.groupColumn, this.valueColumn].forEach((select, k) => {
          this.columns[k].hidden = false;
          select.replaceChildren(...this.table.names.map((name, value) => h("option", { value }, name)));
          select.value = guess[k];
        });
      }) && this.useOwn();
    }

    useOwn() {
      if (!this.table) return;
      this.attempt(() => {
        const [group, value] = [this.groupColumn, this.valueColumn].map((select) => Number(select.value));
        const { groups, left } = laboratory.groupsFrom(this.table, group, value);
        const [groupName, valueName] = [this.table.names[group], this.table.names[value]];
        this.use({ ...GENERAL, id: "own", groups, group: groupName.toLowerCase() === "group" ? "group" : groupName,
          plural: "groups", value: valueName, note: left });
      });
    }

    /** Take up a data set; what cannot be used leaves everything as it was, with a message. */
    use(set) {
      this.attempt(() => {
        const statistics = laboratory.statisticsOf(set.groups), { state } = this;
        const same = state.data?.id === set.id && set.keep;
        const chosen = same && state.chosen < statistics.labels.length ? state.chosen : smallest(statistics.count);
        this.next = {
          statistics, chosen, truth: set.truth ?? null, write: writer(statistics.sd), raw: set.raw ?? true,
          data: { ...set, groups: set.plural, values: statistics.values },
          called: (j) => (/^\d+$/.test(statistics.labels[j]) ? `${set.group} ${statistics.labels[j]}` : statistics.labels[j]),
        };
        this.fillScales();
        this.fit();
      });
    }

    /** What is shown, with data that wait for their posterior, so that both change at once. */
    get coming() {
      return { ...this.state, ...this.next };
    }

    openPriors() {
      this.scalePanel.hidden = this.priorChoice.value !== "own";
      this.fillScales();
      this.fit();
    }

    fillScales() {
      const { statistics, data } = this.coming;
      const { mu, within, between } = laboratory.hierarchicalPriors(statistics, "chapter", data.centre);
      const values = { mean: mu.mean, sd: mu.sd, within, between };
      for (const [name, input] of Object.entries(this.scaleInputs)) input.value = Number(values[name].toPrecision(4));
    }

    /** The priors that are chosen; an UnusableError if a scale is no positive number. */
    priors() {
      const { statistics, data } = this.coming, own = {};
      for (const [name, input] of Object.entries(this.scaleInputs)) {
        own[name] = input.valueAsNumber;
        if (this.priorChoice.value === "own" && !(Number.isFinite(own[name]) && (name === "mean" || own[name] > 0))) {
          throw new UnusableError(`The ${OWN_SCALES[name]} must be a ${name === "mean" ? "" : "positive "}number.`);
        }
      }
      return laboratory.hierarchicalPriors(statistics, this.priorChoice.value, data.centre, own);
    }

    // --------------------------------------------------------------------------- computing

    /** Compute the posterior and show it, at once or, if it takes a moment, after saying so. */
    fit() {
      if (this.coming.statistics.labels.length < LARGE && !this.slow) return this.attempt(() => this.compute());
      this.root.classList.add("busy");
      clearTimeout(this.waiting);
      this.waiting = setTimeout(() => {
        this.attempt(() => this.compute());
        this.root.classList.remove("busy");
      }, 30);
      return this.waiting;
    }

    compute() {
      const started = performance.now();
      this.show();
      this.slow = performance.now() - started > SLOW;
    }

    show() {
      const { state, next } = this, { statistics } = this.coming, priors = this.priors();
      const posterior = new laboratory.Hierarchical(statistics, priors), names = ["mu", "sigma_y", "sigma_mu", "share"];
      const summaries = Object.fromEntries(
        [...names, "mu_new", "predict_new"].map((name) => [name, summary(posterior.marginal(name))]));
      this.next = {};
      Object.assign(state, next, {
        priors, priorSet: this.priorChoice.value, posterior, summaries, table: posterior.table(),
        complete: withSummaries(laboratory.completePooled(statistics)), none: laboratory.noPooled(statistics),
        point: { sigmaY: summaries.sigma_y.median, sigmaMu: summaries.sigma_mu.median, moved: false },
      });
      if (next.data) this.describeData();
      this.draw();
      this.tell();
    }

    /** Run something; tell the reader of data that cannot be used. Did it work? */
    attempt(action) {
      try {
        this.say("");
        action();
        return true;
      } catch (error) {
        if (!(error instanceof UnusableError)) throw error;
        this.say(error.message);
        return false;
      }
    }

    say(message) {
      this.message.textContent = message;
      this.message.hidden = !message;
    }

    // ----------------------------------------------------------------------------- showing

    describeData() {
      const { data, statistics: { labels }, chosen, raw, called } = this.state;
      const order = labels.map((_, j) => j)
        .sort((a, b) => labels[a].localeCompare(labels[b], undefined, { numeric: true }));
      this.groupChoice.replaceChildren(...order.map((j) => h("option", { value: j }, called(j))));
      this.groupChoice.value = chosen;
      this.rawChoice.checked = raw;
      this.rawWords.textContent = `show single ${data.observations}`;
    }

    /** The answer in one sentence, and what there is to say about data and priors. */
    tell() {
      const { data, statistics, summaries: { mu, sigma_y: within, sigma_mu: between, share }, write, priors } = this.state;
      const strong = (role, text) => h("strong", { class: role }, text);
      this.headline.replaceChildren(
        `${statistics.n} ${data.observations}, ${statistics.labels.length} ${data.groups}. The typical ${data.group} has a mean of `,
        strong("population", write(mu.median)), ` (80\u00a0%: ${write(mu.low)} to ${write(mu.high)}). Around their ${data.group}’s mean, `
        + `${data.observations} scatter by `, strong("observation", write(within.median)), `; ${data.groups} differ by `,
        strong("population", write(between.median)), `: ${percent(share.median).replace(" ", "\u00a0")} of the variance.`);
      const ratio = priors.relative ? `σ_μ/σ_y ~ Exp with mean ${priors.between}` : `σ_μ ~ Exp with mean ${write(priors.between)}`;
      this.note.replaceChildren(...rich([
        data.note, `Priors: μ ~ N(${write(priors.mu.mean)}, ${write(priors.mu.sd)}²), σ_y ~ Exp with mean ${write(priors.within)}, ${ratio}.`,
        statistics.n === statistics.labels.length
          ? `With one ${data.observation} a ${data.group}, the data cannot tell the two spreads apart: the priors do.` : "",
      ].filter(Boolean).join(" ")));
      this.code.textContent = laboratory.bambiCode(this.state);
      if (this.tables.closest("details").open) this.fillTables();
    }

    draw() {
      this.state.wide = this.stage.clientWidth > TWO_COLUMNS;
      for (const frame of this.frames) this.drawFrame(frame);
    }

    drawFrame(frame) {
      const width = Math.max(280, Math.floor(frame.holder.clientWidth)), { state } = this;
      frame.title.textContent = frame.view.title(state);
      frame.drawn = frame.view.draw(state, width);
      frame.holder.replaceChildren(frame.drawn.svg);
      this.word(frame);
    }

    word(frame) {
      const words = (frame.said = frame.view.words(this.state));
      frame.words.replaceChildren(...rich(words));
      if (frame.drawn.svg.getAttribute("role") === "img" && frame.name !== "groups") {
        frame.drawn.svg.setAttribute("aria-label", spoken(words));
      }
    }

    resized() {
      if (this.width === this.stage.clientWidth || !this.state.posterior) return;
      this.width = this.stage.clientWidth;
      this.draw();
    }

    choose(j) {
      this.state.chosen = j;
      this.groupChoice.value = j;
      this.draw();
      this.speak(this.frames[0].said);
    }

    /** Move the point of the map; what follows it is drawn again. */
    move(sigmaY, sigmaMu, moved = true) {
      this.state.point = { sigmaY, sigmaMu, moved };
      for (const frame of this.frames) {
        if (frame.drawn.moved) frame.drawn.moved(this.state);
        else if (frame.view.live) this.drawFrame(frame);
        if (frame.view.live) this.word(frame);
      }
      const map = this.frames.find(({ name }) => name === "map");
      this.speak(map.said);
    }

    toMiddle() {
      const { sigma_y: within, sigma_mu: between } = this.state.summaries;
      this.move(within.median, between.median, false);
    }

    /** Said once things are at rest, or a screen reader would never stop talking. */
    speak(text) {
      clearTimeout(this.speaking);
      this.speaking = setTimeout(() => { this.status.textContent = spoken(text); }, AT_REST);
    }

    // ------------------------------------------------------------------------- taking along

    saveTable() {
      laboratory.save("laboratory-table.csv", laboratory.csv(laboratory.tableRows(this.state)), "text/csv");
    }

    saveData() {
      laboratory.save("laboratory-data.csv", laboratory.csv(laboratory.dataRows(this.state)), "text/csv");
    }

    fillTables() {
      const { state } = this, { write, data, summaries, table, complete, none } = state;
      const numbers = ({ mean, sd, low, median, high }, to = write) => [mean, sd, low, median, high].map((v) =>
        (v === undefined ? "" : to(v)));
      const share = (value) => value.toFixed(3);
      const heads = ["mean", "sd", "10 %", "median", "90 %"];
      this.tables.replaceChildren(
        tableOf("The whole model", ["", ...heads], [
          ["μ", ...numbers(summaries.mu)], ["σ_y", ...numbers(summaries.sigma_y)],
          ["σ_μ", ...numbers(summaries.sigma_mu)], ["share of the variance", ...numbers(summaries.share, share)],
          [`mean of a new ${data.group}`, ...numbers(summaries.mu_new)],
          [`a ${data.observation} of a new ${data.group}`, ...numbers(summaries.predict_new)],
          ["complete pooling: μ", ...numbers(complete.mu)], ["complete pooling: σ", ...numbers(complete.sigma)],
          ["no pooling: σ", ...numbers(summary(none.sigma))],
        ]),
        tableOf(`Each ${data.group}${table.length > TABLE_ROWS ? `: the first ${TABLE_ROWS} of ${table.length}; the file has all` : ""}`,
          [data.group, "n", "sample mean", "weight", ...heads, "next: 10 %", "next: 90 %"],
          table.slice(0, TABLE_ROWS).map((row) => [row.label, row.n, write(row.sampleMean), row.weight.mean.toFixed(2),
            ...numbers(row.muJ), write(row.predict.low), write(row.predict.high)])));
    }
  }

  const GENERAL = { group: "group", plural: "groups", observation: "value", observations: "values", value: "value" };

  function withSummaries({ mu, sigma, predict }) {
    return { mu: summary(mu), sigma: summary(sigma), predict: summary(predict) };
  }

  function smallest(count) {
    return count.reduce((best, n, j) => (n < count[best] ? j : best), 0);
  }

  let labels = 0; // so far; each control has an id for its label

  function labelled(title, control) {
    control.id = `laboratory-${(labels += 1)}`;
    return h("div", { class: "lab-field" }, h("label", { for: control.id }, ...rich(title)), control);
  }

  function tableOf(caption, heads, rows) {
    return h("div", { class: "lab-scroll", tabindex: 0, role: "region", "aria-label": caption },
      h("table", {}, h("caption", {}, caption),
        h("thead", {}, h("tr", {}, ...heads.map((head) => (head ? h("th", { scope: "col" }, ...rich(head)) : h("td"))))),
        h("tbody", {}, ...rows.map(([first, ...rest]) =>
          h("tr", {}, h("th", { scope: "row" }, ...rich(String(first))), ...rest.map((cell) => h("td", {}, String(cell))))))));
  }

  /** Copy text; a page from a file may have no clipboard, but it has a selection. */
  async function copyText(text) {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const area = h("textarea", {}, text);
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
    }
  }

  document.addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll(".laboratory").forEach((root) => {
      root.laboratory = new Page(root); // for tests and the curious
    });
  });
})();
