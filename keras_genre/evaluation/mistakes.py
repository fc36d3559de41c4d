"""The mistakes that a model was surest of."""

import numpy as np
import pandas as pd

from keras_genre.scoring.decision_rule import DecisionRule
from keras_genre.scoring.predictions import Predictions

__all__ = ["confident_mistakes"]


def confident_mistakes(
    predictions: Predictions, rule: DecisionRule, num_films: int = 20
) -> pd.DataFrame:
    """List the films on which a model was surest of something wrong.

    Two kinds are kept apart, since they cannot be ranked together: a genre wrongly given, the
    higher its probability the surer; and a genre missed, the lower its probability the surer.
    Of each film the surest mistake of either kind is taken, so that a list shows as many films
    as it has rows. Some are mistakes of the labels: look at them. `look_up_films` gives their
    plots and posters.

    Args:
        predictions: Probabilities and labels, of shape `(films, genres)`.
        rule: A decision rule for the same vocabulary.
        num_films: How many films to list of each kind, at most.

    Returns:
        One row a mistake, the surest first: `kind` ("given" or "missed"), `movie_id`, `genre`,
        `probability`, `threshold`, `true_genres` and `predicted_genres` (tuples, in the order
        of the vocabulary). First all that were given, then all that were missed.

    Raises:
        ValueError: If the rule is for another vocabulary, or `num_films` is less than 1.

    Example:
        >>> mistakes = confident_mistakes(predictions, run.rule)  # doctest: +SKIP
        >>> films = look_up_films(run.dataset, "test", mistakes["movie_id"])  # doctest: +SKIP
    """
    if rule.vocabulary != predictions.vocabulary:
        raise ValueError(
            "Expected a decision rule for the genres of the predictions "
            f"{list(predictions.vocabulary)}, received one for {list(rule.vocabulary)}."
        )
    if num_films < 1:
        raise ValueError(f"Expected num_films of at least 1, received {num_films}.")
    labels, probabilities = predictions.labels.astype(bool), predictions.probabilities
    selected = rule.select(probabilities, predictions.has_plot, predictions.has_poster)
    sureness = {
        "given": np.where(selected & ~labels, probabilities, -1),
        "missed": np.where(labels & ~selected, 1 - probabilities, -1),
    }
    rows = [
        _mistake(kind, film, genre, predictions, rule, selected)
        for kind, sure in sureness.items()
        for film, genre in _surest(sure, num_films)
    ]
    return pd.DataFrame(rows, columns=_COLUMNS)


_COLUMNS = [
    "kind", "movie_id", "genre", "probability", "threshold", "true_genres", "predicted_genres",
]  # fmt: skip


def _surest(sureness: np.ndarray, num_films: int) -> list[tuple[int, int]]:
    """Film and genre of the highest values, one a film; -1 is no mistake."""
    genres = sureness.argmax(axis=1)  # (films,)
    of_film = sureness.max(axis=1)
    order = np.argsort(-of_film, kind="stable")[:num_films]
    return [(int(film), int(genres[film])) for film in order if of_film[film] >= 0]


def _mistake(kind, film, genre, predictions, rule, selected) -> dict:
    vocabulary = predictions.vocabulary
    return {
        "kind": kind,
        "movie_id": str(predictions.movie_ids[film]),
        "genre": vocabulary[genre],
        "probability": float(predictions.probabilities[film, genre]),
        "threshold": float(rule.thresholds[genre]),
        "true_genres": vocabulary.decode(predictions.labels[film]),
        "predicted_genres": vocabulary.decode(selected[film]),
    }
