"""What a set of probabilities is worth: scores, calibration, thresholds, and their files.

NumPy, scikit-learn and pandas only, and the latter two only once a score is asked for.
"""

from keras_genre.lazy import lazy_names

_HOMES = {
    "Calibration": "calibration",
    "DecisionRule": "decision_rule",
    "Guarantee": "conformal",
    "Predictions": "predictions",
    "Scores": "scores",
    "brier_skills": "reliability",
    "expected_calibration_errors": "reliability",
    "reliability_table": "reliability",
    "score": "scores",
}

__all__ = [
    "Calibration",
    "DecisionRule",
    "Guarantee",
    "Predictions",
    "Scores",
    "brier_skills",
    "expected_calibration_errors",
    "reliability_table",
    "score",
]

__getattr__, __dir__ = lazy_names(__name__, _HOMES)
