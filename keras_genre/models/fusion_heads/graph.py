"""GraphFusionHead: a film among the films of the same people."""

import keras
from keras import ops

from keras_genre.layers import GraphAttention
from keras_genre.models.fusion_heads.fusion_head import FusionHead, token_mask


@keras.saving.register_keras_serializable(package="keras_genre")
class GraphFusionHead(FusionHead):
    """Graph attention over a film and its neighbours, and the result a token among the words.

    The film's own poster vector and those of its neighbours are a star with the film in the
    middle. In a first graph attention layer the film reads itself and all neighbours, each
    neighbour itself and the film; in a second the film reads what became of them. Both layers have
    skip connections, as attention alone does not tell a node itself from its neighbours. The
    result, a vector as wide as a word's, stands before the words of the plot, and transformer
    layers over all of them follow. The state at its place, and the text encoder's own vector, go
    through a hidden layer to the logits.

    This is MM-GATBT in its parts, not in its place: there the node enters BERT itself, as one
    more input token, and is read by all of its layers; here the joint layers belong to the head,
    so that any text encoder fits. They begin with random weights, and what they pass on of the
    text is poor at first: that is why the text encoder's vector stands beside their state.

    Neighbours come with the records (`keras_genre.data.linking`); a served film has none. So that
    it is nothing new to the model, some films lose theirs in each training step.

    Args:
        num_genres: Number of logits.
        hidden_dim: Width of the hidden layer.
        num_layers: Transformer layers over the film and its words.
        num_heads: Heads of each attention; they share the width of a word.
        dropout: Share of the films whose neighbours are hidden while training, and of the
            transformer's states and of the hidden layer that are dropped.

    Call and return as `FusionHead` says, with tokens and neighbours. A poster that is missing is
    a learned vector, which reads the neighbours all the same.

    Raises:
        ValueError: When built, if the heads cannot share the width of a word, or the neighbours
            are not as wide as the film's own poster vector.

    Reference:
        Seo et al. 2022, "MM-GATBT: Enriching Multimodal Representation Using Graph Attention
        Network", NAACL Student Research Workshop.
    """

    uses_tokens = True
    reads_neighbors = True

    def __init__(
        self, num_genres, hidden_dim=512, num_layers=2, num_heads=8, dropout=0.1, **kwargs
    ):
        super().__init__(num_genres, **kwargs)
        self.hidden_dim = hidden_dim
        self.num_layers = num_layers
        self.num_heads = num_heads
        self.dropout = dropout
        policy = self.dtype_policy
        self.neighbor_dropout = keras.layers.Dropout(dropout, dtype=policy)
        self.hidden = keras.layers.Dense(hidden_dim, activation="relu", dtype=policy)
        self.hidden_dropout = keras.layers.Dropout(dropout, dtype=policy)
        self.logits = keras.layers.Dense(num_genres, dtype="float32")

    def build(self, modalities_shape):
        self.check_modalities(modalities_shape)
        poster, text = modalities_shape["poster"], modalities_shape["text"]
        width, own = text["tokens"][-1], poster["vector"][-1]
        if poster["neighbors"][-1] != own:
            raise ValueError(
                f"GraphFusionHead expected neighbours as wide as the poster's vector, {own}, "
                f"received {poster['neighbors'][-1]}."
            )
        if width % self.num_heads:
            raise ValueError(
                f"GraphFusionHead expected words of a width that {self.num_heads} heads can "
                f"share, received {width}."
            )
        self.build_missing({"poster": poster["vector"], "text": text["vector"]})
        self.graph_layers = [
            GraphAttention(width, self.num_heads, dtype=self.dtype_policy) for _ in range(2)
        ]
        for layer, features in zip(self.graph_layers, (own, width), strict=True):
            layer.build((None, None, features))
        self.skip = keras.layers.Dense(width, use_bias=False, dtype=self.dtype_policy)
        self.skip.build((None, None, own))
        self.joint_layers = [self._joint_layer(width) for _ in range(self.num_layers)]
        self.hidden.build((None, width + text["vector"][-1]))
        self.logits.build((None, self.hidden_dim))
        self.remember_widths(modalities_shape)

    def _joint_layer(self, width):
        from keras_hub.layers import TransformerEncoder

        layer = TransformerEncoder(
            4 * width,
            self.num_heads,
            self.dropout,
            "gelu",
            normalize_first=True,  # or it needs a slow start, as its weights are random
            dtype=self.dtype_policy,
        )
        layer.build((None, None, width))
        return layer

    def call(self, modalities, training=None):
        self.check_modalities(modalities)
        vectors = self.complete_vectors(modalities)
        node = self._node(vectors["poster"], modalities["poster"], training)  # (batch, width)
        real = token_mask(modalities["text"])  # (batch, words)
        words = ops.where(real[:, :, None], modalities["text"]["tokens"], 0.0)
        node = node[:, None]  # (batch, 1, width)
        is_node = ops.ones_like(node[:, :, 0], dtype="bool")
        # Padding at the end, for Keras warns of a softmax over the node alone.
        states = ops.concatenate([node, words, ops.zeros_like(node)], axis=1)
        mask = ops.concatenate([is_node, real, ops.logical_not(is_node)], axis=1)
        for layer in self.joint_layers:
            states = layer(states, padding_mask=mask, training=training)
        both = ops.concatenate([states[:, 0], vectors["text"]], axis=-1)
        embedding = self.hidden(both)  # (batch, hidden)
        logits = self.logits(self.hidden_dropout(embedding, training=training))
        return {"logits": logits, "embedding": embedding}

    def _node(self, own, poster, training):
        """What two rounds in the star make of the film."""
        shown = self.neighbor_dropout(ops.ones_like(own[:, :1]), training=training) > 0
        mask = ops.logical_and(poster["neighbor_mask"], shown)  # (batch, neighbors)
        exists = ops.concatenate([ops.ones_like(shown), mask], axis=1)
        neighbors = ops.cast(poster["neighbors"], own.dtype)
        nodes = ops.concatenate([own[:, None], neighbors], axis=1)  # (batch, 1 + neighbors, ...)
        adjacency = _star(exists)
        first, second = self.graph_layers
        nodes = ops.elu(self.skip(nodes) + first(nodes, adjacency))  # (batch, 1 + neighbors, width)
        return (nodes + second(nodes, adjacency))[:, 0]

    def get_config(self):
        return {
            **super().get_config(),
            "hidden_dim": self.hidden_dim,
            "num_layers": self.num_layers,
            "num_heads": self.num_heads,
            "dropout": self.dropout,
        }


def _star(exists):
    """Every node that exists reads itself and the first; the first reads all."""
    place = ops.arange(ops.shape(exists)[1])
    row, column = place[:, None], place[None, :]
    star = (row == 0) | (column == 0) | (row == column)  # (nodes, nodes)
    return ops.logical_and(star[None], exists[:, :, None] & exists[:, None, :])
