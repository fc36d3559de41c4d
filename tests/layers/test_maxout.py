import functools

import numpy as np
import pytest
from layer_checks import check_layer

from keras_genre.layers import Maxout

X = np.random.default_rng(0).normal(size=(5, 4)).astype("float32")


def test_layer_keras_contract_holds():
    check_layer(functools.partial(Maxout, 3, num_pieces=2), X)


@pytest.mark.parametrize("num_pieces", [1, 2, 5])
def test_call_equals_the_largest_of_the_pieces(num_pieces):
    layer = Maxout(3, num_pieces=num_pieces)
    outputs = layer(X)
    linear = X @ layer.pieces.kernel.numpy() + layer.pieces.bias.numpy()
    expected = linear.reshape(5, 3, num_pieces).max(axis=2)
    np.testing.assert_allclose(outputs, expected, rtol=1e-5, atol=1e-6)


def test_call_pieces_of_opposite_sign_give_the_absolute_value():
    layer = Maxout(1)
    layer(X)
    kernel = np.zeros((4, 2), "float32")
    kernel[0] = [1.0, -1.0]
    layer.pieces.kernel.assign(kernel)
    np.testing.assert_array_equal(layer(X)[:, 0], abs(X[:, 0]))
