"""Thresholds of one genre with a finite-sample guarantee."""

import math

import numpy as np
from scipy.stats import binom

__all__ = ["precision_threshold", "recall_threshold"]

_CHAINS = 4


def recall_threshold(labels: np.ndarray, probabilities: np.ndarray, level: float) -> np.float32:
    """Find the highest threshold that a new film of the genre is over with probability `level`.

    With n films of the genre, it lies just below the k-th lowest of their probabilities, k being
    (n + 1) * (1 - level) rounded down: a new one is equally likely to fall into any of the n + 1
    gaps between them, k of which lie below the threshold.

    Args:
        labels: Whether each film has the genre, booleans of shape `(films,)`.
        probabilities: float32 of that shape.
        level: In (0, 1).

    Returns:
        The threshold; NaN if n < level / (1 - level), so that nothing can be guaranteed.
    """
    positives = np.sort(probabilities[labels])
    rank = math.floor((len(positives) + 1) * (1 - level) + 1e-9)
    if rank < 1:
        return np.float32("nan")
    return np.nextafter(np.float32(positives[rank - 1]), np.float32(-1))


def precision_threshold(
    labels: np.ndarray, probabilities: np.ndarray, level: float, confidence: float
) -> np.float32:
    """Find the lowest threshold that has the precision `level`, surely enough.

    Thresholds are tested from the highest down, each by a binomial test on the films over it, and
    the last one before the first failure is kept: testing in a fixed order costs no confidence.
    Four such chains begin with 1, 2, 4 and 8 times the least number of films that could pass, and
    share what doubt is allowed; so one wrong film at the very top does not end it all.

    Args:
        labels: Whether each film has the genre, booleans of shape `(films,)`.
        probabilities: float32 of that shape.
        level: In (0, 1).
        confidence: In (0, 1).

    Returns:
        The threshold; NaN if no chain passes its first test.
    """
    doubt = (1 - confidence) / _CHAINS
    least = math.ceil(math.log(doubt) / math.log(level))
    thresholds = np.unique(probabilities)[::-1]  # from the highest
    ranked = np.sort(probabilities)
    over = len(ranked) - np.searchsorted(ranked, thresholds, side="right")
    positives = np.sort(probabilities[labels])
    hits = len(positives) - np.searchsorted(positives, thresholds, side="right")
    # The chance of so many hits, or more, if the precision were only just too low.
    fails = binom.sf(hits - 1, over, level) > doubt
    kept = -1
    for number in range(_CHAINS):
        first = np.searchsorted(over, least * 2**number)  # `over` ascends
        failures = np.nonzero(fails[first:])[0]
        end = first + failures[0] if len(failures) else len(fails)
        if end > first:
            kept = max(kept, end - 1)
    return np.float32("nan") if kept < 0 else thresholds[kept]
