"""Symbols of formulas know their level."""

import re

import pytest
from bs4 import BeautifulSoup

from course.site.sphinx.formulas import coloured


@pytest.mark.parametrize(
    ("tex", "levels"),
    [
        (r"\mu_j \sim N(\mu, \sigma_\mu^2)", "artist population population"),
        (r"y_{ij} \mid \mu_j, \sigma_y \sim N(\mu_j, \sigma_y^2)", "song artist song artist song"),
        (r"\hat\mu", "population"),
        (r"\mu_{\text{mohsen}} + b_j", "artist artist"),
        (r"\frac{n_j}{n_j + \sigma_y^2/\sigma_\mu^2}", "song population"),
        (r"\bar y_j, \beta_0, \sigma", ""),
        (r"\mu_0", ""),
        (r"\sigma_\mu \sim \text{Exp}(l_\mu), l_{\mu}", "population"),
        (r"Y_{ij}", "song"),
    ],
)
def test_each_symbol_has_its_level(tex, levels):
    found = coloured(tex)
    assert re.findall(r"\\class\{(\w+)\}", found) == levels.split()
    assert re.sub(r"\{\\class\{\w+\}\{(.*?)\}\}(?!\})", r"\1", found) == tex or "text" in tex


def test_an_exponent_stays_above_its_subscript():
    assert coloured(r"\sigma_\mu^2") == r"{\class{population}{\sigma_\mu^2}}"


def test_the_formulas_of_a_page_have_levels(site):
    page = (site / "notebooks" / "lecture" / "04-posterior.html").read_text(encoding="utf-8")
    formulas = " ".join(tag.text for tag in BeautifulSoup(page, "html.parser").select(".math"))
    assert {"song", "artist", "population"} == set(re.findall(r"\\class\{(\w+)\}", formulas))
