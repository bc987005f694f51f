"""Numbers in prose: what may stand, what is computed, and what readers see."""

import re

import nbformat
import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from course.chapters import cells, editions, execute, prose, workspace
from course.site import launch

CHAPTERS = cells.chapters()
every_chapter = pytest.mark.parametrize("path", CHAPTERS, ids=[path.stem for path in CHAPTERS])
SENTENCE = 'Of <!--= len(rows) -->252<!----> rows, <!--= f"{share:.1f}" -->26.6<!----> % lack it.'


# ------------------------------------------------------------------------------ what may stand


def test_readers_see_the_values():
    assert prose.plain(SENTENCE) == "Of 252 rows, 26.6 % lack it."


def test_values_are_filled_in_and_nothing_else_changes():
    assert prose.filled(SENTENCE, ["252", "26.6"]) == SENTENCE
    assert prose.plain(prose.filled(SENTENCE, ["7", "0.1"])) == "Of 7 rows, 0.1 % lack it."


@pytest.mark.parametrize(
    "source",
    [
        SENTENCE,
        "- Of <!--= n -->7<!----> songs",
        "## The <!--= n -->7<!----> songs",
        "| a | <!--= n -->7<!----> |\n| --- | --- |",
        'Now <!--= f"{results["1|artist"]:.1f}" -->7.0<!----> in prose',
        "`<code>` and $x < 3$ and then <!--= n -->7<!----> songs",
    ],
)
def test_well_placed_numbers_are_fine(source):
    assert not list(prose.problems(source))


@pytest.mark.parametrize(
    "source, problem",
    {
        "<!--= n -->7<!----> songs": "start of a line",
        "Songs:\n\n- <!--= n -->7<!----> songs": "start of a line",
        "> 1. <!--= n -->7<!----> songs": "start of a line",
        '| a | <!--= s["1|artist"] -->7<!----> |': "ends a cell",
        "Of <!--= n--1 -->7<!----> songs": "would end the comment",
        "Of <!--= n -->7<!---> songs": "not of the form",
        "Of <!-- n --> songs": "not of the form",
        "Of <!--= n -->7 songs": "not of the form",
        "Of $<!--= n -->7<!---->$ songs": "inside code or a formula",
        "Of `<!--= n -->7<!---->` songs": "inside code or a formula",
        "\\begin{equation*}\n<!--= n -->7<!---->\n\\end{equation*}": "a formula",
        "A {term}`chain` of steps": "as it is",
        "{glue:text}`n` songs": "as it is",
    }.items(),
)
def test_what_readers_would_see_raw_is_named(source, problem):
    assert any(problem in found for found in prose.problems(source))


@pytest.mark.parametrize(
    "source, found",
    {
        "There are 350 songs.": 1,
        "Between 26 and 79 points": 2,
        "a mean of 52.4, and 80 % between": 1,
        "In 1975, with 80 % probability, formula (6.1) of chapter 2": 0,
        "4 chains of 5,000 draws each, 20,000 in all; popularity from 0 to 100": 0,
        "1. One\n2. Two, with $\\sigma_2 = 14$ and `x = 3`": 0,
        "Exercises 5b and 9b, and Exercise 12": 0,
        "Of <!--= 7 -->7<!----> songs": 0,
        "See [the page](04-posterior.ipynb#at-2).": 0,
    }.items(),
)
def test_digits_without_an_expression_are_found(source, found):
    assert len(prose.bare_digits(source)) == found


def test_a_chapter_names_all_that_is_wrong():
    notebook = new_notebook(
        cells=[
            new_markdown_cell("350 songs", id="first"),
            new_markdown_cell("A {term}`chain`", id="second"),
            new_markdown_cell("The source says 15.2", id="third", metadata={"tags": ["erratum"]}),
        ]
    )
    with pytest.raises(prose.ProseError, match=r"(?s)first: a number.*second: readers") as error:
        prose.check(notebook)
    assert "third" not in str(error.value)


# ------------------------------------------------------------------------------ evaluation


def replies(*results):
    return {
        str(k): result
        if isinstance(result, dict)
        else {"status": "ok", "data": {"text/plain": repr(result)}}
        for k, result in enumerate(results)
    }


def test_values_come_from_the_kernels_replies():
    assert prose.values(SENTENCE, replies("252", "-26.6")) == ["252", "−26.6"]


@pytest.mark.parametrize(
    "reply, message",
    [
        ({"status": "error", "ename": "NameError", "evalue": "no rows"}, "NameError: no rows"),
        ("52.4412345678", "format it"),
        ("nan", "format it"),
        ("", "format it"),
        ("a\nb", "format it"),
    ],
)
def test_what_no_reader_should_see_is_refused(reply, message):
    with pytest.raises(prose.ProseError, match=re.escape(message)):
        prose.values("Of <!--= n -->7<!---->", replies(reply))


@pytest.mark.parametrize(
    "expression, then, now, right",
    [
        ("n", "252", "252", True),
        ("n", "252", "253", False),
        ("name", "Mia X", "Camilo", False),
        ('f"{x:.1f}"', "52.4", "52.5", True),
        ('f"{x:.1f}"', "52.4", "52.6", False),
        ('f"{x:.1f}"', "−0.1", "0.0", True),
        ('f"{x:.1f}"', "−0.3", "0.3", False),
        ('f"{x:,.0f}"', "20,000", "20,001", True),
        ('f"{x:.0f} to {y:.0f}"', "26 to 79", "27 to 78", True),
        ('f"{x:.0f} to {y:.0f}"', "26 to 79", "26 or 79", False),
        ('f"{x:.2f}"', "52.4", "52.41", False),
    ],
)
def test_a_rounded_number_may_differ_by_one_unit(expression, then, now, right):
    found = prose.differences(f"So <!--= {expression} -->{then}<!---->.", [now])
    assert (found == []) is right


