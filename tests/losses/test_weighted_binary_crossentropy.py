import json

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import ops

from keras_genre.losses import WeightedBinaryCrossentropy


def reference(weights, labels, logits):
    """The textbook form, in float64: -w y log p - (1 - y) log (1 - p)."""
    logits = np.asarray(logits, "float64")
    log_p, log_not_p = -np.logaddexp(0, -logits), -np.logaddexp(0, logits)
    terms = -np.asarray(weights) * labels * log_p - (1.0 - np.asarray(labels)) * log_not_p
    return terms.mean()


@st.composite
def batches(draw):
    films, genres = draw(st.integers(1, 5)), draw(st.integers(1, 4))

    def matrix(elements):
        row = st.lists(elements, min_size=genres, max_size=genres)
        return draw(st.lists(row, min_size=films, max_size=films))

    floats = st.floats(0.125, 64.0, width=32)
    weights = draw(st.lists(floats, min_size=genres, max_size=genres))
    return weights, matrix(st.integers(0, 1)), matrix(st.floats(-50.0, 50.0, width=32))


@given(batches())
@settings(max_examples=60, deadline=None)
def test_loss_random_batch_equals_written_out_reference(batch):
    weights, labels, logits = batch
    loss = WeightedBinaryCrossentropy(weights)(np.array(labels), np.array(logits, "float32"))
    np.testing.assert_allclose(float(loss), reference(weights, labels, logits), rtol=1e-5)


def test_loss_weights_of_one_equals_keras_binary_crossentropy():
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 2, (20, 6)).astype("float32")
    logits = rng.normal(0, 4, (20, 6)).astype("float32")
    expected = keras.losses.BinaryCrossentropy(from_logits=True)(labels, logits)
    loss = WeightedBinaryCrossentropy(np.ones(6))(labels, logits)
    np.testing.assert_allclose(float(loss), float(expected), rtol=1e-6)


@pytest.mark.parametrize("dtype", ["float32", "float16", "bfloat16"])
@pytest.mark.parametrize(
    ("label", "logit", "expected"), [(1, -100, 300), (0, 100, 100), (1, 100, 0), (0, -100, 0)]
)
def test_loss_extreme_logit_finite_and_right(dtype, label, logit, expected):
    logits = ops.cast([[float(logit)]], dtype)
    loss = WeightedBinaryCrossentropy([3.0])([[label]], logits)
    np.testing.assert_allclose(float(loss), expected, atol=1e-6)


def test_loss_weight_touches_positive_term_of_its_genre_alone():
    labels, logits = [[1.0, 1.0, 0.0]], [[0.0, 0.0, 0.0]]
    loss = WeightedBinaryCrossentropy([5.0, 1.0, 1.0], reduction=None)(labels, logits)
    np.testing.assert_allclose(loss, [(5 + 1 + 1) * np.log(2) / 3], rtol=1e-6)


@pytest.mark.parametrize(
    "weights",
    [[], [1.0, 0.0], [-1.0], [np.nan], [np.inf], [1e60], [[1.0, 2.0]], 2.0, None, "abc", [[1], 2]],
    ids=repr,
)
def test_constructor_bad_weights_refused(weights):
    with pytest.raises(ValueError, match="one positive, finite weight a genre"):
        WeightedBinaryCrossentropy(weights)


@pytest.mark.parametrize("num_weights", [1, 3])
def test_loss_wrong_number_of_weights_says_both_numbers(num_weights):
    loss = WeightedBinaryCrossentropy([1.0] * num_weights)
    with pytest.raises(ValueError, match=rf"labels of shape \(batch, {num_weights}\).*\(4, 2\)"):
        loss(np.zeros((4, 2)), np.zeros((4, 2)))


def test_loss_logits_of_other_width_refused():
    loss = WeightedBinaryCrossentropy([1.0, 1.0])
    with pytest.raises(ValueError, match=r"logits of shape \(batch, 2\).*\(4, 1\)"):
        loss(np.zeros((4, 2)), np.zeros((4, 1)))


def test_config_json_round_trip_gives_the_same_loss():
    loss = WeightedBinaryCrossentropy(np.array([0.1, 7.3]), name="rare_genres_count")
    text = json.dumps(keras.saving.serialize_keras_object(loss))
    restored = keras.saving.deserialize_keras_object(json.loads(text))
    assert isinstance(restored, WeightedBinaryCrossentropy)
    assert restored.name == "rare_genres_count"
    np.testing.assert_array_equal(restored.positive_weights, loss.positive_weights)
