"""How several devices share a training."""

import tensorflow as tf

from keras_genre.data import MovieDataset
from keras_genre.runs import Recipe
from keras_genre.training.cluster import Cluster
from keras_genre.training.team import Team
from keras_genre.training.workers import Workers

STRATEGIES = ("none", "mirrored", "multi-worker")
"""The strategies by name."""


def make_team(name: str) -> Team:
    """Give who trains, and how they share the work.

    Args:
        name: "none" for one device; "mirrored" for all GPUs of this machine (without one, all
            logical CPUs): each has a copy of the weights and a part of every batch; "multi-worker"
            for all processes that the environment variable TF_CONFIG names, each with its GPUs.

    Raises:
        ValueError: If there is no such strategy, or TF_CONFIG is missing or wrong.
        RunError: If this process cannot join the others.
    """
    if name not in STRATEGIES:
        raise ValueError(f"Unknown strategy {name!r}. Expected one of {', '.join(STRATEGIES)}.")
    if name == "none":
        return Team()
    if name == "multi-worker":
        return Workers(Cluster.from_environment())
    kind = "GPU" if tf.config.list_logical_devices("GPU") else "CPU"
    devices = [device.name for device in tf.config.list_logical_devices(kind)]
    return Team(tf.distribute.MirroredStrategy(devices))


def check_shared(recipe: Recipe, dataset: MovieDataset) -> None:
    """Raise a `ValueError` if several devices of this scope cannot share a training.

    Args:
        recipe: Every choice; its batches are those of all devices together.
        dataset: The records.
    """
    devices = tf.distribute.get_strategy().num_replicas_in_sync
    if devices > 1 and recipe.accumulation > 1:
        raise ValueError(
            f"Expected accumulation=1 for a batch that {devices} devices share, received "
            f"{recipe.accumulation}: Keras accumulates on one alone. Take larger batches."
        )
    _check_last_batch(recipe.batch_size, dataset, devices)


def _check_last_batch(batch_size: int, dataset: MovieDataset, devices: int) -> None:
    splits = ("train", "validation")

    def is_shared(size: int) -> bool:
        # The last batch of an epoch is the smallest.
        return all((dataset.num_films(split) - 1) % size + 1 >= devices for split in splits)

    if is_shared(batch_size):
        return
    near = sorted(range(devices, 2 * batch_size + devices), key=lambda size: abs(size - batch_size))
    hint = next((f" Take {size}, for example." for size in near if is_shared(size)), "")
    raise ValueError(
        f"With batches of {batch_size} films, the last one of an epoch has fewer films than the "
        f"{devices} devices that share it.{hint}"
    )
