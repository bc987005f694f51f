"""Right answers are right, faked ones gain nothing, and nothing makes the judge fail."""

import json
from functools import cache

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from honest import LETTERS, TEXT, fit, honest_answers, mean_of_artist, simulated_fit
from hypothesis import given
from hypothesis import strategies as st

from course.check import Report, check
from course.exact import Target
from course.judging import draws as judge_draws
from course.judging import mistakes, questions, reference
from course.judging.judge import STATUSES, judge, judge_alone
from course.judging.questions import QUESTIONS, plan
from course.ledger.claims.activity import letters
from course.ledger.claims.world import World
from course.ledger.monte_carlo import FEWEST_DRAWS
from course.submission.answers import collect

pytestmark = pytest.mark.needs_data


def verdicts(exercise, namespace):
    """By name, after a trip through JSON, as in the grader."""
    answers = json.loads(json.dumps(collect(namespace, plan(exercise)), allow_nan=False))
    return {verdict.name: verdict for verdict in judge(exercise, answers)}


def off(exercise, namespace):
    """What is not judged right."""
    return [
        verdict
        for verdict in verdicts(exercise, namespace).values()
        if verdict.status not in ("correct", "needs marking", "confronted")
    ]


# ------------------------------------------------------------------------------- right answers


@pytest.mark.parametrize("exercise", QUESTIONS)
@pytest.mark.parametrize("draws", [250, 1000, pytest.param(5000, marks=pytest.mark.slow)])
def test_right_answers_are_right(exercise, draws):
    for seed in range(3):
        assert not off(exercise, honest_answers(exercise, seed, draws)), f"seed {seed}"


@pytest.mark.parametrize("priors", reference.ACCEPTED_PRIORS)
def test_any_of_three_priors_is_right(priors):
    for exercise in (
        "ex-03",
        "ex-05a",
        "ex-07",
        "ex-09b",
        "ex-11",
        "ex-13",
        "ex-14",
        "ex-15a",
        "ex-15b",
    ):
        assert not off(exercise, honest_answers(exercise, 1, 5000, priors=priors)), exercise


def test_slowly_mixing_chains_are_right():
    for seed in range(5):
        for exercise in ("ex-03", "ex-11", "ex-13", "ex-15b"):
            assert not off(exercise, honest_answers(exercise, seed, 250, stays=0.6)), exercise


@pytest.mark.parametrize(
    ("draws", "priors", "sampler"),
    [(250, "bambi", "nutpie"), (250, "bambi", "pymc"), (1000, "chapter", "low-rank")],
)
def test_real_fits_are_right(draws, priors, sampler):
    for exercise in ("ex-03", "ex-05a", "ex-11", "ex-13", "ex-14", "ex-15a", "ex-15b"):
        answers = honest_answers(exercise, 3, draws, fit, priors=priors, sampler=sampler)
        assert not off(exercise, answers), exercise


@pytest.mark.slow
@pytest.mark.parametrize("draws", [250, 1000, 5000])
@pytest.mark.parametrize("exercise", QUESTIONS)
def test_no_false_alarm_in_simulated_runs(exercise, draws):
    for seed in range(100, 150):
        for stays in (0.0, 0.6):
            answers = honest_answers(exercise, seed, draws, stays=stays)
            assert not off(exercise, answers), f"seed {seed}"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("draws", "priors", "sampler"),
    [
        (250, "bambi", "nutpie"),
        (250, "chapter", "low-rank"),
        (1000, "bambi", "nutpie"),
        (1000, "chapter", "low-rank"),
        (5000, "chapter", "low-rank"),
        (1000, "bambi", "pymc"),
    ],
)
def test_no_false_alarm_in_real_fits(draws, priors, sampler):
    for seed in range(20 if sampler != "pymc" else 3):
        for exercise in QUESTIONS:
            if sampler == "pymc" and exercise in ("ex-07", "ex-09b"):
                continue  # 44 means take PyMC's own sampler minutes
            answers = honest_answers(exercise, seed, draws, fit, priors=priors, sampler=sampler)
            assert not off(exercise, answers), f"seed {seed}, {exercise}"
        fit.cache_clear()


