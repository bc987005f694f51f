"""Every classic mistake is recognised, whatever the seed and the number of draws."""

import math

import numpy as np
import pandas as pd
import pytest
from honest import (
    cole,
    five,
    honest_answers,
    interval,
    mean_of_artist,
    new_artist,
    predictions,
    races_by,
    simulated_fit,
    simulated_sets,
    some_songs,
    song,
    tracks_fit,
)
from scipy import stats
from wrong_answers import WRONG

from course.exact import Target
from course.judging import mistakes, reference, shrinkage_example
from course.judging.draws import Fit
from course.judging.judge import judge
from course.judging.questions import Number, Posterior, digest, plan
from course.judging.values import Evidence, judge_number
from course.submission.answers import collect

pytestmark = pytest.mark.needs_data
SEEDS = (0, 1, 2)
DRAWS = (250, 1000, 5000)


def verdict_on(exercise, name, answer, seed, draws, **others):
    """The verdict on one wrong answer, everything else being right."""
    namespace = honest_answers(exercise, seed, draws) | {name: answer} | others
    verdicts = judge(exercise, collect(namespace, plan(exercise)))
    return next(verdict for verdict in verdicts if verdict.name == name)


def fit(model, seed, draws, priors="chapter"):
    return simulated_fit(model, seed, draws, priors).posterior


CASES = {}


def case(exercise, name, mistake, needs=250, resembles=None):
    """A mistaken answer: a function of (rng, seed, draws).

    needs: draws a chain to be sure of it; resembles: a mistake it is taken for with fewer.
    """

    def register(function):
        key = f"{exercise}-{function.__name__.strip('_')}"
        assert key not in CASES
        CASES[key] = (exercise, name, mistake, needs, resembles, function)
        return function

    return register


def rng_of(seed):
    return np.random.default_rng(1000 + seed)


# ----------------------------------------------------------------------------- numbers


@case("ex-11", "sigma_y_median_11", mistakes.VARIANCE)
def _variance_within(rng, seed, draws):
    return float((fit("hierarchical", seed, draws)["sigma"] ** 2).median())


@case("ex-11", "sigma_mu_median_11", mistakes.VARIANCE)
def _variance_between(rng, seed, draws):
    return float(fit("hierarchical", seed, draws)["1|artist_sigma"].median()) ** 2


@case("ex-11", "mu_median_11", mistakes.COMPLETE_POOLED, needs=1000)
def _pooled_mean(rng, seed, draws):
    return float(fit("complete_pooled", seed, draws)["Intercept"].median())


@case("ex-11", "sigma_y_median_11", mistakes.COMPLETE_POOLED)
def _pooled_sd(rng, seed, draws):
    return float(fit("complete_pooled", seed, draws)["sigma"].median())


@case("ex-11", "mu_median_11", mistakes.AS_SHARE)
def _share(rng, seed, draws):
    return float(fit("hierarchical", seed, draws)["Intercept"].median()) / 100


@case("ex-11", "sigma_y_median_11", mistakes.SWAPPED_SDS, needs=1000)
def _swapped_within(rng, seed, draws):
    return float(fit("hierarchical", seed, draws)["1|artist_sigma"].median())


@case("ex-11", "sigma_mu_median_11", mistakes.SWAPPED_SDS, needs=5000)
def _swapped_between(rng, seed, draws):
    return float(fit("hierarchical", seed, draws)["sigma"].median())


@case("ex-03", "mu_median_03", mistakes.HIERARCHICAL)
def _hierarchical_mean(rng, seed, draws):
    return float(fit("hierarchical", seed, 5000)["Intercept"].median())


@case("ex-07", "mia_x_median_07", mistakes.HIERARCHICAL)
def _hierarchical_artist(rng, seed, draws):
    return float(mean_of_artist(fit("hierarchical", seed, draws), "Mia X").median())


@case("ex-07", "mia_x_median_07", mistakes.EFFECT)
def _effect_of_mia_x(rng, seed, draws):
    posterior = fit("hierarchical", seed, draws)
    return float(posterior["1|artist"].sel(artist__factor_dim="Mia X").median())


@case("ex-07", "mia_x_median_07", mistakes.MIXED_UP)
def _mia_x_by_alphabetical_position(rng, seed, draws):
    label = sorted(reference.artists())[reference.artists().index("Mia X")]
    return float(mean_of_artist(fit("no_pooled", seed, draws), label).median())


@case("ex-07", "mia_x_median_07", mistakes.COMPLETE_POOLED)
def _mia_x_pooled(rng, seed, draws):
    return float(fit("complete_pooled", seed, draws)["Intercept"].median())


@case("ex-15b", "ocean_15b", mistakes.EFFECT)
def _effect_of_ocean(rng, seed, draws):
    posterior = fit("hierarchical", seed, draws)
    return float(posterior["1|artist"].sel(artist__factor_dim="Frank Ocean").median())


