"""JoinedTransformer: a transformer layer of few operations."""

import keras
import numpy as np
import tensorflow as tf
from keras import ops


class JoinedTransformer(keras.layers.Layer):
    """What a `TransformerEncoder` of KerasHub computes in inference, in a third of its operations.

    Queries, keys and values come of one product of matrices, all products are of two dimensions, as
    TensorFlow wants them to add bias and activation on the way, and normalisation is one operation.

    Args:
        layer: A built layer that normalises last, as those of BERT. What is not joined is shared
            with it.

    Call with floats of shape `(batch, tokens, width)` and a mask of shape `(batch, tokens)`, which
    is not 0 for tokens that are attended to.
    """

    def __init__(self, layer):
        super().__init__(name=layer.name, dtype=layer.dtype_policy, trainable=False)
        attention = layer._self_attention_layer
        self._heads, self._head_width = attention.num_heads, attention.key_dim
        self._projection = attention.output_dense
        self._attention_norm = layer._self_attention_layer_norm
        self._intermediate = layer._feedforward_intermediate_dense
        self._output = layer._feedforward_output_dense
        self._output_norm = layer._feedforward_layer_norm
        kernel, bias = _joined(attention)
        self.kernel = self.add_weight(kernel.shape, name="kernel")
        self.bias = self.add_weight(bias.shape, name="bias")
        self.kernel.assign(kernel)
        self.bias.assign(bias)

    def build(self, *_, **__):
        self.built = True  # all parts are

    def call(self, states, padding_mask):
        shape = tf.shape(states)
        x = tf.reshape(states, (-1, states.shape[-1]))  # (batch * tokens, width)
        attended = self._attend(x, shape[0], shape[1], padding_mask)
        x = _normalized(self._attention_norm, attended + x)
        hidden = self._intermediate.activation(_dense(self._intermediate, x))
        x = _normalized(self._output_norm, _dense(self._output, hidden) + x)
        return tf.reshape(x, shape)

    def _attend(self, x, batch, tokens, padding_mask):
        heads, width = self._heads, self._head_width
        joined = tf.nn.bias_add(_product(x, self.kernel), ops.convert_to_tensor(self.bias))
        joined = tf.reshape(joined, (batch, tokens, 3, heads, width))
        query, key, value = tf.unstack(tf.transpose(joined, (2, 0, 3, 1, 4)))
        scores = tf.matmul(query, key, transpose_b=True)  # (batch, heads, tokens, tokens)
        scores *= tf.cast(width**-0.5, scores.dtype)
        unseen = tf.where(padding_mask != 0, 0.0, -1e9)[:, tf.newaxis, tf.newaxis]
        weights = tf.nn.softmax(scores + tf.cast(unseen, scores.dtype))
        read = tf.transpose(tf.matmul(weights, value), (0, 2, 1, 3))
        return _dense(self._projection, tf.reshape(read, (-1, heads * width)))


def _joined(attention):
    """The weights of queries, keys and values side by side."""
    parts = attention.query_dense, attention.key_dense, attention.value_dense
    kernels = [part.kernel.numpy() for part in parts]  # each (width, heads, width of a head)
    kernel = np.concatenate([each.reshape(len(each), -1) for each in kernels], axis=1)
    return kernel, np.concatenate([part.bias.numpy().ravel() for part in parts])


def _dense(layer, x):
    """A layer's product and bias, without its activation, in two dimensions."""
    return tf.nn.bias_add(_product(x, layer.kernel), tf.reshape(layer.bias, [-1]))


def _product(x, kernel):
    kernel = ops.cast(kernel, x.dtype)
    return tf.matmul(x, tf.reshape(kernel, (x.shape[-1], -1)))


def _normalized(layer, x):
    """Layer normalisation of `(rows, width)` as the batch normalisation of a channel a row."""
    rows, width = tf.shape(x)[0], x.shape[-1]
    normal, *_ = tf.raw_ops.FusedBatchNormV3(
        x=tf.reshape(tf.cast(x, tf.float32), tf.stack([1, rows, width, 1])),
        scale=tf.ones([rows]),
        offset=tf.zeros([rows]),
        mean=[],
        variance=[],
        epsilon=layer.epsilon,
        data_format="NCHW",
        is_training=True,
    )
    normal = tf.reshape(normal, (-1, width))
    gamma, beta = ops.cast(layer.gamma, "float32"), ops.cast(layer.beta, "float32")
    return tf.cast(normal * gamma + beta, x.dtype)
