"""Good plots of many kinds are right; empty ones, and plots of something else, are not."""

import json

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest
import seaborn as sns
import seaborn.objects as so
from axes import new, on

from course.judging import reference
from course.judging.judge import judge
from course.judging.questions import plan
from course.submission.answers import collect
from course.submission.drawn import drawn

pytestmark = [pytest.mark.needs_data, pytest.mark.filterwarnings("ignore")]
Y = "popularity"


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


def verdict(exercise, name, plot):
    answers = json.loads(json.dumps(collect({name: plot}, plan(exercise)), allow_nan=False))
    return next(v for v in judge(exercise, answers) if v.name == name)


def means():
    return reference.sample_means().to_frame()


SONGS = {
    "histogram": lambda s: sns.histplot(s, x=Y, ax=new()),
    "with kde": lambda s: sns.histplot(s, x=Y, binwidth=5, kde=True, ax=new()),
    "density": lambda s: sns.histplot(s, x=Y, stat="density", ax=new()),
    "percent": lambda s: sns.histplot(s, x=Y, stat="percent", ax=new()),
    "horizontal": lambda s: sns.histplot(s, y=Y, ax=new()),
    "steps": lambda s: sns.histplot(s, x=Y, element="step", ax=new()),
    "cumulative": lambda s: sns.histplot(s, x=Y, cumulative=True, ax=new()),
    "kde": lambda s: sns.kdeplot(s, x=Y, ax=new()),
    "filled kde": lambda s: sns.kdeplot(s, x=Y, fill=True, ax=new()),
    "ecdf": lambda s: sns.ecdfplot(s, x=Y, ax=new()),
    "displot": lambda s: sns.displot(s, x=Y),
    "strip": lambda s: sns.stripplot(s, x=Y, ax=new()),
    "rug": lambda s: sns.rugplot(s, x=Y, ax=new()),
    "box": lambda s: sns.boxplot(s, x=Y, ax=new()),
    "boxen": lambda s: sns.boxenplot(s, x=Y, ax=new()),
    "violin": lambda s: sns.violinplot(s, x=Y, ax=new()),
    "boxplot of matplotlib": lambda s: on(lambda ax: ax.boxplot(s[Y])),
    "violin of matplotlib": lambda s: on(lambda ax: ax.violinplot(s[Y])),
    "what hist returns": lambda s: new().hist(s[Y], bins=20),
    "figure": lambda s: on(lambda ax: ax.hist(s[Y])).figure,
    "pandas": lambda s: s[Y].plot.hist(ax=new()),
    "pandas grid": lambda s: s.hist(),
    "objects": lambda s: so.Plot(s, x=Y).add(so.Bars(), so.Hist()),
    "joint": lambda s: sns.jointplot(x=s[Y], y=np.arange(350)),
}
NOT_SONGS = {
    "empty": (lambda s: new(), "Nothing is drawn"),
    "no axes": (lambda s: plt.figure(), "Nothing is drawn"),
    "means": (lambda s: sns.histplot(means(), x=Y, ax=new()), "means of the artists"),
    "constant": (lambda s: on(lambda ax: ax.plot([0, 100], [1, 1])), "does not show"),
    "diagonal": (lambda s: on(lambda ax: ax.plot(range(100), range(100))), "does not show"),
    "flat bars": (lambda s: on(lambda ax: ax.bar(range(0, 100, 5), 1)), "does not show"),
    "data": (lambda s: s, "assign the plot itself"),
    "text": (lambda s: "plot", "assign the plot itself"),
}
BY_ARTIST = {
    "kde": lambda s: sns.kdeplot(
        s, x=Y, hue="artist", common_norm=False, legend=False, warn_singular=False, ax=new()
    ),
    "box": lambda s: sns.boxplot(s, y="artist", x=Y, ax=new()),
    "strip": lambda s: sns.stripplot(s, x="artist", y=Y, ax=new()),
    "scatter": lambda s: sns.scatterplot(s, x="artist", y=Y, ax=new()),
    "facets": lambda s: sns.displot(s, x=Y, col="artist", col_wrap=8, height=1),
    "pandas": lambda s: s.boxplot(Y, by="artist"),
}
MEANS = {
    "histogram": lambda s: sns.histplot(means(), x=Y, ax=new()),
    "filled kde": lambda s: sns.kdeplot(means(), x=Y, fill=True, ax=new()),
    "strip": lambda s: sns.stripplot(means(), x=Y, ax=new()),
    "box": lambda s: sns.boxplot(means(), x=Y, ax=new()),
    "points": lambda s: sns.scatterplot(x=np.arange(44), y=means()[Y].to_numpy(), ax=new()),
}


@pytest.mark.parametrize("kind", SONGS)
def test_plots_of_the_songs(kind, spotify):
    assert verdict("ex-02", "plot_02", SONGS[kind](spotify)).status == "correct"


@pytest.mark.parametrize("kind", NOT_SONGS)
def test_not_plots_of_the_songs(kind, spotify):
    draw, says = NOT_SONGS[kind]
    found = verdict("ex-02", "plot_02", draw(spotify))
    assert found.status == "wrong" and says in found.message


@pytest.mark.parametrize("kind", BY_ARTIST)
def test_plots_by_artist(kind, spotify):
    assert verdict("ex-06", "plot_06", BY_ARTIST[kind](spotify)).status == "correct"


@pytest.mark.parametrize("kind", ["histogram", "kde", "strip"])
def test_plots_of_all_songs_together_are_not_by_artist(kind, spotify):
    found = verdict("ex-06", "plot_06", SONGS[kind](spotify))
    assert found.status == "wrong" and "tell the artists apart" in found.message


@pytest.mark.parametrize("kind", MEANS)
def test_plots_of_the_means(kind, spotify):
    assert verdict("ex-10", "plot_10", MEANS[kind](spotify)).status == "correct"


@pytest.mark.parametrize("kind", ["histogram", "kde", "filled kde"])
def test_plots_of_the_songs_are_not_of_the_means(kind, spotify):
    assert verdict("ex-10", "plot_10", SONGS[kind](spotify)).status == "wrong"


@pytest.mark.parametrize("place", ["left", "center", "right"])
def test_a_title_is_read_wherever_it_stands(place):
    [panel] = drawn(on(lambda ax: ax.set_title("Mia X", loc=place)))["panels"]
    assert panel["titles"] == ["Mia X"]
