"""What all losses promise, each against its formula written out in NumPy."""

import json

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import ops

from keras_genre.losses import AsymmetricLoss, FocalLoss, WeightedBinaryCrossentropy

GENRES = 3
WEIGHTS = [0.5, 2.0, 7.0]


def log_p(logits):
    return -np.logaddexp(0, -logits)


def whole_term(labels, logits):
    return -np.array(WEIGHTS) * (labels * log_p(logits) + (1 - labels) * log_p(-logits))


def focal(labels, logits, gamma=2.0, alpha=0.25):
    sign = np.where(labels == 1, 1, -1)
    share = np.where(labels == 1, alpha, 1 - alpha)
    return -share * (1 - np.exp(log_p(sign * logits))) ** gamma * log_p(sign * logits)


def asymmetric(labels, logits, gamma_positive=1.0, gamma_negative=3.0, margin=0.1):
    p = np.exp(log_p(logits))
    q = np.maximum(p - margin, 0)
    # 1 - p would lose the digits of a p near 1.
    rest = np.minimum(np.exp(log_p(-logits)) + margin, 1.0)
    positive = -np.exp(gamma_positive * log_p(-logits)) * log_p(logits)
    return labels * positive - (1 - labels) * q**gamma_negative * np.log(rest)


CASES = {
    "whole_term": (lambda: WeightedBinaryCrossentropy(WEIGHTS, whole_term=True), whole_term),
    "focal": (lambda: FocalLoss(alpha=0.25), focal),
    "focal_plain": (
        lambda: FocalLoss(gamma=1.5),
        lambda labels, logits: 2 * focal(labels, logits, 1.5, alpha=0.5),
    ),
    "asymmetric": (lambda: AsymmetricLoss(1.0, 3.0, 0.1), asymmetric),
    "asymmetric_half": (
        lambda: AsymmetricLoss(0.0, 0.5, 0.1),
        lambda labels, logits: asymmetric(labels, logits, 0.0, 0.5),
    ),
    "asymmetric_plain": (
        lambda: AsymmetricLoss(0.0, 2.0, 0.0),
        lambda labels, logits: asymmetric(labels, logits, 0.0, 2.0, 0.0),
    ),
}
every_loss = pytest.mark.parametrize("name", CASES)


def matrices(elements):
    row = st.lists(elements, min_size=GENRES, max_size=GENRES)
    return st.lists(row, min_size=2, max_size=2)


@every_loss
@given(matrices(st.integers(0, 1)), matrices(st.floats(-30.0, 30.0, width=32)))
@settings(max_examples=40, deadline=None)
def test_loss_equals_the_formula_written_out(name, labels, logits):
    make, reference = CASES[name]
    expected = reference(np.array(labels, float), np.array(logits, float)).mean()
    received = float(make()(np.array(labels, "float32"), np.array(logits, "float32")))
    np.testing.assert_allclose(received, expected, rtol=2e-5, atol=1e-9)


@every_loss
@pytest.mark.parametrize("dtype", ["float32", "float16", "bfloat16"])
@pytest.mark.parametrize("logit", [-100.0, 100.0])
@pytest.mark.parametrize("label", [0.0, 1.0])
def test_loss_of_an_extreme_logit_is_finite_and_right(name, dtype, logit, label):
    make, reference = CASES[name]
    labels, logits = np.full((1, GENRES), label), np.full((1, GENRES), logit)
    received = float(make()(labels.astype("float32"), ops.cast(logits, dtype)))
    np.testing.assert_allclose(received, reference(labels, logits).mean(), rtol=1e-4, atol=1e-9)


@every_loss
def test_loss_gradient_points_to_the_labels_and_is_finite_everywhere(name):
    """A logit is all that there is to train: steps lead to where the labels are."""
    make, _ = CASES[name]
    labels = np.tile(np.array([[1.0, 0.0, 1.0]], "float32"), (4, 1))
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(GENRES, use_bias=False)])
    starts = np.array([-100.0, -3.0, 3.0, 100.0], "float32")
    model.set_weights([np.tile(starts[:, None], (1, GENRES))])
    model.compile(keras.optimizers.SGD(1.0), make(), run_eagerly=True)
    model.fit(np.eye(4, dtype="float32"), labels, batch_size=4, verbose=0)
    moved = model.get_weights()[0] - starts[:, None]
    assert np.isfinite(moved).all()
    assert (moved * (2 * labels - 1) >= 0).all()
    # Where the answer is uncertain, all of them learn.
    assert (np.abs(moved[1:3]).max(axis=0) > 1e-4).all()


@every_loss
def test_loss_through_json_is_the_same(name):
    loss = CASES[name][0]()
    text = json.dumps(keras.saving.serialize_keras_object(loss))
    again = keras.saving.deserialize_keras_object(json.loads(text))
    labels = np.array([[1, 0, 1]], "float32")
    logits = np.array([[0.3, 1.0, -2.0]], "float32")
    assert float(again(labels, logits)) == float(loss(labels, logits))


@every_loss
def test_loss_of_labels_and_logits_that_do_not_fit_says_both_shapes(name):
    loss = CASES[name][0]()
    with pytest.raises(ValueError, match=r"labels of shape \(batch, 3\).*received \(2, 2\)"):
        loss(np.zeros((2, 2)), np.zeros((2, 3)))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: FocalLoss(gamma=-1), "gamma of at least 0, received -1"),
        (lambda: FocalLoss(gamma=float("nan")), "gamma of at least 0"),
        (lambda: FocalLoss(alpha=1.5), "alpha between 0 and 1"),
        (lambda: AsymmetricLoss(gamma_negative=-1), "gamma_negative of at least 0"),
        (lambda: AsymmetricLoss(margin=1.0), "margin of at least 0 and below 1, received 1.0"),
    ],
)
def test_loss_with_an_argument_out_of_range_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_focal_loss_counts_a_film_that_is_answered_well_for_less():
    labels = np.ones((1, 1), "float32")
    well, badly = (np.full((1, 1), logit, "float32") for logit in (2.0, -2.0))
    plain = keras.losses.BinaryCrossentropy(from_logits=True)
    ratio = float(plain(labels, badly)) / float(plain(labels, well))
    assert float(FocalLoss()(labels, badly)) / float(FocalLoss()(labels, well)) > 20 * ratio


def test_asymmetric_loss_below_its_margin_has_nothing_left_to_learn():
    labels = np.zeros((1, 1), "float32")
    below, above = (np.full((1, 1), np.log(p / (1 - p)), "float32") for p in (0.04, 0.06))
    assert float(AsymmetricLoss(margin=0.05)(labels, below)) == 0.0
    assert float(AsymmetricLoss(margin=0.05)(labels, above)) > 0.0
