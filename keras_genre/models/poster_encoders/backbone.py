"""What the poster encoders around a published network share."""

import contextlib

import keras
from keras import ops

from keras_genre.models.freezing import freeze_batch_norm, freeze_layers
from keras_genre.models.poster_encoders.poster_encoder import PosterEncoder
from keras_genre.models.pretrained import load_pretrained


class BackbonePosterEncoder(PosterEncoder):
    """A published network without its classifier.

    Call with uint8 images of shape `(batch, image_size, image_size, 3)`, values 0 to 255; the
    encoder scales them as the network was trained. Returns a dict of `vector`, floats of shape
    `(batch, filters)`, and `tokens`, the last map as `(batch, positions, filters)`.

    Args:
        image_size: Height and width of the images in pixels.
        freeze: "none"; "all", which also switches dropout off; the number of stages to freeze,
            with all that precedes them; or the name of the last layer to freeze.
        train_batch_norm: Whether batch normalisation learns outside the frozen part; by default
            where the weights are random, as networks of this depth learn nothing without. On
            accelerators the blanks of missing posters then count among the statistics of their
            batch while training. Where it does not learn it keeps its statistics, and no film ever
            touches its batch neighbours; in inference none does either way.
    """

    def __init__(self, image_size, freeze, train_batch_norm, **kwargs):
        super().__init__(**kwargs)
        self.image_size = image_size
        self.freeze = freeze
        self.train_batch_norm = train_batch_norm

    def _take(self, network, weights, stages, layers=None):
        """Make `network` this encoder's own; `layers` are what can be frozen, by default all."""
        if weights is not None:
            load_pretrained(network, weights)
        if self.train_batch_norm is None:
            self.train_batch_norm = weights is None
        layers = network.layers if layers is None else layers
        freeze_layers(layers, self.freeze, stages)
        if not self.train_batch_norm:
            freeze_batch_norm(layers)
        self.network = self._with_maps(network)

    def _with_maps(self, network):
        """The network with whatever else it shall give than its last map."""
        return network

    def _scaled(self, images):
        """The images as the network takes them, in `compute_dtype`."""
        raise NotImplementedError

    def build(self, input_shape):
        self.built = True  # the network is

    def _features(self, images, training):
        training = False if self.freeze == "all" else training
        return self.network(self._scaled(images), training=training)

    def encode(self, images, training=None):
        return summarized(self._features(images, training))

    def get_config(self):
        return {
            **super().get_config(),
            "image_size": self.image_size,
            "freeze": self.freeze,
            "train_batch_norm": self.train_batch_norm,
        }


def summarized(last_map):
    """What an encoder returns of a map `(batch, rows, columns, filters)`."""
    rows, columns, filters = last_map.shape[1:]
    tokens = ops.reshape(last_map, (-1, rows * columns, filters))
    return {"vector": ops.mean(tokens, axis=1), "tokens": tokens}


@contextlib.contextmanager
def default_dtype_policy(policy):
    """Make the layers of `keras.applications`, whose networks take no dtype, of this policy."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)
