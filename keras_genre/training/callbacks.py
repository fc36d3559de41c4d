"""What watches over a training."""

import math
import time
from collections.abc import Callable

import keras

from keras_genre.errors import RunError


class EpochLog(keras.callbacks.Callback):
    """Tells of each epoch in one line: losses, validation macro F1, seconds.

    Args:
        say: Takes each line.
    """

    def __init__(self, say: Callable[[str], None]):
        super().__init__()
        self._say = say
        self._started = 0.0

    def on_epoch_begin(self, epoch, logs=None):
        self._started = time.monotonic()

    def on_epoch_end(self, epoch, logs=None):
        logs = logs or {}
        values = [
            f"{label} {logs[name]:.3f}"
            for name, label in (
                ("loss", "loss"),
                ("val_loss", "validation loss"),
                ("val_macro_f1", "macro F1"),
            )
            if name in logs
        ]
        seconds = time.monotonic() - self._started
        epochs = self.params.get("epochs")
        self._say(f"epoch {epoch + 1:>2}/{epochs}  {'  '.join(values)}  ({seconds:.0f} s)")


class RefuseNaN(keras.callbacks.Callback):
    """Ends a training whose loss is no number any more, and says when that was and of which films.

    Args:
        films_of_batch: From the numbers of an epoch and of a batch in it to the ids of its films.
    """

    def __init__(self, films_of_batch: Callable[[int, int], list[str]]):
        super().__init__()
        self._films_of_batch = films_of_batch
        self._epoch = 0

    def on_epoch_begin(self, epoch, logs=None):
        self._epoch = epoch

    def on_train_batch_end(self, batch, logs=None):
        loss = (logs or {}).get("loss")
        if loss is None or math.isfinite(loss):
            return
        optimizer = self.model.optimizer
        films = self._films_of_batch(self._epoch, batch)
        raise RunError(
            f"The loss became {loss} at step {int(optimizer.iterations)} (batch {batch + 1} of "
            f"epoch {self._epoch + 1}), at a learning rate of {float(optimizer.learning_rate):g}. "
            f"Its films: {', '.join(films)}. Try a smaller learning rate, or --clip-norm 1."
        )


class WarmUp(keras.callbacks.Callback):
    """Lets the learning rate rise from 0 in the first steps, in a straight line.

    Args:
        rate: What it rises to.
        steps: In so many steps.
    """

    def __init__(self, rate: float, steps: int):
        super().__init__()
        self._rate = rate
        self._steps = steps

    def on_train_batch_begin(self, batch, logs=None):
        done = int(self.model.optimizer.iterations)
        if done <= self._steps:
            share = (done + 1) / (self._steps + 1)
            self.model.optimizer.learning_rate = self._rate * share
