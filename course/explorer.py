"""The shrinkage explorer: a picture of partial pooling that moves, with no kernel behind it.

Here it is a table of the groups, which any notebook can show; on the site, assets/shrinkage.js
turns that table into sliders and a picture.
"""

from dataclasses import dataclass
from html import escape

import pandas as pd

COLUMNS = ["n", "sample_mean"]


@dataclass(frozen=True)
class ShrinkageExplorer:
    """What the explorer needs; a notebook displays it as a table.

    Parameters
    ----------
    groups
        One row a group, its name in the index; columns ``n`` (observations) and ``sample_mean``.
    sigma_y, sigma_mu
        Posterior medians of the standard deviations within and between groups, in the unit of
        ``sample_mean``; the explorer starts there and marks them.
    group, observation
        What one of each is called; an "s" makes the plural.

    Raises
    ------
    ValueError
        If a column is missing, a group has no observation, or a standard deviation is not
        positive.
    """

    groups: pd.DataFrame
    sigma_y: float
    sigma_mu: float
    group: str = "artist"
    observation: str = "song"

    def __post_init__(self):
        if missing := set(COLUMNS) - set(self.groups.columns):
            raise ValueError(f"The explorer needs the columns {COLUMNS}; missing: {missing}.")
        if not (self.groups["n"] > 0).all():
            raise ValueError("Every group in the explorer needs at least one observation.")
        if not (self.sigma_y > 0 and self.sigma_mu > 0):
            raise ValueError("sigma_y and sigma_mu must be positive.")

    def shrunken(self, sigma_y: float, sigma_mu: float) -> pd.DataFrame:
        """Weight of a group's own mean, and its shrunken mean, given both standard deviations.

        Exact for the one-way normal model with a flat prior on mu: the groups are shrunk towards
        the posterior mean of mu given ``sigma_y`` and ``sigma_mu``. With ``sigma_mu = 0`` that is
        the mean of all observations. The picture on the site computes the same.
        """
        n, mean = self.groups["n"], self.groups["sample_mean"]
        weight = n * sigma_mu**2 / (sigma_y**2 + n * sigma_mu**2)
        mu = self.centre(sigma_y, sigma_mu)
        return pd.DataFrame({"weight": weight, "shrunken_mean": mu + weight * (mean - mu)})

    def centre(self, sigma_y: float, sigma_mu: float) -> float:
        """Posterior mean of mu given both standard deviations: each mean by what it tells of mu."""
        n = self.groups["n"]
        precision = n / (sigma_y**2 + n * sigma_mu**2)
        return float((precision * self.groups["sample_mean"]).sum() / precision.sum())

    @property
    def table(self) -> pd.DataFrame:
        """The groups with weight and shrunken mean at the posterior medians."""
        return self.groups[COLUMNS].join(self.shrunken(self.sigma_y, self.sigma_mu))

    def __repr__(self) -> str:
        return self.table.round(2).to_string()

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><th scope='row'>{escape(str(name))}</th><td>{row.n:.0f}</td>"
            f"<td data-value='{row.sample_mean:.6g}'>{row.sample_mean:.1f}</td>"
            f"<td>{row.weight:.2f}</td><td>{row.shrunken_mean:.1f}</td></tr>"
            for name, row in self.table.iterrows()
        )
        return (
            f"<div class='shrinkage-explorer' data-sigma-y='{self.sigma_y:.4g}' "
            f"data-sigma-mu='{self.sigma_mu:.4g}' data-group='{escape(self.group)}' "
            f"data-observation='{escape(self.observation)}'>"
            f"<details><summary>All {len(self.groups)} as a table, at the posterior medians"
            "</summary>"
            f"<table><thead><tr><th scope='col'>{escape(self.group)}</th>"
            f"<th scope='col'>{escape(self.observation)}s</th>"
            "<th scope='col'>sample mean</th><th scope='col'>weight</th>"
            "<th scope='col'>shrunken mean</th></tr></thead>"
            f"<tbody>{rows}</tbody></table></details></div>"
        )
