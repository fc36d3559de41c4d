"""Guarantees: thresholds with which a genre is found, or rightly given, as often as promised."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import binomtest

from keras_genre.features import SPLITS
from keras_genre.genres import GenreVocabulary
from keras_genre.scoring.guaranteed_thresholds import precision_threshold, recall_threshold
from keras_genre.scoring.predictions import Predictions

__all__ = ["Guarantee"]

_KINDS = ("recall", "precision")


@dataclass(frozen=True, eq=False)
class Guarantee:
    """Which genres may be tagged without a person looking, and over which probability.

    The probabilities are the model's own: calibration is fitted on the same films, and would spend
    what the guarantee rests on. Films must be drawn alike: validation films and those the guarantee
    is used on.

    - **recall**: of the films that have the genre, at least `level` are over its threshold. So
      under it, the genre may be ruled out. It holds on average over draws of the validation films
      and of a new film (split conformal prediction), not for each single draw.
    - **precision**: of the films over the threshold, at least `level` have the genre. So over it,
      the genre may be given. It holds for the whole population with probability `confidence` over
      draws of the validation films, for each genre by itself (Learn then Test), provided that
      precision, once it has fallen below the level, does not recover as the threshold falls.

    Args:
        vocabulary: The genres, in column order.
        kind: "recall" or "precision".
        level: What is guaranteed, in (0, 1).
        confidence: The probability that a precision is as guaranteed; None for recall.
        thresholds: Over which probability a film is tagged, float32 of shape `(genres,)`; NaN for
            a genre of which there are too few films to guarantee anything.
        fitted_on: The split they were chosen on. Never `"test"`.

    Example:
        >>> predictions = Predictions(
        ...     [f"tt{i}" for i in range(40)],
        ...     [[i % 2] for i in range(40)],
        ...     [[i % 2 * 0.5 + i / 100] for i in range(40)],
        ...     GenreVocabulary(["Drama"]),
        ...     "validation",
        ... )
        >>> guarantee = Guarantee.fit(predictions, "recall", 0.9)
        >>> guarantee.genres, guarantee.thresholds.round(2)
        (('Drama',), array([0.53], dtype=float32))

    Reference:
        Vovk 2012, "Conditional Validity of Inductive Conformal Predictors", arXiv:1209.2673;
        Angelopoulos et al. 2021, "Learn then Test", arXiv:2110.01052.
    """

    vocabulary: GenreVocabulary
    kind: str
    level: float
    confidence: float | None
    thresholds: np.ndarray
    fitted_on: str

    @classmethod
    def fit(
        cls, predictions: Predictions, kind: str, level: float, confidence: float = 0.9
    ) -> "Guarantee":
        """Choose each genre's threshold on validation films.

        Args:
            predictions: Predictions on films that the model did not learn from.
            kind: "recall" or "precision".
            level: What is to be guaranteed, in (0, 1).
            confidence: For precision alone: the probability that it is as guaranteed, in (0, 1).

        Raises:
            ValueError: If the predictions are on the test split, or an argument is none of these.
        """
        if kind not in _KINDS:
            raise ValueError(f"Unknown kind {kind!r}. Expected one of {', '.join(_KINDS)}.")
        for name, value in (("level", level), ("confidence", confidence)):
            if not 0 < value < 1:
                raise ValueError(
                    f"Expected {name} between 0 and 1, for example 0.9; received {value}."
                )
        if predictions.split not in ("", *SPLITS) or predictions.split == "test":
            raise ValueError(
                "A guarantee cannot be fitted on the test split, on which it is checked. Fit it on "
                "validation predictions."
            )
        pairs = zip(predictions.labels.T.astype(bool), predictions.probabilities.T, strict=True)
        if kind == "recall":
            found = [recall_threshold(*pair, level) for pair in pairs]
        else:
            found = [precision_threshold(*pair, level, confidence) for pair in pairs]
        thresholds = np.array(found, "float32")
        confidence = None if kind == "recall" else confidence
        return cls(predictions.vocabulary, kind, level, confidence, thresholds, predictions.split)

    @property
    def genres(self) -> tuple[str, ...]:
        """The genres that may be tagged without a person looking."""
        numbers = np.nonzero(~np.isnan(self.thresholds))[0]
        return tuple(self.vocabulary[int(number)] for number in numbers)

    def tagged(self, probabilities) -> np.ndarray:
        """Return booleans, True where a probability is over its threshold.

        Args:
            probabilities: The model's own, of shape `(films, genres)` or `(genres,)`.
        """
        return np.asarray(probabilities, "float32") > self.thresholds  # never over NaN

    def decided(self, probabilities) -> np.ndarray:
        """Return booleans, True where no person need look.

        That is where a genre is given, for precision, or ruled out, for recall.

        Args:
            probabilities: The model's own, of shape `(films, genres)` or `(genres,)`.
        """
        tagged = self.tagged(probabilities)
        if self.kind == "precision":
            return tagged
        return ~tagged & ~np.isnan(self.thresholds)

    def check(self, predictions: Predictions) -> pd.DataFrame:
        """Look whether it holds on other films.

        Args:
            predictions: Predictions on films that it was not fitted on.

        Returns:
            A row a genre: `threshold`, `support` (films that have it), `tagged` (films over the
            threshold), `recall` and `precision` of tagging, `low` and `high` (ends of the 95%
            Clopper-Pearson interval of what is guaranteed) and `decided` (share of films of which
            the genre is given, or ruled out, without a person). NaN where there is nothing to
            count. A guarantee that holds on average, or with 90% confidence, may miss on a genre.

        Raises:
            ValueError: If the predictions are of other genres.
        """
        self._check_genres(predictions)
        labels = predictions.labels.astype(bool)
        tagged = self.tagged(predictions.probabilities)
        promised = ~np.isnan(self.thresholds)
        hits = (labels & tagged).sum(axis=0)
        totals = {"recall": labels.sum(axis=0), "precision": tagged.sum(axis=0)}
        shares = {
            name: np.where(promised & (total > 0), hits / np.maximum(total, 1), np.nan)
            for name, total in totals.items()
        }
        intervals = [
            tuple(binomtest(int(hit), int(total)).proportion_ci()) if sound else (np.nan, np.nan)
            for hit, total, sound in zip(
                hits, totals[self.kind], ~np.isnan(shares[self.kind]), strict=True
            )
        ]
        low, high = zip(*intervals, strict=True)
        return pd.DataFrame(
            {
                "threshold": self.thresholds,
                "support": totals["recall"],
                "tagged": totals["precision"],
                **shares,
                "low": low,
                "high": high,
                "decided": self.decided(predictions.probabilities).mean(axis=0),
            },
            index=pd.Index(self.vocabulary.names, name="genre"),
        )

    def shares(self, predictions: Predictions) -> dict[str, float]:
        """How much it spares people.

        Args:
            predictions: Predictions on any films.

        Returns:
            `decisions`: share of all pairs of film and genre that are decided; `films`: share of
            the films of which at least one genre is; `open_genres`: genres a film of which a person
            still has to decide, on average.

        Raises:
            ValueError: If the predictions are of other genres.
        """
        self._check_genres(predictions)
        decided = self.decided(predictions.probabilities)
        return {
            "decisions": float(decided.mean()),
            "films": float(decided.any(axis=1).mean()),
            "open_genres": float((~decided).sum(axis=1).mean()),
        }

    def _check_genres(self, predictions: Predictions) -> None:
        if predictions.vocabulary != self.vocabulary:
            raise ValueError(
                f"Expected predictions of the genres {list(self.vocabulary)}, received those of "
                f"{list(predictions.vocabulary)}."
            )
