"""One column a genre, with 1 where a film has it and 0 where it has not."""

import itertools
from collections.abc import Sequence

import pandas as pd

from keras_genre.catalog.csv_table import CsvTable
from keras_genre.catalog.genre_spellings import known_genre
from keras_genre.errors import CatalogError

_YES = ("1", "1.0", "true", "yes")
_NO = ("0", "0.0", "false", "no")


def find_genre_columns(frame: pd.DataFrame) -> list[str]:
    """Find the columns that are named as a known genre and hold 0 and 1, at least two.

    A name is needed: tables have other such columns ("adult", "video"). A few other cells do not
    hide a column; reading it tells of them.
    """
    found = [name for name in frame if known_genre(name) and _is_01(frame[name]).mean() > 0.5]
    return found if len(found) > 1 else []


def find_01_columns(frame: pd.DataFrame) -> list[str]:
    """Find the columns that hold 0 and 1 alone, whatever their names."""
    return [name for name in frame if _is_01(frame[name]).all()]


def read_genre_columns(
    table: CsvTable, columns: Sequence[str], movie_ids: Sequence[str]
) -> list[tuple[str, ...]]:
    """Return the genres of each film: the columns that say yes, by their usual names.

    Raises:
        CatalogError: If a cell is neither 0 nor 1 (nor true, false, yes, no).
    """
    genres = [[] for _ in movie_ids]
    for column in columns:
        cells = _cells(table.frame[column])
        wrong = ~_is_01(table.frame[column])
        if wrong.any():
            row = int(wrong.to_numpy().argmax())
            raise CatalogError(
                f"{table.place(row)}, movie {movie_ids[row]}: the genre column {column!r} holds "
                f"{table.frame[column].iloc[row][:80]!r}. Expected 0 or 1 (or false, true, no, "
                "yes). If it is no genre, name the columns that are (--genre-columns)."
            )
        for row in cells.isin(_YES).to_numpy().nonzero()[0]:
            genres[row].append(known_genre(column) or column)
    return [tuple(dict.fromkeys(names)) for names in genres]


def compare_genre_columns(
    table: CsvTable, columns: Sequence[str], films_genres: Sequence[tuple[str, ...]]
) -> str:
    """Say whether genre columns that are not used say the same as the genres that are."""
    known = {name: known_genre(name) for name in set(itertools.chain(*films_genres))}
    said = [{known[name] for name in genres} for genres in films_genres]
    differ = pd.Series(data=False, index=table.frame.index)
    for column in columns:
        in_list = pd.Series([known_genre(column) in names for names in said])
        differ |= _cells(table.frame[column]).isin(_YES) != in_list
    if not differ.any():
        return "they say the same"
    row = int(differ.to_numpy().argmax())
    return f"they say otherwise of {int(differ.sum())} films (the first in line {table.lines[row]})"


def _cells(column: pd.Series) -> pd.Series:
    return column.str.strip().str.lower()


def _is_01(column: pd.Series) -> pd.Series:
    return _cells(column).isin(_YES + _NO)
