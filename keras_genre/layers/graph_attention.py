"""GraphAttention: the nodes of small graphs look at their neighbours."""

import keras
from keras import ops

_SLOPE = 0.2  # of LeakyReLU below zero, the paper's


@keras.saving.register_keras_serializable(package="keras_genre")
class GraphAttention(keras.layers.Layer):
    """One layer of a graph attention network (GAT).

    With h the projected nodes, each head scores what node i makes of node j by
    `LeakyReLU(a . h_i + b . h_j)`. The softmax of the scores over the nodes that i reads weighs
    their sum; the heads are concatenated. In the paper each node reads itself too, which the
    adjacency has to say. A node that reads none comes out as the bias. A node that none reads,
    itself included, has no influence on anything, whatever it holds.

    Args:
        units: Width of the output.
        num_heads: Attention heads; they share the units.

    Call with `nodes`, floats of shape `(batch, nodes, features)`, and `adjacency`, bool of shape
    `(batch, nodes, nodes)`, True where the node of the row reads the node of the column. Returns
    floats of shape `(batch, nodes, units)`.

    Raises:
        ValueError: If the heads cannot share the units.

    Example:
        >>> layer = GraphAttention(8, num_heads=2)
        >>> layer(ops.ones((2, 3, 4)), ops.ones((2, 3, 3), "bool")).shape
        TensorShape([2, 3, 8])

    Reference:
        Velickovic et al. 2018, "Graph Attention Networks", arXiv:1710.10903.
    """

    def __init__(self, units, num_heads=8, **kwargs):
        super().__init__(**kwargs)
        if units % num_heads:
            raise ValueError(f"Expected units that {num_heads} heads can share, received {units}.")
        self.supports_masking = True
        self.units = units
        self.num_heads = num_heads
        self.projection = keras.layers.EinsumDense(
            "bnf,fhu->bnhu",
            output_shape=(None, num_heads, units // num_heads),
            dtype=self.dtype_policy,
        )

    def build(self, nodes_shape, adjacency_shape=None):
        self.projection.build(nodes_shape)
        of_head = (self.num_heads, self.units // self.num_heads)
        self.reader = self.add_weight(name="reader", shape=of_head)
        self.read = self.add_weight(name="read", shape=of_head)
        self.bias = self.add_weight(name="bias", shape=(self.units,), initializer="zeros")

    def call(self, nodes, adjacency):
        # Zeroed first, for 0 times a NaN is a NaN.
        nodes = ops.where(ops.any(adjacency, axis=1)[:, :, None], nodes, 0.0)
        projected = self.projection(nodes)  # (batch, nodes, heads, units of a head)
        weights = self._weights(ops.cast(projected, "float32"), adjacency[:, :, :, None])
        weights = ops.cast(weights, projected.dtype)
        outputs = ops.einsum("bijh,bjhu->bihu", weights, projected)
        num_nodes = ops.shape(outputs)[1]
        return ops.reshape(outputs, (-1, num_nodes, self.units)) + ops.cast(self.bias, nodes.dtype)

    def _weights(self, projected, admitted):
        """The softmax over the third axis, float32 of shape `(batch, nodes, nodes, heads)`."""
        # The weights' own float32: float16 would make scores near the highest equal.
        reader, read = (
            ops.sum(projected * ops.convert_to_tensor(vector, "float32"), axis=-1)
            for vector in (self.reader, self.read)
        )  # (batch, nodes, heads)
        scores = ops.leaky_relu(reader[:, :, None] + read[:, None, :], _SLOPE)
        highest = ops.max(ops.where(admitted, scores, -1e9), axis=2, keepdims=True)
        weights = ops.where(admitted, ops.exp(ops.where(admitted, scores - highest, 0.0)), 0.0)
        # The highest has 1, so a sum below is one over nothing.
        return weights / ops.maximum(ops.sum(weights, axis=2, keepdims=True), 1.0)

    def compute_output_shape(self, nodes_shape, adjacency_shape=None):
        return (*nodes_shape[:2], self.units)

    def get_config(self):
        return {**super().get_config(), "units": self.units, "num_heads": self.num_heads}
