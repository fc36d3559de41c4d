"""FoldedConvolution: a convolution that has taken in the batch normalisation behind it."""

import keras
import tensorflow as tf
from keras import ops


class FoldedConvolution(keras.layers.Layer):
    """A convolution with the kernel and the bias that make its batch normalisation needless.

    In inference a batch normalisation multiplies each channel and adds to it, which the kernel can
    do beforehand. What is left TensorFlow runs as one operation, with the ReLU behind it.

    Args:
        convolution: A built convolution for which `can_fold` is true.
        normalization: The built `BatchNormalization` of its channels.

    Call with floats of shape `(batch, height, width, channels)`, as the convolution.
    """

    def __init__(self, convolution, normalization):
        super().__init__(name=convolution.name, dtype=convolution.dtype_policy, trainable=False)
        self._convolve = tf.nn.depthwise_conv2d if _is_depthwise(convolution) else tf.nn.conv2d
        self._strides = [1, *convolution.strides, 1]
        self._padding = convolution.padding.upper()
        kernel, bias = _folded(convolution, normalization)
        self.kernel = self.add_weight(kernel.shape, name="kernel")
        self.bias = self.add_weight(bias.shape, name="bias")
        self.kernel.assign(kernel)
        self.bias.assign(bias)

    def build(self, input_shape):
        self.built = True  # the weights are there

    def call(self, x):
        kernel, bias = ops.convert_to_tensor(self.kernel), ops.convert_to_tensor(self.bias)
        return tf.nn.bias_add(self._convolve(x, kernel, self._strides, self._padding), bias)


def can_fold(layer: keras.layers.Layer) -> bool:
    """Whether a layer is a convolution that a `FoldedConvolution` can stand for."""
    return (
        (_is_depthwise(layer) or (type(layer) is keras.layers.Conv2D and layer.groups == 1))
        and layer.activation is keras.activations.linear
        and layer.data_format == "channels_last"
        and tuple(layer.dilation_rate) == (1, 1)
    )


def _is_depthwise(layer):
    return isinstance(layer, keras.layers.DepthwiseConv2D)


def _folded(convolution, normalization):
    variance = normalization.moving_variance.numpy()
    scale = normalization.gamma.numpy() / (variance + normalization.epsilon) ** 0.5  # (channels,)
    kernel = convolution.kernel.numpy()  # (height, width, channels in, channels out or multiplier)
    bias = convolution.bias.numpy() if convolution.use_bias else 0.0
    by_channel = scale.reshape(kernel.shape[2:]) if _is_depthwise(convolution) else scale
    shift = (bias - normalization.moving_mean.numpy()) * scale + normalization.beta.numpy()
    return kernel * by_channel, shift
