"""CNN64PosterEncoder: the coursework's poster baseline."""

import keras
from keras import ops

from keras_genre.models.poster_encoders.poster_encoder import PosterEncoder


@keras.saving.register_keras_serializable(package="keras_genre")
class CNN64PosterEncoder(PosterEncoder):
    """Stages of 3x3 convolution, 2x2 pooling and ReLU, averaged at the end.

    There is no batch normalisation: the blank image of a missing poster cannot touch its batch
    neighbours.

    Args:
        image_size: Height and width of the images in pixels.
        stackwise_num_filters: Filters of each stage.

    Call with uint8 images of shape `(batch, image_size, image_size, 3)`, values 0 to 255 (scaling
    belongs to the encoder); returns a dict of `vector`, floats of shape `(batch, filters)`, and
    `tokens`, the last map as `(batch, positions, filters)`.

    Raises:
        ValueError: If the image is too small to be halved by every stage.
    """

    def __init__(self, image_size=64, stackwise_num_filters=(16, 32, 64, 128), **kwargs):
        super().__init__(**kwargs)
        self.image_size = image_size
        self.stackwise_num_filters = tuple(stackwise_num_filters)
        smallest = 2 ** len(self.stackwise_num_filters)
        if image_size < smallest:
            raise ValueError(
                f"Expected an image_size of at least {smallest}, as "
                f"{len(self.stackwise_num_filters)} stages halve it, received {image_size}."
            )
        self.convolutions = [
            keras.layers.Conv2D(
                filters,
                3,
                padding="same",
                kernel_initializer="he_normal",
                dtype=self.dtype_policy,
            )
            for filters in self.stackwise_num_filters
        ]
        self.pooling = keras.layers.MaxPooling2D(2, dtype=self.dtype_policy)

    def build(self, input_shape):
        channels = input_shape[-1]
        for convolution in self.convolutions:
            convolution.build((None, None, None, channels))
            channels = convolution.filters

    def encode(self, images, training=None):
        x = ops.cast(images, self.compute_dtype) / 127.5 - 1.0  # (batch, height, width, 3)
        for convolution in self.convolutions:
            # The largest of four does not change with the ReLU, which is cheaper after it.
            x = ops.relu(self.pooling(convolution(x)))
        tokens = ops.reshape(x, (-1, x.shape[1] * x.shape[2], x.shape[3]))
        return {"vector": ops.mean(tokens, axis=1), "tokens": tokens}

    def get_config(self):
        return {
            **super().get_config(),
            "image_size": self.image_size,
            "stackwise_num_filters": self.stackwise_num_filters,
        }
