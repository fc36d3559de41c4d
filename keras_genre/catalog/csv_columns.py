"""Recognising what the columns of a table of films are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from keras_genre.catalog.csv_table import CsvTable
from keras_genre.catalog.genre_columns import find_01_columns, find_genre_columns
from keras_genre.errors import CatalogError

# What the columns of published poster sets are called, most telling name first.
_RECOGNISED = {
    "id": ("movie_id", "id", "tmdb_id", "imdb_id"),
    "plot": ("plot", "overview", "description", "synopsis", "summary"),
    "genres": ("genres", "genre"),
    "poster": ("poster", "poster_file", "image"),
    "title": ("title", "name", "movie_title"),
    "year": ("year", "release_year"),
    "tagline": ("tagline",),
    "crew": ("crew",),
    "split": ("split",),
}


@dataclass(frozen=True)
class Columns:
    """Which column of a table holds what.

    Attributes:
        names: From "id", "plot", "genres" ... to the column's name, where there is one.
        genre_columns: The columns of 0 and 1, one a genre, where these tell the genres.
        spare_genre_columns: Such columns beside a column of genres.
        unused: The names of all other columns.
        doubtful: Those of them that hold 0 and 1, where such columns tell the genres.
    """

    names: dict[str, str]
    genre_columns: tuple[str, ...]
    spare_genre_columns: tuple[str, ...]
    unused: tuple[str, ...]
    doubtful: tuple[str, ...]


def recognise_columns(table: CsvTable, named: Mapping[str, str | Sequence[str]]) -> Columns:
    """Recognise columns by their usual names, whatever the case, unless they are named.

    Args:
        table: The table.
        named: From roles ("id", "plot" ...) to the column's name; several for "genres" mean one
            column of 0 and 1 for each genre.

    Raises:
        ValueError: If a role is unknown.
        CatalogError: If a named column is not there, or nothing tells the genres.
    """
    _check_named(table.path, list(table.frame), named)
    named = dict(named)
    columns_01 = ()
    if not isinstance(named.get("genres", ""), str):
        columns_01 = tuple(named.pop("genres"))
    names = _names(table.frame.columns, named)
    if columns_01:
        names.pop("genres", None)
    free = [column for column in table.frame if column not in names.values()]
    known_01 = tuple(find_genre_columns(table.frame[free]))
    if "genres" not in names:
        columns_01 = columns_01 or known_01
    spare = () if columns_01 else known_01
    unused = tuple(name for name in free if name not in (*columns_01, *spare))
    doubtful = () if "genres" in names else tuple(find_01_columns(table.frame[list(unused)]))
    if "genres" not in names and not columns_01:
        raise CatalogError(_no_genres(table, doubtful))
    return Columns(names, columns_01, spare, unused, doubtful)


def recognise_names(path: Path, header: Sequence[str], named: Mapping[str, str]) -> dict[str, str]:
    """Recognise columns by their names alone, for films whose genres are not known.

    Args:
        path: The table, for messages.
        header: The names of its columns.
        named: From roles to the column's name, where it is not a usual one.

    Returns:
        From "id", "plot" ... to the column's name, where there is one.

    Raises:
        ValueError: If a role is unknown.
        CatalogError: If a named column is not there.
    """
    _check_named(path, header, named)
    return _names(header, named)


def usual_names(role: str) -> str:
    """Say which names of a column are recognised."""
    return ", ".join(_RECOGNISED[role])


def _names(header: Sequence[str], named: Mapping[str, str]) -> dict[str, str]:
    by_lower = {column.lower(): column for column in reversed(header)}
    names = {}
    for role, candidates in _RECOGNISED.items():
        found = [by_lower[name] for name in candidates if name in by_lower]
        if role in named:
            names[role] = named[role]
        elif found:
            names[role] = found[0]
    return names


def _check_named(
    path: Path, header: Sequence[str], named: Mapping[str, str | Sequence[str]]
) -> None:
    for role, name in named.items():
        if role not in _RECOGNISED:
            raise ValueError(f"Unknown column role {role!r}. Expected one of {list(_RECOGNISED)}.")
        if not isinstance(name, str) and role != "genres":
            raise ValueError(f"Expected one column of the {role}, received {name!r}.")
        for column in [name] if isinstance(name, str) else name:
            if column not in header:
                raise CatalogError(f"{path} has no column {column!r}. It has {list(header)}.")


def _no_genres(table: CsvTable, doubtful: Sequence[str]) -> str:
    message = (
        f"{table.path} has no column for the genres. Looked for {usual_names('genres')}, and for "
        f"at least two columns of 0 and 1 with names of genres; it has {list(table.frame)}. Name "
        "the column yourself (--genres-column)"
    )
    if doubtful:
        message += f", or all those of 0 and 1 (--genre-columns {','.join(doubtful)})"
    return message + "."
