"""The shrinkage explorer's arithmetic, and the table that it shows."""

import nbformat
import numpy as np
import pandas as pd
import pytest
from bs4 import BeautifulSoup

from course.explorer import ShrinkageExplorer
from course.paths import PROJECT

GROUPS = pd.DataFrame(
    {"n": [2, 5, 40], "sample_mean": [73.0, 24.2, 69.775]},
    index=["Sean Kingston", "Soul&Roll", "Frank Ocean"],
)


def posterior_mean(y, group, sigma_y, sigma_mu):
    """Posterior mean of (mu, mu_1, ..., mu_J) with a flat prior on mu, by linear algebra."""
    count = group.max() + 1
    precision = np.zeros((count + 1, count + 1))
    right = np.zeros(count + 1)
    for value, j in zip(y, group, strict=True):
        precision[j + 1, j + 1] += 1 / sigma_y**2
        right[j + 1] += value / sigma_y**2
    for j in range(count):
        difference = np.zeros(count + 1)
        difference[[0, j + 1]] = 1, -1
        precision += np.outer(difference, difference) / sigma_mu**2
    return np.linalg.solve(precision, right)


@pytest.mark.parametrize("sigma_y, sigma_mu", [(14, 15), (14, 0.5), (3, 30), (40, 5)])
def test_shrunken_means_are_the_exact_posterior_means(sigma_y, sigma_mu):
    rng = np.random.default_rng(84735)
    group = np.repeat(np.arange(5), [1, 2, 4, 9, 30])
    y = rng.normal(50 + 10 * group, 8)
    groups = (
        pd.DataFrame({"y": y, "group": group})
        .groupby("group")["y"]
        .agg(n="size", sample_mean="mean")
    )
    shrunken = ShrinkageExplorer(groups, 1, 1).shrunken(sigma_y, sigma_mu)["shrunken_mean"]
    np.testing.assert_allclose(shrunken, posterior_mean(y, group, sigma_y, sigma_mu)[1:], rtol=1e-9)


def test_without_differences_every_group_gets_the_mean_of_all_observations():
    shrunken = ShrinkageExplorer(GROUPS, 14, 15).shrunken(14, 0)
    np.testing.assert_allclose(
        shrunken["shrunken_mean"], np.average(GROUPS["sample_mean"], weights=GROUPS["n"])
    )
    assert (shrunken["weight"] == 0).all()


def test_with_huge_differences_every_group_keeps_its_own_mean():
    shrunken = ShrinkageExplorer(GROUPS, 14, 15).shrunken(14, 1e6)
    np.testing.assert_allclose(shrunken["shrunken_mean"], GROUPS["sample_mean"], rtol=1e-6)


def test_groups_and_observations_have_their_names():
    html = ShrinkageExplorer(GROUPS, 14, 15, group="runner", observation="race")._repr_html_()
    root = BeautifulSoup(html, "html.parser").div
    assert (root["data-group"], root["data-observation"]) == ("runner", "race")
    assert [cell.text for cell in root.select("thead th")][:2] == ["runner", "races"]


@pytest.mark.parametrize(
    "groups, sigma_y, sigma_mu, words",
    [
        (GROUPS.drop(columns="n"), 14, 15, "missing: {'n'}"),
        (GROUPS.assign(n=0), 14, 15, "at least one"),
        (GROUPS, 0, 15, "positive"),
        (GROUPS, 14, float("nan"), "positive"),
    ],
)
def test_what_cannot_be_explored_is_refused(groups, sigma_y, sigma_mu, words):
    with pytest.raises(ValueError, match=words):
        ShrinkageExplorer(groups, sigma_y, sigma_mu)


def test_the_table_holds_every_group_and_what_the_picture_needs():
    html = BeautifulSoup(ShrinkageExplorer(GROUPS, 14.01, 14.98)._repr_html_(), "html.parser")
    root = html.select_one(".shrinkage-explorer")
    assert (root["data-sigma-y"], root["data-sigma-mu"]) == ("14.01", "14.98")
    rows = [[cell.text for cell in row.select("th, td")] for row in root.select("tbody tr")]
    assert [row[:3] for row in rows] == [
        ["Sean Kingston", "2", "73.0"],
        ["Soul&Roll", "5", "24.2"],
        ["Frank Ocean", "40", "69.8"],
    ]


def test_the_chapter_stores_all_44_artists(spotify):
    notebook = nbformat.read(PROJECT / "notebooks/lecture/06-shrinkage.ipynb", as_version=4)
    cell = next(cell for cell in notebook.cells if cell.id == "explorer")
    html = BeautifulSoup(cell.outputs[0]["data"]["text/html"], "html.parser")
    stored = {
        row.th.text: (int(row.td.text), float(row.select("td")[1]["data-value"]))
        for row in html.select("tbody tr")
    }
    artists = spotify.groupby("artist", observed=True)["popularity"].agg(["size", "mean"])
    assert stored == {
        name: (row["size"], pytest.approx(row["mean"], abs=1e-4))
        for name, row in artists.iterrows()
    }
