"""BiLSTMAttentionTextEncoder: the fusion study's text model that is trained from scratch."""

import keras
from keras import ops

from keras_genre.layers.attention_pooling import AttentionPooling
from keras_genre.models.text_encoders.recurrent import add_padding, text_outputs_spec

_POOLINGS = ("attention", "last")


@keras.saving.register_keras_serializable(package="keras_genre")
class BiLSTMAttentionTextEncoder(keras.layers.Layer):
    """Word embedding, bidirectional LSTMs and additive attention over the words.

    GloVe vectors enter through `keras_genre.models.word_vectors.set_word_vectors`.

    Args:
        vocabulary_size: Number of word ids, padding included.
        embedding_dim: Width of the word vectors.
        hidden_dim: Width of each direction of each LSTM.
        num_layers: Number of bidirectional LSTMs.
        attention_dim: Width of the hidden layer of the attention's scores.
        dropout: Share of the embedding, and of the output of each LSTM, dropped while training.
        pooling: "attention", or "last" for the state of each direction after its last word.

    Call with int32 ids of shape `(batch, tokens)`, 0 for padding, which stands at the end; returns
    a dict of `vector`, floats of shape `(batch, 2 * hidden_dim)`, `tokens`,
    `(batch, tokens, 2 * hidden_dim)`, and `mask`, bool of shape `(batch, tokens)`. Padding has no
    influence on any of them, and both are zero where there is nothing else; there may be no token
    at all.

    Raises:
        ValueError: If the pooling is none of the two, or there is no layer.
    """

    def __init__(
        self,
        vocabulary_size,
        embedding_dim=300,
        hidden_dim=256,
        num_layers=2,
        attention_dim=256,
        dropout=0.3,
        pooling="attention",
        **kwargs,
    ):
        super().__init__(**kwargs)
        if pooling not in _POOLINGS:
            raise ValueError(f"Expected a pooling of {_POOLINGS}, received {pooling!r}.")
        if num_layers < 1:
            raise ValueError(f"Expected at least one layer, received num_layers={num_layers}.")
        self.vocabulary_size = vocabulary_size
        self.embedding_dim = embedding_dim
        self.hidden_dim = hidden_dim
        self.num_layers = num_layers
        self.attention_dim = attention_dim
        self.dropout = dropout
        self.pooling = pooling
        policy = self.dtype_policy
        self.embedding = keras.layers.Embedding(vocabulary_size, embedding_dim, dtype=policy)
        self.forward = self._make_lstms("forward")
        self.backward = self._make_lstms("backward")
        self.dropouts = [keras.layers.Dropout(dropout, dtype=policy) for _ in range(num_layers + 1)]
        if pooling == "attention":
            self.attention = AttentionPooling(attention_dim, dtype=policy)

    def _make_lstms(self, direction):
        return [
            keras.layers.LSTM(
                self.hidden_dim,
                return_sequences=True,
                dtype=self.dtype_policy,
                name=f"{direction}_{number}",
            )
            for number in range(self.num_layers)
        ]

    def build(self, input_shape):
        self.embedding.build(input_shape)
        width = self.embedding_dim
        for forward, backward in zip(self.forward, self.backward, strict=True):
            forward.build((None, None, width))
            backward.build((None, None, width))
            width = 2 * self.hidden_dim
        if self.pooling == "attention":
            self.attention.build((None, None, width))

    def call(self, token_ids, training=None):
        token_ids = add_padding(token_ids)
        mask = token_ids != 0  # (batch, tokens + 1)
        reversal = _reversal(mask)
        x = self.dropouts[0](self.embedding(token_ids), training=training)
        for number, dropout in enumerate(self.dropouts[1:]):
            # Two LSTMs that read forwards, one of them the words in reverse, with the padding at
            # the end of both. keras.layers.Bidirectional would read the padding first, or need a
            # mask, on which cuDNN raises where a film has no word at all.
            reverse = self.backward[number](_gather(x, reversal), training=training)
            x = ops.concatenate(
                [self.forward[number](x, training=training), _gather(reverse, reversal)], axis=-1
            )
            x = dropout(x, training=training)  # (batch, tokens + 1, 2 * hidden)
        tokens = ops.where(mask[:, :, None], x, 0.0)
        if self.pooling == "attention":
            vector = self.attention(tokens, mask)  # (batch, 2 * hidden)
        else:
            vector = self._last_states(tokens, mask)
        return {"vector": vector, "tokens": tokens[:, :-1], "mask": mask[:, :-1]}

    def _last_states(self, tokens, mask):
        last = ops.maximum(ops.sum(ops.cast(mask, "int32"), axis=1) - 1, 0)  # (batch,)
        forward = _gather(tokens, last[:, None])[:, 0, : self.hidden_dim]
        return ops.concatenate([forward, tokens[:, 0, self.hidden_dim :]], axis=-1)

    def compute_output_spec(self, token_ids, training=None):
        return text_outputs_spec(token_ids, 2 * self.hidden_dim, self.compute_dtype)

    def get_config(self):
        return {
            **super().get_config(),
            "vocabulary_size": self.vocabulary_size,
            "embedding_dim": self.embedding_dim,
            "hidden_dim": self.hidden_dim,
            "num_layers": self.num_layers,
            "attention_dim": self.attention_dim,
            "dropout": self.dropout,
            "pooling": self.pooling,
        }


def _reversal(mask):
    """Positions that put each film's words in reverse and leave its padding where it is."""
    positions = ops.cumsum(ops.ones_like(mask, "int32"), axis=1) - 1  # (batch, positions)
    num_words = ops.sum(ops.cast(mask, "int32"), axis=1)[:, None]
    return ops.where(mask, num_words - 1 - positions, positions)


def _gather(x, positions):
    return ops.take_along_axis(x, positions[:, :, None], axis=1)  # (batch, positions, features)
