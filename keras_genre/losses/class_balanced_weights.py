"""Weights of genres by the effective number of their films."""

import numpy as np


def class_balanced_weights(film_counts, beta: float = 0.999) -> np.ndarray:
    """Give weights for `WeightedBinaryCrossentropy(..., whole_term=True)`.

    A genre with n training films has the weight `(1 - beta) / (1 - beta^n)`, scaled so that the
    weights of all genres have the mean 1: the more films a genre has, the less each further one
    says that is new.

    Args:
        film_counts: Training films with each genre, at least 1, of shape `(genres,)`.
        beta: Of at least 0 and below 1; 0 weighs all genres alike, near 1 by the inverse of their
            number of films.

    Returns:
        float32 of shape `(genres,)`.

    Raises:
        ValueError: If a genre has no film, or beta is out of its range.

    Example:
        >>> class_balanced_weights([10, 1000]).round(2)
        array([1.97, 0.03], dtype=float32)

    Reference:
        Cui et al. 2019, "Class-Balanced Loss Based on Effective Number of Samples",
        arXiv:1901.05555.
    """
    counts = np.asarray(film_counts, "float64")
    if counts.ndim != 1 or not counts.size or not (counts >= 1).all():
        raise ValueError(f"Expected at least one film a genre, received {film_counts!r}.")
    if not 0 <= beta < 1:
        raise ValueError(f"Expected beta of at least 0 and below 1, received {beta!r}.")
    with np.errstate(divide="ignore"):  # the logarithm of a beta of 0
        weights = (1 - beta) / -np.expm1(counts * np.log(beta))
    return (weights / weights.mean()).astype("float32")
