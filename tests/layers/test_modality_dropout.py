import json

import keras
import numpy as np
import pytest

from keras_genre.layers import ModalityDropout

HAS_PLOT = np.arange(40_000) % 4 != 1
HAS_POSTER = np.arange(40_000) % 4 > 1
BOTH = HAS_PLOT & HAS_POSTER


def call(layer, training=True):
    plot, poster = layer(HAS_PLOT, HAS_POSTER, training=training)
    return np.asarray(plot), np.asarray(poster)


@pytest.mark.parametrize("rate", [0.0, 0.3, 1.0])
def test_call_training_hides_the_stated_share_half_of_each(rate):
    plot, poster = call(ModalityDropout(rate, seed=1))
    assert plot.dtype == poster.dtype == bool
    assert (~plot[BOTH]).mean() == pytest.approx(rate / 2, abs=0.02)
    assert (~poster[BOTH]).mean() == pytest.approx(rate / 2, abs=0.02)


@pytest.mark.parametrize("rate", [0.3, 1.0])
def test_call_training_never_hides_both_nor_the_only_one_nor_adds(rate):
    plot, poster = call(ModalityDropout(rate, seed=1))
    assert (plot | poster)[BOTH].all()
    np.testing.assert_array_equal(plot[~BOTH], HAS_PLOT[~BOTH])
    np.testing.assert_array_equal(poster[~BOTH], HAS_POSTER[~BOTH])


@pytest.mark.parametrize("training", [False, None])
def test_call_not_training_gives_both_back(training):
    plot, poster = call(ModalityDropout(1.0), training)
    np.testing.assert_array_equal(plot, HAS_PLOT)
    np.testing.assert_array_equal(poster, HAS_POSTER)


def test_call_same_seed_repeats_and_each_step_differs():
    layers = [ModalityDropout(0.5, seed=seed) for seed in (3, 3, 4)]
    first, same, other = (call(layer)[0] for layer in layers)
    np.testing.assert_array_equal(first, same)
    assert (first != other).any()
    assert (call(layers[0])[0] != first).any()


def test_call_without_seed_follows_that_of_keras():
    hidden = []
    for seed in (5, 5, 6):
        keras.utils.set_random_seed(seed)
        hidden.append(call(ModalityDropout(0.5))[0])
    np.testing.assert_array_equal(hidden[0], hidden[1])
    assert (hidden[0] != hidden[2]).any()


def test_config_json_round_trip_keeps_rate_and_seed():
    config = json.loads(json.dumps(ModalityDropout(0.25, seed=7).get_config()))
    layer = ModalityDropout.from_config(config)
    assert (layer.rate, layer.seed) == (0.25, 7)


@pytest.mark.parametrize("rate", [-0.1, 1.1, float("nan")])
def test_constructor_no_share_refused(rate):
    with pytest.raises(ValueError, match="between 0 and 1, received"):
        ModalityDropout(rate)
