"""The models that the chapters build and fit are those of `course.fitting.models`."""

import contextlib
import re

import bambi as bmb
import matplotlib.pyplot as plt
import numpy as np
import pytest

from course.chapters.cells import chapters, read, tags
from course.fitting.models import MODELS, bambi_model, fit_settings

pytestmark = [pytest.mark.needs_data, pytest.mark.filterwarnings("ignore")]


def exactly(value):
    """A prior or its argument as plain numbers, to the last digit."""
    if isinstance(value, bmb.Prior):
        return value.name, {name: exactly(part) for name, part in value.args.items()}
    return np.asarray(value, dtype=float).tolist()


def description(model):
    """Formula, priors and data of a model, and its form where it has groups."""
    terms = model.parameters["mu"].terms
    priors = {name: exactly(term.prior) for name, term in terms.items()}
    priors |= {name: exactly(part.prior) for name, part in model.marginal_parameters.items()}
    columns = [name for name in model.data if name in model.formula.main]
    return {
        "formula": model.formula.main,
        "family": model.family.name,
        "priors": priors,
        "noncentered": model.noncentered if "|" in model.formula.main else None,
        "data": {name: model.data[name].tolist() for name in columns},
    }


class NoDrawsError(Exception):
    """Nothing was fitted, so that there is nothing to predict from."""


class Recorded(bmb.Model):
    """A model that keeps how it would be fitted."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.settings = None
        self.built_models.append(self)

    def fit(self, **settings):
        self.settings = settings

    def no_draws(self, *args, **kwargs):
        raise NoDrawsError

    build = predict = prior_predictive = no_draws


@pytest.fixture
def built(monkeypatch):
    """Runs a chapter's code without fitting, and returns the models that it builds."""

    def run(path):
        names = {"__name__": "__main__"}
        for cell in read(path).cells:
            if cell.cell_type == "code":
                # What needs draws fails; what a model needs does not come after it.
                with contextlib.suppress(Exception):
                    exec(cell.source, names)
                plt.close("all")
        return Recorded.built_models

    monkeypatch.setattr(Recorded, "built_models", [], raising=False)
    monkeypatch.setattr(bmb, "Model", Recorded)
    monkeypatch.setattr("IPython.display.display", lambda *args, **kwargs: None)
    plt.switch_backend("agg")
    return run


@pytest.fixture(scope="module")
def ours():
    """What the package says of each of its models, and how it fits it, by formula."""
    models = {name: description(bambi_model(name)) for name in MODELS}
    return {facts["formula"]: (facts, fit_settings(name)) for name, facts in models.items()}


def plain(facts, settings):
    """The same model as Bambi samples it by default, which chapter 3 does first."""
    return {**facts, "noncentered": True}, {k: v for k, v in settings.items() if k != "nuts"}


def models_in(path):
    """How many models the code of a chapter builds; stubs only hint at it."""
    return sum(
        len(re.findall(r"(?:bmb\.Model|hierarchical_model)\(", cell.source))
        for cell in read(path).cells
        if cell.cell_type == "code" and "answer" not in tags(cell)
    )


# Chapters beyond the lecture try other data and other models.
BUILDS = {path: models_in(path) for path in chapters() if path.parent.name != "beyond"}


@pytest.mark.parametrize(
    "path", [path for path, models in BUILDS.items() if models], ids=lambda path: path.stem
)
def test_a_chapter_builds_and_fits_the_models_of_the_package(path, ours, built):
    found = built(path)
    assert len(found) == BUILDS[path], "a cell that builds a model did not run"
    known = [model for model in found if model.formula.main in ours]
    assert known, "no model of this chapter is one of the package's"
    for model in known:
        facts, settings = ours[model.formula.main]
        if description(model) != facts:
            facts, settings = plain(facts, settings)
            assert model is not known[-1], "the last fit of a chapter is not the package's"
        assert description(model) == facts
        assert model.settings in (settings, None), "fitted with other settings"
    assert any(model.settings for model in known)
