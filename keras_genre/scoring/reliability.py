"""Whether probabilities come true as often as they say."""

import numpy as np
import pandas as pd

from keras_genre.scoring.predictions import Predictions

__all__ = ["brier_skills", "expected_calibration_errors", "reliability_table"]

_NUM_BINS = 15


def expected_calibration_errors(labels, probabilities, num_bins: int = _NUM_BINS) -> np.ndarray:
    """How far each genre's probabilities lie from its frequencies, in bins of equal mass.

    The films are ranked by the probability of a genre and cut into bins of equally many films.
    The error is the mean over bins of the gap between mean probability and frequency. Films of the
    same probability count as one kind, wherever a bin ends. It is taken genre by genre: pooled over
    genres, a predictor that knows nothing but base rates looks perfect.

    Some of it is chance: with few films a bin, even true probabilities do not reach 0.

    Args:
        labels: Zeros and ones of shape `(films, genres)`.
        probabilities: Of that shape.
        num_bins: Most bins.

    Returns:
        One number a genre, shape `(genres,)`; NaN for a genre that no film has.

    Example:
        >>> expected_calibration_errors([[1], [0], [0], [1]], [[0.9], [0.1], [0.1], [0.9]]).round(2)
        array([0.1])

    Reference:
        Nixon et al. 2019, "Measuring Calibration in Deep Learning", arXiv:1904.01685.
    """
    labels = np.asarray(labels, "float64")
    probabilities = np.asarray(probabilities, "float64")
    return np.array(
        [
            _calibration_error(truth, said, num_bins) if truth.any() else np.nan
            for truth, said in zip(labels.T, probabilities.T, strict=True)
        ]
    )


def brier_skills(labels, probabilities) -> np.ndarray:
    """How much of the squared error of base rates is gone, genre by genre.

    1 is perfect, 0 is as good as saying of each film how often these films have the genre, and
    below 0 is worse.

    Args:
        labels: Zeros and ones of shape `(films, genres)`.
        probabilities: Of that shape.

    Returns:
        One number a genre, shape `(genres,)`; NaN for a genre that no film has, or all have.

    Reference:
        Murphy 1973, "A New Vector Partition of the Probability Score".
    """
    labels = np.asarray(labels, "float64")
    rates = labels.mean(axis=0)
    reference = rates * (1 - rates)
    errors = ((np.asarray(probabilities, "float64") - labels) ** 2).mean(axis=0)
    ratio = np.full(len(rates), np.nan)
    np.divide(errors, reference, out=ratio, where=reference > 0)
    return 1 - ratio


def reliability_table(predictions: Predictions, rule=None) -> pd.DataFrame:
    """Tell how far probabilities can be taken at their word, genre by genre.

    Args:
        predictions: Probabilities and labels, of shape `(films, genres)`.
        rule: A `DecisionRule` whose calibration is applied first; None for the model's own words.

    Returns:
        A row a genre: `support` (films that have it), `calibration_error` in 15 bins of equal
        mass, `brier_skill` over base rates. NaN where undefined; `.mean()` leaves that out.

    Raises:
        ValueError: If the rule is for other genres.
    """
    probabilities = predictions.probabilities
    if rule is not None:
        if rule.vocabulary != predictions.vocabulary:
            raise ValueError(
                "Expected a decision rule for the genres of the predictions "
                f"{list(predictions.vocabulary)}, received one for {list(rule.vocabulary)}."
            )
        probabilities = rule.calibrated(probabilities, predictions.has_plot, predictions.has_poster)
    return pd.DataFrame(
        {
            "support": predictions.labels.sum(axis=0, dtype="int64"),
            "calibration_error": expected_calibration_errors(predictions.labels, probabilities),
            "brier_skill": brier_skills(predictions.labels, probabilities),
        },
        index=pd.Index(predictions.vocabulary.names, name="genre"),
    )


def _calibration_error(labels: np.ndarray, probabilities: np.ndarray, num_bins: int) -> float:
    """Of one genre."""
    _, kinds, sizes = np.unique(probabilities, return_inverse=True, return_counts=True)
    frequencies = (np.bincount(kinds, labels) / sizes)[kinds]  # of films of one probability
    gaps = (probabilities - frequencies)[np.argsort(probabilities, kind="stable")]
    bins = np.array_split(gaps, min(num_bins, len(gaps)))
    return sum(abs(bin_.sum()) for bin_ in bins) / len(gaps)
