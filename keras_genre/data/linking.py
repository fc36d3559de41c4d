"""Linking films by shared crew: records that carry the posters of each film's neighbours."""

import dataclasses
import itertools
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import tensorflow as tf

from keras_genre import features
from keras_genre.data.crew_graph import find_neighbors
from keras_genre.data.damaged_shard import damaged_shard_named
from keras_genre.data.film_record import FilmRecord
from keras_genre.data.manifest import Links, Manifest, Split
from keras_genre.data.movie_dataset import MovieDataset
from keras_genre.data.records import UNREADABLE
from keras_genre.data.shard_plan import share_out
from keras_genre.data.shard_writing import write_shard
from keras_genre.errors import DatasetError
from keras_genre.staging import staged_folder

__all__ = ["link_records", "poster_vectors"]


def poster_vectors(
    dataset: MovieDataset, preprocessor: Callable, encoder: Callable, batch_size: int = 64
) -> tuple[np.ndarray, np.ndarray]:
    """Return the posters of the training films as an encoder sees them, for `link_records`.

    Args:
        dataset: The records.
        preprocessor: A `MoviePreprocessor` with a poster layer of the encoder's image size.
        encoder: A poster encoder, for example the `poster_encoder` of a trained model.
        batch_size: Films at a time.

    Returns:
        The vectors, float32 of shape `(films, width)`, in the order of the records; and which
        films have a poster, bool of shape `(films,)`.

    Raises:
        ValueError: If the encoder is None, as that of a model of plots alone.
    """
    if encoder is None:
        raise ValueError(
            "Expected a poster encoder, received None: a model of plots alone has none. "
            "Take one that sees posters."
        )
    vectors, has_poster = [], []
    for tensors, _ in dataset.load("train", preprocessor, batch_size, shuffle=False):
        vector = encoder(tensors[features.POSTER_IMAGE], training=False)["vector"]
        vectors.append(tf.cast(vector, tf.float32).numpy())
        has_poster.append(tensors[features.HAS_POSTER].numpy())
    return np.concatenate(vectors), np.concatenate(has_poster)


def link_records(
    dataset: MovieDataset,
    vectors: np.ndarray,
    has_poster: np.ndarray,
    folder: str | Path,
    encoder: str,
    max_neighbors: int = 8,
    progress: Callable[[int, int], None] | None = None,
) -> MovieDataset:
    """Write records again, each film with the poster vectors of its neighbours.

    The neighbours of a film, of whatever split, are the training films with a poster that share
    most crew with it (see `keras_genre.data.crew_graph`). So no film of another split is an input
    of any, and no genre at all. Everything else in the records stays, and models that read no
    neighbours read linked records as they read others.

    Everything is written beside `folder`, verified, and renamed into place at the end.

    Args:
        dataset: Records whose films have crew.
        vectors: What `poster_vectors` gives of its training films: float32 of shape
            `(films, width)`, in the order of the records.
        has_poster: Which of them have a poster, bool of shape `(films,)`.
        folder: The folder to be made; it must not exist yet, or be empty.
        encoder: What tells the encoder of the vectors from others, for example a hash of its
            weights; the manifest says it.
        max_neighbors: The most neighbours of a film.
        progress: Called with (films done, films in all) after each shard.

    Returns:
        The `MovieDataset` of the folder.

    Raises:
        ValueError: If `max_neighbors` is below 1, or the vectors are not of these films, or no
            numbers.
        DatasetError: If no film has crew or a neighbour, the records are damaged, or `folder`
            exists already or cannot be written.
    """
    vectors = np.asarray(vectors, "<f4")  # as records store them
    _check_vectors(vectors, np.asarray(has_poster), dataset.num_films("train"))
    links = Links(max_neighbors, vectors.shape[1], encoder)
    with staged_folder(folder, DatasetError) as staging, damaged_shard_named(dataset):
        neighbors = _neighbors(dataset, np.asarray(has_poster), max_neighbors)
        writer = _Writer(dataset, vectors, neighbors, staging, progress)
        splits = {split: writer.write(split) for split in dataset.splits}
        _manifest(dataset.manifest, splits, links, neighbors).save(staging)
        if (dataset.folder / UNREADABLE).exists():
            shutil.copy(dataset.folder / UNREADABLE, staging)
        MovieDataset(staging).verify()
    return MovieDataset(folder)


