import gc

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_genre.export.weights import NarrowWeights
from keras_genre.saved_graph import SavedGraph


@pytest.fixture(scope="module")
def model():
    keras.utils.set_random_seed(0)
    inputs = keras.Input((24, 24, 8))
    hidden = keras.layers.Conv2D(64, 3, name="conv")(inputs)
    hidden = keras.layers.GlobalAveragePooling2D()(hidden)
    return keras.Model(inputs, keras.layers.Dense(96, name="dense")(hidden))


class Served(tf.Module):
    def __init__(self, model, stored_as):
        super().__init__()
        self.weights = NarrowWeights(model.variables, stored_as)
        self.model = lambda: model

    @tf.function(
        input_signature=[tf.TensorSpec([None, 24, 24, 8], tf.float32, name="pictures")],
        autograph=False,
    )
    def answer(self, pictures):
        with self.weights.in_use():
            return {"answer": self.model()(pictures)}


@pytest.fixture(params=["float16", "int8"])
def saved(request, model, tmp_path):
    served = Served(model, request.param)
    tf.saved_model.save(served, str(tmp_path / "m"), signatures=served.answer)
    return request.param, tmp_path / "m"


_PICTURES = np.random.default_rng(0).normal(size=(2, 24, 24, 8)).astype("float32")
_TOLERANCE = {"float16": 1e-3, "int8": 2e-2}


def test_narrow_weights_answer_nearly_as_the_model_does(saved, model):
    stored_as, folder = saved
    served = tf.saved_model.load(str(folder)).signatures["serving_default"]
    received = served(pictures=tf.constant(_PICTURES))["answer"].numpy()
    expected = model(_PICTURES).numpy()
    assert 0 < np.abs(received - expected).max() < _TOLERANCE[stored_as]


def test_narrow_weights_answer_the_same_where_only_the_graph_is_loaded(saved):
    _, folder = saved
    served = tf.saved_model.load(str(folder)).signatures["serving_default"]
    in_python = served(pictures=tf.constant(_PICTURES))["answer"].numpy()
    with SavedGraph(folder) as graph:
        for _ in range(2):
            received = graph.ask("serving_default", pictures=_PICTURES)["answer"]
            np.testing.assert_allclose(received, in_python, atol=1e-5)


def test_narrow_weights_are_stored_in_few_bytes(saved, model):
    stored_as, folder = saved
    size = sum(path.stat().st_size for path in (folder / "variables").iterdir())
    numbers = sum(variable.numpy().size for variable in model.variables)
    assert size < numbers * {"float16": 2, "int8": 1}[stored_as] + 8000


def test_narrow_weights_of_two_loads_are_apart(saved):
    _, folder = saved
    first, second = (tf.saved_model.load(str(folder)).signatures for _ in range(2))
    expected = first["serving_default"](pictures=tf.constant(_PICTURES))["answer"].numpy()
    del first
    gc.collect()
    received = second["serving_default"](pictures=tf.constant(_PICTURES))["answer"].numpy()
    np.testing.assert_array_equal(received, expected)


def test_weights_that_a_narrow_type_cannot_hold_stay_as_they_are():
    layer = keras.layers.Dense(64)
    layer.build((None, 64))
    large = np.full((64, 64), 1e6, "float32")
    layer.kernel.assign(large)
    weights = NarrowWeights(layer.variables, "float16")
    weights.widen()
    with weights.in_use():
        np.testing.assert_array_equal(layer.kernel.value, large)


def test_int8_takes_its_scales_along_the_axis_that_rounds_least():
    layer = keras.layers.Dense(64)
    layer.build((None, 64))
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(64, 64)) * np.logspace(-3, 3, 64)[:, None]
    layer.kernel.assign(rows)
    weights = NarrowWeights(layer.variables, "int8")
    weights.widen()
    with weights.in_use():
        gap = np.abs(layer.kernel.value.numpy() - rows).max(axis=1)
    assert (gap <= np.abs(rows).max(axis=1) / 127).all()


def test_unknown_way_to_store_weights_is_refused():
    with pytest.raises(ValueError, match="received 'int4'"):
        NarrowWeights([], "int4")
