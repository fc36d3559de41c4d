"""TMDB's ways in a table of films, translated into those of any table with posters."""

import dataclasses
import re
from collections.abc import Mapping, Sequence

import pandas as pd

from keras_genre.catalog.csv_table import CsvTable
from keras_genre.catalog.poster_folder import PosterFolder, own_folder
from keras_genre.catalog.tmdb_genres import TMDB_GENRE_IDS
from keras_genre.errors import CatalogError

# TMDB's names, before those that any table may have.
_COLUMNS = {
    "id": ("tmdb_id", "id"),
    "plot": ("overview",),
    "genres": ("genres", "genre_ids"),
    "poster": ("poster_path",),
    "year": ("release_date",),
}
_ID = re.compile(r"((?:tt)?[0-9]+)(?:\.0)?")  # pandas writes 862.0 where another id was missing
_YEAR = re.compile(r"(?<![0-9])([0-9]{4})(?![0-9])")
_NUMBERS = re.compile(r"\[?\s*[0-9]+(?:\s*[,|;]\s*[0-9]+)*\s*\]?")
_PLACES_NAMED = 3
_POSTERS = "posters"


def as_poster_table(
    table: CsvTable, posters: PosterFolder | None, columns: Mapping[str, str | Sequence[str]]
) -> tuple[CsvTable, dict[str, str | Sequence[str]]]:
    """Translate a table of TMDB, so that it can be read like any table of films with posters.

    Args:
        table: The table as read.
        posters: The folder of its posters; by default `posters` beside it, or its own.
        columns: From roles to columns, where these are named.

    Returns:
        The table without rows of shifted cells, with a year for each date, names for genre
        numbers, and poster paths that lead to files; and from roles to columns.

    Raises:
        CatalogError: If no id is a number, or a genre's number is not TMDB's.
    """
    by_lower = {column.lower(): column for column in reversed(table.frame.columns)}
    named = dict(columns)
    for role, names in _COLUMNS.items():
        found = next((by_lower[name] for name in names if name in by_lower), None)
        if found is not None:
            named.setdefault(role, found)
    # What is named but not there is told by whoever recognises the columns.
    ours = {r: c for r, c in named.items() if isinstance(c, str) and c in table.frame}
    if "id" in ours:
        table = _with_whole_rows(table, ours["id"])
    if "year" in ours:
        table = _with_years(table, ours["year"])
    if "genres" in ours:
        cells = enumerate(table.frame[ours["genres"]].str.strip())
        cells = [_genre_names(table, row, cell) for row, cell in cells]
        table = _replaced(table, ours["genres"], cells)
    if "poster" in ours:
        # Without TMDB's id, posters are called by the one that any table may have.
        others = (by_lower[name] for name in ("movie_id", "imdb_id") if name in by_lower)
        id_column = ours.get("id") or next(others, None)
        table = _with_poster_files(table, ours["poster"], id_column, posters)
    return table, named


def _with_whole_rows(table: CsvTable, column: str) -> CsvTable:
    """Leave out rows without an id, and those whose cells a line break in one has shifted."""
    cells = table.frame[column].str.strip()
    ids = [_ID.fullmatch(cell) for cell in cells]
    whole = [row for row, found in enumerate(ids) if found is not None]
    if not whole:
        raise CatalogError(
            f"{table.path}: no id in the column {column!r} is a number (the first is "
            f"{table.frame[column].iloc[0][:80]!r}). Expected TMDB's; name their column, or read "
            "the file as one of any origin (read_poster_csv)."
        )
    frame = table.frame.iloc[whole].reset_index(drop=True)
    frame[column] = [ids[row][1] for row in whole]
    missing = [row for row, cell in enumerate(cells) if not cell]
    shifted = [row for row, found in enumerate(ids) if found is None and cells[row]]
    reasons = (
        (missing, f"without an id in the column {column!r}"),
        (shifted, "whose id is no number: their cells are shifted"),
    )
    left_out = (
        f"{len(rows)} rows left out {reason} ({_lines(table, rows)})"
        for rows, reason in reasons
        if rows
    )
    notes = (*table.notes, *left_out)
    lines = tuple(table.lines[row] for row in whole)
    return dataclasses.replace(table, frame=frame, lines=lines, notes=notes)


def _lines(table: CsvTable, rows: Sequence[int]) -> str:
    """Say where rows stand; of many, where the first ones do."""
    lines = ", ".join(str(table.lines[row]) for row in rows[:_PLACES_NAMED])
    return f"line {lines}{' ...' if len(rows) > _PLACES_NAMED else ''}"


def _with_years(table: CsvTable, column: str) -> CsvTable:
    dates = table.frame[column].str.strip()
    years = dates.str.extract(_YEAR, expand=False).fillna("").replace("0000", "")
    odd = int(((dates != "") & (years == "")).sum())
    note = f"{odd} films whose {column!r} has no year of four digits" if odd else ""
    return _replaced(table, column, years, note)


def _genre_names(table: CsvTable, row: int, cell: str) -> str:
    """The cell, with names where it holds TMDB's numbers alone."""
    if _NUMBERS.fullmatch(cell) is None:
        return cell
    numbers = [int(number) for number in re.findall("[0-9]+", cell)]
    for number in numbers:
        if number not in TMDB_GENRE_IDS:
            raise CatalogError(
                f"{table.place(row)}: Unknown genre number {number}. Expected TMDB's "
                f"{len(TMDB_GENRE_IDS)} ({', '.join(map(str, sorted(TMDB_GENRE_IDS)))}), or names."
            )
    return "|".join(TMDB_GENRE_IDS[number] for number in numbers)


def _with_poster_files(
    table: CsvTable, column: str, id_column: str | None, posters: PosterFolder | None
) -> CsvTable:
    own = None if posters else own_folder(table.path)
    inner = own and own.folder(_POSTERS)
    folder = posters or inner or own
    ids = [""] * len(table.frame) if id_column is None else table.frame[id_column].str.strip()
    cells = table.frame[column].str.strip()
    pairs = zip(cells, ids, strict=True)
    files = [_poster_file(folder, cell, movie_id) for cell, movie_id in pairs]
    note = ""
    if posters is None and not any(folder.has(name) for name in files if name):
        # Most exports come without their posters: TMDB's path is one of its own server.
        note = f"no poster of {column!r} is in {folder} (name their folder: --posters)"
        files = [""] * len(files)
    files = [f"{_POSTERS}/{name}" if inner and name else name for name in files]
    return _replaced(table, column, files, note)


def _poster_file(folder: PosterFolder, cell: str, movie_id: str) -> str:
    """The path in `folder` that a poster_path, `/abc.jpg` or a whole address, means."""
    name = cell.rpartition("/")[2] if "://" in cell else cell.lstrip("/")
    if name and folder.has(name):
        return name
    return (folder.by_id(movie_id) if movie_id else "") or name


def _replaced(table: CsvTable, column: str, cells: Sequence[str], note: str = "") -> CsvTable:
    frame = table.frame.assign(**{column: pd.Series(cells, index=table.frame.index, dtype=str)})
    return dataclasses.replace(
        table, frame=frame, notes=(*table.notes, note) if note else table.notes
    )
