"""The threshold with the best F1, searched exactly.

Between two neighbouring probabilities every threshold selects the same films. So there are
finitely many cut points, all of which are tried, and the threshold is put midway between the
two neighbours, as far from flipping a film as it can be. Among equally good cuts the widest
wins, then the lowest.
"""

import numpy as np

__all__ = ["best_threshold"]


def best_threshold(labels: np.ndarray, probabilities: np.ndarray) -> np.float32:
    """Find the threshold with the highest F1.

    Args:
        labels: Zeros and ones, at least one of them 1: of one genre with shape `(films,)`, or
            of all genres with shape `(films, genres)`, whose decisions are then pooled (micro F1).
        probabilities: float32 in [0, 1] of the same shape.

    Returns:
        The threshold, in [0, 1]; a film gets a genre where its probability is over it.

    Raises:
        ValueError: If no label is 1; every threshold would be as good.
    """
    labels = np.asarray(labels).astype(bool).ravel()
    probabilities = np.asarray(probabilities, dtype="float32").ravel()
    if not labels.any():
        raise ValueError("Expected at least one film with the genre, received none.")
    lower, upper = _cuts(probabilities)
    f1 = _f1_of_cuts(labels, probabilities, upper)
    widths = np.where(f1 == f1.max(), upper - lower, -1)
    return _midway(lower, upper)[np.argmax(widths)]


def _cuts(probabilities: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the neighbours on both sides of each cut; 0 and 1 fence them in."""
    values = np.unique(np.append(probabilities.ravel(), np.float32([0, 1])))
    return values[:-1], values[1:]


def _f1_of_cuts(labels: np.ndarray, probabilities: np.ndarray, upper: np.ndarray) -> np.ndarray:
    """Return the F1 when everything from `upper` on is selected. Shape `(cuts,)`."""
    order = np.argsort(probabilities)
    positives_from = np.append(np.cumsum(labels[order][::-1])[::-1], 0)  # (films + 1,)
    first = np.searchsorted(probabilities[order], upper)
    num_selected = len(labels) - first
    return 2 * positives_from[first] / (num_selected + positives_from[0])


def _midway(lower: np.ndarray, upper: np.ndarray) -> np.ndarray:
    """Return float32 thresholds t with lower <= t < upper, also between adjacent floats."""
    middle = ((lower.astype("float64") + upper) / 2).astype("float32")
    return np.where(middle < upper, middle, lower)
