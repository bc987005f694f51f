"""The chapters as files: executed, tidy, complete, portable, and sound in what they refer to.

That each chapter still runs, and that its key numbers come out the same, is what nbval tests. It
runs with the options in pyproject.toml; the last tests here show that those options notice what
they should.
"""

import ast
import json
import re
import subprocess
import sys
import tomllib
import xml.etree.ElementTree as ET
from functools import cache
from pathlib import Path

import nbformat
import pytest
import yaml

from course.chapters import claims, prose
from course.chapters.cells import PARTS
from course.key_numbers import KeyNumbers
from course.ledger import published as ledger
from course.paths import PROJECT

LEDGER = ledger.numbers()
CHAPTERS = sorted(
    path
    for path in (PROJECT / "notebooks").rglob("*.ipynb")
    if ".ipynb_checkpoints" not in path.parts
)
TAGS = {
    "objectives",
    "erratum",
    "key-numbers",
    "nbval-check-output",
    "exercise",
    "answer",
    "solution",
    "check",
    "quiz",
    "hide-cell",
    "hide-input",
    "hide-output",
    "interactive",
    "claims",
    "recap",
    "remove-input",
    "remove-output",
}
#: In the metadata of a figure that matplotlib stores as SVG; the site drops those.
OF_FIGURES = {"www.w3.org", "purl.org", "creativecommons.org", "matplotlib.org"}

every_chapter = pytest.mark.parametrize(
    "path", CHAPTERS, ids=[f"{path.parent.name}/{path.stem}" for path in CHAPTERS]
)


@cache
def read(path):
    return nbformat.read(path, as_version=4)


def cells(path, kind=None):
    return [cell for cell in read(path).cells if kind in (None, cell.cell_type)]


def outputs(path):
    return [(cell, output) for cell in cells(path, "code") for output in cell.outputs]


def tags(cell):
    return set(cell.metadata.get("tags", []))


def without_code(text):
    return re.sub(r"(?s)```.*?```|(?<![}`])`[^`\n]+`", "", text)


def toc():
    table = yaml.safe_load((PROJECT / "_toc.yml").read_text(encoding="utf-8"))
    return [entry["file"] for part in table["parts"] for entry in part["chapters"]]


# ----------------------------------------------------------------------------------- the file


def test_there_are_chapters():
    assert CHAPTERS


def test_the_table_of_contents_lists_every_chapter_in_order():
    listed = [name for name in toc() if name.startswith("notebooks/")]
    found = [path.relative_to(PROJECT).with_suffix("").as_posix() for path in CHAPTERS]
    assert sorted(listed) == found
    for part in PARTS:
        assert [n for n in listed if f"/{part}/" in n] == [n for n in found if f"/{part}/" in n]


@every_chapter
def test_notebook_is_valid(path):
    nbformat.validate(json.loads(path.read_text(encoding="utf-8")))
    assert (read(path).nbformat, read(path).nbformat_minor) == (4, 5)


@every_chapter
def test_cell_ids_are_unique_words(path):
    ids = [cell.id for cell in cells(path)]
    assert len(ids) == len(set(ids)), "an id occurs twice"
    for id in ids:
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", id), f"{id!r} is not a slug"
        assert not re.fullmatch(r"(?=.*\d)[0-9a-f]{8}(-?[0-9a-f]{4,12})*", id), f"{id!r} is random"


