"""How the thresholds of a decision rule are found."""

import numpy as np

from keras_genre.scoring.calibration import Calibration
from keras_genre.scoring.predictions import Predictions
from keras_genre.scoring.thresholds import best_threshold, best_top_k, shrunk_threshold

__all__ = ["fit_arguments"]


def fit_arguments(predictions: Predictions, method: str) -> dict:
    """Fit the calibration, and on calibrated probabilities the thresholds.

    Args:
        predictions: Predictions on films that the model did not learn from.
        method: "global", "per_genre" or "top_k".

    Returns:
        The arguments of a `DecisionRule`.
    """
    calibration = Calibration.fit(predictions)
    probabilities = calibration.apply(predictions.probabilities)
    labels = predictions.labels
    top_k = None
    thresholds = np.full(labels.shape[1], 0.5, dtype="float32")
    if method == "per_genre":
        pairs = zip(labels.T, probabilities.T, strict=True)
        thresholds[:] = [shrunk_threshold(*pair) for pair in pairs]
    elif method == "top_k":
        top_k = 1
        if labels.any():
            top_k, thresholds[:] = best_top_k(labels, probabilities)
    elif labels.any():
        thresholds[:] = best_threshold(labels, probabilities)
    unseen = np.nonzero(~labels.any(axis=0))[0]
    return {
        "vocabulary": predictions.vocabulary,
        "thresholds": thresholds,
        "method": method,
        "fitted_on": predictions.split,
        "undefined_genres": tuple(predictions.vocabulary[int(genre)] for genre in unseen),
        "calibration": calibration,
        "top_k": top_k,
    }
