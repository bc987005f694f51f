"""The Sphinx extension for what surrounds a page: scripts, description, site map, 404 page."""

import json
import os
import re
from html import escape
from pathlib import Path
from urllib.parse import urlsplit

from docutils import nodes
from sphinx.application import Sphinx

from course.site.sphinx.laboratory import CONDITIONAL

# A script and a style sheet of ours, loaded only by pages that hold an element of this class.
PARTS = {"shrinkage-explorer": "shrinkage", "quiz": "quiz", "pooling-picture": "front"}
NEEDS_ARITHMETIC = ("shrinkage", "front")
# An empty header cell is no header.
REPAIRS = {"<th></th>": "<td></td>", '<th class="head"><p></p></th>': '<td class="head"></td>'}
# A formula in the text with the punctuation behind it, which would else begin the next line.
FORMULA = re.compile(r'(<span class="math notranslate nohighlight">[^<]*</span>[.,;:!?)”’]+)')
OWN_ADDRESS = re.compile(r'<meta property="og:url"[^>]*>\n?')
LONGEST_DESCRIPTION = 160
ICON = "assets/touch-icon.png"  # the logo, for those who take no SVG
SITE_ADDRESS = "COURSE_SITE_URL"
NOT_FOUND = """<h1>There is no such page</h1>
<p>It may have another name now: look in the menu, or search.</p>"""


def setup(app: Sphinx) -> dict:
    """Register the extension (called by Sphinx)."""
    app.connect("html-page-context", add_parts)
    app.connect("html-page-context", add_search)
    app.connect("html-page-context", add_touch_icon)
    # Before sphinxext.opengraph, which repeats it
    app.connect("html-page-context", add_description, priority=400)
    app.connect("html-page-context", repair_markup)
    # After sphinxext.opengraph, which adds it.
    app.connect("html-page-context", drop_relative_address, priority=900)
    # After sphinx.ext.mathjax, which adds the script.
    app.connect("html-page-context", drop_idle_mathjax, priority=900)
    app.connect("build-finished", drop_icon_script)
    # The menu of MathJax would make every formula a stop of the tab key.
    app.config.mathjax3_config = {"options": {"enableMenu": False}}
    # A site map, canonical addresses and previews are full addresses: only where that of the site
    # is known. The page that a host shows instead of a missing one needs to know its path.
    address = os.environ.get(SITE_ADDRESS, "").rstrip("/")
    if address:
        app.config.html_baseurl = app.config.ogp_site_url = f"{address}/"
        app.config.sitemap_url_scheme = "{link}"
        app.setup_extension("sphinx_sitemap")
    app.config.ogp_social_cards = {"enable": bool(address), "image": ICON, "image_mini": ICON}
    app.config.notfound_urls_prefix = f"{urlsplit(address).path}/"
    app.config.notfound_context = {"title": "No such page", "body": NOT_FOUND}
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def add_parts(app: Sphinx, page: str, template: str, context: dict, doctree) -> None:
    """Let a page load the scripts and style sheets of the parts that it holds, and no others."""
    if doctree is None:
        return
    for name, file in PARTS.items():
        if app.builder.name == "singlehtml" and name == "quiz":
            app.add_css_file("quiz.css")
            continue  # no buttons on paper
        if any(
            name in (node.get("classes", []) if isinstance(node, nodes.Element) else [])
            or (isinstance(node, nodes.raw) and f"class='{name}'" in node.astext())
            for node in doctree.findall()
        ):
            if file in NEEDS_ARITHMETIC:
                app.add_js_file(CONDITIONAL, loading_method="defer")
            app.add_js_file(f"{file}.js", loading_method="defer")
            app.add_css_file(f"{file}.css")


def add_search(app: Sphinx, page: str, template: str, context: dict, doctree) -> None:
    """Give the page of the search the terms of the glossary: name, page and place.

    Sphinx's own index knows them only if the glossary was rendered in this build.
    """
    if page == "search":
        terms = [
            (name, where, id)
            for _, name, kind, where, id, _ in app.env.get_domain("std").get_objects()
            if kind == "term"
        ]
        app.add_js_file(None, body=f"const TERMS = {json.dumps(terms)};")
        app.add_js_file("search.js", loading_method="defer")


def add_touch_icon(app: Sphinx, page: str, template: str, context: dict, doctree) -> None:
    """Name the icon that a phone puts on its home screen."""
    icon = context["pathto"](f"_static/{Path(ICON).name}", resource=True)
    link = f'<link rel="apple-touch-icon" href="{icon}" />\n'
    context["metatags"] = context.get("metatags", "") + link


def add_description(app: Sphinx, page: str, template: str, context: dict, doctree) -> None:
    """Describe a page to search engines by its first paragraph, unless it describes itself."""
    if doctree is None or 'name="description"' in context.get("metatags", ""):
        return
    text = description(doctree)
    if text:
        context["meta"] = {**(context["meta"] or {}), "og:description": text}
        context["metatags"] = (
            context.get("metatags", "") + f'<meta name="description" content="{escape(text)}" />\n'
        )


def repair_markup(app: Sphinx, page: str, template: str, context: dict, doctree) -> None:
    """Mend what readers and accessibility checkers find in the HTML of docutils and others."""
    for wrong, right in REPAIRS.items():
        context["body"] = context.get("body", "").replace(wrong, right)
    context["body"] = FORMULA.sub(r'<span class="formula">\1</span>', context.get("body", ""))


def drop_idle_mathjax(app: Sphinx, page: str, template: str, context: dict, doctree) -> None:
    """Load MathJax, a quarter of a page's weight, only where there is a formula."""
    if doctree is None or any(
        doctree.findall(lambda node: isinstance(node, nodes.math | nodes.math_block))
    ):
        return
    if 'class="math' not in context["body"]:
        context["script_files"] = [
            script
            for script in context["script_files"]
            if "mathjax" not in str(getattr(script, "filename", script))
        ]


def drop_relative_address(app: Sphinx, page: str, template: str, context: dict, doctree) -> None:
    """Leave out the address of a page for previews where it is not a full one."""
    if not app.config.ogp_site_url:
        context["metatags"] = OWN_ADDRESS.sub("", context.get("metatags", ""))


def drop_icon_script(app: Sphinx, exception: Exception | None) -> None:
    """Empty the theme's icon script: half a megabyte that draws what its web font draws, too."""
    script = Path(app.outdir, "_static", "scripts", "fontawesome.js")
    if exception is None and script.is_file():
        script.write_text("// The icons come from the web font.\n", encoding="utf-8")


def description(doctree: nodes.document) -> str:
    """What a page is about: its objectives, else its first paragraph; shortened at a word."""
    for box in doctree.findall(nodes.container):
        if "objectives" in box["classes"]:
            items = [
                item.astext()
                for item in box.findall(nodes.list_item)
                if not any(item.findall(nodes.math))
            ]
            return shorten("After this chapter you can " + " ".join(items))
    for paragraph in doctree.findall(nodes.paragraph):
        if isinstance(paragraph.parent, nodes.section | nodes.container) and not any(
            paragraph.findall(nodes.math)
        ):
            return shorten(paragraph.astext())
    return ""


def shorten(text: str) -> str:
    """The text in one line of at most `LONGEST_DESCRIPTION` characters."""
    text = " ".join(text.split()).rstrip(":")
    if len(text) <= LONGEST_DESCRIPTION:
        return text
    return text[: LONGEST_DESCRIPTION - 2].rsplit(" ", 1)[0].rstrip(",;:") + " …"
