"""Fitting: the stages of a training, begun or gone on with."""

import dataclasses
from collections.abc import Callable, Sequence

import keras
import pandas as pd
import tensorflow as tf

from keras_genre.data import MovieDataset
from keras_genre.runs import Recipe
from keras_genre.training.augmentations import make_augmentation
from keras_genre.training.callbacks import RefuseNaN, WarmUp
from keras_genre.training.checkpoints import Checkpoints
from keras_genre.training.films import TrainingFilms
from keras_genre.training.kept_state import KeptState
from keras_genre.training.losses import make_loss
from keras_genre.training.optimizers import make_optimizer
from keras_genre.training.team import Team

_MONITOR = {"monitor": "val_macro_f1", "mode": "max"}


@dataclasses.dataclass(frozen=True)
class _Stage:
    """Epochs with one optimizer."""

    epochs: int
    rate: float


class Fitting:
    """Trains a model by a recipe, in one go or in several: the outcome is the same, bit for bit.

    That holds for one machine and number of threads, on CPUs, and where the augmentation repeats
    (KerasCV's does not).

    Args:
        recipe: Every choice.
        films: What is trained on what.
        dataset: The records.
        checkpoints: Where states go, and may lie already.
        callbacks: Further callbacks; what they remember is not kept.
        verbose: As in `keras.Model.fit`.
        say: Called with a line for people where a training goes on, or stops early.
        team: Who trains.
    """

    def __init__(
        self,
        recipe: Recipe,
        films: TrainingFilms,
        dataset: MovieDataset,
        checkpoints: Checkpoints,
        callbacks: Sequence[keras.callbacks.Callback] = (),
        verbose: int = 0,
        say: Callable[[str], None] | None = None,
        team: Team | None = None,
    ):
        self._recipe = recipe
        self._films = films
        self._dataset = dataset
        self._checkpoints = checkpoints
        self._callbacks = callbacks
        self._verbose = verbose
        self._say = say or (lambda line: None)
        self._team = team or Team()
        self._history: list[dict] = []
        self._best = None  # of the stages before

    def run(self) -> pd.DataFrame:
        """Train; the model then has the weights of the best epoch.

        Returns:
            A row an epoch: losses, metrics and the learning rate.

        Raises:
            RunError: If the loss becomes NaN.
        """
        recipe = self._recipe
        stages = [_Stage(recipe.epochs, recipe.learning_rate)]
        if recipe.refine_epochs:
            rate = recipe.refine_learning_rate or recipe.learning_rate / 10
            stages.append(_Stage(recipe.refine_epochs, rate))
        begun, resumed = self._resumed()
        for number, stage in enumerate(stages[begun:], start=begun):
            self._run(number, stage, resumed)
            resumed = None
        return pd.DataFrame(self._history)

    def _resumed(self) -> tuple[int, tuple[dict, dict] | None]:
        """The stage to begin with, and what was saved of it."""
        found = self._checkpoints.newest()
        if found is None:
            return 0, None
        _, arrays, notes = found
        self._history.extend(notes["history"])
        self._say(f"Going on with epoch {notes['epoch'] + 1}, where an earlier attempt was ended.")
        return notes["stage"], (arrays, notes)

    def _run(self, number: int, stage: _Stage, resumed: tuple[dict, dict] | None) -> None:
        model, recipe = self._films.model, self._recipe
        first = resumed[1]["epoch"] if resumed else len(self._history)
        begun = resumed[1]["stage_begun"] if resumed else first
        train = self._load_train(first, share=self._team.share)
        steps = int(train.cardinality())
        optimizer = make_optimizer(recipe, self._films.classifier, stage.rate, stage.epochs, steps)
        loss = make_loss(recipe.loss, self._dataset, recipe.label_smoothing)
        model.compile(optimizer=optimizer, loss=loss)
        model.optimizer.build(model.trainable_variables)  # to be restored, it must be there
        ours = self._watching(stage, steps)
        memory = KeptState(
            self._checkpoints, ours, number, begun, self._history, resumed, self._best
        )
        self._team.fit(
            model,
            train,
            validation_data=self._films.load(
                "validation", recipe.batch_size, share=self._team.share
            ),
            initial_epoch=first,
            epochs=begun + stage.epochs,
            # Given by hand: else Keras makes two iterators an epoch, and each takes a seed.
            steps_per_epoch=steps,
            callbacks=[*ours, *self._callbacks, memory],
            verbose=self._verbose,
        )
        self._best = memory.best
        stopped = any(getattr(each, "stopped_epoch", 0) for each in ours)
        if stopped and len(self._history) < begun + stage.epochs:
            self._say(f"Stopped: no better macro F1 for {recipe.patience} epochs.")

    def _watching(self, stage: _Stage, steps: int) -> list[keras.callbacks.Callback]:
        """The callbacks of a stage, in the order in which they act."""
        recipe = self._recipe
        callbacks = [RefuseNaN(self._films_of_batch)]
        if recipe.warmup_epochs and recipe.schedule != "cosine":
            warmup = round(recipe.warmup_epochs * steps / recipe.accumulation)
            callbacks.append(WarmUp(stage.rate, warmup))
        if recipe.ema_momentum is not None:
            callbacks.append(keras.callbacks.SwapEMAWeights(swap_on_epoch=True))
        callbacks.append(
            keras.callbacks.EarlyStopping(
                **_MONITOR, patience=recipe.patience, restore_best_weights=True
            )
        )
        if recipe.schedule == "plateau":
            # Smaller steps first; training stops where they do not help either.
            patience = recipe.plateau_patience or max(1, recipe.patience // 2)
            callbacks.append(
                keras.callbacks.ReduceLROnPlateau(
                    **_MONITOR,
                    factor=recipe.plateau_factor,
                    patience=patience,
                    min_lr=recipe.lowest_learning_rate,
                )
            )
        return callbacks

    def _load_train(self, epoch: int, **options) -> tf.data.Dataset:
        recipe = self._recipe
        return self._films.load(
            "train",
            recipe.batch_size,
            seed=recipe.seed,
            balanced=recipe.balanced,
            augmentation=make_augmentation(recipe.augmentation),
            epoch=epoch,
            **options,
        )

    def _films_of_batch(self, epoch: int, batch: int) -> list[str]:
        if not self._films.repeats:
            return []
        batches = self._load_train(epoch, with_ids=True).skip(batch).take(1)
        return [movie_id.decode() for _, _, ids in batches for movie_id in ids.numpy()]
