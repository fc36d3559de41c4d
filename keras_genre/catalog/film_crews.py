"""The crews of the films of a table."""

from keras_genre.catalog.csv_table import CsvTable
from keras_genre.catalog.genre_cells import parse_genres


def read_crews(table: CsvTable, column: str) -> tuple[list[tuple[str, ...]], str]:
    """Return the crew of each film, and a line about them.

    People write crews as they write genres. A cell that cannot be read is no crew: few models
    ask for one, and the film is whole without.

    Args:
        table: The table.
        column: The column of the crews.
    """
    crews, unread = [], []
    for row, cell in enumerate(table.frame[column]):
        try:
            crews.append(parse_genres(cell)[0])
        except ValueError:
            crews.append(())
            unread.append(row)
    note = f"{sum(map(bool, crews))} films with a crew"
    if unread:
        note += f"; {len(unread)} crews cannot be read, the first in {table.place(unread[0])}"
    return crews, note
