// Folded solutions: a link to one, or to anything inside one, opens it.

function openFolded(fragment) {
  const target = document.getElementById(decodeURIComponent(fragment.slice(1)));
  let opened = false;
  for (let e = target?.closest("details"); e; e = e.parentElement.closest("details")) {
    opened ||= !e.open;
    e.open = true;
  }
  if (opened) target.scrollIntoView();
}

addEventListener("DOMContentLoaded", () => openFolded(location.hash));
addEventListener("hashchange", () => openFolded(location.hash));

// The same link a second time changes no hash, but the solution may be closed again.
addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href^='#']");
  if (link) openFolded(link.getAttribute("href"));
});
