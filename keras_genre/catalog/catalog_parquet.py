"""A catalogue as a Parquet file; vocabulary and notes lie in the file's own metadata."""

import json
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from keras_genre.catalog.catalog_about import checked_about
from keras_genre.errors import CatalogError
from keras_genre.remote_files import local_copy
from keras_genre.staging import staged_file

_KEY = b"keras_genre"
_TEXT = pa.large_string()  # more than 2 GiB of plots fit
_NAMES = pa.list_(pa.field("element", _TEXT, nullable=False))
_SCHEMA = pa.schema(
    [
        pa.field("movie_id", _TEXT, nullable=False),
        pa.field("title", _TEXT, nullable=False),
        pa.field("plot", _TEXT, nullable=False),
        pa.field("tagline", _TEXT, nullable=False),
        pa.field("genres", _NAMES, nullable=False),
        pa.field("poster", _TEXT, nullable=False),
        pa.field("year", pa.int64()),
        pa.field("crew", _NAMES, nullable=False),
        pa.field("split", _TEXT, nullable=False),
    ]
)


def write_catalog_parquet(path: Path, frame: pd.DataFrame, about: dict) -> None:
    """Write a catalogue's table, and `about` it as JSON in the file's metadata."""
    year = [None if pd.isna(year) else int(year) for year in frame["year"]]
    columns = {name: year if name == "year" else frame[name].tolist() for name in _SCHEMA.names}
    about = {**about, "num_films": len(frame)}
    schema = _SCHEMA.with_metadata({_KEY: json.dumps(about, ensure_ascii=False).encode()})
    table = pa.table(columns, schema=schema)
    with staged_file(path) as staging:
        # Each page has its checksum, so that a damaged one is found when it is read.
        pq.write_table(table, staging, write_page_checksum=True)


def read_catalog_parquet(path: str | Path) -> tuple[pd.DataFrame, dict, str | Path]:
    """Return the table, what the file says about it, and the file that says so.

    Raises:
        CatalogError: If it cannot be read, or `write_catalog_parquet` did not write it.
    """
    try:
        with (
            local_copy(path) as copy,
            pq.ParquetFile(copy, page_checksum_verification=True) as file,
        ):
            about = _read_about(path, file.schema_arrow.metadata or {})
            _check_fields(path, file.schema_arrow)
            table = file.read()
    except FileNotFoundError as cause:
        raise CatalogError(f"There is no file {path}.") from cause
    except (OSError, pa.ArrowException, UnicodeDecodeError) as cause:
        reason = str(cause).splitlines()[0]
        raise CatalogError(f"{path} cannot be read as a Parquet file: {reason}") from cause
    if table.num_rows != about.get("num_films"):
        raise CatalogError(
            f"{path}, field 'num_films': {about.get('num_films')!r} films should be there, found "
            f"{table.num_rows}. The file is damaged, or MovieCatalog.save did not write it."
        )
    columns = {name: table[name].to_pylist() for name in _SCHEMA.names}
    return pd.DataFrame(columns), about, path


def _read_about(path: str | Path, metadata: dict[bytes, bytes]) -> dict:
    try:
        about = json.loads(metadata[_KEY])
    except (KeyError, ValueError) as cause:
        raise CatalogError(
            f"{path} says nothing about its genres: its metadata has no readable "
            f"{_KEY.decode()!r}. Expected a file that MovieCatalog.save wrote."
        ) from cause
    return checked_about(about, path)


def _check_fields(path: str | Path, schema: pa.Schema) -> None:
    found = {field.name: field for field in schema}
    for field in _SCHEMA:
        if field.name not in found or not field.equals(found[field.name]):
            raise CatalogError(
                f"{path}, field {field.name!r}: expected {_type(field)}, found "
                f"{_type(found.get(field.name))}. MovieCatalog.save did not write this file."
            )


def _type(field: pa.Field | None) -> str:
    return "none" if field is None else f"{field.type}{'' if field.nullable else ' not null'}"
