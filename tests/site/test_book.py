"""The rendered book: complete, free of errors and broken links, readable without a network."""

import re
import shutil
from functools import cache
from urllib.parse import unquote, urlsplit

import pytest
import yaml
from bs4 import BeautifulSoup

from course.ledger import published as ledger
from course.ledger.ours import own_numbers
from course.paths import PROJECT
from course.site import book

TOC = yaml.safe_load((PROJECT / "_toc.yml").read_text(encoding="utf-8"))
PAGES = [TOC["root"], *(entry["file"] for part in TOC["parts"] for entry in part["chapters"])]
every_page = pytest.mark.parametrize("page", PAGES)


@cache
def soup(path):
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


@cache
def ids(path):
    return {tag["id"] for tag in soup(path).select("[id]")} | {
        tag["name"] for tag in soup(path).select("a[name]")
    }


def article(site, page):
    return soup(site / f"{page}.html").select_one("article")


def test_every_page_is_rendered(site):
    missing = [page for page in PAGES if not (site / f"{page}.html").is_file()]
    assert not missing


def test_every_page_that_is_written_is_in_the_table_of_contents():
    written = [
        path.relative_to(PROJECT).with_suffix("").as_posix()
        for path in [PROJECT / "index.md", *PROJECT.glob("book/**/*.md")]
    ]
    assert not set(written) - set(PAGES)


def test_every_page_has_the_others_in_its_menu(site):
    for page in PAGES:
        links = {
            (site / page).parent.joinpath(a["href"].split("#")[0]).resolve()
            for a in soup(site / f"{page}.html").select(".bd-sidebar-primary a[href]")
            if a["href"] not in ("#", "") and not urlsplit(a["href"]).scheme
        }
        missing = [p for p in PAGES if p != page and (site / f"{p}.html").resolve() not in links]
        assert not missing, f"{page} does not list {missing}"


@every_page
def test_page_has_one_heading_of_the_first_level(site, page):
    headings = article(site, page).select("h1")  # the theme adds one for print, elsewhere
    assert len(headings) == 1, [heading.text for heading in headings]


@every_page
def test_page_has_a_title_and_a_language(site, page):
    html = soup(site / f"{page}.html")
    assert html.html["lang"] == "en"
    assert html.title.text.strip()


@every_page
def test_page_shows_no_error(site, page):
    body = article(site, page)
    assert "Traceback" not in body.text
    wrong = body.select(".error, .system-message, .problematic, .stderr, .traceback")
    assert not wrong, [str(tag)[:200] for tag in wrong]


@every_page
def test_page_shows_no_markup_that_was_not_understood(site, page):
    body = BeautifulSoup(str(article(site, page)), "html.parser")
    for tag in body.select("pre, code, script, style, .math"):
        tag.decompose()
    found = re.findall(r"\{[a-z:]+\}`|:::|```|\[[^\]]+\]\([^)]+\)|(?<!\w)\*\*\w", body.text)
    assert not found


@every_page
def test_numbers_are_plain(site, page):
    body = BeautifulSoup(str(article(site, page)), "html.parser")
    for tag in body.select("pre, code"):
        tag.decompose()
    assert not re.search(r"np\.(float|int)64|\bnan\b", body.text)


@every_page
def test_images_have_an_alt_text_that_is_not_a_path(site, page):
    for image in article(site, page).select("img"):
        alt = image.get("alt", "").strip()
        assert " " in alt and not re.search(r"\.(png|svg|jpe?g)\b|_images", alt), image["src"]


@every_page
def test_figures_are_numbered_and_captioned(site, page):
    for figure in article(site, page).select("figure"):
        assert figure.figcaption is not None, str(figure)[:200]
        assert re.match(r"Figure \d", figure.figcaption.text.strip()), figure.figcaption.text


# ------------------------------------------------------------------------------------- links


def broken_links(site, path):
    """Links of a page that lead to no file of the site, or to no place in that file."""
    for tag in soup(path).select("[href], [src]"):
        url = urlsplit(tag.get("href", tag.get("src")))
        if url.scheme or url.netloc:
            continue
        target = path if not url.path else (path.parent / unquote(url.path)).resolve()
        if not target.is_file():
            yield f"{url.geturl()}: no such file"
        elif url.fragment and target.suffix == ".html" and unquote(url.fragment) not in ids(target):
            yield f"{url.geturl()}: no such place"


@every_page
def test_local_links_lead_somewhere(site, page):
    assert not list(broken_links(site, (site / f"{page}.html").resolve()))


