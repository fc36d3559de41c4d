"""Explanation: which words, and which parts of the poster, spoke for each genre."""

import dataclasses
import json
import os
from collections.abc import Sequence

import numpy as np
from PIL import Image

from keras_genre.evaluation.explanation.film_parts import Word
from keras_genre.genres import GenreVocabulary


@dataclasses.dataclass(frozen=True, eq=False)
class AttentionMaps:
    """Where a model looked, the same for all genres; weights are means over heads.

    To be looked at does not mean to be decisive: take `Explanation`'s scores for that.

    Args:
        words: Share of the attention that each word got, of shape `(words,)`.
        places: How each word's own attention is spread over the poster, of shape
            `(words, rows, columns)`, each map's sum 1, zeros for words that were not read; None
            where words do not look at the poster.

    Reference:
        Jain and Wallace 2019, "Attention is not Explanation", arXiv:1902.10186.
    """

    words: np.ndarray
    places: np.ndarray | None = None

    def to_dict(self) -> dict:
        """The maps as plain lists of numbers."""
        places = None if self.places is None else _rounded(self.places)
        return {"words": _rounded(self.words), "places": places}


@dataclasses.dataclass(frozen=True, eq=False)
class Explanation:
    """Why a model gave one film its genres.

    Every score is in log-odds of its genre: above zero the part spoke for the genre, below zero
    against it. +0.7 doubles the odds.

    Args:
        method: "occlusion" or "integrated gradients".
        plot: The plot; empty where it is missing.
        poster: The poster, upright, in RGB, at most 512 pixels long; None where it is missing.
        genres: The genres that are explained.
        probabilities: The probability of each, of shape `(genres,)`.
        words: The words of the plot, with their places in it.
        word_scores: The score of each, of shape `(words, genres)`.
        poster_scores: Scores on a grid laid evenly over the poster, of shape
            `(genres, rows, columns)`; None without a poster. By occlusion, the mean loss of the
            patches that cover a cell; by integrated gradients, the sum over the cell's pixels.
        contributions: What plot and poster as wholes contributed, of shape `(2, genres)`; they
            lead from `base` to the log-odds of the film.
        base: Log-odds of a film of which the model knows nothing, of shape `(genres,)`.
        completeness_error: By integrated gradients, the sum of all scores minus the difference
            that they divide (the logit of the film less that of the baseline), of shape
            `(genres,)`; else None.
        attention: Where the model looked, where it can say so.
    """

    method: str
    plot: str
    poster: Image.Image | None
    genres: tuple[str, ...]
    probabilities: np.ndarray
    words: tuple[Word, ...]
    word_scores: np.ndarray
    poster_scores: np.ndarray | None
    contributions: np.ndarray
    base: np.ndarray
    completeness_error: np.ndarray | None = None
    attention: AttentionMaps | None = None

    def top_genres(self, count: int) -> tuple[str, ...]:
        """The `count` most probable of the genres that are explained."""
        order = np.argsort(-self.probabilities, kind="stable")[:count]
        return tuple(self.genres[column] for column in order)

    def top_words(self, genre: str, count: int) -> list[tuple[str, float]]:
        """The `count` words that spoke most for a genre, with their scores, highest first.

        Raises:
            ValueError: If the genre is not explained.
        """
        scores = self.word_scores[:, self.column(genre)]
        order = np.argsort(-scores, kind="stable")[:count]
        return [(self.words[place].text, float(scores[place])) for place in order]

    def heat_map(self, genre: str) -> np.ndarray:
        """The scores of the poster for a genre at the resolution of `poster`.

        Returns:
            float32 of shape `(height, width)`, interpolated between the cells of the grid.

        Raises:
            ValueError: If the genre is not explained, or there is no poster.
        """
        if self.poster is None:
            raise ValueError("There is no heat map of a film without a poster.")
        cells = Image.fromarray(self.poster_scores[self.column(genre)].astype("float32"))
        return np.asarray(cells.resize(self.poster.size, Image.Resampling.BILINEAR))

    def column(self, genre: str) -> int:
        """The column of a genre in every array.

        Raises:
            ValueError: If the genre is not explained.
        """
        return GenreVocabulary(self.genres).index(genre)

    def to_dict(self) -> dict:
        """The explanation as plain values for JSON; of the poster, its size alone."""
        return {
            "method": self.method,
            "plot": self.plot,
            "poster_size": None if self.poster is None else list(self.poster.size),
            "words": [dataclasses.asdict(word) for word in self.words],
            "genres": [self._genre_dict(column) for column in range(len(self.genres))],
            "attention": None if self.attention is None else self.attention.to_dict(),
        }

    def to_json(self) -> str:
        """`to_dict` as text."""
        return json.dumps(self.to_dict(), indent=2, ensure_ascii=False, allow_nan=False)

    def draw(self, path: str | os.PathLike, genres: Sequence[str] | int = 3) -> None:
        """Draw the explanation as a PNG file.

        Args:
            path: The file; an existing one is replaced.
            genres: The genres to draw, or how many of the most probable.

        Raises:
            ValueError: If a genre is not explained.
            KerasGenreError: If the file cannot be written.
        """
        from keras_genre.evaluation.explanation.drawing import draw

        draw(self, path, self.top_genres(genres) if isinstance(genres, int) else genres)

    def _genre_dict(self, column: int) -> dict:
        plot, poster = _rounded(self.contributions[:, column])
        error = self.completeness_error
        cells = self.poster_scores
        return {
            "name": self.genres[column],
            "probability": float(self.probabilities[column]),
            "base": _rounded(self.base[column]),
            "contributions": {"plot": plot, "poster": poster},
            "words": _rounded(self.word_scores[:, column]),
            "poster": None if cells is None else _rounded(cells[column]),
            "completeness_error": None if error is None else _rounded(error[column]),
        }


def _rounded(values):
    return np.round(np.asarray(values, "float64"), 5).tolist()
