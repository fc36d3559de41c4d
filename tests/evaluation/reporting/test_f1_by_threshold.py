import numpy as np
import pytest
from sklearn.metrics import f1_score

from keras_genre.evaluation.reporting.thresholds import f1_by_threshold


def test_f1_by_threshold_equals_that_of_scikit_learn_at_each_threshold():
    random = np.random.default_rng(0)
    labels, said = random.random(200) < 0.3, random.random(200).astype("float32")
    curve = f1_by_threshold(labels, said)
    for number, threshold in enumerate(np.linspace(0, 1, 101, dtype="float32")):
        expected = f1_score(labels, said > threshold, zero_division=0)
        assert curve[number] == pytest.approx(expected)


def test_f1_by_threshold_of_a_genre_that_no_film_has_is_undefined():
    assert np.isnan(f1_by_threshold(np.zeros(3, bool), np.ones(3, "float32"))).all()
