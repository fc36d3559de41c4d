"""What can be done to films before a model is asked about them."""

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
