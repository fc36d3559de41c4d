"""AdditiveFusionHead: evidence of each modality and of both together, added up."""

import keras
from keras import ops

from keras_genre.layers import WordEvidence
from keras_genre.models.fusion_heads.fusion_head import MODALITIES, FusionHead


@keras.saving.register_keras_serializable(package="keras_genre")
class AdditiveFusionHead(FusionHead):
    """Adds the logits of four witnesses: plot, poster, both together, and the plot's single words.

    Of independent witnesses logits add up (naive Bayes); the joint witness learns what is left,
    and reads a learned vector in the place of a missing modality. A missing modality's own witness
    says nothing. Plot and poster have losses of their own, so that neither leaves the work to the
    other.

    Args:
        num_genres: Number of logits.
        hidden_dim: Width of the hidden layer of plot and of both together.
        poster_dim: Width of that of the poster.
        vocabulary_size: Number of word ids, to hear the single words too (see
            `keras_genre.layers.WordEvidence`); None to do without.
        lone_posters: Whether films without plot are heard a second time, by a linear model of what
            the poster's encoder pools. It says nothing until it is fitted: see
            `keras_genre.training.poster_evidence`.
        dropout: Share of the vectors, and of each hidden layer, dropped while training.
        auxiliary_weight: What the losses of plot and poster count for beside that of the sum.

    Call and return as `FusionHead` says, without tokens; with a `vocabulary_size`, the plot's
    `token_ids` too, and with `lone_posters` the poster's `pooled`. Auxiliary logits and weights are
    named "poster" and "text"; the embedding is the hidden layer of both together.
    """

    def __init__(
        self,
        num_genres,
        hidden_dim=512,
        poster_dim=256,
        vocabulary_size=None,
        lone_posters=False,
        dropout=0.3,
        auxiliary_weight=0.3,
        **kwargs,
    ):
        super().__init__(num_genres, **kwargs)
        self.hidden_dim = hidden_dim
        self.poster_dim = poster_dim
        self.vocabulary_size = vocabulary_size
        self.lone_posters = lone_posters
        self.dropout = dropout
        self.auxiliary_weight = auxiliary_weight
        self.reads_words = vocabulary_size is not None
        self.reads_pooled = lone_posters
        self.drop = keras.layers.Dropout(dropout, dtype=self.dtype_policy)
        widths = {"poster": poster_dim, "text": hidden_dim, "joint": hidden_dim}
        self.hidden, self.witnesses = {}, {}
        for name, width in widths.items():
            self.hidden[name] = keras.layers.Dense(
                width, activation="gelu", dtype=self.dtype_policy, name=f"hidden_{name}"
            )
            self.witnesses[name] = keras.layers.Dense(
                num_genres, dtype="float32", name=f"logits_{name}"
            )
        if self.reads_words:
            self.words = WordEvidence(vocabulary_size, num_genres, dtype="float32")
        if lone_posters:
            self.lone = keras.layers.Dense(
                num_genres,
                kernel_initializer="zeros",
                dtype="float32",
                trainable=False,
                name="lone_posters",
            )

    def build(self, modalities_shape):
        self.check_modalities(modalities_shape)
        shapes = {name: modalities_shape[name]["vector"] for name in MODALITIES}
        self.build_missing(shapes)
        shapes["joint"] = (None, sum(shape[-1] for shape in shapes.values()))
        for name, shape in shapes.items():
            self.hidden[name].build(shape)
            self.witnesses[name].build((None, self.hidden[name].units))
        if self.reads_words:
            self.words.build((None, None))
        if self.lone_posters:
            self.lone.build(modalities_shape["poster"]["pooled"])
            self.lone_share = self.add_weight(
                (), "zeros", dtype="float32", trainable=False, name="lone_share"
            )
        self.remember_widths(modalities_shape)

    def call(self, modalities, training=None):
        self.check_modalities(modalities)
        vectors = {
            name: self.drop(vector, training=training)
            for name, vector in self.complete_vectors(modalities).items()
        }
        vectors["joint"] = ops.concatenate(list(vectors.values()), axis=-1)
        hidden = {name: self.hidden[name](vector) for name, vector in vectors.items()}
        said = {
            name: self.witnesses[name](self.drop(x, training=training))
            for name, x in hidden.items()
        }
        has = {name: ops.cast(modalities[name]["present"], "float32") for name in MODALITIES}
        logits = said["joint"]  # (batch, genres)
        for name in MODALITIES:
            logits += has[name][:, None] * said[name]
        if self.reads_words:
            logits += has["text"][:, None] * self.words(modalities["text"]["token_ids"])
        if self.lone_posters:
            share = self.lone_share * has["poster"] * (1 - has["text"])  # (batch,)
            alone = self.lone(modalities["poster"]["pooled"])
            logits += share[:, None] * (alone - logits)
        return {
            "logits": logits,
            "embedding": hidden["joint"],
            "auxiliary_logits": {name: said[name] for name in MODALITIES},
            "auxiliary_weights": {name: self.auxiliary_weight * has[name] for name in MODALITIES},
        }

    def get_config(self):
        return {
            **super().get_config(),
            "hidden_dim": self.hidden_dim,
            "poster_dim": self.poster_dim,
            "vocabulary_size": self.vocabulary_size,
            "lone_posters": self.lone_posters,
            "dropout": self.dropout,
            "auxiliary_weight": self.auxiliary_weight,
        }
