"""EfficientNetPosterEncoder: networks scaled in depth, width and resolution at once."""

import keras

from keras_genre.models.poster_encoders.backbone import (
    BackbonePosterEncoder,
    default_dtype_policy,
)
from keras_genre.models.poster_encoders.scaling import unscaled

_VARIANTS = tuple(f"b{number}" for number in range(8))


@keras.saving.register_keras_serializable(package="keras_genre")
class EfficientNetPosterEncoder(BackbonePosterEncoder):
    """EfficientNet, first version, without its classifier.

    Args:
        image_size: Height and width of the images in pixels, at least 32.
        variant: "b0", 224 pixels and 4.0M weights, to "b7", 600 pixels and 64M.
        freeze: "none"; "all", which also switches its dropout off; the number of stages to
            freeze, of 7, with the first convolution; or the name of the last layer to freeze.
        train_batch_norm: Whether batch normalisation learns outside the frozen part; by default
            where the weights are random, as networks of this depth learn nothing without. On
            accelerators the blanks of missing posters then count among the statistics of their
            batch while training. Where it does not learn it keeps its statistics, and no film ever
            touches its batch neighbours; in inference none does either way.
        weights: None for random ones, or a file ending in .h5 with those of the network in
            `keras.applications`, made with `include_top=False`. A saved model holds them itself
            and no longer asks.

    Call with uint8 images of shape `(batch, image_size, image_size, 3)`, values 0 to 255; the
    network's first layers scale them. Returns a dict of `vector`, floats of shape
    `(batch, filters)`, and `tokens`, the last map as `(batch, positions, filters)`: 49 positions
    at 224 pixels.

    Raises:
        ValueError: If there is no such variant, the image is too small, or the layer to freeze
            does not exist.
        WeightsError: If the weights cannot be loaded or do not fit.

    Reference:
        Tan and Le 2019, "EfficientNet: Rethinking Model Scaling for Convolutional Neural
        Networks", arXiv:1905.11946.
    """

    def __init__(
        self,
        image_size=224,
        variant="b0",
        freeze="none",
        train_batch_norm=None,
        weights=None,
        **kwargs,
    ):
        super().__init__(image_size, freeze, train_batch_norm, **kwargs)
        if variant not in _VARIANTS:
            raise ValueError(f"Expected a variant of {', '.join(_VARIANTS)}, received {variant!r}.")
        self.variant = variant
        make_network = getattr(keras.applications, f"EfficientNet{variant.upper()}")
        with default_dtype_policy(self.dtype_policy):
            network = make_network(
                input_shape=(image_size, image_size, 3), include_top=False, weights=None
            )
        self._take(network, weights, [f"block{number}" for number in range(1, 8)])

    def _scaled(self, images):
        return unscaled(images, self.compute_dtype)

    def get_config(self):
        return {**super().get_config(), "variant": self.variant}
