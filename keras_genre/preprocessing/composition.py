"""Composition: letters and the accents after them as one character."""

import functools
import itertools
import unicodedata
from collections.abc import Iterable

import tensorflow as tf

from keras_genre.preprocessing.character_changes import CharacterChanges

_HANGUL = range(0xAC00, 0xD7A4)
# Two planes and the compatibility ideographs: no others compose, decompose or have a class.
_CHARACTERS = (range(0xD800), range(0xE000, 0x20000), range(0x2F800, 0x2FA20))
_NONE = -1
_SHIFT = 1 << 21  # more than there are characters


class Composition(tf.Module):
    r"""Brings words into Unicode's normal form C, in the graph.

    However a text spells "é", as one character or as a letter and an accent, it is the same
    afterwards, as the vocabularies that tell accents apart need it. It needs no operation beyond
    TensorFlow's own.

    Call with valid UTF-8 strings of shape `(words,)`; returns strings of the same shape.

    Example:
        >>> Composition()(["cafe\u0301"]).numpy()[0].decode()
        'café'

    Reference:
        Unicode Standard Annex 15, "Unicode Normalization Forms".
    """

    def __init__(self):
        super().__init__()
        pairs, classes = _pairs(), _classes()
        self._may_change = f".*[{_changeable()}].*"
        self._decompositions = CharacterChanges(_decompositions())
        self._classes = _table(classes, default=0)
        self._pairs = _table(
            {first * _SHIFT + second: whole for (first, second), whole in pairs.items()}, _NONE
        )

    def __call__(self, words):
        # Hardly any word of most plots: the work is for those alone.
        others = tf.where(tf.strings.regex_full_match(words, self._may_change))[:, 0]
        composed = self._composed(tf.gather(words, others))
        return tf.tensor_scatter_nd_update(words, others[:, tf.newaxis], composed)

    def _composed(self, words):
        points = tf.strings.unicode_decode(self._decompositions(words), "UTF-8")
        rows = points.value_rowids()
        points = tf.cast(points.flat_values, tf.int64)  # (characters of all words,)
        points, classes = self._in_order(points, rows)
        points, _, rows, _ = tf.while_loop(
            lambda points, classes, rows, more: more,
            self._join,
            (points, classes, rows, tf.size(points) > 0),
            shape_invariants=(*[tf.TensorShape([None])] * 3, tf.TensorShape([])),
        )
        points = tf.RaggedTensor.from_value_rowids(
            tf.cast(points, tf.int32), rows, nrows=tf.size(words, tf.int64), validate=False
        )
        return tf.strings.unicode_encode(points, "UTF-8")

    def _in_order(self, points, rows):
        """The characters with the accents of each letter in Unicode's order, and their classes."""
        classes = self._classes.lookup(points)
        begins = (classes == 0) | (rows != tf.concat([[-1], rows[:-1]], axis=0))
        runs = tf.cumsum(tf.cast(begins, tf.int64))  # a letter and its accents
        order = tf.argsort(runs * 256 + classes, stable=True)
        return tf.gather(points, order), tf.gather(classes, order)

    def _join(self, points, classes, rows, _):
        """Let each letter take in the first character that joins it; say whether any did."""
        index = tf.range(tf.size(points, tf.int64))
        is_letter = classes == 0
        letters = tf.concat([[0], tf.where(is_letter)[:, 0]], axis=0)
        before = tf.cumsum(tf.cast(is_letter, tf.int64), exclusive=True)
        letter = tf.gather(letters, before)  # the last one before each character
        whole = self._pairs.lookup(tf.gather(points, letter) * _SHIFT + points)
        # An accent of the same class in between is in the way, and so is any before a letter.
        previous = tf.concat([[0], classes[:-1]], axis=0)
        is_near = (letter == index - 1) | ((previous > 0) & (previous < classes))
        joins = (whole != _NONE) & is_near & (tf.gather(rows, letter) == rows)
        joins &= ~tf.gather(joins, letter)  # which then is no letter any more
        first = tf.math.unsorted_segment_min(
            tf.where(joins, index, tf.int64.max), letter, tf.size(points)
        )
        joins &= tf.gather(first, letter) == index
        points = tf.tensor_scatter_nd_update(
            points, tf.boolean_mask(letter, joins)[:, tf.newaxis], tf.boolean_mask(whole, joins)
        )
        stays = ~joins
        kept = (tf.boolean_mask(x, stays) for x in (points, classes, rows))
        return (*kept, tf.reduce_any(joins))


def _table(entries: dict[int, int], default: int):
    keys, values = (tf.constant(list(x), tf.int64) for x in (entries, entries.values()))
    initializer = tf.lookup.KeyValueTensorInitializer(keys, values)
    return tf.lookup.StaticHashTable(initializer, tf.constant(default, tf.int64))


def _characters() -> Iterable[str]:
    return map(chr, itertools.chain(*_CHARACTERS))


@functools.cache
def _classes() -> dict[int, int]:
    """The classes of accents: those of one class stand in each other's way."""
    classes = {ord(each): unicodedata.combining(each) for each in _characters()}
    return {point: number for point, number in classes.items() if number}


@functools.cache
def _decompositions() -> dict[str, str]:
    # Without Hangul syllables by the thousand, which would come together again as they are.
    plain = {each: unicodedata.normalize("NFD", each) for each in _characters()}
    return {
        each: parts for each, parts in plain.items() if parts != each and ord(each) not in _HANGUL
    }


@functools.cache
def _pairs() -> dict[tuple[int, int], int]:
    """Which character two others join to."""
    pairs = {}
    for whole in _characters():
        *start, last = unicodedata.normalize("NFD", whole)
        if start and unicodedata.normalize("NFC", whole) == whole:  # some fall apart for good
            first = unicodedata.normalize("NFC", "".join(start))
            pairs[ord(first), ord(last)] = ord(whole)
    return pairs


@functools.cache
def _changeable() -> str:
    """The characters without which a word stays as it is, as the inside of a class of RE2."""
    seconds = {second for _, second in _pairs()}
    unstable = {
        ord(each) for each in _decompositions() if unicodedata.normalize("NFC", each) != each
    }
    return _regex_ranges(sorted(seconds | unstable | _classes().keys()))


def _regex_ranges(points: list[int]) -> str:
    ranges = []
    for point in points:
        if ranges and ranges[-1][1] == point - 1:
            ranges[-1][1] = point
        else:
            ranges.append([point, point])
    return "".join(rf"\x{{{first:X}}}-\x{{{last:X}}}" for first, last in ranges)
