"""predict_table: genres for every film of a CSV file."""

import dataclasses
import hashlib
import itertools
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Protocol

from keras_genre import features
from keras_genre.client.bulk.film_rows import FilmRow, FilmRows
from keras_genre.client.bulk.parts import PartLayout, lines, read_part, troubles, write_part
from keras_genre.client.bulk.table_writing import FORMATS, side_file, side_file_of, table_writer
from keras_genre.client.films import FilmBatch, plot_bytes, read_poster
from keras_genre.client.genre_prediction import GenrePrediction
from keras_genre.client.streaming import each
from keras_genre.errors import InvalidRequestError, KerasGenreError, PredictorError
from keras_genre.staging import resumable_file

__all__ = ["BulkSummary", "predict_table"]

_PART = 512  # films whose predictions a kill may cost
_BATCH = 32
_PROBE = FilmBatch([b"A heist goes wrong, and two robots fall in love."], [b""])


class Predictor(Protocol):
    """Whoever answers: a `GenreClient`, a `RestGenreClient` or an `InProcessPredictor`."""

    def predict_batch(self, batch: FilmBatch) -> list[GenrePrediction]:
        """Say the genres of films that are checked and read already."""


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
    """

    films: int
    predicted: int
    left_out: int
    without_their_poster: int
    found_finished: int
    rejects: Path | None
    model: str
    version: int | None


def predict_table(
    predictor: Predictor,
    films: str | Path,
    out: str | Path,
    posters: str | Path | None = None,
    *,
    columns: Mapping[str, str] | None = None,
    encoding: str | None = None,
    text: str = "plot",
    concurrency: int = 2,
    progress: Callable[[int, int], None] | None = None,
) -> BulkSummary:
    """Say the genres of every film of a CSV file, and write them to one file.

    Few films are in memory at a time. Finished parts are kept beside `out`; when the same call is
    made again after a kill, it goes on from them, and `out` appears only when it is whole. Rows for
    which nothing can be predicted, and films whose poster could not be used, are listed with the
    reason in `<out>.rejects.csv`.

    Args:
        predictor: Who answers.
        films: The CSV file; columns are recognised as by `catalog.read_poster_csv`.
        out: The file to be made, `.parquet` or `.csv`: id, title (if there is one), genres, and
            the probability of each genre.
        posters: The folder that poster paths are relative to, or that holds `<id>.jpg` files; by
            default the CSV's own.
        columns: From "id", "plot", "tagline", "poster", "title" to a column's name, where it is
            not recognised.
        encoding: How the CSV is encoded; by default recognised.
        text: What the model reads, "plot" or "plot+tagline".
        concurrency: Batches at work at a time.
        progress: Called with (films done, films in all).

    Returns:
        A summary.

    Raises:
        ValueError: If `out` has another ending, or `text` is unknown.
        CatalogError: If the CSV cannot be read.
        PredictorError: If the model does not answer. Finished parts are kept.
        KerasGenreError: If `out` exists already or cannot be written.

    Example:
        >>> predictor = kg.InProcessPredictor("saved_models/lstm")  # doctest: +SKIP
        >>> kg.client.predict_table(predictor, "films.csv", "genres.parquet").predicted
        ... # doctest: +SKIP
        10000
    """
    out = Path(out)
    if out.suffix not in FORMATS:
        raise ValueError(f"Expected a file ending in {' or '.join(FORMATS)}, received {out}.")
    if text not in features.TEXTS:
        raise ValueError(f"Expected text as one of {features.TEXTS}, received {text!r}.")
    rows = FilmRows(films, posters, columns, encoding, text)
    total = rows.check()
    (probe,) = predictor.predict_batch(_PROBE)
    layout = PartLayout(
        tuple(probe.probabilities),
        rows.has_titles,
        {"model": probe.model, "version": str(probe.version), "text": text},
    )
    with resumable_file(out, _key(rows, layout, probe), KerasGenreError) as folder:
        work = _Work(predictor, layout, probe, folder, progress or (lambda done, total: None))
        work.predict(rows, total, concurrency)
        return _put_together(folder, out, layout, total, probe, work.found_finished)


def _key(rows: FilmRows, layout: PartLayout, probe: GenrePrediction) -> str:
    """A hash of everything that the predictions follow from, posters aside."""
    # Weights cannot be asked for over a server, but what they say of a film can.
    said = {name: round(value, 3) for name, value in probe.probabilities.items()}
    known = json.dumps([rows.digest(), layout.about, layout.has_titles, said, _PART])
    return hashlib.sha256(known.encode()).hexdigest()


@dataclasses.dataclass
class _Work:
    """Predicting the parts that are not finished yet."""

    predictor: Predictor
    layout: PartLayout
    probe: GenrePrediction
    folder: Path
    progress: Callable[[int, int], None]
    found_finished: int = 0

    def predict(self, rows: Iterable[FilmRow], total: int, concurrency: int) -> None:
        """Write every part that is missing."""
        films, predictions, done = {}, {}, 0
        for number, batch, answers, is_last in each(self._answer, self._batches(rows), concurrency):
            for (place, _), (film, prediction) in zip(batch, answers, strict=True):
                films[place], predictions[place] = film, prediction
            done += len(batch)
            self.progress(done + self.found_finished, total)
            if is_last:
                places = sorted(films)
                write_part(
                    _part_path(self.folder, number),
                    self.layout,
                    [films[place] for place in places],
                    [predictions[place] for place in places],
                )
                films, predictions = {}, {}

    def _batches(self, rows: Iterable[FilmRow]) -> Iterator[tuple]:
        """Give batches of plots of like length: what is padded to the longest costs time."""
        for number, films in _parts(rows):
            if self._is_finished(number, films):
                self.found_finished += len(films)
                continue
            by_length = sorted(enumerate(films), key=lambda placed: len(placed[1].plot))
            starts = range(0, len(films), _BATCH)
            for start in starts:
                yield number, by_length[start : start + _BATCH], start == starts[-1]

    def _is_finished(self, number: int, films: list[FilmRow]) -> bool:
        part = read_part(_part_path(self.folder, number), self.layout)
        return part is not None and lines(part) == [film.line for film in films]

    def _answer(self, task: tuple) -> tuple:
        number, batch, is_last = task
        read = [_read_film(film) for _, film in batch]
        asked = [one for one in read if not one[0].is_left_out]
        answers = iter(())
        if asked:
            plots, posters = zip(*((plot, poster) for _, plot, poster in asked), strict=True)
            answers = iter(self._predict_batch(FilmBatch(list(plots), list(posters))))
        pairs = [(film, None if film.is_left_out else next(answers)) for film, _, _ in read]
        return number, batch, pairs, is_last

    def _predict_batch(self, batch: FilmBatch) -> list[GenrePrediction]:
        answers = self.predictor.predict_batch(batch)
        for answer in answers:
            if answer.version != self.probe.version:
                raise PredictorError(
                    f"Version {answer.version} of the model {answer.model!r} answers now, after "
                    f"version {self.probe.version}: expected one version for the whole table. "
                    f"Name the version to ask for."
                )
        return answers


def _parts(rows: Iterable[FilmRow]) -> Iterator[tuple[int, list[FilmRow]]]:
    rows = iter(rows)
    for number in itertools.count():
        films = list(itertools.islice(rows, _PART))
        if not films:
            return
        yield number, films


def _part_path(folder: Path, number: int) -> Path:
    return folder / f"part-{number:07}.parquet"


def _read_film(film: FilmRow) -> tuple[FilmRow, bytes, bytes]:
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


def _put_together(
    folder: Path, out: Path, layout: PartLayout, total: int, probe, found_finished: int
) -> BulkSummary:
    films = predicted = listed = left_out = 0
    rejects = folder / side_file_of(out).name
    with table_writer(folder / out.name, layout) as write, side_file(rejects) as write_trouble:
        for number in range(-(-total // _PART)):
            part = read_part(_part_path(folder, number), layout)
            if part is None:
                raise KerasGenreError(
                    f"{_part_path(folder, number)} cannot be read back. Make room, or look after "
                    f"the disk, and give the same command again."
                )
            table = layout.predicted(part)
            write(table)
            for trouble in troubles(part):
                write_trouble(*trouble)
                listed += 1
            films, predicted = films + len(part), predicted + len(table)
    left_out = films - predicted
    side = side_file_of(out)
    if listed:
        os.replace(rejects, side)
    else:
        rejects.unlink()
        side.unlink(missing_ok=True)  # of an attempt at a table that is gone
    return BulkSummary(
        films, predicted, left_out, listed - left_out, found_finished, side if listed else None,
        probe.model, probe.version,
    )  # fmt: skip
