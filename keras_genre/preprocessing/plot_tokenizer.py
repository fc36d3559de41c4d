"""PlotTokenizer: plots to the ids of word pieces."""

import keras
import tensorflow as tf

from keras_genre.preprocessing.basic_tokenizer import BasicTokenizer
from keras_genre.preprocessing.learned_word_pieces import learn_word_pieces
from keras_genre.preprocessing.word_pieces import WordPieces

_PADDING, _UNKNOWN, _START, _END = SPECIAL_PIECES = ("[PAD]", "[UNK]", "[CLS]", "[SEP]")


@keras.saving.register_keras_serializable(package="keras_genre")
class PlotTokenizer(keras.layers.Layer):
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
        super().__init__(trainable=False, **kwargs)
        least = len(SPECIAL_PIECES) + 1
        if vocabulary_size < least or max_tokens < 3:
            raise ValueError(
                f"Expected vocabulary_size of at least {least} and max_tokens of at least 3; "
                f"received {vocabulary_size} and {max_tokens}."
            )
        self.vocabulary_size = vocabulary_size
        self.max_tokens = max_tokens
        self._basic_tokenizer = BasicTokenizer()
        self._is_given = vocabulary is not None
        self._vocabulary = ()
        if self._is_given:
            self._set_vocabulary(vocabulary)

    def adapt(self, plots) -> None:
        """Learn the vocabulary, unless the layer was made with one: it belongs to weights.

        Args:
            plots: Training plots: a list of strings, or a `tf.data.Dataset` of (batches of) them.

        Raises:
            ValueError: If no plot has a word.
        """
        if self._is_given:
            return
        self._vocabulary = ()
        pieces = learn_word_pieces(
            plots, self._basic_tokenizer, self.vocabulary_size, SPECIAL_PIECES
        )
        if len(pieces) == len(SPECIAL_PIECES):
            raise ValueError(
                "No plot has a word to learn. Expected training plots, or a model that reads "
                "posters alone."
            )
        self._set_vocabulary(pieces)

    def get_vocabulary(self) -> list[str]:
        """The pieces in the order of their ids, special ones included."""
        return list(self._vocabulary)

    def build(self, input_shape):
        self.built = True  # nothing here depends on a shape

    def call(self, plots):
        if not self._vocabulary:
            raise ValueError(
                "The plot vocabulary is not learned yet. Call "
                "preprocessor.adapt(dataset.plots('train')) first."
            )
        # No word gives less than a piece: these are all that can be read.
        words = self._basic_tokenizer(plots)[:, : self.max_tokens - 2]
        pieces = self._word_pieces(words)[:, : self.max_tokens - 2]
        has_pieces = tf.cast(pieces.row_lengths() > 0, tf.int64)

        def mark(name):
            ids = tf.fill([tf.reduce_sum(has_pieces)], self._vocabulary.index(name))
            return tf.RaggedTensor.from_row_lengths(ids, has_pieces, validate=False)

        ids = tf.concat([mark(_START), pieces, mark(_END)], axis=1).to_tensor(0)
        # A batch of empty plots still needs a column.
        padding = tf.maximum(0, 1 - tf.shape(ids)[1])
        ids = tf.pad(ids, [[0, 0], [0, padding]])
        return tf.ensure_shape(ids, (None, None))  # (batch, tokens)

    def compute_output_spec(self, plots):
        return keras.KerasTensor((*plots.shape[:1], None), dtype="int32")

    def get_config(self):
        config = super().get_config()
        del config["trainable"], config["dtype"]
        config.update(
            vocabulary_size=self.vocabulary_size,
            max_tokens=self.max_tokens,
            vocabulary=self.get_vocabulary() or None,
        )
        return config

    def _set_vocabulary(self, pieces):
        pieces = tuple(pieces)
        if len(pieces) > self.vocabulary_size:
            raise ValueError(
                f"Expected a vocabulary of at most {self.vocabulary_size:,} pieces, received "
                f"{len(pieces):,}. Give the vocabulary_size that the encoder's weights have."
            )
        missing = [piece for piece in SPECIAL_PIECES if piece not in pieces]
        if missing or pieces[0] != _PADDING:
            raise ValueError(
                f"Expected a vocabulary of BERT's kind, {_PADDING} first and {_UNKNOWN}, {_START} "
                f"and {_END} somewhere; received one that begins with {list(pieces[:3])} and "
                f"lacks {', '.join(missing) or 'none'}."
            )
        if len(set(pieces)) < len(pieces):
            twice = next(piece for number, piece in enumerate(pieces) if piece in pieces[:number])
            raise ValueError(f"Expected each piece once; the vocabulary has {twice!r} twice.")
        self._word_pieces = WordPieces(pieces, pieces.index(_UNKNOWN))
        self._vocabulary = pieces
