"""PlotTokenizer: plots to the ids of word pieces."""

import keras

from keras_genre.preprocessing.basic_tokenizer import BasicTokenizer
from keras_genre.preprocessing.learned_word_pieces import learn_word_pieces
from keras_genre.preprocessing.piece_tokenizer import PieceTokenizer, check_each_once, check_size
from keras_genre.preprocessing.word_pieces import WordPieces

_PADDING, _UNKNOWN, _START, _END = SPECIAL_PIECES = ("[PAD]", "[UNK]", "[CLS]", "[SEP]")


@keras.saving.register_keras_serializable(package="keras_genre")
class PlotTokenizer(PieceTokenizer):
    """Turns plots into ids of their word pieces, as the uncased models of the BERT family do.

    Each plot is `[CLS]`, its pieces and `[SEP]`; a plot without any piece is padding alone. A
    batch is padded with 0 to its own longest plot, not to `max_tokens`, so that short plots cost
    little. Bytes that are no UTF-8 are left out, and the names of special pieces within a plot are
    text like any other.

    The vocabulary is part of the layer's configuration, and of every model that holds the layer.
    All operations are TensorFlow's own: unlike those of TensorFlow Text, they need no further
    library where the model is loaded.

    Args:
        vocabulary_size: Most entries of the vocabulary, special pieces included.
        max_tokens: Most ids of a plot, `[CLS]` and `[SEP]` included; the rest is cut.
        vocabulary: The pieces in the order of their ids, `[PAD]` first, usually those that came
            with pretrained weights (see
            `keras_genre.preprocessing.word_piece_files.read_word_pieces`); None to `adapt` later.

    Call with strings of shape `(batch,)`; returns int32 ids of shape `(batch, tokens)`, with
    1 <= tokens <= `max_tokens`.

    Raises:
        ValueError: If a size is too small, or the vocabulary is too large or lacks a special piece.

    Example:
        >>> pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "heist", "##s", "!"]
        >>> PlotTokenizer(vocabulary=pieces)(tf.constant(["Heists!", ""])).numpy()
        array([[2, 4, 5, 6, 3],
               [0, 0, 0, 0, 0]], dtype=int32)
    """

    def __init__(self, vocabulary_size=30_522, max_tokens=256, vocabulary=None, **kwargs):
        super().__init__(
            vocabulary_size,
            max_tokens,
            least_size=len(SPECIAL_PIECES) + 1,
            is_given=vocabulary is not None,
            **kwargs,
        )
        self._split_words = BasicTokenizer()
        if vocabulary is not None:
            self._set_vocabulary(vocabulary)

    def _learn(self, words):
        self._set_vocabulary(learn_word_pieces(words, self.vocabulary_size, SPECIAL_PIECES))

    def _set_vocabulary(self, pieces):
        pieces = tuple(pieces)
        check_size(pieces, self.vocabulary_size)
        missing = [piece for piece in SPECIAL_PIECES if piece not in pieces]
        if missing or pieces[0] != _PADDING:
            raise ValueError(
                f"Expected a vocabulary of BERT's kind, {_PADDING} first and {_UNKNOWN}, {_START} "
                f"and {_END} somewhere; received one that begins with {list(pieces[:3])} and "
                f"lacks {', '.join(missing) or 'none'}."
            )
        check_each_once(pieces)
        self._split_pieces = WordPieces(pieces, pieces.index(_UNKNOWN))
        self._start, self._end = pieces.index(_START), pieces.index(_END)
        self._vocabulary = pieces
