"""The four models of this book in Bambi, as the chapters build them."""

from course.data import load_running, load_spotify
from course.fitting import numba_assignment
from course.fitting.settings import fit_settings

MODELS = {
    "running": "running, complete pooled",
    "complete_pooled": "songs, complete pooled",
    "no_pooled": "songs, no pooled",
    "hierarchical": "songs, hierarchical",
}


def hierarchical_model(songs, noncentered: bool = False):
    """The book's hierarchical model of songs by artists, in Bambi, not fitted yet (chapter 3).

    Parameters
    ----------
    songs : pandas.DataFrame
        The columns ``artist`` and ``popularity``; the priors take their scale from these songs.
    noncentered : bool
        Whether to sample the artists' effects in units of their spread, Bambi's own default.

    Returns
    -------
    bambi.Model
    """
    import bambi as bmb  # takes seconds

    sd = songs["popularity"].std()
    priors = {
        "Intercept": bmb.Prior("Normal", mu=50, sigma=2.5 * sd),
        "sigma": bmb.Prior("Exponential", lam=1 / sd),
        "1|artist": bmb.Prior("Normal", mu=0, sigma=bmb.Prior("Exponential", lam=1 / sd)),
    }
    return bmb.Model("popularity ~ (1|artist)", songs, priors=priors, noncentered=noncentered)


def bambi_model(name: str, noncentered: bool = False, songs=None):
    """A Bambi model that is not fitted yet; KeyError for a name that is not in `MODELS`.

    noncentered: the form of the group effects; the chapters use the centred one. songs: other
    data for the models of songs, a DataFrame with the columns artist and popularity.
    """
    import bambi as bmb  # takes seconds

    numba_assignment.register()
    if name == "running":
        races = load_running().dropna()
        sd_net, sd_age = races["net"].std(), races["age"].std()
        return bmb.Model(
            "net ~ age",
            races,
            priors={
                "Intercept": bmb.Prior("Normal", mu=0, sigma=2.5 * sd_net),
                "age": bmb.Prior("Normal", mu=0, sigma=2.5 * sd_net / sd_age),
                "sigma": bmb.Prior("Exponential", lam=1 / sd_net),
            },
        )
    songs = load_spotify() if songs is None else songs
    if name == "hierarchical":
        return hierarchical_model(songs, noncentered)
    sd = songs["popularity"].std()
    formula, priors = {
        "complete_pooled": (
            "popularity ~ 1",
            {"Intercept": bmb.Prior("Normal", mu=songs["popularity"].mean(), sigma=2.5 * sd)},
        ),
        "no_pooled": ("popularity ~ 0 + artist", {}),
    }[name]
    sigma = bmb.Prior("Exponential", lam=1 / sd)
    return bmb.Model(formula, songs, priors=priors | {"sigma": sigma})


def fit_briefly(name: str):
    """A model and a fit of few draws, of no use but for all that it compiles."""
    model = bambi_model(name)
    return model, model.fit(
        **fit_settings(name) | {"draws": 10, "tune": 10, "chains": 1, "progressbar": False}
    )


def use_source_prior(model) -> None:
    """Give a hierarchical model R's prior of sigma_mu: sigma_mu / sigma_y ~ Exp(1).

    Adds the log ratio of the two priors to the model that Bambi built.
    """
    import pymc as pm

    sd = model.data["popularity"].std()
    model.build()
    with model.backend.model as inner:
        sigma_y, sigma_mu = inner["sigma"], inner["1|artist_sigma"]
        pm.Potential("source_prior", -pm.math.log(sigma_y) - sigma_mu / sigma_y + sigma_mu / sd)
