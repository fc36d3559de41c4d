"""Putting the parts of a table together: one Parquet or CSV file, and the side file."""

import contextlib
import csv
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from keras_genre.client.bulk.parts import PartLayout
from keras_genre.csv_files import escape_formula

__all__ = ["FORMATS", "side_file", "side_file_of", "table_writer"]

FORMATS = (".parquet", ".csv")

_ROWS_A_GROUP = 8192
_SIDE_HEADER = ("line", "id", "what happened", "reason")
_LEFT_OUT, _WITHOUT_POSTER = "left out", "predicted without its poster"


def side_file_of(out: Path) -> Path:
    """Where the films in trouble are listed, beside the table."""
    return out.with_name(f"{out.stem}.rejects.csv")


@contextlib.contextmanager
def table_writer(path: Path, layout: PartLayout) -> Iterator[Callable[[pa.Table], None]]:
    """Give what adds rows to a table whose kind the ending of `path` says."""
    opening = _csv_writer if path.suffix == ".csv" else _parquet_writer
    with opening(path, layout) as write:
        yield write


@contextlib.contextmanager
def _parquet_writer(path: Path, layout: PartLayout):
    waiting, num_waiting = [], 0

    def flush():
        nonlocal waiting, num_waiting
        if waiting:
            writer.write_table(pa.concat_tables(waiting).combine_chunks())
        waiting, num_waiting = [], 0

    def write(rows: pa.Table):
        nonlocal num_waiting
        waiting.append(rows)
        num_waiting += len(rows)
        if num_waiting >= _ROWS_A_GROUP:
            flush()

    with pq.ParquetWriter(path, layout.table_schema) as writer:
        yield write
        flush()


@contextlib.contextmanager
def _csv_writer(path: Path, layout: PartLayout):
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_NONNUMERIC)
        names = layout.table_schema.names
        writer.writerow(map(escape_formula, names))

        def write(rows: pa.Table):
            for row in rows.to_pylist():
                row["genres"] = "|".join(row["genres"])
                writer.writerow(
                    escape_formula(value) if isinstance(value, str) else round(value, 6)
                    for value in row.values()
                )

        yield write


@contextlib.contextmanager
def side_file(path: Path) -> Iterator[Callable[[int, str, bool, str], None]]:
    """Give what adds a film to the list of those in trouble."""
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(_SIDE_HEADER)

        def write(line: int, movie_id: str, is_predicted: bool, trouble: str):
            happened = _WITHOUT_POSTER if is_predicted else _LEFT_OUT
            writer.writerow((line, escape_formula(movie_id), happened, trouble))

        yield write
