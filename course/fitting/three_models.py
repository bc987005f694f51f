"""The three models of the songs, fitted, and what each predicts for every artist's next song."""

from course.fitting.models import bambi_model, fit_settings

NAMES = {
    "complete pooled": "complete_pooled",
    "no pooled": "no_pooled",
    "hierarchical": "hierarchical",
}


def fit_three_models():
    """Fit the songs' three models as the chapters do, and predict a song of each artist.

    Returns
    -------
    fits : dict of str to xarray.DataTree
        What Bambi's ``fit`` returns, under "complete pooled", "no pooled" and "hierarchical".
    predictions : dict of str to pandas.DataFrame, shape (44, 3)
        Under the same names: for each artist, in order of the sample means, the ``median`` of the
        posterior predictive distribution of the next song's popularity, and the ends ``lower`` and
        ``upper`` of its equal-tailed 80 % interval.

    Raises
    ------
    course.data.DataNotFoundError, course.data.DataAlteredError
        See `course.data`.
    """
    fits, predictions = {}, {}
    for name, model_name in NAMES.items():
        model = bambi_model(model_name)
        fits[name] = model.fit(**fit_settings(model_name))
        predictions[name] = next_songs(model, fits[name])
    return fits, predictions


def next_songs(model, fit):
    """Median and 80 % interval of one more song by each artist, as `fit_three_models` returns."""
    import pandas as pd

    artists = model.data["artist"].cat.categories
    predicted = model.predict(
        fit,
        data=pd.DataFrame({"artist": artists}),
        kind="response",
        inplace=False,
        random_seed=fit_settings("hierarchical")["random_seed"],
    )
    songs = predicted.posterior_predictive["popularity"]
    return pd.DataFrame(
        songs.quantile([0.1, 0.5, 0.9], ["chain", "draw"]).values.T,
        index=pd.Index(artists, name="artist"),
        columns=["lower", "median", "upper"],
    )
