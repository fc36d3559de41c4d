"""Writing a catalogue as sharded TFRecords."""

import hashlib
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd
import tensorflow as tf

from keras_genre import features
from keras_genre.catalog.movie_catalog import MovieCatalog
from keras_genre.csv_files import write_csv
from keras_genre.data.manifest import Manifest, Shard, Split
from keras_genre.data.movie_dataset import MovieDataset
from keras_genre.data.poster_files import read_poster
from keras_genre.errors import CatalogError, DatasetError
from keras_genre.genres import GenreVocabulary
from keras_genre.staging import staged_folder

_FILMS_PER_SHARD = 1024
# Few enough that the posters in flight stay small, enough to keep the threads busy.
_FILMS_IN_FLIGHT = 256


def write_records(
    catalog: MovieCatalog,
    folder: str | Path,
    poster_size: int = 448,
    seed: int = 0,
    progress: Callable[[int, int], None] | None = None,
    text: str = "plot",
) -> MovieDataset:
    """Write the films of every split as TFRecord shards with a manifest.

    Training films are written in a shuffled order, so that a shuffle buffer smaller than the
    data still mixes them. A poster that cannot be read is stored as missing, counted in the
    manifest and listed in `unreadable_posters.csv`. Everything is written beside `folder` and
    renamed into place at the end.

    Args:
        catalog: Films; all of them need a split (see `split_catalog`).
        folder: The folder to be made; it must not exist yet.
        poster_size: Posters with a longer short side are reduced to this many pixels. Keep it at
            twice the image size of the models to be trained (the default serves 224).
        seed: Of the order of the training films.
        progress: Called with (films done, films in all).
        text: What a model shall read: "plot", or "plot+tagline" for both in two lines.

    Returns:
        The `MovieDataset` of the folder.

    Raises:
        ValueError: If `poster_size` is below 1, or `text` is neither.
        CatalogError: If a film has no split, there is no training film, or taglines are asked for
            and no film has one.
        DatasetError: If `folder` exists or cannot be written.
    """
    if poster_size < 1:
        raise ValueError(f"Expected poster_size of at least 1 pixel, received {poster_size}.")
    if text not in features.TEXTS:
        expected = " or ".join(repr(name) for name in features.TEXTS)
        raise ValueError(f"Expected text as {expected}, received {text!r}.")
    _check_splits(catalog)
    notes = (*catalog.notes, *_tagline_notes(catalog, text))
    folder = Path(folder)
    with staged_folder(folder, DatasetError) as staging:
        writer = _Writer(staging, poster_size, catalog.vocabulary, progress, len(catalog))
        splits = {
            name: writer.write(name, _with_text(catalog.select(name).frame, text), seed)
            for name in catalog.splits
        }
        writer.write_unreadable()
        manifest = Manifest(
            genres=catalog.vocabulary.names,
            splits=splits,
            poster_size=poster_size,
            posters=writer.posters,
            notes=notes,
            text=text,
        )
        manifest.save(staging)
        MovieDataset(staging).verify()
    return MovieDataset(folder)


def _check_splits(catalog: MovieCatalog) -> None:
    without = int((catalog.frame["split"] == "").sum())
    if without:
        raise CatalogError(
            f"{without} of {len(catalog)} films have no split. Add a split column to the table, "
            f"or divide all films anew: leave the column out, or call split_catalog."
        )
    if "train" not in catalog.splits:
        raise CatalogError(f"No film is for training; splits with films: {catalog.splits}.")


def _tagline_notes(catalog: MovieCatalog, text: str) -> list[str]:
    if text == "plot":
        return []
    taglines = int((catalog.frame["tagline"] != "").sum())
    if not taglines:
        raise CatalogError(
            f"Text {text!r} is asked for, but no film has a tagline. Name the column "
            f"(--tagline-column), or prepare plots alone."
        )
    return [f"text: plot and tagline; {taglines} of {len(catalog)} films have a tagline"]


