"""What a decision rule makes of a set of predictions."""

from dataclasses import dataclass

import numpy as np

from keras_genre.scoring.decision_rule import DecisionRule
from keras_genre.scoring.predictions import Predictions

__all__ = ["Decisions", "decide"]


@dataclass(frozen=True, eq=False)
class Decisions:
    """What a rule makes of the films of a set of predictions, each by what it lacks.

    Args:
        calibrated: Calibrated probabilities, float32 of shape `(films, genres)`.
        thresholds: What these must be over, of that shape.
        selected: Which genres each film gets, booleans of that shape.
    """

    calibrated: np.ndarray
    thresholds: np.ndarray
    selected: np.ndarray


def decide(predictions: Predictions, rule: DecisionRule) -> Decisions:
    """Apply a rule to predictions; films that lack a plot or a poster go by the rule for them.

    Args:
        predictions: Probabilities of shape `(films, genres)`.
        rule: A decision rule for the same vocabulary.

    Raises:
        ValueError: If the rule is for another vocabulary.

    Example:
        >>> from keras_genre.genres import GenreVocabulary
        >>> vocabulary = GenreVocabulary(["Drama"])
        >>> predictions = Predictions(["a", "b"], [[1], [0]], [[0.9], [0.4]], vocabulary)
        >>> decide(predictions, DecisionRule.fixed(vocabulary)).selected
        array([[ True],
               [False]])
    """
    if rule.vocabulary != predictions.vocabulary:
        raise ValueError(
            "Expected a decision rule for the genres of the predictions "
            f"{list(predictions.vocabulary)}, received one for {list(rule.vocabulary)}."
        )
    present = predictions.has_plot, predictions.has_poster
    calibrated = rule.calibrated(predictions.probabilities, *present)
    return Decisions(
        calibrated=calibrated,
        thresholds=rule.film_thresholds(len(predictions), *present),
        selected=rule.select_calibrated(calibrated, *present),
    )
