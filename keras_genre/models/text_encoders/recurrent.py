"""What the recurrent text encoders share."""

import keras
from keras import ops


def add_padding(token_ids, count=1):
    """Append ids of padding, so that a batch without any token has something to run over."""
    return ops.pad(token_ids, ((0, 0), (0, count)))  # (batch, tokens + count)


def text_outputs_spec(token_ids, width, dtype):
    """The symbolic outputs of a text encoder of one width."""
    batch, length = token_ids.shape
    return {
        "vector": keras.KerasTensor((batch, width), dtype=dtype),
        "tokens": keras.KerasTensor((batch, length, width), dtype=dtype),
        "mask": keras.KerasTensor((batch, length), dtype="bool"),
    }


class RecurrentTextEncoder(keras.layers.Layer):
    """Word embedding, one recurrent layer, and the largest value of each unit over the words.

    A base class: `LSTMTextEncoder` says what it takes and gives.
    """

    recurrent_layer = None  # the class of the layer; its outputs lie above -1

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
        self.recurrent = self.recurrent_layer(
            hidden_dim, return_sequences=True, dtype=self.dtype_policy
        )

    def build(self, input_shape):
        self.embedding.build(input_shape)
        self.recurrent.build((*input_shape, self.embedding_dim))

    def call(self, token_ids, training=None):
        token_ids = add_padding(token_ids)
        mask = token_ids != 0  # (batch, tokens + 1)
        embedded = self.embedding_dropout(self.embedding(token_ids), training=training)
        # No mask: what stands at the end cannot reach back, and cuDNN, the fast LSTM of a GPU,
        # raises on a mask with a film that has no word at all.
        states = self.recurrent(embedded, training=training)
        tokens = ops.where(mask[:, :, None], states, 0.0)  # (batch, tokens + 1, hidden)
        # The outputs lie above -1, so padding never is the largest.
        floor = ops.cast(-1.0, tokens.dtype)
        vector = ops.max(ops.where(mask[:, :, None], tokens, floor), axis=1)  # (batch, hidden)
        return {"vector": vector, "tokens": tokens[:, :-1], "mask": mask[:, :-1]}

    def compute_output_spec(self, token_ids, training=None):
        return text_outputs_spec(token_ids, self.hidden_dim, self.compute_dtype)

    def get_config(self):
        return {
            **super().get_config(),
            "vocabulary_size": self.vocabulary_size,
            "embedding_dim": self.embedding_dim,
            "hidden_dim": self.hidden_dim,
            "dropout": self.dropout,
        }
