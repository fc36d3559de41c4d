"""BytePairTokenizer: plots to the ids of byte pairs."""

import keras

from keras_genre.preprocessing.byte_pairs import WORD_END, BytePairs, byte_characters
from keras_genre.preprocessing.learned_byte_pairs import learn_byte_pairs
from keras_genre.preprocessing.lower_case_words import LowerCaseWords
from keras_genre.preprocessing.piece_tokenizer import PieceTokenizer, check_each_once, check_size

_START, _END = SPECIAL_PIECES = ("<|startoftext|>", "<|endoftext|>")
_NUM_BYTES = 2 * 256  # within a word, and at its end


@keras.saving.register_keras_serializable(package="keras_genre")
class BytePairTokenizer(PieceTokenizer):
    """Turns plots into ids of their byte pairs, as CLIP does.

    Each plot is `<|startoftext|>`, its pieces and `<|endoftext|>`; a plot without any piece is
    padding alone. A batch is padded with 0 to its own longest plot, not to `max_tokens`, so that
    short plots cost little. 0 is a piece for CLIP, an exclamation mark: **ids here are one more**
    than there, and `CLIPTextEncoder` knows it. Bytes that are no UTF-8 are left out, and the names
    of special pieces within a plot are text like any other.

    Vocabulary and merges are part of the layer's configuration, and of every model that holds the
    layer. All operations are TensorFlow's own: unlike those of TensorFlow Text, they need no
    further library where the model is loaded.

    Args:
        vocabulary_size: Most ids, padding and special pieces included.
        max_tokens: Most ids of a plot, both marks included; the rest is cut.
        vocabulary: The pieces in the order of their ids, the first at 1, usually those that came
            with pretrained weights (see
            `keras_genre.preprocessing.byte_pair_files.read_byte_pairs`); None to `adapt` later.
        merges: The pairs that become a piece, in the order in which they are looked for, each as
            two pieces with a space between. They belong to the vocabulary.

    Call with strings of shape `(batch,)`; returns int32 ids of shape `(batch, tokens)`, with
    1 <= tokens <= `max_tokens`.

    Raises:
        ValueError: If a size is too small, or the vocabulary is too large, lacks a byte or a
            special piece, or does not go with the merges.

    Example:
        >>> layer = BytePairTokenizer(600)
        >>> layer.adapt(["A heist!", "The heist."])
        >>> [layer.get_vocabulary()[number - 1] for number in layer(["heist"]).numpy()[0]]
        ['<|startoftext|>', 'heist</w>', '<|endoftext|>']

    Reference:
        Radford et al. 2021, "Learning Transferable Visual Models From Natural Language
        Supervision", arXiv:2103.00020.
    """

    def __init__(
        self, vocabulary_size=49_409, max_tokens=77, vocabulary=None, merges=None, **kwargs
    ):
        super().__init__(
            vocabulary_size,
            max_tokens,
            least_size=1 + _NUM_BYTES + len(SPECIAL_PIECES),
            is_given=vocabulary is not None,
            **kwargs,
        )
        if (vocabulary is None) != (merges is None):
            raise ValueError(
                "Expected the vocabulary and the merges of the same tokenizer, or neither; "
                f"received the {'merges' if vocabulary is None else 'vocabulary'} alone."
            )
        self._split_words = LowerCaseWords()
        self._merges = ()
        if vocabulary is not None:
            self._set_vocabulary(vocabulary, merges)

    def get_merges(self) -> list[str]:
        """The pairs that become a piece, in their order."""
        return list(self._merges)

    def get_config(self):
        return {**super().get_config(), "merges": self.get_merges() if self._vocabulary else None}

    def _learn(self, words):
        self._set_vocabulary(*learn_byte_pairs(words, self.vocabulary_size - 1, SPECIAL_PIECES))

    def _set_vocabulary(self, pieces, merges):
        pieces, merges = tuple(pieces), tuple(merges)
        check_size(pieces, self.vocabulary_size - 1)
        check_each_once(pieces)
        ids = {piece: number for number, piece in enumerate(pieces, 1)}
        _check_kind(ids)
        _check_merges(merges, ids)
        self._split_pieces = BytePairs(ids, merges)
        self._start, self._end = ids[_START], ids[_END]
        self._vocabulary, self._merges = pieces, merges


def _check_kind(ids):
    needed = [piece for each in byte_characters() for piece in (each, each + WORD_END)]
    missing = [piece for piece in (*SPECIAL_PIECES, *needed) if piece not in ids]
    if missing:
        raise ValueError(
            f"Expected a vocabulary of CLIP's kind, with {_START}, {_END} and each byte with and "
            f"without {WORD_END}; received one that lacks {', '.join(missing[:5])}"
            f"{' and others' if len(missing) > 5 else ''}."
        )


def _check_merges(merges, ids):
    for merge in merges:
        parts = merge.split(" ")
        if len(parts) != 2 or not {*parts, "".join(parts)} <= ids.keys():
            raise ValueError(
                f"Expected merges of two pieces of the vocabulary to a third, received {merge!r}. "
                "Give the merges that came with the vocabulary."
            )
