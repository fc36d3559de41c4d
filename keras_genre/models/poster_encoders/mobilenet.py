"""MobileNetPosterEncoder: small networks for small machines."""

import keras
from keras import ops

from keras_genre.models.poster_encoders.backbone import (
    BackbonePosterEncoder,
    default_dtype_policy,
    summarized,
)
from keras_genre.models.poster_encoders.scaling import unit_scaled

_NETWORKS = {1: keras.applications.MobileNet, 2: keras.applications.MobileNetV2}
_STAGES = {
    1: [f"conv_pw_{number}" for number in range(1, 14)],
    2: ["expanded_conv", *(f"block_{number}" for number in range(1, 17))],
}


@keras.saving.register_keras_serializable(package="keras_genre")
class MobileNetPosterEncoder(BackbonePosterEncoder):
    """MobileNet, first or second version, without its classifier.

    Args:
        image_size: Height and width of the images in pixels, at least 32.
        version: 1 or 2.
        alpha: Width of the network, in shares of the published one. Version 2 keeps 1280 filters
            at its end below 1.
        pooled_layers: Names of layers whose maps are told of too, as `pooled`: what earlier layers
            see, a linear model reads better than the last. For heads that read it.
        freeze: "none"; "all"; the number of blocks to freeze, of 13 in version 1 and 17 in version
            2, with the first convolution; or the name of the last layer to freeze.
        train_batch_norm: Whether batch normalisation learns outside the frozen part; by default
            where the weights are random, as networks of this depth learn nothing without. On
            accelerators the blanks of missing posters then count among the statistics of their
            batch while training. Where it does not learn it keeps its statistics, and no film ever
            touches its batch neighbours; in inference none does either way.
        weights: None for random ones, or a file ending in .h5 with those of the network in
            `keras.applications`, made with `include_top=False`. A saved model holds them itself
            and no longer asks.

    Call with uint8 images of shape `(batch, image_size, image_size, 3)`, values 0 to 255; the
    encoder scales them to -1 to 1. Returns a dict of `vector`, floats of shape `(batch, filters)`,
    and `tokens`, the last map as `(batch, positions, filters)`: 49 positions at 224 pixels. With
    `pooled_layers` also `pooled`, float32 of shape `(batch, summaries)`: mean and maximum of each
    filter of each of their maps.

    Raises:
        ValueError: If the version is none of the two, the image too small, or the layer to freeze
            or to pool does not exist.
        WeightsError: If the weights cannot be loaded or do not fit.

    Reference:
        Howard et al. 2017, "MobileNets: Efficient Convolutional Neural Networks for Mobile Vision
        Applications", arXiv:1704.04861; Sandler et al. 2018, "MobileNetV2: Inverted Residuals and
        Linear Bottlenecks", arXiv:1801.04381.
    """

    def __init__(
        self,
        image_size=224,
        version=1,
        alpha=1.0,
        pooled_layers=(),
        freeze="none",
        train_batch_norm=None,
        weights=None,
        **kwargs,
    ):
        super().__init__(image_size, freeze, train_batch_norm, **kwargs)
        if version not in _NETWORKS:
            raise ValueError(f"Expected version 1 or 2 of MobileNet, received {version!r}.")
        self.version = version
        self.alpha = alpha
        self.pooled_layers = tuple(pooled_layers)
        with default_dtype_policy(self.dtype_policy):
            network = _NETWORKS[version](
                input_shape=(image_size, image_size, 3),
                alpha=alpha,
                include_top=False,
                weights=None,
            )
        self._take(network, weights, _STAGES[version])

    def _with_maps(self, network):
        if not self.pooled_layers:
            return network
        maps = [network.get_layer(name).output for name in self.pooled_layers]
        return keras.Model(network.input, [network.output, *maps], name=network.name)

    def _scaled(self, images):
        return unit_scaled(images, self.compute_dtype)

    def encode(self, images, training=None):
        if not self.pooled_layers:
            return super().encode(images, training=training)
        last, *maps = self._features(images, training)
        pooled = [pool(each, axis=(1, 2)) for each in maps for pool in (ops.mean, ops.max)]
        return {**summarized(last), "pooled": ops.cast(ops.concatenate(pooled, axis=1), "float32")}

    def get_config(self):
        return {
            **super().get_config(),
            "version": self.version,
            "alpha": self.alpha,
            "pooled_layers": self.pooled_layers,
        }
