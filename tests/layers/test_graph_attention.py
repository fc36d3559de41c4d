import functools

import keras
import numpy as np
import pytest
from backends import gradients
from keras import ops
from layer_checks import check_layer

from keras_genre.layers import GraphAttention

RNG = np.random.default_rng(0)
NODES = RNG.normal(size=(3, 4, 6)).astype("float32")
# Graphs of four nodes, three of which read themselves and some of the others; the fourth of the
# first two graphs is padding, and nobody reads anything in the third.
ADJACENCY = np.array(
    [
        [[1, 1, 1, 0], [1, 1, 0, 0], [1, 0, 1, 0], [0, 0, 0, 0]],
        [[1, 0, 1, 0], [0, 1, 0, 0], [1, 1, 1, 0], [0, 0, 0, 0]],
        np.zeros((4, 4)),
    ]
).astype(bool)
INPUTS = (NODES, ADJACENCY)


def make_layer(units=8, num_heads=2, **options):
    layer = GraphAttention(units, num_heads, **options)
    layer(*INPUTS)
    rng = np.random.default_rng(1)
    for weight in layer.weights:
        weight.assign(rng.normal(size=weight.shape))
    return layer


def by_definition(layer):
    """The paper's formulas, node by node."""
    kernel, reader, read, bias = (
        weight.numpy() for weight in (layer.projection.kernel, layer.reader, layer.read, layer.bias)
    )
    outputs = np.zeros((3, 4, 8)) + bias
    for graph, node in np.ndindex(3, 4):
        neighbors = np.flatnonzero(ADJACENCY[graph, node])
        for head in range(2) if len(neighbors) else ():
            hidden = NODES[graph] @ kernel[:, head]
            scores = hidden[node] @ reader[head] + hidden[neighbors] @ read[head]
            scores = np.exp(np.where(scores > 0, scores, 0.2 * scores))
            attended = (scores / scores.sum()) @ hidden[neighbors]
            outputs[graph, node, head * 4 : head * 4 + 4] += attended
    return outputs


def test_layer_keras_contract_holds():
    check_layer(functools.partial(GraphAttention, 8, 2), INPUTS)


def test_call_is_what_the_paper_defines():
    layer = make_layer()
    np.testing.assert_allclose(layer(*INPUTS), by_definition(layer), rtol=1e-4, atol=1e-5)


def test_call_node_that_reads_none_is_the_bias():
    layer = make_layer()
    np.testing.assert_array_equal(layer(*INPUTS)[2], np.tile(layer.bias.numpy(), (4, 1)))


def test_call_node_that_none_reads_changed_output_stays_bit_for_bit():
    layer = make_layer()
    noisy = np.where(ADJACENCY.any(axis=1)[:, :, None], NODES, np.float32(np.nan))
    assert np.isnan(noisy).any()
    np.testing.assert_array_equal(layer(noisy, ADJACENCY), layer(*INPUTS))


def test_call_node_changed_changes_those_that_read_it():
    layer = make_layer()
    changed = NODES.copy()
    changed[:, 1] += 1.0
    before, after = (np.asarray(layer(nodes, ADJACENCY)) for nodes in (NODES, changed))
    differs = (before != after).any(axis=2)
    np.testing.assert_array_equal(differs, ADJACENCY[:, :, 1])


def test_call_single_node_is_its_projection():
    layer = make_layer()
    outputs = layer(NODES[:, :1], np.ones((3, 1, 1), bool))
    expected = np.einsum("bnf,fhu->bnhu", NODES[:, :1], layer.projection.kernel.numpy())
    expected = expected.reshape(3, 1, 8) + layer.bias.numpy()
    np.testing.assert_allclose(outputs, expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("dtype", ["float32", "mixed_float16", "mixed_bfloat16"])
def test_call_scores_far_apart_stay_finite(dtype):
    layer = make_layer(dtype=dtype)
    layer.reader.assign(np.full((2, 4), 1e4))
    layer.read.assign(np.full((2, 4), -1e4))
    assert np.isfinite(np.asarray(ops.cast(layer(*INPUTS), "float32"))).all()


@pytest.mark.parametrize("dtype", ["float32", "mixed_float16", "mixed_bfloat16"])
def test_gradient_nothing_read_anywhere_is_finite_and_none_for_the_nodes(dtype):
    layer = make_layer(dtype=dtype)
    nodes = keras.Variable(NODES)
    nothing = np.zeros((3, 4, 4), bool)

    def total():
        return ops.sum(ops.cast(layer(nodes.value, nothing), "float32") ** 3)

    of_nodes, *others = gradients(total, [nodes, *layer.trainable_weights])
    np.testing.assert_array_equal(of_nodes, 0.0 * NODES)
    assert all(np.isfinite(gradient).all() for gradient in others if gradient is not None)


def test_constructor_heads_that_cannot_share_the_units_refused():
    with pytest.raises(ValueError, match="units that 3 heads can share, received 8"):
        GraphAttention(8, 3)
