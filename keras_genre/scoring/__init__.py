"""What a set of probabilities is worth: scores, thresholds and the files they are kept in.

NumPy, scikit-learn and pandas only, and the latter two only once a score is asked for.
"""

import importlib

_HOMES = {
    "DecisionRule": "decision_rule",
    "Predictions": "predictions",
    "Scores": "scores",
    "score": "scores",
}

__all__ = ["DecisionRule", "Predictions", "Scores", "score"]


def __getattr__(name):
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__():
    return sorted({*globals(), *__all__})
