import functools

import keras
import numpy as np
import pytest
from backends import gradients, skip_float16_attention_on_jax
from keras import ops
from layer_checks import check_layer

from keras_genre.layers import CrossAttention

RNG = np.random.default_rng(0)
QUERIES = RNG.normal(size=(3, 4, 8)).astype("float32")
CONTEXT = RNG.normal(size=(3, 5, 8)).astype("float32")
MASK = np.arange(5) < np.array([[5], [2], [0]])
INPUTS = (QUERIES, CONTEXT, MASK)


def make_layer(num_heads=2, **options):
    layer = CrossAttention(num_heads, **options)
    layer(*INPUTS)
    rng = np.random.default_rng(1)
    for weight in layer.weights:
        weight.assign(rng.normal(size=weight.shape))
    return layer


def test_layer_keras_contract_holds():
    check_layer(functools.partial(CrossAttention, 2, dropout=0.1), INPUTS)


def test_call_masked_context_changed_output_stays_bit_for_bit():
    layer = make_layer()
    noisy = np.where(MASK[:, :, None], CONTEXT, np.float32(np.nan))
    np.testing.assert_array_equal(layer(QUERIES, noisy, MASK), layer(*INPUTS))


def test_call_real_context_changed_output_changes():
    layer = make_layer()
    changed = np.where(MASK[:, :, None], CONTEXT + 1.0, CONTEXT)
    differs = ops.any(layer(QUERIES, changed, MASK) != layer(*INPUTS), axis=(1, 2))
    np.testing.assert_array_equal(differs, MASK.any(axis=1))


def test_call_no_context_adds_the_learned_vector():
    layer = make_layer()
    expected = layer.norm(QUERIES[2] + layer.missing.numpy())
    np.testing.assert_allclose(layer(*INPUTS)[2], expected, rtol=1e-5)


def test_call_scores_asked_for_sum_to_one_over_the_mask_and_output_stays():
    layer = make_layer()
    outputs, scores = layer(*INPUTS, return_attention_scores=True)
    np.testing.assert_allclose(outputs, layer(*INPUTS), rtol=1e-4, atol=1e-5)
    assert scores.shape == (3, 2, 4, 5)
    scores = ops.convert_to_numpy(scores)[:2]
    np.testing.assert_allclose(scores.sum(axis=-1), 1.0, rtol=1e-5)
    np.testing.assert_array_equal(scores[1, :, :, 2:], 0.0)
    assert (scores[0].std(axis=-1) > 1e-3).all()


@pytest.mark.parametrize("dtype", ["float32", "mixed_float16", "mixed_bfloat16"])
def test_gradient_no_context_anywhere_is_finite_and_none_for_the_context(dtype):
    skip_float16_attention_on_jax(dtype)
    layer = CrossAttention(2, dtype=dtype)
    queries, context = keras.Variable(QUERIES), keras.Variable(CONTEXT)
    nothing = np.zeros((3, 5), bool)
    layer(QUERIES, CONTEXT, nothing)

    def total():
        outputs = layer(queries.value, context.value, nothing)
        return ops.sum(ops.cast(outputs, "float32") ** 3)

    of_context, *others = gradients(total, [context, queries, *layer.trainable_weights])
    np.testing.assert_array_equal(of_context, 0.0 * CONTEXT)
    assert all(np.isfinite(gradient).all() for gradient in others)


def test_build_heads_that_cannot_share_the_width_refused():
    with pytest.raises(ValueError, match="that 3 heads can share, received 8"):
        CrossAttention(3)(*INPUTS)


def test_build_context_of_other_width_refused():
    with pytest.raises(ValueError, match="as wide as the queries, 8, received 6"):
        CrossAttention(2)(QUERIES, CONTEXT[:, :, :6], MASK)
