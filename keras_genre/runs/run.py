"""Run: the folder that a training leaves behind."""

import dataclasses
import functools
import json
import warnings
from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
import pandas as pd

from keras_genre.data import MovieDataset
from keras_genre.data.damaged_shard import damaged_shard_named
from keras_genre.errors import DatasetError, KerasGenreError, RunError
from keras_genre.features import SPLITS
from keras_genre.models import GenreClassifier, load_model
from keras_genre.preprocessing import MoviePreprocessor
from keras_genre.runs.predicting import predict
from keras_genre.runs.recipe import Recipe
from keras_genre.scoring import DecisionRule, Predictions


@dataclasses.dataclass(frozen=True)
class Run:
    """The folder that a training leaves behind.

    | file                       | content                                               |
    |----------------------------|-------------------------------------------------------|
    | `recipe.json`              | every choice, the precision that "auto" chose         |
    | `model.keras`              | the best epoch's model                                |
    | `preprocessor.json`        | its preprocessor, vocabulary included                 |
    | `rule.json`                | calibration and thresholds, fitted on validation      |
    | `history.csv`              | a row an epoch                                        |
    | `predictions/<split>.npz`  | `Predictions` of validation, and of test once scored  |
    | `predictions/validation_without_<plot or poster>.npz` | the same films, deprived   |
    | `data.json`                | where the records lie, their hash, text, base rates   |

    Args:
        folder: The folder.

    Raises:
        RunError: If it is no run.

    Example:
        >>> run = Run("runs/concat_fusion_small")  # doctest: +SKIP
        >>> predictions = run.predict("test")  # doctest: +SKIP
    """

    folder: Path

    def __post_init__(self):
        object.__setattr__(self, "folder", Path(self.folder))
        if (self.folder / "baseline.json").is_file():
            raise RunError(
                f"{self.folder} is a baseline: evaluate and compare take it, and nothing else, for "
                f"it keeps its answers and no model. Expected a run that `keras-genre train` left."
            )
        if not (self.folder / "recipe.json").is_file():
            raise RunError(
                f"{self.folder} is no run: it has no recipe.json. "
                f"Make one with `keras-genre train`."
            )

    @property
    def name(self) -> str:
        """The name of the folder."""
        return self.folder.resolve().name

    @functools.cached_property
    def recipe(self) -> Recipe:
        """Every choice of the training."""
        return self._parsed("recipe.json", lambda path: Recipe.from_json(_text(path)))

    @functools.cached_property
    def model(self) -> GenreClassifier:
        """The model of the best epoch."""
        return self._parsed("model.keras", load_model)

    @functools.cached_property
    def preprocessor(self) -> MoviePreprocessor:
        """The preprocessor, its vocabulary learned."""
        return self._parsed("preprocessor.json", _load_preprocessor)

    @functools.cached_property
    def rule(self) -> DecisionRule:
        """Calibration and thresholds, fitted on validation."""
        return DecisionRule.load(self._path("rule.json"))

    def fit_rule(self, method: str) -> DecisionRule:
        """Fit a rule of another method on the same films as the run's own.

        Args:
            method: As in `DecisionRule.fit`.
        """
        lacking = {}
        for name in ("without_plot", "without_poster"):
            path = self.folder / "predictions" / f"validation_{name}.npz"
            lacking[name] = Predictions.load(path) if path.is_file() else None
        return DecisionRule.fit(self.predict("validation"), method, **lacking)

    @property
    def history(self) -> pd.DataFrame:
        """Losses and metrics, a row an epoch."""
        return self._parsed("history.csv", pd.read_csv)

    @functools.cached_property
    def dataset(self) -> MovieDataset:
        """The records that it was trained on.

        Raises:
            RunError: If they changed since.
        """
        folder = self._data["folder"]
        try:
            dataset = MovieDataset(folder)
        except DatasetError as cause:
            raise RunError(f"The records that {self.folder} was trained on: {cause}") from cause
        if dataset.manifest.data_hash != self.data_hash:
            raise RunError(
                f"The records in {folder} are not those that {self.folder} was trained on "
                f"(another data hash). Train again, or bring the old records back."
            )
        return dataset

    @property
    def data_hash(self) -> str:
        """The hash of the records that it was trained on."""
        return self._data["data_hash"]

    @property
    def base_rates(self) -> np.ndarray:
        """Share of its training films that have each genre, of shape `(genres,)`."""
        return np.asarray(self._data["base_rates"])

    @property
    def text(self) -> str:
        """What its plots hold, one of `features.TEXTS`."""
        return self._data["text"]

    def predict(
        self,
        split: str,
        transform: Callable[[dict], dict] | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> Predictions:
        """The predictions of a split: read where they were saved, else computed and saved.

        Where they cannot be saved (somebody else's run, a full disk), a warning says so.

        Args:
            split: "train", "validation" or "test".
            transform: What is done to the films first, as in `keras_genre.predict`; such
                predictions are computed each time, and not saved.
            progress: Called as `progress(done, total)`, in films, where they are computed.

        Raises:
            ValueError: If there is no such split.
            RunError: If they have to be computed and the records are not there any more.
            DatasetError: If they have to be computed and the records are damaged.
        """
        if split not in SPLITS:
            raise ValueError(f"Unknown split {split!r}. Expected one of {', '.join(SPLITS)}.")
        if transform:
            return self._computed(split, transform, progress)
        path = self.folder / "predictions" / f"{split}.npz"
        if split in self._unsaved:
            return self._unsaved[split]
        if path.is_file():
            predictions = Predictions.load(path)
            if predictions.split != split:
                raise RunError(f"{path} holds predictions of the {predictions.split} split.")
            return predictions
        predictions = self._computed(split, None, progress)
        try:
            predictions.save(path)
        except KerasGenreError as cause:
            warnings.warn(f"The {split} predictions are not saved. {cause}", stacklevel=2)
            self._unsaved[split] = predictions
        return predictions

    @functools.cached_property
    def _unsaved(self) -> dict[str, Predictions]:
        """Predictions of splits that could not be saved, so that they are not computed again."""
        return {}

    def _computed(self, split: str, transform, progress) -> Predictions:
        with damaged_shard_named(self.dataset):
            return predict(
                self.model,
                self.preprocessor,
                self.dataset,
                split,
                transform=transform,
                progress=progress,
            )

    @functools.cached_property
    def _data(self) -> dict:
        return self._parsed("data.json", _load_data)

    def _path(self, name: str) -> Path:
        path = self.folder / name
        if not path.is_file():
            raise RunError(f"The run {self.folder} is incomplete: it has no {name}. Train again.")
        return path

    def _parsed(self, name: str, parse: Callable):
        path = self._path(name)
        try:
            return parse(path)
        except (RunError, ValueError, TypeError, KeyError, OSError) as cause:
            raise RunError(f"{path} is damaged: {cause} Train again.") from cause


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _load_preprocessor(path: Path) -> MoviePreprocessor:
    preprocessor = keras.saving.deserialize_keras_object(json.loads(_text(path)))
    if not isinstance(preprocessor, MoviePreprocessor):
        raise ValueError("it is no preprocessor.")
    return preprocessor


def _load_data(path: Path) -> dict:
    data = json.loads(_text(path))
    for field in ("folder", "data_hash", "base_rates", "text"):
        if field not in data:
            raise ValueError(f"it has no field {field!r}.")
    return data
