"""FileBytes: numbers in the bytes of files, read in the graph."""

import tensorflow as tf


class FileBytes:
    """The bytes of a batch of files; they are read at places counted from each file's start.

    Reading never raises: past the end of a file there are zeros.

    Args:
        files: Strings of shape `(batch,)`.
    """

    def __init__(self, files):
        self.lengths = tf.cast(tf.strings.length(files), tf.int64)  # (batch,)
        # All files in a row, with a zero after each that stands for whatever would follow.
        row = tf.strings.reduce_join(files, separator="\0") + "\0"
        self._row = tf.io.decode_raw(row, tf.uint8)
        self._starts = tf.cumsum(self.lengths + 1, exclusive=True)

    def big_endian(self, place, length):
        """The unsigned integers of `length` bytes at `place`, the highest byte first.

        Args:
            place: Not negative: a number, or int64 of shape `(batch,)` or `(batch, places)`.
            length: At most 7.

        Returns:
            int64 of shape `(batch,)` or `(batch, places)`.
        """
        return self._weighted(place, [256**power for power in reversed(range(length))])

    def little_endian(self, place, length):
        """As `big_endian`, the lowest byte first."""
        return self._weighted(place, [256**power for power in range(length)])

    def is_at(self, place, text):
        """Whether these bytes stand at `place`, as bool of shape `(batch,)`."""
        return self.big_endian(place, len(text)) == int.from_bytes(text)

    def count(self, text):
        """How often each file holds a text of two different bytes, int64 of shape `(batch,)`."""
        first, second = text
        found = tf.where(self._row[:-1] == first)[:, 0]
        found = found[tf.gather(self._row, found + 1) == second]
        files = tf.searchsorted(self._starts, found, side="right", out_type=tf.int64) - 1
        count = tf.size(self._starts, out_type=tf.int64)
        return tf.math.unsorted_segment_sum(tf.ones_like(found), files, count)

    def _weighted(self, place, weights):
        place = tf.convert_to_tensor(place, tf.int64)
        places = place[..., tf.newaxis] + tf.range(len(weights), dtype=tf.int64)  # (..., length)
        starts, lengths = self._starts[:, tf.newaxis], self.lengths[:, tf.newaxis]
        if places.shape.rank == 3:
            starts, lengths = starts[..., tf.newaxis], lengths[..., tf.newaxis]
        values = tf.gather(self._row, starts + tf.minimum(places, lengths))
        weights = tf.constant(weights, tf.int64)
        return tf.reduce_sum(tf.cast(values, tf.int64) * weights, axis=-1)
