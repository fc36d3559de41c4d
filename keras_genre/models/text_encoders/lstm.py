"""LSTMTextEncoder: the coursework's plot baseline."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="keras_genre")
class LSTMTextEncoder(keras.layers.Layer):
    """Word embedding, one LSTM over the plot, and the largest value of each unit over the words.

    The state after the last word alone, the textbook's choice, forgets the beginning of a plot of
    a hundred words, and took several epochs to learn anything on real films.

    Args:
        vocabulary_size: Number of word ids, padding included.
        embedding_dim: Width of the word vectors.
        hidden_dim: Width of the LSTM.
        dropout: Share of the embedding dropped while training.

    Call with int32 ids of shape `(batch, tokens)`, 0 for padding, which stands at the end; returns
    a dict of `vector`, floats of shape `(batch, hidden_dim)`, `tokens`,
    `(batch, tokens, hidden_dim)`, zero where there is padding, and `mask`, bool of shape
    `(batch, tokens)`. Padding has no influence on any of them.
    """

    def __init__(self, vocabulary_size, embedding_dim=128, hidden_dim=128, dropout=0.4, **kwargs):
        super().__init__(**kwargs)
        self.vocabulary_size = vocabulary_size
        self.embedding_dim = embedding_dim
        self.hidden_dim = hidden_dim
        self.dropout = dropout
        self.embedding = keras.layers.Embedding(
            vocabulary_size, embedding_dim, dtype=self.dtype_policy
        )
        self.embedding_dropout = keras.layers.SpatialDropout1D(dropout, dtype=self.dtype_policy)
        self.lstm = keras.layers.LSTM(hidden_dim, return_sequences=True, dtype=self.dtype_policy)

    def build(self, input_shape):
        self.embedding.build(input_shape)
        self.lstm.build((*input_shape, self.embedding_dim))

    def call(self, token_ids, training=None):
        mask = token_ids != 0  # (batch, tokens)
        embedded = self.embedding_dropout(self.embedding(token_ids), training=training)
        # No mask: what stands at the end cannot reach back, and cuDNN, the fast LSTM of a GPU,
        # raises on a mask with a film that has no word at all.
        states = self.lstm(embedded, training=training)
        tokens = ops.where(mask[:, :, None], states, 0.0)  # (batch, tokens, hidden)
        # An LSTM's outputs lie above -1, so padding never is the largest.
        floor = ops.cast(-1.0, tokens.dtype)
        vector = ops.max(ops.where(mask[:, :, None], tokens, floor), axis=1)  # (batch, hidden)
        return {"vector": vector, "tokens": tokens, "mask": mask}

    def compute_output_spec(self, token_ids, training=None):
        batch, length = token_ids.shape
        shape = (batch, length, self.hidden_dim)
        return {
            "vector": keras.KerasTensor((batch, self.hidden_dim), dtype=self.compute_dtype),
            "tokens": keras.KerasTensor(shape, dtype=self.compute_dtype),
            "mask": keras.KerasTensor((batch, length), dtype="bool"),
        }

    def get_config(self):
        return {
            **super().get_config(),
            "vocabulary_size": self.vocabulary_size,
            "embedding_dim": self.embedding_dim,
            "hidden_dim": self.hidden_dim,
            "dropout": self.dropout,
        }
