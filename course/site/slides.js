// A slide whose content is higher or wider than the page is made smaller until it fits.

function fit() {
  for (const box of document.querySelectorAll(".fit")) {
    box.style.zoom = 1;
    for (let scale = 1; scale > 0.45; scale -= 0.05) {
      box.style.zoom = scale;
      if (box.scrollHeight * scale <= 660 && box.scrollWidth * scale <= 1200) break;
    }
  }
}

Reveal.initialize({
  width: 1280, height: 720, margin: 0, center: false, hash: true, slideNumber: "c/t",
  transition: "none", controlsTutorial: false, viewDistance: 1000, plugins: [RevealNotes],
}).then(async () => {
  await MathJax.startup.promise;
  document.querySelectorAll(".slides section").forEach((s) => { s.style.display = "block"; });
  fit();
  Reveal.layout();
  document.documentElement.dataset.ready = "true";
});
