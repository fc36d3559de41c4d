"""EpochLog: one line an epoch."""

import time
from collections.abc import Callable

import keras


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
