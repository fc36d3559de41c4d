"""BoostedClassifier: boosted trees over what frozen encoders say."""

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from keras_genre.baselines.one_vs_rest import as_labels, learnable_genres, with_base_rates
from keras_genre.baselines.optional import imported

__all__ = ["BoostedClassifier"]

_PATIENCE = 30
# A third of the columns a tree: quicker, and as good, where many columns say nearly the same.
_COLUMNS = 0.3


class BoostedClassifier(BaseEstimator):
    """Genres from vectors, by gradient-boosted trees (LightGBM), one genre at a time.

    The vectors are those of frozen encoders, see `film_vectors`: a sentence embedding of the plot
    beside pooled features of the poster. The same films and seed give the same probabilities on
    any number of threads. A genre that no training film has, or every one, keeps that base rate.

    Args:
        num_trees: Trees a genre; with validation films the most there may be.
        learning_rate: Share of each tree's answer that counts.
        num_leaves: Leaves of a tree, at most.
        num_threads: Threads; 0 for one a core.
        seed: Of the columns that a tree is given.

    Attributes:
        num_trees_: Trees that were kept, of each genre that was learned.
        base_rates_: Share of the training films with each genre, of shape `(genres,)`.

    Example:
        >>> classifier = BoostedClassifier().fit(vectors, labels)  # doctest: +SKIP
        >>> classifier.predict_proba(vectors).shape == labels.shape  # doctest: +SKIP
        True

    Reference:
        Ke et al. 2017, "LightGBM: A Highly Efficient Gradient Boosting Decision Tree".
    """

    def __init__(
        self,
        num_trees: int = 300,
        learning_rate: float = 0.05,
        num_leaves: int = 15,
        num_threads: int = 1,
        seed: int = 0,
    ):
        self.num_trees = num_trees
        self.learning_rate = learning_rate
        self.num_leaves = num_leaves
        self.num_threads = num_threads
        self.seed = seed

    def fit(
        self, vectors, labels, validation: tuple[np.ndarray, np.ndarray] | None = None
    ) -> "BoostedClassifier":
        """Learn from training films.

        Args:
            vectors: Numbers of shape `(films, width)`.
            labels: Zeros and ones of shape `(films, genres)`.
            validation: Vectors and labels of other films. A genre that some of them have stops
                where its log loss on them is lowest.

        Raises:
            ValueError: If shapes do not fit, or a label is neither 0 nor 1.
            KerasGenreError: If LightGBM is not installed.
        """
        lightgbm = imported("lightgbm")
        vectors = _as_vectors(vectors)
        labels = as_labels(labels, len(vectors))
        self.base_rates_ = labels.mean(axis=0)  # (genres,)
        self._width = vectors.shape[1]
        self._genres = learnable_genres(labels)
        held_out = None
        if validation:
            other = _as_vectors(validation[0], self._width)
            held_out = other, as_labels(validation[1], len(other))
        # The columns are sorted into bins once, for all genres.
        films = lightgbm.Dataset(
            vectors, label=labels[:, 0], params=self._parameters(), free_raw_data=False
        )
        self._trees = [
            self._fit_genre(lightgbm, films, genre, labels, held_out) for genre in self._genres
        ]
        self.num_trees_ = [trees.best_iteration or self.num_trees for trees in self._trees]
        return self

    def predict_proba(self, vectors) -> np.ndarray:
        """Return the probability of each genre, float64 of shape `(films, genres)`.

        Raises:
            ValueError: If the vectors are of another width.
            sklearn.exceptions.NotFittedError: Before `fit`.
        """
        check_is_fitted(self, "base_rates_")
        vectors = _as_vectors(vectors, self._width)
        if not self._trees or not len(vectors):
            return np.tile(self.base_rates_, (len(vectors), 1))
        learned = [trees.predict(vectors, num_threads=self.num_threads) for trees in self._trees]
        return with_base_rates(self.base_rates_, self._genres, np.stack(learned, axis=1))

    def _fit_genre(self, lightgbm, films, genre: int, labels, held_out):
        films.set_label(labels[:, genre])
        watched, callbacks = [], []
        if held_out and held_out[1][:, genre].any():
            watched = [films.create_valid(held_out[0], label=held_out[1][:, genre])]
            callbacks = [lightgbm.early_stopping(_PATIENCE, verbose=False)]
        return lightgbm.train(
            self._parameters(), films, self.num_trees, valid_sets=watched, callbacks=callbacks
        )

    def _parameters(self) -> dict:
        return {
            "objective": "binary",
            "metric": "binary_logloss",
            "learning_rate": self.learning_rate,
            "num_leaves": self.num_leaves,
            "feature_fraction": _COLUMNS,
            "num_threads": self.num_threads,
            "seed": self.seed,
            "deterministic": True,
            "force_col_wise": True,  # else a timing chooses, and sums differ in their last bits
            "verbosity": -1,
        }


def _as_vectors(vectors, width: int | None = None) -> np.ndarray:
    vectors = np.asarray(vectors, dtype="float32")
    if vectors.ndim != 2 or width not in (None, vectors.shape[1]):
        expected = "(films, width)" if width is None else f"(films, {width})"
        raise ValueError(f"Expected vectors of shape {expected}, received {vectors.shape}.")
    return vectors
