"""What a decision rule may consist of, and how it is written to JSON and read."""

from collections.abc import Mapping

import numpy as np

from keras_genre.features import SPLITS
from keras_genre.genres import GenreVocabulary
from keras_genre.scoring.calibration import Calibration

__all__ = [
    "METHODS",
    "as_thresholds",
    "check_fitted_on",
    "check_method",
    "from_values",
    "to_values",
]

METHODS = ("fixed", "global", "per_genre", "top_k")
_FORMAT = "keras_genre.decision_rule"
_VERSION = 2
_KINDS = {"genres": list, "thresholds": list, "method": str, "fitted_on": str}
_KINDS |= {"undefined_genres": list}
_NEW_KINDS = {"calibration": list, "top_k": int, "without_plot": dict, "without_poster": dict}


def as_thresholds(thresholds, vocabulary: GenreVocabulary) -> np.ndarray:
    """Return a read-only float32 array of shape `(genres,)`.

    Raises:
        ValueError: If they are no numbers in [0, 1], one for each genre.
    """
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


def check_fitted_on(split: str) -> None:
    """Refuse the test split, and what is no split.

    Raises:
        ValueError: If it is one of these.
    """
    if split == "test":
        raise ValueError(
            "A decision rule cannot be fitted on the test split: scores on it would no longer "
            "say how well new films do. Fit it on validation predictions."
        )
    if split not in ("", *SPLITS):
        raise ValueError(f"Unknown split {split!r} in fitted_on. Expected train or validation.")


def check_method(method: str, top_k: int | None) -> None:
    """Refuse an unknown method, and a top_k that does not go with it.

    Raises:
        ValueError: If it is one of these.
    """
    if method not in METHODS:
        raise ValueError(f"Unknown method {method!r}. Expected one of {', '.join(METHODS)}.")
    is_number = isinstance(top_k, int) and not isinstance(top_k, bool) and top_k >= 1
    if not (is_number if method == "top_k" else top_k is None):
        raise ValueError(
            f"Expected top_k of at least 1 with the method 'top_k' and None with any other, "
            f"received {top_k!r} with {method!r}."
        )


def to_values(rule) -> dict:
    """Return plain values, ready for JSON, that `from_values` turns back exactly."""
    parts = {"without_plot": rule.without_plot, "without_poster": rule.without_poster}
    return {
        "format": _FORMAT,
        "version": _VERSION,
        "genres": list(rule.vocabulary.names),
        "thresholds": [float(threshold) for threshold in rule.thresholds],
        "method": rule.method,
        "fitted_on": rule.fitted_on,
        "undefined_genres": list(rule.undefined_genres),
        "calibration": rule.calibration and rule.calibration.to_list(),
        "top_k": rule.top_k,
        **{name: part and to_values(part) for name, part in parts.items()},
    }


def from_values(values: Mapping) -> dict:
    """Return the arguments of a rule from what `to_values` gave, those of its parts too.

    Raises:
        ValueError: If a field is missing, unknown or unsound; the message names it.
    """
    _check_fields(values)
    try:
        vocabulary = GenreVocabulary(values["genres"])
    except (TypeError, ValueError) as error:
        raise ValueError(f"Field 'genres': {error}") from error
    names = ("thresholds", "method", "fitted_on", "undefined_genres")
    arguments = {"vocabulary": vocabulary, **{name: values[name] for name in names}}
    if values["version"] == 1:
        return arguments
    calibration = values["calibration"]
    if calibration is not None:
        calibration = Calibration.from_list(calibration, values["fitted_on"])
    arguments |= {"calibration": calibration, "top_k": values["top_k"]}
    for name in ("without_plot", "without_poster"):
        arguments[name] = values[name] and _part_from_values(name, values[name])
    return arguments


def _part_from_values(name: str, values: Mapping) -> dict:
    try:
        return from_values(values)
    except ValueError as error:
        raise ValueError(f"Field {name!r}: {error}") from error


def _check_fields(values) -> None:
    """Refuse anything but the fields of `to_values` in this version or the first."""
    if not isinstance(values, Mapping):
        raise ValueError(f"Expected a JSON object, received {type(values).__name__}.")
    if values.get("format") != _FORMAT:
        raise ValueError(
            f"Field 'format': expected {_FORMAT!r}, received {values.get('format')!r}."
        )
    version = values.get("version")
    if version not in (1, _VERSION):
        raise ValueError(f"Field 'version': expected 1 or {_VERSION}, received {version!r}.")
    new = _NEW_KINDS if version == _VERSION else {}
    for field, kind in {**_KINDS, **new}.items():
        nothing = field in new and field in values and values[field] is None
        if not nothing and not isinstance(values.get(field), kind):
            raise ValueError(
                f"Field {field!r}: expected a {kind.__name__}, received {values.get(field)!r:.100}."
            )
    unknown = sorted(set(values) - set(_KINDS) - set(new) - {"format", "version"})
    if unknown:
        raise ValueError(f"Unknown field {unknown[0]!r}.")
