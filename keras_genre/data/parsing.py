"""From serialized records to tensors."""

import tensorflow as tf

from keras_genre import features

SCHEMA = {
    "movie_id": tf.io.FixedLenFeature([], tf.string),
    "title": tf.io.FixedLenFeature([], tf.string),
    features.PLOT: tf.io.FixedLenFeature([], tf.string),
    features.POSTER: tf.io.FixedLenFeature([], tf.string),
    "genres": tf.io.RaggedFeature(tf.int64),
}
"""What each record holds; `genres` are indices into the vocabulary."""

CREW = "crew"
_OPTIONAL = {CREW: tf.io.RaggedFeature(tf.string)}
"""What a record may hold besides, and is parsed only where it is asked for."""


def parse(records: tf.Tensor, *fields: str) -> dict:
    """Parse a batch of serialized records: some of their fields, or all that each record has."""
    known = {**SCHEMA, **_OPTIONAL}
    return tf.io.parse_example(records, {name: known[name] for name in fields or SCHEMA})


def multi_hot(genres: tf.RaggedTensor, num_genres: int) -> tf.Tensor:
    """Labels of a batch of genre lists, float32 of shape `(batch, num_genres)`."""
    # One column more than the longest list, so that films without genres leave something to reduce.
    padded = tf.pad(genres.to_tensor(-1), [[0, 0], [0, 1]], constant_values=-1)
    labels = tf.reduce_max(tf.one_hot(padded, num_genres), axis=1)
    return tf.ensure_shape(labels, (None, num_genres))
