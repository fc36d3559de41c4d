"""Answers with TensorFlow, as `inference.py` and `serving.py`, which start it, say over a pipe."""

import json
import os
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from answering import Answering
from pipe import serve


def signature(about: dict):
    """The SavedModel's own function."""
    import tensorflow as tf

    loaded = tf.saved_model.load(about["saved_model"])
    predict = loaded.signatures["serving_default"]

    def answer(plots, posters):
        outputs = predict(plot=tf.constant(plots), poster=tf.constant(posters))
        return {name: value.numpy() for name, value in outputs.items()}["probabilities"]

    answer.keeps = loaded
    return answer


def in_process(about: dict, bfloat16: bool = False):
    """`InProcessPredictor`, as the command line uses it."""
    import numpy as np

    import keras_genre as kg

    predictor = kg.InProcessPredictor(about["saved_model"], bfloat16=bfloat16)

    def answer(plots, posters):
        predictions = predictor.predict(plots, posters)
        return np.array([list(each.probabilities.values()) for each in predictions])

    return answer


def in_process_bfloat16(about: dict):
    """The same with large products in bfloat16."""
    return in_process(about, bfloat16=True)


def keras_graph(about: dict):
    """The Keras model in a graph as one writes it first.

    Plots are padded to the most tokens, posters decoded one by one in full size.
    """
    import tensorflow as tf
    from raw_films import Decider

    import keras_genre as kg

    folder = Path(about["folder"])
    model = kg.load_model(folder / "model.keras")
    config = json.loads((folder / "preprocessor.json").read_text())
    preprocessor = kg.MoviePreprocessor.from_config(config)
    decide, size = Decider(about["rule"]), preprocessor.poster.image_size

    def image(poster):
        image = tf.io.decode_jpeg(poster, channels=3)
        image = tf.image.resize(image, (size, size), antialias=True)
        return tf.cast(tf.round(image), tf.uint8)

    strings = tf.TensorSpec([None], tf.string)

    @tf.function(input_signature=[strings, strings], autograph=False)
    def logits(plots, posters):
        ids = preprocessor.plot(plots)
        ids = tf.pad(ids, [[0, 0], [0, about["max_tokens"] - tf.shape(ids)[1]]])
        ids = tf.ensure_shape(ids, (None, about["max_tokens"]))
        images = tf.map_fn(image, posters, fn_output_signature=tf.uint8)
        everything = tf.ones_like(plots, tf.bool)
        films = {"plot_token_ids": ids, "has_plot": everything}
        films |= {"poster_image": images, "has_poster": everything}
        return model(films, training=False)

    return lambda plots, posters: decide(logits(plots, posters).numpy())[0]


def make(options: dict) -> Answering:
    """Make what the options name as `engine`."""
    engines = (signature, in_process, in_process_bfloat16, keras_graph)
    about = options["about"]
    make_engine = {each.__name__: each for each in engines}[options["engine"]]
    answer = make_engine(about)
    import tensorflow as tf  # not sooner: how an engine imports it is a part of its start

    return Answering(answer, about["films"], f"TensorFlow {tf.__version__}")


if __name__ == "__main__":
    serve(make)