def test_beside_a_fit_only_its_own_error_is_allowed():
    answers = honest_answers("ex-15b", 0, 5000)
    own = float(mean_of_artist(answers["hierarchical"].posterior, "Frank Ocean").median())
    for off_by, status in ((0.0, "correct"), (0.04, "correct"), (0.3, "wrong"), (-0.3, "wrong")):
        found = verdicts("ex-15b", answers | {"ocean_15b": own + off_by})
        assert found["ocean_15b"].status == status


def test_a_number_off_by_more_than_its_error_is_wrong():
    answers = honest_answers("ex-11", 0, 5000)
    for name, off_by in (
        ("mu_median_11", 0.8),
        ("sigma_y_median_11", 0.3),
        ("sigma_mu_median_11", -0.8),
    ):
        wrong = answers | {name: float(answers[name]) + off_by}
        assert verdicts("ex-11", wrong)[name].status == "wrong", name


def test_letters():
    for name, letter in LETTERS.items():
        exercise = next(key for key, asked in QUESTIONS.items() if name in asked)
        for other in plan(exercise)[name]["options"]:
            verdict = verdicts(exercise, {name: other})[name]
            if isinstance(QUESTIONS[exercise][name], questions.GuessedChoice):
                assert (verdict.status, verdict.share) == ("missing", 0), name
            else:
                assert (verdict.status == "correct") == (other == letter), name
            if verdict.status == "wrong":
                assert verdict.message


def test_letters_that_the_data_decide_are_the_keys():
    """Worked out from the data and the exact posterior, without looking at the keys."""
    found = letters(World())
    for name, letter in found.items():
        question = next(asked[name] for asked in QUESTIONS.values() if name in asked)
        assert question.is_right(name, letter), name
    songs = reference.songs()
    own = songs.groupby("artist", observed=True)["popularity"].transform("mean")
    extreme = songs[(own < 40) | (own > 64)]
    others = {
        "limits_06": songs[songs.groupby("artist", observed=True)["artist"].transform("size") > 9],
        "shape_10": songs.assign(popularity=1.06 ** songs["popularity"]),
        "answer_12": pd.concat([songs] * 50),
        "most_15a": pd.concat([songs, *[extreme] * 50]),
    }
    for name, other in others.items():
        assert letters(World(other))[name] != found[name], name


def test_one_end_of_an_interval_is_worth_half():
    answers = honest_answers("ex-13", 0, 1000)
    lower, upper = answers["beyonce_80_13"]
    verdict = verdicts("ex-13", answers | {"beyonce_80_13": (lower, upper + 30)})["beyonce_80_13"]
    assert (verdict.status, verdict.share, verdict.mistake) == ("partly", 0.5, "")


def test_a_table_is_worth_the_share_of_its_right_rows():
    answers = honest_answers("ex-14", 0, 1000)
    table = answers["predictions_14"].copy()
    table.loc[table.index[:11], "median"] += 40
    verdict = verdicts("ex-14", answers | {"predictions_14": table})["predictions_14"]
    assert (verdict.status, verdict.share) == ("partly", 0.75)
    table["median"] = -40.0
    verdict = verdicts("ex-14", answers | {"predictions_14": table})["predictions_14"]
    assert (verdict.status, verdict.share) == ("wrong", 0.0)


def test_a_table_may_have_any_order_and_its_labels_in_a_column():
    answers = honest_answers("ex-14", 0, 1000)
    table = answers["predictions_14"].sample(frac=1, random_state=1)
    moved = table.rename_axis("Artist").reset_index()
    for form in (table, moved, moved.assign(extra="x").set_index("extra")):
        assert not off("ex-14", answers | {"predictions_14": form})


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda t: t.iloc[:-1], "have no row"),
        (lambda t: pd.concat([t, t.iloc[:1]]), "more than one row"),
        (lambda t: t.reset_index(drop=True), "which row is whose"),
        (lambda t: pd.concat([t, t.iloc[:1].set_axis(["Nobody"])]), "rows beside"),
        (lambda t: t.drop(columns="median"), "lacks the column"),
        (lambda t: t.to_numpy(), "not a pandas DataFrame"),
        (lambda t: t.astype(str).replace(".*", "x", regex=True), "could not be read"),
        (lambda t: t * np.nan, "rows are right"),
        (lambda t: t.rename(columns={"lower": "upper", "upper": "lower"}), "lower end first"),
    ],
)
def test_sloppy_tables(change, says):
    answers = honest_answers("ex-14", 0, 250)
    table = change(answers["predictions_14"])
    verdict = verdicts("ex-14", answers | {"predictions_14": table})["predictions_14"]
    assert verdict.status == "wrong" and says in verdict.message


