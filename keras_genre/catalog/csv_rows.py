"""Opening a CSV file: its encoding, separator and header, and its rows one by one."""

import codecs
import contextlib
import csv
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from keras_genre.catalog.csv_encoding import recognise_encoding
from keras_genre.csv_files import unescape_formula
from keras_genre.errors import CatalogError
from keras_genre.remote_files import local_copy

_SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs"}
_ROWS_TO_TELL_BY = 20


@dataclass(frozen=True)
class CsvRows:
    """An open CSV file.

    Attributes:
        path: The file; a URL where it is at a store.
        encoding: How its text is encoded.
        header: The names of its columns.
        rows: Each further row with any text: the line in which it begins, and its cells. They
            raise a CatalogError where the file cannot be read on.
        notes: How the file was read, as far as it is not plainly UTF-8 with commas.
    """

    path: str | Path
    encoding: str
    header: list[str]
    rows: Iterator[tuple[int, list[str]]]
    notes: tuple[str, ...]


@contextlib.contextmanager
def open_csv(path: str | Path, encoding: str | None = None) -> Iterator[CsvRows]:
    """Open a CSV file with a header and commas, semicolons or tabs between the cells.

    Args:
        path: The file, here or at a store, from which it is copied for the while.
        encoding: How its text is encoded; by default it is recognised.

    Raises:
        ValueError: If there is no such encoding.
        CatalogError: If the file cannot be read, or has no header.
        MissingPackageError: If the package that reads from its store is not installed.
    """
    if encoding is not None:
        encoding = _checked_encoding(encoding)
    with contextlib.ExitStack() as closing:
        with _explaining(path, encoding):
            file = closing.enter_context(local_copy(path))
            if encoding is None:
                encoding, note = recognise_encoding(file, path)
            else:
                note = "" if encoding == "utf-8-sig" else f"read as {encoding}, as told"
            notes = [note] if note else []
            separator = _recognise_separator(file, encoding)
            if separator != ",":
                notes.append(f"{_SEPARATORS[separator]} between the cells")
            reader = closing.enter_context(_open_reader(file, encoding, separator))
            rows = _numbered(path, reader)
            header = _read_header(path, rows)
        yield CsvRows(path, encoding, header, _explained(path, encoding, rows), tuple(notes))


def unescape_cells(cells: list[str]) -> list[str]:
    """Take off the apostrophes that `csv_files.write_csv` puts before formulas."""
    return [unescape_formula(cell) if cell[:1] == "'" else cell for cell in cells]


def _explained(path: str | Path, encoding: str, rows: Iterator) -> Iterator[tuple[int, list[str]]]:
    while True:
        with _explaining(path, encoding):
            row = next(rows, None)
        if row is None:
            return
        yield row


@contextlib.contextmanager
def _explaining(path: str | Path, encoding: str | None) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as cause:
        raise CatalogError(f"There is no file {path}.") from cause
    except OSError as cause:
        raise CatalogError(f"{path} cannot be read: {cause.strerror or cause}.") from cause
    except UnicodeError as cause:
        raise CatalogError(
            f"{path} is not in the encoding {encoding or 'that it begins with'} ({cause}). Name "
            "the right one (--encoding), or save the file as UTF-8."
        ) from cause


def _checked_encoding(encoding: str) -> str:
    try:
        "".encode(encoding)
    except LookupError as cause:
        raise ValueError(
            f"Unknown encoding {encoding!r}. Expected one that Python knows, such as utf-8, "
            "cp1252, cp1251 or utf-16."
        ) from cause
    return "utf-8-sig" if codecs.lookup(encoding).name == "utf-8" else encoding


@contextlib.contextmanager
def _open_reader(file: Path, encoding: str, separator: str) -> Iterator:
    limit = csv.field_size_limit(2**31 - 1)  # by default 128 KiB, which a long text may exceed
    try:
        with open(file, encoding=encoding, newline="") as opened:
            yield csv.reader(opened, delimiter=separator, strict=True)
    finally:
        csv.field_size_limit(limit)


def _numbered(path: str | Path, reader) -> Iterator[tuple[int, list[str]]]:
    """Give the rows that hold text, each with the line in which it begins."""
    while True:
        line = reader.line_num + 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as cause:
            raise CatalogError(
                f"{path}, line {line}: the row that begins here cannot be read as CSV ({cause}). "
                'A quote is not closed, or a quote within a cell is not doubled ("").'
            ) from cause
        if any(cell.strip() for cell in row):
            yield line, row


def _recognise_separator(file: Path, encoding: str) -> str:
    """Of the separators that part most rows like the header, the one that gives most columns."""
    num_columns = {",": 1}
    for separator in _SEPARATORS:
        try:
            with _open_reader(file, encoding, separator) as reader:
                rows = itertools.islice(_numbered(file, reader), _ROWS_TO_TELL_BY)
                widths = [len(row) for _, row in rows]
        except CatalogError:
            continue
        if widths and 2 * widths.count(widths[0]) > len(widths):
            num_columns[separator] = widths[0]
    return max(num_columns, key=num_columns.get)  # of equals the first: commas


def _read_header(path: str | Path, rows: Iterator[tuple[int, list[str]]]) -> list[str]:
    line, header = next(rows, (1, []))
    if not header:
        raise CatalogError(f"{path} is empty. Expected a header and one row a film.")
    if any("\0" in name for name in header):
        raise CatalogError(
            f"{path}, line {line}: the header holds NUL characters. Expected a CSV file; if this "
            "is UTF-16 without a byte order mark, name its encoding (utf-16-le or utf-16-be)."
        )
    names = [
        unescape_formula(name).strip() or f"(column {number})"
        for number, name in enumerate(header, start=1)
    ]
    for number, name in enumerate(names, start=1):
        if name in names[: number - 1]:
            raise CatalogError(
                f"{path}, line {line}: two columns are called {name!r} (number "
                f"{names.index(name) + 1} and {number}). Rename or delete one."
            )
    return names
