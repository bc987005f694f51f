"""Answers without the work: none is credited beyond what was done."""

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
import xarray as xr
from honest import honest_answers, simulated_fit
from scipy import stats
from wrong_answers import Student, plug_in

from course.judging import reference
from course.judging.judge import judge
from course.judging.questions import plan
from course.submission.answers import collect

pytestmark = [pytest.mark.needs_data, pytest.mark.filterwarnings("ignore")]
Y = "popularity"
CASES = {}


def case(key, exercise, *names):
    """Answers of a student, as a function of a `Student`, of which these names earn nothing."""

    def register(make):
        assert key not in CASES
        CASES[key] = (exercise, names, make)
        return make

    return register


def right(s, exercise, without=()):
    return {
        name: value
        for name, value in honest_answers(exercise, s.seed, s.draws).items()
        if name not in without
    }


def rebuilt(posterior, change):
    """A fit in which `change` was made to the draws of every quantity, (chain, draw, ...)."""
    return posterior.to_dataset().map(lambda values: values.copy(data=change(values.values)))


def shifted(s, model, by, share=0.25):
    """A fit off by so many posterior sds, made to look as dependent as can be."""
    slow = np.cumsum(s.rng.standard_normal((4, s.draws)), axis=1)
    slow = (slow - slow.mean()) / slow.std()

    def change(values):
        sd = values.std(axis=(0, 1))
        noise = slow.reshape(slow.shape + (1,) * (values.ndim - 2))
        own = (values - values.mean(axis=(0, 1))) * np.sqrt(1 - share)
        return values.mean(axis=(0, 1)) + own + sd * (by + np.sqrt(share) * noise)

    return rebuilt(s.fit(model), change)


def three_values(values):
    """The 10, 50 and 90 % quantiles of the draws, as often as they need to be."""
    ends = np.quantile(values, [0.1, 0.5, 0.9], axis=(0, 1))
    rank = np.argsort(np.argsort(values, axis=1), axis=1) / values.shape[1]
    which = np.digitize(rank, [0.3, 0.7])
    return np.take_along_axis(ends, which.reshape(-1, *values.shape[2:]), 0).reshape(values.shape)


# ---------------------------------------------------------------------------- numbers without a fit


@case("closed formulas", "ex-03", "mu_median_03", "mu_80_03")
def _(s):
    half = 1.2816 * s.y.std() / np.sqrt(350)
    return {"mu_median_03": s.y.mean(), "mu_80_03": (s.y.mean() - half, s.y.mean() + half)}


@case("exact integration alone", "ex-11", "mu_median_11", "sigma_y_median_11", "sigma_mu_median_11")
def _(s):
    exact = reference.posterior("hierarchical", "chapter")
    return {f"{name}_median_11": exact[name].median for name in ("mu", "sigma_y", "sigma_mu")}


@case("exact integration alone, shrinkage", "ex-15b", "ocean_15b", "kingston_15b")
def _(s):
    return right(s, "ex-15b", ["hierarchical"])


@case("a neighbour's numbers", "ex-07", "mia_x_median_07", "mia_x_80_07")
def _(s):
    return right(s, "ex-07", ["no_pooled"])


@case("a posterior of one's own words", "ex-03", "complete_pooled", "mu_median_03", "mu_80_03")
def _(s):
    return right(s, "ex-03") | {"complete_pooled": "a fit"}


# ----------------------------------------------------------------------- draws without a fit


@case("NumPy normals", "ex-05a", "mac_beats_05a", "beyonce_05a", "mac_beats_80_05a")
def _(s):
    songs = s.rng.normal(s.y.mean(), s.y.std(), (2, 20_000))
    ends = np.quantile(songs[0], [0.1, 0.9])
    return {"mac_beats_05a": songs[0], "beyonce_05a": songs[1], "mac_beats_80_05a": ends}


@case("NumPy normals of a new artist", "ex-13", "mac_beats_13", "mac_beats_80_13")
def _(s):
    songs = s.rng.normal(52.4, np.hypot(15.2, 14.0), 20_000)
    return {"mac_beats_13": songs, "mac_beats_80_13": np.quantile(songs, [0.1, 0.9])}


@case("NumPy normals beside a wrong fit", "ex-05a", "mac_beats_05a")
def _(s):
    fit = s.pooled.to_dataset() + 3
    return {"complete_pooled": fit, "mac_beats_05a": s.rng.normal(s.y.mean(), s.y.std(), 20_000)}


