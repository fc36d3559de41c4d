"""Finished parts of a long table of predictions, each a file that proves itself."""

import dataclasses
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from keras_genre.client.bulk.film_rows import FilmRow
from keras_genre.client.genre_prediction import GenrePrediction
from keras_genre.staging import staged_file

__all__ = ["PartLayout", "lines", "read_part", "troubles", "write_part"]

# What a part says beside the columns of the table.
_PREDICTED, _LINE, _TROUBLE = "is predicted", "line of the file", "trouble of the film"
_PART_ALONE = [(_PREDICTED, pa.bool_()), (_LINE, pa.int64()), (_TROUBLE, pa.string())]


@dataclasses.dataclass(frozen=True)
class PartLayout:
    """The columns of the table.

    Args:
        genres: The names of the genres, in the model's order.
        has_titles: Whether there is a column of titles.
        about: What the table's metadata say.
    """

    genres: tuple[str, ...]
    has_titles: bool
    about: dict[str, str]

    @property
    def table_schema(self) -> pa.Schema:
        """The schema of the table."""
        titles = [("title", pa.string())] if self.has_titles else []
        return pa.schema(
            [
                ("id", pa.string()),
                *titles,
                ("genres", pa.list_(pa.string())),
                *((name, pa.float32()) for name in self.genres),
            ],
            metadata=self.about,
        )

    @property
    def part_schema(self) -> pa.Schema:
        """The schema of a part, which also holds the films that are left out."""
        return pa.schema([*self.table_schema, *(pa.field(*of) for of in _PART_ALONE)])

    def predicted(self, part: pa.Table) -> pa.Table:
        """The rows of a part that go into the table."""
        rows = part.filter(part[_PREDICTED])
        return rows.select(self.table_schema.names).cast(self.table_schema)


def write_part(
    path: Path,
    layout: PartLayout,
    films: Sequence[FilmRow],
    predictions: Sequence[GenrePrediction | None],
) -> None:
    """Write a part in one step."""
    columns = {
        "id": [film.movie_id for film in films],
        "title": [film.title for film in films],
        "genres": [None if one is None else list(one.genres) for one in predictions],
        _PREDICTED: [one is not None for one in predictions],
        _LINE: [film.line for film in films],
        _TROUBLE: [film.trouble for film in films],
    }
    for name in layout.genres:
        columns[name] = [None if one is None else one.probabilities[name] for one in predictions]
    schema = layout.part_schema
    arrays = [pa.array(columns[field.name], field.type) for field in schema]
    with staged_file(path) as staged:
        pq.write_table(
            pa.Table.from_arrays(arrays, schema=schema), staged, write_page_checksum=True
        )


def read_part(path: Path, layout: PartLayout) -> pa.Table | None:
    """Read a part, or give None if it is not there, damaged, or of another layout."""
    try:
        table = pq.read_table(path, page_checksum_verification=True, partitioning=None)
    except (OSError, pa.ArrowException):
        return None
    return table if table.schema.equals(layout.part_schema) else None


def troubles(part: pa.Table) -> list[tuple[int, str, bool, str]]:
    """Line, id, whether predicted all the same, and trouble, of the films that have any."""
    columns = (part[name].to_pylist() for name in (_LINE, "id", _PREDICTED, _TROUBLE))
    return [row for row in zip(*columns, strict=True) if row[3]]


def lines(part: pa.Table) -> list[int]:
    """The line of the file in which each of its films begins."""
    return part[_LINE].to_pylist()
