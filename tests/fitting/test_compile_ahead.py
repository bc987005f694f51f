"""Compiling ahead: every model of the book, with few draws, and a clear word without data."""

import os
import subprocess
import sys

import pytest

from course.data import DataNotFoundError
from course.fitting import compile_ahead, models
from course.fitting.models import MODELS
from course.paths import PROJECT


def test_every_model_is_fitted_once_with_few_draws(monkeypatch, capsys):
    fitted = []

    class Model:
        def __init__(self, name):
            self.name = name

        def fit(self, **settings):
            fitted.append((self.name, settings["draws"], settings["inference_method"]))

    monkeypatch.setattr(models, "bambi_model", Model)
    assert compile_ahead.compile_command() == 0
    assert fitted == [(name, 10, "nutpie") for name in MODELS]
    assert "Done in" in capsys.readouterr().out


def test_without_data_it_says_so_and_has_an_exit_code(monkeypatch, capsys):
    def model(name):
        raise DataNotFoundError("spotify.csv is nowhere")

    monkeypatch.setattr(models, "bambi_model", model)
    assert compile_ahead.compile_command() == 1
    said = capsys.readouterr().out
    assert "spotify.csv is nowhere" in said and "Nothing was compiled" in said


@pytest.mark.slow
@pytest.mark.needs_data
def test_what_is_compiled_stays_on_disk(tmp_path):
    environment = os.environ | {"PYTENSOR_FLAGS": f"base_compiledir={tmp_path}"}
    done = subprocess.run(
        [sys.executable, "-m", "course", "compile"],
        cwd=PROJECT,
        text=True,
        env=environment,
        capture_output=True,
    )
    assert done.returncode == 0, done.stderr
    assert len(list(tmp_path.rglob("*.nbi"))) > 20


@pytest.mark.skipif(os.name != "posix", reason="a shell script")
def test_binder_compiles_when_it_builds_its_image():
    script = PROJECT / "postBuild"
    assert os.access(script, os.X_OK)
    assert "\npython -m course compile" in script.read_text(encoding="utf-8")