@case("ex-15b", "kingston_15b", mistakes.GLOBAL_MEAN, needs=1000)
def _global_mean(rng, seed, draws):
    return float(fit("hierarchical", seed, draws)["Intercept"].median())


@case("ex-15b", "kingston_15b", mistakes.SAMPLE_MEAN, needs=1000)
def _sample_mean(rng, seed, draws):
    return float(reference.sample_means()["Sean Kingston"])


@case("ex-15b", "kingston_15b", mistakes.MIXED_UP, needs=1000)
def _kingston_by_alphabetical_position(rng, seed, draws):
    label = reference.artists()[sorted(reference.artists()).index("Sean Kingston")]
    return float(mean_of_artist(fit("hierarchical", seed, draws), label).median())


# --------------------------------------------------------------------------- intervals


@case("ex-03", "mu_80_03", mistakes.OTHER_PROBABILITY, needs=1000)
def _interval_95(rng, seed, draws):
    return interval(fit("complete_pooled", seed, draws)["Intercept"], 0.95)


@case("ex-03", "mu_80_03", mistakes.OTHER_PROBABILITY, needs=1000)
def _interval_94(rng, seed, draws):
    return interval(fit("complete_pooled", seed, draws)["Intercept"], 0.94)


@case("ex-05a", "mac_beats_80_05a", mistakes.OTHER_PROBABILITY, needs=1000)
def _interval_89(rng, seed, draws):
    return interval(honest_answers("ex-05a", seed, draws)["mac_beats_05a"], 0.89)


@case("ex-07", "mia_x_80_07", mistakes.OTHER_PROBABILITY, needs=1000)
def _interval_50(rng, seed, draws):
    return interval(mean_of_artist(fit("no_pooled", seed, draws), "Mia X"), 0.5)


@case("ex-05a", "mac_beats_80_05a", mistakes.ONE_SD, needs=1000)
def _one_sd(rng, seed, draws):
    mac_beats = honest_answers("ex-05a", seed, draws)["mac_beats_05a"]
    return mac_beats.mean() - mac_beats.std(), mac_beats.mean() + mac_beats.std()


@case("ex-03", "mu_80_03", mistakes.SONG_NOT_MEAN)
def _prediction_for_credible(rng, seed, draws):
    posterior = fit("complete_pooled", seed, draws)
    return interval(song(rng, posterior, posterior["Intercept"]))


@case("ex-05a", "mac_beats_80_05a", mistakes.MEAN_NOT_SONG)
def _credible_for_prediction(rng, seed, draws):
    return interval(fit("complete_pooled", seed, draws)["Intercept"])


@case("ex-03", "mu_80_03", mistakes.REVERSED)
def _reversed_ends(rng, seed, draws):
    return interval(fit("complete_pooled", seed, draws)["Intercept"])[::-1]


@case("ex-13", "mac_beats_80_13", mistakes.NO_ARTIST_SPREAD, needs=1000)
def _interval_without_artist_spread(rng, seed, draws):
    posterior = fit("hierarchical", seed, draws)
    return interval(song(rng, posterior, posterior["Intercept"]))


@case("ex-13", "beyonce_80_13", mistakes.MEAN_NOT_SONG)
def _interval_of_her_mean(rng, seed, draws):
    return interval(mean_of_artist(fit("hierarchical", seed, draws), "Beyoncé"))


@case("ex-13", "beyonce_80_13", mistakes.NEW_NOT_OBSERVED)
def _interval_of_a_new_artist(rng, seed, draws):
    return interval(new_artist(rng, fit("hierarchical", seed, draws)))


# ------------------------------------------------------------------------------- draws


@case("ex-05a", "mac_beats_05a", mistakes.MEAN_NOT_SONG)
def _draws_of_the_mean(rng, seed, draws):
    return fit("complete_pooled", seed, draws)["Intercept"]


@case("ex-05a", "mac_beats_05a", mistakes.HIERARCHICAL, needs=1000)
def _draws_of_the_hierarchical_model(rng, seed, draws):
    return new_artist(rng, fit("hierarchical", seed, draws))


@case("ex-13", "mac_beats_13", mistakes.NO_ARTIST_SPREAD)
def _draws_without_artist_spread(rng, seed, draws):
    posterior = fit("hierarchical", seed, draws)
    return song(rng, posterior, posterior["Intercept"])


@case(
    "ex-13", "mac_beats_13", mistakes.MEAN_NOT_SONG, needs=1000, resembles=mistakes.NO_ARTIST_SPREAD
)
def _draws_of_a_new_mean(rng, seed, draws):
    posterior = fit("hierarchical", seed, draws)
    noise = rng.standard_normal(posterior["sigma"].shape)
    return posterior["Intercept"] + posterior["1|artist_sigma"] * noise


@case("ex-13", "mac_beats_13", mistakes.COMPLETE_POOLED, needs=1000)
def _draws_of_the_pooled_model(rng, seed, draws):
    posterior = fit("complete_pooled", seed, draws)
    return song(rng, posterior, posterior["Intercept"])


