"""CrossAttention: the tokens of one modality look at those of another."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="keras_genre")
class CrossAttention(keras.layers.Layer):
    """Adds to each query what it finds in a context: attention, residual, layer norm.

    A film whose context is masked from end to end has nothing to attend to; its queries get a
    learned vector added instead. Masked tokens have no influence on anything, nor a gradient.

    Args:
        num_heads: Attention heads; they share the width of the queries.
        dropout: Share of the attention weights, and of what they bring, dropped while training.

    Call with `queries`, floats of shape `(batch, queries, width)`, `context`, floats of shape
    `(batch, tokens, width)`, and `context_mask`, bool of shape `(batch, tokens)`, True where a
    token is real. Returns floats of shape `(batch, queries, width)`; with
    `return_attention_scores` also the weights, `(batch, num_heads, queries, tokens)`, which mean
    nothing where there is no context.

    Raises:
        ValueError: If the heads cannot share the width, or queries and context differ in it.

    Reference:
        Vaswani et al. 2017, "Attention Is All You Need", arXiv:1706.03762.
    """

    def __init__(self, num_heads, dropout=0.0, **kwargs):
        super().__init__(**kwargs)
        self.num_heads = num_heads
        self.dropout = dropout
        self.attended_dropout = keras.layers.Dropout(dropout, dtype=self.dtype_policy)
        self.norm = keras.layers.LayerNormalization(epsilon=1e-5, dtype=self.dtype_policy)

    def build(self, queries_shape, context_shape, context_mask_shape=None):
        width = queries_shape[-1]
        if width % self.num_heads:
            raise ValueError(
                f"Expected a width that {self.num_heads} heads can share, received {width}."
            )
        if context_shape[-1] != width:
            raise ValueError(
                f"Expected a context as wide as the queries, {width}, received {context_shape[-1]}."
            )
        self.attention = keras.layers.MultiHeadAttention(
            self.num_heads, width // self.num_heads, dropout=self.dropout, dtype=self.dtype_policy
        )
        self.attention.build(queries_shape, context_shape)
        self.norm.build(queries_shape)
        self.missing = self.add_weight(name="missing", shape=(width,), initializer="uniform")

    def call(self, queries, context, context_mask, training=None, return_attention_scores=False):
        has_context = ops.any(context_mask, axis=1)  # (batch,)
        context = ops.where(context_mask[:, :, None], context, 0.0)
        # A softmax over nothing is NaN on some devices: with no context, over zeros instead.
        mask = ops.logical_or(context_mask, ops.logical_not(has_context)[:, None])
        attended = self.attention(
            queries,
            context,
            attention_mask=mask[:, None, :],
            training=training,
            return_attention_scores=return_attention_scores,
        )
        if return_attention_scores:
            attended, scores = attended
        missing = ops.cast(self.missing, attended.dtype)
        attended = ops.where(has_context[:, None, None], attended, missing)
        outputs = self.norm(queries + self.attended_dropout(attended, training=training))
        return (outputs, scores) if return_attention_scores else outputs

    def get_config(self):
        return {**super().get_config(), "num_heads": self.num_heads, "dropout": self.dropout}
