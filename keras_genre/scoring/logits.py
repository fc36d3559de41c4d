"""Probabilities as logits and back, in float32, as the served graph does it."""

import numpy as np

__all__ = ["HIGHEST", "LOWEST", "from_logits", "to_logits"]

# float32 holds numbers near 1 so coarsely that two computers differ in the logits of what lies
# above; what lies below is impossible by any reckoning.
LOWEST, HIGHEST = 1e-6, 0.999


def to_logits(probabilities) -> np.ndarray:
    """Return float32 logits of probabilities, which are first brought into [1e-6, 0.999]."""
    probabilities = np.clip(np.asarray(probabilities, "float32"), LOWEST, HIGHEST)
    return np.log(probabilities) - np.log1p(-probabilities)


def from_logits(logits) -> np.ndarray:
    """Return float32 probabilities of logits."""
    logits = np.asarray(logits, "float32")
    small = np.exp(-np.abs(logits))  # never overflows
    return np.where(logits >= 0, 1, small) / (1 + small)