# --------------------------------------------------------------------------- values without a fit


@pytest.mark.parametrize("exercise", QUESTIONS)
def test_honest_values_are_right_alone_and_never_count_alone(exercise):
    answers = collect(honest_answers(exercise, 0, 5000), plan(exercise))
    for name, question in QUESTIONS[exercise].items():
        if isinstance(question, questions.Number | questions.Interval):
            value = answers[name]["value"]
            assert judge_alone(exercise, name, value).status == "correct"
            alone = judge(exercise, {name: {"status": "ok", "value": value}})
            assert next(verdict for verdict in alone if verdict.name == name).share == 0


@pytest.mark.parametrize(
    ("name", "value", "status", "mistake"),
    [
        ("mu_median_11", 50.0, "wrong", ""),
        ("mu_median_11", 0.524, "wrong", mistakes.AS_SHARE.name),
        ("mu_median_11", "52.4", "wrong", ""),
        ("mu_median_11", float("nan"), "wrong", ""),
    ],
)
def test_other_values_alone(name, value, status, mistake):
    verdict = judge_alone("ex-11", name, value)
    assert (verdict.status, verdict.mistake) == (status, mistake)
    assert "draws" not in verdict.message  # nobody is asked for a fit


def test_what_a_usual_fit_may_give_is_no_mistake_without_a_fit():
    """Frank Ocean's mean is nearly the same under the literal prior: chance gives it, too."""
    asked = ("hierarchical", QUESTIONS["ex-15b"]["ocean_15b"].target, "median", 0.8)
    right, literal = (
        round(reference.expected(*asked, priors)[0].item(), 1) for priors in ("chapter", "literal")
    )
    assert literal != right
    assert judge_alone("ex-15b", "ocean_15b", literal).status == "correct"
    alone = judge("ex-15b", {"ocean_15b": {"status": "ok", "value": literal}})
    verdict = next(verdict for verdict in alone if verdict.name == "ocean_15b")
    assert (verdict.share, verdict.mistake) == (0, "")


# ---------------------------------------------------------------------------------- fits


def test_too_few_draws():
    answers = honest_answers("ex-11", 0, 240)
    found = verdicts("ex-11", answers)
    assert found["hierarchical"].status == "wrong" and "960" in found["hierarchical"].message
    assert {verdict.status for verdict in found.values()} == {"wrong"}


def test_one_chain_of_1000_is_enough():
    answers = honest_answers("ex-03", 0, 1000)
    posterior = answers["complete_pooled"].posterior.to_dataset().isel(chain=[0])
    mu = posterior["Intercept"]
    assert not off(
        "ex-03",
        answers
        | {
            "complete_pooled": xr.DataTree.from_dict({"posterior": posterior}),
            "mu_median_03": mu.median(),
            "mu_80_03": mu.quantile([0.1, 0.9]),
        },
    )


def test_chains_that_disagree():
    answers = honest_answers("ex-11", 0, 1000)
    posterior = answers["hierarchical"].posterior.to_dataset()
    stuck = posterior + xr.DataArray([0.0, 0, 0, 15], dims="chain")
    verdict = verdicts("ex-11", answers | {"hierarchical": stuck})["hierarchical"]
    assert verdict.status == "wrong" and "chains disagree" in verdict.message


def test_forms_of_a_fit():
    answers = honest_answers("ex-03", 0, 1000)
    posterior = answers["complete_pooled"].posterior
    by_hand = {"mu": posterior["Intercept"].values, "sigma": posterior["sigma"].values.tolist()}
    for form in (
        answers["complete_pooled"],
        posterior,
        posterior.to_dataset(),
        by_hand,
        {"posterior": by_hand},
    ):
        assert not off("ex-03", answers | {"complete_pooled": form})


def test_a_fit_after_predict_is_the_same_fit():
    """Bambi's predict adds a variable mu with one value a row."""
    answers = honest_answers("ex-03", 0, 250)
    posterior = answers["complete_pooled"].posterior.to_dataset()
    posterior["mu"] = posterior["Intercept"].expand_dims(__obs__=350, axis=2)
    assert not off("ex-03", answers | {"complete_pooled": posterior})


