"""CLIPTextEncoder: the half of CLIP that reads."""

import keras
from keras import ops

from keras_genre.models.clip_weights import load_clip_half
from keras_genre.models.freezing import freeze_layers
from keras_genre.models.text_encoders.recurrent import add_padding, text_outputs_spec
from keras_genre.models.text_encoders.transformer import check_length


@keras.saving.register_keras_serializable(package="keras_genre")
class CLIPTextEncoder(keras.layers.Layer):
    """The transformer that CLIP compares captions with images by, of ViT-B/32 by default.

    Args:
        vocabulary_size: Number of ids, padding included: one more than CLIP has, to which 0 is a
            token like any other.
        hidden_dim: Width of the network.
        num_layers: Number of transformer layers.
        num_heads: Number of attention heads of each.
        intermediate_dim: Width of the feed-forward network of each.
        max_sequence_length: Most tokens that the position embeddings reach.
        projection_dim: Width of the space that plots and posters share.
        freeze: "none"; "all"; the number of transformer layers to freeze, with the embeddings; or
            the name of the last layer to freeze, for example "encoder_block_5".
        weights: None for random ones, or where the pretrained ones of a CLIP come from, a folder
            or a handle: see `keras_genre.models.pretrained`. A saved model holds them itself and
            no longer asks.

    Call with int32 ids of shape `(batch, tokens)`, 0 for padding, which stands at the end, and
    CLIP's own ids plus one, as `keras_genre.preprocessing.BytePairTokenizer` gives them. Returns a
    dict of `vector`, the projected state of the last token, floats of shape
    `(batch, projection_dim)`, `tokens`, `(batch, tokens, hidden_dim)`, and `mask`, bool of shape
    `(batch, tokens)`. Padding has no influence on any of them, and both are zero where there is
    nothing else; there may be no token at all.

    Raises:
        ValueError: If the layer to freeze does not exist, the weights are a single file, or the ids
            are longer than `max_sequence_length`.
        WeightsError: If the weights cannot be loaded or do not fit.

    Example:
        >>> encoder = CLIPTextEncoder(100, hidden_dim=8, num_layers=1, num_heads=2)
        >>> encoder(ops.ones((2, 5), "int32"))["vector"].shape
        TensorShape([2, 512])

    Reference:
        Radford et al. 2021, "Learning Transferable Visual Models From Natural Language
        Supervision", arXiv:2103.00020.
    """

    def __init__(
        self,
        vocabulary_size=49_409,
        hidden_dim=512,
        num_layers=12,
        num_heads=8,
        intermediate_dim=2048,
        max_sequence_length=77,
        projection_dim=512,
        freeze="none",
        weights=None,
        **kwargs,
    ):
        from keras_hub import models

        super().__init__(**kwargs)
        self.vocabulary_size = vocabulary_size
        self.hidden_dim = hidden_dim
        self.num_layers = num_layers
        self.num_heads = num_heads
        self.intermediate_dim = intermediate_dim
        self.max_sequence_length = max_sequence_length
        self.projection_dim = projection_dim
        self.freeze = freeze
        self.network = models.CLIPTextEncoder(
            vocabulary_size=vocabulary_size - 1,  # it has no padding
            embedding_dim=hidden_dim,
            hidden_dim=hidden_dim,
            num_layers=num_layers,
            num_heads=num_heads,
            intermediate_dim=intermediate_dim,
            max_sequence_length=max_sequence_length,
            dtype=self.dtype_policy,
        )
        self.projection = keras.layers.Dense(
            projection_dim, use_bias=False, dtype=self.dtype_policy, name="projection"
        )
        self.projection.build((None, hidden_dim))
        if weights is not None:
            load_clip_half("text", self.network, self.projection, weights)
        stages = [f"encoder_block_{number}" for number in range(num_layers)]
        freeze_layers([*self.network.layers, self.projection], freeze, stages)

    def build(self, input_shape):
        self.built = True  # the network is

    def call(self, token_ids, training=None):
        check_length(token_ids, self.max_sequence_length)
        num_tokens = ops.shape(token_ids)[1]
        # Two, for Keras warns of a softmax over a single position.
        token_ids = add_padding(token_ids, 2)[:, : self.max_sequence_length]
        mask = token_ids != 0  # (batch, positions)
        # No token looks at those after it: it does not matter what stands for padding.
        states = self.network({"token_ids": ops.maximum(token_ids - 1, 0)}, training=training)
        tokens = ops.where(mask[:, :, None], states, 0.0)  # (batch, positions, hidden)
        last = ops.maximum(ops.sum(ops.cast(mask, "int32"), axis=1) - 1, 0)
        pooled = ops.take_along_axis(tokens, last[:, None, None], axis=1)[:, 0]  # (batch, hidden)
        return {
            "vector": self.projection(pooled),
            "tokens": tokens[:, :num_tokens],
            "mask": mask[:, :num_tokens],
        }

    def compute_output_spec(self, token_ids, training=None):
        outputs = text_outputs_spec(token_ids, self.hidden_dim, self.compute_dtype)
        vector = keras.KerasTensor(
            (token_ids.shape[0], self.projection_dim), dtype=self.compute_dtype
        )
        return {**outputs, "vector": vector}

    def get_config(self):
        return {
            **super().get_config(),
            "vocabulary_size": self.vocabulary_size,
            "hidden_dim": self.hidden_dim,
            "num_layers": self.num_layers,
            "num_heads": self.num_heads,
            "intermediate_dim": self.intermediate_dim,
            "max_sequence_length": self.max_sequence_length,
            "projection_dim": self.projection_dim,
            "freeze": self.freeze,
        }