@case("ex-13", "mac_beats_13", mistakes.LITERAL_PRIOR, needs=5000)
def _draws_with_a_literal_prior(rng, seed, draws):
    return new_artist(rng, fit("hierarchical", seed, draws, "literal"))


@case("ex-13", "beyonce_13", mistakes.NEW_NOT_OBSERVED)
def _draws_of_a_new_artist(rng, seed, draws):
    return new_artist(rng, fit("hierarchical", seed, draws))


@case("ex-13", "beyonce_13", mistakes.MIXED_UP)
def _draws_of_another_artist(rng, seed, draws):
    posterior = fit("hierarchical", seed, draws)
    label = sorted(reference.artists())[reference.artists().index("Beyoncé")]
    return song(rng, posterior, mean_of_artist(posterior, label))


# ------------------------------------------------------------------------------ tables


def _table(model, seed, draws, rng, **details):
    return predictions(rng, fit(model, seed, draws), **details)


@case("ex-14", "predictions_14", mistakes.COMPLETE_POOLED)
def _table_of_the_pooled_model(rng, seed, draws):
    return _table("complete_pooled", seed, draws, rng)


@case("ex-14", "predictions_14", mistakes.NO_POOLED)
def _table_of_the_no_pooled_model(rng, seed, draws):
    return _table("no_pooled", seed, draws, rng)


@case("ex-09b", "predictions_09b", mistakes.HIERARCHICAL)
def _table_of_the_hierarchical_model(rng, seed, draws):
    return _table("hierarchical", seed, draws, rng)


@case("ex-05b", "predictions_05b", mistakes.NO_POOLED)
def _no_pooled_table_for_pooled(rng, seed, draws):
    return _table("no_pooled", seed, draws, rng)


@case("ex-14", "predictions_14", mistakes.MEAN_NOT_SONG)
def _table_of_means(rng, seed, draws):
    return _table("hierarchical", seed, draws, rng, draw=lambda rng, posterior, mean: mean)


@case("ex-14", "predictions_14", mistakes.OTHER_PROBABILITY)
def _table_of_89_percent(rng, seed, draws):
    return _table("hierarchical", seed, draws, rng, prob=0.89)


@case("ex-09b", "predictions_09b", mistakes.MIXED_UP)
def _table_in_alphabetical_order(rng, seed, draws):
    table = _table("no_pooled", seed, draws, rng)
    return table.set_axis(sorted(table.index))  # values by mean, labels alphabetical


@case("ex-14", "predictions_14", mistakes.MIXED_UP)
def _table_with_labels_by_mean(rng, seed, draws):
    table = _table("hierarchical", seed, draws, rng)
    return table.sort_index().set_axis(list(reference.artists()))


@case("ex-15a", "shift_15a", mistakes.REVERSED_SIGN)
def _shift_reversed(rng, seed, draws):
    table = honest_answers("ex-15a", seed, draws)["shift_15a"]
    return table.assign(shift=-table["shift"])


@case("ex-15a", "shift_15a", mistakes.EFFECT)
def _shift_from_mu(rng, seed, draws):
    effect = fit("hierarchical", seed, draws)["1|artist"].mean(["chain", "draw"])
    return pd.DataFrame({"shift": effect.to_series()})


# -------------------------------------------------------------------------------- fits


@case("ex-11", "hierarchical", mistakes.LITERAL_PRIOR)
def _fit_with_a_literal_prior(rng, seed, draws):
    return simulated_fit("hierarchical", seed, draws, "literal")


@case("ex-11", "hierarchical", mistakes.COMPLETE_POOLED)
def _fit_of_the_pooled_model(rng, seed, draws):
    return simulated_fit("complete_pooled", seed, draws)


@case("ex-11", "hierarchical", mistakes.NO_POOLED)
def _fit_of_the_no_pooled_model(rng, seed, draws):
    return simulated_fit("no_pooled", seed, draws)


@case("ex-03", "complete_pooled", mistakes.HIERARCHICAL)
def _hierarchical_fit_for_pooled(rng, seed, draws):
    return simulated_fit("hierarchical", seed, draws)


@case("ex-07", "no_pooled", mistakes.REFERENCE_ARTIST)
def _fit_with_a_reference_artist(rng, seed, draws):
    posterior = fit("no_pooled", seed, draws)
    reference_artist = posterior["artist"].isel(artist_dim=0, drop=True)
    rest = posterior["artist"].isel(artist_dim=slice(1, None)) - reference_artist
    return {"Intercept": reference_artist, "sigma": posterior["sigma"], "artist": rest}


