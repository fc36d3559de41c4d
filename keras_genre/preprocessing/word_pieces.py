"""WordPieces: words to the ids of their pieces."""

import tensorflow as tf

_MOST_CHARACTERS = 100
_SUFFIX = "##"
_NONE = -1


class WordPieces(tf.Module):
    """Splits words into the longest pieces of a vocabulary, from the left, in the graph.

    A word that has a place where no piece fits, or more than 100 characters, is unknown as a
    whole. It needs no operation beyond TensorFlow's own.

    Args:
        vocabulary: The pieces, each at its id; those within a word begin with `##`.
        unknown: Id of an unknown word.

    Call with a ragged tensor of strings of shape `(batch, words)`; returns a ragged tensor of
    int32 ids of shape `(batch, pieces)`.

    Example:
        >>> pieces = WordPieces(["[UNK]", "heist", "##s"], unknown=0)
        >>> pieces(tf.ragged.constant([["heists", "go"]])).to_list()
        [[1, 2, 0]]

    Reference:
        Wu et al. 2016, "Google's Neural Machine Translation System", arXiv:1609.08144.
    """

    def __init__(self, vocabulary, unknown):
        super().__init__()
        self._unknown = unknown
        self._longest = min(
            _MOST_CHARACTERS, max(len(piece.removeprefix(_SUFFIX)) for piece in vocabulary)
        )
        self._ids = tf.lookup.StaticHashTable(
            tf.lookup.KeyValueTensorInitializer(
                list(vocabulary), tf.range(len(vocabulary), dtype=tf.int64)
            ),
            default_value=_NONE,
        )

    def __call__(self, words):
        # Most words of a batch occur in it more than once.
        distinct, places = tf.unique(words.flat_values)
        pieces = tf.gather(self._split(distinct), places)  # (words of the batch, pieces)
        return words.with_flat_values(pieces).merge_dims(1, 2)

    def _split(self, words):
        """Ids of the pieces of each word, ragged, of shape `(words, pieces)`."""
        whole = self._ids.lookup(words)
        is_long = tf.strings.length(words, unit="UTF8_CHAR") > _MOST_CHARACTERS
        whole = tf.where(is_long, tf.constant(self._unknown, tf.int64), whole)
        # Most words are pieces: the search is for the others alone.
        others = tf.where(whole == _NONE)[:, 0]
        found = self._search(tf.gather(words, others))  # (others, steps)
        steps = tf.shape(found)[1]
        rows = tf.pad(whole[:, tf.newaxis], [[0, 0], [0, steps - 1]], constant_values=_NONE)
        rows = tf.tensor_scatter_nd_update(rows, others[:, tf.newaxis], found)
        return tf.ragged.boolean_mask(tf.cast(rows, tf.int32), rows != _NONE)

    def _search(self, words):
        """The ids of a word's pieces, one a step and then -1; at least one step."""

        def step(rests, found, prefix):
            piece, size = self._longest_piece(rests, prefix)
            is_stuck = (piece == _NONE) & (rests != "")
            # Nothing but "unknown" is left of a word that does not come out even.
            found = tf.where(is_stuck[:, tf.newaxis], tf.constant(_NONE, tf.int64), found)
            piece = tf.where(is_stuck, tf.constant(self._unknown, tf.int64), piece)
            found = tf.concat([found, piece[:, tf.newaxis]], axis=1)
            end = tf.fill(tf.shape(size), _MOST_CHARACTERS)
            rests = tf.strings.substr(rests, size, end, unit="UTF8_CHAR")
            return tf.where(is_stuck, "", rests), found, tf.constant(_SUFFIX)

        none = tf.zeros([tf.shape(words)[0], 0], tf.int64)
        first = step(words, none, tf.constant(""))
        _, found, _ = tf.while_loop(
            lambda rests, found, prefix: tf.reduce_any(rests != ""),
            step,
            first,
            shape_invariants=(
                tf.TensorShape([None]),
                tf.TensorShape([None, None]),
                tf.TensorShape([]),
            ),
        )
        return found

    def _longest_piece(self, rests, prefix):
        """The id and the number of characters of the longest piece that each rest begins with."""
        lengths = tf.strings.length(rests, unit="UTF8_CHAR")
        most = tf.minimum(self._longest, tf.reduce_max(tf.concat([lengths, [1]], axis=0)))
        sizes = tf.range(most, 0, -1)  # the longest first
        shape = [tf.shape(rests)[0], most]
        starts = tf.strings.substr(
            tf.broadcast_to(rests[:, tf.newaxis], shape),
            tf.zeros(shape, tf.int32),
            tf.broadcast_to(sizes, shape),
            unit="UTF8_CHAR",
        )
        ids = self._ids.lookup(prefix + starts)  # (words, sizes)
        # Beyond its end, a rest is its own beginning again.
        ids = tf.where(sizes <= lengths[:, tf.newaxis], ids, _NONE)
        best = tf.argmax(ids != _NONE, axis=1, output_type=tf.int32)
        sizes = tf.minimum(tf.gather(sizes, best), lengths)
        return tf.gather(ids, best, axis=1, batch_dims=1), sizes
