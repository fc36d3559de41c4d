import dataclasses

import numpy as np
import pytest
import tensorflow as tf

from keras_genre import features
from keras_genre.export.genre_decoder import GenreDecoder
from keras_genre.genres import GenreVocabulary
from keras_genre.scoring import DecisionRule, Predictions

_VOCABULARY = GenreVocabulary(["Drama", "Comedy", "War", "Western", "Sport"])


def sample(films=3000, seed=0, shift=0.0):
    """Logits of five genres that need five calibrations, and predictions of them."""
    random = np.random.default_rng(seed)
    logits = random.normal([0, 1, 0, -1, -6], 3, (films, 5)).astype("float32")
    truth = np.stack(
        [
            logits[:, 0],
            0.3 * logits[:, 1],
            logits[:, 2] - 5,
            np.where(logits[:, 3] < 0, 0.1 * logits[:, 3] - 1, 3 * logits[:, 3] - 1),
            np.full(films, -99),
        ],
        axis=1,
    )
    labels = random.random(truth.shape) < 1 / (1 + np.exp(-truth - shift))
    ids = [f"tt{number}" for number in range(films)]
    probabilities = tf.sigmoid(logits).numpy()
    return logits, Predictions(ids, labels, probabilities, _VOCABULARY, "validation")


def decoded(rule, *inputs):
    """The answer of the traced graph, as it is served."""
    answer = tf.function(GenreDecoder(rule))(*inputs)
    return answer[features.PROBABILITIES].numpy(), answer[features.SELECTED].numpy()


@pytest.mark.parametrize("method", ["per_genre", "global", "top_k"])
def test_decoder_does_what_the_fitted_rule_does(method):
    logits, predictions = sample()
    rule = DecisionRule.fit(predictions, method)
    assert {"platt", "isotonic", "identity"} <= set(rule.calibration.methods)
    probabilities, selected = decoded(rule, logits)
    np.testing.assert_allclose(probabilities, rule.calibrated(predictions.probabilities), atol=1e-5)
    np.testing.assert_array_equal(selected, rule.select_calibrated(probabilities))
    assert selected.any(axis=0).sum() >= 4
    # Rounding differs in the last bit, so hardly a film may change sides.
    assert (selected != rule.select(predictions.probabilities)).mean() < 1e-3


def test_decoder_of_certain_logits_agrees_and_stays_finite():
    _, predictions = sample()
    rule = DecisionRule.fit(predictions)
    logits = np.repeat([[-1e4], [-90.0], [-20.0], [20.0], [90.0], [1e4]], 5, 1).astype("float32")
    probabilities, _ = decoded(rule, logits)
    expected = rule.calibrated(tf.sigmoid(logits).numpy())
    np.testing.assert_allclose(probabilities, expected, atol=1e-5)


def test_decoder_with_equal_probabilities_takes_the_first_as_the_rule_does():
    rule = DecisionRule.fixed(_VOCABULARY, 0.3, top_k=2)
    _, selected = decoded(rule, np.zeros((3, 5), "float32"))
    assert selected.tolist() == [[True, True, False, False, False]] * 3
    np.testing.assert_array_equal(selected, rule.select(np.full((3, 5), 0.5)))


def test_decoder_goes_by_what_each_film_lacks():
    logits, predictions = sample(films=400)
    rule = dataclasses.replace(
        DecisionRule.fit(predictions),
        without_plot=DecisionRule.fit(sample(films=400, shift=-1)[1]),
        without_poster=DecisionRule.fit(sample(films=400, shift=1)[1], "top_k"),
    )
    random = np.random.default_rng(1)
    has_plot, has_poster = random.random((2, 400)) < 0.5
    probabilities, selected = decoded(rule, logits, has_plot, has_poster)
    said = predictions.probabilities
    np.testing.assert_allclose(
        probabilities, rule.calibrated(said, has_plot, has_poster), atol=1e-5
    )
    np.testing.assert_array_equal(
        selected, rule.select_calibrated(probabilities, has_plot, has_poster)
    )
    assert np.abs(probabilities - rule.calibrated(said)).max() > 0.1