def test_a_fit_of_part_of_the_data_is_wrong():
    answers = honest_answers("ex-03", 0, 1000)
    fitted = answers["complete_pooled"].posterior.to_dataset()
    for change in ({"Intercept": fitted["Intercept"] + 1}, {"sigma": fitted["sigma"] * 1.1}):
        verdict = verdicts("ex-03", answers | {"complete_pooled": fitted.assign(change)})
        assert verdict["complete_pooled"].status == "wrong"


# ---------------------------------------------------------------------------------- fakes


@pytest.mark.parametrize("spread", [0.0, 1.0, 30.0, 1e6])
def test_a_faked_fit_makes_no_tolerance_wider(spread):
    rng = np.random.default_rng(1)
    walk = np.cumsum(rng.standard_normal((4, 250)), axis=1)  # hardly any information
    names = {"Intercept": 52, "sigma": 14, "1|artist_sigma": 15}
    fake = {name: centre + spread * walk for name, centre in names.items()}
    fake["1|artist"] = xr.DataArray(
        np.zeros((4, 250, 44)),
        dims=("chain", "draw", "artist__factor_dim"),
        coords={"artist__factor_dim": np.array(reference.artists(), dtype=object)},
    )
    found = verdicts(
        "ex-11",
        {
            "hierarchical": fake,
            "mu_median_11": 56.0,
            "sigma_y_median_11": 13.0,
            "sigma_mu_median_11": 18.0,
        },
    )
    assert {verdict.status for verdict in found.values()} == {"wrong"}
    right = {"mu_median_11": 52.4, "sigma_y_median_11": 14.0, "sigma_mu_median_11": 15.0}
    found = verdicts("ex-11", {"hierarchical": fake} | right)
    assert all(found[name].status == "wrong" for name in right)
    assert "not right yet" in found["mu_median_11"].message


def test_sorted_chains_are_no_fit():
    """Draws that follow the posterior, sorted to look as imprecise as can be."""
    answers = honest_answers("ex-11", 0, 1000)
    posterior = answers["hierarchical"].posterior.to_dataset()
    flat = np.sort(posterior["Intercept"].values.ravel())
    sorted_draws = posterior.assign(Intercept=(("chain", "draw"), flat.reshape(1000, 4).T))
    found = verdicts("ex-11", answers | {"hierarchical": sorted_draws})
    assert {verdict.status for verdict in found.values()} == {"wrong"}
    assert "disagree" in found["hierarchical"].message


def test_a_mistake_of_ours_is_no_zero(monkeypatch):
    def broken(*arguments):
        raise ZeroDivisionError

    monkeypatch.setattr("course.judging.judge.judge_number", broken)
    report = check("ex-03", honest_answers("ex-03", 0, 250))
    found = {verdict.name: verdict for verdict in report.verdicts}
    assert found["mu_median_03"].status == "failed" and found["mu_median_03"].share == 0
    assert found["complete_pooled"].status == found["mu_80_03"].status == "correct"
    assert "our mistake, not yours" in " ".join(repr(report).split())


# -------------------------------------------------------------------------------- errors


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (
            ValueError(
                "The levels (Mac Beats) in 'artist' are not present in the original data set."
            ),
            "correct",
        ),
        (KeyError("Mac Beats"), "correct"),
        ("The levels (Mac Beats) in 'artist' are not present in the original data set.", "correct"),
        (ValueError("The truth value of a DataFrame is ambiguous."), "wrong"),
        (NameError("name 'Mac Beats' is not defined"), "wrong"),
        (KeyError("popularity"), "wrong"),
        (ValueError, "wrong"),
        (3, "wrong"),
        (None, "missing"),
    ],
)
def test_errors(error, status):
    assert verdicts("ex-09a", {"reply_09a": error})["reply_09a"].status == status


def test_bambi_refuses_an_unseen_artist():
    """The real error, from the small no pooled model of two artists."""
    import bambi as bmb

    songs = reference.songs()
    songs = songs[songs["artist"].isin(["Mia X", "Camilo"])].assign(
        artist=lambda table: table["artist"].astype(str)
    )
    model = bmb.Model("popularity ~ 0 + artist", songs)
    fitted = model.fit(
        draws=20, tune=20, chains=1, inference_method="nutpie", random_seed=1, progressbar=False
    )
    with pytest.raises(ValueError) as caught:
        model.predict(fitted, data=pd.DataFrame({"artist": ["Mac Beats"]}), kind="response")
    assert verdicts("ex-09a", {"reply_09a": caught.value})["reply_09a"].status == "correct"


