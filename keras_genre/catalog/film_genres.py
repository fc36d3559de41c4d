"""The genres of all films of a table, however it tells them, in one spelling each."""

from collections import Counter
from collections.abc import Sequence

import pandas as pd

from keras_genre.catalog.csv_columns import Columns
from keras_genre.catalog.csv_table import CsvTable
from keras_genre.catalog.genre_cells import parse_genres
from keras_genre.catalog.genre_columns import compare_genre_columns, read_genre_columns
from keras_genre.catalog.genre_spellings import alphabetical_vocabulary, usual_spellings
from keras_genre.errors import CatalogError
from keras_genre.genres import GenreVocabulary


def read_genres(
    table: CsvTable, columns: Columns, movie_ids: Sequence[str]
) -> tuple[list[tuple[str, ...]], str, list[str]]:
    """Return the genres of each film as written, where and how they are, and further lines.

    Raises:
        CatalogError: If a cell cannot be understood. The message names the line and the film.
    """
    read = _read_01_columns if columns.genre_columns else _read_cells
    return read(table, columns, movie_ids)


def _read_01_columns(table: CsvTable, columns: Columns, movie_ids: Sequence[str]):
    genres = read_genre_columns(table, columns.genre_columns, movie_ids)
    notes = []
    if columns.doubtful:
        notes.append(
            f"0/1 columns not used: {_listed(columns.doubtful)} (if they are genres, name all "
            "columns of genres: --genre-columns)"
        )
    return genres, f"0/1 columns {_listed(columns.genre_columns)}", notes


def _read_cells(table: CsvTable, columns: Columns, movie_ids: Sequence[str]):
    column = columns.names["genres"]
    genres, notations = [], Counter()
    for row, cell in enumerate(table.frame[column]):
        try:
            names, notation = parse_genres(cell)
        except ValueError as cause:
            raise CatalogError(f"{table.place(row)}, movie {movie_ids[row]}: {cause}.") from cause
        genres.append(names)
        notations[notation] += 1
    notes = []
    if spare := columns.spare_genre_columns:
        agreement = compare_genre_columns(table, spare, genres)
        notes.append(
            f"0/1 columns not used, since {column!r} has the genres: {_listed(spare)}; {agreement}"
        )
    return genres, f"{column!r} ({_notation(notations)})", notes


def settle_genres(
    frame: pd.DataFrame, vocabulary: GenreVocabulary | None
) -> tuple[list[tuple[str, ...]], GenreVocabulary, str]:
    """Bring the genres of all films into one spelling each.

    Args:
        frame: Films with `movie_id`, `genres`, and `place` for messages.
        vocabulary: The genres allowed; those found where `None`.

    Returns:
        The genres of each film, their vocabulary, and a line about spellings (or nothing).

    Raises:
        CatalogError: If a genre is none of the vocabulary.
    """
    spellings, note = usual_spellings(frame["genres"], vocabulary)
    if vocabulary is None:
        vocabulary = alphabetical_vocabulary(spellings.values())
    settled = [tuple(spellings[name] for name in genres) for genres in frame["genres"]]
    for genres, film in zip(settled, frame.itertuples(), strict=True):
        try:
            vocabulary.encode(genres)
        except ValueError as cause:
            raise CatalogError(f"{film.place}, movie {film.movie_id}: {cause}") from cause
    return settled, vocabulary, note


def _notation(notations: Counter) -> str:
    several = {name: count for name, count in notations.items() if name not in ("", "one name")}
    if len(several) > 1:
        return ", ".join(f"{name} in {count} films" for name, count in several.items())
    return f"as {next(iter(several), 'one name')}"


def _listed(columns: Sequence[str]) -> str:
    if len(columns) < 5:
        return ", ".join(map(repr, columns))
    return f"{columns[0]!r}, {columns[1]!r} ... {columns[-1]!r} ({len(columns)} columns)"
