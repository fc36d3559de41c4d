from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_genre.saved_graph import SavedGraph

_CPU_INFO = Path("/proc/cpuinfo")


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


@pytest.mark.skipif(
    not _CPU_INFO.exists() or "avx512_bf16" not in _CPU_INFO.read_text(),
    reason="this CPU has no bfloat16, or does not say so",
)
def test_graph_in_bfloat16_computes_in_it_and_answers_nearly_the_same(tmp_path):
    weights = tf.constant(np.random.default_rng(0).normal(0, 0.05, (512, 512)), tf.float32)
    served = tf.Module()
    served.answer = tf.function(
        lambda x: {"y": x @ weights @ weights}, [tf.TensorSpec([None, 512], name="x")]
    )
    tf.saved_model.save(served, str(tmp_path / "m"), signatures=served.answer)
    x = np.random.default_rng(1).normal(size=(64, 512)).astype("float32")
    answers = []
    for bfloat16 in (False, True):
        with SavedGraph(tmp_path / "m", bfloat16) as graph:
            answers.append(graph.ask("serving_default", x=x)["y"])
    gap = np.abs(answers[0] - answers[1]).max()
    assert 1e-4 < gap < 0.05 * np.abs(answers[0]).max()
