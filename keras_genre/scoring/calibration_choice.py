"""Which calibration a genre gets: the one that does best on films it was not fitted on."""

from collections.abc import Callable

import numpy as np

from keras_genre.scoring.calibration_curves import IDENTITY, Curve
from keras_genre.scoring.curve_fitting import fit_isotonic, fit_platt, fit_temperature

__all__ = ["choose_curve"]

# The least films of a genre (and without it) for each, the simplest first.
_CANDIDATES: dict[str, tuple[Callable, int]] = {
    "temperature": (fit_temperature, 2),
    "platt": (fit_platt, 5),
    "isotonic": (fit_isotonic, 50),
}
_FOLDS = 5


def choose_curve(logits: np.ndarray, labels: np.ndarray) -> tuple[str, Curve]:
    """Choose between identity, temperature, Platt and isotonic calibration of one genre.

    Each is fitted on four fifths of the films and asked about the rest, in turn. From the simplest
    up, one takes the place of the best so far if its log loss is lower by more than the standard
    error of the difference, so chance does not bend a rare genre.

    Args:
        logits: What the model says, float64 of shape `(films,)`.
        labels: Whether the films have the genre, booleans of that shape.

    Returns:
        The name of the method, and the curve fitted on all films.
    """
    rarer = int(min(labels.sum(), (~labels).sum()))
    best, best_losses = ("identity", lambda logits, labels: IDENTITY), _losses(logits, labels)
    for name, (fit, least) in _CANDIDATES.items():
        if rarer < least:
            break
        losses = _cross_validated(fit, logits, labels, min(_FOLDS, rarer))
        gains = best_losses - losses
        if gains.mean() > gains.std() / np.sqrt(len(gains)):
            best, best_losses = (name, fit), losses
    return best[0], best[1](logits, labels)


def _cross_validated(fit, logits, labels, num_folds: int) -> np.ndarray:
    """The log loss of each film under a curve fitted without it. Shape `(films,)`."""
    folds = _folds(labels, num_folds)
    losses = np.empty(len(labels))
    for fold in range(num_folds):
        held_out = folds == fold
        curve = fit(logits[~held_out], labels[~held_out])
        losses[held_out] = _losses(curve(logits[held_out]), labels[held_out])
    return losses


def _folds(labels: np.ndarray, num_folds: int) -> np.ndarray:
    """A fold for each film, both classes spread evenly; the same for the same labels."""
    shuffled = np.random.default_rng(0).permutation(len(labels))
    folds = np.empty(len(labels), int)
    for value in (False, True):
        films = shuffled[labels[shuffled] == value]
        folds[films] = np.arange(len(films)) % num_folds
    return folds


def _losses(logits: np.ndarray, labels: np.ndarray) -> np.ndarray:
    return np.logaddexp(0, np.where(labels, -logits, logits))
