"""ConcatFusionHead: early fusion."""

import keras
from keras import ops

from keras_genre.layers import MissingEmbedding


@keras.saving.register_keras_serializable(package="keras_genre")
class ConcatFusionHead(keras.layers.Layer):
    """Concatenates the vectors of all modalities, then one hidden layer and the logits.

    The vector of a missing modality is replaced by a learned one first. With a single modality
    this is a plain classification head.

    Args:
        num_genres: Number of logits.
        hidden_dim: Width of the hidden layer.
        dropout: Share of the concatenated vectors dropped while training.

    Call with a dict from modality ("text", "poster") to a dict of `vector`, `(batch, features)`,
    and `present`, bool `(batch,)`, among other outputs of the encoder. Returns a dict of `logits`,
    float32 of shape `(batch, num_genres)`, and `embedding`, `(batch, hidden_dim)`.
    """

    def __init__(self, num_genres, hidden_dim=128, dropout=0.4, **kwargs):
        super().__init__(**kwargs)
        self.supports_masking = True  # masks come as inputs, beside what they mask
        self.num_genres = num_genres
        self.hidden_dim = hidden_dim
        self.dropout = dropout
        policy = self.dtype_policy
        self.missing = {}
        self.input_dropout = keras.layers.Dropout(dropout, dtype=policy)
        self.hidden = keras.layers.Dense(hidden_dim, activation="relu", dtype=policy)
        # Logits in float32 under every policy: float16 would round probabilities near 0 and 1.
        self.logits = keras.layers.Dense(num_genres, dtype="float32")

    def build(self, modalities_shape):
        for modality in sorted(modalities_shape):
            layer = MissingEmbedding(dtype=self.dtype_policy, name=f"missing_{modality}")
            layer.build(modalities_shape[modality]["vector"])
            self.missing[modality] = layer
        width = sum(shapes["vector"][-1] for shapes in modalities_shape.values())
        self.hidden.build((None, width))
        self.logits.build((None, self.hidden_dim))

    def call(self, modalities, training=None):
        vectors = [
            self.missing[modality](outputs["vector"], outputs["present"])
            for modality, outputs in sorted(modalities.items())
        ]
        x = self.input_dropout(ops.concatenate(vectors, axis=-1), training=training)
        embedding = self.hidden(x)  # (batch, hidden)
        logits = self.logits(embedding)
        return {"logits": logits, "embedding": embedding}

    def get_config(self):
        return {
            **super().get_config(),
            "num_genres": self.num_genres,
            "hidden_dim": self.hidden_dim,
            "dropout": self.dropout,
        }
