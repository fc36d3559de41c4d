"""What the text encoders of the BERT family share."""

import keras
from keras import ops

from keras_genre.models.freezing import freeze_layers
from keras_genre.models.text_encoders.recurrent import add_padding, text_outputs_spec

_POOLINGS = ("cls", "mean")


class TransformerTextEncoder(keras.layers.Layer):
    """A transformer over WordPieces.

    A base class: `BertTextEncoder` says what it takes and gives.
    """

    def __init__(
        self,
        vocabulary_size=30_522,
        hidden_dim=768,
        num_layers=12,
        num_heads=12,
        intermediate_dim=3072,
        max_sequence_length=512,
        dropout=0.1,
        pooling="cls",
        freeze="none",
        weights=None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        if pooling not in _POOLINGS:
            raise ValueError(f"Expected a pooling of {_POOLINGS}, received {pooling!r}.")
        self.vocabulary_size = vocabulary_size
        self.hidden_dim = hidden_dim
        self.num_layers = num_layers
        self.num_heads = num_heads
        self.intermediate_dim = intermediate_dim
        self.max_sequence_length = max_sequence_length
        self.dropout = dropout
        self.pooling = pooling
        self.freeze = freeze
        self.network = self._make_network(weights)
        stages = [f"transformer_layer_{number}" for number in range(num_layers)]
        freeze_layers(self.network.layers, freeze, stages)

    def _make_network(self, weights) -> keras.Model:
        """The network from `_network_inputs` to one vector a token."""
        raise NotImplementedError

    def _network_inputs(self, token_ids, attended) -> dict:
        raise NotImplementedError

    def _architecture(self) -> dict:
        """Arguments that the backbones of KerasHub share."""
        return {
            "vocabulary_size": self.vocabulary_size,
            "num_layers": self.num_layers,
            "num_heads": self.num_heads,
            "hidden_dim": self.hidden_dim,
            "intermediate_dim": self.intermediate_dim,
            "max_sequence_length": self.max_sequence_length,
            "dropout": self.dropout,
        }

    def build(self, input_shape):
        self.built = True  # the network is

    def call(self, token_ids, training=None):
        check_length(token_ids, self.max_sequence_length)
        num_tokens = ops.shape(token_ids)[1]
        # Two, for Keras warns of a softmax over a single position.
        token_ids = add_padding(token_ids, 2)[:, : self.max_sequence_length]
        mask = token_ids != 0  # (batch, positions)
        # A film without any token attends to its first padding: attention to nothing is undefined.
        attended = ops.concatenate([ops.ones_like(mask[:, :1]), mask[:, 1:]], axis=1)
        states = self.network(
            self._network_inputs(token_ids, ops.cast(attended, "int32")),
            training=False if self.freeze == "all" else training,
        )
        tokens = ops.where(mask[:, :, None], states, 0.0)  # (batch, positions, hidden)
        return {
            "vector": tokens[:, 0] if self.pooling == "cls" else _mean(tokens, mask),
            "tokens": tokens[:, :num_tokens],
            "mask": mask[:, :num_tokens],
        }

    def compute_output_spec(self, token_ids, training=None):
        return text_outputs_spec(token_ids, self.hidden_dim, self.compute_dtype)

    def get_config(self):
        return {
            **super().get_config(),
            **self._architecture(),
            "pooling": self.pooling,
            "freeze": self.freeze,
        }


def check_length(token_ids, most: int) -> None:
    """Raise a `ValueError` if plots are known to be longer than `most` tokens."""
    if (token_ids.shape[1] or 0) > most:
        raise ValueError(
            f"Expected at most {most} tokens, which is as far as the position embeddings reach, "
            f"received {token_ids.shape[1]}. Lower the max_tokens of the preprocessor."
        )


def _mean(tokens, mask):
    total = ops.sum(ops.cast(tokens, "float32"), axis=1)  # (batch, hidden)
    count = ops.sum(ops.cast(mask, "float32"), axis=1)[:, None]
    return ops.cast(total / ops.maximum(count, 1.0), tokens.dtype)
