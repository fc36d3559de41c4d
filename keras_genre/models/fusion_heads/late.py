"""LateFusionHead: a classifier for each modality, and a mixture of what they say."""

import keras
from keras import ops

from keras_genre.models.fusion_heads.fusion_head import MODALITIES, FusionHead


@keras.saving.register_keras_serializable(package="keras_genre")
class LateFusionHead(FusionHead):
    """Mixes the probabilities of two classifiers: `alpha * p_text + (1 - alpha) * p_poster`.

    `alpha` is learned and starts at one half. A film that lacks a modality gets the probabilities
    of the other one alone. For a film that lacks both, each classifier reads a learned vector.

    Args:
        num_genres: Number of logits.
        hidden_dim: Width of a hidden layer in each classifier, or None for linear ones.
        dropout: Share of what each classifier reads, and of its hidden layer, dropped while
            training.
        per_genre: Whether each genre has an alpha of its own.

    Call and return as `FusionHead` says, without tokens. The logits are those of the mixed
    probabilities; the embedding is what the two linear layers read, side by side.
    """

    def __init__(self, num_genres, hidden_dim=None, dropout=0.3, per_genre=False, **kwargs):
        super().__init__(num_genres, **kwargs)
        self.hidden_dim = hidden_dim
        self.dropout = dropout
        self.per_genre = per_genre
        policy = self.dtype_policy
        self.reading_dropout = keras.layers.Dropout(dropout, dtype=policy)
        self.hidden = {}
        self.classifiers = {}
        for modality in MODALITIES:
            if hidden_dim:
                self.hidden[modality] = keras.layers.Dense(
                    hidden_dim, activation="relu", dtype=policy, name=f"hidden_{modality}"
                )
            self.classifiers[modality] = keras.layers.Dense(
                num_genres, dtype="float32", name=f"logits_{modality}"
            )

    def build(self, modalities_shape):
        self.check_modalities(modalities_shape)
        shapes = {name: modalities_shape[name]["vector"] for name in MODALITIES}
        self.build_missing(shapes)
        for modality, shape in shapes.items():
            if self.hidden_dim:
                self.hidden[modality].build(shape)
                shape = (None, self.hidden_dim)
            self.classifiers[modality].build(shape)
        self.mixing_logit = self.add_weight(
            name="mixing_logit",
            shape=(self.num_genres if self.per_genre else 1,),
            initializer="zeros",
        )
        self.remember_widths(modalities_shape)

    @property
    def alpha(self):
        """Share of the text in the mixture: one number, or one a genre."""
        return ops.sigmoid(self.mixing_logit)

    def call(self, modalities, training=None):
        self.check_modalities(modalities)
        vectors = self.complete_vectors(modalities)
        if self.hidden_dim:
            vectors = {
                name: self.hidden[name](self.reading_dropout(x, training=training))
                for name, x in vectors.items()
            }
        of_poster, of_text = (
            self.classifiers[name](self.reading_dropout(vectors[name], training=training))
            for name in MODALITIES
        )
        logits = self._mix(of_text, of_poster)  # (batch, genres)
        has_text, has_poster = (modalities[name]["present"] for name in ("text", "poster"))
        text_alone = ops.logical_and(has_text, ops.logical_not(has_poster))
        poster_alone = ops.logical_and(has_poster, ops.logical_not(has_text))
        logits = ops.where(text_alone[:, None], of_text, logits)
        logits = ops.where(poster_alone[:, None], of_poster, logits)
        embedding = ops.concatenate(list(vectors.values()), axis=-1)
        return {"logits": logits, "embedding": embedding}

    def _mix(self, text, poster):
        # The variable's own float32: the compute dtype would round alpha, and then its logarithm.
        weight = ops.convert_to_tensor(self.mixing_logit, dtype="float32")
        log_alpha, log_rest = ops.log_sigmoid(weight), ops.log_sigmoid(-weight)
        # In logarithms, as a probability near 0 or 1 is rounded to it, and its logit infinite.
        of_yes = _log_add(log_alpha + ops.log_sigmoid(text), log_rest + ops.log_sigmoid(poster))
        of_no = _log_add(log_alpha + ops.log_sigmoid(-text), log_rest + ops.log_sigmoid(-poster))
        return of_yes - of_no

    def get_config(self):
        return {
            **super().get_config(),
            "hidden_dim": self.hidden_dim,
            "dropout": self.dropout,
            "per_genre": self.per_genre,
        }


def _log_add(a, b):
    # `ops.logaddexp` gives all of the gradient to one of two equal numbers on TensorFlow.
    return ops.logsumexp(ops.stack([a, b], axis=-1), axis=-1)