# ------------------------------------------------------------------------- guesses and texts


@pytest.mark.parametrize(
    ("guess", "status"),
    [
        (0, "missing"),
        (100, "missing"),
        (58.4, "missing"),
        (-1, "wrong"),
        (101, "wrong"),
        (True, "wrong"),
        ("58", "wrong"),
        (float("nan"), "wrong"),
        (..., "missing"),
    ],
)
def test_a_guess_counts_only_when_it_is_confronted(guess, status):
    verdict = verdicts("ex-01", {"guess_01": guess})["guess_01"]
    assert (verdict.status, verdict.share) == (status, 0)
    assert status == "wrong" or guess is ... or "as soon as Exercise 3" in verdict.message
    verdict = verdicts("ex-01", {"guess_01": guess, "mu_median_03": 58.0})["guess_01"]
    assert verdict.status == ("confronted" if status == "missing" and guess != ... else status)
    assert (verdict.share == 1) == (verdict.status == "confronted")


def test_a_confronted_guess_hears_how_far_off_it_was_and_never_that_it_is_right():
    answers = honest_answers("ex-04", 1) | {"mia_x_04": 13, "beyonce_04": 70.5}
    answers["beyonce_05a"] = np.full(1000, 58.0)
    found = verdicts("ex-04", answers)
    assert "you said 13, your model says 58." in found["mia_x_04"].message
    assert found["beyonce_04"].message == "you said 70.5, your model says 58.0: 12.5 off"
    for exercise in ("ex-04", "ex-05a"):
        line = next(x for x in repr(check(exercise, answers)).splitlines() if "beyonce_04" in x)
        assert "your guess: you said 70.5" in line and "right" not in line
    assert "mia_x_04" in repr(check("ex-05b", answers))
    assert "mia_x_04" not in repr(check("ex-05b", honest_answers("ex-05b", 1)))


@pytest.mark.parametrize(
    ("exercise", "name", "later", "letter", "said"),
    [
        ("ex-08", "mac_beats_08", {"reply_09a": ValueError("No Mac Beats.")}, "c", "so it is"),
        ("ex-08", "mac_beats_08", {"reply_09a": ValueError("No Mac Beats.")}, "b", "not so"),
        ("ex-12", "answer_12", {"description_14": TEXT}, "c", "so it is"),
        ("ex-12", "answer_12", {"description_14": TEXT}, "a", "not so"),
        ("ex-12", "answer_12", {"description_14": "Between."}, "c", "as soon as Exercise 14"),
        ("ex-08", "mac_beats_08", {"reply_09a": 58.4}, "a", "as soon as Exercise 9a"),
    ],
)
def test_a_guessed_letter_is_confronted_by_the_right_answer_or_a_text(
    exercise, name, later, letter, said
):
    verdict = verdicts(exercise, later | {name: letter})[name]
    assert said in verdict.message
    assert verdict.share == (0 if "as soon as" in said else 1)


@pytest.mark.parametrize(
    "later",
    [
        {"predictions_05b": pd.DataFrame({"median": [3]}, index=["Mia X"])},
        {"predictions_05b": "58"},
        {"beyonce_05a": [], "mac_beats_05a": ["a"]},
    ],
)
def test_a_later_answer_that_cannot_be_read_confronts_nothing(later):
    guesses = {"mia_x_04": 13, "beyonce_04": 70, "mac_beats_04": 50}
    found = verdicts("ex-04", guesses | later)
    assert {verdict.status for verdict in found.values()} == {"missing"}


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("", "missing"),
        ("  \n ", "missing"),
        (..., "missing"),
        ("Because.", "wrong"),
        (5, "wrong"),
        ("Because layer 2 describes artists in general.", "needs marking"),
    ],
)
def test_texts(text, status):
    assert verdicts("ex-13", {"why_13": text})["why_13"].status == status


def test_any_text_about_the_group_earns_its_share():
    verdict = verdicts("ex-01", {"group_01": "Hi"})["group_01"]
    assert (verdict.status, verdict.share) == ("correct", 1.0)


# --------------------------------------------------------------------------- hostile answers

