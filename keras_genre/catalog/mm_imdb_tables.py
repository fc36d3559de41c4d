"""The tables inside MM-IMDb's HDF5 file: each is checked before it is believed."""

import contextlib
import dataclasses
import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from keras_genre.errors import CatalogError
from keras_genre.genres import MM_IMDB_GENRES, GenreVocabulary

IMAGE_SHAPE = (3, 256, 160)
"""A poster in the file: channels, height, width."""


@contextlib.contextmanager
def open_hdf5(path: Path) -> Iterator:
    """Open an HDF5 file to be read, as an `h5py.File`.

    Raises:
        CatalogError: If it is no HDF5 file, or was cut.
    """
    import h5py

    try:
        file = h5py.File(path, "r")
    except OSError as cause:
        raise CatalogError(
            f"{path} cannot be opened as HDF5: {cause}. Expected multimodal_imdb.hdf5; delete "
            "the file and download it again (keras-genre download mm-imdb --part hdf5)."
        ) from cause
    with file:
        yield file


@contextlib.contextmanager
def reading(path: Path, name: str) -> Iterator[None]:
    """Name the file and its table when what is read in the block is damaged.

    Raises:
        CatalogError: Instead of what HDF5 says.
    """
    try:
        yield
    except (OSError, RuntimeError, KeyError) as cause:
        raise CatalogError(
            f"{path}, {name!r}: damaged ({cause}). Download the file anew."
        ) from cause


def find_table(file, path: Path, name: str, shape: tuple[int | None, ...], kinds: str):
    """Return a table of the file, as an `h5py.Dataset`.

    Args:
        file: The open file.
        path: For messages.
        name: The table's name.
        shape: What is expected of its shape; None where any length will do.
        kinds: NumPy's letters for the kinds of values expected.

    Raises:
        CatalogError: If it is not there, has another shape or other values, or lies outside.
    """
    import h5py

    if not isinstance(file.get(name, getlink=True), h5py.HardLink):
        there = ", ".join(map(repr, sorted(file))) or "nothing"
        raise CatalogError(f"{path}: expected a table {name!r}; the file holds {there}.")
    with reading(path, name):
        table = file[name]
        outside = isinstance(table, h5py.Dataset) and (table.is_virtual or table.external)
    if outside:
        raise CatalogError(
            f"{path}, {name!r}: its values lie in other files. Expected them in this one."
        )
    received = f"{table.shape} of {table.dtype}" if isinstance(table, h5py.Dataset) else "a group"
    fits = (
        isinstance(table, h5py.Dataset)
        and table.dtype.kind in kinds
        and len(table.shape or ()) == len(shape)
        and all(wanted in (None, got) for wanted, got in zip(shape, table.shape, strict=True))
    )
    if not fits:
        wanted = ", ".join("any" if length is None else str(length) for length in shape)
        words = " or ".join(_KINDS[kind] for kind in kinds)
        raise CatalogError(
            f"{path}, {name!r}: expected shape ({wanted}) of {words}; received {received}."
        )
    return table


_KINDS = {"i": "integers", "u": "unsigned integers", "S": "byte strings", "O": "lists of numbers"}


@dataclasses.dataclass(frozen=True)
class GenreTable:
    """The labels of all films, and the names of their columns as the file gives them.

    Args:
        labels: Zeros and ones of shape `(films, genres)`.
        vocabulary: The genres, in the order of the columns.
        path: For messages.
    """

    labels: np.ndarray
    vocabulary: GenreVocabulary
    path: Path

    @classmethod
    def read(cls, file, path: Path) -> "GenreTable":
        """Read `genres`, whose attribute `target_names` alone knows the order of its columns.

        Raises:
            CatalogError: If the attribute is missing or unreadable, or does not fit the table.
        """
        table = find_table(file, path, "genres", (None, None), "iu")
        vocabulary = _read_vocabulary(table, path)
        if table.shape[1] != len(vocabulary):
            raise CatalogError(
                f"{path}, 'genres': expected a column for each of the {len(vocabulary)} names of "
                f"its attribute 'target_names'; received {table.shape[1]} columns."
            )
        with reading(path, "genres"):
            return cls(table[:], vocabulary, path)

    def names(self, movie_ids: Iterable[str]) -> list[tuple[str, ...]]:
        """Return the names of each film's genres.

        Raises:
            CatalogError: If a label is neither 0 nor 1. The message names the film.
        """
        names = []
        for movie_id, labels in zip(movie_ids, self.labels, strict=True):
            if not np.isin(labels, (0, 1)).all():
                wrong = labels[~np.isin(labels, (0, 1))][0]
                raise CatalogError(
                    f"{self.path}, 'genres', film {movie_id}: expected labels of 0 and 1; "
                    f"received {wrong}."
                )
            names.append(self.vocabulary.decode(labels))
        return names

    def __len__(self) -> int:
        return len(self.labels)


def _read_vocabulary(table, path: Path) -> GenreVocabulary:
    place = f"{path}, 'genres', attribute 'target_names'"
    expected = f"a JSON list of names, such as {json.dumps(MM_IMDB_GENRES[:2])}"
    if "target_names" not in table.attrs:
        raise CatalogError(
            f"{place}: not there. Expected {expected}; without it the order of the columns is "
            "unknown, and a guess would put wrong names on labels."
        )
    with reading(path, "genres"):
        text = table.attrs["target_names"]
    try:
        names = json.loads(text)
    except (ValueError, TypeError, RecursionError) as cause:
        raise CatalogError(f"{place}: expected {expected}; received {text!r:.80}.") from cause
    if not isinstance(names, list):
        raise CatalogError(f"{place}: expected {expected}; received {text!r:.80}.")
    try:
        return GenreVocabulary(names)
    except ValueError as cause:
        raise CatalogError(f"{place}: {cause}") from cause


def read_ids(file, path: Path, num_films: int) -> list[str]:
    """Read `imdb_ids`: seven digits each, as the files of the raw folder are called.

    Raises:
        CatalogError: If an id is anything else, or stands twice.
    """
    table = find_table(file, path, "imdb_ids", (num_films,), "S")
    with reading(path, "imdb_ids"):
        ids = [content.decode("ascii", "replace") for content in table[:]]
    first_row = {}
    for row, movie_id in enumerate(ids):
        if not re.fullmatch("[0-9]{7}", movie_id):
            raise CatalogError(
                f"{path}, 'imdb_ids', row {row} (counted from 0): expected seven digits; "
                f"received {movie_id!r}."
            )
        if first_row.setdefault(movie_id, row) != row:
            raise CatalogError(
                f"{path}, 'imdb_ids': film {movie_id} stands twice, in rows "
                f"{first_row[movie_id]} and {row} (counted from 0). Expected each film once."
            )
    return ids


def checked_images(file, path: Path, num_films: int):
    """Return the table of posters; its rows are read on demand."""
    return find_table(file, path, "images", (num_films, *IMAGE_SHAPE), "iu")