@every_chapter
def test_metadata_is_minimal(path):
    assert read(path).metadata == {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    for cell in cells(path):
        assert set(cell.metadata) <= {"tags", "mystnb", "course", "slideshow"}, cell.id


@every_chapter
def test_tags_are_known(path):
    for cell in cells(path):
        assert tags(cell) <= TAGS, f"{cell.id}: {tags(cell) - TAGS}"


# --------------------------------------------------------------------------- execution, outputs


@every_chapter
def test_every_code_cell_was_executed_once_and_in_order(path):
    counts = [cell.execution_count for cell in cells(path, "code")]
    assert counts == list(range(1, len(counts) + 1)), "run `make run`"


@every_chapter
def test_no_cell_is_empty(path):
    assert not [cell.id for cell in cells(path) if not cell.source.strip()]


@every_chapter
def test_outputs_have_no_errors_logs_or_widgets(path):
    for cell, output in outputs(path):
        assert output.output_type != "error", cell.id
        assert output.get("name") != "stderr", cell.id
        kinds = set(output.get("data", {}))
        assert not any("widget" in kind or "plotly" in kind for kind in kinds), cell.id
        assert output.get("data", {}).get("text/plain") != "", f"{cell.id}: empty output"


@every_chapter
def test_outputs_name_no_path_of_a_machine_and_no_other_host(path):
    # Images are left out: base64 text spells anything.
    path_of_a_machine = re.compile(
        r"(?<![\w.])/(home|root|tmp|Users|work|mnt|opt|var)/|[A-Z]:\\"
        r"|site-packages|ipykernel_\d"
    )
    for cell in cells(path):
        texts = [json.dumps(cell.metadata)]
        for output in cell.get("outputs", []):
            texts += [output.get("text", "")] + [
                str(value)
                for kind, value in output.get("data", {}).items()
                if not kind.startswith("image/png")
            ]
        for text in texts:
            assert not path_of_a_machine.search(text), f"{cell.id}: a path of a machine"
            hosts = set(re.findall(r"https?://([^/\s\"'\\]+)", text)) - OF_FIGURES
            assert not hosts, f"{cell.id}: {hosts}"


@every_chapter
def test_no_output_shows_the_address_of_an_object(path):
    for cell, output in outputs(path):
        text = output.get("data", {}).get("text/plain", "")
        assert not re.search(r"\bat 0x[0-9a-f]{6,}", text), f"{cell.id}: {text}"


@every_chapter
def test_key_numbers_cells_are_compared_by_nbval_and_have_output(path):
    for cell in cells(path, "code"):
        if "key-numbers" in tags(cell):
            assert "nbval-check-output" in tags(cell), cell.id
        if "nbval-check-output" in tags(cell):
            assert cell.outputs, f"{cell.id}: nothing to compare"
        assert ("key_numbers(" in cell.source) == ("key-numbers" in tags(cell)), cell.id


@every_chapter
def test_lines_of_code_are_short(path):
    for cell in cells(path, "code"):
        for line in cell.source.splitlines():
            assert len(line) <= 88, f"{cell.id}: {len(line)} characters: {line}"


@every_chapter
def test_code_compiles_as_plain_python(path):
    for cell in cells(path, "code"):
        compile(cell.source, cell.id, "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)


# -------------------------------------------------------------------------------------- figures


def images(path):
    return [
        cell
        for cell, output in outputs(path)
        if any(kind.startswith("image/") for kind in output.get("data", {}))
    ]


@every_chapter
def test_a_cell_shows_at_most_one_image(path):
    ids = [cell.id for cell in images(path)]
    assert len(ids) == len(set(ids)), "the alt text of a cell describes one image"


@every_chapter
def test_every_image_has_an_alt_text(path):
    for cell in images(path):
        alt = cell.metadata.get("mystnb", {}).get("image", {}).get("alt", "")
        assert len(alt) >= 40, f"{cell.id}: {alt!r}"
        assert " " in alt and not re.search(r"\.(png|svg|jpe?g)\b", alt), f"{cell.id}: {alt!r}"


@every_chapter
def test_every_image_has_a_caption_and_a_name(path):
    for cell in images(path):
        figure = cell.metadata.get("mystnb", {}).get("figure", {})
        assert len(figure.get("caption", "")) >= 20, f"{cell.id}: no caption"
        assert re.fullmatch(r"fig-[a-z0-9-]+", figure.get("name", "")), f"{cell.id}: no name"


@every_chapter
def test_only_cells_with_an_image_describe_one(path):
    shown = {cell.id for cell in images(path)}
    assert {cell.id for cell in cells(path) if "mystnb" in cell.metadata} <= shown


def figure_names(path):
    return [cell.metadata.get("mystnb", {}).get("figure", {}).get("name") for cell in images(path)]


def test_names_of_figures_are_unique_in_the_book():
    names = [name for path in CHAPTERS for name in figure_names(path)]
    assert len(names) == len(set(names)), sorted(n for n in set(names) if names.count(n) > 1)


# ----------------------------------------------------------------------------- prose and links


@every_chapter
def test_prose_reads_the_same_everywhere_and_types_no_number(path):
    prose.check(read(path))


@every_chapter
def test_prose_has_no_directives(path):
    for cell in cells(path, "markdown"):
        assert not re.search(r"(?m)^(:::|```\{)", cell.source), f"{cell.id}: a directive"


@every_chapter
def test_claims_assert_and_say_what(path):
    for cell in cells(path, "code"):
        if "claims" in tags(cell):
            said = claims.words(cell.source)
            assert said, f"{cell.id} claims nothing"
            assert len(said) == len(set(said)), f"{cell.id} claims something twice"
            assert not cell.outputs, cell.id


def names(cells, *kinds):
    """The names of some kinds of nodes in cells of code."""
    found = set()
    for cell in cells:
        for node in ast.walk(ast.parse(cell.source)):
            if isinstance(node, kinds) or isinstance(getattr(node, "ctx", None), kinds):
                name = getattr(node, "asname", None) or getattr(node, "name", None)
                found.add(name or getattr(node, "id", None))
    return found


@every_chapter
def test_no_code_needs_a_cell_of_claims(path):
    """Editions drop those."""
    made = (ast.Store, ast.alias, ast.FunctionDef, ast.ExceptHandler)
    checked = [cell for cell in cells(path, "code") if "claims" in tags(cell)]
    rest = [cell for cell in cells(path, "code") if "claims" not in tags(cell)]
    only_there = names(checked, *made) - names(rest, *made)
    assert not only_there & (names(rest, ast.Load) - {None})


@every_chapter
def test_relative_links_lead_to_files(path):
    for cell in cells(path, "markdown"):
        for target in re.findall(r"\]\(([^)\s]+)\)", without_code(cell.source)):
            if not re.match(r"[a-z]+:|#", target):
                file = path.parent / target.split("#")[0]
                assert file.is_file(), f"{cell.id}: {target}"


# --------------------------------------------------------------------------------- the chapter


@every_chapter
def test_the_first_cell_is_the_only_title(path):
    first, *rest = cells(path, "markdown")
    assert cells(path)[0] is first and re.match(r"# \S", first.source)
    for cell in rest:
        assert not re.search(r"(?m)^# ", without_code(cell.source)), f"{cell.id}: another title"


@every_chapter
def test_headings_skip_no_level(path):
    level = 0
    for cell in cells(path, "markdown"):
        for heading in re.findall(r"(?m)^(#+) ", without_code(cell.source)):
            assert len(heading) <= level + 1, f"{cell.id}: {heading}"
            level = len(heading)


@every_chapter
def test_the_second_cell_states_the_objectives(path):
    assert "objectives" in tags(cells(path)[1])
    assert not any("objectives" in tags(cell) for cell in cells(path)[2:])


@every_chapter
def test_the_last_cell_links_to_the_next_chapter(path):
    """The activity ends the course: what is beyond starts from the lecture (next test)."""
    listed = [name for name in toc() if name.startswith("notebooks/")]
    position = listed.index(path.relative_to(PROJECT).with_suffix("").as_posix())
    for name in listed[position + 1 : position + 2]:
        if path.parent.name != "activity" or "/activity/" in name:
            assert PROJECT / f"{name}.ipynb" in linked(path, cells(path)[-1])


@pytest.mark.parametrize(
    "path", [p for p in CHAPTERS if p.parent.name == "beyond"], ids=lambda path: path.stem
)
def test_a_chapter_of_the_lecture_leads_to_each_beyond_it(path):
    lecture = [p for p in CHAPTERS if p.parent.name == "lecture"]
    assert any(path in linked(p, cell) for p in lecture for cell in cells(p, "markdown"))


def linked(path, cell):
    """The files that a cell of a chapter links to."""
    targets = re.findall(r"\]\(([^)\s#]+)", cell.source)
    return [(path.parent / target).resolve() for target in targets]


# --------------------------------------------------------------- what nbval compares, and how

ROW = ("hier-mu-median", "52.4", "52.47", "52.46", "~52.441 ± 0.012", "agrees")
CHANGES = {  # what a second run prints instead, and whether that is right
    "the same": (ROW, True),
    "other digits": ((*ROW[:4], "~52.452 ± 0.012", "agrees"), True),
    "another width": ((*ROW[:4], "~52.4 ± 0.0119", "agrees"), True),
    "a small error": ((*ROW[:4], "~-0.0021 ± 1.2e-05", "agrees"), True),
    "another name": (("hier-mu-mean", *ROW[1:]), False),
    "another published number": ((ROW[0], "52.5", *ROW[2:]), False),
    "another exact number of R's priors": ((*ROW[:2], "52.48", *ROW[3:]), False),
    "another exact number of our priors": ((*ROW[:3], "52.47", *ROW[4:]), False),
    "another verdict": ((*ROW[:5], "computed is off"), False),
    "not a number": ((*ROW[:4], "~nan ± nan", "agrees"), False),
    "an unmarked number": ((*ROW[:4], "52.441", "agrees"), False),
}
CODE = """class Table:
    def __repr__(self):
        return {text!r}
    def _repr_html_(self):
        return {html!r}
Table()"""


def small_notebook(stored, printed):
    """A notebook whose one cell once showed the row `stored` and now shows `printed`."""
    stored, printed = KeyNumbers([stored]), KeyNumbers([printed])
    cell = nbformat.v4.new_code_cell(
        CODE.format(text=repr(printed), html=printed._repr_html_()),
        id="numbers",
        execution_count=1,
        metadata={"tags": ["key-numbers", "nbval-check-output"]},
        outputs=[
            nbformat.v4.new_output(
                "execute_result",
                execution_count=1,
                data={"text/plain": repr(stored), "text/html": stored._repr_html_()},
            )
        ],
    )
    return nbformat.v4.new_notebook(
        cells=[cell],
        metadata={
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}
        },
    )


@pytest.fixture(scope="module")
def nbval_results(tmp_path_factory):
    """Which notebooks pass under the project's own nbval options."""
    folder = tmp_path_factory.mktemp("nbval")
    for name, (printed, _) in CHANGES.items():
        nbformat.write(small_notebook(ROW, printed), folder / f"{name}.ipynb")
    fails = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1 / 0", execution_count=1)])
    nbformat.write(fails, folder / "an exception.ipynb")
    options = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
    assert "--nbval-lax" in options["tool"]["pytest"]["ini_options"]["addopts"]
    report = folder / "report.xml"
    subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-c",
            PROJECT / "pyproject.toml",
            "--rootdir",
            PROJECT,
            f"--junit-xml={report}",
            folder,
        ],
        cwd=PROJECT,
        capture_output=True,
    )
    return {
        name: case.find("failure") is None and case.find("error") is None
        for case in ET.parse(report).iter("testcase")
        for name in [*CHANGES, "an exception"]
        if f"{name}.ipynb" in case.get("classname") + case.get("name")
        or Path(case.get("classname").replace(".", "/")).name == name
    }


@pytest.mark.parametrize("change", CHANGES)
def test_nbval_lets_only_the_computed_column_change(nbval_results, change):
    assert nbval_results[change] == CHANGES[change][1]


def test_nbval_fails_on_an_exception(nbval_results):
    assert nbval_results["an exception"] is False


@every_chapter
def test_every_fit_uses_the_books_seed_chains_and_draws(path):
    """The lecture's settings; another seed would give other, equally right, numbers in the text.

    Beyond the lecture a chapter may ask for other draws or for a second seed, but must say which.
    """
    settings = ("draws=5000", "chains=4", "cores=4", "random_seed=84735")
    if path.parent.name == "beyond":
        settings = ("draws=", "chains=4", "cores=4", "random_seed=")
    for cell in cells(path, "code"):
        for call in re.findall(r"\.fit\((.*?)\)\n?", cell.source, flags=re.DOTALL):
            for setting in settings:
                assert setting in call, f"{cell.id}: a fit without {setting}"
