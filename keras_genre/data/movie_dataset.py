"""MovieDataset: records on disk, as tf.data."""

import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import tensorflow as tf

from keras_genre import features
from keras_genre.data.augmentation import augment
from keras_genre.data.balancing import draw_balanced
from keras_genre.data.batching import batch_by_length, batch_in_order
from keras_genre.data.epochs import after_epochs
from keras_genre.data.manifest import Manifest, Shard, Split
from keras_genre.data.parsing import CREW, SCHEMA, parse
from keras_genre.data.preparation import Preparation, links_to_prepare
from keras_genre.data.service import check_service
from keras_genre.data.sharing import check_share, share_of
from keras_genre.data.skipping import SoundRecords
from keras_genre.data.verifying import find_problems, raise_problems
from keras_genre.errors import DatasetError
from keras_genre.genres import GenreVocabulary

# Raw records held while shuffling: some 100 MB where a poster takes 25 kB.
_SHUFFLE_BUFFER = 4096


class MovieDataset:
    """The records that `write_records` wrote, ready for `model.fit`.

    Opening it checks that every shard is there, reading a split that its shards have their full
    size; `verify` reads every byte.

    Args:
        folder: A folder with a `manifest.json`.
        skip_damaged: Read every byte, and go on without the films whose records are damaged,
            instead of raising an error; a warning says how many, and `skipped` of which split.
            Numbers of films and rates are those of the films left.

    Raises:
        DatasetError: If the folder holds no records or a shard is missing, or, with
            `skip_damaged`, a shard holds other records or no film of a split is left. `plots`,
            `films` and `load` raise it where a shard of their split is half-written; other splits
            can be read all the same.

    Example:
        >>> dataset = MovieDataset("data/movies")  # doctest: +SKIP
        >>> train = dataset.load("train", preprocessor, batch_size=32)  # doctest: +SKIP
    """

    def __init__(self, folder: str | Path, skip_damaged: bool = False):
        self._folder = Path(folder)
        self._manifest = Manifest.load(self._folder)
        self._sound = SoundRecords(self._folder, self._manifest) if skip_damaged else None
        for split in () if skip_damaged else self._manifest.splits.values():
            for shard in split.shards:
                self._existing(shard)

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

    @property
    def skipped(self) -> dict[str, int]:
        """Films left out because their records are damaged, by split; see `skip_damaged`."""
        return self._sound.skipped if self._sound else dict.fromkeys(self.splits, 0)

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
        records = self.records(split).batch(1024)
        return records.map(lambda batch: parse(batch, features.PLOT)[features.PLOT])

    def crews(self, split: str) -> list[tuple[str, ...]]:
        """The crew of each film of a split, in the order of the records."""
        batches = self.records(split).batch(1024).map(lambda batch: parse(batch, CREW)[CREW])
        crews = [crew for batch in batches for crew in batch.to_list()]
        return [tuple(name.decode() for name in crew) for crew in crews]

    def films(self, split: str) -> tf.data.Dataset:
        """The raw films of a split: dicts of `movie_id, title, plot, poster, genres` (indices)."""
        return self.records(split).map(lambda record: tf.io.parse_single_example(record, SCHEMA))

    def records(self, split: str) -> tf.data.Dataset:
        """The films of a split as they are stored: serialized, in their order."""
        films = tf.data.experimental.assert_cardinality(self.num_films(split))
        return self._stored(split).apply(films)

    def load(
        self,
        split: str,
        preprocessor: Callable,
        batch_size: int = 32,
        *,
        shuffle: bool | None = None,
        seed: int = 0,
        bucketed: bool | None = None,
        balanced: bool = False,
        cache: bool = False,
        with_ids: bool = False,
        augmentation: Callable | None = None,
        epoch: int = 0,
        share: tuple[int, int] | None = None,
        service: str | None = None,
    ) -> tf.data.Dataset:
        """Batches for `model.fit`.

        The same seed gives the same batches in the same order, epoch by epoch, with and without
        `cache`, however many threads prepare them. (A seed set by `keras.utils.set_random_seed`
        is mixed in, as everywhere in TensorFlow.)

        Args:
            split: "train", "validation" or "test".
            preprocessor: A `MoviePreprocessor`, or any callable from a batch of raw features to
                a dict of tensors.
            batch_size: Films a batch; the last one may be smaller.
            shuffle: Anew each epoch; by default for "train" alone.
            seed: Of the shuffling, bucketing and drawing.
            bucketed: Films whose plots are about equally long share a batch, so that little
                padding is computed; the order of films changes, their number does not. By default
                where films are shuffled and a `MoviePreprocessor` reads plots.
            balanced: Draw as many films as there are anew each epoch, every genre equally often.
                Common films are then left out, rare ones come several times, and those without
                genres never. For training alone: it falsifies scores.
            cache: Keep prepared films in memory from the first epoch on, so that later ones
                decode and tokenise nothing: per film 3 bytes a pixel of its image, 4 bytes a
                token and a number of its neighbours' vectors, and about 1 kB.
            with_ids: Also yield the movie ids. Not for `fit`, which takes no third component.
            augmentation: A `PosterAugmentation`, for training films alone: it changes posters
                anew each epoch, after the cache, by a seed that is each batch's own. So the
                batches that `skip` leaves are those that they would have been.
            epoch: Begin as after so many epochs, for a training that is resumed.
            share: For one of several workers that train together: its number, from 0, and how many
                they are. It gets its part of each batch, and prepares no other film; all parts
                together are the batches that one worker gets.
            service: `grpc://host:port` of the dispatcher of a tf.data service, whose workers then
                read and prepare training films, and see the records at the same path. Each film
                comes once an epoch, in an order that does not repeat, also where a worker dies;
                see `films_of_service`.

        Returns:
            A `tf.data.Dataset` of `(tensors, labels)`, with float32 labels of shape
            `(batch, genres)`; or of `(tensors, labels, movie_ids)`. A record found damaged while
            it is read raises `tf.errors.DataLossError`; `verify` then names the shard.

        Raises:
            ValueError: If a number is out of its range, `balanced` is asked for without
                shuffling, or it or `augmentation` for another split than "train", or
                `augmentation` for a preprocessor of plots alone.
            DatasetError: If there is no such split, no film to draw has a genre, the preprocessor
                prepares neighbours and the records carry none, or others, or nothing listens at
                the address of `service`.
        """
        shuffle = split == "train" if shuffle is None else shuffle
        _check_at_least(1, batch_size=batch_size)
        _check_at_least(0, seed=seed)
        _check_at_least(0, epoch=epoch)
        check_share(share, batch_size)
        check_service(service, split, balanced, share)
        if augmentation is not None and split != "train":
            raise ValueError(
                f"Expected augmentation for training films alone, received split {split!r}. "
                f"Changed posters would falsify every score."
            )
        if balanced and not (split == "train" and shuffle):
            raise ValueError(
                f"Expected balanced=True for shuffled training films alone, received split "
                f"{split!r} and shuffle={shuffle}. Drawn films would falsify every score."
            )
        if bucketed is None:
            bucketed = shuffle and getattr(preprocessor, "plot", None) is not None
        self._warn_if_posters_are_small(preprocessor)
        links = links_to_prepare(preprocessor, self._manifest, self._folder)
        preparation = Preparation(
            preprocessor, len(self.vocabulary), with_ids, cache, links, service
        )

        # A worker of a service reads some of the films only.
        stored = self._stored(split) if service else self.records(split)
        films = preparation.before_batching(stored, self.num_films(split))
        if balanced:
            films = draw_balanced(films, self._drawable_genres(), seed, epoch)
        if shuffle:
            buffer = min(self.num_films(split), _SHUFFLE_BUFFER)
            films = films.shuffle(buffer, seed=seed, reshuffle_each_iteration=True)
        if bucketed:
            noise_seed = seed if shuffle else None
            batches = batch_by_length(films, preparation.plot_lengths, batch_size, noise_seed)
        else:
            batches = batch_in_order(films, batch_size)
        batches = after_epochs(batches, epoch)
        prepared = preparation.after_batching(share_of(batches, share) if share else batches)
        if augmentation is not None:
            # Each worker changes its posters by seeds of its own.
            seeds = tf.data.Dataset.random(
                seed + (share[0] if share else 0), rerandomize_each_iteration=True
            )
            prepared = augment(prepared, after_epochs(seeds, epoch), augmentation)
        return prepared.prefetch(tf.data.AUTOTUNE)

    def verify(self) -> None:
        """Read every byte and compare it with the manifest.

        Raises:
            DatasetError: If anything is not as it was written. The message names files, records
                and films; `keras_genre.data.verifying.find_problems` gives them one by one.
        """
        raise_problems(self._folder, find_problems(self._folder))

    def _genres(self, split: str) -> tf.RaggedTensor:
        """The genres of each film, as the records themselves say."""
        batches = self.records(split).batch(256)
        return tf.concat([parse(batch, "genres")["genres"] for batch in batches], axis=0)

    def _stored(self, split: str) -> tf.data.Dataset:
        shards = self._split(split).shards
        if self._sound:
            return self._sound.read(split)
        return tf.data.TFRecordDataset([str(self._of_full_size(shard)) for shard in shards])

    def _drawable_genres(self) -> tf.RaggedTensor:
        if not any(self._split("train").genre_counts):
            raise DatasetError(
                f"No training film of {self._folder} has a genre: there is none to draw."
            )
        return self._genres("train")

    def _existing(self, shard: Shard) -> Path:
        path = self._folder / shard.file
        if not path.is_file():
            raise DatasetError(f"The shard {path} is missing. Prepare the records again.")
        return path

    def _of_full_size(self, shard: Shard) -> Path:
        path = self._existing(shard)
        size = path.stat().st_size
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
        return (self._sound or self._manifest).splits[split]

    def _warn_if_posters_are_small(self, preprocessor) -> None:
        size = getattr(getattr(preprocessor, "poster", None), "image_size", 0)
        if 2 * size > self._manifest.poster_size:
            warnings.warn(
                f"The records hold posters of at most {self._manifest.poster_size} pixels, less "
                f"than twice the model's {size}. For sharper input, prepare the records again "
                f"with --poster-size {2 * size}.",
                stacklevel=3,
            )


def _check_at_least(least: int, **argument) -> None:
    ((name, value),) = argument.items()
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise ValueError(
            f"Expected {name} as a whole number of at least {least}, received {value!r}."
        )
