"""From a recipe and records to a run."""

import dataclasses
import json
import math
from collections.abc import Callable, Sequence
from pathlib import Path

import keras
import pandas as pd

from keras_genre.data import MovieDataset
from keras_genre.data.damaged_shard import damaged_shard_named
from keras_genre.errors import DatasetError, RunError
from keras_genre.models import GenreClassifier
from keras_genre.models.word_vectors import set_word_vectors, word_vectors_width
from keras_genre.preprocessing import MoviePreprocessor
from keras_genre.runs import Recipe, Run
from keras_genre.scoring import DecisionRule
from keras_genre.staging import staged_folder
from keras_genre.training.augmentations import make_augmentation
from keras_genre.training.films import TrainingFilms
from keras_genre.training.losses import make_loss


def train(
    recipe: Recipe,
    dataset: MovieDataset,
    folder: str | Path,
    callbacks: Sequence[keras.callbacks.Callback] = (),
    verbose: int = 0,
    say: Callable[[str], None] | None = None,
) -> Run:
    """Train a model by a recipe, and leave a run.

    The best epoch is the one with the highest validation macro F1 at its best single threshold;
    its weights are kept, and the thresholds of the run are then chosen on validation. The test
    films are not read. The folder appears when all of it is written.

    What encoders say whose weights are frozen whole is computed once for all trainings whose runs
    lie side by side, and kept in a folder `.features` there.

    Args:
        recipe: Every choice.
        dataset: Records with a train and a validation split.
        folder: Where the run shall lie; it must not exist yet.
        callbacks: Further Keras callbacks, for example to show progress.
        verbose: As in `keras.Model.fit`.
        say: Called with a line for people while features are computed.

    Returns:
        The `Run`.

    Raises:
        RunError: If `folder` exists already or cannot be written, or the loss becomes NaN.
        DatasetError: If the records have no validation films, or are damaged.
        WeightsError: If pretrained weights cannot be loaded or do not fit.
    """
    if "validation" not in dataset.splits:
        raise DatasetError(
            f"{dataset.folder} has no validation films, and the best epoch and the thresholds are "
            f"chosen on them. Prepare the records again with a validation split."
        )
    with staged_folder(folder, RunError) as staging, damaged_shard_named(dataset):
        keras.utils.set_random_seed(recipe.seed)
        preprocessor, model = _build(recipe, dataset)
        augmented = recipe.augmentation != "none"
        features = Path(folder).parent / ".features"
        films = TrainingFilms(model, preprocessor, dataset, augmented, features, say)
        history = _fit(films, recipe, dataset, callbacks, verbose)
        validation = films.predict("validation")
        # Not "auto": to repeat this run elsewhere takes the precision that it had here.
        chosen = dataclasses.replace(recipe, dtype=model.dtype_policy.name)
        (staging / "recipe.json").write_text(chosen.to_json(), encoding="utf-8")
        model.save(staging / "model.keras")
        serialized = keras.saving.serialize_keras_object(preprocessor)
        _write_json(staging / "preprocessor.json", serialized)
        DecisionRule.fit(validation).save(staging / "rule.json")
        history.to_csv(staging / "history.csv", index=False)
        validation.save(staging / "predictions" / "validation.npz")
        data = {
            "folder": str(dataset.folder.resolve()),
            "data_hash": dataset.manifest.data_hash,
            "base_rates": dataset.base_rates().tolist(),
            "text": dataset.manifest.text,
        }
        _write_json(staging / "data.json", data)
    return Run(folder)


def _build(recipe: Recipe, dataset: MovieDataset) -> tuple[MoviePreprocessor, GenreClassifier]:
    changes = recipe.preset_changes
    preprocessor = MoviePreprocessor.from_preset(recipe.preset, **changes)
    preprocessor.adapt(dataset.plots("train"))
    if recipe.word_vectors:
        width = word_vectors_width(recipe.word_vectors)
        options = dict(changes.get("text_options", ()))
        changes["text_options"] = {**options, "embedding_dim": width}
    model = GenreClassifier.from_preset(
        recipe.preset,
        dataset.vocabulary,
        dtype=recipe.dtype,
        modality_dropout=recipe.modality_dropout,
        **changes,
    )
    if recipe.word_vectors:
        words = preprocessor.plot.get_vocabulary()
        set_word_vectors(model.text_encoder, words, recipe.word_vectors)
    return preprocessor, model


def _fit(films: TrainingFilms, recipe, dataset, callbacks, verbose) -> pd.DataFrame:
    model = films.model
    loss = make_loss(recipe.loss, dataset)
    optimizer = keras.optimizers.AdamW(recipe.learning_rate, weight_decay=recipe.weight_decay)
    model.compile(optimizer=optimizer, loss=loss)
    best_epoch = keras.callbacks.EarlyStopping(
        "val_macro_f1", mode="max", patience=recipe.patience, restore_best_weights=True
    )
    # Smaller steps first; training stops where they do not help either.
    smaller_steps = keras.callbacks.ReduceLROnPlateau(
        "val_macro_f1", mode="max", factor=0.3, patience=max(1, recipe.patience // 2)
    )
    augmentation = make_augmentation(recipe.augmentation)
    train = films.load("train", recipe.batch_size, seed=recipe.seed, augmentation=augmentation)
    history = model.fit(
        train,
        validation_data=films.load("validation", recipe.batch_size),
        epochs=recipe.epochs,
        callbacks=[best_epoch, smaller_steps, _RefuseNaN(), *callbacks],
        verbose=verbose,
    )
    frame = pd.DataFrame(history.history)
    frame.insert(0, "epoch", range(1, len(frame) + 1))
    return frame


class _RefuseNaN(keras.callbacks.Callback):
    """Ends a training whose loss is no number any more, and says when that was."""

    def on_train_batch_end(self, batch, logs=None):
        loss = (logs or {}).get("loss")
        if loss is not None and not math.isfinite(loss):
            raise RunError(
                f"The loss became {loss} at step {int(self.model.optimizer.iterations)} "
                f"(step {batch + 1} of its epoch). Try a smaller learning rate."
            )


def _write_json(path: Path, content) -> None:
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
