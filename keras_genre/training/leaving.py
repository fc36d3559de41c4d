"""Writing down what a training leaves behind."""

import dataclasses
import json
from pathlib import Path

import keras
import pandas as pd

from keras_genre.data import MovieDataset
from keras_genre.models import GenreClassifier
from keras_genre.preprocessing import MoviePreprocessor
from keras_genre.runs import Recipe
from keras_genre.scoring import DecisionRule
from keras_genre.training.films import TrainingFilms


def write_run(
    folder: Path,
    recipe: Recipe,
    trained: GenreClassifier,
    preprocessor: MoviePreprocessor,
    films: TrainingFilms,
    history: pd.DataFrame,
    dataset: MovieDataset,
) -> None:
    """Write a run's files: see `keras_genre.runs.Run`.

    The decision rule is fitted on validation; a model of plots and posters gets rules for films
    that lack one of them, on validation films from which it is taken away.

    Args:
        folder: An empty folder.
        recipe: How it was trained.
        trained: The model.
        preprocessor: Its preprocessor.
        films: What predicts the films of a split.
        history: A row an epoch.
        dataset: The records.
    """
    validation = films.predict("validation", trained)
    lacking = films.predict_lacking("validation", trained, validation)
    # Not "auto": to repeat this run elsewhere takes the precision that it had here.
    chosen = dataclasses.replace(recipe, dtype=trained.dtype_policy.name)
    (folder / "recipe.json").write_text(chosen.to_json(), encoding="utf-8")
    trained.save(folder / "model.keras")
    _write_json(folder / "preprocessor.json", keras.saving.serialize_keras_object(preprocessor))
    DecisionRule.fit(validation, recipe.rule, **lacking).save(folder / "rule.json")
    history.to_csv(folder / "history.csv", index=False)
    validation.save(folder / "predictions" / "validation.npz")
    for name, predictions in lacking.items():
        predictions.save(folder / "predictions" / f"validation_{name}.npz")
    data = {
        "folder": str(dataset.folder.resolve()),
        "data_hash": dataset.manifest.data_hash,
        "base_rates": dataset.base_rates().tolist(),
        "text": dataset.manifest.text,
    }
    _write_json(folder / "data.json", data)


def _write_json(path: Path, content) -> None:
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
