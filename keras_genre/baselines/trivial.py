"""What can be scored without looking at a film."""

import numpy as np

from keras_genre.scoring.decision_rule import DecisionRule
from keras_genre.scoring.predictions import Predictions

__all__ = ["trivial_baselines"]

_NUM_TOP = 3


def trivial_baselines(
    base_rates, predictions: Predictions
) -> list[tuple[str, Predictions, DecisionRule]]:
    """Make the baselines that any model must beat, on the films of `predictions`.

    Every film gets the genre frequencies of the training films as its probabilities; nothing
    of the scored films is used. The entries go into a `score_table` beside the model's own:

    - "predict nothing": no genre. Most labels are 0, so it has most of them right.
    - "top-3 genres": the three most frequent of training; of equally frequent ones, those that
      come first in the vocabulary. All, where there are no more than three.
    - "every genre".

    Args:
        base_rates: The share of training films with each genre, of shape `(genres,)`.
        predictions: Predictions on the films to be scored; only their films are used.

    Returns:
        Name, predictions and decision rule of each baseline.

    Raises:
        ValueError: If `base_rates` is not one number in [0, 1] for each genre.

    Example:
        >>> from keras_genre.genres import GenreVocabulary
        >>> vocabulary = GenreVocabulary(["Drama", "Comedy", "War", "Sport"])
        >>> films = Predictions(["a"], [[1, 0, 0, 0]], [[0.7, 0.2, 0.1, 0.3]], vocabulary)
        >>> for name, baseline, rule in trivial_baselines([0.5, 0.4, 0.1, 0.2], films):
        ...     print(name, vocabulary.decode(rule.select(baseline.probabilities[0])))
        predict nothing ()
        top-3 genres ('Drama', 'Comedy', 'Sport')
        every genre ('Drama', 'Comedy', 'War', 'Sport')
    """
    vocabulary = predictions.vocabulary
    base_rates = _as_base_rates(base_rates, len(vocabulary))
    baseline = Predictions(
        movie_ids=predictions.movie_ids,
        labels=predictions.labels,
        probabilities=np.tile(base_rates, (len(predictions), 1)),  # (films, genres)
        vocabulary=vocabulary,
        split=predictions.split,
    )
    thresholds = _top_thresholds(base_rates)
    method = "global" if np.ptp(thresholds) == 0 else "per_genre"
    top = DecisionRule(vocabulary, thresholds, method, fitted_on="train")
    return [
        ("predict nothing", baseline, DecisionRule.fixed(vocabulary, 1.0)),
        (f"top-{_NUM_TOP} genres", baseline, top),
        ("every genre", baseline, DecisionRule.fixed(vocabulary, 0.0)),
    ]


def _as_base_rates(base_rates, num_genres: int) -> np.ndarray:
    """Return float32 rates over 0, so that "every genre" holds a genre training never saw."""
    base_rates = np.asarray(base_rates, dtype="float32")
    if base_rates.shape != (num_genres,):
        raise ValueError(
            f"Expected base_rates of shape ({num_genres},), one for each genre, "
            f"received {base_rates.shape}."
        )
    if not ((base_rates >= 0) & (base_rates <= 1)).all():  # NaN is refused too
        raise ValueError(f"Expected base_rates in [0, 1], received {base_rates}.")
    return np.maximum(base_rates, np.finfo("float32").tiny)


def _top_thresholds(base_rates: np.ndarray) -> np.ndarray:
    """Return thresholds that only the three highest rates are over. Shape `(genres,)`.

    One threshold between the third rate and the fourth where there is room, else 0 and 1.
    """
    ranking = np.argsort(-base_rates, kind="stable")
    top, rest = ranking[:_NUM_TOP], ranking[_NUM_TOP:]
    if not len(rest):
        return np.zeros_like(base_rates)
    third, fourth = base_rates[top[-1]], base_rates[rest[0]]
    between = fourth + (third - fourth) / 2
    if fourth <= between < third:
        return np.full_like(base_rates, between)
    thresholds = np.ones_like(base_rates)
    thresholds[top] = 0
    return thresholds
