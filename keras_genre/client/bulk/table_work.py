"""A table of predictions in the making: which parts are missing, and putting them together."""

import contextlib
import dataclasses
import hashlib
import itertools
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from keras_genre import features
from keras_genre.client.bulk.film_rows import FilmRow, FilmRows
from keras_genre.client.bulk.parts import PartLayout, lines, read_part, troubles
from keras_genre.client.bulk.table_writing import FORMATS, side_file, side_file_of, table_writer
from keras_genre.client.films import FilmBatch, plot_bytes, read_poster
from keras_genre.client.genre_prediction import GenrePrediction
from keras_genre.errors import InvalidRequestError, KerasGenreError
from keras_genre.staging import resumable_file

__all__ = ["BulkSummary", "TableWork", "part_path", "read_film", "rows_path", "start_table"]

PART = 512  # films whose predictions a kill may cost
_PROBE = FilmBatch([b"A heist goes wrong, and two robots fall in love."], [b""])


@dataclasses.dataclass(frozen=True)
class BulkSummary:
    """What became of the films of a table.

    Args:
        films: Rows of the table.
        predicted: Films in the file that was written.
        left_out: Rows for which nothing could be predicted.
        without_their_poster: Films predicted from the plot alone, since the poster was unusable.
        found_finished: Rows that an earlier attempt had finished.
        rejects: The file that lists the last two kinds; None if there are none.
        model: The model that answered.
        version: Its version.
        columns: The name of the column that was read as "id", "plot", "poster" and so on.
    """

    films: int
    predicted: int
    left_out: int
    without_their_poster: int
    found_finished: int
    rejects: Path | None
    model: str
    version: int | None
    columns: Mapping[str, str]


@dataclasses.dataclass
class TableWork:
    """A table that is being predicted, part by part.

    Args:
        rows: Its films.
        total: How many there are.
        probe: A prediction of the model that is asked.
        layout: The columns.
        folder: Where finished parts are.
        out: The file to be made.
        found_finished: Films that an earlier attempt had finished, as far as `missing` has looked.
    """

    rows: FilmRows
    total: int
    probe: GenrePrediction
    layout: PartLayout
    folder: Path
    out: Path
    found_finished: int = 0

    def missing(self) -> Iterator[tuple[int, list[FilmRow]]]:
        """Give number and films of each part that is not finished yet."""
        rows = iter(self.rows)
        for number in itertools.count():
            films = list(itertools.islice(rows, PART))
            if not films:
                return
            part = read_part(part_path(self.folder, number), self.layout)
            if part is not None and lines(part) == [film.line for film in films]:
                self.found_finished += len(films)
            else:
                yield number, films

    def put_together(self) -> BulkSummary:
        """Make the table and the side file of the finished parts."""
        films = predicted = listed = left_out = 0
        rejects = self.folder / side_file_of(self.out).name
        table = self.folder / self.out.name
        with table_writer(table, self.layout) as write, side_file(rejects) as write_trouble:
            for number in range(-(-self.total // PART)):
                part = read_part(part_path(self.folder, number), self.layout)
                if part is None:
                    raise KerasGenreError(
                        f"{part_path(self.folder, number)} cannot be read back. Make room, or look "
                        f"after the disk, and give the same command again."
                    )
                rows = self.layout.predicted(part)
                write(rows)
                for trouble in troubles(part):
                    write_trouble(*trouble)
                    listed += 1
                films, predicted = films + len(part), predicted + len(rows)
        left_out = films - predicted
        side = side_file_of(self.out)
        if listed:
            os.replace(rejects, side)
        else:
            rejects.unlink()
            side.unlink(missing_ok=True)  # of an attempt at a table that is gone
        return BulkSummary(
            films, predicted, left_out, listed - left_out, self.found_finished,
            side if listed else None, self.probe.model, self.probe.version, self.rows.columns,
        )  # fmt: skip


@contextlib.contextmanager
def start_table(
    predictor,
    films: str | Path,
    out: str | Path,
    posters: str | Path | None,
    columns: Mapping[str, str] | None,
    encoding: str | None,
    text: str,
) -> Iterator[TableWork]:
    """Give the work on a table, where an earlier attempt left it; see `predict_table`."""
    out = Path(out)
    if out.suffix not in FORMATS:
        raise ValueError(f"Expected a file ending in {' or '.join(FORMATS)}, received {out}.")
    if text not in features.TEXTS:
        raise ValueError(f"Expected text as one of {features.TEXTS}, received {text!r}.")
    _keep_rejects_of_another(out)
    rows = FilmRows(films, posters, columns, encoding, text)
    total = rows.check()
    (probe,) = predictor.predict_batch(_PROBE)
    layout = PartLayout(
        tuple(probe.probabilities),
        rows.has_titles,
        {"model": probe.model, "version": str(probe.version), "text": text},
    )
    with resumable_file(out, _key(rows, layout, probe), KerasGenreError) as folder:
        yield TableWork(rows, total, probe, layout, folder, out)


def _keep_rejects_of_another(out: Path) -> None:
    """Two tables of one name would have one list of rejects."""
    side = side_file_of(out)
    others = [out.with_suffix(suffix) for suffix in FORMATS if suffix != out.suffix]
    for other in others:
        if other.exists() and side.exists():
            raise KerasGenreError(
                f"{side} lists the rejects of {other} and would be replaced by those of {out}. "
                f"Choose another name (--out)."
            )


def part_path(folder: Path, number: int) -> Path:
    """The file of a part."""
    return folder / f"part-{number:07}.parquet"


def rows_path(folder: Path, number: int) -> Path:
    """The file of a part's films, where others predict them."""
    return folder / f"rows-{number:07}.json"


def read_film(film: FilmRow) -> tuple[FilmRow, bytes, bytes]:
    """Return a film with its plot and poster; without the poster, and a reason, if it is bad."""
    plot, poster = plot_bytes(film.plot), b""
    if film.poster:
        try:
            poster = read_poster(film.poster)
            if not poster:
                raise InvalidRequestError(f"The poster {film.poster} is an empty file.")
        except InvalidRequestError as cause:
            poster, reason = b"", str(cause)
            film = dataclasses.replace(film, trouble=reason, is_left_out=not plot)
    return film, plot, poster


def _key(rows: FilmRows, layout: PartLayout, probe: GenrePrediction) -> str:
    """A hash of everything that the predictions follow from, posters aside."""
    # Weights cannot be asked for over a server, but what they say of a film can.
    said = {name: round(value, 3) for name, value in probe.probabilities.items()}
    known = json.dumps([rows.digest(), layout.about, layout.has_titles, said, PART])
    return hashlib.sha256(known.encode()).hexdigest()
