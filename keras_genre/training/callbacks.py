"""What watches over a training."""

import math
import time
from collections.abc import Callable

import keras

from keras_genre.errors import RunError


class EpochLog(keras.callbacks.Callback):
    """Tells of each epoch in a row: losses, validation macro F1, speed and time left.

    The first row has a head above it. In a long epoch it also tells, every half minute, how far
    that is. No line is wider than 74 columns.

    Args:
        say: Takes each line.
        films: Films an epoch.
    """

    _SECONDS_BETWEEN_LINES = 30.0
    _VALUES = (
        ("loss", "  loss"),
        ("val_loss", "validation loss"),
        ("val_macro_f1", "macro F1"),
    )

    def __init__(self, say: Callable[[str], None], films: int):
        super().__init__()
        self._say = say
        self._films = films
        self._began = self._told = self._trained = 0.0
        self._epoch = 0
        self._headed = False

    def on_train_begin(self, logs=None):
        self._headed = False

    def on_epoch_begin(self, epoch, logs=None):
        self._began = self._told = time.monotonic()
        self._epoch = epoch

    def on_train_batch_end(self, batch, logs=None):
        now, steps = time.monotonic(), self.params.get("steps")
        self._trained = now - self._began
        if steps and now - self._told > self._SECONDS_BETWEEN_LINES:
            self._told = now
            share = (batch + 1) / steps
            loss = f"loss {_number((logs or {}).get('loss', math.nan))}"
            self._say(
                f"epoch {self._named()}  {loss}  ({share:.0%}, "
                f"{_duration(self._trained / share * (1 - share))} left in this epoch)"
            )

    def on_epoch_end(self, epoch, logs=None):
        seconds = time.monotonic() - self._began
        left = (self.params.get("epochs", epoch + 1) - epoch - 1) * seconds
        cells = {"  epoch": self._named()}
        for name, title in self._VALUES:
            if name in (logs or {}):
                cells[title] = _number(logs[name])
        cells["  time"] = f"{seconds:.0f} s" if seconds < 10_000 else _duration(seconds)
        cells["films/s"] = f"{self._films / max(self._trained, 1e-3):.0f}"
        cells["left at most"] = _duration(left) if left else "-"
        if not self._headed:
            self._say("  ".join(cells))
            self._headed = True
        self._say("  ".join(cell.rjust(len(title)) for title, cell in cells.items()))

    def _named(self) -> str:
        return f"{self._epoch + 1:>2}/{self.params.get('epochs')}"


def _number(value: float) -> str:
    """In six columns."""
    if value >= 10_000:
        return f"{value:.0e}"
    return f"{value:.1f}" if value >= 100 else f"{value:.3f}"


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


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
        named = f"Its films: {', '.join(films)}. " if films else ""
        step = int(keras.ops.convert_to_numpy(optimizer.iterations))
        rate = float(keras.ops.convert_to_numpy(optimizer.learning_rate))
        raise RunError(
            f"The loss became {loss} at step {step} (batch {batch + 1} of epoch "
            f"{self._epoch + 1}), at a learning rate of {rate:g}. "
            f"{named}Try a smaller learning rate, or --clip-norm 1."
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
        done = int(keras.ops.convert_to_numpy(self.model.optimizer.iterations))
        if done <= self._steps:
            share = (done + 1) / (self._steps + 1)
            self.model.optimizer.learning_rate = self._rate * share
