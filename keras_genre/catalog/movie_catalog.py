"""MovieCatalog: one table of films, checked."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from keras_genre.catalog.catalog_checks import check_unicode, checked_frame
from keras_genre.catalog.catalog_files import load_catalog, save_catalog
from keras_genre.errors import CatalogError
from keras_genre.features import SPLITS
from keras_genre.genres import GenreVocabulary


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
            a bare string, a genre or split is unknown, or a text holds a lone surrogate (half of
            a character, which no file can hold). The message names the film.

    Example:
        >>> frame = pd.DataFrame({"movie_id": ["a"], "genres": [["Drama"]], "plot": ["A duel."]})
        >>> len(MovieCatalog(frame, GenreVocabulary(["Drama", "War"])))
        1
    """

    def __init__(self, frame: pd.DataFrame, vocabulary: GenreVocabulary, notes: Iterable[str] = ()):
        for name in vocabulary:
            check_unicode(name, "The vocabulary: the genre")
        self._vocabulary = vocabulary
        self._frame = checked_frame(frame, vocabulary)
        # A note may name a file whose name is no Unicode.
        self._notes = tuple(note.encode(errors="backslashreplace").decode() for note in notes)

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

    def save(self, path: str | Path) -> None:
        """Write the catalogue as one file; `load` gives exactly the same catalogue back.

        `.parquet` holds everything, and damage to it is noticed. `.csv` is for people too: genres
        as `A|B`, and nothing that a spreadsheet program would run as a formula (see
        `keras_genre.csv_files`); vocabulary and notes go into `<path>-metadata.json` beside it.

        A poster inside the folder of `path` is stored relative to it, so that the folder can be
        moved or zipped; one outside stays absolute. An existing file is replaced in one step.

        Raises:
            ValueError: If `path` ends in neither .parquet nor .csv, or is a URL.
            CatalogError: If it cannot be written there.

        Example:
            >>> frame = pd.DataFrame({"movie_id": ["a"], "genres": [["Drama"]]})
            >>> MovieCatalog(frame, GenreVocabulary(["Drama", "War"])).save("films.parquet")
            >>> MovieCatalog.load("films.parquet").vocabulary
            GenreVocabulary(['Drama', 'War'])
        """
        save_catalog(path, self._frame, self._vocabulary, self._notes)

    @classmethod
    def load(cls, path: str | Path) -> "MovieCatalog":
        """Read a file that `save` wrote. Poster paths come back absolute.

        The file may have been copied to a store, with its posters (`gs://...`, see
        `keras_genre.remote_files`); their paths are then URLs.

        A CSV file is read without its `-metadata.json` too: its genres are then those found, in
        alphabetical order, and a note says so.

        Raises:
            ValueError: If `path` ends in neither .parquet nor .csv.
            CatalogError: If the file is not there, damaged, not written by `save`, or written by
                a later version. The message names the file and the field.
            MissingPackageError: If the package that reads from a store is not installed.
        """
        frame, vocabulary, notes = load_catalog(path)
        try:
            return cls(frame, vocabulary, notes)
        except CatalogError as cause:
            raise CatalogError(f"{path} holds no catalogue: {cause}") from cause

    def __len__(self) -> int:
        return len(self._frame)

    def __repr__(self) -> str:
        sizes = [f"{split} {int((self._frame['split'] == split).sum())}" for split in self.splits]
        return (
            f"MovieCatalog({len(self)} films, {len(self._vocabulary)} genres"
            f"{': ' if sizes else ''}{', '.join(sizes)})"
        )
