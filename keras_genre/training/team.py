"""Team: the process, or processes, that train a model."""

import contextlib
from pathlib import Path

import keras
import tensorflow as tf

from keras_genre.runs import Recipe
from keras_genre.training.unfinished import training_folder


class Team:
    """One process, which does everything by itself.

    Args:
        strategy: How its devices share the work, or None for one device.
    """

    is_chief = True
    """Whether this process writes the run."""

    share: tuple[int, int] | None = None
    """What of each batch is for this process; see `MovieDataset.load`."""

    def __init__(self, strategy: tf.distribute.Strategy | None = None):
        self._strategy = strategy

    def scope(self) -> contextlib.AbstractContextManager:
        """Give what a model is to be made and trained in."""
        return self._strategy.scope() if self._strategy else contextlib.nullcontext()

    def folder(
        self, folder: Path, recipe: Recipe, data_hash: str
    ) -> contextlib.AbstractContextManager:
        """Give the folder and checkpoints of a training; see `training_folder`."""
        return training_folder(folder, recipe, data_hash)

    def fit(self, model: keras.Model, train: tf.data.Dataset, **options) -> None:
        """Train; the options are those of `keras.Model.fit` that `Fitting` needs."""
        model.fit(train, **options)
