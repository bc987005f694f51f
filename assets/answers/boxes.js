// Answer boxes below the exercises: a number, an interval or a letter, and what is said of it.
// What they judge by is in questions.js; what judges numbers is loaded when it is needed first.

(() => {
  const { answers } = window;
  const { exercises, sentences, scripts } = answers.rules;
  const root = document.documentElement.dataset.content_root ?? "";
  const NOTE = "Judged here in your browser, which remembers your answers and sends nothing. ";

  /** An element with attributes (or properties, as `textContent`) and children. */
  function element(tag, attributes = {}, ...children) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (name in made && typeof value !== "string") made[name] = value;
      else made.setAttribute(name, value);
    }
    made.append(...children);
    return made;
  }

  // ------------------------------------------------------------------------ what is remembered

  const KEY = `answers on ${location.pathname}`;

  function remembered() {
    try {
      return JSON.parse(localStorage.getItem(KEY)) ?? {};
    } catch {
      return {}; // private windows may have no storage
    }
  }

  function remember(name, texts) {
    try {
      localStorage.setItem(KEY, JSON.stringify({ ...remembered(), [name]: texts }));
    } catch { /* then it is not kept */ }
  }

  function forget() {
    try {
      localStorage.removeItem(KEY);
    } catch { /* there was nothing */ }
    for (const form of document.querySelectorAll(".answer")) {
      form.reset();
      say(form, null);
    }
  }

  // ------------------------------------------------------------------------------- judging

  let loading = null;

  /** Load what judges numbers, once: classic scripts, in their order. */
  function load() {
    return (loading ??= Promise.all(scripts.map((name) => new Promise((resolve, reject) => {
      const script = element("script", { src: `${root}_static/${name}`, async: false });
      script.onload = resolve;
      script.onerror = () => reject(new Error(name));
      document.head.append(script);
    }))));
  }

  /** A number as people write it, NaN if it is none: with a comma or a point, and a minus sign. */
  function read(text) {
    const plain = text.trim().replace("−", "-").replace(",", ".");
    return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(plain) ? Number(plain) : NaN;
  }

  /** The verdict on what was written, { verdict, sentence }. */
  async function verdictOn(question, texts) {
    if (texts.every((text) => text.trim() === "")) {
      return { verdict: "missing", sentence: sentences.notAnswered };
    }
    if (question.kind === "letter") {
      return answers.isRight(question.name, texts[0], question.digest)
        ? { verdict: "right", sentence: "" } : { verdict: "not yet", sentence: question.hint };
    }
    await load();
    return answers.judge(question, texts.map(read));
  }

  const WORDS = { right: "Right.", "not yet": "Not yet.", "looks like": "Not yet." };

  function say(form, found) {
    const place = form.querySelector("[role=status]");
    place.replaceChildren();
    delete place.dataset.verdict;
    if (!found) return;
    place.dataset.verdict = found.verdict;
    if (WORDS[found.verdict]) place.append(element("strong", {}, WORDS[found.verdict]), " ");
    place.append(found.verdict === "missing" ? capital(found.sentence) : found.sentence);
  }

  const capital = (text) => `${text[0].toUpperCase()}${text.slice(1)}.`;

  // ----------------------------------------------------------------------------- the forms

  const code = (name) => element("code", {}, name);

  const field = (attributes = {}) =>
    element("input", { inputmode: "decimal", autocomplete: "off", size: 8, ...attributes });

  function fieldsOf({ kind, name, options }) {
    if (kind === "number" || kind === "derived") {
      const id = `answer-${name}`;
      return [element("label", { for: id }, code(name)), field({ id })];
    }
    const legend = element("legend", {}, code(name));
    if (kind === "interval") {
      const ends = ["lower", "upper"].map((end) => element("label", {}, end, field()));
      return [element("fieldset", {}, legend, ...ends)];
    }
    const radios = [...options].map((value) =>
      element("label", {}, element("input", { type: "radio", name, value }), value));
    return [element("fieldset", {}, legend, ...radios)];
  }

  function textsOf(form, { kind, name }) {
    if (kind === "letter") return [new FormData(form).get(name) ?? ""];
    return [...form.querySelectorAll("input")].map((input) => input.value);
  }

  function fill(form, { kind }, texts) {
    form.querySelectorAll("input").forEach((input, i) => {
      if (kind === "letter") input.checked = input.value === texts[0];
      else input.value = texts[i] ?? "";
    });
  }

  function formFor(question) {
    const button = element("button", { type: "submit" }, "Check ",
      element("span", { class: "visually-hidden" }, question.name));
    const form = element("form", { class: "answer", "data-name": question.name, noValidate: true },
      ...fieldsOf(question), button, element("div", { role: "status" }));
    const kept = remembered()[question.name];
    if (Array.isArray(kept)) fill(form, question, kept);

    form.addEventListener("input", () => say(form, null));
    if (question.kind !== "letter") form.addEventListener("focusin", () => load().catch(() => {}));
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const texts = textsOf(form, question);
      remember(question.name, texts);
      say(form, { verdict: "computing", sentence: "Computing …" });
      // let the page say so before it computes
      await new Promise((resolve) => { setTimeout(resolve, 30); });
      try {
        say(form, await verdictOn(question, texts));
      } catch (error) {
        say(form, { verdict: "failed", sentence:
          `Our mistake, not yours: it could not be judged (${error.message}).` });
      }
    });
    return form;
  }

  function upgrade(id, { title, questions }) {
    const exercise = document.getElementById(id)?.querySelector(":scope > div.exercise");
    if (!exercise) return;
    const button = element("button", { type: "button" }, "Forget them");
    button.addEventListener("click", forget);
    const name = `Your answers to ${title}`;
    exercise.append(element("section", { class: "answers", "aria-label": name },
      ...questions.map(formFor), element("p", {}, NOTE, button)));
  }

  for (const [id, exercise] of Object.entries(exercises)) upgrade(id, exercise);
})();
