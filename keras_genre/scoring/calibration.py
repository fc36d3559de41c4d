"""From what a model says to how often it is so."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from keras_genre.features import SPLITS
from keras_genre.genres import GenreVocabulary
from keras_genre.scoring.calibration_curves import IDENTITY, Curve
from keras_genre.scoring.logits import from_logits, to_logits
from keras_genre.scoring.predictions import Predictions

__all__ = ["Calibration"]

_METHODS = ("identity", "temperature", "platt", "isotonic")
_FIELDS = {"genre": str, "method": str, "slope": float, "bias": float, "knots": list, "bends": list}


@dataclass(frozen=True, eq=False)
class Calibration:
    """Turns probabilities into ones that come true as often as they say, genre by genre.

    Each genre has a rising curve over the logit: none (identity), a stretch (temperature), a line
    (Platt) or a line with bends (isotonic). So films keep their order, and the served graph draws
    the same curves. A probability over 0.999 counts as 0.999 and one under 1e-6 as 1e-6, except in
    a genre that stays as it is.

    Args:
        vocabulary: The genres, in column order.
        methods: "identity", "temperature", "platt" or "isotonic" for each.
        curves: Their curves, as `keras_genre.scoring.calibration_curves.Curve`.
        fitted_on: The split they were fitted on. Never `"test"`.

    Raises:
        ValueError: If an argument is none of the above, or a curve does not rise.

    Example:
        >>> vocabulary = GenreVocabulary(["Drama", "Sci-Fi"])
        >>> calibration = Calibration(
        ...     vocabulary, ["identity", "temperature"], [Curve(), Curve(slope=0.5)], "validation"
        ... )
        >>> calibration.apply([[0.9, 0.9]]).round(2)
        array([[0.9 , 0.75]], dtype=float32)
    """

    vocabulary: GenreVocabulary
    methods: Sequence[str]
    curves: Sequence[Curve]
    fitted_on: str

    def __post_init__(self):
        genres = list(self.vocabulary)
        for field in ("methods", "curves"):
            if len(getattr(self, field)) != len(genres):
                raise ValueError(
                    f"Expected {len(genres)} {field}, one for each genre, received "
                    f"{len(getattr(self, field))}."
                )
        for genre, method, curve in zip(genres, self.methods, self.curves, strict=True):
            if method not in _METHODS:
                raise ValueError(
                    f"Unknown method {method!r} for {genre!r}. Expected one of "
                    f"{', '.join(_METHODS)}."
                )
            _check_curve(genre, curve)
        if self.fitted_on not in ("", *SPLITS) or self.fitted_on == "test":
            raise ValueError(
                f"A calibration cannot be fitted on {self.fitted_on!r}. Fit it on validation "
                "predictions: on test, scores would no longer say how well new films do."
            )
        object.__setattr__(self, "methods", tuple(self.methods))
        object.__setattr__(self, "curves", tuple(self.curves))

    @classmethod
    def fit(cls, predictions: Predictions) -> "Calibration":
        """Choose and fit each genre's curve.

        The method with the lowest log loss, by cross-validation over the films, is taken; see
        `keras_genre.scoring.calibration_choice.choose_curve`. A genre with fewer than 50 films gets
        no isotonic curve, one with fewer than 5 a stretch at most, and one that no film has, or all
        have, stays as it is.

        Args:
            predictions: Predictions on films that the model did not learn from.

        Raises:
            ValueError: If the predictions are on the test split.
        """
        from keras_genre.scoring.calibration_choice import choose_curve  # SciPy takes its time

        logits = to_logits(predictions.probabilities).astype("float64")  # (films, genres)
        labels = predictions.labels.astype(bool)
        if predictions.split == "test":
            chosen = [("identity", IDENTITY)] * len(predictions.vocabulary)  # refused below
        else:
            chosen = [choose_curve(*pair) for pair in zip(logits.T, labels.T, strict=True)]
        methods, curves = zip(*chosen, strict=True)
        return cls(predictions.vocabulary, methods, curves, predictions.split)

    def apply(self, probabilities) -> np.ndarray:
        """Return calibrated probabilities, float32 of the same shape.

        Args:
            probabilities: What the model says, of shape `(films, genres)` or `(genres,)`.

        Raises:
            ValueError: If the last axis is not the genres.
        """
        probabilities = np.asarray(probabilities, "float32")
        if probabilities.shape[-1:] != (len(self.vocabulary),):
            raise ValueError(
                f"Expected probabilities of shape (films, {len(self.vocabulary)}), "
                f"received {probabilities.shape}."
            )
        slopes, biases, knots, bends = self.arrays()
        logits = to_logits(probabilities)
        calibrated = slopes * logits + biases
        for knot, bend in zip(knots, bends, strict=True):
            calibrated = calibrated + bend * np.maximum(logits - knot, 0)
        return np.where(self.is_identity, probabilities, from_logits(calibrated))

    def of_genres(self, vocabulary: GenreVocabulary) -> "Calibration":
        """Return the same calibration of some of its genres.

        Raises:
            ValueError: If it does not know one of them.
        """
        columns = [self.vocabulary.index(genre) for genre in vocabulary]
        methods = tuple(self.methods[column] for column in columns)
        curves = tuple(self.curves[column] for column in columns)
        return dataclasses.replace(self, vocabulary=vocabulary, methods=methods, curves=curves)

    @property
    def is_identity(self) -> np.ndarray:
        """Which genres stay as they are, booleans of shape `(genres,)`."""
        return np.array([method == "identity" for method in self.methods])

    def arrays(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Slopes and biases of shape `(genres,)`, knots and bends of `(most knots, genres)`.

        All are float32; a genre with fewer knots has bends of 0 for the rest.
        """
        most = max(len(curve.knots) for curve in self.curves)
        rows = [
            (*curve[:2], *_padded(curve.knots, most), *_padded(curve.bends, most))
            for curve in self.curves
        ]
        columns = np.array(rows, "float32").T
        return columns[0], columns[1], columns[2 : 2 + most], columns[2 + most :]

    def to_list(self) -> list[dict]:
        """Return plain values, ready for JSON, that `from_list` turns back exactly."""
        return [
            {
                "genre": genre,
                "method": method,
                "slope": float(curve.slope),
                "bias": float(curve.bias),
                "knots": list(map(float, curve.knots)),
                "bends": list(map(float, curve.bends)),
            }
            for genre, method, curve in zip(self.vocabulary, self.methods, self.curves, strict=True)
        ]

    @classmethod
    def from_list(cls, values: Sequence[Mapping], fitted_on: str) -> "Calibration":
        """Make a calibration of what `to_list` gave.

        Raises:
            ValueError: If a field is missing, unknown or unsound; the message names it.
        """
        for value in values:
            _check_fields(value)
        vocabulary = GenreVocabulary([value["genre"] for value in values])
        curves = [
            Curve(value["slope"], value["bias"], tuple(value["knots"]), tuple(value["bends"]))
            for value in values
        ]
        return cls(vocabulary, [value["method"] for value in values], curves, fitted_on)


