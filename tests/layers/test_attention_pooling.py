import functools

import keras
import numpy as np
import pytest
from layer_checks import check_layer

from keras_genre.layers.attention_pooling import AttentionPooling

RNG = np.random.default_rng(0)
TOKENS = RNG.normal(size=(3, 5, 4)).astype("float32")
MASK = np.array([[1, 1, 1, 0, 0], [0, 1, 0, 0, 0], [0, 0, 0, 0, 0]], bool)


def make_layer(dtype="float32"):
    keras.utils.set_random_seed(0)
    layer = AttentionPooling(6, dtype=dtype)
    layer.build(TOKENS.shape)
    return layer


def test_layer_keras_contract_holds():
    check_layer(functools.partial(AttentionPooling, 6), (TOKENS, MASK))


def test_call_equals_the_formula_over_the_admitted_positions():
    layer = make_layer()
    kernel, bias, score = (weight.numpy() for weight in layer.weights)
    admitted = TOKENS[0, :3]
    scores = (np.tanh(admitted @ kernel + bias) @ score)[:, 0]
    weights = np.exp(scores) / np.exp(scores).sum()
    np.testing.assert_allclose(layer(TOKENS, MASK)[0], weights @ admitted, atol=1e-6)
    _, scores = layer(TOKENS, MASK, return_attention_scores=True)
    np.testing.assert_allclose(scores[0], [*weights, 0, 0], atol=1e-6)


def test_call_one_position_is_that_position_and_none_is_zero():
    pooled = keras.ops.convert_to_numpy(make_layer()(TOKENS, MASK))
    np.testing.assert_allclose(pooled[1], TOKENS[1, 1], atol=1e-7)
    np.testing.assert_array_equal(pooled[2], np.zeros(4))


@pytest.mark.parametrize("dtype", ["float32", "mixed_float16", "mixed_bfloat16"])
@pytest.mark.parametrize("noise", [1e4, np.nan, np.inf])
def test_call_masked_positions_changed_result_stays(dtype, noise):
    layer = make_layer(dtype)
    changed = np.where(MASK[:, :, None], TOKENS, noise).astype("float32")
    np.testing.assert_array_equal(
        keras.ops.cast(layer(changed, MASK), "float32"),
        keras.ops.cast(layer(TOKENS, MASK), "float32"),
    )


def test_call_admitted_position_changed_result_changes():
    layer = make_layer()
    changed = TOKENS.copy()
    changed[:, 1] += 1.0
    change = keras.ops.convert_to_numpy(layer(changed, MASK) - layer(TOKENS, MASK))
    np.testing.assert_array_equal(abs(change).max(axis=1) > 1e-3, [True, True, False])
