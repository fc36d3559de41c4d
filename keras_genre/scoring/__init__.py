"""What a set of probabilities is worth: scores, thresholds and the files they are kept in.

NumPy, scikit-learn and pandas only, and the latter two only once a score is asked for.
"""

from keras_genre.lazy import lazy_names

_HOMES = {
    "DecisionRule": "decision_rule",
    "Predictions": "predictions",
    "Scores": "scores",
    "score": "scores",
}

__all__ = ["DecisionRule", "Predictions", "Scores", "score"]

__getattr__, __dir__ = lazy_names(__name__, _HOMES)
