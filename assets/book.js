// Small repairs of the site's behaviour.

// The theme follows the reader's system until the reader chooses; say so to scripts that ask.
if (!document.documentElement.dataset.mode) {
  document.documentElement.dataset.mode = "auto";
}

// The logo stands outside of all landmarks; it is navigation.
document.addEventListener("DOMContentLoaded", () => {
  const logo = document.querySelector(".bd-sidebar-primary a.logo")?.parentElement;
  logo?.setAttribute("role", "navigation");
  logo?.setAttribute("aria-label", "Home");
});

// A formula that is wider than a phone scrolls; let the keyboard scroll it, too.
addEventListener("load", () => {
  window.MathJax?.startup?.promise?.then(() => {
    for (const formula of document.querySelectorAll("mjx-container[display=true]")) {
      if (formula.scrollWidth > formula.clientWidth + 1) formula.tabIndex = 0;
    }
  });
});

// On paper the theme is light and solutions are unfolded; afterwards all is as it was.
let asItWas = null;
function paper(begins) {
  if (begins === Boolean(asItWas)) return;
  if (!begins) {
    asItWas();
    asItWas = null;
    return;
  }
  const page = document.documentElement.dataset, { theme } = page;
  const folded = [...document.querySelectorAll("details.solution:not([open])")];
  page.theme = "light";
  folded.forEach((solution) => { solution.open = true; });
  asItWas = () => {
    page.theme = theme;
    folded.forEach((solution) => { solution.open = false; });
  };
}
addEventListener("beforeprint", () => paper(true));
addEventListener("afterprint", () => paper(false));
matchMedia("print").addEventListener("change", (event) => paper(event.matches)); // a preview
