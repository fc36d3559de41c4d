"""KeptState: a training written down at the beginning of every epoch."""

from collections.abc import Sequence

import keras
import numpy as np

from keras_genre.training.checkpoints import Checkpoints

# What Keras's callbacks remember from epoch to epoch.
_REMEMBERED = {
    keras.callbacks.EarlyStopping: ("wait", "best", "best_epoch"),
    keras.callbacks.ReduceLROnPlateau: ("wait", "best", "cooldown_counter"),
}


class KeptState(keras.callbacks.Callback):
    """Saves all that the rest of a training hangs on, and puts it back.

    Keras's own `BackupAndRestore` leaves out the state of dropout's random numbers and what other
    callbacks remember, so a training that it resumes is another one. This must come last among the
    callbacks.

    Args:
        checkpoints: Where states go.
        callbacks: Those whose memory is kept: `EarlyStopping` and `ReduceLROnPlateau`.
        stage: Number of the stage of the training.
        begun: The epoch that it began with.
        history: A dict of what was measured for every epoch so far, to which this adds.
        resumed: What was saved, to go on from: arrays and notes; None to begin the stage.
        best: The `EarlyStopping` of the stage before: what was best there has to be beaten.
    """

    def __init__(
        self,
        checkpoints: Checkpoints,
        callbacks: Sequence[keras.callbacks.Callback],
        stage: int,
        begun: int,
        history: list[dict],
        resumed: tuple[dict, dict] | None = None,
        best: keras.callbacks.EarlyStopping | None = None,
    ):
        super().__init__()
        self._checkpoints = checkpoints
        self._watched = [each for each in callbacks if type(each) in _REMEMBERED]
        (self.best,) = (
            each for each in callbacks if isinstance(each, keras.callbacks.EarlyStopping)
        )
        self._best_before = best
        self._stage = stage
        self._begun = begun
        self._history = history
        self._resumed = resumed

    def on_train_begin(self, logs=None):
        if self._best_before:
            for name in ("best", "best_epoch", "best_weights"):
                setattr(self.best, name, getattr(self._best_before, name))
        if self._resumed:
            arrays, notes = self._resumed
            _restore(self.model.variables, arrays, "model")
            _restore(self.model.optimizer.variables, arrays, "optimizer")
            for callback, values in zip(self._watched, notes["callbacks"], strict=True):
                for name, value in values.items():
                    setattr(callback, name, value)
            best = [arrays[name] for name in sorted(arrays) if name.startswith("best/")]
            self.best.best_weights = best or None

    def on_epoch_begin(self, epoch, logs=None):
        if self._resumed:
            self._resumed = None  # this very state is the newest that was saved
            return
        if not self._history:
            return  # the beginning is known from the recipe
        arrays = {
            **_arrays(self.model.variables, "model"),
            **_arrays(self.model.optimizer.variables, "optimizer"),
            **_arrays(self.best.best_weights or (), "best"),
        }
        remembered = [
            {name: getattr(each, name, None) for name in _REMEMBERED[type(each)]}
            for each in self._watched
        ]
        notes = {
            "stage": self._stage,
            "stage_begun": self._begun,
            "epoch": epoch,
            "history": self._history,
            "callbacks": remembered,
        }
        self._checkpoints.save(len(self._history), arrays, notes)

    def on_epoch_end(self, epoch, logs=None):
        values = {name: float(value) for name, value in (logs or {}).items()}
        rate = keras.ops.convert_to_numpy(self.model.optimizer.learning_rate)
        values.setdefault("learning_rate", float(rate))
        self._history.append({"epoch": epoch + 1, **values})


def _arrays(variables, name: str) -> dict[str, np.ndarray]:
    return {
        f"{name}/{number:06d}": keras.ops.convert_to_numpy(variable)
        for number, variable in enumerate(variables)
    }


def _restore(variables, arrays, name: str) -> None:
    saved = [arrays[key] for key in sorted(arrays) if key.startswith(f"{name}/")]
    for variable, value in zip(variables, saved, strict=True):
        variable.assign(value)
