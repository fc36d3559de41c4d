"""From serialized records to tensors."""

import tensorflow as tf

from keras_genre import features
from keras_genre.data.manifest import Links

SCHEMA = {
    "movie_id": tf.io.FixedLenFeature([], tf.string),
    "title": tf.io.FixedLenFeature([], tf.string),
    features.PLOT: tf.io.FixedLenFeature([], tf.string),
    features.POSTER: tf.io.FixedLenFeature([], tf.string),
    "genres": tf.io.RaggedFeature(tf.int64),
}
"""What each record holds; `genres` are indices into the vocabulary."""

CREW = "crew"
_OPTIONAL = {
    CREW: tf.io.RaggedFeature(tf.string),
    # The vectors one after the other, as little-endian float32.
    features.NEIGHBOR_VECTORS: tf.io.FixedLenFeature([], tf.string, default_value=""),
}
"""What a record may hold besides, and is parsed only where it is asked for."""


def parse(records: tf.Tensor, *fields: str) -> dict:
    """Parse a batch of serialized records: some of their fields, or all that each record has."""
    known = {**SCHEMA, **_OPTIONAL}
    return tf.io.parse_example(records, {name: known[name] for name in fields or SCHEMA})


def neighbors(stored: tf.Tensor, links: Links) -> dict:
    """Tensors of the neighbours of a batch of films, from how linked records store them.

    Args:
        stored: Strings of shape `(batch,)`.
        links: What the manifest says of them.

    Returns:
        `NEIGHBOR_VECTORS`, zeros where there is none, and `NEIGHBOR_MASK`.
    """
    size = 4 * links.dim
    values = tf.io.decode_raw(stored, tf.float32, fixed_length=links.max_neighbors * size)
    found = tf.strings.length(stored) // size  # (batch,)
    return {
        features.NEIGHBOR_VECTORS: tf.reshape(values, (-1, links.max_neighbors, links.dim)),
        features.NEIGHBOR_MASK: tf.sequence_mask(found, links.max_neighbors),
    }


def multi_hot(genres: tf.RaggedTensor, num_genres: int) -> tf.Tensor:
    """Labels of a batch of genre lists, float32 of shape `(batch, num_genres)`."""
    # One column more than the longest list, so that films without genres leave something to reduce.
    padded = tf.pad(genres.to_tensor(-1), [[0, 0], [0, 1]], constant_values=-1)
    labels = tf.reduce_max(tf.one_hot(padded, num_genres), axis=1)
    return tf.ensure_shape(labels, (None, num_genres))
