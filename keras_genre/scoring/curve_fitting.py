"""Three ways to fit a calibration curve to the films of one genre."""

import numpy as np
from scipy.special import expit

from keras_genre.scoring.calibration_curves import Curve

__all__ = ["fit_isotonic", "fit_platt", "fit_temperature"]

_LEAST_SLOPE = 0.05  # where labels contradict the logits, they are nearly left out
_SLOPE_DEVIATION, _BIAS_DEVIATION = 1.0, 3.0  # of the prior around the identity
_MOST_STEPS, _LEAST_STEP = 50, 1e-6
_MOST_BINS = 15
_MINORITY_A_BIN = 10
_LEAST_GAP = 0.1  # between knots, in logits: bounds how steep a curve can be


def fit_temperature(logits: np.ndarray, labels: np.ndarray) -> Curve:
    """Stretch the logits by one number, held to 1 by a normal prior of deviation 1.

    Args:
        logits: Of one genre, of shape `(films,)`.
        labels: Booleans of that shape.

    Reference:
        Guo et al. 2017, "On Calibration of Modern Neural Networks", arXiv:1706.04599.
    """
    (change,) = _least(logits[:, None], logits, labels, [_SLOPE_DEVIATION])
    return Curve(max(1 + change, _LEAST_SLOPE))


def fit_platt(logits: np.ndarray, labels: np.ndarray) -> Curve:
    """Stretch and shift the logits, held to the identity by normal priors of deviation 1 and 3.

    The prior is worth about one film; it keeps the fit finite where a handful of films can be
    told apart without an error.

    Args:
        logits: Of one genre, of shape `(films,)`.
        labels: Booleans of that shape.

    Reference:
        Platt 1999, "Probabilistic Outputs for Support Vector Machines".
    """
    both = np.stack([logits, np.ones_like(logits)], axis=1)  # (films, 2)
    change, bias = _least(both, logits, labels, [_SLOPE_DEVIATION, _BIAS_DEVIATION])
    if 1 + change < _LEAST_SLOPE:
        (bias,) = _least(both[:, 1:], _LEAST_SLOPE * logits, labels, [_BIAS_DEVIATION])
    return Curve(max(1 + change, _LEAST_SLOPE), bias)


def fit_isotonic(logits: np.ndarray, labels: np.ndarray) -> Curve:
    """Join the rates of bins of films, made monotone, by straight lines between logits.

    Bins hold equal shares of both classes. Bins that isotonic regression pools become one point at
    their centre (centred isotonic regression), so the curve rises everywhere and makes no ties.
    Beyond the outermost points it rises as the logits do.

    Args:
        logits: Of one genre, of shape `(films,)`.
        labels: Booleans of that shape, both of them present.

    Reference:
        Zadrozny and Elkan 2002, "Transforming Classifier Scores into Accurate Multiclass
        Probability Estimates"; Oron and Flournoy 2017, "Centered Isotonic Regression",
        arXiv:1701.05964.
    """
    from sklearn.isotonic import IsotonicRegression

    bins = _bins(logits, labels)
    sizes = np.bincount(bins)
    used, sizes = sizes > 0, sizes[sizes > 0]
    centres = np.bincount(bins, logits)[used] / sizes
    rates = (np.bincount(bins, labels)[used] + 0.5) / (sizes + 1)
    fitted = IsotonicRegression().fit_transform(centres, rates, sample_weight=sizes)
    values, pools = np.unique(fitted, return_inverse=True)
    x = np.bincount(pools, centres * sizes) / np.bincount(pools, sizes)
    y = np.log(values) - np.log1p(-values)
    return _through(*_apart(x, y))


def _bins(logits: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """The bin of each film; films of one logit share theirs. Shape `(films,)`."""
    num_positives = labels.sum()
    num_negatives = len(labels) - num_positives
    num_bins = int(np.clip(min(num_positives, num_negatives) // _MINORITY_A_BIN, 1, _MOST_BINS))
    order = np.argsort(logits, kind="stable")
    ranked = logits[order]
    weights = np.where(labels[order], 0.5 / num_positives, 0.5 / num_negatives)
    before = np.cumsum(weights) - weights
    before = before[np.searchsorted(ranked, ranked)]
    bins = np.empty(len(logits), int)
    bins[order] = np.clip(before * num_bins, 0, num_bins - 1)
    return bins


def _apart(x: np.ndarray, y: np.ndarray) -> tuple[list[float], list[float]]:
    """Leave out points too near to the one before."""
    kept = [0]
    for i in range(1, len(x)):
        if x[i] - x[kept[-1]] >= _LEAST_GAP:
            kept.append(i)
    return x[kept], y[kept]


def _through(x: np.ndarray, y: np.ndarray) -> Curve:
    slopes = np.concatenate([[1.0], np.diff(y) / np.diff(x), [1.0]])
    bends = np.diff(slopes)
    return Curve(1.0, float(y[0] - x[0]), tuple(map(float, x)), tuple(map(float, bends)))


def _least(design, start, labels, deviations) -> list[float]:
    """Minimise log loss plus prior over what is added to `start`, by Newton's method.

    Args:
        design: What each number to be found is multiplied with, shape `(films, numbers)`.
        start: Logits to add to, shape `(films,)`.
        labels: Booleans, shape `(films,)`.
        deviations: Of the normal prior of each number, around 0.
    """
    precision = np.diag(1 / np.square(deviations))

    def loss(numbers):
        fitted = start + design @ numbers
        return np.logaddexp(0, np.where(labels, -fitted, fitted)).sum() + (
            numbers @ precision @ numbers / 2
        )

    numbers = np.zeros(len(deviations))
    least = loss(numbers)
    for _ in range(_MOST_STEPS):
        fitted = expit(start + design @ numbers)
        gradient = (fitted - labels) @ design + precision @ numbers
        curvature = (design.T * (fitted * (1 - fitted))) @ design + precision
        step = np.linalg.solve(curvature, gradient)
        while loss(numbers - step) > least and np.abs(step).max() > _LEAST_STEP:
            step = step / 2
        if np.abs(step).max() <= _LEAST_STEP:
            break
        numbers = numbers - step
        least = loss(numbers)
    return numbers.tolist()
