"""A catalogue as a CSV file for people, and a JSON file beside it with vocabulary and notes."""

import json
from pathlib import Path

import pandas as pd

from keras_genre.catalog.catalog_about import checked_about
from keras_genre.catalog.catalog_checks import COLUMNS
from keras_genre.catalog.csv_table import CsvTable, read_table
from keras_genre.catalog.genre_cells import join_names, split_names
from keras_genre.csv_files import write_csv
from keras_genre.errors import CatalogError
from keras_genre.remote_files import as_path, read_file
from keras_genre.staging import staged_file


def write_catalog_csv(path: Path, frame: pd.DataFrame, about: dict) -> None:
    """Write a catalogue's table; `about` it goes beside it, where the W3C puts such metadata."""
    table = frame.assign(genres=frame["genres"].map(join_names), crew=frame["crew"].map(join_names))
    metadata = {"@context": "http://www.w3.org/ns/csvw", "url": path.name, "keras_genre": about}
    with staged_file(_metadata_path(path)) as metadata_staging, staged_file(path) as staging:
        write_csv(table, staging)
        metadata_staging.write_text(
            json.dumps(metadata, ensure_ascii=False, indent=2) + "\n", encoding="utf-8"
        )


def read_catalog_csv(path: str | Path) -> tuple[pd.DataFrame, dict | None, str | Path]:
    """Return the table, what is written about it (or `None`), and the file that this is in.

    Raises:
        CatalogError: If either file cannot be read.
    """
    about = _read_about(_metadata_path(path))
    table = read_table(path)
    for column in COLUMNS:
        if column not in table.frame:
            raise CatalogError(
                f"{path} has no column {column!r}. Expected the columns that MovieCatalog.save "
                "writes; other tables are for read_poster_csv (keras-genre catalog poster-csv). It "
                f"has {list(table.frame)}."
            )
    frame = table.frame.astype(object)
    frame["year"] = _parsed(table, "year", _parse_year)
    for column in ("genres", "crew"):
        frame[column] = _parsed(table, column, split_names)
    return frame, about, _metadata_path(path)


def _parse_year(cell: str) -> int | None:
    if cell and not 1 <= int(cell) <= 9999:
        raise ValueError("expected 1 to 9999")
    return int(cell) if cell else None


def _parsed(table: CsvTable, column: str, parse) -> list:
    values = []
    for row, cell in enumerate(table.frame[column]):
        try:
            values.append(parse(cell))
        except ValueError as cause:
            raise CatalogError(
                f"{table.place(row)}, movie {table.frame['movie_id'].iloc[row]}: cannot read the "
                f"{column} {cell[:80]!r} ({cause})."
            ) from cause
    return values


def _read_about(path: str | Path) -> dict | None:
    try:
        content = json.loads(read_file(path).decode("utf-8"))
    except FileNotFoundError:
        return None
    except OSError as cause:
        raise CatalogError(f"{path} cannot be read: {cause.strerror or cause}.") from cause
    except (ValueError, RecursionError) as cause:
        raise CatalogError(f"{path} is no JSON: {cause}. Delete it to do without.") from cause
    return checked_about(content.get("keras_genre") if isinstance(content, dict) else None, path)


def _metadata_path(path: str | Path) -> str | Path:
    return as_path(f"{path}-metadata.json")
