"""AttentionPooling: the weighted mean of a sequence, with learned weights."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="keras_genre")
class AttentionPooling(keras.layers.Layer):
    """Additive attention over the positions of a sequence.

    The score of a position h is `v . tanh(W h + b)`; the softmax of the scores over the positions
    that the mask admits weighs their mean.

    Args:
        attention_dim: Width of the scores' hidden layer.

    Call with `tokens`, floats of shape `(batch, positions, features)`, and `mask`, bool of shape
    `(batch, positions)`; returns floats of shape `(batch, features)`: zeros where the mask admits
    no position. Masked positions have no influence, whatever they hold. With
    `return_attention_scores` also the weights, float32 of shape `(batch, positions)`.

    Example:
        >>> pooling = AttentionPooling(8)
        >>> pooling(ops.ones((2, 5, 4)), ops.ones((2, 5), "bool")).shape
        TensorShape([2, 4])

    Reference:
        Bahdanau et al. 2015, "Neural Machine Translation by Jointly Learning to Align and
        Translate", arXiv:1409.0473.
    """

    def __init__(self, attention_dim, **kwargs):
        super().__init__(**kwargs)
        self.supports_masking = True
        self.attention_dim = attention_dim
        self.hidden = keras.layers.Dense(attention_dim, activation="tanh", dtype=self.dtype_policy)
        self.score = keras.layers.Dense(1, use_bias=False, dtype=self.dtype_policy)

    def build(self, tokens_shape, mask_shape=None):
        self.hidden.build(tokens_shape)
        self.score.build((*tokens_shape[:-1], self.attention_dim))

    def call(self, tokens, mask, return_attention_scores=False):
        mask = mask[:, :, None]  # (batch, positions, 1)
        # Zeroed first, for 0 times a NaN is a NaN.
        tokens = ops.where(mask, tokens, 0.0)
        scores = ops.cast(self.score(self.hidden(tokens)), "float32")
        # The softmax by hand: ops.softmax warns of a single position and fails over none.
        highest = ops.max(ops.where(mask, scores, -1e9), axis=1, keepdims=True)
        weights = ops.where(mask, ops.exp(ops.where(mask, scores - highest, 0.0)), 0.0)
        weights /= ops.maximum(ops.sum(weights, axis=1, keepdims=True), 1.0)  # the highest has 1
        outputs = ops.sum(ops.cast(weights, tokens.dtype) * tokens, axis=1)
        return (outputs, weights[:, :, 0]) if return_attention_scores else outputs

    def compute_output_shape(self, tokens_shape, mask_shape=None):
        return (tokens_shape[0], tokens_shape[-1])

    def get_config(self):
        return {**super().get_config(), "attention_dim": self.attention_dim}
