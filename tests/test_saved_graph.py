import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_genre.saved_graph import SavedGraph


class Served(tf.Module):
    """A dense layer, tracked as Keras variables or as TensorFlow's own."""

    def __init__(self, plain):
        super().__init__()
        layer = keras.layers.Dense(2)
        layer.build((None, 3))
        self.tracked = [variable.value for variable in layer.variables] if plain else layer
        self.layer = lambda: layer

    @tf.function(input_signature=[tf.TensorSpec([None, 3], name="x")], autograph=False)
    def answer(self, x):
        return {"y": self.layer()(x)}


def test_graph_answers_as_python_does(tmp_path):
    served = Served(plain=True)
    tf.saved_model.save(served, str(tmp_path / "m"), signatures=served.answer)
    x = np.ones((1, 3), "float32")
    with SavedGraph(tmp_path / "m") as graph:
        np.testing.assert_allclose(graph.ask("serving_default", x=x)["y"], served.answer(x)["y"])


def test_graph_of_tracked_keras_variables_cannot_answer_although_python_can(tmp_path):
    served = Served(plain=False)
    tf.saved_model.save(served, str(tmp_path / "m"), signatures=served.answer)
    x = np.ones((1, 3), "float32")
    in_python = tf.saved_model.load(str(tmp_path / "m")).signatures["serving_default"]
    np.testing.assert_allclose(in_python(x=tf.constant(x))["y"], served.answer(x)["y"])
    with (
        SavedGraph(tmp_path / "m") as graph,
        pytest.raises(tf.errors.FailedPreconditionError, match="Could not find variable"),
    ):
        graph.ask("serving_default", x=x)


def test_graph_without_its_variables_is_an_error(tmp_path):
    served = Served(plain=True)
    tf.saved_model.save(served, str(tmp_path / "m"), signatures=served.answer)
    for path in (tmp_path / "m" / "variables").iterdir():
        path.unlink()
    with pytest.raises(tf.errors.OpError, match="variables"):
        SavedGraph(tmp_path / "m")
    with pytest.raises(FileNotFoundError):
        SavedGraph(tmp_path)
