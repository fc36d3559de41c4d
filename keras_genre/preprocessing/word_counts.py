"""How often plots have each word: what vocabularies are learned from."""

import collections
from collections.abc import Callable

import tensorflow as tf

_BATCH = 256


def count_words(plots, split_words: Callable) -> collections.Counter:
    """Count the words of plots.

    Args:
        plots: A list of strings, or a `tf.data.Dataset` of (batches of) them.
        split_words: From strings of shape `(batch,)` to ragged words, a `BasicTokenizer` or
            `LowerCaseWords`.
    """
    if not isinstance(plots, tf.data.Dataset):
        plots = tf.data.Dataset.from_tensor_slices(tf.convert_to_tensor(plots, tf.string))
    if plots.element_spec.shape.rank == 0:
        plots = plots.batch(_BATCH)
    words = collections.Counter()
    for batch in plots.map(split_words):
        words.update(word.decode() for word in batch.flat_values.numpy())
    return words
