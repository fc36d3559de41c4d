"""Planned shards onto the disk: posters are read ahead in threads, records written in order."""

import collections
import contextlib
import itertools
import os
import warnings
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd
import tensorflow as tf

from keras_genre.data.film_record import FilmRecord, film_record
from keras_genre.data.finished_shard import FinishedShard, described
from keras_genre.data.poster_files import poster_or_reason
from keras_genre.data.shard_plan import PlannedShard
from keras_genre.genres import GenreVocabulary

# Films read ahead for each thread: few enough that their posters stay small together.
_FILMS_AHEAD = 16
_FILMS_PER_REPORT = 256


class ShardWriter:
    """Writes shards into a folder, with the same bytes however many threads read posters.

    Pillow decodes, resizes and encodes without holding Python's lock, so threads keep all cores
    busy; processes would each have to import what this one has.

    Args:
        folder: Where shards go.
        frame: The `frame` of a `MovieCatalog`.
        vocabulary: Its genres.
        poster_size: As `read_poster` takes it.
        text: What the plots hold, one of `features.TEXTS`.
        workers: Threads that read posters; by default one a core.
    """

    def __init__(
        self,
        folder: Path,
        frame: pd.DataFrame,
        vocabulary: GenreVocabulary,
        poster_size: int,
        text: str,
        workers: int | None = None,
    ):
        self._folder = folder
        self._frame = frame
        self._vocabulary = vocabulary
        self._poster_size = poster_size
        self._text = text
        self._workers = workers or os.cpu_count() or 1

    def write(
        self, plan: Iterable[PlannedShard], report: Callable[[int], None]
    ) -> Iterator[FinishedShard]:
        """Write shards, one after the other.

        Args:
            plan: The shards to write.
            report: Called with a number of films when so many more are written.

        Yields:
            Each shard once it is written.
        """
        plan = list(plan)
        with self._threads() as threads, warnings.catch_warnings():  # threads share the filters
            # What Pillow has to say about a poster ends in its being stored or listed.
            warnings.filterwarnings("ignore", module=r"PIL\.")
            films = self._read_ahead(self._films(plan), threads)
            for planned in plan:
                yield self._write_shard(planned, films, report)

    @contextlib.contextmanager
    def _threads(self) -> Iterator[ThreadPoolExecutor]:
        threads = ThreadPoolExecutor(self._workers)
        try:
            yield threads
        finally:
            threads.shutdown(cancel_futures=True)

    def _films(self, plan: list[PlannedShard]) -> Iterator:
        for planned in plan:
            yield from self._frame.iloc[planned.rows].itertuples(index=False)

    def _read_ahead(self, films: Iterator, threads: ThreadPoolExecutor) -> Iterator[tuple]:
        """Give each film with its poster, while the posters of the next ones are being read."""
        waiting: collections.deque[tuple] = collections.deque()
        for film in films:
            waiting.append((film, self._poster(film.poster, threads)))
            if len(waiting) > _FILMS_AHEAD * self._workers:
                film, poster = waiting.popleft()
                yield film, *poster.result()
        while waiting:
            film, poster = waiting.popleft()
            yield film, *poster.result()

    def _poster(self, path: str, threads: ThreadPoolExecutor) -> Future:
        if path:
            return threads.submit(poster_or_reason, path, self._poster_size)
        missing = Future()
        missing.set_result(poster_or_reason(path, self._poster_size))
        return missing

    def _write_shard(
        self, planned: PlannedShard, films: Iterator[tuple], report: Callable[[int], None]
    ) -> FinishedShard:
        of_shard = itertools.islice(films, len(planned.rows))
        records = (film_record(*film, self._vocabulary, self._text) for film in of_shard)
        path = self._folder / planned.file
        return write_shard(path, _reported(records, report), len(self._vocabulary))


def write_shard(path: Path, records: Iterable[FilmRecord], num_genres: int) -> FinishedShard:
    """Write a TFRecord file; nothing is left of it when that fails.

    Args:
        path: The file.
        records: Its films, in order.
        num_genres: Number of genres of the vocabulary.
    """
    try:
        return _written(path, records, num_genres)
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def _written(path: Path, records: Iterable[FilmRecord], num_genres: int) -> FinishedShard:
    genre_counts = np.zeros(num_genres, int)
    posters = {"stored": 0, "missing": 0, "unreadable": 0}
    unreadable = []
    films = 0
    with tf.io.TFRecordWriter(str(path)) as writer:
        for record in records:
            writer.write(record.example)
            genre_counts[list(record.genres)] += 1
            posters[record.poster] += 1
            if record.unreadable:
                unreadable.append(record.unreadable)
            films += 1
    counts = tuple(genre_counts.tolist())
    return FinishedShard(described(path, films), counts, posters, tuple(unreadable))


def _reported(records: Iterable[FilmRecord], report: Callable[[int], None]) -> Iterator[FilmRecord]:
    """Give the records, and tell of them in portions."""
    unreported = 0
    for record in records:
        yield record
        unreported += 1
        if unreported == _FILMS_PER_REPORT:
            report(unreported)
            unreported = 0
    report(unreported)
