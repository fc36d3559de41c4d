"""What a model says of films that it did not see, for every training film."""

from collections.abc import Callable, Iterator

import numpy as np

__all__ = ["out_of_fold"]


def out_of_fold(
    make_head: Callable, vectors: np.ndarray, present: np.ndarray, labels: np.ndarray,
    num_folds: int, seed: int,
) -> np.ndarray:  # fmt: skip
    """Give, for each film, the probabilities of a head trained on the other folds alone.

    A head is sure of the films that it was trained on, wrongly; what is stacked on such answers
    learns to trust it too much.

    Args:
        make_head: Makes an unfitted head with `fit(vectors, labels)` and `predict_proba(vectors)`.
        vectors: Of shape `(films, width)`.
        present: Which films have the modality, of shape `(films,)`; no head sees the others.
        labels: Of shape `(films, genres)`.
        num_folds: Parts that the films are divided into, each with its share of every genre.
        seed: Of the division.

    Returns:
        Of shape `(films, genres)`; NaN where the film lacks the modality, or no head could be
        trained.

    Reference:
        Wolpert 1992, "Stacked Generalization".
    """
    answers = np.full(labels.shape, np.nan)
    for learned, asked in _folds(labels, num_folds, seed):
        learned, asked = learned[present[learned]], asked[present[asked]]
        if len(learned) and len(asked):
            head = make_head().fit(vectors[learned], labels[learned])
            answers[asked] = head.predict_proba(vectors[asked])
    return answers


def _folds(labels: np.ndarray, num_folds: int, seed: int) -> Iterator[tuple]:
    """Row numbers to learn from and to ask about, of each fold."""
    from iterstrat.ml_stratifiers import MultilabelStratifiedKFold

    labels = labels.astype("int64")
    if labels.shape[1] == 1:
        labels = np.hstack([labels, 1 - labels])  # the splitter takes no single label
    splitter = MultilabelStratifiedKFold(num_folds, shuffle=True, random_state=seed)
    return splitter.split(np.zeros((len(labels), 1)), labels)
