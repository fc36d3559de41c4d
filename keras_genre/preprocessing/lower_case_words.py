"""LowerCaseWords: plots to the words that CLIP's byte pairs were made of."""

import functools
import itertools

import tensorflow as tf

from keras_genre.preprocessing.character_changes import CharacterChanges
from keras_genre.preprocessing.composition import Composition

# Of RE2, which TensorFlow uses; its own \s knows ASCII alone.
_SPACE = (
    r"[\x{9}-\x{D}\x{20}\x{85}\x{A0}\x{1680}\x{2000}-\x{200A}\x{2028}\x{2029}\x{202F}\x{205F}"
    r"\x{3000}]"
)
_WORD = r"'s|'t|'re|'ve|'m|'ll|'d|\pL+|\pN|[^\pL\pN]+"
# Two planes: there are no capitals beyond.
_MAY_BE_CAPITAL = (range(0xD800), range(0xE000, 0x20000))


class LowerCaseWords(tf.Module):
    """Splits plots into words in lower case, accents and all, in the graph.

    A run of letters, each digit, an English ending such as `'s` and what else stands together are
    words. Bytes that are no UTF-8 are left out. It needs no operation beyond TensorFlow's own: a
    model that holds it loads wherever TensorFlow does.

    Call with strings of shape `(batch,)`; returns a ragged tensor of strings of shape
    `(batch, words)`.

    Example:
        >>> LowerCaseWords()(["It's 1945..."]).to_list()
        [[b'it', b"'s", b'1', b'9', b'4', b'5', b'...']]

    Reference:
        Radford et al. 2021, "Learning Transferable Visual Models From Natural Language
        Supervision", arXiv:2103.00020.
    """

    def __init__(self):
        super().__init__()
        self._composition = Composition()
        self._lower_case = CharacterChanges(_lower_case())

    def __call__(self, plots):
        text = tf.strings.unicode_transcode(plots, "UTF-8", "UTF-8", errors="ignore")
        text = tf.strings.split(tf.strings.regex_replace(text, _SPACE, " "))
        # Most of a batch occurs in it more than once.
        distinct, places = tf.unique(text.flat_values)
        distinct = self._lower_case(self._composition(distinct))
        words = tf.strings.split(tf.strings.regex_replace(distinct, _WORD, r"\0 "))
        return text.with_flat_values(tf.gather(words, places)).merge_dims(1, 2)


@functools.cache
def _lower_case() -> dict[str, str]:
    # One by one: the last sigma of a word is like any other.
    characters = map(chr, itertools.chain(*_MAY_BE_CAPITAL))
    return {each: each.lower() for each in characters if each.lower() != each}
