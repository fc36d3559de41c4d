"""WordEvidence: what the words of a plot say for themselves."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="keras_genre")
class WordEvidence(keras.layers.Layer):
    """A linear model of which words a plot has, wherever they stand.

    Each word has a weight for each genre; a plot's are summed and divided by the root of its
    length, so that long plots are not surer for being long. A deep encoder beside it need not learn
    by heart what a single name or rare word tells. A new layer says nothing: its weights are zero.

    Args:
        vocabulary_size: Number of word ids, padding included.
        units: Width of the output.

    Call with int ids of shape `(batch, tokens)`, 0 for padding; returns floats of shape
    `(batch, units)`.

    Reference:
        Cheng et al. 2016, "Wide & Deep Learning for Recommender Systems", arXiv:1606.07792.
    """

    def __init__(self, vocabulary_size, units, **kwargs):
        super().__init__(**kwargs)
        self.vocabulary_size = vocabulary_size
        self.units = units
        self.evidence = keras.layers.Embedding(
            vocabulary_size, units, embeddings_initializer="zeros", dtype=self.dtype_policy
        )

    def build(self, input_shape):
        self.evidence.build(input_shape)

    def call(self, token_ids):
        is_word = ops.cast(token_ids != 0, self.compute_dtype)  # (batch, tokens)
        of_words = self.evidence(token_ids) * is_word[:, :, None]  # (batch, tokens, units)
        total = ops.sum(of_words, axis=1)
        return total / ops.sqrt(1.0 + ops.sum(is_word, axis=1, keepdims=True))

    def compute_output_spec(self, token_ids):
        return keras.KerasTensor((token_ids.shape[0], self.units), dtype=self.compute_dtype)

    def get_config(self):
        config = {"vocabulary_size": self.vocabulary_size, "units": self.units}
        return {**super().get_config(), **config}
