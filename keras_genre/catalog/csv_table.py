"""Reading a CSV file as a table of texts, strictly: every row whole, or an error with its line."""

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from keras_genre.catalog.csv_rows import open_csv, unescape_cells
from keras_genre.errors import CatalogError
from keras_genre.remote_files import file_name

_ROWS_AT_ONCE = 10_000  # as Python strings a row needs several times its memory in a column


@dataclass(frozen=True)
class CsvTable:
    """The cells of a CSV file.

    Attributes:
        path: The file; a URL where it is at a store.
        frame: One column for each of the header, all of text; an absent cell is empty.
        lines: The line of the file in which each row begins, counted from 1.
        notes: How the file was read, as far as it is not plainly UTF-8 with commas.
        num_unescaped: How many rows had an apostrophe before what looks like a formula.
    """

    path: str | Path
    frame: pd.DataFrame
    lines: tuple[int, ...]
    notes: tuple[str, ...]
    num_unescaped: int

    @property
    def stem(self) -> str:
        """The name of the file without its ending, after which films without ids are called."""
        return Path(file_name(self.path)).stem

    def place(self, row: int) -> str:
        """Say where row `row` (from 0) stands, as messages begin."""
        return f"{self.path}, line {self.lines[row]}"


def read_table(path: str | Path, encoding: str | None = None) -> CsvTable:
    """Read a CSV file with a header and commas, semicolons or tabs between the cells.

    Rows without any text are passed over. An apostrophe before what looks like a formula is
    taken off, as `csv_files.write_csv` puts it there.

    Args:
        path: The file, here or at a store.
        encoding: How its text is encoded; by default it is recognised.

    Raises:
        ValueError: If there is no such encoding.
        CatalogError: If the file cannot be read, or is not one header and whole rows.
        MissingPackageError: If the package that reads from its store is not installed.
    """
    with open_csv(path, encoding) as opened:
        lines, unescaped = [], []
        rows = _film_rows(path, opened.rows, opened.header, lines, unescaped)
        chunks = list(_chunks(rows, opened.header))
    if not chunks:
        raise CatalogError(f"{path} has a header but no films. Expected one row a film.")
    frame = pd.concat(chunks, ignore_index=True)
    return CsvTable(path, frame, tuple(lines), opened.notes, sum(unescaped))


def _film_rows(
    path: str | Path, rows, header: list[str], lines: list[int], unescaped: list[bool]
) -> Iterator[list[str]]:
    """Give rows as long as the header; note down where they begin, and whether they changed."""
    for line, row in rows:
        if len(row) > len(header):
            raise CatalogError(
                f"{path}, line {line} has {len(row)} cells, more than its header, which has "
                f"{len(header)}. A cell with a separator in it needs quotes around it."
            )
        cells = unescape_cells(row)
        lines.append(line)
        unescaped.append(cells != row)
        yield cells + [""] * (len(header) - len(cells))


def _chunks(rows: Iterable[list[str]], header: list[str]) -> Iterator[pd.DataFrame]:
    rows = iter(rows)
    while chunk := list(itertools.islice(rows, _ROWS_AT_ONCE)):
        yield pd.DataFrame(chunk, columns=header, dtype=str)