@pytest.mark.parametrize(
    "draws", [1000, *(pytest.param(n, marks=pytest.mark.slow) for n in DRAWS if n != 1000)]
)
@pytest.mark.parametrize("key", list(CASES))
def test_the_mistake_is_recognised(key, draws):
    exercise, name, mistake, needs, resembles, make = CASES[key]
    possible = {"", mistake.name, *([resembles.name] if resembles else [])}
    for seed in SEEDS:
        verdict = verdict_on(exercise, name, make(rng_of(seed), seed, draws), seed, draws)
        named = verdict.mistake
        if draws >= needs:
            assert (verdict.status, named) == ("wrong", mistake.name), f"seed {seed}: {verdict}"
            assert verdict.share == 0
        else:  # too few draws to be sure: silent, or right about it
            assert named in possible, f"seed {seed}: {verdict}"


# --------------------------------------------------------------------- numbers without a fit


@pytest.mark.parametrize(
    ("name", "key", "mistake"),
    [
        ("rmse_observed_16b", "mse_observed", mistakes.NOT_ROOT),
        ("rmse_observed_16b", "sse_observed", mistakes.TOTAL),
        ("rmse_observed_16b", "mae_observed", mistakes.ABSOLUTE),
        ("rmse_observed_16b", "rmse_shrunken", mistakes.SWAPPED_RMSE),
        ("rmse_shrunken_16b", "mse_shrunken", mistakes.NOT_ROOT),
        ("rmse_shrunken_16b", "sse_shrunken", mistakes.TOTAL),
        ("rmse_shrunken_16b", "mae_shrunken", mistakes.ABSOLUTE),
        ("rmse_shrunken_16b", "rmse_observed", mistakes.SWAPPED_RMSE),
    ],
)
def test_mistaken_errors_of_forecasts(name, key, mistake):
    verdict = verdict_on("ex-16b", name, shrinkage_example.values()[key], 0, 250)
    assert (verdict.status, verdict.mistake) == ("wrong", mistake.name)


def test_a_standard_deviation_where_a_variance_is_asked_for():
    """No exercise asks for a variance yet."""
    fitted = Fit(
        collect(
            {"x": simulated_fit("hierarchical", 0, 1000)}, {"x": Posterior("hierarchical").plan()}
        )["x"],
        "hierarchical",
    )
    evidence = Evidence.from_fit(fitted, True, Target("sigma_y"))
    question = Number("hierarchical", Target("sigma_y2"))
    answer = float(np.median(fitted.parameters[Target("sigma_y")]))
    assert judge_number("x", question, answer**2, evidence).status == "correct"
    assert judge_number("x", question, answer, evidence).mistake == (
        mistakes.STANDARD_DEVIATION.name
    )


# ------------------------------------------------------------- numbers that an expression gives


def skies(n=3, between=6.0, within=14.0, mu=52.0):
    """Lil Skies by hand: weight, mean and variance of the posterior."""
    ybar = reference.sample_means()["Lil Skies"]
    prior, data = 1 / between**2, n / within**2
    weight = data / (prior + data)
    return weight, mu + weight * (ybar - mu), 1 / (prior + data)


def four():
    return some_songs("Röyksopp", "TV Noise", "The xx", "J. Cole")[1]


def all_songs():
    return some_songs(*reference.artists())[1]


def width(distribution, prob=0.8):
    return np.ptp(distribution.interval(prob))


def beyonce(*columns):
    """Her mean, by the rows that differ in some columns."""
    return tracks_fit(*columns)[1].mu_j("Beyoncé")


def hits(songs):
    """In what share of sets the best is as popular as House Of Pain's best."""
    return (simulated_sets(rng_of(0), songs, 20_000).max(axis=1) >= 74).mean()


def six():
    return some_songs("Au/Ra", "C-Kan", "Hinder", "NODE", "Placebo", "Zeds Dead")[1]


def weight_of(fitted, n=5, power=2):
    between, within = (fitted[name].median ** power for name in ("sigma_mu", "sigma_y"))
    return n * between / (n * between + within)


def songs_for(weight=0.6, ratio=(27 / 4) ** 2):
    return math.ceil(weight * ratio / (1 - weight))


def kingston_ahead(fitted, of="mu_j"):
    drawn = fitted.draws(50_000, 7, [of], ["Sean Kingston", "Alok"])[of].values
    return float((drawn[:, 0] > drawn[:, 1]).mean())


def chances_of_85(fitted, of="predict"):
    artists = ["Camilo", "Camila Cabello", "Lil Skies", "J. Cole", "Frank Ocean"]
    drawn = fitted.draws(50_000, 7, ["mu_j", "sigma_y"], artists)
    if of == "mu_j":
        return (drawn["mu_j"] > 85).mean("draw").values
    return stats.norm.sf((85 - drawn["mu_j"]) / drawn["sigma_y"]).mean(axis=0)


SIGNED = ["Camilo", "Camila Cabello", "Lil Skies", "J. Cole", "Beyoncé"]


def signed(fitted, of):
    return fitted.draws(50_000, 7, [of], SIGNED)[of]


def own_means():
    return tracks_fit()[0].groupby("artist", observed=True)["popularity"].agg(["mean", "size"])


