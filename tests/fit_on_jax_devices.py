"""Fits on one and on four host devices of JAX; prints losses and weights as JSON.

Started by `test_jax_devices.py` in a process of its own: the number of devices is settled when JAX
is imported.
"""

import json
import os

os.environ["KERAS_BACKEND"] = "jax"
os.environ["JAX_PLATFORMS"] = "cpu"
os.environ["XLA_FLAGS"] = "--xla_force_host_platform_device_count=4"

import keras
import numpy as np

from keras_genre.models import GenreClassifier

FILMS, GENRES = 32, ["Drama", "War", "Western"]


def films():
    rng = np.random.default_rng(0)
    tensors = {
        "plot_token_ids": rng.integers(1, 20, (FILMS, 5), dtype="int32"),
        "has_plot": np.ones(FILMS, bool),
        "poster_image": rng.integers(0, 256, (FILMS, 16, 16, 3), dtype="uint8"),
        "has_poster": np.arange(FILMS) % 4 > 0,
    }
    return tensors, rng.integers(0, 2, (FILMS, len(GENRES))).astype("float32")


def fit():
    keras.utils.set_random_seed(0)
    model = GenreClassifier.from_preset(
        "gru+cnn64+central",
        GENRES,
        dtype="float32",
        text_options=(("embedding_dim", 6), ("hidden_dim", 6), ("dropout", 0.0)),
        poster_options=(("stackwise_num_filters", (4, 4)),),
        fusion_options=(("dropout", 0.0),),
        image_size=16,
    )
    model.compile()
    tensors, labels = films()
    history = model.fit(tensors, labels, batch_size=8, epochs=3, shuffle=False, verbose=0).history
    devices = {str(device) for weight in model.weights for device in weight.value.devices()}
    return {
        "devices": len(devices),
        "loss": history["loss"],
        "macro_f1": history["macro_f1"],
        "weights": [np.asarray(weight).tolist() for weight in model.get_weights()],
    }


if __name__ == "__main__":
    one = fit()
    keras.distribution.set_distribution(keras.distribution.DataParallel())
    print(json.dumps({"one": one, "four": fit()}))
