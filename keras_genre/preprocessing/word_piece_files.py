"""Where the word pieces of pretrained weights come from.

| source                                         | what is read                                   |
|------------------------------------------------|------------------------------------------------|
| a file                                         | a piece a line, in the order of their ids      |
| a folder from Hugging Face                     | its `vocab.txt`                                |
| a folder that KerasHub saved                   | its `assets/tokenizer/vocabulary.txt`          |
| a weights file ending in `.h5`                 | the `vocab.txt` beside it                      |
| `"hf://google-bert/..."`, `"kaggle://keras..."`| the vocabulary of that model, downloaded once  |
"""

import os
import re
from pathlib import Path

from keras_genre.errors import WeightsError
from keras_genre.preprocessing.vocabulary_files import (
    download_tokenizer,
    find_vocabulary,
    is_handle,
)

_NAMES = (("vocab.txt",), (os.path.join("assets", "tokenizer", "vocabulary.txt"),))
_GO_ON = (
    "Download the vocab.txt of the model whose weights you use, and give its path; or give no "
    "vocabulary and no pretrained weights, to learn word pieces from the training plots."
)


def read_word_pieces(source: str | Path) -> list[str]:
    """Read the word pieces that belong to pretrained weights, in the order of their ids.

    Args:
        source: See the table above.

    Raises:
        WeightsError: If there is no vocabulary, it cannot be read, or it tells capitals apart.
    """
    source = os.fspath(source)
    if is_handle(source):
        tokenizer = download_tokenizer(source, "WordPieceTokenizer", "WordPieces", _GO_ON)
        pieces = tokenizer.get_vocabulary()
    else:
        pieces = _read(_find(source))
    if any(re.search("[A-Z]", piece) and not piece.startswith("[") for piece in pieces):
        raise WeightsError(
            f"The vocabulary of {source!r} tells capitals apart, and plots are read in lower case. "
            "Choose the uncased model."
        )
    return pieces


def _find(source: str) -> str:
    if os.path.isfile(source):
        if not source.endswith(".h5"):
            return source
        folder = os.path.dirname(source)
    elif os.path.isdir(source):
        folder = source
    else:
        raise WeightsError(f"There is no vocabulary file or folder {source!r}. {_GO_ON}")
    (path,) = find_vocabulary(folder, _NAMES, _GO_ON)
    return path


def _read(path: str) -> list[str]:
    try:
        text = Path(path).read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise WeightsError(f"The vocabulary {path!r} cannot be read: {error} {_GO_ON}") from error
    # Not splitlines: among the pieces of many scripts are characters that Python calls line ends.
    return [line.removesuffix("\r") for line in text.removesuffix("\n").split("\n")]