def _padded(values: tuple[float, ...], size: int) -> list[float]:
    return [*values, *[0.0] * (size - len(values))]


def _check_curve(genre: str, curve: Curve) -> None:
    """Refuse anything but finite numbers, ascending knots and a slope above 0 everywhere."""
    try:
        numbers = np.asarray([curve.slope, curve.bias, *curve.knots, *curve.bends], "float64")
        sound = np.isfinite(numbers).all() and len(curve.knots) == len(curve.bends)
    except (TypeError, ValueError):
        sound = False
    if not sound:
        raise ValueError(
            f"Expected the curve of {genre!r} as finite numbers, with a bend for each knot; "
            f"received {curve!r:.200}."
        )
    slopes = curve.slope + np.cumsum([0.0, *curve.bends])
    if (np.diff(curve.knots) <= 0).any() or (slopes <= 0).any():
        raise ValueError(
            f"Expected a curve for {genre!r} that rises everywhere, with ascending knots; "
            f"received slopes {slopes.tolist()} between knots {list(curve.knots)}."
        )


def _check_fields(value) -> None:
    if not isinstance(value, Mapping):
        raise ValueError(
            f"Field 'calibration': expected an object for each genre, received {value!r:.100}."
        )
    for field, kind in _FIELDS.items():
        if not isinstance(value.get(field), kind):
            raise ValueError(
                f"Field 'calibration', {field!r}: expected a {kind.__name__}, received "
                f"{value.get(field)!r:.100}."
            )
    unknown = sorted(set(value) - set(_FIELDS))
    if unknown:
        raise ValueError(f"Unknown field {unknown[0]!r} in 'calibration'.")
