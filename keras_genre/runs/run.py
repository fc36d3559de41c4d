"""Run: the folder that a training leaves behind."""

import dataclasses
import functools
import json
from pathlib import Path

import keras
import pandas as pd

from keras_genre.data import MovieDataset
from keras_genre.errors import RunError
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
    | `recipe.json`              | every choice                                          |
    | `model.keras`              | the best epoch's model                                |
    | `preprocessor.json`        | its preprocessor, vocabulary included                 |
    | `rule.json`                | thresholds, chosen on validation                      |
    | `history.csv`              | a row an epoch                                        |
    | `predictions/<split>.npz`  | `Predictions` of validation, and of test once scored  |
    | `data.json`                | where the records lie, and their hash                 |

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
        return Recipe.from_json(self._read("recipe.json"))

    @functools.cached_property
    def model(self) -> GenreClassifier:
        """The model of the best epoch."""
        return load_model(self._path("model.keras"))

    @functools.cached_property
    def preprocessor(self) -> MoviePreprocessor:
        """The preprocessor, its vocabulary learned."""
        return keras.saving.deserialize_keras_object(json.loads(self._read("preprocessor.json")))

    @functools.cached_property
    def rule(self) -> DecisionRule:
        """The thresholds, chosen on validation."""
        return DecisionRule.load(self._path("rule.json"))

    @property
    def history(self) -> pd.DataFrame:
        """Losses and metrics, a row an epoch."""
        return pd.read_csv(self._path("history.csv"))

    @functools.cached_property
    def dataset(self) -> MovieDataset:
        """The records that it was trained on.

        Raises:
            RunError: If they changed since.
        """
        data = json.loads(self._read("data.json"))
        dataset = MovieDataset(data["folder"])
        if dataset.manifest.data_hash != data["data_hash"]:
            raise RunError(
                f"The records in {data['folder']} are not those that {self.folder} was trained on "
                f"(another data hash). Train again, or bring the old records back."
            )
        return dataset

    @property
    def data_hash(self) -> str:
        """The hash of the records that it was trained on."""
        return json.loads(self._read("data.json"))["data_hash"]

    def predict(self, split: str) -> Predictions:
        """The predictions of a split: read where they were saved, else computed and saved."""
        path = self.folder / "predictions" / f"{split}.npz"
        if path.is_file():
            return Predictions.load(path)
        predictions = predict(self.model, self.preprocessor, self.dataset, split)
        predictions.save(path)
        return predictions

    def _path(self, name: str) -> Path:
        path = self.folder / name
        if not path.is_file():
            raise RunError(f"The run {self.folder} is incomplete: it has no {name}. Train again.")
        return path

    def _read(self, name: str) -> str:
        return self._path(name).read_text(encoding="utf-8")