def by_own_means(one, other):
    """How surely the first artist is ahead by the two means and their standard error."""
    (mean, n), (other_mean, other_n) = own_means().loc[[one, other]].to_numpy()
    sigma = tracks_fit()[1]["sigma_y"].mean
    return stats.norm.cdf((mean - other_mean) / (sigma * np.sqrt(1 / n + 1 / other_n)))


#: By declared name: each mistake, and how a student makes it.
BY_EXPRESSION = {
    "weight_b1": [
        (mistakes.SDS_FOR_VARIANCES, lambda: skies(between=6**0.5, within=14**0.5)[0]),
        (mistakes.OTHER_SIDE, lambda: 1 - skies()[0]),
        (mistakes.ONE_SONG, lambda: skies(n=1)[0]),
        (mistakes.AS_PERCENTAGE, lambda: 100 * skies()[0]),
    ],
    "mean_b1": [
        (mistakes.SAMPLE_MEAN, lambda: reference.sample_means()["Lil Skies"]),
        (mistakes.SDS_FOR_VARIANCES, lambda: skies(between=6**0.5, within=14**0.5)[1]),
        (mistakes.OTHER_SIDE, lambda: 52 + (1 - skies()[0]) * (skies()[1] - 52) / skies()[0]),
        (mistakes.ONE_SONG, lambda: skies(n=1)[1]),
        (mistakes.THIS_POPULATION, lambda: all_songs().mu_j("Lil Skies").mean),
        (mistakes.EFFECT, lambda: skies()[1] - 52),
    ],
    "sd_b1": [
        (mistakes.LIKELIHOOD_ALONE, lambda: 14 / np.sqrt(3)),
        (mistakes.VARIANCE, lambda: skies()[2]),
        (mistakes.NOT_INVERTED, lambda: 1 / skies()[2]),
        (mistakes.ONE_SONG, lambda: skies(n=1)[2] ** 0.5),
        (mistakes.VARIANCES_ADDED, lambda: np.hypot(6, 14 / np.sqrt(3))),
    ],
    "plugged_b2": [
        (mistakes.HALF_WIDTH, lambda: 1.28155 * four()["sigma_mu"].median),
        (mistakes.ONE_SD, lambda: 2 * four()["sigma_mu"].median),
        (mistakes.OTHER_PROBABILITY, lambda: 2 * 1.95996 * four()["sigma_mu"].median),
        (mistakes.ALL_ARTISTS, lambda: 2 * 1.28155 * all_songs()["sigma_mu"].median),
        (
            mistakes.SONG_NOT_MEAN,
            lambda: 2 * 1.28155 * np.hypot(*(four()[n].median for n in ("sigma_y", "sigma_mu"))),
        ),
    ],
    "averaged_b2": [
        (mistakes.PLUGGED_IN, lambda: 2 * 1.28155 * four()["sigma_mu"].median),
        (mistakes.NO_ARTIST_SPREAD, lambda: width(four()["mu"])),
        (mistakes.SONG_NOT_MEAN, lambda: width(four().marginal(Target("predict_new")))),
        (mistakes.OTHER_PROBABILITY, lambda: width(four().mu_new(), 0.89)),
        (mistakes.OTHER_PROBABILITY, lambda: width(four().mu_new(), 0.95)),
        (mistakes.ALL_ARTISTS, lambda: width(all_songs().mu_new())),
    ],
    "mean_b5": [
        (mistakes.COPIES_KEPT, lambda: all_songs().mu_j("Beyoncé").mean),
        (mistakes.SAME_POPULARITY, lambda: beyonce("artist", "popularity").mean),
        (
            mistakes.SAMPLE_MEAN,
            lambda: tracks_fit()[0].query("artist == 'Beyoncé'")["popularity"].mean(),
        ),
        (mistakes.EFFECT, lambda: beyonce().mean - tracks_fit()[1]["mu"].mean),
    ],
    "width_b5": [
        (mistakes.COPIES_KEPT, lambda: width(all_songs().mu_j("Beyoncé"))),
        (mistakes.SAME_POPULARITY, lambda: width(beyonce("artist", "popularity"))),
        (mistakes.HALF_WIDTH, lambda: width(beyonce()) / 2),
        (mistakes.OTHER_PROBABILITY, lambda: width(beyonce(), 0.95)),
        (mistakes.SONG_NOT_MEAN, lambda: width(tracks_fit()[1].predict("Beyoncé"))),
    ],
    "best_b6": [
        (mistakes.ONE_FOR_BEST, lambda: hits(1)),
        (mistakes.OTHER_TAIL, lambda: 1 - hits(5)),
        (mistakes.AS_PERCENTAGE, lambda: 16.19),
        (mistakes.MEAN_NOT_SONG, lambda: 0.0),
    ],
    "one_b6": [
        (mistakes.BEST_FOR_ONE, lambda: hits(5)),
        (mistakes.OTHER_TAIL, lambda: 1 - hits(1)),
        (mistakes.AS_PERCENTAGE, lambda: 3.71),
        (mistakes.MEAN_NOT_SONG, lambda: 0.0),
    ],
    "mean_b3": [
        (mistakes.NO_POOLED, lambda: cole_next("no").mean),
        (mistakes.COMPLETE_POOLED, lambda: cole_next("complete").mean),
        (mistakes.NEW_NOT_OBSERVED, lambda: cole()[0]["partial"].predict_new().mean),
        (mistakes.NOT_HIDDEN, lambda: cole_next("partial", known=7).mean),
    ],
    "width_b3": [
        (mistakes.MEAN_NOT_SONG, lambda: width(cole()[0]["partial"].mu_j("J. Cole"))),
        (mistakes.NO_POOLED, lambda: width(cole_next("no"))),
        (mistakes.COMPLETE_POOLED, lambda: width(cole_next("complete"))),
        (mistakes.NEW_NOT_OBSERVED, lambda: width(cole()[0]["partial"].predict_new())),
        (mistakes.NOT_HIDDEN, lambda: width(cole_next("partial", known=7))),
        (mistakes.OTHER_PROBABILITY, lambda: width(cole_next("partial"), 0.89)),
        (mistakes.HALF_WIDTH, lambda: width(cole_next("partial")) / 2),
    ],
    "gain_b3": [
        (mistakes.SUMMED, lambda: gain("partial", "no").sum()),
        (mistakes.TURNED_AROUND, lambda: gain("no", "partial").mean()),
        (mistakes.NOT_THIS_PAIR, lambda: gain("partial", "complete").mean()),
        (mistakes.COMMON_LOGARITHM, lambda: gain("partial", "no").mean() / np.log(10)),
    ],
    "low_b7": [
        (mistakes.MEAN_NOT_RACE, lambda: runner("mu_j").quantile(0.1)),
        (mistakes.ANYBODY, lambda: runner("predict_new").quantile(0.1)),
        (mistakes.OTHER_PROBABILITY, lambda: runner("predict").interval(0.95)[0]),
        (mistakes.QUINTILES, lambda: runner("predict").interval(0.6)[0]),
    ],
    "high_b7": [
        (mistakes.MEAN_NOT_RACE, lambda: runner("mu_j").quantile(0.9)),
        (mistakes.ANYBODY, lambda: runner("predict_new").quantile(0.9)),
        (mistakes.OTHER_PROBABILITY, lambda: runner("predict").interval(0.95)[1]),
        (mistakes.QUINTILES, lambda: runner("predict").interval(0.6)[1]),
    ],
    "under_b7": [
        (mistakes.MEAN_NOT_RACE, lambda: runner("mu_j").cdf(100)),
        (mistakes.ANYBODY, lambda: runner("predict_new").cdf(100)),
        (mistakes.SHARE_ABOVE, lambda: 1 - runner("predict").cdf(100)),
        (mistakes.AS_PERCENTAGE, lambda: 100 * runner("predict").cdf(100)),
    ],
    "share_b8": [
        (mistakes.BY_RUNNER, lambda: races_by("runner")[1]["variance_share"].mean),
        (mistakes.WITHIN_SHARE, lambda: 1 - races_by("age")[1]["variance_share"].mean),
        (mistakes.PLUGGED_IN_SHARE, lambda: share_of(*medians_by_age() ** 2)),
        (mistakes.SHARE_OF_SDS, lambda: share_of(*medians_by_age())),
        (mistakes.AS_PERCENTAGE, lambda: 100 * races_by("age")[1]["variance_share"].mean),
    ],
    "pull_b8": [
        (mistakes.REVERSED_SIGN, lambda: own_at_60() - races_by("age")[1].mu_j(60).mean),
        (mistakes.NOT_COMPARED, lambda: races_by("age")[1].mu_j(60).mean),
        (
            mistakes.FROM_GRAND_MEAN,
            lambda: races_by("age")[1].mu_j(60).mean - races_by("age")[0]["net"].mean(),
        ),
    ],
    "mu_b9": [
        (mistakes.SHARE_ABOVE, lambda: 1 - five()["mu"].cdf(48)),
        (mistakes.AS_PERCENTAGE, lambda: 100 * five()["mu"].cdf(48)),
        (mistakes.LITERAL_PRIOR, lambda: five(1)["mu"].cdf(48)),
    ],
    "sigma_mu_b9": [
        (mistakes.SHARE_ABOVE, lambda: 1 - five()["sigma_mu"].cdf(14)),
        (mistakes.AS_PERCENTAGE, lambda: 100 * five()["sigma_mu"].cdf(14)),
        (mistakes.LITERAL_PRIOR, lambda: five(1)["sigma_mu"].cdf(14)),
    ],
    "next_b9": [
        (mistakes.SHARE_ABOVE, lambda: 1 - five().predict(0).cdf(70)),
        (mistakes.AS_PERCENTAGE, lambda: 100 * five().predict(0).cdf(70)),
        (mistakes.MEAN_NOT_SONG, lambda: five().mu_j(0).cdf(70)),
    ],
    "songs_b11": [
        (mistakes.SDS_FOR_VARIANCES, lambda: songs_for(ratio=27 / 4)),
        (mistakes.OTHER_SIDE, lambda: songs_for(weight=0.4)),
        (mistakes.SWAPPED_SDS, lambda: songs_for(ratio=(4 / 27) ** 2)),
        (mistakes.HALF_WEIGHT, lambda: songs_for(weight=0.5)),
    ],
    "weight_b12": [
        (mistakes.SDS_FOR_VARIANCES, lambda: weight_of(six(), power=1)),
        (mistakes.ONE_SONG, lambda: weight_of(six(), n=1)),
        (mistakes.AS_PERCENTAGE, lambda: 100 * weight_of(six())),
        (mistakes.ALL_ARTISTS, lambda: weight_of(all_songs())),
    ],
    "neck_b12": [
        (mistakes.VARIANCE, lambda: six()["sigma_mu"].cdf(2**0.5)),
        (mistakes.ABOVE_FOR_BELOW, lambda: 1 - six()["sigma_mu"].cdf(2)),
        (mistakes.AS_PERCENTAGE, lambda: 100 * six()["sigma_mu"].cdf(2)),
        (mistakes.ALL_ARTISTS, lambda: all_songs()["sigma_mu"].cdf(2)),
    ],
    "ahead_b13": [
        (mistakes.SAMPLE_MEAN, lambda: by_own_means("Sean Kingston", "Alok")),
        (mistakes.SONG_NOT_MEAN, lambda: kingston_ahead(tracks_fit()[1], "predict")),
        (mistakes.OTHER_AHEAD, lambda: 1 - kingston_ahead(tracks_fit()[1])),
        (mistakes.COPIES_KEPT, lambda: kingston_ahead(all_songs())),
    ],
    "hits_b13": [
        (mistakes.MEAN_NOT_SONG, lambda: chances_of_85(tracks_fit()[1], "mu_j").sum()),
        (mistakes.CHANCE_FOR_COUNT, lambda: chances_of_85(tracks_fit()[1]).mean()),
        (mistakes.AT_LEAST_ONE, lambda: 1 - np.prod(1 - chances_of_85(tracks_fit()[1]))),
        (mistakes.COPIES_KEPT, lambda: chances_of_85(all_songs()).sum()),
    ],
    "promise_b14": [
        (mistakes.SAMPLE_MEAN, lambda: own_means()["mean"][SIGNED].mean()),
        (mistakes.GLOBAL_MEAN, lambda: tracks_fit()[1]["mu"].median),
        (mistakes.COPIES_KEPT, lambda: signed(all_songs(), "mu_j").mean().item()),
    ],
    "low_b14": [
        (
            mistakes.MEAN_NOT_SONG,
            lambda: signed(tracks_fit()[1], "mu_j").mean("group").quantile(0.1).item(),
        ),
        (
            mistakes.EACH_ALONE,
            lambda: signed(tracks_fit()[1], "predict").quantile(0.1, "draw").mean().item(),
        ),
        (
            mistakes.OTHER_END,
            lambda: signed(tracks_fit()[1], "predict").mean("group").quantile(0.9).item(),
        ),
    ],
}


