"""Films drawn again with replacement, and the scores of many such draws at once.

A resample is a row of counts: how often each film was drawn. F1 then needs only a matrix
product, and average precision a running sum over films sorted once.
"""

from collections.abc import Iterator

import numpy as np

from keras_genre.scoring.decision_rule import DecisionRule
from keras_genre.scoring.decisions import decide
from keras_genre.scoring.predictions import Predictions

__all__ = ["ResampledScores", "draw_counts"]

_COUNTS_AT_ONCE = 1_000_000  # bounds the memory: a few arrays of 8 MB


def draw_counts(num_films: int, num_resamples: int, seed: int) -> Iterator[np.ndarray]:
    """Draw resamples of `num_films` films with replacement, a few at a time.

    Yields:
        int32 arrays of shape `(resamples, films)`: how often each film was drawn. Together
        they hold `num_resamples` rows, which depend on nothing but the arguments.
    """
    random = np.random.default_rng(seed)
    at_once = max(1, _COUNTS_AT_ONCE // num_films)
    for start in range(0, num_resamples, at_once):
        num_rows = min(at_once, num_resamples - start)
        drawn = random.integers(num_films, size=(num_rows, num_films))
        drawn += np.arange(num_rows)[:, None] * num_films  # each row its own bins
        counts = np.bincount(drawn.ravel(), minlength=num_rows * num_films)
        yield counts.astype("int32").reshape(num_rows, num_films)


class ResampledScores:
    """The scores of one set of predictions for any number of resamples of its films.

    A genre that no drawn film has is left out of that resample's averages over genres. A
    score that is left with nothing is NaN.

    Args:
        predictions: Probabilities and labels, of shape `(films, genres)`.
        rule: A decision rule for the same vocabulary.
    """

    names = ("macro_f1", "micro_f1", "mean_average_precision")

    def __init__(self, predictions: Predictions, rule: DecisionRule):
        labels = predictions.labels.astype(bool)
        selected = decide(predictions, rule).selected
        self._num_genres = labels.shape[1]
        self._events = np.concatenate(
            [labels & selected, labels, selected], axis=1, dtype="float64"
        )  # (films, 3 * genres)
        self._rankings = [
            _Ranking(truth, probabilities)
            for truth, probabilities in zip(labels.T, predictions.probabilities.T, strict=True)
        ]

    def __call__(self, counts: np.ndarray) -> np.ndarray:
        """Return the scores in the order of `names`, of shape `(resamples, 3)`."""
        hits, actual, predicted = self._counted(counts)
        micro = _ratio(2 * hits.sum(axis=1), (actual + predicted).sum(axis=1))
        by_genre = self.by_genre(counts)
        macro, mean_precision = (
            _mean_of_defined(by_genre[name], actual > 0) for name in ("f1", "average_precision")
        )
        return np.stack([macro, micro, mean_precision], axis=1)

    def by_genre(self, counts: np.ndarray) -> dict[str, np.ndarray]:
        """Return the scores of each genre by name, each of shape `(resamples, genres)`.

        They are `precision`, `recall`, `f1` and `average_precision`; NaN where undefined.
        """
        hits, actual, predicted = self._counted(counts)
        known = actual > 0
        precisions = [ranking.average_precision(counts) for ranking in self._rankings]
        return {
            "precision": np.where(known, _ratio(hits, predicted), np.nan),
            "recall": _ratio(hits, actual),
            "f1": np.where(known, _ratio(2 * hits, actual + predicted), np.nan),
            "average_precision": np.stack(precisions, axis=1),
        }

    def _counted(self, counts: np.ndarray) -> list[np.ndarray]:
        """Hits, films that have each genre and films that get it, `(resamples, genres)` each."""
        return np.split(counts @ self._events, 3, axis=1)


class _Ranking:
    """One genre's films, best first. Films of one probability stand or fall together."""

    def __init__(self, labels: np.ndarray, probabilities: np.ndarray):
        self._order = np.argsort(-probabilities, kind="stable")  # (films,)
        labels, descending = labels[self._order], probabilities[self._order]
        last_of_tie = np.searchsorted(-descending, -descending[labels], side="right") - 1
        self._positives = self._order[labels]  # (positives,)
        self._ends, groups = np.unique(last_of_tie, return_counts=True)  # both (groups,)
        self._positive_ends = np.cumsum(groups) - 1

    def average_precision(self, counts: np.ndarray) -> np.ndarray:
        """Return the average precision of each resample, shape `(resamples,)`."""
        if not len(self._positives):
            return np.full(len(counts), np.nan)
        ranked = np.cumsum(np.take(counts, self._order, axis=1), axis=1, dtype="int32")
        found = np.cumsum(np.take(counts, self._positives, axis=1), axis=1, dtype="int32")
        ranked = np.take(ranked, self._ends, axis=1)  # (resamples, groups)
        found = np.take(found, self._positive_ends, axis=1)
        newly_found = np.diff(found, axis=1, prepend=0)
        precision = found / np.maximum(ranked, 1)
        return _ratio((newly_found * precision).sum(axis=1), found[:, -1])


def _ratio(numerator: np.ndarray, denominator: np.ndarray) -> np.ndarray:
    """Divide, and let 0/0 be NaN without a warning."""
    undefined = np.full(numerator.shape, np.nan)
    return np.divide(numerator, denominator, out=undefined, where=denominator > 0)


def _mean_of_defined(values: np.ndarray, defined: np.ndarray) -> np.ndarray:
    """Average over the genres that are defined. Shape `(resamples,)`."""
    return _ratio(np.where(defined, values, 0).sum(axis=1), defined.sum(axis=1))
