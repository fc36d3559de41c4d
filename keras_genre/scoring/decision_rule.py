"""From probabilities to genres: one threshold a genre, chosen on validation."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from keras_genre.errors import RunError
from keras_genre.features import SPLITS
from keras_genre.genres import GenreVocabulary
from keras_genre.scoring.predictions import Predictions
from keras_genre.scoring.thresholds import best_threshold
from keras_genre.staging import staged_file

__all__ = ["DecisionRule"]

_FORMAT = "keras_genre.decision_rule"
_VERSION = 1
_METHODS = ("fixed", "global", "per_genre")


@dataclass(frozen=True, eq=False)
class DecisionRule:
    """Says which genres a film gets: those whose probability is over their threshold.

    Make one with `fit`, on validation predictions, or with `fixed`. The comparison is strict
    and in float32, here as in the served model, so both select the same genres.

    Args:
        vocabulary: The genres, in column order.
        thresholds: One number in [0, 1] for each genre. Kept as float32 of shape `(genres,)`.
        method: How the thresholds were found: `"fixed"`, `"global"` or `"per_genre"`.
        fitted_on: The split they were found on; empty for fixed ones. Never `"test"`.
        undefined_genres: Genres that no film had when the rule was fitted, so that their
            threshold rests on nothing.

    Raises:
        ValueError: If an argument is none of the above.

    Example:
        >>> from keras_genre.genres import GenreVocabulary
        >>> rule = DecisionRule.fixed(GenreVocabulary(["Drama", "Sci-Fi"]), 0.5)
        >>> rule.select([[0.2, 0.9], [0.5, 0.1]])
        array([[False,  True],
               [False, False]])
    """

    vocabulary: GenreVocabulary
    thresholds: np.ndarray
    method: str
    fitted_on: str
    undefined_genres: tuple[str, ...] = ()

    def __post_init__(self):
        if not isinstance(self.vocabulary, GenreVocabulary):
            raise ValueError(
                "Expected vocabulary as a GenreVocabulary, received "
                f"{type(self.vocabulary).__name__}."
            )
        if self.method not in _METHODS:
            raise ValueError(
                f"Unknown method {self.method!r}. Expected one of {', '.join(_METHODS)}."
            )
        _check_fitted_on(self.fitted_on)
        thresholds = _as_thresholds(self.thresholds, self.vocabulary)
        object.__setattr__(self, "thresholds", thresholds)
        object.__setattr__(self, "undefined_genres", tuple(self.undefined_genres))
        for genre in self.undefined_genres:
            if not isinstance(genre, str) or genre not in self.vocabulary:
                raise ValueError(f"Unknown genre {genre!r} in undefined_genres.")

    @classmethod
    def fixed(cls, vocabulary: GenreVocabulary, threshold: float = 0.5) -> "DecisionRule":
        """Use one threshold for every genre, chosen without looking at a film."""
        thresholds = np.full(len(vocabulary), threshold, dtype="float32")
        return cls(vocabulary, thresholds, method="fixed", fitted_on="")

    @classmethod
    def fit(cls, predictions: Predictions, method: str = "per_genre") -> "DecisionRule":
        """Find the thresholds with the best F1 on validation predictions.

        One threshold a genre suits macro F1, to which each genre counts by itself; one for all
        suits micro F1, which pools all decisions. Every cut that the probabilities allow is
        tried. A threshold is put midway between two neighbouring probabilities, so small
        differences of arithmetic flip no film unless the neighbours themselves are that close.

        Args:
            predictions: Predictions on films that the model did not learn from.
            method: `"per_genre"` maximises each genre's own F1, and so macro F1; `"global"`
                finds the one threshold with the best micro F1. With `"per_genre"`, a genre that
                no film has gets 0.5; with either it is named in `undefined_genres`.

        Raises:
            ValueError: If the predictions are on the test split, or the method is unknown.
        """
        if method not in ("per_genre", "global"):
            raise ValueError(
                f"Unknown method {method!r}. Expected 'per_genre' or 'global'; "
                "for a threshold of your own write DecisionRule.fixed."
            )
        _check_fitted_on(predictions.split)
        labels, probabilities = predictions.labels, predictions.probabilities
        defined = labels.any(axis=0)
        thresholds = np.full(len(defined), 0.5, dtype="float32")
        if method == "per_genre":
            for genre in np.nonzero(defined)[0]:
                thresholds[genre] = best_threshold(labels[:, genre], probabilities[:, genre])
        elif defined.any():
            thresholds[:] = best_threshold(labels, probabilities)
        undefined = tuple(predictions.vocabulary[int(i)] for i in np.nonzero(~defined)[0])
        return cls(predictions.vocabulary, thresholds, method, predictions.split, undefined)

    def select(self, probabilities) -> np.ndarray:
        """Return a boolean array, True where a probability is over its genre's threshold.

        Args:
            probabilities: Numbers of shape `(films, genres)` or `(genres,)`.

        Raises:
            ValueError: If the last axis is not the genres, or a probability is NaN.
        """
        probabilities = np.asarray(probabilities, dtype="float32")
        if probabilities.shape[-1:] != self.thresholds.shape:
            raise ValueError(
                f"Expected probabilities of shape (films, {len(self.vocabulary)}), "
                f"received {probabilities.shape}."
            )
        if np.isnan(probabilities).any():
            raise ValueError("Expected probabilities, received NaN, which is over no threshold.")
        return probabilities > self.thresholds

    def to_dict(self) -> dict:
        """Return plain values, ready for JSON, that `from_dict` turns back exactly."""
        return {
            "format": _FORMAT,
            "version": _VERSION,
            "genres": list(self.vocabulary.names),
            "thresholds": [float(threshold) for threshold in self.thresholds],
            "method": self.method,
            "fitted_on": self.fitted_on,
            "undefined_genres": list(self.undefined_genres),
        }

    @classmethod
    def from_dict(cls, values: Mapping) -> "DecisionRule":
        """Make a rule of what `to_dict` gave.

        Raises:
            ValueError: If a field is missing, unknown or unsound; the message names it.
        """
        _check_fields(values)
        try:
            vocabulary = GenreVocabulary(values["genres"])
        except (TypeError, ValueError) as error:
            raise ValueError(f"Field 'genres': {error}") from error
        return cls(
            vocabulary,
            values["thresholds"],
            values["method"],
            values["fitted_on"],
            values["undefined_genres"],
        )

    def save(self, path: str | os.PathLike) -> Path:
        """Write the rule to a JSON file.

        Raises:
            KerasGenreError: If it cannot be written.
        """
        text = json.dumps(self.to_dict(), indent=2, ensure_ascii=False) + "\n"
        with staged_file(path) as staging:
            staging.write_text(text, encoding="utf-8")
        return Path(path)

    @classmethod
    def load(cls, path: str | os.PathLike) -> "DecisionRule":
        """Read what `save` wrote.

        Raises:
            RunError: If there is no such file, or it is damaged or holds something else; the
                message names the file and the field.
        """
        path = Path(path)
        if not path.is_file():
            raise RunError(f"There is no decision rule at {path}. Fit one and save it there.")
        try:
            return cls.from_dict(json.loads(path.read_text(encoding="utf-8")))
        except (ValueError, RecursionError) as error:
            raise RunError(f"{path} does not hold a sound decision rule: {error}") from error


def _as_thresholds(thresholds, vocabulary: GenreVocabulary) -> np.ndarray:
    """Return a read-only float32 array of shape `(genres,)`."""
    try:
        numbers = np.asarray(thresholds)
    except ValueError as error:  # rows of unequal length
        raise ValueError(f"Expected thresholds as numbers, received {thresholds!r}.") from error
    if numbers.dtype.kind not in "iuf":
        raise ValueError(f"Expected thresholds as numbers, received {thresholds!r}.")
    with np.errstate(over="ignore"):  # what overflows is refused below
        thresholds = np.array(numbers, dtype="float32")
    if thresholds.shape != (len(vocabulary),):
        raise ValueError(
            f"Expected thresholds of shape ({len(vocabulary)},), one for each genre, "
            f"received {thresholds.shape}."
        )
    wrong = np.nonzero(~((thresholds >= 0) & (thresholds <= 1)))[0]  # NaN is wrong too
    if len(wrong):
        raise ValueError(
            f"Expected thresholds in [0, 1], received {thresholds[wrong[0]]} for "
            f"{vocabulary[int(wrong[0])]!r}."
        )
    thresholds.setflags(write=False)
    return thresholds


def _check_fitted_on(split: str) -> None:
    if split == "test":
        raise ValueError(
            "A decision rule cannot be fitted on the test split: scores on it would no longer "
            "say how well new films do. Fit it on validation predictions."
        )
    if split not in ("", *SPLITS):
        raise ValueError(f"Unknown split {split!r} in fitted_on. Expected train or validation.")


def _check_fields(values) -> None:
    """Refuse anything but the fields of `to_dict` in this version, naming the first."""
    if not isinstance(values, Mapping):
        raise ValueError(f"Expected a JSON object, received {type(values).__name__}.")
    for field, expected in (("format", _FORMAT), ("version", _VERSION)):
        if values.get(field) != expected:
            raise ValueError(
                f"Field {field!r}: expected {expected!r}, received {values.get(field)!r}."
            )
    kinds = {"genres": list, "thresholds": list, "method": str, "fitted_on": str}
    for field, kind in {**kinds, "undefined_genres": list}.items():
        if not isinstance(values.get(field), kind):
            raise ValueError(
                f"Field {field!r}: expected a {kind.__name__}, received {values.get(field)!r}."
            )
    unknown = sorted(set(values) - set(kinds) - {"format", "version", "undefined_genres"})
    if unknown:
        raise ValueError(f"Unknown field {unknown[0]!r}.")
