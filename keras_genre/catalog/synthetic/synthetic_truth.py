"""SyntheticTruth: what sample films were made from, and the best score they allow."""

import dataclasses

import numpy as np

from keras_genre.catalog.synthetic.choices import checked
from keras_genre.catalog.synthetic.film_model import GENRES
from keras_genre.catalog.synthetic.population import VIEWS, best_thresholds, film_probabilities
from keras_genre.features import SPLITS
from keras_genre.genres import GenreVocabulary

__all__ = ["SyntheticTruth"]


@dataclasses.dataclass(frozen=True, eq=False)
class SyntheticTruth:
    """The cues behind sample films, and what the best possible model would score on them.

    A model's macro F1 alone does not say whether it has learned much. Beside the `ceiling` of
    its modalities and the `best_constant`, it does: `share` is the part of that way it went.
    Throughout, `given` names the modalities that a model may look at: `"both"`, `"plot"`,
    `"poster"` or `"neither"`. What a film lacks, no model sees. All of it is about plot and
    poster: who made the films tells of their genres too, and may take a score past the ceiling.

    Args:
        vocabulary: The genres, in the column order of `labels`.
        movie_ids: One id a film; row `i` of every array belongs to `movie_ids[i]`.
        splits: The split of each film.
        cues: Int array of shape `(films, 4)`: indices of theme, tone, scene and hero.
        has_plot: Bool array of shape `(films,)`.
        has_poster: Bool array of shape `(films,)`.
        labels: Bool array of shape `(films, genres)`; no row is empty.

    Example:
        >>> catalog, truth = make_synthetic_catalog("films", num_films=200)
        >>> truth.ceiling("plot") < truth.ceiling("both")
        True
        >>> truth.share(truth.ceiling("both"), "both")
        1.0
    """

    vocabulary: GenreVocabulary
    movie_ids: tuple[str, ...]
    splits: tuple[str, ...]
    cues: np.ndarray
    has_plot: np.ndarray
    has_poster: np.ndarray
    labels: np.ndarray

    def __post_init__(self):
        if self.vocabulary.names != GENRES:
            raise ValueError(
                f"A SyntheticTruth knows the genres {GENRES}, in this order; received "
                f"{self.vocabulary.names}."
            )

    def probabilities(self, given: str = "both") -> np.ndarray:
        """Return what the best model that may look at `given` says of each film, exactly.

        Returns:
            A float64 array of shape `(films, genres)`. An input that the film lacks, or that the
            model may not see, is summed out.

        Raises:
            ValueError: If `given` is none of the four views.
        """
        see_plot, see_poster = VIEWS[checked(given, tuple(VIEWS), "given")]
        return film_probabilities(self.cues, self.has_plot & see_plot, self.has_poster & see_poster)

    def thresholds(self, given: str = "both") -> np.ndarray:
        """Return the threshold of each genre with the best F1 over all possible films.

        They maximise 2 E[TP] / (E[predicted] + E[positive]) over every combination of cues and
        of present modalities, and lie midway between attainable probabilities. A genre is
        predicted where its probability is strictly above.

        Returns:
            A float64 array of shape `(genres,)`.

        Raises:
            ValueError: If `given` is none of the four views.
        """
        return np.array(best_thresholds(checked(given, tuple(VIEWS), "given")))

    def ceiling(self, given: str = "both", split: str | None = None) -> float:
        """Return the macro F1 that the best model scores on these films.

        Genres without a film are left out. On few films a model may pass the ceiling by luck.

        Args:
            given: What the model may look at.
            split: Count only the films of this split; all films where `None`.

        Raises:
            ValueError: If `given` or `split` is unknown, or the split has no film.
        """
        rows = self._rows(split)
        chosen = self.probabilities(given) > self.thresholds(given)
        return _macro_f1(self.labels[rows], chosen[rows])

    def best_constant(self, split: str | None = None) -> float:
        """Return the macro F1 of saying every genre of every film, the best blind answer.

        A genre in a share p of the films scores 2p / (1 + p) where it is always said, and 0
        where it never is, so always is better for every genre that occurs.

        Args:
            split: Count only the films of this split; all films where `None`.

        Raises:
            ValueError: If `split` is unknown or has no film.
        """
        labels = self.labels[self._rows(split)]
        return _macro_f1(labels, np.ones_like(labels))

    def share(self, score: float, given: str = "both", split: str | None = None) -> float:
        """Return how far a macro F1 went from the best constant (0) to the ceiling (1).

        Args:
            score: A macro F1 on the same films.
            given: What the model could look at.
            split: The split that was scored; all films where `None`.

        Returns:
            The share; below 0 or above 1 where the score lies outside. `nan` where the ceiling
            is the best constant itself, as for `"neither"`.

        Raises:
            ValueError: If `given` or `split` is unknown, or the split has no film.
        """
        constant = self.best_constant(split)
        way = self.ceiling(given, split) - constant
        return (score - constant) / way if way else float("nan")

    def _rows(self, split: str | None) -> np.ndarray:
        """The films of a split, as a bool array of shape `(films,)`."""
        if split is None:
            return np.ones(len(self.movie_ids), dtype=bool)
        rows = np.array(self.splits) == checked(split, SPLITS, "split")
        if not rows.any():
            raise ValueError(
                f"The {split} split has no film among these {len(self.movie_ids)}. "
                "Make more films, or score them all with split=None."
            )
        return rows


def _macro_f1(labels: np.ndarray, chosen: np.ndarray) -> float:
    """Mean F1 of the genres that occur; both arrays are bool, of shape `(films, genres)`."""
    positives = labels.sum(axis=0)
    f1 = 2.0 * (labels & chosen).sum(axis=0) / np.maximum(chosen.sum(axis=0) + positives, 1)
    return float(f1[positives > 0].mean())