STRANGE = [
    None,
    True,
    0,
    -1,
    1e308,
    10**400,
    "",
    "x" * 1000,
    [],
    [[]],
    [1, "2"],
    [1, None],
    {},
    {"a": 1},
    [[1, 2], [3]],
    {"shape": [4, -1], "values": []},
    {"shape": [2], "values": ["1", "2"]},
    {"shape": [10**9, 10**9], "values": [1.0]},
    {"shape": [True], "values": [1]},
    {"shape": "44", "values": 3},
    {"index": [1], "columns": {"lower": [1]}},
    {
        "index": ["a"] * 44,
        "columns": {"lower": [10**400] * 44, "median": [1] * 44, "upper": [1] * 44},
    },
    {"parameters": {"mu": 3}, "variables": 3},
    {"parameters": [], "variables": [[1, 2]]},
    {"parameters": {"mu": {"shape": [1], "values": [1e300]}}, "variables": [["a", [{}]]]},
    {"panels": 3},
    {"panels": [3, {}, {"marks": [3, {"kind": []}, {"kind": "bars"}]}]},
    {"panels": [{"marks": [{"kind": "curve", "x": [[1]], "y": [1]}], "ticks": [{}]}]},
    {"panels": [{"marks": [{"kind": "bars", "edges": [[0, 0]] * 9, "heights": [0] * 9}]}]},
    {"type": 3, "message": []},
]


@pytest.mark.parametrize("exercise", QUESTIONS)
def test_no_json_makes_the_judge_fail(exercise):
    for value in STRANGE:
        for status in ("ok", "unusable", "missing", "nonsense", 3, None):
            record = {"type": "number", "status": status, "value": value, "reason": value}
            answers = dict.fromkeys(plan(exercise), record)
            check_verdicts(exercise, judge(exercise, answers))
    for answers in (None, [], 3, {"x": 1}):
        check_verdicts(exercise, judge(exercise, answers))


WORDS = st.sampled_from(
    ["number", "text", "values", "shape", "columns", "index", "parameters", "variables", "panels",
     "marks", "kind", "x", "y", "edges", "heights", "ticks"]
)  # fmt: skip
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda tree: st.lists(tree, max_size=5) | st.dictionaries(WORDS | st.text(), tree, max_size=5),
    max_leaves=15,
)


@pytest.mark.parametrize("exercise", QUESTIONS)
@given(data=st.data())
def test_no_made_up_json_makes_the_judge_fail(exercise, data):
    value = JSON | st.sampled_from(STRANGE)
    record = st.fixed_dictionaries(
        {"type": WORDS, "status": st.sampled_from(["ok", "unusable", "missing"]), "value": value}
    )
    names = st.sampled_from(list(plan(exercise)))
    answers = data.draw(st.dictionaries(names, record | value))
    check_verdicts(exercise, judge(exercise, answers))


def check_verdicts(exercise, found):
    assert [verdict.name for verdict in found] == list(QUESTIONS[exercise])
    for verdict in found:
        assert verdict.status in STATUSES and 0 <= verdict.share <= 1
        # the last resort of `judge`, which would hide a missing check of the shape
        assert verdict.status != "failed", verdict
        letter_or_guess = isinstance(
            QUESTIONS[exercise][verdict.name], (questions.Guess, questions.Text)
        )
        assert verdict.status != "correct" or letter_or_guess


@cache
def right_answers(exercise):
    """Right answers, as the JSON that the judge gets."""
    return json.dumps(collect(honest_answers(exercise, 0, 250), plan(exercise)))


@pytest.mark.parametrize("exercise", QUESTIONS)
@given(data=st.data())
def test_damaged_answers_do_not_make_the_judge_fail(exercise, data):
    """Right answers with a piece replaced by a strange one."""
    answers = json.loads(right_answers(exercise))
    node = answers
    while node:
        key = data.draw(st.sampled_from(list(node) if isinstance(node, dict) else range(len(node))))
        if isinstance(node[key], (dict, list)) and node[key] and data.draw(st.integers(0, 4)):
            node = node[key]
            continue
        node[key] = data.draw(st.sampled_from(STRANGE) | JSON)
        break
    for verdict in judge(exercise, answers):
        assert verdict.status != "failed", verdict


def test_the_judge_knows_its_exercises():
    with pytest.raises(KeyError):
        judge("ex-99", {})


