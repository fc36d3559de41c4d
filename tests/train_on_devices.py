"""Trains on one or two logical CPUs; prints losses and weights as JSON.

Started by `training/test_strategies.py` with the folder of records, that of the run, and the number
of devices.
"""

import json
import os
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import numpy as np
import tensorflow as tf

from keras_genre.data import MovieDataset
from keras_genre.runs import Recipe
from keras_genre.training import train

RECIPE = Recipe(
    "gru+cnn64+central",
    epochs=3,
    batch_size=16,
    learning_rate=5e-3,
    clip_norm=1.0,
    changes=(
        # Dropout draws anew for each device: without it, both trainings are the same sums.
        ("text_options", (("embedding_dim", 6), ("hidden_dim", 6), ("dropout", 0.0))),
        ("poster_options", (("stackwise_num_filters", (4, 4)),)),
        ("fusion_options", (("dropout", 0.0),)),
        ("image_size", 16),
    ),
    dtype="float32",
)


def main(data, folder, devices):
    cpu = tf.config.list_physical_devices("CPU")[0]
    tf.config.set_logical_device_configuration(
        cpu, [tf.config.LogicalDeviceConfiguration()] * int(devices)
    )
    strategy = "mirrored" if int(devices) > 1 else "none"
    run = train(RECIPE, MovieDataset(data), folder, strategy=strategy)
    found = {
        "history": run.history.to_dict(orient="list"),
        "norms": [float(np.linalg.norm(weight)) for weight in run.model.get_weights()],
        "devices": len(tf.config.list_logical_devices("CPU")),
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
