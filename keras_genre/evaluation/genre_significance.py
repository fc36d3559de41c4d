"""How sure the scores of each genre are."""

import numpy as np
import pandas as pd

from keras_genre.evaluation.resampling import ResampledScores, draw_counts
from keras_genre.scoring.decision_rule import DecisionRule
from keras_genre.scoring.predictions import Predictions

__all__ = ["genre_intervals"]


def genre_intervals(
    predictions: Predictions,
    rule: DecisionRule,
    num_resamples: int = 2000,
    seed: int = 0,
    level: float = 0.95,
) -> pd.DataFrame:
    """Give percentile bootstrap intervals over films of the scores of each genre.

    The films are drawn as for `bootstrap_intervals`, all genres together. A resample without a
    film of the genre, or for precision one in which no film was given it, is left out of that
    score's interval. With a handful of films an interval is wide, and yet too narrow: it cannot
    know films that are not there.

    Args:
        predictions: Probabilities and labels, of shape `(films, genres)`.
        rule: A decision rule for the same vocabulary.
        num_resamples: How often the films are drawn again.
        seed: The same seed gives the same intervals.
        level: The share of resamples inside the interval.

    Returns:
        One row a genre, in column order; `<score>_low` and `<score>_high` for `precision`,
        `recall`, `f1` and `average_precision`, NaN for a genre that no film has.

    Raises:
        ValueError: If the rule is for another vocabulary, or a number is out of range.

    Example:
        >>> from keras_genre.genres import GenreVocabulary
        >>> predictions = Predictions(
        ...     ["a", "b"], [[1], [1]], [[0.9], [0.8]], GenreVocabulary(["Drama"]), "test"
        ... )
        >>> rule = DecisionRule.fixed(predictions.vocabulary)
        >>> genre_intervals(predictions, rule, num_resamples=50).loc["Drama", "f1_low"]
        np.float64(1.0)
    """
    if not 0 < level < 1 or num_resamples < 1:
        raise ValueError(
            f"Expected 0 < level < 1 and num_resamples of at least 1, received {level} and "
            f"{num_resamples}."
        )
    scores = ResampledScores(predictions, rule)
    drawn = [scores.by_genre(c) for c in draw_counts(len(predictions), num_resamples, seed)]
    tails = [(1 - level) / 2, (1 + level) / 2]
    columns = {}
    for name in drawn[0]:
        values = np.concatenate([part[name] for part in drawn])  # (resamples, genres)
        ends = [_quantiles(of_genre, tails) for of_genre in values.T]
        columns[f"{name}_low"], columns[f"{name}_high"] = zip(*ends, strict=True)
    return pd.DataFrame(columns, index=pd.Index(predictions.vocabulary.names, name="genre"))


def _quantiles(values: np.ndarray, tails: list[float]) -> np.ndarray:
    values = values[~np.isnan(values)]
    return np.quantile(values, tails) if len(values) else np.full(2, np.nan)
