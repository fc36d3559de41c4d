"""What single words say, learned for itself and mixed into a trained model."""

from collections.abc import Iterable

import numpy as np
import scipy.sparse

from keras_genre.data import MovieDataset
from keras_genre.models import GenreClassifier
from keras_genre.preprocessing import MoviePreprocessor
from keras_genre.runs.labels import ids_and_labels
from keras_genre.training.genre_regressions import fit_each_genre

_FEWEST_FILMS = 3
_INVERSE_PENALTY = 0.1
_MOST_STEPS = 200


def mix_in_word_evidence(
    model: GenreClassifier, preprocessor: MoviePreprocessor, dataset: MovieDataset, share: float
) -> None:
    """Give a logistic regression on single words a share of a trained model's logits.

    It is an ensemble of two models in the size of one: a `WordEvidence` is linear, and so can take
    in another linear model of words. What gradient descent leaves in it beside a deep encoder is
    not what words tell by themselves, and a separate, penalised fit errs elsewhere: the two
    together are better than either.

    Words weigh as in TF-IDF, with the root of a plot's length in place of its norm; those of fewer
    than three films are left out.

    Args:
        model: Its head reads words. Its weights are changed.
        preprocessor: Its preprocessor.
        dataset: The records; training films alone are read.
        share: From 0 to 1: the others' logits are weakened by it.
    """
    _, labels = ids_and_labels(dataset, "train")
    ids = [row for batch in dataset.plots("train") for row in preprocessor.plot(batch).numpy()]
    head = model.fusion_head
    evidence, biases = fit_word_evidence(ids, labels, head.vocabulary_size)
    for witness in head.witnesses.values():
        for variable in witness.variables:
            variable.assign(variable * (1 - share))
    words = head.words.evidence.embeddings
    words.assign((1 - share) * words + share * evidence)
    # Where there is no plot, words have no say, nor has what they say of all films.
    bias = head.witnesses["text"].bias
    bias.assign(bias + share * biases)


def fit_word_evidence(
    ids: Iterable[np.ndarray], labels: np.ndarray, vocabulary_size: int
) -> tuple[np.ndarray, np.ndarray]:
    """Fit a logistic regression for each genre on what a `WordEvidence` sums up.

    Args:
        ids: The word ids of each plot, 0 for padding.
        labels: Zeros and ones of shape `(films, genres)`.
        vocabulary_size: Number of word ids.

    Returns:
        The weights of words, `(vocabulary_size, genres)`, and of genres, `(genres,)`; zeros for a
        genre that no film has, or all have.
    """
    counts = _counts(ids, vocabulary_size)
    lengths = np.asarray(counts.sum(axis=1)).ravel()
    num_films = np.asarray((counts > 0).sum(axis=0)).ravel()
    rarity = np.log(len(labels) / (1 + num_films)) + 1
    rarity[num_films < _FEWEST_FILMS] = 0
    weighted = scipy.sparse.diags(1 / np.sqrt(1 + lengths)) @ counts @ scipy.sparse.diags(rarity)
    evidence, biases = fit_each_genre(weighted, labels, _INVERSE_PENALTY, _MOST_STEPS)
    return evidence * rarity[:, None], biases


def _counts(ids, vocabulary_size: int) -> scipy.sparse.csr_matrix:
    words = [row[row != 0] for row in ids]
    ends = np.cumsum([0, *map(len, words)])
    columns = np.concatenate(words)
    counts = scipy.sparse.csr_matrix(
        (np.ones(len(columns)), columns, ends), shape=(len(words), vocabulary_size)
    )
    counts.sum_duplicates()
    return counts
