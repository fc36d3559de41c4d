"""CNN224PosterEncoder: the fusion study's poster model that is trained from scratch."""

import keras
from keras import ops

from keras_genre.models.poster_encoders.poster_encoder import PosterEncoder
from keras_genre.models.poster_encoders.scaling import imagenet_scaled


@keras.saving.register_keras_serializable(package="keras_genre")
class CNN224PosterEncoder(PosterEncoder):
    """Stages of convolution, batch normalisation, ReLU and 2x2 pooling, averaged at the end.

    The first convolution is 7x7, the others are 3x3, all with biases.

    The statistics of batch normalisation leave out every image of one colour: that is what the
    blank of a missing poster is, so it cannot touch its batch neighbours in training either. (A
    batch of blanks alone pulls the moving statistics a step towards zero.)

    Args:
        image_size: Height and width of the images in pixels.
        stackwise_num_filters: Filters of each stage.

    Call with uint8 images of shape `(batch, image_size, image_size, 3)`, values 0 to 255; the
    encoder subtracts the mean colour of ImageNet and divides by its deviation. Returns a dict of
    `vector`, floats of shape `(batch, filters)`, and `tokens`, the last map as
    `(batch, positions, filters)`.

    Raises:
        ValueError: If the image is too small to be halved by every stage.
    """

    def __init__(self, image_size=224, stackwise_num_filters=(64, 128, 256, 512), **kwargs):
        super().__init__(**kwargs)
        self.image_size = image_size
        self.stackwise_num_filters = tuple(stackwise_num_filters)
        smallest = 2 ** len(self.stackwise_num_filters)
        if image_size < smallest:
            raise ValueError(
                f"Expected an image_size of at least {smallest}, as "
                f"{len(self.stackwise_num_filters)} stages halve it, received {image_size}."
            )
        policy = self.dtype_policy
        self.convolutions = [
            keras.layers.Conv2D(
                filters,
                3 if number else 7,
                padding="same",
                kernel_initializer="he_normal",
                dtype=policy,
            )
            for number, filters in enumerate(self.stackwise_num_filters)
        ]
        self.normalizations = [
            keras.layers.BatchNormalization(dtype=policy) for _ in self.stackwise_num_filters
        ]

    def build(self, input_shape):
        channels = input_shape[-1]
        for convolution, normalization in zip(self.convolutions, self.normalizations, strict=True):
            convolution.build((None, None, None, channels))
            channels = convolution.filters
            normalization.build((None, None, None, channels))

    def encode(self, images, training=None):
        is_picture = ops.any(images != images[:, :1, :1], axis=(1, 2, 3))  # (batch,)
        x = imagenet_scaled(images, self.compute_dtype)  # (batch, height, width, 3)
        for convolution, normalization in zip(self.convolutions, self.normalizations, strict=True):
            x = convolution(x)
            mask = ops.broadcast_to(is_picture[:, None, None], ops.shape(x)[:-1])
            x = normalization(x, training=training, mask=mask)
            # The largest of four does not change with the ReLU, which is cheaper after it. (A
            # pooling layer would warn of the mask that Keras hangs on its input.)
            x = ops.relu(ops.max_pool(x, 2, strides=2))
        tokens = ops.reshape(x, (-1, x.shape[1] * x.shape[2], x.shape[3]))
        return {"vector": ops.mean(tokens, axis=1), "tokens": tokens}

    def get_config(self):
        return {
            **super().get_config(),
            "image_size": self.image_size,
            "stackwise_num_filters": self.stackwise_num_filters,
        }
