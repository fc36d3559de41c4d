"""Naming the damaged shard, where TensorFlow says only that some record is damaged."""

import contextlib
from collections.abc import Iterator

import tensorflow as tf

from keras_genre.data.movie_dataset import MovieDataset


@contextlib.contextmanager
def damaged_shard_named(dataset: MovieDataset) -> Iterator[None]:
    """Name the shard when the block comes upon a damaged record.

    Before a split is read, the sizes of its shards are compared and nothing more, so a flipped
    byte is found where its record is read.

    Raises:
        DatasetError: If a shard is not as it was written.
    """
    try:
        yield
    except tf.errors.DataLossError:
        dataset.verify()
        raise
