"""BytePairs: words to the ids of their pieces."""

from collections.abc import Mapping, Sequence

import tensorflow as tf

WORD_END = "</w>"
"""What the last piece of a word ends with."""

_MOST_BYTES = 256


def byte_characters() -> list[str]:
    """A character that can be seen for each byte: vocabularies are text."""
    seen = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(256) if byte not in seen]
    characters = {byte: chr(byte) for byte in seen}
    characters |= {byte: chr(256 + number) for number, byte in enumerate(others)}
    return [characters[byte] for byte in range(256)]


class BytePairs(tf.Module):
    """Joins the bytes of words to the pieces of a vocabulary, in the graph.

    Of the pairs that stand side by side in a word, that of the earliest merge is joined first, and
    so on until none is left. Of a word of more than 256 bytes, those are read. It needs no
    operation beyond TensorFlow's own.

    Args:
        ids: The id of each piece, among them each of `byte_characters()` with and without
            `WORD_END`.
        merges: The pairs that are joined, each as its two pieces with a space between.

    Call with a ragged tensor of strings of shape `(batch, words)`; returns a ragged tensor of
    int32 ids of shape `(batch, pieces)`.

    Reference:
        Sennrich et al. 2016, "Neural Machine Translation of Rare Words with Subword Units",
        arXiv:1508.07909.
    """

    def __init__(self, ids: Mapping[str, int], merges: Sequence[str]):
        super().__init__()
        characters = byte_characters()
        self._within = tf.constant([ids[each] for each in characters], tf.int64)
        self._last = tf.constant([ids[each + WORD_END] for each in characters], tf.int64)
        self._size = max(ids.values()) + 1
        self._num_merges = len(merges)
        # TensorFlow has no empty tables: the first entry is no pair.
        ranks, wholes = {-1: self._num_merges}, []
        for rank, merge in enumerate(merges):
            first, second = merge.split(" ")
            ranks[ids[first] * self._size + ids[second]] = rank
            wholes.append(ids[first + second])
        # One more, for pairs that are none.
        self._wholes = tf.constant([*wholes, 0], tf.int64)
        keys, values = (tf.constant(list(x), tf.int64) for x in (ranks, ranks.values()))
        self._ranks = tf.lookup.StaticHashTable(
            tf.lookup.KeyValueTensorInitializer(keys, values),
            default_value=tf.constant(self._num_merges, tf.int64),
        )

    def __call__(self, words):
        # Most words of a batch occur in it more than once.
        distinct, places = tf.unique(words.flat_values)
        pieces = tf.gather(self._split(distinct), places)  # (words of the batch, pieces)
        return words.with_flat_values(pieces).merge_dims(1, 2)

    def _split(self, words):
        """Ids of the pieces of each word, ragged, of shape `(words, pieces)`."""
        words = tf.strings.substr(words, 0, _MOST_BYTES)
        lengths = tf.strings.length(words)
        rows = tf.repeat(tf.range(tf.size(lengths, tf.int64)), lengths)
        raw = tf.cast(tf.io.decode_raw(tf.strings.reduce_join(words), tf.uint8), tf.int32)
        ends = rows != tf.concat([rows[1:], [-1]], axis=0)[: tf.size(rows)]
        pieces = tf.where(ends, tf.gather(self._last, raw), tf.gather(self._within, raw))
        pieces, rows, _ = tf.while_loop(
            lambda pieces, rows, more: more,
            self._join,
            (pieces, rows, tf.size(pieces) > 0),
            shape_invariants=(*[tf.TensorShape([None])] * 2, tf.TensorShape([])),
        )
        return tf.RaggedTensor.from_value_rowids(
            tf.cast(pieces, tf.int32), rows, nrows=tf.size(words, tf.int64), validate=False
        )

    def _join(self, pieces, rows, _):
        """Join the first pair of the earliest merge in each word; say whether there was any."""
        ranks = self._ranks.lookup(pieces[:-1] * self._size + pieces[1:])
        within = rows[:-1]
        ranks = tf.where(within == rows[1:], ranks, self._num_merges)
        num_pairs = tf.size(ranks, tf.int64)
        order = ranks * num_pairs + tf.range(num_pairs)
        first = tf.gather(tf.math.segment_min(order, within), within)
        joins = (order == first) & (ranks < self._num_merges)
        joined = tf.where(joins, tf.gather(self._wholes, ranks), pieces[:-1])
        stays = tf.concat([[True], ~joins], axis=0)
        pieces = tf.boolean_mask(tf.concat([joined, pieces[-1:]], axis=0), stays)
        return pieces, tf.boolean_mask(rows, stays), tf.reduce_any(joins)
