"""What goes wrong on a page in the browser: errors, failed requests, requests to elsewhere."""

CANCELLED = "net::ERR_ABORTED"  # by going on to another page; a missing file is ERR_FILE_NOT_FOUND


def watch(page, own: str = "file:") -> list[str]:
    """A list that grows with what goes wrong; requests to other addresses than `own` do, too."""
    wrong = []

    def failed(request):
        if request.failure != CANCELLED:
            wrong.append(f"failed: {request.url} ({request.failure})")

    def asked(request):
        if request.url.startswith(("http", "ws")) and not request.url.startswith(own):
            wrong.append(f"asked for {request.url}")

    page.on("console", lambda message: message.type == "error" and wrong.append(message.text))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("requestfailed", failed)
    page.on("request", asked)
    return wrong


# What is cut off: code, formulas and paragraphs that are wider than their place.
CUT_OFF = """() => {
  document.querySelectorAll("details").forEach(d => { d.open = true; });
  return [...document.querySelectorAll(".bd-article :is(pre, p, li, mjx-container[display=true])")]
    .filter(e => e.clientWidth > 0 && e.scrollWidth > e.clientWidth + 1)
    .map(e => `${e.tagName}: ${e.textContent.trim().slice(0, 60)}`);
}"""
