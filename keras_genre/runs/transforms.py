"""What can be done to films before a model is asked about them."""

from collections.abc import Callable

import tensorflow as tf

from keras_genre import features


def without_plots(films: dict) -> dict:
    """The same films without their plots, as strings of shape `(batch,)`.

    Args:
        films: A dict of strings of shape `(batch,)`: "plot" and "poster".
    """
    return {**films, features.PLOT: tf.zeros_like(films[features.PLOT])}


def without_posters(films: dict) -> dict:
    """The same films without their posters, as strings of shape `(batch,)`.

    Args:
        films: A dict of strings of shape `(batch,)`: "plot" and "poster".
    """
    return {**films, features.POSTER: tf.zeros_like(films[features.POSTER])}


class Transformed:
    """A preprocessor behind a transform, as `MovieDataset.load` takes one.

    Args:
        preprocessor: A `MoviePreprocessor`, or another callable from films to tensors.
        transform: From a dict of films to another.
    """

    def __init__(self, preprocessor: Callable, transform: Callable[[dict], dict]):
        self._prepare = getattr(preprocessor, "prepare_stored", preprocessor)
        self._transform = transform
        self.neighbor_dim = getattr(preprocessor, "neighbor_dim", 0)  # so that they are read

    def __call__(self, films: dict) -> dict:
        """Return the tensors of films as the transform leaves them."""
        return self._prepare(self._transform(films))
