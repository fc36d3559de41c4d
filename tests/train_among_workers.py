"""Trains as one of two workers; the chief prints losses, weights and a hash of them as JSON.

Started by `training/test_workers.py` with TF_CONFIG, the folder of records, that of the run, a name
of `RECIPES` or "frozen" and, for a worker that something happens to, the epoch and batch, both
from 0, at which it sends itself a signal, and the signal's number.
"""

import dataclasses
import hashlib
import json
import os
import sys
from pathlib import Path

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import keras
import pytest
import tensorflow as tf
from frozen_recipe import make_frozen_recipe

from keras_genre.data import MovieDataset
from keras_genre.runs import Recipe
from keras_genre.training import train

# Nothing that draws anew for each worker: so the sums of two are those of one.
_PLAIN = Recipe(
    "gru+cnn64+central",
    epochs=2,
    batch_size=14,
    learning_rate=5e-3,
    encoder_learning_rate=2e-3,
    clip_norm=0.1,
    warmup_epochs=1.5,
    ema_momentum=0.8,
    refine_epochs=1,
    changes=(
        ("text_options", (("embedding_dim", 6), ("hidden_dim", 6), ("dropout", 0.0))),
        ("poster_options", (("stackwise_num_filters", (4, 4)),)),
        ("fusion_options", (("dropout", 0.0),)),
        ("image_size", 16),
    ),
    dtype="float32",
)
RECIPES = {
    "plain": _PLAIN,
    "drawing": dataclasses.replace(
        _PLAIN,
        epochs=3,
        # Parts of 6 and 7 films, and at last of 3 and 3.
        batch_size=13,
        augmentation="standard",
        modality_dropout=0.3,
        changes=(("text_options", (("embedding_dim", 6), ("hidden_dim", 6))), *_PLAIN.changes[1:2],
                 ("image_size", 16)),
    ),
}  # fmt: skip


# Of `make_frozen_recipe`, where nothing draws anew either.
FROZEN = {
    "batch_size": 14,
    "changes": (("fusion_options", (("dropout", 0.0),)),),
    "dtype": "float32",
}


class Signal(keras.callbacks.Callback):
    def __init__(self, epoch, batch, number):
        super().__init__()
        self.epoch, self.batch, self.number, self.now = epoch, batch, number, None

    def on_epoch_begin(self, epoch, logs=None):
        self.now = epoch

    def on_train_batch_end(self, batch, logs=None):
        if (self.now, batch) == (self.epoch, self.batch):
            os.kill(os.getpid(), self.number)


def _recipe(name: str, folder: Path) -> Recipe:
    if name == "frozen":
        weights = folder.parents[1] / "texts"
        return make_frozen_recipe(weights, pytest.MonkeyPatch(), **FROZEN)
    return RECIPES[name]


def main(data, folder, recipe, *instant):
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    tf.config.experimental.enable_op_determinism()
    lines, callbacks = [], [Signal(*map(int, instant))] if instant else []
    dataset = MovieDataset(data)
    recipe = _recipe(recipe, Path(folder))
    run = train(recipe, dataset, folder, callbacks, say=lines.append, strategy="multi-worker")
    found = {"said": lines}
    if run:
        weights = run.model.get_weights()
        hashed = hashlib.sha256(b"".join(weight.tobytes() for weight in weights))
        found |= {
            "history": run.history.to_dict(orient="list"),
            "weights": [weight.tolist() for weight in weights],
            "digest": hashed.hexdigest(),
        }
    print(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