def _check_vectors(vectors: np.ndarray, has_poster: np.ndarray, films: int) -> None:
    if vectors.ndim != 2 or len(vectors) != films or not vectors.shape[1]:
        raise ValueError(
            f"Expected vectors of shape ({films}, width), one of each training film in the order "
            f"of the records, received the shape {vectors.shape}."
        )
    if has_poster.dtype != bool or has_poster.shape != (films,):
        raise ValueError(
            f"Expected has_poster as bool of shape ({films},), one of each training film, received "
            f"{has_poster.dtype} of shape {has_poster.shape}."
        )
    if not np.isfinite(vectors[has_poster]).all():
        raise ValueError(
            "Expected vectors of finite numbers, received infinite ones or NaN. Compute them in "
            "float32."
        )


def _neighbors(
    dataset: MovieDataset, has_poster: np.ndarray, max_neighbors: int
) -> dict[str, np.ndarray]:
    """The neighbours of the films of each split: rows of training films, closest first, or -1."""
    splits = ("train", *(split for split in dataset.splits if split != "train"))
    crews = {split: dataset.crews(split) for split in splits}
    if not any(itertools.chain.from_iterable(crews.values())):
        raise DatasetError(
            f"No film of {dataset.folder} has crew, and films are linked by the crew they share. "
            f"Prepare the records again from a source that has it: MM-IMDb's raw folder, a table "
            f"with a column 'crew', or sample films. MM-IMDb's HDF5 file and what is collected "
            f"from TMDB have none."
        )
    every = list(itertools.chain.from_iterable(crews.values()))
    candidates = np.zeros(len(every), bool)
    candidates[: len(has_poster)] = has_poster  # training films stand first, and so keep their rows
    found = find_neighbors(every, candidates, max_neighbors)
    if (found < 0).all():
        raise DatasetError(
            f"No film of {dataset.folder} shares crew with a training film that has a poster: "
            f"there is nothing to link."
        )
    ends = np.cumsum([len(crews[split]) for split in splits])
    return dict(zip(splits, np.split(found, ends[:-1]), strict=True))


def _manifest(
    manifest: Manifest, splits: dict[str, Split], links: Links, neighbors: dict[str, np.ndarray]
) -> Manifest:
    linked = sum(int((of_split >= 0).any(axis=1).sum()) for of_split in neighbors.values())
    films = sum(split.films for split in splits.values())
    note = f"linked by shared crew: {linked} of {films} films have neighbours"
    return dataclasses.replace(
        manifest,
        splits=splits,
        notes=(*manifest.notes, note),
        source_hash="",  # these are not the records that `write_records` would write
        links=links,
    )


@dataclasses.dataclass
class _Writer:
    """Writes the shards of linked records."""

    dataset: MovieDataset
    vectors: np.ndarray
    neighbors: dict[str, np.ndarray]
    folder: Path
    progress: Callable[[int, int], None] | None
    done: int = 0

    def write(self, split: str) -> Split:
        films = self._linked(split)
        num_genres, num_films = len(self.dataset.vocabulary), self.dataset.num_films(split)
        finished = []
        for planned in share_out(split, np.arange(num_films)):
            of_shard = itertools.islice(films, len(planned.rows))
            finished.append(write_shard(self.folder / planned.file, of_shard, num_genres))
            self._report(len(planned.rows))
        counts = np.sum([shard.genre_counts for shard in finished], axis=0)
        return Split(tuple(shard.shard for shard in finished), tuple(counts.tolist()))

    def _linked(self, split: str) -> Iterator[FilmRecord]:
        records = self.dataset.records(split).as_numpy_iterator()
        for record, neighbors in zip(records, self.neighbors[split], strict=True):
            yield _linked(record, self.vectors[neighbors[neighbors >= 0]])

    def _report(self, films: int) -> None:
        self.done += films
        if self.progress:
            total = sum(map(self.dataset.num_films, self.dataset.splits))
            self.progress(self.done, total)


def _linked(record: bytes, vectors: np.ndarray) -> FilmRecord:
    """The record of a film with the vectors of its neighbours instead of any that it had."""
    example = tf.train.Example.FromString(record)
    feature = example.features.feature
    if features.NEIGHBOR_VECTORS in feature:
        del feature[features.NEIGHBOR_VECTORS]
    if len(vectors):
        feature[features.NEIGHBOR_VECTORS].bytes_list.value.append(vectors.tobytes())
    return FilmRecord(
        example=example.SerializeToString(deterministic=True),
        genres=tuple(feature["genres"].int64_list.value),
        poster="stored" if feature[features.POSTER].bytes_list.value[0] else "missing",
        unreadable=None,
    )
