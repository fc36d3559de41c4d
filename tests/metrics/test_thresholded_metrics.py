"""Every metric at thresholds, against scikit-learn."""

import json

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as sklearn_metrics

from keras_genre.metrics import GenreF1, GenrePrecision, GenreRecall, HammingLoss, SubsetAccuracy

AVERAGES = ("macro", "micro", "weighted")
CASES = {
    f"{metric.__name__}_{average}": (metric, {"average": average}, score)
    for metric, score in (
        (GenreF1, sklearn_metrics.f1_score),
        (GenrePrecision, sklearn_metrics.precision_score),
        (GenreRecall, sklearn_metrics.recall_score),
    )
    for average in AVERAGES
}
CASES["HammingLoss"] = (HammingLoss, {}, sklearn_metrics.hamming_loss)
CASES["SubsetAccuracy"] = (SubsetAccuracy, {}, sklearn_metrics.accuracy_score)
every_metric = pytest.mark.parametrize("name", CASES)


@st.composite
def batches(draw):
    """Labels, logits, weights of films, and a threshold a genre; genres nobody has are likely."""
    films, genres = draw(st.integers(1, 9)), draw(st.integers(2, 4))

    def matrix(elements):
        row = st.lists(elements, min_size=genres, max_size=genres)
        return np.array(draw(st.lists(row, min_size=films, max_size=films)))

    labels = matrix(st.sampled_from([0, 0, 1]))
    logits = matrix(st.floats(-4, 4, width=16)).astype("float32")
    weights = draw(st.lists(st.integers(1, 5), min_size=films, max_size=films))
    share = st.floats(0.0, 0.9375, width=16)
    return (
        labels,
        logits,
        np.array(weights),
        draw(st.lists(share, min_size=genres, max_size=genres)),
    )


@every_metric
@given(batches(), st.booleans(), st.integers(1, 3))
@settings(max_examples=40, deadline=None)
def test_metric_equals_scikit_learn(name, batch, weighted, parts):
    metric_class, options, score = CASES[name]
    labels, logits, weights, thresholds = batch
    metric = metric_class(labels.shape[1], thresholds=thresholds, **options)
    for rows in np.array_split(np.arange(len(labels)), parts):
        metric.update_state(labels[rows], logits[rows], weights[rows] if weighted else None)
    # The backend's own sigmoid: a probability may lie just at a threshold.
    probabilities = keras.ops.convert_to_numpy(keras.ops.sigmoid(logits))
    selected = (probabilities > np.float32(thresholds)).astype(int)
    further = {"zero_division": 0, **options} if options else {}
    expected = score(labels, selected, sample_weight=weights if weighted else None, **further)
    assert float(metric.result()) == pytest.approx(expected, abs=1e-6)


@every_metric
def test_metric_through_json_and_reset_is_the_same(name):
    metric_class, options, _ = CASES[name]
    metric = metric_class(2, thresholds=[0.3, 0.6], **options)
    text = json.dumps(keras.saving.serialize_keras_object(metric))
    again = keras.saving.deserialize_keras_object(json.loads(text))
    labels, logits = np.array([[1, 0], [1, 1]]), np.array([[0.1, 0.2], [-1.0, 3.0]])
    for each in (metric, again):
        each.update_state(labels, logits)
    assert float(again.result()) == float(metric.result())
    assert again.name == metric.name
    metric.reset_state()
    assert float(metric.result()) == 0.0


def test_metrics_of_a_fit_are_those_of_the_films_themselves():
    rng = np.random.default_rng(0)
    films, labels = rng.normal(size=(40, 3)), rng.integers(0, 2, (40, 3))
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(3)])
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    model.compile("sgd", loss, metrics=[GenreF1(3, "macro"), GenreF1(3, "micro")])
    found = model.evaluate(films, labels, batch_size=7, verbose=0, return_dict=True)
    selected = model.predict(films, verbose=0) > 0
    for average in ("macro", "micro"):
        expected = sklearn_metrics.f1_score(labels, selected, average=average, zero_division=0)
        assert found[f"{average}_f1"] == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"num_genres": 0}, "at least one genre"),
        ({"num_genres": 2, "thresholds": [0.5]}, "or 2 of them"),
        ({"num_genres": 2, "thresholds": 1.0}, "below 1"),
        ({"num_genres": 2, "average": "samples"}, "macro, micro or weighted, received 'samples'"),
    ],
)
def test_metric_with_an_unsound_argument_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        GenreF1(**arguments)


def test_metric_of_labels_of_another_width_refused():
    with pytest.raises(ValueError, match=r"labels of shape \(batch, 2\), received \(4, 3\)"):
        HammingLoss(2).update_state(np.zeros((4, 3)), np.zeros((4, 2)))
