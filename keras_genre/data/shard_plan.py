"""Which film stands in which shard, and where: settled before anything is written."""

import dataclasses

import numpy as np
import pandas as pd

from keras_genre.catalog.movie_catalog import MovieCatalog

FILMS_PER_SHARD = 1024


@dataclasses.dataclass(frozen=True)
class PlannedShard:
    """The films of one TFRecord file, in their order.

    Args:
        file: The name of the file, `<split>-<number>-of-<shards>.tfrecord`.
        split: The split of its films.
        rows: Rows of `MovieCatalog.frame`, int64 of shape `(films,)`.
    """

    file: str
    split: str
    rows: np.ndarray


def plan_shards(
    catalog: MovieCatalog, seed: int, films_per_shard: int = FILMS_PER_SHARD
) -> tuple[PlannedShard, ...]:
    """Share out the films of every split over shards of about equal size.

    Training films are shuffled, so that a shuffle buffer smaller than the data still mixes them;
    the others keep the order of the catalogue. Films without a split come into no shard.

    Args:
        catalog: The films.
        seed: Of the order of the training films.
        films_per_shard: Most films a shard.

    Returns:
        The shards, split by split, in reading order.
    """
    splits = catalog.frame["split"].to_numpy()
    plan = []
    for split in catalog.splits:
        rows = np.flatnonzero(splits == split)
        if split == "train":
            rows = pd.Series(rows).sample(frac=1.0, random_state=seed).to_numpy()
        plan += share_out(split, rows, films_per_shard)
    return tuple(plan)


def share_out(
    split: str, rows: np.ndarray, films_per_shard: int = FILMS_PER_SHARD
) -> list[PlannedShard]:
    """Share out the films of one split, in this order, over shards of about equal size."""
    num_shards = -(-len(rows) // films_per_shard)
    parts = np.array_split(rows, num_shards)
    files = [f"{split}-{number:05d}-of-{num_shards:05d}.tfrecord" for number in range(num_shards)]
    return [PlannedShard(file, split, part) for file, part in zip(files, parts, strict=True)]