def cole_next(pooling, known=2):
    fitted = cole(known)[0][pooling]
    return fitted.predict() if pooling == "complete" else fitted.predict("J. Cole")


def gain(better, worse):
    """Differences of log scores of the hidden tracks of J. Cole."""
    songs = cole()[1].to_numpy()
    return np.log(cole_next(better).pdf(songs)) - np.log(cole_next(worse).pdf(songs))


def runner(which):
    fitted = races_by("runner")[1]
    return fitted.predict_new() if which == "predict_new" else getattr(fitted, which)(20)


def medians_by_age():
    return np.array([races_by("age")[1][name].median for name in ("sigma_mu", "sigma_y")])


def share_of(between, within):
    return between / (between + within)


def own_at_60():
    races = races_by("age")[0]
    return races.loc[races["age"] == 60, "net"].mean()


@pytest.mark.parametrize(
    "name, mistake, answer",
    [
        pytest.param(name, mistake, answer, id=f"{name}-{mistake.name}")
        for name, cases in BY_EXPRESSION.items()
        for mistake, answer in cases
    ],
)
def test_a_mistake_in_a_number_by_expression_is_named(name, mistake, answer):
    exercise = f"ex-{name.rpartition('_')[2]}"
    for given in (answer(), round(answer(), 3)):
        verdict = verdict_on(exercise, name, given, 0, 1000)
        assert (verdict.status, verdict.mistake) == ("wrong", mistake.name)


