"""predict_table: genres for every film of a CSV file."""

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Protocol

from keras_genre.client.bulk.parts import write_part
from keras_genre.client.bulk.table_work import (
    BulkSummary,
    TableWork,
    part_path,
    read_film,
    start_table,
)
from keras_genre.client.films import FilmBatch
from keras_genre.client.genre_prediction import GenrePrediction
from keras_genre.client.streaming import each
from keras_genre.errors import PredictorError

__all__ = ["predict_table"]

_BATCH = 32


class Predictor(Protocol):
    """Whoever answers: a `GenreClient`, a `RestGenreClient` or an `InProcessPredictor`."""

    def predict_batch(self, batch: FilmBatch) -> list[GenrePrediction]:
        """Say the genres of films that are checked and read already."""


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
    with start_table(predictor, films, out, posters, columns, encoding, text) as table:
        work = _Work(predictor, table, progress or (lambda done, total: None))
        work.predict(concurrency)
        return table.put_together()


@dataclasses.dataclass
class _Work:
    """Predicting the parts that are not finished yet."""

    predictor: Predictor
    table: TableWork
    progress: Callable[[int, int], None]

    def predict(self, concurrency: int) -> None:
        """Write every part that is missing."""
        films, predictions, done = {}, {}, 0
        for number, batch, answers, is_last in each(self._answer, self._batches(), concurrency):
            for (place, _), (film, prediction) in zip(batch, answers, strict=True):
                films[place], predictions[place] = film, prediction
            done += len(batch)
            self.progress(done + self.table.found_finished, self.table.total)
            if is_last:
                places = sorted(films)
                write_part(
                    part_path(self.table.folder, number),
                    self.table.layout,
                    [films[place] for place in places],
                    [predictions[place] for place in places],
                )
                films, predictions = {}, {}

    def _batches(self) -> Iterator[tuple]:
        """Give batches of plots of like length: what is padded to the longest costs time."""
        for number, films in self.table.missing():
            by_length = sorted(enumerate(films), key=lambda placed: len(placed[1].plot))
            starts = range(0, len(films), _BATCH)
            for start in starts:
                yield number, by_length[start : start + _BATCH], start == starts[-1]

    def _answer(self, task: tuple) -> tuple:
        number, batch, is_last = task
        read = [read_film(film) for _, film in batch]
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
            if answer.version != self.table.probe.version:
                raise PredictorError(
                    f"Version {answer.version} of the model {answer.model!r} answers now, after "
                    f"version {self.table.probe.version}: expected one version for the whole "
                    f"table. Name the version to ask for."
                )
        return answers