@case("three values for songs", "ex-05a", "mac_beats_05a")
def _(s):
    songs = three_values(s.song(s.pooled).values)
    return {"complete_pooled": s.pooled, "mac_beats_05a": songs}


@case("songs of the data", "ex-05a", "mac_beats_05a")
def _(s):
    return {"complete_pooled": s.pooled, "mac_beats_05a": s.rng.choice(s.y, 20_000)}


@case("one song, again and again", "ex-13", "beyonce_13")
def _(s):
    return {"hierarchical": s.hierarchical, "beyonce_13": np.full(20_000, 69.0)}


# ------------------------------------------------------------------------------------- forged fits


def _forged(model, exercise, names, key, make):
    @case(f"{key}, {model}", exercise, model, *names)
    def _(s):
        return right(s, exercise) | {model: make(s, model)}


for _model, _exercise, _names in (
    ("complete_pooled", "ex-03", ("mu_median_03", "mu_80_03")),
    ("no_pooled", "ex-07", ("mia_x_median_07", "mia_x_80_07")),
    ("hierarchical", "ex-11", ("mu_median_11", "sigma_y_median_11", "sigma_mu_median_11")),
):
    for _key, _make in {
        "sorted chains": lambda s, model: rebuilt(s.fit(model), lambda v: np.sort(v, axis=1)),
        "three values": lambda s, model: rebuilt(s.fit(model), three_values),
        "0.8 sd off": lambda s, model: shifted(s, model, 0.8),
        "0.8 sd off, hardly moving": lambda s, model: shifted(s, model, 0.8, share=0.9),
        "0.8 sd off, another way": lambda s, model: shifted(s, model, -0.8, share=0.6),
        "too narrow": lambda s, model: rebuilt(
            s.fit(model), lambda v: v.mean(axis=(0, 1)) + 0.6 * (v - v.mean(axis=(0, 1)))
        ),
        "all at the mean": lambda s, model: rebuilt(
            s.fit(model), lambda v: v.mean(axis=(0, 1)) + 0 * v
        ),
    }.items():
        _forged(_model, _exercise, _names, _key, _make)


@case("one sorted chain", "ex-03", "complete_pooled", "mu_median_03")
def _(s):
    posterior = s.pooled.to_dataset()
    flat = {name: np.sort(posterior[name].values.ravel()) for name in posterior}
    return right(s, "ex-03") | {"complete_pooled": flat}


@case("artists at their sample means", "ex-11", "hierarchical", "mu_median_11")
def _(s):
    posterior = s.hierarchical.to_dataset()
    labels = list(posterior["artist__factor_dim"].values)
    effects = s.means.loc[labels].to_numpy() - posterior["Intercept"].values[..., None]
    posterior["1|artist"] = posterior["1|artist"].transpose("chain", "draw", ...).copy(data=effects)
    return right(s, "ex-11") | {"hierarchical": posterior}


# ------------------------------------------------------------------------------------------ tables


@case("a table without a fit", "ex-14", "predictions_14")
def _(s):
    return right(s, "ex-14", ["hierarchical"])


@case("an exact table without a fit", "ex-09b", "predictions_09b")
def _(s):
    table = reference.posterior("no_pooled", "chapter").summary("predict")
    return {"predictions_09b": table[["lower", "median", "upper"]]}


@case("one row for all, without a fit", "ex-05b", "predictions_05b")
def _(s):
    row = s.y.mean() + 1.2816 * s.y.std() * np.array([-1, 0, 1])
    columns = ["lower", "median", "upper"]
    return {"predictions_05b": pd.DataFrame([row] * 44, reference.artists(), columns)}


@case("no uncertainty of parameters", "ex-09b", "predictions_09b")
def _(s):
    return {"no_pooled": s.no_pooled, "predictions_09b": plug_in(s)}


@case("no uncertainty of parameters, hierarchical", "ex-14", "predictions_14")
def _(s):
    return {"hierarchical": s.hierarchical, "predictions_14": plug_in(s, "hierarchical")}


@case("the sizes of the shifts", "ex-15a", "shift_15a")
def _(s):
    table = right(s, "ex-15a")["shift_15a"]
    return {"hierarchical": s.hierarchical, "shift_15a": table.assign(shift=table["shift"].abs())}


@case("shifts without a fit", "ex-15a", "shift_15a")
def _(s):
    return right(s, "ex-15a", ["hierarchical"])


# ----------------------------------------------------------------------------------- errors, plots

