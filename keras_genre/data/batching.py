"""Batches of films: as they come, or bucketed by the length of their plots."""

from collections.abc import Callable

import tensorflow as tf

# Windows of 32 batches leave less padding than windows of 4 (16% against 29% on real plots), but
# batches so uniform teach less: validation macro F1 fell by 0.013 on average over three seeds.
_TRAINING_WINDOW = 4
_ORDERED_WINDOW = 32
# Without noise a split of one window would fall into the same batches in every epoch.
_LENGTH_NOISE = 0.1


def batch_in_order(films: tf.data.Dataset, batch_size: int) -> tf.data.Dataset:
    """Batch films as they come; tensors whose sizes differ are padded with zeros."""
    return films.ragged_batch(batch_size).map(_padded)


def batch_by_length(
    films: tf.data.Dataset,
    lengths: Callable,
    batch_size: int,
    seed: int | None = None,
) -> tf.data.Dataset:
    """Batch films of similar length together, so that little padding is computed.

    A window of some batches is sorted by length and cut into batches. Every film comes exactly
    once, and there are as many batches as without bucketing. Tensors whose sizes differ are
    padded with zeros to the largest of their batch.

    Args:
        films: Films, of known number.
        lengths: From a batch of films to their lengths, int32 of shape `(batch,)`.
        batch_size: Films a batch; the last one may be smaller.
        seed: For training: of the order of the batches within a window of 4, and of noise of 10%
            on the lengths, both new each epoch. None: windows of 32, short plots first.

    Returns:
        A dataset of batches.
    """
    num_batches = -(-films.cardinality().numpy() // batch_size)
    batches_per_window = _ORDERED_WINDOW if seed is None else _TRAINING_WINDOW
    windows = films.ragged_batch(batch_size * batches_per_window)
    seeds = tf.data.Dataset.random(seed, rerandomize_each_iteration=True)

    def batches(window_seed, window):
        size = lengths(window)
        num_slots = -(-tf.shape(size)[0] // batch_size)
        slots = tf.range(num_slots)
        if seed is not None:
            slots = tf.random.experimental.stateless_shuffle(slots, (window_seed, 0))
            noise = tf.random.stateless_uniform(
                tf.shape(size), (window_seed, 1), 1 - _LENGTH_NOISE, 1 + _LENGTH_NOISE
            )
            size = tf.cast(size, tf.float32) * noise
        order = tf.argsort(size, stable=True)
        # The slot that comes last is the one that may lack films. It is any of them, so that a
        # small batch, in which a film weighs more, is not always one of long plots.
        lacking = num_slots * batch_size - tf.shape(size)[0]
        starts = slots * batch_size - tf.where(slots > slots[-1], lacking, 0)
        stops = starts + batch_size - tf.where(slots == slots[-1], lacking, 0)

        def batch(start, stop):
            rows = order[start:stop]
            return _padded(tf.nest.map_structure(lambda value: tf.gather(value, rows), window))

        return tf.data.Dataset.from_tensor_slices((starts, stops)).map(batch)

    cardinality = tf.data.experimental.assert_cardinality(num_batches)
    return tf.data.Dataset.zip((seeds, windows)).flat_map(batches).apply(cardinality)


def _padded(batch):
    """Give dense tensors where those of single films differ in size."""
    return tf.nest.map_structure(
        lambda value: value.to_tensor() if isinstance(value, tf.RaggedTensor) else value, batch
    )
