"""What classifiers of one genre at a time share: which genres can be learned at all."""

import numpy as np

__all__ = ["as_labels", "learnable_genres", "with_base_rates"]


def as_labels(labels, num_films: int) -> np.ndarray:
    """Return labels as bool of shape `(films, genres)`.

    Args:
        labels: Zeros and ones.
        num_films: How many films there are.

    Raises:
        ValueError: If there is no film, the shape is another, or a label is neither 0 nor 1.
    """
    labels = np.asarray(labels)
    if not num_films or labels.ndim != 2 or len(labels) != num_films:
        raise ValueError(
            f"Expected at least one film, and labels of shape (films, genres); received "
            f"{num_films} films and labels of shape {labels.shape}."
        )
    if not np.isin(labels, (0, 1)).all():
        raise ValueError("Expected zeros and ones as labels, received other values among them.")
    return labels.astype(bool)


def learnable_genres(labels: np.ndarray) -> np.ndarray:
    """Columns of `labels`, bool of shape `(films, genres)`, with films that have the genre and not.

    Of the others nothing can be learned: they keep their base rate, 0 or 1.
    """
    return np.nonzero(labels.any(axis=0) & ~labels.all(axis=0))[0]


def with_base_rates(base_rates: np.ndarray, genres, probabilities: np.ndarray) -> np.ndarray:
    """Return `(films, genres)` probabilities: those of `genres`, and base rates for the rest.

    Args:
        base_rates: Share of training films with each genre, of shape `(genres,)`.
        genres: The columns that were learned.
        probabilities: Of those, of shape `(films, len(genres))`.
    """
    full = np.tile(base_rates, (len(probabilities), 1))  # (films, genres)
    full[:, genres] = probabilities
    return full
