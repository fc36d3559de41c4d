"""Reading CSV exports of TMDB."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import pandas as pd

from keras_genre.catalog.csv_columns import recognise_columns
from keras_genre.catalog.film_genres import settle_genres
from keras_genre.catalog.movie_catalog import MovieCatalog
from keras_genre.catalog.poster_csv import gather_films, read_tables, single_films
from keras_genre.catalog.poster_folder import open_poster_folder
from keras_genre.catalog.tmdb_tables import as_poster_table
from keras_genre.genres import TMDB_GENRES, GenreVocabulary


def read_tmdb_csv(
    paths: str | Path | Iterable[str | Path],
    posters: str | Path | None = None,
    vocabulary: GenreVocabulary | None = None,
    columns: Mapping[str, str | Sequence[str]] | None = None,
    encoding: str | None = None,
    keep_first: bool = False,
) -> MovieCatalog:
    """Read one or more CSV exports of TMDB, and find the posters of their films.

    It reads what `read_poster_csv` reads, and knows the ways of TMDB: the id is `tmdb_id` or
    `id`, the plot is `overview`, the year is that of `release_date`, and genres may be TMDB's
    numbers (`genre_ids`). A `poster_path` like `/abc.jpg` is the file `<posters>/abc.jpg`, or
    else `<posters>/<id>.jpg`. Exports overlap and break: rows that repeat a film word for word
    count once, and rows whose id is no number, since their cells are shifted, are left out;
    `catalog.notes` tells of both.

    Args:
        paths: CSV files, here or at a store, read into one catalogue in this order.
        posters: The folder of the posters, here or at a store. By default the folder `posters`
            beside each CSV, or the CSV's own where there is none; that no poster is found there is
            no error then.
        vocabulary: The genres allowed. By default the 19 of TMDB, in `TMDB_GENRES`' order, and
            after them any others found, which a note names.
        columns: From "id", "plot", "genres", "poster", "title", "year", "tagline", "crew", "split"
            to the column's name in the files.
        encoding: How the files are encoded. By default recognised.
        keep_first: Of rows with one id that contradict each other, keep the first; otherwise they
            are an error.

    Returns:
        A `MovieCatalog` whose poster paths are absolute, or URLs.

    Raises:
        ValueError: If there is no path, no such encoding, or an unknown role in `columns`.
        CatalogError: If a file cannot be read, a column is missing, a genre is not allowed, two
            rows contradict each other about a film, or a poster path leads out of its folder.

    Example:
        >>> catalog = read_tmdb_csv("tmdb_5000_movies.csv")  # doctest: +SKIP
    """
    folder = None if posters is None else open_poster_folder(posters)
    tables = (
        as_poster_table(table, folder, columns or {}) for table in read_tables(paths, encoding)
    )
    frame, notes = gather_films(
        ((table, recognise_columns(table, named)) for table, named in tables), folder
    )
    frame, left_out = single_films(frame, keep_first)
    frame["genres"], vocabulary, note = _settled(frame, vocabulary)
    return MovieCatalog(frame, vocabulary, [*notes, *left_out, *([note] if note else [])])


def _settled(frame: pd.DataFrame, vocabulary: GenreVocabulary | None):
    """Return genres in one spelling, their vocabulary, and lines about them."""
    if vocabulary is not None:
        return settle_genres(frame, vocabulary)
    usual = GenreVocabulary(TMDB_GENRES)
    _, found, _ = settle_genres(frame, None)
    others = [name for name in found if name not in usual]
    genres, vocabulary, note = settle_genres(frame, GenreVocabulary((*usual, *others)))
    if others:
        counts = ", ".join(f"{name} ({sum(name in of for of in genres)} films)" for name in others)
        note = "; ".join(filter(None, (note, f"genres that are not TMDB's 19: {counts}")))
    return genres, vocabulary, note
