"""Maxout: a hidden layer that learns its own activation."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="keras_genre")
class Maxout(keras.layers.Layer):
    """The largest of several linear functions of the input, for each unit.

    Args:
        units: Width of the output.
        num_pieces: Linear functions a unit chooses from.

    Call with floats of shape `(batch, features)`; returns floats of shape `(batch, units)`.

    Reference:
        Goodfellow et al. 2013, "Maxout Networks", arXiv:1302.4389.
    """

    def __init__(self, units, num_pieces=2, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.num_pieces = num_pieces
        self.pieces = keras.layers.Dense(units * num_pieces, dtype=self.dtype_policy)

    def build(self, input_shape):
        self.pieces.build(input_shape)

    def call(self, x):
        pieces = ops.reshape(self.pieces(x), (-1, self.units, self.num_pieces))
        return ops.max(pieces, axis=-1)  # (batch, units)

    def get_config(self):
        return {**super().get_config(), "units": self.units, "num_pieces": self.num_pieces}