@given(st.lists(st.floats(-1e6, 1e6)), st.integers(0, 3))
def test_any_number_goes_in_and_comes_out_as_the_reader_sees_it(numbers, decimals):
    source = " and ".join(f'x <!--= f"{{x:,.{decimals}f}}" -->7<!---->' for _ in numbers)
    values = prose.values(source, replies(*[f"{number:,.{decimals}f}" for number in numbers]))
    text = prose.filled(source, values)
    assert prose.plain(text) == " and ".join(f"x {value}" for value in values)
    assert prose.differences(text, values) == []
    assert prose.filled(text, ["7"] * len(numbers)) == source


def run(tmp_path, *sources):
    """A notebook with one cell of code before and one after, executed and stored."""
    texts = [new_markdown_cell(source, id=f"words-{k}") for k, source in enumerate(sources)]
    path = tmp_path / "01-words.ipynb"
    notebook = new_notebook(
        cells=[
            new_markdown_cell("# Title", id="title"),
            new_code_cell("n, share = 3, 0.25", id="before"),
            *texts,
            new_code_cell("n = 4", id="after"),
        ]
    )
    nbformat.write(notebook, path)
    return execute.execute(path)[0].cells


def test_a_run_writes_the_values_at_their_place(tmp_path):
    found = run(tmp_path, "Of <!--= n -->0<!----> and <!--= f'{share:.0%}' -->?<!---->.")
    assert prose.plain(found[2].source) == "Of 3 and 25%."
    assert [cell.get("execution_count") for cell in found] == [None, 1, None, 2]


@pytest.mark.parametrize(
    "source, message",
    [
        ("Of <!--= nobody -->0<!----> songs", "words-0: nobody\n  fails: NameError"),
        ("Of <!--= n / 7 -->0<!----> songs", "format it"),
        ("Of 350 songs", "words-0: a number without an expression"),
    ],
)
def test_a_run_stops_at_what_cannot_be_shown(tmp_path, source, message):
    with pytest.raises(prose.ProseError, match=re.escape(message)):
        run(tmp_path, source)


# --------------------------------------------------------- the same words for every reader


def visible(source):
    """What a notebook's reader sees of a Markdown cell, block by block, without formulas."""
    md = MarkdownIt("commonmark").enable("table").use(dollarmath_plugin)
    md.inline.ruler.disable("escape")
    formula = re.compile(r"(?s)\\begin\{(equation\*?)\}.*?\\end\{\1\}")
    html = BeautifulSoup(md.render(formula.sub("", source)), "html.parser")
    for tag in html.select(".math, eqn, eq, pre, code"):
        tag.decompose()
    return [
        squeezed(tag.get_text())
        for tag in html.select("p, h1, h2, h3, h4, td, th, li")
        if not tag.select("p, li, td")
    ]


def squeezed(text):
    return re.sub(r"[\W_]+", " ", text).strip()


@every_chapter
def test_the_book_says_what_the_notebook_says(site, path):
    page = site / "notebooks" / path.parent.name / f"{path.stem}.html"
    body = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser").article
    for tag in body.select(".math, pre, code, script, style, a.headerlink"):
        tag.decompose()
    text = squeezed(body.get_text())
    for cell in cells.read(path).cells:
        if cell.cell_type == "markdown" and "quiz" not in cells.tags(cell):
            for block in visible(cell.source):
                assert block in text, f"{cell.id}: {block}"


def in_the_workspace(folder):
    workspace.update(workspace.files(), folder)
    return folder


def on_the_branch(folder):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(launch.REPOSITORY, "https://example.org/fork")
        assert launch.write(folder) == 0
    return folder / "notebooks"


def downloaded(folder):
    for path in CHAPTERS:
        (folder / path.parent.name).mkdir(exist_ok=True)
        cells.write(editions.handed_out(path), folder / path.parent.name / path.name)
    return folder


@pytest.fixture(scope="module", params=[in_the_workspace, on_the_branch, downloaded])
def handed_out(request, tmp_path_factory):
    """A folder of chapters as somebody without the book has them."""
    return request.param(tmp_path_factory.mktemp(request.param.__name__))


@every_chapter
def test_what_is_handed_out_says_what_the_chapter_says(handed_out, path):
    source = {cell.id: cell for cell in cells.read(path).cells}
    found = cells.read(handed_out / path.parent.name / path.name).cells
    said = [cell for cell in found if cell.cell_type == "markdown" and cell.id in source]
    for cell in said:
        assert visible(cell.source) == visible(source[cell.id].source), cell.id
        assert "<!--" not in cell.source and not list(prose.problems(cell.source)), cell.id
    left_out = cells.ANSWERS if path.parent.name == "activity" else {"solution"}
    assert [cell.id for cell in said] == [
        id
        for id, cell in source.items()
        if cell.cell_type == "markdown" and not cells.tags(cell) & left_out
    ]


@pytest.mark.slow
@pytest.mark.needs_data
@pytest.mark.parametrize("seed", [1, 2])
@every_chapter
def test_prose_prints_no_digit_that_another_seed_changes(tmp_path, path, seed):
    notebook = cells.read(path)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.source = cell.source.replace("84735", str(seed))
    nbformat.write(notebook, tmp_path / path.name)
    executed, _ = execute.execute(tmp_path / path.name)
    wrong = []
    for cell, other in zip(cells.read(path).cells, executed.cells, strict=True):
        if cell.cell_type == "markdown":
            computed = [match["value"] for match in prose.NUMBER.finditer(other.source)]
            wrong += prose.differences(cell.source, computed)
    assert not wrong, "\n".join(wrong)
