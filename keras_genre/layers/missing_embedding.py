"""MissingEmbedding: what stands in for a modality that a film lacks."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="keras_genre")
class MissingEmbedding(keras.layers.Layer):
    """Replaces the vector of a missing modality by a learned one.

    A zero vector would say "a very dark poster" to the layers above; a vector of its own says
    "no poster". The missing film's own features have no influence on the result, nor a gradient.

    Call with `vector`, floats of shape `(batch, features)`, and `present`, bool of shape
    `(batch,)`; returns floats of shape `(batch, features)`.

    Example:
        >>> layer = MissingEmbedding()
        >>> layer(ops.ones((2, 4)), ops.array([True, False])).shape
        TensorShape([2, 4])
    """

    def build(self, vector_shape, present_shape=None):
        # Not zeros: with them a film that lacks everything gives a ReLU above no gradient.
        self.missing = self.add_weight(
            name="missing", shape=vector_shape[-1:], initializer="uniform"
        )

    def call(self, vector, present):
        missing = ops.cast(self.missing, vector.dtype)
        return ops.where(present[:, None], vector, missing)  # (batch, features)

    def compute_output_shape(self, vector_shape, present_shape=None):
        return vector_shape