def test_the_search_for_broken_links_finds_one(tmp_path):
    page = tmp_path / "index.html"
    page.write_text(
        '<h1 id="a">A</h1> <a href="#a"></a> <a href="#b"></a> <img src="c.png">'
        '<a href="index.html#a"></a> <a href="index.html#d"></a>'
    )
    assert [link.split(":")[0] for link in broken_links(tmp_path, page)] == [
        "#b",
        "c.png",
        "index.html#d",
    ]


@every_page
def test_page_asks_no_other_host(site, page):
    for tag in soup(site / f"{page}.html").select("[src], [srcset], link[href], iframe, object"):
        if tag.name == "link" and set(tag.get("rel", [])) & {"canonical", "license"}:
            continue
        url = tag.get("src") or tag.get("srcset") or tag.get("href") or tag.get("data") or ""
        assert not re.match(r"(?i)(https?:)?//", url), str(tag)[:200]
    for script in soup(site / f"{page}.html").select("script:not([src])"):
        assert not re.search(r"import\(|https?://", script.text), script.text[:200]


def test_stylesheets_and_our_scripts_ask_no_other_host(site):
    own = {path.name for path in (PROJECT / "assets").iterdir()}
    for path in (site / "_static").rglob("*"):
        if path.suffix == ".css" or (path.name in own and path.suffix == ".js"):
            text = path.read_text(encoding="utf-8")
            assert not re.search(r"(?:url\(|@import)\s*['\"]?(?:https?:)?//", text), path.name
            if path.name in own:
                assert not re.search(r"(?<!xmlns=')https?://", text), path.name


def test_mathjax_and_what_it_loads_is_local(site):
    mathjax = site / "_static" / "mathjax"
    assert (mathjax / "tex-chtml.js").stat().st_size > 500_000
    assert len(list((mathjax / "output" / "chtml" / "fonts" / "woff-v2").glob("*.woff"))) > 10
    assert (mathjax / "input" / "tex" / "extensions" / "boldsymbol.js").is_file()
    license = (site / "_static" / "mathjax-license.txt").read_text(encoding="utf-8")
    assert "MathJax Consortium" in license and "TERMS AND CONDITIONS FOR USE" in license


@every_page
def test_a_page_with_formulas_loads_the_local_mathjax(site, page):
    html = soup(site / f"{page}.html")
    scripts = [tag["src"] for tag in html.select("script[src]") if "mathjax" in tag["src"]]
    if html.select("article .math"):
        assert len(scripts) == 1 and scripts[0].endswith("_static/mathjax/tex-chtml.js"), scripts


# ------------------------------------------------------------------------------ the ledger page


def test_the_ledger_page_lists_every_number_and_links_to_its_chapter(site):
    rows = {}
    for row in article(site, "book/numbers").select("table tbody tr"):
        rows[row.select_one("code").text] = row
    for number in ledger.numbers().values():
        row = rows[number.id]
        cells = [cell.text.strip() for cell in row.select("td")]
        assert cells[1] == number.published, number.id
        assert cells[-1] == "agrees", f"{number.id}: {cells[-1]}"
        assert number.notebook in row.select_one("a[href]")["href"], number.id


def test_the_ledger_page_lists_every_number_of_our_own(site):
    rows = {}
    for row in article(site, "book/numbers").select("table tbody tr"):
        rows[row.select_one("code").text] = [cell.text.strip() for cell in row.select("td")]
    for number in own_numbers().values():
        assert rows[number.id][-1] == "agrees", number.id


# -------------------------------------------------------------------- what fails a build


@pytest.fixture
def small_book(tmp_path, monkeypatch):
    """A book of two pages with our configuration; returns how to build it with a given text."""
    source = tmp_path / "source"
    shutil.copytree(PROJECT / "assets", source / "assets")
    shutil.copy(PROJECT / "_config.yml", source)
    (source / "book").mkdir()
    (source / "book" / "references.bib").touch()
    (source / "_toc.yml").write_text("format: jb-book\nroot: index\nchapters:\n- file: other\n")
    (source / "other.md").write_text("# Other\n\n```{glossary}\nsampler\n  Draws.\n```\n")
    monkeypatch.setattr(book, "PROJECT", source)

    def build(text):
        (source / "index.md").write_text(f"# Title\n\n{text}\n")
        return book.build(output=tmp_path, fresh=True)

    return build


def test_a_book_without_broken_references_is_built(small_book):
    assert small_book("[there](other.md) and {term}`sampler`") == 0


def test_broken_references_fail_the_build_and_all_are_named(small_book, capfd):
    assert small_book("[a](no-page.md) [b](other.md#no-place) {numref}`no-figure` {term}`no-term`")
    messages = capfd.readouterr().err
    for reference in ("no-page", "no-place", "no-figure", "no-term"):
        assert reference in messages
