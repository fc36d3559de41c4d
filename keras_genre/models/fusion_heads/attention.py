"""AttentionFusionHead: plot and poster look at each other."""

import keras
from keras import ops

from keras_genre.layers import CrossAttention
from keras_genre.models.fusion_heads.fusion_head import MODALITIES, FusionHead, token_mask


@keras.saving.register_keras_serializable(package="keras_genre")
class AttentionFusionHead(FusionHead):
    """Cross-attention both ways between the words of the plot and the places of the poster.

    Both are projected to one width. Each word adds to itself what it finds in the poster, each
    place what it finds in the plot; the means of both are concatenated, then one hidden layer and
    the logits. Tokens of a missing modality and padding have no influence: what attends to them,
    and their mean, is a learned vector.

    Args:
        num_genres: Number of logits.
        hidden_dim: Width of the hidden layer.
        projection_dim: Width that the tokens of both modalities are brought to.
        num_heads: Attention heads; they share the projection.
        dropout: Share of the attention and of the hidden layer dropped while training.

    Call and return as `FusionHead` says, with tokens; the vectors are not read.

    Raises:
        ValueError: If the heads cannot share the projection; when built, if the poster is a
            single token: a softmax over one is always 1, and nothing would be attended to.
    """

    uses_tokens = True

    def __init__(
        self, num_genres, hidden_dim=512, projection_dim=512, num_heads=8, dropout=0.1, **kwargs
    ):
        super().__init__(num_genres, **kwargs)
        if projection_dim % num_heads:
            raise ValueError(
                f"Expected a projection_dim that {num_heads} heads can share, received "
                f"{projection_dim}."
            )
        self.hidden_dim = hidden_dim
        self.projection_dim = projection_dim
        self.num_heads = num_heads
        self.dropout = dropout
        policy = self.dtype_policy
        self.poster_projection = keras.layers.Dense(projection_dim, dtype=policy)
        self.text_projection = keras.layers.Dense(projection_dim, dtype=policy)
        self.poster_to_text = CrossAttention(num_heads, dropout, dtype=policy)
        self.text_to_poster = CrossAttention(num_heads, dropout, dtype=policy)
        self.hidden = keras.layers.Dense(hidden_dim, activation="relu", dtype=policy)
        self.hidden_dropout = keras.layers.Dropout(dropout, dtype=policy)
        self.logits = keras.layers.Dense(num_genres, dtype="float32")

    def build(self, modalities_shape):
        self.check_modalities(modalities_shape)
        poster, text = (tuple(modalities_shape[name]["tokens"]) for name in MODALITIES)
        if poster[1] == 1:
            raise ValueError(
                "AttentionFusionHead expected 'tokens' of the modality 'poster' with several "
                f"positions, such as a 7x7 map, received the shape {poster}. Nothing can be "
                "chosen among one."
            )
        self.poster_projection.build(poster)
        self.text_projection.build(text)
        poster, text = (*poster[:2], self.projection_dim), (*text[:2], self.projection_dim)
        self.poster_to_text.build(poster, text)
        self.text_to_poster.build(text, poster)
        self.build_missing(dict.fromkeys(MODALITIES, (None, self.projection_dim)))
        self.hidden.build((None, 2 * self.projection_dim))
        self.logits.build((None, self.hidden_dim))
        self.remember_widths(modalities_shape)

    def call(self, modalities, training=None):
        self.check_modalities(modalities)
        poster_mask, text_mask = (token_mask(modalities[name]) for name in MODALITIES)
        poster = self.poster_projection(modalities["poster"]["tokens"])  # (batch, places, width)
        text = self.text_projection(modalities["text"]["tokens"])  # (batch, words, width)
        of_poster = self.poster_to_text(poster, text, text_mask, training=training)
        of_text = self.text_to_poster(text, poster, poster_mask, training=training)
        vectors = [
            self.missing[name](_mean(tokens, mask), ops.any(mask, axis=1))
            for name, tokens, mask in (
                ("poster", of_poster, poster_mask),
                ("text", of_text, text_mask),
            )
        ]
        embedding = self.hidden(ops.concatenate(vectors, axis=-1))  # (batch, hidden)
        logits = self.logits(self.hidden_dropout(embedding, training=training))
        return {"logits": logits, "embedding": embedding}

    def get_config(self):
        return {
            **super().get_config(),
            "hidden_dim": self.hidden_dim,
            "projection_dim": self.projection_dim,
            "num_heads": self.num_heads,
            "dropout": self.dropout,
        }


def _mean(tokens, mask):
    """The mean of the real tokens, or zeros."""
    # In float32, as float16 loses count over a long plot.
    real = ops.where(mask[:, :, None], ops.cast(tokens, "float32"), 0.0)
    count = ops.sum(ops.cast(mask, "float32"), axis=1, keepdims=True)  # (batch, 1)
    return ops.cast(ops.sum(real, axis=1) / ops.maximum(count, 1.0), tokens.dtype)
