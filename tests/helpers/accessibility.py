"""What axe-core finds on a page."""

from importlib.util import find_spec
from pathlib import Path

AXE = Path(find_spec("axe_playwright_python").origin).with_name("axe.min.js")
OPEN_ALL = """async () => {
  document.querySelectorAll("details").forEach(d => { d.open = true; d.hidden = false; });
  document.querySelectorAll(".toggle-button").forEach(b => b.click());
  if (window.MathJax?.startup?.promise) await MathJax.startup.promise;
}"""


def violations(page):
    """What axe-core finds, of any impact, folded parts opened: rule, impact, elements."""
    page.evaluate(OPEN_ALL)
    page.evaluate(AXE.read_text(encoding="utf-8"))
    result = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{found['id']} ({found['impact']}): {[n['html'][:120] for n in found['nodes'][:3]]}"
        for found in result["violations"]
    ]