# ----------------------------------------------------------------------------- self-checks


def test_check_reads_the_callers_variables():
    answers = honest_answers("ex-11", 0, 250)
    namespace = {"check": check} | answers
    report = eval("check('ex-11')", namespace)
    assert repr(report) == (
        "Exercise 11\n"
        "  hierarchical         right\n"
        "  mu_median_11         right\n"
        "  sigma_y_median_11    right\n"
        "  sigma_mu_median_11   right"
    )

    def inside():
        mu_median_11 = 1e6  # noqa: F841  # `check` finds it by its name
        return check("ex-11")

    assert inside().verdicts[1].status == "wrong"


@pytest.mark.parametrize("exercise", QUESTIONS)
def test_nothing_answered_yet(exercise):
    for namespace in ({}, dict.fromkeys(plan(exercise), ...)):
        report = check(exercise, namespace)
        assert repr(report).count("not answered yet") == len(QUESTIONS[exercise])


def test_an_unknown_exercise_lists_near_ones():
    assert "ex-05a" in repr(check("ex-05", {}))
    assert "ex-17b" in repr(check(object(), {}))


@pytest.mark.parametrize(
    "answer",
    [
        object(),
        float("inf"),
        float("nan"),
        "52.4",
        [1, 2, 3],
        np.arange(3),
        {1: 2},
        1j,
        print,
        pd.DataFrame({"a": [1, 2, 3]}),
        np.array("x"),
        b"1",
        range(10**9),
        pd.NaT,
        type,
        "",
        10**400,
    ],
)
def test_a_check_never_raises_and_never_praises(answer):
    for exercise, asked in QUESTIONS.items():
        report = check(exercise, dict.fromkeys(asked, answer))
        assert isinstance(report, Report) and repr(report) == repr(report)
        for verdict in report.verdicts:
            text = isinstance(QUESTIONS[exercise][verdict.name], questions.Text)
            assert verdict.status != "correct" or (text and isinstance(answer, str)), verdict


def test_messages_show_no_number_of_the_answer():
    """Whatever is wrong, no message contains an exact value or a right letter."""
    numbers = {
        f"{abs(value):.{digits}f}"
        for digits in (1, 2)
        for target in ("mu", "sigma_y", "sigma_mu", "mu_j: Frank Ocean", "mu_j: Sean Kingston")
        for value in (reference.marginal("hierarchical", Target.parse(target), "chapter").median,)
    }
    for exercise, asked in QUESTIONS.items():
        for answer in (1.0, (0.0, 1.0), "a", "b", "c", "d", [2.0, 1.0], np.zeros((4, 250))):
            text = repr(check(exercise, dict.fromkeys(asked, answer)))
            assert not any(number in text for number in numbers), text


def test_lines_fit():
    for exercise in QUESTIONS:
        for answer in ("x", 1, (1, 0), np.zeros((4, 250))):
            report = repr(check(exercise, dict.fromkeys(plan(exercise), answer)))
            assert max(map(len, report.splitlines())) <= 88


def test_checking_imports_no_sampler():
    import subprocess
    import sys

    script = (
        "import sys\nfrom course.check import check\nprint(check('ex-03', {}))\n"
        "heavy = {'bambi', 'pymc', 'pytensor', 'nutpie', 'arviz'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, stdout=subprocess.DEVNULL)


# ------------------------------------------------------------------------------- the rules


def test_every_exercise_has_a_plan_that_is_json():
    for exercise in QUESTIONS:
        assert json.loads(json.dumps(plan(exercise))) == plan(exercise)
        assert questions.credited(exercise)


def test_the_fewest_draws_are_four_chains_of_250():
    assert FEWEST_DRAWS == 4 * 250
    assert judge_draws.STANDARD_ERRORS == 5


def test_mean_of_artist_is_that_of_the_exact_posterior():
    """The simulated fits are what they claim to be."""
    posterior = simulated_fit("hierarchical", 0, 5000, stays=0.0).posterior
    for label in ("Mia X", "Frank Ocean"):
        exact = reference.marginal("hierarchical", Target("mu_j", label), "chapter")
        draws = mean_of_artist(posterior, label)
        assert abs(float(draws.mean()) - exact.mean) < 5 * exact.sd / np.sqrt(20_000)
        assert abs(float(draws.std()) / exact.sd - 1) < 5 / np.sqrt(40_000)
