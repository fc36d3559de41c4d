"""Genres alone, by film: what a table is read for that is to be compared with another."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from keras_genre.catalog.csv_columns import recognise_columns, usual_names
from keras_genre.catalog.csv_table import read_table
from keras_genre.catalog.film_genres import read_genres, settle_genres
from keras_genre.errors import CatalogError

__all__ = ["read_labels"]


def read_labels(
    path: str | Path,
    columns: Mapping[str, str | Sequence[str]] | None = None,
    encoding: str | None = None,
) -> dict[str, tuple[str, ...]]:
    """Read the genres of each film of a CSV file, and nothing else.

    Columns and genres are recognised as `read_poster_csv` does; neither plots nor posters need
    be there. Films without genres are left out: nobody labelled them.

    Args:
        path: A CSV file.
        columns: "id" and "genres" to the column's name, where it is not recognised; for "genres"
            also a list of columns of 0 and 1.
        encoding: How the file is encoded, if that is not recognised.

    Returns:
        From movie id to genres, in the order of the file.

    Raises:
        CatalogError: If the file cannot be read, has no ids or no genres, or a film stands in
            it twice with other genres.

    Example:
        >>> read_labels("imdb.csv", {"genres": "imdb_genres"})  # doctest: +SKIP
        {'tt0133093': ('Action', 'Sci-Fi')}
    """
    table = read_table(path, encoding)
    found = recognise_columns(table, columns or {})
    if "id" not in found.names:
        raise CatalogError(
            f"{path} has no column of ids. Looked for {usual_names('id')}; it has "
            f"{list(table.frame)}. Name the column (--id-column)."
        )
    movie_ids = table.frame[found.names["id"]].str.strip().tolist()
    genres, *_ = read_genres(table, found, movie_ids)
    places = [table.place(row) for row in range(len(genres))]
    frame = pd.DataFrame({"movie_id": movie_ids, "genres": genres, "place": places})
    frame = frame[frame["genres"].map(bool) & (frame["movie_id"] != "")].reset_index(drop=True)
    if frame.empty:
        raise CatalogError(f"{path} has no film with an id and a genre. Expected at least one.")
    frame["genres"], *_ = settle_genres(frame, None)
    return _by_film(frame)


def _by_film(frame: pd.DataFrame) -> dict[str, tuple[str, ...]]:
    labels = {}
    for film in frame.itertuples():
        if set(labels.setdefault(film.movie_id, film.genres)) != set(film.genres):
            raise CatalogError(
                f"{film.place}: movie {film.movie_id} stands twice with other genres: "
                f"{', '.join(labels[film.movie_id])}, and {', '.join(film.genres)}. Expected one "
                f"row a film."
            )
    return labels