#: What wrong letters mean, by declared name.
BY_LETTER = {
    "open_b4": {
        "a": mistakes.COPIES_LEFT,
        "c": mistakes.TOO_MUCH_HIDDEN,
        "d": mistakes.TOO_MUCH_HIDDEN,
    },
    "new_b4": {
        "a": mistakes.GROUP_IN_SIGHT,
        "b": mistakes.GROUP_IN_SIGHT,
        "d": mistakes.WRONG_GROUP,
    },
    "critic_b4": {
        "a": mistakes.GROUP_IN_SIGHT,
        "b": mistakes.GROUP_IN_SIGHT,
        "c": mistakes.WRONG_GROUP,
    },
    "ends_b10": {"b": mistakes.TOO_WIDE, "c": mistakes.SHIFTED, "d": mistakes.MIRRORED},
    "middle_b10": {"a": mistakes.TOO_NARROW, "c": mistakes.SHIFTED, "d": mistakes.MIRRORED},
    "slope_b10": {"a": mistakes.TOO_NARROW, "b": mistakes.TOO_WIDE, "d": mistakes.MIRRORED},
}


@pytest.mark.parametrize("name", BY_LETTER)
def test_a_wrong_letter_is_named(name):
    exercise = f"ex-{name.rpartition('_')[2]}"
    for letter, mistake in BY_LETTER[name].items():
        verdict = verdict_on(exercise, name, letter, 0, 1000)
        assert (verdict.status, verdict.mistake) == ("wrong", mistake.name)


