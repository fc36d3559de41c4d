"""BasicTokenizer: plots to plain words, as BERT's vocabularies were made of them."""

import functools
import itertools
import unicodedata

import tensorflow as tf

from keras_genre.preprocessing.character_changes import CharacterChanges

# Of RE2, which TensorFlow uses.
_NO_TEXT = r"[^\pL\pM\pN\pP\pS\pZ\t\n\r]|\x{FFFD}"
_CJK = (
    r"[\x{3400}-\x{4DBF}\x{4E00}-\x{9FFF}\x{F900}-\x{FAFF}\x{20000}-\x{2A6DF}"
    r"\x{2A700}-\x{2CEAF}\x{2F800}-\x{2FA1F}]"
)
# Two planes, the compatibility ideographs and the variation selectors: Unicode changes no others.
_MAY_CHANGE = (range(0x20000), range(0x2F800, 0x2FA20), range(0xE0100, 0xE01F0))


class BasicTokenizer(tf.Module):
    """Splits plots into words without capitals and accents, in the graph.

    White space parts words; punctuation marks, ASCII symbols and Chinese characters are words of
    their own. Control characters and bytes that are no UTF-8 are left out. It needs no operation
    beyond TensorFlow's own: a model that holds it loads wherever TensorFlow does.

    Call with strings of shape `(batch,)`; returns a ragged tensor of strings of shape
    `(batch, words)`.

    Example:
        >>> BasicTokenizer()(["Café Müller's"]).to_list()
        [[b'cafe', b'muller', b"'", b's']]

    Reference:
        Devlin et al. 2019, "BERT: Pre-training of Deep Bidirectional Transformers for Language
        Understanding", arXiv:1810.04805: the uncased models.
    """

    def __init__(self):
        super().__init__()
        self._changes = CharacterChanges(_changed_characters())

    def __call__(self, plots):
        text = tf.strings.unicode_transcode(plots, "UTF-8", "UTF-8", errors="ignore")
        text = tf.strings.regex_replace(text, _NO_TEXT, "")
        text = tf.strings.regex_replace(text, _CJK, r" \0 ")
        return tf.strings.split(self._changes(text))


@functools.cache
def _changed_characters() -> dict[str, str]:
    """What stands for each character that does not stay as it is."""
    changes = {}
    for character in map(chr, itertools.chain(*_MAY_CHANGE)):
        changed = _changed(character)
        if changed != character:
            changes[character] = changed
    return changes


def _changed(character: str) -> str:
    plain = "".join(
        part.lower()
        for part in unicodedata.normalize("NFD", character)
        if unicodedata.category(part) != "Mn"
    )
    return "".join(_parted(part) for part in plain)


def _parted(character: str) -> str:
    if character in "\t\n\r" or unicodedata.category(character).startswith("Z"):
        return " "
    return f" {character} " if _is_punctuation(character) else character


def _is_punctuation(character: str) -> bool:
    # All of ASCII that is neither letter, digit nor space, symbols too.
    is_ascii = "!" <= character <= "~" and not character.isalnum()
    return is_ascii or unicodedata.category(character).startswith("P")
