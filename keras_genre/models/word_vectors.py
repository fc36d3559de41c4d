"""Published word vectors, such as GloVe's, for the embedding of a text encoder."""

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from keras_genre.errors import WeightsError

__all__ = ["read_word_vectors", "set_word_vectors", "word_vectors_width"]

_FIRST_WORD = 2  # 0 is padding, 1 is any word that the vocabulary lacks


def set_word_vectors(text_encoder, words: Sequence[str], path: str | Path) -> int:
    """Set the embedding of every word that a file of vectors knows; the others stay as they are.

    Args:
        text_encoder: A built encoder with an `embedding`: lstm, gru or bilstm_attention.
        words: The words of ids 2, 3 and so on: `PlotVectorizer.get_vocabulary()`.
        path: See `read_word_vectors`.

    Returns:
        How many of the words were found.

    Raises:
        ValueError: If there are more words than the embedding has rows.
        WeightsError: If the file is missing or damaged, has vectors of another width than the
            embedding, or knows none of the words.

    Example:
        >>> found = set_word_vectors(  # doctest: +SKIP
        ...     model.text_encoder, preprocessor.plot.get_vocabulary(), "glove.6B.300d.txt"
        ... )

    Reference:
        Pennington et al. 2014, "GloVe: Global Vectors for Word Representation".
    """
    embeddings = text_encoder.embedding.embeddings
    rows, width = embeddings.shape
    if len(words) + _FIRST_WORD > rows:
        raise ValueError(
            f"Expected at most {rows - _FIRST_WORD} words, as the embedding has {rows} rows, "
            f"received {len(words)}."
        )
    vectors = read_word_vectors(path, words)
    if not vectors:
        raise WeightsError(
            f"The word vectors {os.fspath(path)!r} know none of the {len(words)} words. Expected "
            "lower-case words of the plots' language."
        )
    received = len(next(iter(vectors.values())))
    if received != width:
        raise WeightsError(
            f"The word vectors {os.fspath(path)!r} have {received} numbers a word, but the "
            f"embedding has {width}. Choose embedding_dim={received} or another file."
        )
    values = np.array(embeddings)  # (words, width)
    for number, word in enumerate(words, start=_FIRST_WORD):
        if word in vectors:
            values[number] = vectors[word]
    embeddings.assign(values)
    return len(vectors)


def word_vectors_width(path: str | Path) -> int:
    """How many numbers a word has in a file that `read_word_vectors` reads.

    Raises:
        WeightsError: If the file is missing, or what is read of it damaged.
    """
    path = _existing(path)
    if path.endswith(".npz"):
        return _read_npz(path)[1].shape[1]
    with open(path, encoding="utf-8", errors="replace", newline="\n") as lines:
        width = len(lines.readline().split(" ")) - 1
    if width < 1:
        raise _damaged(path, 1, "its")
    return width


def read_word_vectors(path: str | Path, words: Sequence[str]) -> dict[str, np.ndarray]:
    """Read the vectors of some words.

    Args:
        path: A text file with a word and its numbers a line, as GloVe is published, or an `.npz`
            file with `words` and `vectors`.
        words: Which words to read.

    Returns:
        From each word that the file knows to its float32 vector of shape `(width,)`.

    Raises:
        WeightsError: If the file is missing, damaged or ends within a vector.
    """
    path = _existing(path)
    wanted = set(words)
    if path.endswith(".npz"):
        known, vectors = _read_npz(path)
        return {word: vector for word, vector in zip(known, vectors, strict=True) if word in wanted}
    return _read_text(path, wanted)


def _existing(path):
    path = os.fspath(path)
    if not os.path.isfile(path):
        raise WeightsError(
            f"There is no file of word vectors {path!r}. Expected GloVe's .txt, unpacked, or an "
            ".npz with `words` and `vectors`."
        )
    return path


def _read_npz(path):
    try:
        with open(path, "rb") as file, np.load(file, allow_pickle=False) as arrays:
            known, vectors = arrays["words"], arrays["vectors"].astype("float32")
    except Exception as error:  # zipfile's, zlib's, NumPy's and the missing key's
        raise WeightsError(
            f"The word vectors {path!r} cannot be read: {error}. Expected an .npz with `words`, "
            "strings of shape (words,), and `vectors`, (words, width)."
        ) from error
    if known.ndim != 1 or vectors.ndim != 2 or len(known) != len(vectors):
        raise WeightsError(
            f"The word vectors {path!r} hold `words` of shape {known.shape} and `vectors` of shape "
            f"{vectors.shape}. Expected (words,) and (words, width)."
        )
    return known.tolist(), vectors


def _read_text(path, wanted):
    width, vectors, number = None, {}, 0
    with open(path, encoding="utf-8", errors="replace", newline="\n") as lines:
        for number, line in enumerate(lines, start=1):
            if width is None:
                width = len(line.split(" ")) - 1
            # Some words of the larger files hold spaces themselves.
            word, *numbers = line.rstrip("\n").rsplit(" ", width)
            if len(numbers) != width or not line.endswith("\n"):
                raise _damaged(path, number, width)
            if word in wanted:
                try:
                    vectors[word] = np.array(numbers, "float32")
                except ValueError as error:
                    raise _damaged(path, number, width) from error
    if not width:
        raise _damaged(path, number, "its")
    return vectors


def _damaged(path, number, width):
    return WeightsError(
        f"Line {number} of the word vectors {path!r} is not a word with {width} numbers and a line "
        "end. Download the file again."
    )
