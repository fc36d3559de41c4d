"""Films prepared on other machines, by a tf.data service."""

import contextlib
import queue
import re
import socket
import threading
import warnings
from collections.abc import Iterator

import numpy as np
import tensorflow as tf

from keras_genre.errors import DatasetError

_ADDRESS = re.compile(r"grpc://[^\s/]+:\d{1,5}")
_PATIENCE = 60
_TOLD = re.compile(rf"{DatasetError.__name__}: (The data service .+)")
_DAMAGED = tf.errors.DataLossError.__name__


def fingerprints(records: tf.Tensor) -> tf.Tensor:
    """Give what tells a record from all others: int64 of the shape of `records`."""
    return tf.strings.to_hash_bucket_fast(records, 2**63 - 1)


def films_of_service(batches: tf.data.Dataset, number: int, service: str) -> tf.data.Dataset:
    """Have films prepared by the workers of a tf.data service, each once an epoch.

    The dispatcher deals out shards, each once, and workers read and prepare them; films come as
    they are ready. Where a worker dies, the dispatcher does not give its shards to others, and
    TensorFlow waits for it for ever. So after a minute without a film all shards are dealt out
    again, and films that have come already are left out.

    Args:
        batches: Read from shards, and prepared: pairs of `fingerprints` and films.
        number: How many films there are.
        service: Address of the dispatcher.

    Returns:
        The films, in batches. Reading them raises what `service_errors` makes a `DatasetError`
        of, if no film comes at all.

    Raises:
        DatasetError: If nothing listens at the address.
    """
    _check_reachable(service)
    policy = tf.data.experimental.service.ShardingPolicy.DYNAMIC
    distributed = batches.apply(tf.data.experimental.service.distribute(policy, service))
    return tf.data.Dataset.from_generator(
        lambda: _each_once(distributed, number, service),
        output_signature=distributed.element_spec[1],
    )


@contextlib.contextmanager
def service_errors() -> Iterator[None]:
    """Raise what is wrong with films of a service as itself, not as what TensorFlow makes of it.

    Raises:
        DatasetError: If the service gives no films.
        tf.errors.DataLossError: If a record is damaged.
    """
    try:
        yield
    except tf.errors.UnknownError as error:
        if told := _TOLD.search(error.message):
            raise DatasetError(told[1]) from error
        if _DAMAGED in error.message:
            raise tf.errors.DataLossError(None, None, error.message) from error
        raise


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
            f"Expected a service for training films alone, received split {split!r}: films come "
            f"in another order each time, and scores are kept in that of the records."
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


def _check_reachable(service: str) -> None:
    """TensorFlow would try again for ever."""
    host, port = service.removeprefix("grpc://").rsplit(":", 1)
    try:
        socket.create_connection((host, int(port)), timeout=_PATIENCE).close()
    except (OSError, OverflowError) as error:
        raise DatasetError(
            f"The data service at {service} cannot be reached: {error}. Expected a dispatcher "
            f"there: start one (keras-genre data-service dispatcher), and give its address."
        ) from error


def _each_once(batches: tf.data.Dataset, number: int, service: str) -> Iterator:
    """Read all shards, and again those films that did not come, until each has."""
    received = [np.array([-1])]  # no fingerprint, and so there is one to compare with
    count = 0
    while count < number:
        known, before = np.sort(np.concatenate(received)), count
        for prints, films in _until_silent(batches):
            prints = prints.numpy()
            new = known.take(np.searchsorted(known, prints), mode="clip") != prints
            if new.any():
                received.append(prints[new])
                count += len(received[-1])
                yield tf.nest.map_structure(lambda value, new=new: value.numpy()[new], films)
            if count == number:
                return
        if count == before:
            raise DatasetError(
                f"The data service at {service} has given no film for {_PATIENCE} seconds. "
                f"{number - count} of {number} films of this epoch are missing. Expected a "
                f"dispatcher there and at least one worker: start what has ended, and give the "
                f"command again."
            )
        warnings.warn(
            f"The data service at {service} gave {count} of {number} films of an epoch, and then "
            f"none for {_PATIENCE} seconds: a worker may have died. The others prepare the rest.",
            stacklevel=1,
        )


def _until_silent(batches: tf.data.Dataset) -> Iterator:
    """Give batches until they end, or none has come for `_PATIENCE` seconds.

    They are read in a thread, as TensorFlow's reader cannot be told how long to wait.
    """
    came, wanted, over = queue.Queue(), threading.Semaphore(), threading.Event()

    def read():
        try:
            for batch in batches:
                came.put(batch)
                wanted.acquire()
                if over.is_set():
                    return
            came.put(None)
        except Exception as error:
            came.put(error)

    threading.Thread(target=read, name="data-service-reader", daemon=True).start()
    try:
        while (batch := _next(came)) is not None:
            if isinstance(batch, Exception):
                raise batch
            wanted.release()
            yield batch
    finally:
        over.set()
        wanted.release()


def _next(came: queue.Queue):
    # Second by second: a machine that stood still for long has not waited for long.
    for _ in range(_PATIENCE):
        with contextlib.suppress(queue.Empty):
            return came.get(timeout=1)
    return None
