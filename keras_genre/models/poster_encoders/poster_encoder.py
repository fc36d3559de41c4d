"""PosterEncoder: what all poster encoders share."""

import keras
from keras import ops

from keras_genre.models.devices import find_accelerators


class PosterEncoder(keras.layers.Layer):
    """Spends no time on posters that are missing.

    A base class. Call with images, uint8 of shape `(batch, image_size, image_size, 3)`, and
    optionally `present`, bool of shape `(batch,)`: what is returned for a film whose poster is
    missing is not defined then, and no batch statistics see its blank image. TensorFlow on CPUs
    leaves those films out; anywhere else, where compilers want batches of one shape, the blanks
    are encoded as any image is.
    """

    def encode(self, images, training=None):
        """What the encoder gives for images: a dict of `vector` and `tokens`."""
        raise NotImplementedError

    def call(self, images, present=None, training=None):
        if present is None or keras.backend.backend() != "tensorflow" or find_accelerators():
            return self.encode(images, training=training)
        rows = _rows_to_encode(present)  # (films with a poster,)
        encoded = self.encode(ops.take(images, rows, axis=0), training=training)
        batch = ops.shape(images)[0]
        return {
            name: ops.scatter(rows[:, None], part, (batch, *part.shape[1:]))
            for name, part in encoded.items()
        }


def _rows_to_encode(present):
    # One film at least: oneDNN's convolutions fail on a batch of none.
    first = ops.arange(ops.shape(present)[0]) == 0
    present = ops.logical_or(present, ops.logical_and(first, ops.logical_not(ops.any(present))))
    return ops.nonzero(present)[0]
