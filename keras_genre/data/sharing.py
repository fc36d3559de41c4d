"""The part of each batch that one of several workers trains on."""

import tensorflow as tf


def share_of(batches: tf.data.Dataset, share: tuple[int, int]) -> tf.data.Dataset:
    """Give a worker its part of each batch; parts differ in size by one film at most.

    Args:
        batches: Tensors, or nests of them, whose first axis is that of films.
        share: The worker's number, from 0, and how many there are.
    """
    number, count = share

    def part(*batch):
        films = tf.shape(tf.nest.flatten(batch)[0])[0]
        start, stop = films * number // count, films * (number + 1) // count
        found = tf.nest.map_structure(lambda value: value[start:stop], batch)
        return found if len(found) > 1 else found[0]

    return batches.map(part)


def check_share(share: tuple[int, int] | None, batch_size: int) -> None:
    """Raise a `ValueError` if it is no share of batches of so many films."""
    if share is None:
        return
    number, count = share
    if not 0 <= number < count <= batch_size:
        raise ValueError(
            f"Expected share as the number of a worker, from 0, and how many there are, at most as "
            f"many as the {batch_size} films of a batch; received {share!r}."
        )
