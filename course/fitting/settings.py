"""How the chapters fit. Loads nothing, so that whoever needs a number of these can have it."""

from typing import Any

SEED = 84735
CHAINS, DRAWS = 4, 5_000  # as many as the sources' R runs
FIT: dict[str, Any] = {
    "draws": DRAWS,
    "chains": CHAINS,
    "cores": CHAINS,
    "inference_method": "nutpie",
    "random_seed": SEED,
}
LOW_RANK = {"nuts": {"adaptation": "low_rank"}}


def fit_settings(name: str) -> dict[str, Any]:
    """What the chapters pass to `fit` for this model; the hierarchical one has an adaptation."""
    return FIT | (LOW_RANK if name == "hierarchical" else {})
