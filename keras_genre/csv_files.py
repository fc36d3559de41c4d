"""CSV files for people: what a spreadsheet would run as a formula is written as text."""

import csv
import numbers
import re
from pathlib import Path

import pandas as pd

__all__ = ["escape_formula", "unescape_formula", "write_csv"]

# What spreadsheet programs, or their importers, take for the beginning of a formula. The last
# four are the full-width forms of the first four.
_FORMULA = re.compile("'*[=+\\-@\t\r\n\0\uff1d\uff0b\uff0d\uff20]")


def write_csv(frame: pd.DataFrame, path: str | Path) -> None:
    """Write a table as CSV: UTF-8, commas, one line feed a row, missing values empty.

    Text that a spreadsheet program would run as a formula (`=1+1`, `@SUM(A1)`) gets an apostrophe
    before it; numbers stay as they are. `unescape_formula` gives the true text back.

    Args:
        frame: The table; its index is not written.
        path: The file to write. Wrap it in `staged_file`, or write into a staged folder.

    Raises:
        OSError: If the file cannot be written.
        UnicodeEncodeError: If a text holds a lone surrogate, which UTF-8 cannot express.

    Example:
        >>> write_csv(pd.DataFrame({"title": ["=1+1"], "score": [-0.5]}), "films.csv")
        >>> print(open("films.csv").read(), end="")
        title,score
        '=1+1,-0.5
    """
    with open(path, "w", encoding="utf-8", newline="") as file:
        plain = csv.writer(file, lineterminator="\n")
        quoted = csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_ALL)
        for row in [tuple(frame.columns), *frame.itertuples(index=False, name=None)]:
            cells = [_cell(value) for value in row]
            # Before Python 3.13 the writer leaves a bare carriage return without quotes.
            has_return = any(isinstance(cell, str) and "\r" in cell for cell in cells)
            (quoted if has_return else plain).writerow(cells)


def escape_formula(text: str) -> str:
    """Return the text as it may stand in a CSV cell, with an apostrophe where it is needed.

    Texts that begin with apostrophes and then like a formula get one more, so that
    `unescape_formula` always gives the true text back.

    Example:
        >>> [escape_formula(text) for text in ("=1+1", "'=1+1", "'tis")]
        ["'=1+1", "''=1+1", "'tis"]
    """
    return f"'{text}" if _FORMULA.match(text) else text


def unescape_formula(text: str) -> str:
    """Return what `escape_formula` was given.

    Example:
        >>> [unescape_formula(text) for text in ("'=1+1", "=1+1", "'tis")]
        ['=1+1', '=1+1', "'tis"]
    """
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text


def _cell(value):
    if pd.api.types.is_scalar(value) and pd.isna(value):
        return ""
    return value if isinstance(value, numbers.Number) else escape_formula(str(value))
