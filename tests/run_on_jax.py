"""Runs the model floors where TensorFlow cannot be imported; prints what it found as JSON.

Started by `test_floors.py` in an interpreter of its own, with the folder to write into and the
names of presets.
"""

import json
import sys
from importlib.abc import MetaPathFinder
from pathlib import Path

attempts = []


class NoTensorFlow(MetaPathFinder):
    def find_spec(self, fullname, path=None, target=None):
        if fullname.partition(".")[0] in ("tensorflow", "tensorflow_text", "tf_keras"):
            attempts.append(fullname)
            raise ImportError(f"{fullname} is out of bounds here")


sys.meta_path.insert(0, NoTensorFlow())

import keras  # noqa: E402
import keras_hub  # noqa: E402, F401

# KerasHub looks whether TensorFlow is there, and does without.
attempts.clear()

import numpy as np  # noqa: E402
from reduced_presets import COVERING_PRESETS  # noqa: E402

import keras_genre as kg  # noqa: E402
import keras_genre.catalog  # noqa: E402
import keras_genre.scoring.scores  # noqa: E402
from keras_genre.presets import PRESETS  # noqa: E402

NUM_FILMS, GENRES = 8, ["Drama", "War"]


def films(image_size, width):
    rng = np.random.default_rng(0)
    ids = rng.integers(1, 20, (NUM_FILMS, 5), dtype="int32")
    ids[0] = 0
    return {
        "plot_token_ids": ids,
        "has_plot": np.arange(NUM_FILMS) > 0,
        "poster_image": rng.integers(0, 256, (NUM_FILMS, image_size, image_size, 3), dtype="uint8"),
        "has_poster": np.arange(NUM_FILMS) > 1,
        "neighbor_vectors": rng.normal(size=(NUM_FILMS, 3, width)).astype("float32"),
        "neighbor_mask": np.arange(3) < np.arange(NUM_FILMS)[:, None] - 2,
    }


def inputs_of(model):
    image_size = model.poster_encoder.image_size if model.poster_encoder else 0
    vectors = model.input.get("neighbor_vectors")
    width = 0 if vectors is None else vectors.shape[-1]
    return {key: value for key, value in films(image_size, width).items() if key in model.input}


def labels():
    return np.random.default_rng(1).integers(0, 2, (NUM_FILMS, 2)).astype("float32")


def follow_every_batch(model):
    """Let one step set the statistics: without them, deep networks shrink all features to none."""
    for layer in model._flatten_layers():
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.momentum = 0.0


def try_training(name):
    """Take one step; return the model and what was found."""
    model = kg.GenreClassifier.from_preset(name, vocabulary=GENRES)
    follow_every_batch(model)
    inputs = inputs_of(model)
    model.compile(loss=kg.losses.WeightedBinaryCrossentropy([2.0, 3.0]))
    before = [weight.numpy().copy() for weight in model.trainable_weights]
    history = model.fit(inputs, labels(), verbose=0).history
    found = {
        "loss": history["loss"][0],
        "macro_f1": history["macro_f1"][0],
        "unmoved": [
            weight.path
            for weight, old in zip(model.trainable_weights, before, strict=True)
            if (weight.numpy() == old).all()
        ],
    }
    if model.poster_encoder:
        logits = np.asarray(model(inputs))
        changed = {**inputs, "poster_image": inputs["poster_image"].copy()}
        changed["poster_image"][:2] = 255  # both films without a poster
        found["masked_poster_change"] = float(abs(np.asarray(model(changed)) - logits).max())
        changed["poster_image"][2:] = 255
        found["poster_change"] = float(abs(np.asarray(model(changed)) - logits).max())
    return model, found


def try_saving(model, folder):
    """Save the trained model, load it and take one more step."""
    path = folder / f"{model.name}.keras"
    model.save(path)
    loaded = keras.models.load_model(path)
    inputs = inputs_of(model)
    found = {
        "vocabulary": list(loaded.vocabulary),
        "reload_change": float(abs(np.asarray(loaded(inputs)) - np.asarray(model(inputs))).max()),
    }
    if model.name in ("central_fusion", "lstm"):  # compiling takes seconds: once will do
        loaded.fit(inputs, labels(), verbose=0)
    return {**found, "steps": int(loaded.optimizer.iterations)}


def loss_and_metric():
    rng = np.random.default_rng(2)
    labels = rng.integers(0, 2, (50, 3)).astype("float32")
    logits = rng.normal(size=(50, 3)).astype("float32")
    metric = kg.metrics.MacroF1(3)
    metric.update_state(labels, logits)
    loss = kg.losses.WeightedBinaryCrossentropy([1.0, 2.0, 3.0])(labels, logits)
    return {"loss": float(loss), "macro_f1": float(metric.result())}


def main(folder, names):
    PRESETS.update(COVERING_PRESETS)
    trained = {name: try_training(name) for name in names}
    report = {
        "backend": keras.backend.backend(),
        **loss_and_metric(),
        # Before saving: there Keras itself asks for TensorFlow, to see whether it is installed.
        "attempts": list(attempts),
        "presets": {
            name: {**found, **try_saving(model, folder)} for name, (model, found) in trained.items()
        },
        "tensorflow": "tensorflow" in sys.modules,
    }
    print(json.dumps(report))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
