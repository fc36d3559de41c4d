"""scaled_embeddings: a layer whose word vectors are weakened on their way in."""

import contextlib
from collections.abc import Iterator

import keras
import tensorflow as tf


@contextlib.contextmanager
def scaled_embeddings(layer: keras.layers.Layer, scales: tf.Tensor) -> Iterator[None]:
    """While the block runs, multiply each word vector that a layer looks up by a number.

    Every text encoder begins with a table of word vectors, a `keras.layers.Embedding`, wherever in
    it that lies; positions and segments are added later and stay as they are. What the table
    gives is changed on its way out, so that nothing else need be known of the encoder.

    Args:
        layer: A text encoder, or the `WordEvidence` of a fusion head. It must not be used by
            another thread meanwhile.
        scales: Floats of shape `(batch, tokens)`. Padding that the encoder appends is not scaled.

    Raises:
        ValueError: If the layer has no table of word vectors.
    """
    table = _word_table(layer)

    def call(token_ids, *args, **kwargs):
        vectors = type(table).call(table, token_ids, *args, **kwargs)  # (batch, positions, width)
        appended = tf.shape(vectors)[1] - tf.shape(scales)[1]
        all_scales = tf.pad(scales, [[0, 0], [0, appended]], constant_values=1.0)
        return vectors * tf.cast(all_scales, vectors.dtype)[:, :, tf.newaxis]

    table.call = call
    try:
        yield
    finally:
        del table.call


def _word_table(layer: keras.layers.Layer) -> keras.layers.Embedding:
    tables = [part for part in layer._flatten_layers() if isinstance(part, keras.layers.Embedding)]
    if not tables:
        raise ValueError(
            f"Expected a text encoder that begins with a keras.layers.Embedding, received "
            f"{type(layer).__name__}, which has none. Explain the film by occlusion."
        )
    # BERT has one of segments too, of two rows.
    return max(tables, key=lambda table: table.input_dim)
