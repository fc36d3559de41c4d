"""ConcatFusionHead: early fusion."""

import keras
from keras import ops

from keras_genre.models.fusion_heads.fusion_head import FusionHead


@keras.saving.register_keras_serializable(package="keras_genre")
class ConcatFusionHead(FusionHead):
    """Concatenates the vectors of all modalities, then hidden layers and the logits.

    The vector of a missing modality is replaced by a learned one first. With a single modality
    this is a plain classification head.

    Args:
        num_genres: Number of logits.
        hidden_dim: Width of the hidden layer, or a tuple of the widths of several; the last is
            that of the embedding.
        dropout: Share of the concatenated vectors dropped while training.
        hidden_dropout: Share of the output of each hidden layer dropped while training.
        projection_dim: Width that a ReLU layer brings each modality to before they are
            concatenated, or None to take the vectors as they are.

    Call and return as `FusionHead` says, without tokens.
    """

    needs_both = False

    def __init__(
        self,
        num_genres,
        hidden_dim=128,
        dropout=0.4,
        hidden_dropout=0.0,
        projection_dim=None,
        **kwargs,
    ):
        super().__init__(num_genres, **kwargs)
        several = isinstance(hidden_dim, list | tuple)
        self.hidden_dim = tuple(hidden_dim) if several else hidden_dim
        self.dropout = dropout
        self.hidden_dropout = hidden_dropout
        self.projection_dim = projection_dim
        policy = self.dtype_policy
        self.input_dropout = keras.layers.Dropout(dropout, dtype=policy)
        *earlier, last = self.hidden_dim if several else (hidden_dim,)
        # The last apart, where it lay before there were several: old weights still load.
        self.earlier = [
            keras.layers.Dense(width, activation="relu", dtype=policy) for width in earlier
        ]
        self.hidden = keras.layers.Dense(last, activation="relu", dtype=policy)
        self.between = keras.layers.Dropout(hidden_dropout, dtype=policy)
        # Logits in float32 under every policy: float16 would round probabilities near 0 and 1.
        self.logits = keras.layers.Dense(num_genres, dtype="float32")
        self.projections = {}

    def build(self, modalities_shape):
        self.check_modalities(modalities_shape)
        shapes = {name: parts["vector"] for name, parts in sorted(modalities_shape.items())}
        self.build_missing(shapes)
        width = sum(shape[-1] for shape in shapes.values())
        if self.projection_dim:
            for modality, shape in shapes.items():
                layer = keras.layers.Dense(
                    self.projection_dim,
                    activation="relu",
                    dtype=self.dtype_policy,
                    name=f"projection_{modality}",
                )
                layer.build(shape)
                self.projections[modality] = layer
            width = self.projection_dim * len(shapes)
        for layer in (*self.earlier, self.hidden, self.logits):
            layer.build((None, width))
            width = layer.units
        self.remember_widths(modalities_shape)

    def call(self, modalities, training=None):
        self.check_modalities(modalities)
        vectors = self.complete_vectors(modalities)
        if self.projection_dim:
            vectors = {name: self.projections[name](vectors[name]) for name in vectors}
        x = ops.concatenate(list(vectors.values()), axis=-1)
        x = self.input_dropout(x, training=training)
        for layer in self.earlier:
            x = self.between(layer(x), training=training)
        embedding = self.hidden(x)  # (batch, hidden)
        logits = self.logits(self.between(embedding, training=training))
        return {"logits": logits, "embedding": embedding}

    def get_config(self):
        return {
            **super().get_config(),
            "hidden_dim": self.hidden_dim,
            "dropout": self.dropout,
            "hidden_dropout": self.hidden_dropout,
            "projection_dim": self.projection_dim,
        }
