"""ConvNeXtPosterEncoder: a convolutional network after the manner of transformers."""

import keras

from keras_genre.models.poster_encoders.backbone import (
    BackbonePosterEncoder,
    default_dtype_policy,
)
from keras_genre.models.poster_encoders.scaling import unscaled

_VARIANTS = ("tiny", "small", "base", "large")


@keras.saving.register_keras_serializable(package="keras_genre")
class ConvNeXtPosterEncoder(BackbonePosterEncoder):
    """ConvNeXt without its classifier. It has no batch normalisation: films never mix.

    Args:
        image_size: Height and width of the images in pixels, at least 32.
        variant: "tiny", 27.8M weights, "small", "base" or "large".
        freeze: "none"; "all", which also switches its dropout off; the number of stages to
            freeze, of 4, with all before them; or the name of the last layer to freeze.
        weights: None for random ones, or a file ending in .h5 with those of the network in
            `keras.applications`, made with `include_top=False`. A saved model holds them itself
            and no longer asks.

    Call with uint8 images of shape `(batch, image_size, image_size, 3)`, values 0 to 255; the
    network's first layer scales them. Returns a dict of `vector`, floats of shape
    `(batch, filters)`, and `tokens`, the last map as `(batch, positions, filters)`: 49 positions
    at 224 pixels.

    Raises:
        ValueError: If there is no such variant, the image is too small, or the layer to freeze
            does not exist.
        WeightsError: If the weights cannot be loaded or do not fit.

    Reference:
        Liu et al. 2022, "A ConvNet for the 2020s", arXiv:2201.03545.
    """

    def __init__(self, image_size=224, variant="tiny", freeze="none", weights=None, **kwargs):
        super().__init__(image_size, freeze, train_batch_norm=False, **kwargs)
        if variant not in _VARIANTS:
            raise ValueError(f"Expected a variant of {', '.join(_VARIANTS)}, received {variant!r}.")
        self.variant = variant
        make_network = getattr(keras.applications, f"ConvNeXt{variant.capitalize()}")
        with default_dtype_policy(self.dtype_policy):
            network = make_network(
                input_shape=(image_size, image_size, 3),
                include_top=False,
                weights=None,
                name=f"convnext_{variant}",
            )
        self._take(network, weights, [f"convnext_{variant}_stage_{n}" for n in range(4)])

    def _scaled(self, images):
        return unscaled(images, self.compute_dtype)

    def get_config(self):
        config = {**super().get_config(), "variant": self.variant}
        del config["train_batch_norm"]
        return config
