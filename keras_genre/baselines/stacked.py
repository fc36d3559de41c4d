"""StackedClassifier: boosted trees over what a text and a poster network say."""

import itertools
from collections.abc import Mapping

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.metrics import average_precision_score
from sklearn.utils.validation import check_is_fitted

from keras_genre.baselines.linear_head import LinearHead
from keras_genre.baselines.one_vs_rest import as_labels, learnable_genres, with_base_rates
from keras_genre.baselines.optional import imported
from keras_genre.baselines.out_of_fold import out_of_fold
from keras_genre.runs.features import Features

__all__ = ["StackedClassifier"]

_GRID = {"max_depth": (2, 4), "min_child_weight": (1.0, 10.0)}
_MOST_TREES = 400
_PATIENCE = 20


class StackedClassifier(BaseEstimator):
    """Genres by boosted trees (XGBoost) over the probabilities of one head a modality.

    A head is a `LinearHead` on the vectors of a frozen encoder. The trees learn from answers about
    films that the head had not seen: training films are divided into folds, and each fold is
    answered by a head trained on the others. To predict, a head trained on all training films
    answers: it saw a few films more than those the trees know, where an average of the folds'
    heads would be surer than any of them. A film without the modality has no answer, which the
    trees know how to take.

    The depth and least weight of trees are searched on a small grid, and their number by early
    stopping, on validation films.

    Args:
        num_folds: Parts that training films are divided into.
        num_threads: Threads; 0 for one a core.
        seed: Of the folds.

    Attributes:
        choice_: The point of the grid that was taken, and the number of trees.
        base_rates_: Share of the training films with each genre, of shape `(genres,)`.

    Example:
        >>> classifier = StackedClassifier()  # doctest: +SKIP
        >>> classifier.fit(features, labels, validation=(others, their_labels))  # doctest: +SKIP

    Reference:
        Chen and Guestrin 2016, "XGBoost: A Scalable Tree Boosting System", arXiv:1603.02754.
    """

    def __init__(self, num_folds: int = 5, num_threads: int = 1, seed: int = 0):
        self.num_folds = num_folds
        self.num_threads = num_threads
        self.seed = seed

    def fit(
        self,
        features: Mapping[str, Features],
        labels,
        validation: tuple[Mapping[str, Features], np.ndarray],
    ) -> "StackedClassifier":
        """Learn from training films.

        Args:
            features: `Features` of the same films by modality.
            labels: Zeros and ones of shape `(films, genres)`.
            validation: Features and labels of other films, to choose on.

        Raises:
            ValueError: If there are fewer films than folds, labels do not fit, or no validation
                film has a genre that can be learned.
            KerasGenreError: If XGBoost is not installed.
        """
        xgboost = imported("xgboost")
        labels = as_labels(labels, _num_films(features))
        if not 2 <= self.num_folds <= len(labels):
            raise ValueError(
                f"Expected from 2 folds to one a film, {len(labels)}; received {self.num_folds}."
            )
        other_labels = as_labels(validation[1], _num_films(validation[0]))
        self.base_rates_ = labels.mean(axis=0)  # (genres,)
        genres = learnable_genres(labels)
        self._genres = genres = genres[other_labels[:, genres].any(axis=0)]
        if not len(genres):
            raise ValueError(
                "Expected validation films with a genre that some training films have and some "
                "have not; received none, so there is nothing to choose on."
            )
        answers = [
            out_of_fold(LinearHead, known.vectors, known.present, labels, self.num_folds, self.seed)
            for known in features.values()
        ]
        self._heads = {
            modality: LinearHead().fit(known.vectors[known.present], labels[known.present])
            for modality, known in features.items()
            if known.present.any()
        }
        train = xgboost.DMatrix(np.concatenate(answers, axis=1), label=labels[:, genres])
        held_out = xgboost.DMatrix(self._answers(validation[0]), label=other_labels[:, genres])
        self._trees, self.choice_ = self._search(xgboost, train, held_out, other_labels[:, genres])
        return self

    def predict_proba(self, features: Mapping[str, Features]) -> np.ndarray:
        """Return the probability of each genre, float64 of shape `(films, genres)`.

        Raises:
            sklearn.exceptions.NotFittedError: Before `fit`.
        """
        check_is_fitted(self, "base_rates_")
        learned = self._said(imported("xgboost").DMatrix(self._answers(features)), self._trees)
        return with_base_rates(self.base_rates_, self._genres, learned)

    def _answers(self, features: Mapping[str, Features]) -> np.ndarray:
        """What the heads say of films that they were not trained on: `(films, heads * genres)`."""
        parts = []
        for modality, known in features.items():
            part = np.full((len(known.present), len(self.base_rates_)), np.nan)
            if modality in self._heads and known.present.any():
                part[known.present] = self._heads[modality].predict_proba(
                    known.vectors[known.present]
                )
            parts.append(part)
        return np.concatenate(parts, axis=1)

    def _search(self, xgboost, train, held_out, labels: np.ndarray):
        """The trees with the best mean average precision on validation, and their choice."""
        best = None
        for values in itertools.product(*_GRID.values()):
            choice = dict(zip(_GRID, values, strict=True))
            trees = xgboost.train(
                {**self._parameters(), **choice},
                train,
                _MOST_TREES,
                evals=[(held_out, "validation")],
                early_stopping_rounds=_PATIENCE,
                verbose_eval=False,
            )
            precision = average_precision_score(labels, self._said(held_out, trees))
            if best is None or precision > best[0]:
                best = precision, trees, {**choice, "num_trees": trees.best_iteration + 1}
        return best[1:]

    def _said(self, films, trees) -> np.ndarray:
        said = trees.predict(films, iteration_range=(0, trees.best_iteration + 1))
        return said.reshape(films.num_row(), len(self._genres))

    def _parameters(self) -> dict:
        return {
            "objective": "binary:logistic",  # of several labels: trees of its own for each
            "eval_metric": "logloss",
            "tree_method": "hist",
            "eta": 0.1,
            "nthread": self.num_threads,
            "seed": self.seed,
        }


def _num_films(features: Mapping[str, Features]) -> int:
    sizes = {len(known.present) for known in features.values()}
    if len(sizes) != 1:
        raise ValueError(
            "Expected features of the same films for each modality, received those of "
            f"{sorted(sizes)} films."
        )
    return sizes.pop()