for _key, _reply in {
    "a name": "Mac Beats",
    "a sentence": "Mac Beats is a new artist and the model does not know him.",
    "another error": NameError("Mac Beats is not defined"),
    "an error of the data": TypeError("Mac Beats"),
    "the exception's class": ValueError,
}.items():
    case(f"{_key} for an error", "ex-09a", "reply_09a")(
        lambda s, reply=_reply: {"reply_09a": reply}
    )


def drawn(draw):
    ax = plt.subplots()[1]
    draw(ax)
    return ax


X = np.linspace(0, 100, 200)
NAMES = list(reference.artists())
PLOTS = {
    "a bell": ("ex-02", lambda s: lambda ax: ax.plot(X, stats.norm.pdf(X, 58.4, 20.7))),
    "a filled bell": ("ex-02", lambda s: lambda ax: ax.plot(X, np.exp(-(((X - 60) / 20) ** 2)))),
    "a line up": ("ex-02", lambda s: lambda ax: ax.plot([0, 100], [0, 1])),
    "a straight cdf": ("ex-02", lambda s: lambda ax: ax.plot(X, X / 100)),
    "a normal cdf": ("ex-02", lambda s: lambda ax: ax.plot(X, stats.norm.cdf(X, 58, 21))),
    "bars as one likes": (
        "ex-02",
        lambda s: lambda ax: ax.bar(range(5, 100, 10), range(1, 11), 10),
    ),
    "simulated songs": ("ex-02", lambda s: lambda ax: ax.hist(s.rng.normal(50, 30, 350))),
    "names on a line": ("ex-06", lambda s: lambda ax: ax.plot(NAMES, np.arange(44), "-")),
    "names on two points": (
        "ex-06",
        lambda s: lambda ax: (ax.plot([0, 100], [0, 100]), ax.set_xticks(range(44), NAMES)),
    ),
    "flat bars with names": ("ex-06", lambda s: lambda ax: ax.bar(NAMES, 100)),
    "forty bells": (
        "ex-06",
        lambda s: lambda ax: [ax.plot(X, stats.norm.pdf(X, c, 14)) for c in range(20, 80, 2)],
    ),
    "a bell for the means": ("ex-10", lambda s: lambda ax: ax.plot(X, stats.norm.pdf(X, 52, 16))),
}
for _key, (_exercise, _draw) in PLOTS.items():
    case(_key, _exercise, f"plot_{_exercise[-2:]}")(
        lambda s, e=_exercise, draw=_draw: {f"plot_{e[-2:]}": drawn(draw(s))}
    )


@pytest.fixture(scope="module")
def student():
    return Student(seed=4, draws=2000)


@pytest.mark.parametrize("key", CASES)
def test_it_earns_nothing(key, student):
    exercise, names, make = CASES[key]
    verdicts = judge(exercise, collect(make(student), plan(exercise)))
    plt.close("all")
    credited = [verdict for verdict in verdicts if verdict.name in names and verdict.share > 0]
    assert not credited
    assert {verdict.status for verdict in verdicts if verdict.name in names} <= {"wrong"}


def test_a_short_fit_far_off_is_refused_at_the_least_size_that_is_granted():
    """4 x 250 draws that hardly move, off by 0.8 posterior sds, as precise as they pretend."""
    student = Student(seed=3, draws=250)
    for share in (0.3, 0.6, 0.9):
        given = shifted(student, "hierarchical", 0.8, share)
        verdict = judge("ex-11", collect({"hierarchical": given}, plan("ex-11")))[0]
        assert verdict.status == "wrong", share


def test_a_short_fit_far_too_narrow_is_refused_however_slowly_it_moves():
    slow = simulated_fit("complete_pooled", 3, 250, stays=0.85).posterior

    def narrowed(values):
        return values.mean() + 0.55 * (values - values.mean())

    for given, status in ((slow, "correct"), (rebuilt(slow, narrowed), "wrong")):
        answers = collect({"complete_pooled": given}, plan("ex-03"))
        assert judge("ex-03", answers)[0].status == status


def test_a_right_answer_beside_a_fit_may_come_from_exact_integration(student):
    exact = reference.posterior("hierarchical", "chapter")
    answers = {
        "hierarchical": xr.DataTree.from_dict({"posterior": student.hierarchical.to_dataset()}),
        "ocean_15b": exact.mu_j("Frank Ocean").median,
        "kingston_15b": exact.mu_j("Sean Kingston").median,
    }
    verdicts = judge("ex-15b", collect(answers, plan("ex-15b")))
    assert [verdict.status for verdict in verdicts][:3] == ["correct"] * 3
