"""What posters say to a linear model, for films that have nothing else."""

import numpy as np
import tensorflow as tf
from sklearn.preprocessing import StandardScaler

from keras_genre import features
from keras_genre.data import MovieDataset
from keras_genre.models import GenreClassifier
from keras_genre.preprocessing import MoviePreprocessor
from keras_genre.training.genre_regressions import fit_each_genre

_INVERSE_PENALTY = 3e-4
_MOST_STEPS = 100
_BATCH = 64


def mix_in_poster_evidence(
    model: GenreClassifier, preprocessor: MoviePreprocessor, dataset: MovieDataset, share: float
) -> None:
    """Give a logistic regression on pooled maps a share of the logits of films without plot.

    A model that learned from plots and posters together leaves what the plot tells to the plot. Of
    a film that has a poster alone, a penalised linear model of what several layers of the poster's
    encoder see says more. Films with a plot are judged as before.

    Args:
        model: Its head has `lone_posters`. Its weights are changed.
        preprocessor: Its preprocessor.
        dataset: The records; training films alone are read.
        share: From 0 to 1: the others' logits are weakened by it.
    """
    pooled, labels = _pooled_posters(model, preprocessor, dataset)
    if not len(pooled):
        return
    kernel, biases = fit_poster_evidence(pooled, labels)
    head = model.fusion_head
    head.lone.kernel.assign(kernel)
    head.lone.bias.assign(biases)
    head.lone_share.assign(share)


def fit_poster_evidence(pooled: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Fit a logistic regression for each genre.

    Args:
        pooled: `(films, summaries)`.
        labels: Zeros and ones of shape `(films, genres)`.

    Returns:
        Weights, `(summaries, genres)`, and biases, `(genres,)`; zeros for a genre that no film has,
        or all have.
    """
    scaler = StandardScaler().fit(pooled)
    kernel, biases = fit_each_genre(scaler.transform(pooled), labels, _INVERSE_PENALTY, _MOST_STEPS)
    kernel /= scaler.scale_[:, None]
    return kernel, biases - scaler.mean_ @ kernel


def _pooled_posters(model, preprocessor, dataset) -> tuple[np.ndarray, np.ndarray]:
    """What the encoder pools of each training film's poster, and the genres of the film."""
    encode = tf.function(
        lambda images: model.poster_encoder.encode(images, training=False)["pooled"],
        reduce_retracing=True,
    )
    pooled, labels = [], []
    for films, genres in dataset.load("train", preprocessor, _BATCH, shuffle=False):
        has = films[features.HAS_POSTER]
        if tf.reduce_any(has):
            pooled += list(encode(films[features.POSTER_IMAGE][has]).numpy())
            labels += list(genres[has].numpy())
    return np.array(pooled), np.array(labels)
