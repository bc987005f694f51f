"""The chapters' settings give the right numbers at any seed, not just at the one we use."""

import numpy as np
import pytest

from course.exact import Target
from course.key_numbers import value_and_error
from course.ledger.published import numbers

SEEDS = range(10)


def draws_of(number, posterior, rng):
    """The posterior draws that a hierarchical ledger row is a statistic of."""
    mu, b_j, sigma_mu = posterior["Intercept"], posterior["1|artist"], posterior["1|artist_sigma"]
    target = Target.parse(number.target)
    if target.label is not None:
        b_j = b_j.sel(artist__factor_dim=target.label)
    noise = [rng.standard_normal(mu.shape) for _ in range(2)]
    return {
        "mu": lambda: mu,
        "sigma_y": lambda: posterior["sigma"],
        "sigma_mu": lambda: sigma_mu,
        "b_j": lambda: b_j,
        "mu_j": lambda: mu + b_j,
        "predict": lambda: mu + b_j + posterior["sigma"] * noise[0],
        "predict_new": lambda: mu + sigma_mu * noise[0] + posterior["sigma"] * noise[1],
    }[target.name]()


@pytest.mark.slow
def test_hierarchical_numbers_agree_at_every_seed(spotify):
    import bambi as bmb

    sd = spotify["popularity"].std()
    sigma = bmb.Prior("Exponential", lam=1 / sd)
    model = bmb.Model(
        "popularity ~ (1|artist)",
        spotify,
        noncentered=False,
        priors={
            "Intercept": bmb.Prior("Normal", mu=50, sigma=2.5 * sd),
            "sigma": sigma,
            "1|artist": bmb.Prior("Normal", mu=0, sigma=sigma),
        },
    )
    rows = [n for n in numbers().values() if n.model == "hierarchical" and n.is_sampled]
    z = {}
    for seed in SEEDS:
        posterior = model.fit(
            draws=5000,
            chains=4,
            inference_method="nutpie",
            random_seed=seed,
            nuts={"adaptation": "low_rank"},
            progressbar=False,
        ).posterior
        rng = np.random.default_rng(seed)
        for number in rows:
            value, mcse = value_and_error(number, draws_of(number, posterior, rng))
            z[seed, number.id] = (value - number.exact) / mcse
    scores = np.array(list(z.values()))
    worst = max(z, key=lambda key: abs(z[key]))
    assert abs(z[worst]) < 5, f"seed {worst[0]}, {worst[1]}: {z[worst]:.1f} standard errors off"
    # Standard errors that are too large would hide mistakes; too small, raise false alarms.
    assert 0.8 < scores.std() < 1.2
    assert abs(scores.mean()) < 0.25
