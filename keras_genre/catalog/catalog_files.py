"""Saving a catalogue as one Parquet or CSV file, and loading it again, unchanged."""

import os
from pathlib import Path

import pandas as pd

from keras_genre.catalog.catalog_about import about_catalog
from keras_genre.catalog.catalog_csv import read_catalog_csv, write_catalog_csv
from keras_genre.catalog.catalog_parquet import read_catalog_parquet, write_catalog_parquet
from keras_genre.catalog.genre_spellings import alphabetical_vocabulary
from keras_genre.errors import CatalogError, KerasGenreError
from keras_genre.genres import GenreVocabulary
from keras_genre.remote_files import as_path, file_name, folder_of, is_remote

_WRITERS = {".parquet": write_catalog_parquet, ".csv": write_catalog_csv}
_READERS = {".parquet": read_catalog_parquet, ".csv": read_catalog_csv}


def save_catalog(
    path: str | Path, frame: pd.DataFrame, vocabulary: GenreVocabulary, notes: tuple[str, ...]
) -> None:
    """Write the parts of a checked `MovieCatalog`; see there."""
    if is_remote(path):
        raise ValueError(
            f"A catalogue is saved as a file of this machine; received {path!r}. Save it here, and "
            f"copy it there with its posters; it can be loaded from there."
        )
    path = Path(path)
    write = _WRITERS[_checked_suffix(path)]
    folder = path.absolute().parent
    roots = (folder, folder.resolve())
    frame = frame.assign(poster=[_stored_poster(poster, roots) for poster in frame["poster"]])
    try:
        write(path, frame, about_catalog(vocabulary, notes))
    except (OSError, KerasGenreError) as cause:
        raise CatalogError(f"The catalogue cannot be saved as {path}: {cause}") from cause


def load_catalog(path: str | Path) -> tuple[pd.DataFrame, GenreVocabulary, tuple[str, ...]]:
    """Read the parts of a `MovieCatalog`; see there."""
    path = as_path(path)
    frame, about, source = _READERS[_checked_suffix(path)](path)
    folder = folder_of(path if is_remote(path) else path.absolute())
    frame["poster"] = [
        _absolute_poster(poster, folder, f"{path}, movie {movie_id}")
        for poster, movie_id in zip(frame["poster"], frame["movie_id"], strict=True)
    ]
    if about is None:
        names = {name for genres in frame["genres"] for name in genres}
        if not names:
            raise CatalogError(f"{path} has no film with a genre, and there is no {source}.")
        note = (
            f"{file_name(path)}: no {file_name(source)} beside it; genres are those found, by the "
            f"alphabet"
        )
        return frame, alphabetical_vocabulary(names), (note,)
    try:
        vocabulary = GenreVocabulary(about["genres"])
    except ValueError as cause:
        raise CatalogError(f"{source}, field 'genres': {cause}") from cause
    return frame, vocabulary, tuple(about["notes"])


def _checked_suffix(path: str | Path) -> str:
    suffix = Path(file_name(path)).suffix.lower()
    if suffix not in _WRITERS:
        raise ValueError(
            f"A catalogue is kept in a file .parquet or .csv; received {str(path)!r}. Give the "
            "file one of these endings."
        )
    return suffix


def _stored_poster(poster: str, roots: tuple[Path, ...]) -> str:
    """A path relative to the file's folder where it lies inside, so that both can be moved."""
    if not poster or is_remote(poster):
        return poster
    path = Path(poster).absolute()
    for root in roots:
        if path.is_relative_to(root) and ".." not in path.parts:
            return path.relative_to(root).as_posix()
    return poster if os.path.isabs(poster) else str(path)


def _absolute_poster(stored: str, folder: str | Path, place: str) -> str:
    if not stored or os.path.isabs(stored) or is_remote(stored):
        return stored
    if ".." in Path(stored).parts:
        raise CatalogError(
            f"{place}: the poster {stored!r} leads out of {folder}. Expected a path inside, or an "
            "absolute one."
        )
    return f"{folder}/{stored}" if is_remote(folder) else str(folder / stored)
