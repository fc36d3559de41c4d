"""MovieDataset: records on disk, as tf.data."""

import hashlib
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import tensorflow as tf

from keras_genre import features
from keras_genre.data.manifest import Manifest, Shard, Split
from keras_genre.errors import DatasetError
from keras_genre.genres import GenreVocabulary

# Raw records held while shuffling: some 100 MB where a poster takes 25 kB.
_SHUFFLE_BUFFER = 4096

_SCHEMA = {
    "movie_id": tf.io.FixedLenFeature([], tf.string),
    "title": tf.io.FixedLenFeature([], tf.string),
    features.PLOT: tf.io.FixedLenFeature([], tf.string),
    features.POSTER: tf.io.FixedLenFeature([], tf.string),
    "genres": tf.io.RaggedFeature(tf.int64),
}


class MovieDataset:
    """The records that `write_records` wrote, ready for `model.fit`.

    Opening it checks that every shard is there in its full size; `verify` reads every byte.

    Args:
        folder: A folder with a `manifest.json`.

    Raises:
        DatasetError: If the folder holds no records, or a shard is missing or half-written.

    Example:
        >>> dataset = MovieDataset("data/movies")  # doctest: +SKIP
        >>> train = dataset.load("train", preprocessor, batch_size=32)  # doctest: +SKIP
    """

    def __init__(self, folder: str | Path):
        self._folder = Path(folder)
        self._manifest = Manifest.load(self._folder)
        for split in self._manifest.splits.values():
            for shard in split.shards:
                self._check_size(shard)

    @property
    def folder(self) -> Path:
        """Where the records lie."""
        return self._folder

    @property
    def manifest(self) -> Manifest:
        """What the folder holds."""
        return self._manifest

    @property
    def vocabulary(self) -> GenreVocabulary:
        """The genres, in the order of the label columns."""
        return self._manifest.vocabulary

    @property
    def splits(self) -> tuple[str, ...]:
        """The splits that have films."""
        return tuple(self._manifest.splits)

    def num_films(self, split: str) -> int:
        """Number of films in a split."""
        return self._split(split).films

    def base_rates(self) -> np.ndarray:
        """Share of the training films that have each genre, float64 of shape `(genres,)`."""
        train = self._split("train")
        return np.asarray(train.genre_counts) / train.films

    def positive_weights(self) -> np.ndarray:
        """Training films without a genre over those with it, float32 of shape `(genres,)`.

        Raises:
            DatasetError: If a genre has no training film: there is nothing to learn it from.
        """
        train = self._split("train")
        counts = np.asarray(train.genre_counts)
        if (counts == 0).any():
            names = [name for name, n in zip(self.vocabulary, counts, strict=True) if n == 0]
            raise DatasetError(
                f"No training film has the genre {', '.join(names)}. Leave the genre out "
                f"(--drop-genre) or divide the films anew (split_catalog)."
            )
        return ((train.films - counts) / counts).astype("float32")

    def plots(self, split: str) -> tf.data.Dataset:
        """The plots of a split in batches of scalar strings, for `MoviePreprocessor.adapt`."""
        return self._records(split).batch(1024).map(lambda batch: _parse(batch)[features.PLOT])

    def films(self, split: str) -> tf.data.Dataset:
        """The raw films of a split: dicts of `movie_id, title, plot, poster, genres` (indices)."""
        return self._records(split).map(lambda record: tf.io.parse_single_example(record, _SCHEMA))

    def load(
        self,
        split: str,
        preprocessor: Callable,
        batch_size: int = 32,
        shuffle: bool | None = None,
        seed: int = 0,
        with_ids: bool = False,
    ) -> tf.data.Dataset:
        """Batches for `model.fit`.

        Args:
            split: "train", "validation" or "test".
            preprocessor: A `MoviePreprocessor`, or any callable from a batch of raw features to
                a dict of tensors.
            batch_size: Films a batch; the last one may be smaller.
            shuffle: Anew each epoch; by default for "train" alone.
            seed: Of the shuffling.
            with_ids: Also yield the movie ids. Not for `fit`, which takes no third component.

        Returns:
            A `tf.data.Dataset` of `(tensors, labels)`, with float32 labels of shape
            `(batch, genres)`; or of `(tensors, labels, movie_ids)`.

        Raises:
            DatasetError: If there is no such split.
        """
        self._warn_if_posters_are_small(preprocessor)
        records = self._records(split)
        if split == "train" if shuffle is None else shuffle:
            buffer = min(self.num_films(split), _SHUFFLE_BUFFER)
            records = records.shuffle(buffer, seed=seed, reshuffle_each_iteration=True)
        num_genres = len(self.vocabulary)

        def prepare(batch):
            films = _parse(batch)
            labels = tf.reduce_max(tf.one_hot(films["genres"], num_genres), axis=1)
            raw = {name: films[name] for name in (features.PLOT, features.POSTER)}
            tensors = (preprocessor(raw), tf.ensure_shape(labels, (None, num_genres)))
            return (*tensors, films["movie_id"]) if with_ids else tensors

        batches = records.batch(batch_size)
        return batches.map(prepare, num_parallel_calls=tf.data.AUTOTUNE).prefetch(tf.data.AUTOTUNE)

    def verify(self) -> None:
        """Read every shard, count its films and genres, and compare it with the manifest.

        Raises:
            DatasetError: At the first shard that is missing, cut or changed.
        """
        for name, split in self._manifest.splits.items():
            for shard in split.shards:
                content = self._check_size(shard).read_bytes()
                if hashlib.sha256(content).hexdigest() != shard.sha256:
                    raise DatasetError(
                        f"{self._folder / shard.file} was changed after it was written (its "
                        f"SHA-256 differs from the manifest's). Prepare the records again."
                    )
            if self._counted(name) != (split.films, split.genre_counts):
                raise DatasetError(
                    f"The manifest of {self._folder} was changed by hand: its counts of split "
                    f"{name!r} differ from the records. Prepare the records again."
                )

    def _counted(self, split: str) -> tuple[int, tuple[int, ...]]:
        """Films, and films per genre, as the records themselves say."""
        films, counts = 0, np.zeros(len(self.vocabulary), int)
        for batch in tf.data.TFRecordDataset(self._files(split)).batch(256):
            genres = tf.io.parse_example(batch, {"genres": _SCHEMA["genres"]})["genres"]
            films += len(batch)
            counts += np.bincount(genres.flat_values, minlength=len(counts))
        return films, tuple(counts.tolist())

    def _check_size(self, shard: Shard) -> Path:
        path = self._folder / shard.file
        size = path.stat().st_size if path.is_file() else None
        if size is None:
            raise DatasetError(f"The shard {path} is missing. Prepare the records again.")
        if size != shard.bytes:
            raise DatasetError(
                f"The shard {path} is half-written or damaged: expected {shard.bytes} bytes, "
                f"found {size}. Prepare the records again."
            )
        return path

    def _split(self, split: str) -> Split:
        if split not in self._manifest.splits:
            raise DatasetError(
                f"{self._folder} has no split {split!r}. It has {', '.join(self.splits)}."
            )
        return self._manifest.splits[split]

    def _records(self, split: str) -> tf.data.Dataset:
        films = tf.data.experimental.assert_cardinality(self.num_films(split))
        return tf.data.TFRecordDataset(self._files(split)).apply(films)

    def _files(self, split: str) -> list[str]:
        return [str(self._folder / shard.file) for shard in self._split(split).shards]

    def _warn_if_posters_are_small(self, preprocessor) -> None:
        size = getattr(getattr(preprocessor, "poster", None), "image_size", 0)
        if 2 * size > self._manifest.poster_size:
            warnings.warn(
                f"The records hold posters of at most {self._manifest.poster_size} pixels, less "
                f"than twice the model's {size}. For sharper input, prepare the records again "
                f"with --poster-size {2 * size}.",
                stacklevel=3,
            )


def _parse(batch):
    """Parse a batch of serialized records at once; `genres` becomes padded with -1."""
    films = tf.io.parse_example(batch, _SCHEMA)
    # One column more than the longest list, so that films without genres leave something to reduce.
    genres = films["genres"].to_tensor(-1)
    return {**films, "genres": tf.pad(genres, [[0, 0], [0, 1]], constant_values=-1)}
