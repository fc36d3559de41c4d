"""GatedFusionHead: the gated multimodal unit."""

import keras
from keras import ops

from keras_genre.layers import Maxout
from keras_genre.models.fusion_heads.fusion_head import MODALITIES, FusionHead


@keras.saving.register_keras_serializable(package="keras_genre")
class GatedFusionHead(FusionHead):
    """A gate decides, unit by unit, how much the poster and how much the plot count.

    With v and t the vectors of poster and text, `z = sigmoid(W_z [v; t])` and
    `h = z * tanh(W_v v) + (1 - z) * tanh(W_t t)`; two maxout layers follow. The vector of a
    missing modality is replaced by a learned one first, so that the gate sees that it is missing.

    Args:
        num_genres: Number of logits.
        hidden_dim: Width of the unit and of the maxout layers.
        dropout: Share of the input of each maxout layer dropped while training.

    Call and return as `FusionHead` says, without tokens. A further output, `gate`, is z, of shape
    `(batch, hidden_dim)`: the share of the poster.

    Reference:
        Arevalo et al. 2017, "Gated Multimodal Units for Information Fusion", arXiv:1702.01992.
    """

    def __init__(self, num_genres, hidden_dim=512, dropout=0.4, **kwargs):
        super().__init__(num_genres, **kwargs)
        self.hidden_dim = hidden_dim
        self.dropout = dropout
        policy = self.dtype_policy
        self.poster_hidden = keras.layers.Dense(hidden_dim, activation="tanh", dtype=policy)
        self.text_hidden = keras.layers.Dense(hidden_dim, activation="tanh", dtype=policy)
        self.gate = keras.layers.Dense(hidden_dim, activation="sigmoid", dtype=policy)
        self.maxout_dropout = keras.layers.Dropout(dropout, dtype=policy)
        self.maxouts = [Maxout(hidden_dim, dtype=policy) for _ in range(2)]
        self.logits = keras.layers.Dense(num_genres, dtype="float32")

    def build(self, modalities_shape):
        self.check_modalities(modalities_shape)
        shapes = {name: modalities_shape[name]["vector"] for name in MODALITIES}
        self.build_missing(shapes)
        self.poster_hidden.build(shapes["poster"])
        self.text_hidden.build(shapes["text"])
        self.gate.build((None, sum(shape[-1] for shape in shapes.values())))
        for layer in (*self.maxouts, self.logits):
            layer.build((None, self.hidden_dim))
        self.remember_widths(modalities_shape)

    def call(self, modalities, training=None):
        self.check_modalities(modalities)
        vectors = self.complete_vectors(modalities)
        gate = self.gate(ops.concatenate([vectors["poster"], vectors["text"]], axis=-1))
        poster, text = self.poster_hidden(vectors["poster"]), self.text_hidden(vectors["text"])
        x = gate * poster + (1.0 - gate) * text  # (batch, hidden)
        for maxout in self.maxouts:
            x = maxout(self.maxout_dropout(x, training=training))
        return {"logits": self.logits(x), "embedding": x, "gate": gate}

    def get_config(self):
        return {**super().get_config(), "hidden_dim": self.hidden_dim, "dropout": self.dropout}
