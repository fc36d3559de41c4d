"""TfidfClassifier: words and pairs of words, weighed one genre at a time."""

from collections.abc import Sequence

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score
from sklearn.utils.validation import check_is_fitted

from keras_genre.baselines.one_vs_rest import as_labels, learnable_genres, with_base_rates

__all__ = ["TfidfClassifier"]

_STRENGTHS = (1.0, 3.0, 10.0, 30.0)  # on real plots the best lies among them, and all are near
_DEFAULT_STRENGTH = 3.0


class TfidfClassifier(BaseEstimator):
    """Genres from the words of a plot: TF-IDF of words and pairs, one logistic regression a genre.

    The yardstick for whatever reads plots: it takes seconds. Logarithmic term counts; words and
    pairs of at least two training plots. The same films give the same probabilities.

    A plot of no known word, an empty one for example, gets the base rates of training, and so
    does a genre that no training film has, or every one.

    Args:
        c: How little the weights are held back, the `C` of scikit-learn, above 0. None chooses it
            on the validation films, by the mean average precision over genres, or takes 3 where
            there are none.

    Attributes:
        c_: The `c` that was taken.
        base_rates_: Share of the training films with each genre, of shape `(genres,)`.

    Example:
        >>> plots = ["A bank heist.", "A train heist.", "Two friends in love.", "In love again."]
        >>> labels = [[1, 0], [1, 0], [0, 1], [0, 1]]
        >>> classifier = TfidfClassifier().fit(plots, labels)
        >>> classifier.predict_proba(["Another heist.", ""]).round(2)
        array([[0.78, 0.22],
               [0.5 , 0.5 ]])

    Reference:
        Salton and Buckley 1988, "Term-Weighting Approaches in Automatic Text Retrieval".
    """

    def __init__(self, c: float | None = None):
        self.c = c

    def fit(
        self,
        plots: Sequence[str],
        labels,
        validation: tuple[Sequence[str], np.ndarray] | None = None,
    ) -> "TfidfClassifier":
        """Learn from training films.

        Args:
            plots: A plot a film; empty ones are left out.
            labels: Zeros and ones of shape `(films, genres)`.
            validation: Plots and labels of other films to choose `c` on, where it is None.

        Raises:
            ValueError: If plots are no strings, labels do not fit them, or `c` is not above 0.
        """
        if self.c is not None and not self.c > 0:
            raise ValueError(f"Expected c above 0, or None, received {self.c!r}.")
        plots = _as_plots(plots)
        labels = as_labels(labels, len(plots))
        self.base_rates_ = labels.mean(axis=0)  # (genres,)
        self._vectorizer = TfidfVectorizer(
            ngram_range=(1, 2), min_df=2, sublinear_tf=True, strip_accents="unicode"
        )
        try:
            words = self._vectorizer.fit_transform(plots)  # (films, words)
        except ValueError:  # scikit-learn's word for: no word stands in two plots
            self.c_, self._genres, self._models = self.c or _DEFAULT_STRENGTH, [], []
            return self
        told = words.getnnz(axis=1) > 0
        words, labels = words[told], labels[told]
        self._genres = learnable_genres(labels)
        strengths = (self.c,) if self.c else _STRENGTHS if validation else (_DEFAULT_STRENGTH,)
        candidates = []
        for self.c_ in strengths:
            self._models = [_regression(self.c_, words, labels[:, genre]) for genre in self._genres]
            if len(strengths) > 1:
                precision = self._average_precision(*validation)
                candidates.append((precision, -self.c_, self._models))  # of equals, the smaller
        if candidates:
            _, negative, self._models = max(candidates, key=lambda candidate: candidate[:2])
            self.c_ = -negative
        return self

    def predict_proba(self, plots: Sequence[str]) -> np.ndarray:
        """Return the probability of each genre, float64 of shape `(films, genres)`.

        Raises:
            ValueError: If plots are no strings.
            sklearn.exceptions.NotFittedError: Before `fit`.
        """
        check_is_fitted(self, "base_rates_")
        plots = _as_plots(plots)
        if not self._models or not plots:
            return np.tile(self.base_rates_, (len(plots), 1))
        words = self._vectorizer.transform(plots)
        learned = [model.predict_proba(words)[:, 1] for model in self._models]
        probabilities = with_base_rates(
            self.base_rates_, self._genres, np.stack(learned, axis=1)
        )  # (films, genres)
        probabilities[words.getnnz(axis=1) == 0] = self.base_rates_
        return probabilities

    def _average_precision(self, plots: Sequence[str], labels) -> float:
        """The mean over genres that some of these films have."""
        labels = as_labels(labels, len(plots))
        seen = labels.any(axis=0)
        if not seen.any():
            return 0.0
        return average_precision_score(labels[:, seen], self.predict_proba(plots)[:, seen])


def _regression(c: float, words, labels: np.ndarray) -> LogisticRegression:
    # The dual problem: with many more words than films it takes a twentieth of the time.
    return LogisticRegression(
        C=c, solver="liblinear", dual=True, max_iter=1000, random_state=0
    ).fit(words, labels)


def _as_plots(plots) -> list[str]:
    if isinstance(plots, str):
        raise ValueError(f"Expected a sequence of plots, received one string: {plots[:40]!r}.")
    plots = list(plots)
    for number, plot in enumerate(plots):
        if not isinstance(plot, str):
            raise ValueError(
                f"Expected plots as strings, received {type(plot).__name__} at position {number}."
            )
    return plots
