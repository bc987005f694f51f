// Small helpers to build elements, scales and pictures.

(() => {
  const laboratory = window.laboratory;
  const SVG = "http://www.w3.org/2000/svg";

  /** An HTML element with attributes, listeners (on...: function) and children. */
  function h(tag, attributes = {}, ...children) {
    return filled(document.createElement(tag), attributes, children);
  }

  /** The same in SVG. */
  function s(tag, attributes = {}, ...children) {
    return filled(document.createElementNS(SVG, tag), attributes, children);
  }

  function filled(element, attributes, children) {
    for (const [name, value] of Object.entries(attributes)) {
      if (typeof value === "function") element.addEventListener(name.slice(2), value);
      else if (value === true) element.setAttribute(name, "");
      else if (value !== false && value != null) element.setAttribute(name, value);
    }
    element.append(...children.filter((child) => child != null));
    return element;
  }

  /** A linear map from [low, high] to [from, to]; `invert` goes back. */
  function scale(low, high, from, to) {
    const map = (value) => from + ((value - low) / (high - low)) * (to - from);
    map.invert = (place) => low + ((place - from) / (to - from)) * (high - low);
    map.domain = [low, high];
    return map;
  }

  /** About `count` round numbers between low and high. */
  function ticks(low, high, count = 5) {
    const rough = (high - low) / count, power = 10 ** Math.floor(Math.log10(rough));
    const step = [1, 2, 5, 10].map((k) => k * power).find((each) => each >= 0.75 * rough);
    const first = Math.ceil(low / step - 1e-9), last = Math.floor(high / step + 1e-9);
    return Array.from({ length: Math.max(0, last - first + 1) }, (_, k) =>
      Number(((first + k) * step).toPrecision(12)));
  }

  /** The attribute d of a line through points. */
  function line(points) {
    return points.map(([x, y], k) => `${k ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");
  }

  /** A way to write numbers of data with this sd: two digits of it, a minus that is one. */
  function writer(sd) {
    const size = Math.floor(Math.log10(sd)), digits = Math.min(Math.max(0, 2 - size), 12);
    const far = size > 6 || size < -5;
    return (value) => {
      if (!Number.isFinite(value)) return "–";
      const text = far && value !== 0 ? value.toExponential(2) : value.toFixed(digits);
      return (Number(text) === 0 ? text.replace("-", "") : text).replace("-", "−");
    };
  }

  /** How to write the numbers of an axis: with the digits that its steps need. */
  function tickWriter(marks) {
    const step = marks.length > 1 ? marks[1] - marks[0] : Math.abs(marks[0]) || 1;
    const digits = Math.min(Math.max(0, -Math.floor(Math.log10(step) + 1e-9)), 12);
    const far = marks.some((value) => Math.abs(value) >= 1e7) || digits > 6;
    return (value) => (far && value !== 0 ? value.toExponential(1) : value.toFixed(digits)).replace("-", "−");
  }

  const SIGMA = /(σ_[yμ])/;

  /** A text with its sigmas in HTML, each with its index below the line. */
  function rich(text) {
    return text.replace(/(\d) %/g, "$1\u00a0%").split(SIGMA).map((part) => // a number keeps its %
      (SIGMA.test(part) ? h("span", { class: "lab-sigma" }, "σ", h("sub", {}, part[2])) : part));
  }

  /** The same as a text of a picture. */
  function label(attributes, text) {
    const parts = text.split(SIGMA).flatMap((part) => {
      if (!SIGMA.test(part)) return part ? [s("tspan", {}, part)] : [];
      return [s("tspan", {}, "σ"), s("tspan", { dy: 3, "font-size": "80%" }, part[2]), s("tspan", { dy: -3 }, "\u200b")];
    });
    return s("text", attributes, ...parts);
  }

  /** A text that begins a sentence. */
  function capital(text) {
    return text[0].toUpperCase() + text.slice(1);
  }

  /** Sigmas in words, as a screen reader says them. */
  function spoken(text) {
    return text.replaceAll("σ_y", "sigma y").replaceAll("σ_μ", "sigma mu");
  }

  /** A share as a percentage; those of almost nothing and almost all say so. */
  function percent(share) {
    if (share > 0 && share < 0.005) return "under 1 %";
    if (share < 1 && share > 0.995) return "over 99 %";
    return `${(100 * share).toFixed(0)} %`;
  }

  /** At most `width` pixels of a name, in letters of about `letter` pixels. */
  function shortened(name, width, letter = 6.4) {
    const most = Math.max(3, Math.floor(width / letter));
    return name.length <= most ? name : `${name.slice(0, most - 1)}…`;
  }

  /** An axis below a picture: ticks, their numbers and a title. */
  function axisBelow(x, y, height, title, write = null) {
    const [low, high] = x.domain, [left, right] = [x(low), x(high)];
    const marks = ticks(low, high, Math.max(4, Math.min(7, Math.abs(right - left) / 70)));
    const number = write ?? tickWriter(marks);
    return s("g", { class: "axis" },
      ...marks.map((value) => s("line", { x1: x(value), x2: x(value), y1: y - height, y2: y })),
      ...marks.map((value) => s("text", { x: x(value), y: y + 15 }, number(value))),
      label({ class: "title", x: right, y: y + 33 }, title));
  }

  Object.assign(laboratory, { h, s, scale, ticks, line, writer, tickWriter, percent, shortened, axisBelow, rich, label, capital, spoken });
})();
