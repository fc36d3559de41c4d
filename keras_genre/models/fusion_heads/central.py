"""CentralFusionHead: a stream of its own between those of the modalities."""

import keras
from keras import ops

from keras_genre.models.fusion_heads.fusion_head import MODALITIES, FusionHead


@keras.saving.register_keras_serializable(package="keras_genre")
class CentralFusionHead(FusionHead):
    """CentralNet: each modality has hidden layers and a loss; a central stream reads them all.

    Each central layer takes a sum, with learned weights, of the layer before it and of the hidden
    layers of both modalities at its height. All three streams end in logits, and the loss is the
    sum of their losses. The vector of a missing modality is replaced by a learned one, and its
    own loss does not count.

    Args:
        num_genres: Number of logits.
        hidden_dim: Width of every hidden layer.
        num_layers: Hidden layers of each stream.
        dropout: Share of the output of each hidden layer dropped while training.
        auxiliary_weight: What the loss of a modality counts for beside that of the central stream.

    Call and return as `FusionHead` says, without tokens, with auxiliary logits and weights
    "poster" and "text".

    Reference:
        Vielzeuf et al. 2018, "CentralNet: a Multilayer Approach for Multimodal Fusion",
        arXiv:1808.07275.
    """

    def __init__(
        self,
        num_genres,
        hidden_dim=128,
        num_layers=2,
        dropout=0.3,
        auxiliary_weight=1.0,
        **kwargs,
    ):
        super().__init__(num_genres, **kwargs)
        if num_layers < 1:
            raise ValueError(f"Expected at least one hidden layer, received {num_layers}.")
        self.hidden_dim = hidden_dim
        self.num_layers = num_layers
        self.dropout = dropout
        self.auxiliary_weight = auxiliary_weight
        self.hidden_dropout = keras.layers.Dropout(dropout, dtype=self.dtype_policy)
        self.poster_layers = self._make_layers("poster")
        self.text_layers = self._make_layers("text")
        self.central_layers = self._make_layers("central")
        self.poster_logits = keras.layers.Dense(num_genres, dtype="float32")
        self.text_logits = keras.layers.Dense(num_genres, dtype="float32")
        self.logits = keras.layers.Dense(num_genres, dtype="float32")

    def _make_layers(self, stream):
        return [
            keras.layers.Dense(
                self.hidden_dim,
                activation="relu",
                dtype=self.dtype_policy,
                name=f"{stream}_{height}",
            )
            for height in range(self.num_layers)
        ]

    def build(self, modalities_shape):
        self.check_modalities(modalities_shape)
        shapes = {name: modalities_shape[name]["vector"] for name in MODALITIES}
        self.build_missing(shapes)
        hidden = (None, self.hidden_dim)
        for layers, first in (
            (self.poster_layers, shapes["poster"]),
            (self.text_layers, shapes["text"]),
            (self.central_layers, hidden),
        ):
            for height, layer in enumerate(layers):
                layer.build(hidden if height else first)
        for layer in (self.poster_logits, self.text_logits, self.logits):
            layer.build(hidden)
        # Poster, text, and above the first layer the central stream itself; at first a mean.
        self.mixing = []
        for height in range(self.num_layers):
            streams = 3 if height else 2
            share = keras.initializers.Constant(1.0 / streams)
            self.mixing.append(
                self.add_weight(name=f"mixing_{height}", shape=(streams,), initializer=share)
            )
        self.remember_widths(modalities_shape)

    def call(self, modalities, training=None):
        self.check_modalities(modalities)
        vectors = self.complete_vectors(modalities)
        poster, text, central = vectors["poster"], vectors["text"], []
        for height, weights in enumerate(self.mixing):
            poster = self._hidden(self.poster_layers[height], poster, training)
            text = self._hidden(self.text_layers[height], text, training)
            streams = ops.stack([poster, text, *central], axis=-1)  # (batch, hidden, streams)
            mixed = ops.sum(streams * ops.cast(weights, streams.dtype), axis=-1)
            central = [self._hidden(self.central_layers[height], mixed, training)]
        return {
            "logits": self.logits(central[0]),
            "embedding": central[0],
            "auxiliary_logits": {
                "poster": self.poster_logits(poster),
                "text": self.text_logits(text),
            },
            "auxiliary_weights": {
                name: self.auxiliary_weight * ops.cast(modalities[name]["present"], "float32")
                for name in MODALITIES
            },
        }

    def _hidden(self, layer, x, training):
        return self.hidden_dropout(layer(x), training=training)

    def get_config(self):
        return {
            **super().get_config(),
            "hidden_dim": self.hidden_dim,
            "num_layers": self.num_layers,
            "dropout": self.dropout,
            "auxiliary_weight": self.auxiliary_weight,
        }
