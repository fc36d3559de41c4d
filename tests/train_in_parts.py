"""Trains with one thread, in one go or in parts; prints a hash of what came out.

Started by `training/test_resuming.py` in processes of their own, with the folder of records, the
folder of the run and, as JSON, a list of `[epoch, batch]`, both from 0: at each of them the
training is interrupted, and begun again. An epoch of "save" counts saved states instead: then the
process kills itself inside that save. An epoch of "after" is followed by seconds of computing, from
the start of the training on: then the process is killed, wherever it is.
"""

import hashlib
import json
import os
import signal
import sys
import time

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import keras
import numpy as np
import tensorflow as tf

from keras_genre.data import MovieDataset
from keras_genre.runs import Recipe
from keras_genre.training import train

# Everything that has a state: dropout, shuffling, augmentation, warm-up, averages, refinement.
RECIPE = Recipe(
    "gru+cnn64+central",
    epochs=3,
    batch_size=16,
    accumulation=2,
    learning_rate=5e-3,
    encoder_learning_rate=2e-3,
    clip_norm=1.0,
    warmup_epochs=1.5,
    patience=2,
    label_smoothing=0.1,
    ema_momentum=0.8,
    refine_epochs=2,
    augmentation="standard",
    modality_dropout=0.3,
    changes=(
        ("text_options", (("embedding_dim", 6), ("hidden_dim", 6))),
        ("poster_options", (("stackwise_num_filters", (4, 4)),)),
        ("image_size", 16),
    ),
    dtype="float32",
)


class Interrupt(keras.callbacks.Callback):
    def __init__(self, epoch, batch):
        super().__init__()
        self.epoch, self.batch, self.now = epoch, batch, None

    def on_epoch_begin(self, epoch, logs=None):
        self.now = epoch

    def on_train_batch_end(self, batch, logs=None):
        if (self.now, batch) == (self.epoch, self.batch):
            raise KeyboardInterrupt


def die_in_save(number):
    """Be killed when a state is half-written."""
    savez, counted = np.savez, iter(range(1, number))

    def half(file, **arrays):
        if next(counted, None) is None:
            file.write(b"PK\x03\x04 and no more")
            file.flush()
            os.kill(os.getpid(), signal.SIGKILL)
        savez(file, **arrays)

    np.savez = half


def digest(run):
    """Of weights, history and predictions."""
    hashed = hashlib.sha256()
    for weight in run.model.get_weights():
        hashed.update(weight.tobytes())
    hashed.update(run.history.to_csv().encode())
    hashed.update(run.predict("validation").probabilities.tobytes())
    return hashed.hexdigest()


def main(data, folder, instants):
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    tf.config.experimental.enable_op_determinism()
    dataset, lines = MovieDataset(data), []
    for epoch, batch in json.loads(instants):
        if epoch == "save":
            die_in_save(batch)
            continue
        if epoch == "after":
            # Ends the process by SIGPROF. Seconds of the clock would pass in the imports, or after
            # the end, on a machine with more or less else to do.
            signal.setitimer(signal.ITIMER_PROF, batch)
            continue
        try:
            train(RECIPE, dataset, folder, callbacks=[Interrupt(epoch, batch)])
            raise SystemExit(f"Nothing interrupted the training at {epoch}, {batch}.")
        except KeyboardInterrupt:
            pass
    began = time.process_time()
    run = train(RECIPE, dataset, folder, say=lines.append)
    seconds = time.process_time() - began
    signal.setitimer(signal.ITIMER_PROF, 0)  # too late
    print(json.dumps({"digest": digest(run), "said": lines, "seconds": seconds}))


if __name__ == "__main__":
    main(*sys.argv[1:])
