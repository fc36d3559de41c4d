"""MovieCatalog: one table of films, checked."""

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from keras_genre.errors import CatalogError
from keras_genre.features import SPLITS
from keras_genre.genres import GenreVocabulary

_TEXT_COLUMNS = ("title", "plot", "tagline", "poster", "split")
_COLUMNS = (
    "movie_id", "title", "plot", "tagline", "genres", "poster", "year", "crew", "split",
)  # fmt: skip


class MovieCatalog:
    """A table of films, one row a film, that has checked itself.

    Columns of `frame`: `movie_id` (unique), `title`, `plot` and `tagline` (empty = missing),
    `genres` (a tuple of names of `vocabulary`), `poster` (a path; empty = missing), `year`
    (1 to 9999 or missing), `crew` (a tuple of names), `split` ("train", "validation", "test", or
    empty where the film belongs to none yet).

    Args:
        frame: A pandas DataFrame with at least `movie_id` and `genres`; other columns of the
            list above are added where absent, further columns are left out.
        vocabulary: The genres, in the order of the label columns.
        notes: Lines about where the films come from and what was left out, for people.

    Raises:
        CatalogError: If the table is empty, a column is missing, an id stands twice, genres are
            a bare string, or a genre or split is unknown. The message names the film.

    Example:
        >>> frame = pd.DataFrame({"movie_id": ["a"], "genres": [["Drama"]], "plot": ["A duel."]})
        >>> len(MovieCatalog(frame, GenreVocabulary(["Drama", "War"])))
        1
    """

    def __init__(self, frame: pd.DataFrame, vocabulary: GenreVocabulary, notes: Iterable[str] = ()):
        self._vocabulary = vocabulary
        self._frame = _checked(frame, vocabulary)
        self._notes = tuple(notes)

    @property
    def frame(self) -> pd.DataFrame:
        """A copy of the table."""
        return self._frame.copy()

    @property
    def vocabulary(self) -> GenreVocabulary:
        """The genres, in the order of the label columns."""
        return self._vocabulary

    @property
    def notes(self) -> tuple[str, ...]:
        """Lines about where the films come from and what was left out."""
        return self._notes

    @property
    def splits(self) -> tuple[str, ...]:
        """The splits that have films, in the order train, validation, test."""
        present = set(self._frame["split"])
        return tuple(split for split in SPLITS if split in present)

    def labels(self) -> np.ndarray:
        """The genres of all films as a multi-hot float32 array of shape `(films, genres)`."""
        return np.stack([self._vocabulary.encode(genres) for genres in self._frame["genres"]])

    def select(self, split: str) -> "MovieCatalog":
        """Return the films of one split.

        Raises:
            CatalogError: If no film belongs to it.
        """
        chosen = self._frame[self._frame["split"] == split]
        if chosen.empty:
            have = ", ".join(self.splits) or "none (see split_catalog)"
            raise CatalogError(f"No film belongs to split {split!r}. Splits with films: {have}.")
        return MovieCatalog(chosen, self._vocabulary, self._notes)

    def with_splits(self, splits: Sequence[str], note: str = "") -> "MovieCatalog":
        """Return the same films with other splits, one name a film."""
        frame = self._frame.assign(split=list(splits))
        return MovieCatalog(frame, self._vocabulary, (*self._notes, *([note] if note else [])))

    def drop_genres(self, names: Iterable[str]) -> "MovieCatalog":
        """Return the catalogue without some genres, and without films that have no other.

        Raises:
            ValueError: If a name is no genre of the vocabulary; close matches are named.
            CatalogError: If no genre or no film would be left.
        """
        dropped = set(self._vocabulary.decode(self._vocabulary.encode(names)))
        kept = [name for name in self._vocabulary if name not in dropped]
        if not kept:
            raise CatalogError("Dropping these genres would leave none.")
        genres = self._frame["genres"].map(lambda of: tuple(g for g in of if g not in dropped))
        left = genres.map(bool) | ~self._frame["genres"].map(bool)
        note = (
            f"dropped genre {', '.join(sorted(dropped))}: "
            f"{int((~left).sum())} films had no other genre and were left out"
        )
        frame = self._frame.assign(genres=genres)[left]
        return MovieCatalog(frame, GenreVocabulary(kept), (*self._notes, note))

    def __len__(self) -> int:
        return len(self._frame)

    def __repr__(self) -> str:
        sizes = [f"{split} {int((self._frame['split'] == split).sum())}" for split in self.splits]
        return (
            f"MovieCatalog({len(self)} films, {len(self._vocabulary)} genres"
            f"{': ' if sizes else ''}{', '.join(sizes)})"
        )


def _checked(frame: pd.DataFrame, vocabulary: GenreVocabulary) -> pd.DataFrame:
    for column in ("movie_id", "genres"):
        if column not in frame.columns:
            raise CatalogError(
                f"A catalogue needs a column {column!r}; received {list(frame.columns)}."
            )
    twice = list(frame.columns[frame.columns.duplicated()])
    if twice:
        raise CatalogError(f"A column stands twice in the table: {twice}. Rename or drop one.")
    if frame.empty:
        raise CatalogError("The catalogue has no films. Expected at least one row.")
    frame = frame.reindex(columns=_COLUMNS).reset_index(drop=True)
    frame["movie_id"] = _checked_ids(frame["movie_id"])
    for column in _TEXT_COLUMNS:
        frame[column] = frame[column].astype(object).where(frame[column].notna(), "").astype(str)
    frame["genres"] = [
        _checked_genres(genres, movie_id, vocabulary)
        for movie_id, genres in zip(frame["movie_id"], frame["genres"], strict=True)
    ]
    frame["crew"] = [
        tuple(crew) if isinstance(crew, list | tuple) else () for crew in frame["crew"]
    ]
    year = pd.to_numeric(frame["year"], errors="coerce").astype("float64")
    # What is no year (1999.5, infinity) is missing; it would not fit an integer either.
    frame["year"] = year.where((year % 1 == 0) & year.between(1, 9999)).astype("Int64")
    _check_splits(frame)
    return frame


def _checked_ids(ids: pd.Series) -> pd.Series:
    ids = ids.astype(object).where(ids.notna(), "").astype(str).str.strip()
    if (ids == "").any():
        row = int(np.flatnonzero(ids == "")[0])
        raise CatalogError(f"The film in row {row} (counted from 0) has no movie_id.")
    twice = ids[ids.duplicated()]
    if len(twice):
        raise CatalogError(
            f"movie_id {twice.iloc[0]!r} stands {int((ids == twice.iloc[0]).sum())} times "
            f"({len(twice)} repeated rows in all). Expected one row a film; drop the others first."
        )
    return ids


def _checked_genres(genres, movie_id: str, vocabulary: GenreVocabulary) -> tuple[str, ...]:
    if not isinstance(genres, list | tuple | set | frozenset | np.ndarray | str):
        raise CatalogError(f"Expected a list of genres for movie {movie_id}, received {genres!r}.")
    try:
        return vocabulary.decode(vocabulary.encode(genres))
    except ValueError as cause:
        raise CatalogError(f"Movie {movie_id}: {cause}") from cause


def _check_splits(frame: pd.DataFrame) -> None:
    unknown = ~frame["split"].isin([*SPLITS, ""])
    if unknown.any():
        film = frame[unknown].iloc[0]
        raise CatalogError(
            f"Unknown split {film['split']!r} in movie {film['movie_id']}. "
            f"Expected one of {', '.join(SPLITS)}, or nothing."
        )
