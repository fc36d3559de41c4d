from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from keras_genre.client import InProcessPredictor


@pytest.fixture(scope="module")
def predictor(exported_model):
    return InProcessPredictor(exported_model)


def probabilities(predictions):
    return np.array([list(each.probabilities.values()) for each in predictions])


def plots(count):
    return ["A heist goes wrong. " * (1 + number % 7) for number in range(count)]


@pytest.mark.parametrize("count", [15, 16, 17, 70])
def test_films_keep_their_order_however_a_batch_is_halved(predictor, count):
    together = probabilities(predictor.predict(plots(count)))
    alone = probabilities([predictor.predict([plot])[0] for plot in plots(7)])
    assert np.ptp(alone, axis=0).max() > 1e-4  # else the order could not be seen
    np.testing.assert_allclose(together, alone[np.arange(count) % 7], atol=1e-5)


def test_predictor_answers_several_threads_at_a_time(predictor):
    expected = probabilities(predictor.predict(plots(40)))
    with ThreadPoolExecutor(8) as threads:
        for received in threads.map(predictor.predict, [plots(40)] * 16):
            np.testing.assert_allclose(probabilities(received), expected, atol=1e-5)


def test_predictor_in_bfloat16_answers_nearly_the_same(exported_model, predictor):
    expected = probabilities(predictor.predict(plots(40)))
    narrow = InProcessPredictor(exported_model, bfloat16=True)
    np.testing.assert_allclose(probabilities(narrow.predict(plots(40))), expected, atol=0.03)
