"""ResNetPosterEncoder: residual networks, ResNet-18 by default."""

import keras

from keras_genre.models.poster_encoders.backbone import BackbonePosterEncoder
from keras_genre.models.poster_encoders.scaling import imagenet_scaled


@keras.saving.register_keras_serializable(package="keras_genre")
class ResNetPosterEncoder(BackbonePosterEncoder):
    """A ResNet of KerasHub without its classifier.

    ResNet-50 is `stackwise_num_blocks=(3, 4, 6, 3), block_type="bottleneck_block"`.

    Args:
        image_size: Height and width of the images in pixels.
        stackwise_num_filters: Filters of each stage; the first has 64.
        stackwise_num_blocks: Residual blocks of each stage.
        block_type: "basic_block" or "bottleneck_block".
        freeze: "none"; "all"; the number of stages to freeze, with the first convolution; or the
            name of the last layer to freeze, for example "stack0_block1_out".
        train_batch_norm: Whether batch normalisation learns outside the frozen part; by default
            where the weights are random, as networks of this depth learn nothing without. On
            accelerators the blanks of missing posters then count among the statistics of their
            batch while training. Where it does not learn it keeps its statistics, and no film ever
            touches its batch neighbours; in inference none does either way.
        weights: None for random ones, or where pretrained ones come from: see
            `keras_genre.models.pretrained`. A saved model holds them itself and no longer asks.

    Call with uint8 images of shape `(batch, image_size, image_size, 3)`, values 0 to 255; the
    encoder subtracts the mean colour of ImageNet and divides by its deviation. Returns a dict of
    `vector`, floats of shape `(batch, filters)`, and `tokens`, the last map as
    `(batch, positions, filters)`: 49 positions at 224 pixels.

    Raises:
        ValueError: If the architecture is none of KerasHub's, or the layer to freeze does not
            exist.
        WeightsError: If the weights cannot be loaded or do not fit.

    Reference:
        He et al. 2016, "Deep Residual Learning for Image Recognition", arXiv:1512.03385.
    """

    def __init__(
        self,
        image_size=224,
        stackwise_num_filters=(64, 128, 256, 512),
        stackwise_num_blocks=(2, 2, 2, 2),
        block_type="basic_block",
        freeze="none",
        train_batch_norm=None,
        weights=None,
        **kwargs,
    ):
        from keras_hub.models import ResNetBackbone

        super().__init__(image_size, freeze, train_batch_norm, **kwargs)
        self.stackwise_num_filters = tuple(stackwise_num_filters)
        self.stackwise_num_blocks = tuple(stackwise_num_blocks)
        self.block_type = block_type
        num_stages = len(self.stackwise_num_filters)
        network = ResNetBackbone(
            input_conv_filters=[64],
            input_conv_kernel_sizes=[7],
            stackwise_num_filters=list(self.stackwise_num_filters),
            stackwise_num_blocks=list(self.stackwise_num_blocks),
            stackwise_num_strides=[1, *[2] * (num_stages - 1)],
            block_type=block_type,
            image_shape=(image_size, image_size, 3),
            dtype=self.dtype_policy,
        )
        self._take(network, weights, [f"stack{number}" for number in range(num_stages)])

    def _scaled(self, images):
        return imagenet_scaled(images, self.compute_dtype)

    def get_config(self):
        return {
            **super().get_config(),
            "stackwise_num_filters": self.stackwise_num_filters,
            "stackwise_num_blocks": self.stackwise_num_blocks,
            "block_type": self.block_type,
        }