def _with_text(frame: pd.DataFrame, text: str) -> pd.DataFrame:
    """Put what a model shall read into the column of the plots."""
    if text == "plot":
        return frame
    joined = map(features.join_text, frame["plot"], frame["tagline"])
    return frame.assign(plot=list(joined))


class _Writer:
    """Writes splits into one folder and counts what becomes of the posters."""

    def __init__(
        self, folder: Path, poster_size: int, vocabulary: GenreVocabulary, progress, total: int
    ):
        self._folder = folder
        self._poster_size = poster_size
        self._vocabulary = vocabulary
        self._progress = progress
        self._done, self._total = 0, total
        self._unreadable: list[tuple[str, str, str]] = []
        self.posters = {"stored": 0, "missing": 0, "unreadable": 0}

    def write(self, split: str, frame: pd.DataFrame, seed: int) -> Split:
        if split == "train":
            frame = frame.sample(frac=1.0, random_state=seed)
        num_shards = -(-len(frame) // _FILMS_PER_SHARD)
        parts = np.array_split(np.arange(len(frame)), num_shards)
        labels = [self._vocabulary.encode(genres) for genres in frame["genres"]]
        shards = []
        for number, rows in enumerate(parts):
            name = f"{split}-{number:05d}-of-{num_shards:05d}.tfrecord"
            shards.append(self._write_shard(name, frame.iloc[rows]))
        return Split(tuple(shards), tuple(int(count) for count in np.sum(labels, axis=0)))

    def _write_shard(self, name: str, frame: pd.DataFrame) -> Shard:
        path = self._folder / name
        with (
            tf.io.TFRecordWriter(str(path)) as writer,
            ThreadPoolExecutor() as threads,
            warnings.catch_warnings(),  # here, not in the threads, which share the filters
        ):
            # What Pillow has to say about a poster ends in its being stored or listed.
            warnings.filterwarnings("ignore", module=r"PIL\.")
            for example in self._examples(frame, threads):
                writer.write(example)
        content = path.read_bytes()
        return Shard(name, len(frame), len(content), hashlib.sha256(content).hexdigest())

    def _examples(self, frame: pd.DataFrame, threads: ThreadPoolExecutor) -> Iterator[bytes]:
        for start in range(0, len(frame), _FILMS_IN_FLIGHT):
            films = frame.iloc[start : start + _FILMS_IN_FLIGHT]
            posters = threads.map(self._read, films["poster"])
            for film, (poster, reason) in zip(films.itertuples(), posters, strict=True):
                self._count(film, poster, reason)
                yield _example(film, poster, self._vocabulary)
            self._done += len(films)
            if self._progress:
                self._progress(self._done, self._total)

    def _read(self, path: str) -> tuple[bytes, str]:
        """Return the poster, or nothing and the reason. Runs in a thread: keeps no count."""
        if not path:
            return b"", ""
        try:
            return read_poster(path, self._poster_size), ""
        except ValueError as cause:
            return b"", str(cause)

    def _count(self, film, poster: bytes, reason: str) -> None:
        if reason:
            self._unreadable.append((film.movie_id, film.poster, reason))
        self.posters["unreadable" if reason else "stored" if poster else "missing"] += 1

    def write_unreadable(self) -> None:
        if self._unreadable:
            frame = pd.DataFrame(self._unreadable, columns=["movie_id", "poster", "reason"])
            write_csv(frame, self._folder / "unreadable_posters.csv")


def _example(film, poster: bytes, vocabulary: GenreVocabulary) -> bytes:
    genres = [vocabulary.index(name) for name in film.genres]
    feature = {
        "movie_id": _bytes_feature(film.movie_id.encode()),
        "title": _bytes_feature(film.title.encode()),
        features.PLOT: _bytes_feature(film.plot.encode()),
        features.POSTER: _bytes_feature(poster),
        "genres": tf.train.Feature(int64_list=tf.train.Int64List(value=genres)),
    }
    example = tf.train.Example(features=tf.train.Features(feature=feature))
    return example.SerializeToString(deterministic=True)


def _bytes_feature(value: bytes) -> tf.train.Feature:
    return tf.train.Feature(bytes_list=tf.train.BytesList(value=[value]))
