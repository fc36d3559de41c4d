"""What the tokenizers of pretrained text encoders share."""

import keras
import tensorflow as tf

from keras_genre.preprocessing.word_counts import count_words


class PieceTokenizer(keras.layers.Layer):
    """Turns plots into ids of the pieces of their words, between a mark of the start and the end.

    A base class: `PlotTokenizer` and `BytePairTokenizer` say what they take and give. They set

    - `_split_words`, from strings to ragged words, none of which gives less than a piece;
    - `_split_pieces`, from ragged words to ragged ids, and the ids `_start` and `_end` of the
      marks, as soon as there is a vocabulary. 0 is padding.
    """

    def __init__(self, vocabulary_size, max_tokens, least_size, is_given, **kwargs):
        super().__init__(trainable=False, **kwargs)
        if vocabulary_size < least_size or max_tokens < 3:
            raise ValueError(
                f"Expected vocabulary_size of at least {least_size} and max_tokens of at least 3; "
                f"received {vocabulary_size} and {max_tokens}."
            )
        self.vocabulary_size = vocabulary_size
        self.max_tokens = max_tokens
        self._is_given = is_given
        self._vocabulary = ()

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
        words = count_words(plots, self._split_words)
        if not words:
            raise ValueError(
                "No plot has a word to learn. Expected training plots, or a model that reads "
                "posters alone."
            )
        self._learn(words)

    def _learn(self, words) -> None:
        """Learn and set the vocabulary from a count of words."""
        raise NotImplementedError

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
        words = self._split_words(plots)[:, : self.max_tokens - 2]
        pieces = self._split_pieces(words)[:, : self.max_tokens - 2]
        has_pieces = tf.cast(pieces.row_lengths() > 0, tf.int64)

        def mark(number):
            ids = tf.fill([tf.reduce_sum(has_pieces)], number)
            return tf.RaggedTensor.from_row_lengths(ids, has_pieces, validate=False)

        ids = tf.concat([mark(self._start), pieces, mark(self._end)], axis=1).to_tensor(0)
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


def check_size(pieces, most: int) -> None:
    """Raise a `ValueError` if a vocabulary has more than `most` pieces."""
    if len(pieces) > most:
        raise ValueError(
            f"Expected a vocabulary of at most {most:,} pieces, received {len(pieces):,}. Give the "
            "vocabulary_size that the encoder's weights have."
        )


def check_each_once(pieces) -> None:
    """Raise a `ValueError` if a vocabulary has a piece twice."""
    if len(set(pieces)) < len(pieces):
        twice = next(piece for number, piece in enumerate(pieces) if piece in pieces[:number])
        raise ValueError(f"Expected each piece once; the vocabulary has {twice!r} twice.")
