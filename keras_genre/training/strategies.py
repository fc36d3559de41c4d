"""How several devices share a training."""

import contextlib

import tensorflow as tf

from keras_genre.data import MovieDataset

STRATEGIES = ("none", "mirrored")
"""The strategies by name."""


def strategy_scope(name: str) -> contextlib.AbstractContextManager:
    """Give what a model is to be made and trained in.

    Args:
        name: "none" for one device; "mirrored" for all GPUs of this machine (without one, all
            logical CPUs): each has a copy of the weights and a part of every batch.

    Raises:
        ValueError: If there is no such strategy.
    """
    if name not in STRATEGIES:
        raise ValueError(f"Unknown strategy {name!r}. Expected one of {', '.join(STRATEGIES)}.")
    if name == "none":
        return contextlib.nullcontext()
    kind = "GPU" if tf.config.list_logical_devices("GPU") else "CPU"
    devices = [device.name for device in tf.config.list_logical_devices(kind)]
    return tf.distribute.MirroredStrategy(devices).scope()


def check_batches(batch_size: int, dataset: MovieDataset) -> None:
    """Raise a `ValueError` if a batch is too small for every device of this scope to have a film.

    Args:
        batch_size: Films a batch, of all devices together.
        dataset: The records.
    """
    devices = tf.distribute.get_strategy().num_replicas_in_sync
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
