"""Which token of a model belongs to which word of a plot."""

from collections.abc import Sequence

import numpy as np
import tensorflow as tf

from keras_genre.evaluation.explanation.film_parts import Word
from keras_genre.preprocessing.piece_tokenizer import PieceTokenizer

NO_WORD = -1
"""Owner of a token that belongs to no word: a mark of the start or the end."""


def read_words(layer, words: Sequence[Word]) -> tuple[np.ndarray, np.ndarray]:
    """Turn words into the ids that a plot of them gets, and say whose each is.

    Args:
        layer: The `plot` layer of a `MoviePreprocessor`, its vocabulary learned.
        words: The words of a plot.

    Returns:
        Ids and owners, int arrays of shape `(1, tokens)` and `(tokens,)`: the number of the word
        that each token is (a piece of), or `NO_WORD`. Words may own none: those past the most
        tokens that are read, and those without a letter.

    Raises:
        ValueError: If the layer reads the words otherwise one by one than together.
    """
    texts = [word.text.encode("utf-8", "replace") for word in words]
    ids = np.asarray(layer(tf.constant([b" ".join(texts)])))  # (1, tokens)
    marks = int(isinstance(layer, PieceTokenizer))
    pieces = [_pieces(row, marks) for row in np.asarray(layer(tf.constant(texts or [b""])))]
    owners = np.repeat(np.arange(len(pieces)), [len(each) for each in pieces])
    read = _pieces(ids[0], marks)
    if not np.array_equal(np.concatenate(pieces)[: len(read)], read):
        raise ValueError(
            f"{type(layer).__name__} reads the words of this plot otherwise together than one by "
            "one, so that its tokens cannot be told by word. Explain the film by occlusion."
        )
    padding = len(ids[0]) - len(read)
    if len(read):
        padding -= 2 * marks
    before = marks if len(read) else 0
    return ids, np.pad(owners[: len(read)], (before, before + padding), constant_values=NO_WORD)


def sums_of_words(values: np.ndarray, owners: np.ndarray, num_words: int) -> np.ndarray:
    """Add what the tokens of each word have.

    Args:
        values: Of shape `(tokens, ...)`.
        owners: Of shape `(tokens,)`.
        num_words: The number of words.

    Returns:
        Of shape `(words, ...)`; zeros for words without a token.
    """
    sums = np.zeros((num_words, *values.shape[1:]))
    of_words = owners != NO_WORD
    np.add.at(sums, owners[of_words], values[of_words])
    return sums


def _pieces(ids: np.ndarray, marks: int) -> np.ndarray:
    """The ids of a row without padding at the end and marks at both ends."""
    ids = ids[ids != 0]
    return ids[marks : len(ids) - marks]
