"""BaselineRun: what a baseline leaves behind, scored as a run is."""

import dataclasses
import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from keras_genre.data import MovieDataset
from keras_genre.errors import RunError
from keras_genre.features import SPLITS
from keras_genre.runs import Run
from keras_genre.scoring import DecisionRule, Predictions
from keras_genre.staging import staged_folder

__all__ = ["BaselineRun", "open_run"]

_FILE = "baseline.json"


@dataclasses.dataclass(frozen=True)
class BaselineRun:
    """What a baseline said of the films of every split, and how it was made.

    It has what scoring asks of a `Run`, and no model: a baseline is measured and not served. So
    the test films are predicted when it is made; nothing is chosen on them.

    | file                       | content                                               |
    |----------------------------|-------------------------------------------------------|
    | `baseline.json`            | the kind of baseline and every choice                 |
    | `rule.json`                | calibration and thresholds, fitted on validation      |
    | `predictions/<split>.npz`  | `Predictions` of every split                          |
    | `data.json`                | where the records lie, their hash, text, base rates   |

    Args:
        name: What tables call it.
        kind: "tfidf", "boosted" or "stacked".
        choices: Every choice, as JSON can hold it.
        rule: Calibration and thresholds, fitted on validation.
        predictions: `Predictions` by split.
        data: The fields of `data.json`.

    Example:
        >>> run = BaselineRun.load("runs/tfidf")  # doctest: +SKIP
        >>> predictions = run.predict("test")  # doctest: +SKIP
    """

    name: str
    kind: str
    choices: Mapping[str, object]
    rule: DecisionRule
    predictions: Mapping[str, Predictions]
    data: Mapping[str, object]

    @classmethod
    def of(
        cls, kind: str, choices: Mapping[str, object], dataset: MovieDataset, predictions
    ) -> "BaselineRun":
        """Make one of a baseline's predictions on `dataset`, its rule fitted on validation."""
        data = {
            "folder": str(dataset.folder.resolve()),
            "data_hash": dataset.manifest.data_hash,
            "base_rates": dataset.base_rates().tolist(),
            "text": dataset.manifest.text,
        }
        rule = DecisionRule.fit(predictions["validation"])
        return cls(kind, kind, choices, rule, predictions, data)

    @classmethod
    def load(cls, folder: str | Path) -> "BaselineRun":
        """Read what `save` wrote; the folder's name is the name.

        Raises:
            RunError: If the folder holds no baseline, or a damaged one; the message names the file.
        """
        folder = Path(folder)
        about, data = _read(folder, _FILE), _read(folder, "data.json")
        for file, content, fields in (
            (_FILE, about, ("kind", "choices", "splits")),
            ("data.json", data, ("folder", "data_hash", "base_rates", "text")),
        ):
            for field in fields:
                if not isinstance(content, dict) or field not in content:
                    raise _damaged(folder / file, f"it has no field {field!r}.")
        rule = DecisionRule.load(folder / "rule.json")
        predictions = {
            split: Predictions.load(folder / "predictions" / f"{split}.npz")
            for split in about["splits"]
        }
        for split, found in predictions.items():
            if found.split != split:
                raise _damaged(folder / "predictions" / f"{split}.npz", f"it is of {found.split}.")
        name = folder.resolve().name
        return cls(name, about["kind"], about["choices"], rule, predictions, data)

    def save(self, folder: str | Path) -> "BaselineRun":
        """Write it; the folder appears when all of it is written.

        Returns:
            The same, called by the folder's name.

        Raises:
            KerasGenreError: If the folder exists already or cannot be written.
        """
        folder = Path(folder)
        with staged_folder(folder, RunError) as staging:
            about = {"kind": self.kind, "choices": self.choices, "splits": list(self.predictions)}
            _write(staging / _FILE, about)
            _write(staging / "data.json", self.data)
            self.rule.save(staging / "rule.json")
            for split, predictions in self.predictions.items():
                predictions.save(staging / "predictions" / f"{split}.npz")
        return dataclasses.replace(self, name=folder.resolve().name)

    def fit_rule(self, method: str) -> DecisionRule:
        """Fit a rule of another method on the same films as its own; see `DecisionRule.fit`."""
        return DecisionRule.fit(self.predict("validation"), method)

    @property
    def data_hash(self) -> str:
        """The hash of the records that it was made from."""
        return self.data["data_hash"]

    @property
    def base_rates(self) -> np.ndarray:
        """Share of its training films that have each genre, of shape `(genres,)`."""
        return np.asarray(self.data["base_rates"])

    def predict(self, split: str) -> Predictions:
        """The predictions of a split.

        Raises:
            ValueError: If there is no such split.
            RunError: If the records had no films of it.
        """
        if split not in SPLITS:
            raise ValueError(f"Unknown split {split!r}. Expected one of {', '.join(SPLITS)}.")
        if split not in self.predictions:
            raise RunError(
                f"The baseline {self.name} was made from records without {split} films. It has "
                f"predictions of {', '.join(self.predictions)}."
            )
        return self.predictions[split]


def open_run(folder: str | Path) -> Run | BaselineRun:
    """Open what a training or a baseline left behind.

    Raises:
        RunError: If it is neither, or a damaged baseline.
    """
    return BaselineRun.load(folder) if (Path(folder) / _FILE).is_file() else Run(folder)


def _read(folder: Path, name: str):
    path = folder / name
    if not path.is_file():
        raise RunError(f"{folder} is no baseline: it has no {name}. Make it again.")
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as cause:
        raise _damaged(path, str(cause)) from cause


def _damaged(path: Path, why: str) -> RunError:
    return RunError(f"{path} is damaged: {why} Delete the folder and make the baseline again.")


def _write(path: Path, content) -> None:
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
