import json

import keras
import numpy as np
import pytest
from keras import ops
from sklearn.metrics import f1_score

from keras_genre.metrics import MacroF1


def films(num_films=200, num_genres=5, seed=0):
    """Labels, the last genre of nobody, and logits that say something about them."""
    rng = np.random.default_rng(seed)
    labels = rng.random((num_films, num_genres)) < 0.3
    labels[:, -1] = False
    logits = rng.normal(labels * 1.5 - 2.0, 1.5).astype("float32")
    return labels.astype("float32"), logits


def reference(labels, logits, thresholds, sample_weight=None):
    """scikit-learn's macro F1 over the genres that somebody has, at the best threshold."""
    probabilities = 1 / (1 + np.exp(-logits.astype("float64")))
    defined = labels.any(axis=0)
    scores = [
        f1_score(
            labels[:, defined],
            probabilities[:, defined] > threshold,
            average="macro",
            sample_weight=sample_weight,
            zero_division=0.0,
        )
        for threshold in thresholds
    ]
    return max(scores)


@pytest.mark.parametrize("seed", range(3))
def test_result_over_batches_equals_scikit_learn(seed):
    labels, logits = films(seed=seed)
    metric = MacroF1(5)
    for start in range(0, len(labels), 64):  # the last batch is smaller
        metric.update_state(labels[start : start + 64], logits[start : start + 64])
    expected = reference(labels, logits, metric.thresholds)
    assert 0.2 < expected < 0.9
    assert float(metric.result()) == pytest.approx(expected, abs=1e-6)


def test_result_given_thresholds_tries_those_alone():
    labels, logits = films()
    metric = MacroF1(5, thresholds=[0.9])
    metric.update_state(labels, logits)
    expected = reference(labels, logits, [0.9])
    assert expected < reference(labels, logits, [0.2])
    assert float(metric.result()) == pytest.approx(expected, abs=1e-6)


def test_result_logits_get_one_sigmoid():
    # A second sigmoid would lift every probability over 0.5 and select all.
    metric = MacroF1(1, thresholds=[0.5])
    metric.update_state([[1], [0], [0]], [[2.0], [-3.0], [-3.0]])
    assert float(metric.result()) == 1.0


def test_result_nothing_seen_or_no_positives_is_zero():
    metric = MacroF1(3)
    assert float(metric.result()) == 0.0
    metric.update_state(np.zeros((4, 3)), np.ones((4, 3)))
    assert float(metric.result()) == 0.0


def test_reset_state_forgets_earlier_films():
    labels, logits = films()
    metric, fresh = MacroF1(5), MacroF1(5)
    metric.update_state(labels[:100], -logits[:100])
    metric.reset_state()
    metric.update_state(labels[100:], logits[100:])
    fresh.update_state(labels[100:], logits[100:])
    assert float(metric.result()) == float(fresh.result()) > 0.2


def test_sample_weight_counts_films_as_often_as_it_says():
    labels, logits = films(num_films=60)
    weights = np.random.default_rng(1).choice([0.0, 0.25, 1.0, 3.0], len(labels))
    metric = MacroF1(5)
    metric.update_state(labels, logits, sample_weight=weights)
    expected = reference(labels, logits, metric.thresholds, weights)
    assert abs(expected - reference(labels, logits, metric.thresholds)) > 1e-3
    assert float(metric.result()) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_result_half_precision_logits_counted_in_float32(dtype):
    labels, logits = films(num_films=4_000)  # more than float16 and bfloat16 can count
    half = ops.cast(logits, dtype)
    metric, same_values = MacroF1(5), MacroF1(5)
    metric.update_state(labels, half)
    same_values.update_state(labels, ops.cast(half, "float32"))
    assert float(metric.result()) == float(same_values.result()) > 0.2


def test_evaluate_metric_in_a_compiled_model_equals_scikit_learn():
    labels, logits = films()
    inputs = keras.Input((5,))
    model = keras.Model(inputs, keras.layers.Activation("linear")(inputs))
    model.compile(loss=keras.losses.BinaryCrossentropy(from_logits=True), metrics=[MacroF1(5)])
    scores = model.evaluate(logits, labels, batch_size=32, verbose=0, return_dict=True)
    expected = reference(labels, logits, MacroF1(5).thresholds)
    assert scores["macro_f1"] == pytest.approx(expected, abs=1e-6)


def test_config_json_round_trip_gives_the_same_metric():
    metric = MacroF1(5, thresholds=np.array([0.1, 0.7]), name="f1")
    text = json.dumps(keras.saving.serialize_keras_object(metric))
    restored = keras.saving.deserialize_keras_object(json.loads(text))
    assert isinstance(restored, MacroF1)
    assert restored.get_config() == metric.get_config()
    assert (restored.num_genres, restored.thresholds, restored.name) == (5, [0.1, 0.7], "f1")


@pytest.mark.parametrize("thresholds", [[], [1.0], [-0.1], [0.5, float("nan")]])
def test_constructor_bad_thresholds_refused(thresholds):
    with pytest.raises(ValueError, match="thresholds of at least 0 and below 1"):
        MacroF1(2, thresholds=thresholds)


def test_constructor_no_genres_refused():
    with pytest.raises(ValueError, match="num_genres=0"):
        MacroF1(0)


@pytest.mark.parametrize(
    ("labels_shape", "logits_shape"), [((4, 3), (4, 1)), ((4, 1), (4, 3)), ((4,), (4, 3))]
)
def test_update_state_other_number_of_genres_refused(labels_shape, logits_shape):
    with pytest.raises(ValueError, match=r"of shape \(batch, 3\)"):
        MacroF1(3).update_state(np.ones(labels_shape), np.ones(logits_shape))
