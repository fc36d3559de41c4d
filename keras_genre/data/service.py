"""Films prepared on other machines, by a tf.data service."""

import re

import tensorflow as tf

_ADDRESS = re.compile(r"grpc://[^\s/]+:\d{1,5}")


def on_service(films: tf.data.Dataset, service: str) -> tf.data.Dataset:
    """Have films prepared by the workers of a tf.data service.

    The dispatcher deals out shards, each once an epoch, and workers read and prepare them; films
    come as they are ready. What a worker that dies had not yet given of its shard is lost to the
    epoch: the service repeats nothing.

    Args:
        films: Read from shards, and prepared.
        service: Address of the dispatcher.
    """
    policy = tf.data.experimental.service.ShardingPolicy.DYNAMIC
    distribute = tf.data.experimental.service.distribute(policy, service)
    return films.apply(distribute)


def check_service(service: str | None, split: str, balanced: bool, share) -> None:
    """Raise a `ValueError` if films cannot be loaded from such a service."""
    if service is None:
        return
    if not _ADDRESS.fullmatch(service):
        raise ValueError(
            f"Expected service as grpc://host:port, the dispatcher of a tf.data service; received "
            f"{service!r}."
        )
    if split != "train":
        raise ValueError(
            f"Expected a service for training films alone, received split {split!r}. A film that "
            f"a service loses would falsify every score."
        )
    if balanced:
        raise ValueError(
            "Expected balanced=False for films from a service, which come in no order to draw by."
        )
    if share is not None:
        raise ValueError(
            "Expected share=None for films from a service, which come to each worker in another "
            "order, so that shares of their batches would not be those of the same batch."
        )