def test_every_mistake_of_a_letter_has_such_a_case():
    digests = {digest(name, letter) for name, letters in BY_LETTER.items() for letter in letters}
    assert digests == mistakes.LETTERS.keys()


def test_every_expression_of_a_mistake_has_such_a_case():
    for name, known in mistakes.EXPRESSIONS.items():
        assert [mistake.name for mistake, _ in BY_EXPRESSION[name]] == [m.name for m, _ in known]
        assert len({mistake.name for mistake, _ in known}) >= 3


# ------------------------------------------------------------------------ the HDI of one's draws


def shortest(draws, prob=0.8):
    draws = np.sort(np.ravel(draws))
    inside = int(np.floor(prob * len(draws)))
    start = int(np.argmin(draws[inside:] - draws[:-inside]))
    return draws[start], draws[start + inside]


def test_hdi_is_named_where_it_is_not_right():
    """Here it differs from the equal-tailed interval by Monte Carlo error alone."""
    named = 0
    for seed in range(40):
        draws = honest_answers("ex-05a", seed, 1000)["mac_beats_05a"]
        verdict = verdict_on(
            "ex-05a", "mac_beats_80_05a", shortest(draws), seed, 1000, mac_beats_05a=draws
        )
        assert verdict.mistake in ("", mistakes.HDI.name)
        assert verdict.status == "correct" or verdict.mistake == mistakes.HDI.name
        named += verdict.mistake == mistakes.HDI.name
    assert named > 0


# ------------------------------------------------------------- observed artists resampled


def resampled(seed, draws):
    """Songs of artists drawn from the 44 observed ones, one a draw."""
    posterior, rng = fit("hierarchical", seed, draws), rng_of(seed)
    which = rng.integers(44, size=posterior["sigma"].shape)
    effects = np.take_along_axis(posterior["1|artist"].values, which[..., None], 2)[..., 0]
    return song(rng, posterior, posterior["Intercept"] + effects)


@pytest.mark.parametrize("seed", range(4))
def test_resampled_artists_are_recognised_from_many_draws(seed):
    """They are nearly as spread as new artists: it takes all 20,000 draws to tell."""
    verdict = verdict_on("ex-13", "mac_beats_13", resampled(seed, 5000), seed, 5000)
    assert (verdict.status, verdict.mistake) == ("wrong", mistakes.RESAMPLED.name)


@pytest.mark.parametrize("seed", range(4))
def test_resampled_artists_are_not_mistaken_for_something_else(seed):
    verdict = verdict_on("ex-13", "mac_beats_13", resampled(seed, 250), seed, 250)
    assert verdict.mistake in ("", mistakes.RESAMPLED.name)


def test_every_mistake_has_a_test():
    tested = {mistake.name for _, _, mistake, *_ in CASES.values()}
    tested |= {
        mistakes.NOT_ROOT.name,
        mistakes.TOTAL.name,
        mistakes.ABSOLUTE.name,
        mistakes.SWAPPED_RMSE.name,
        mistakes.HDI.name,
        mistakes.RESAMPLED.name,
        mistakes.STANDARD_DEVIATION.name,
    }
    tested |= {mistake.name for letters in BY_LETTER.values() for mistake in letters.values()}
    tested |= {mistake.name for cases in BY_EXPRESSION.values() for mistake, _ in cases}
    for wrong in WRONG.values():
        tested |= {wrong.is_.name} if wrong.is_ else set()
    known = {value.name for value in vars(mistakes).values() if isinstance(value, mistakes.Mistake)}
    assert known == tested
