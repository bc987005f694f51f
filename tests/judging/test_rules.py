"""The table of rules is read, every slip in it is named, and a new exercise needs no Python."""

import textwrap

import pytest

from course.data import load_spotify
from course.judging import questions, reference, rules
from course.judging.judge import judge
from course.judging.questions import ARTISTS, KINDS, POSITIONS, QUESTIONS, RULES, digest
from course.submission.answers import collect

NEW = """
    [ex-18.share_18]
    kind = "expression"
    value = "(spotify['popularity'] > 50).mean()"
    within = 0.005

    [ex-18.more_18]
    kind = "letter"
    options = "ab"
    digest = "DIGEST"
    hint = "Count the songs on either side."

    [ex-18.why_18]
    kind = "text"
"""


def read(tmp_path, text):
    path = tmp_path / "rules.toml"
    path.write_text(textwrap.dedent(text), encoding="utf-8")
    return rules.read(path, KINDS)


@pytest.mark.needs_data
def test_an_exercise_with_number_choice_and_text_needs_only_its_table(tmp_path, monkeypatch):
    table = read(tmp_path, NEW.replace("DIGEST", digest("more_18", "b")))
    monkeypatch.setitem(QUESTIONS, "ex-18", table["ex-18"])
    share = (load_spotify()["popularity"] > 50).mean()
    given = {"share_18": round(share, 2), "more_18": "b", "why_18": "Most songs are above fifty."}
    found = judge("ex-18", collect(given, questions.plan("ex-18")))
    assert [verdict.status for verdict in found] == ["correct", "correct", "needs marking"]
    given = {"share_18": share + 0.02, "more_18": "a"}
    found = judge("ex-18", collect(given, questions.plan("ex-18")))
    assert [verdict.status for verdict in found] == ["wrong", "wrong", "missing"]
    assert found[1].message == "Count the songs on either side."


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[ex-18", "is not TOML"),
        ("[ex-18]", "ex-18, no name: `kind` is None"),
        (
            "[ex-18.a]\nkind = 'letters'",
            "ex-18, a: `kind` is 'letters', and should be one of number",
        ),
        ("[ex-18.a]\nkind = 'text'\nanytext = true", "ex-18, a: a text has no `anytext`"),
        ("[ex-18.a]\nkind = 'number'\nmodel = 'no_pooled'", "ex-18, a: a number needs `target`"),
        (
            "[ex-18.a]\nkind = 'text'\nany_text = 1",
            "ex-18, a: `any_text` is 1, and should be true or",
        ),
        ("[ex-18.a]\nkind = 'fit'\nmodel = 'pooled'", "there is no model 'pooled'"),
        ("[ex-18.a]\nkind = 'fit'\nmodel = 'no_pooled'", "declared under the name of its model"),
        ("[ex-18.a]\nkind = 'expression'\nvalue = '1 +'\nwithin = 1", "`value` is no expression"),
        ("[ex-18.a]\nkind = 'expression'\nvalue = '1'\nwithin = 0", "should be above 0"),
        ("[ex-18.a]\nkind = 'letter'\nhint = ''\ndigest = 'b'", "`digest` is that of none"),
        ("[ex-18.a]\nkind = 'plot'\nof = 'song'", "should be songs, by artist, or means"),
        ("[ex-18.a]\nkind = 'derived'\nkey = 'rmse'\ndecimals = 3", "there is no `key` 'rmse'"),
        (
            "[ex-18.a]\nkind = 'number'\nmodel = 'no_pooled'\ntarget = 'mu'\nstatistic = 'mode'",
            "no statistic 'mode'",
        ),
        (
            "[ex-18.a]\nkind = 'interval'\nmodel = 'no_pooled'\ntarget = 'mu'\ndraws = 'b'",
            "`draws` is 'b', which this exercise does not ask draws for",
        ),
        (
            "[ex-18.a]\nkind = 'interval'\nmodel = 'no_pooled'\ntarget = 'mu'\nprob = 80",
            "should lie between 0 and 1",
        ),
        ("[ex-18.a]\nkind = 'guess'\nconfronted_in = 'ex-19'\nby = 'b'", "no rule for b of ex-19"),
        (
            "[ex-18.a]\nkind = 'table'\nmodel = 'no_pooled'\ntarget = 'mu_j'\ncolumns = ['low']",
            "nothing is known of the columns low",
        ),
    ],
)
def test_every_slip_is_named(tmp_path, text, says):
    with pytest.raises(rules.RulesError, match=r"rules\.toml") as caught:
        read(tmp_path, text)
    assert says in str(caught.value)


def test_all_slips_are_named_at_once(tmp_path):
    with pytest.raises(rules.RulesError) as caught:
        read(tmp_path, "[ex-18.a]\nkind = 'text'\nb = 1\n[ex-19.c]\nkind = 'd'")
    assert len(str(caught.value).splitlines()) == 2


def test_what_stands_beside_the_names_holds_for_all_of_them(tmp_path):
    table = read(tmp_path, "[ex-18]\nkind = 'text'\nany_text = true\n[ex-18.a]\n[ex-18.b]")
    assert table["ex-18"]["a"] == table["ex-18"]["b"] == questions.Text(any_text=True)


def test_the_table_holds_no_letter_and_no_expected_number():
    import tomllib

    tables = tomllib.loads(RULES.read_text(encoding="utf-8"))
    for exercise, names in tables.items():
        for name, rule in names.items():
            values = rule.items() if isinstance(rule, dict) else [(name, rule)]
            for key, value in values:
                assert type(value) is not float or key == "within", (exercise, name, key)
                assert key in ("options", "hint", "digest") or not (
                    isinstance(value, str) and len(value) == 1
                ), (exercise, name, key)


@pytest.mark.needs_data
def test_targets_are_quantities_of_their_models():
    for asked in QUESTIONS.values():
        for question in asked.values():
            target = getattr(question, "target", None)
            if target is not None and question.type != "table":
                assert reference.marginal(question.model, target, "chapter").sd > 0


@pytest.mark.needs_data
def test_places_of_artists_in_a_fit_without_labels():
    songs = reference.songs()["artist"].astype(str)
    by_mean, appearing = list(reference.artists()), list(dict.fromkeys(songs))
    assert len(by_mean) == ARTISTS
    for label, places in POSITIONS.items():
        orders = (by_mean, sorted(by_mean), appearing)
        assert places == [order.index(label) for order in orders]
