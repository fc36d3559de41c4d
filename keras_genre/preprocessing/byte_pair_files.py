"""Where the byte pairs of pretrained weights come from.

| source                         | what is read                                                   |
|--------------------------------|----------------------------------------------------------------|
| a folder from Hugging Face     | its `vocab.json` and `merges.txt`                              |
| a folder that KerasHub saved   | its `vocabulary.json` and `merges.txt`, in `assets/tokenizer`  |
| `"kaggle://keras/clip/..."`    | the vocabulary of that model, downloaded once                  |
"""

import json
import os
from pathlib import Path

from keras_genre.errors import WeightsError
from keras_genre.preprocessing.vocabulary_files import (
    download_tokenizer,
    find_vocabulary,
    is_handle,
)

_ASSETS = os.path.join("assets", "tokenizer")
_NAMES = (
    ("vocab.json", "merges.txt"),
    (os.path.join(_ASSETS, "vocabulary.json"), os.path.join(_ASSETS, "merges.txt")),
)
_GO_ON = (
    "Download vocab.json and merges.txt of the CLIP whose weights you use, and give the path of "
    "their folder; or give no vocabulary and no pretrained weights, to learn byte pairs from the "
    "training plots."
)


def read_byte_pairs(source: str | Path) -> tuple[list[str], list[str]]:
    """Read the byte pairs that belong to pretrained weights.

    Args:
        source: See the table above.

    Returns:
        The pieces in the order of their ids; and the merges in their order, each as two pieces
        with a space between.

    Raises:
        WeightsError: If there is no vocabulary or it cannot be read.
    """
    source = os.fspath(source)
    if is_handle(source):
        tokenizer = download_tokenizer(source, "CLIPTokenizer", "CLIP's byte pairs", _GO_ON)
        ids, merges = tokenizer.vocabulary, tokenizer.merges
    elif os.path.isdir(source):
        vocabulary_path, merges_path = find_vocabulary(source, _NAMES, _GO_ON)
        ids, merges = _read_json(vocabulary_path), _read(merges_path).splitlines()
    else:
        raise WeightsError(f"There is no vocabulary folder {source!r}. {_GO_ON}")
    if sorted(ids.values()) != list(range(len(ids))):
        raise WeightsError(
            f"The vocabulary of {source!r} is damaged: expected ids from 0 to {len(ids) - 1}, each "
            f"once. {_GO_ON}"
        )
    merges = [merge for merge in merges if merge and not merge.startswith("#version")]
    return sorted(ids, key=ids.get), merges


def _read(path: str) -> str:
    try:
        return Path(path).read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise WeightsError(f"The vocabulary {path!r} cannot be read: {error} {_GO_ON}") from error


def _read_json(path: str) -> dict[str, int]:
    try:
        ids = json.loads(_read(path))
    except ValueError as error:
        raise WeightsError(f"The vocabulary {path!r} is no JSON: {error}. {_GO_ON}") from error
    if not isinstance(ids, dict) or not all(type(number) is int for number in ids.values()):
        raise WeightsError(f"The vocabulary {path!r} is no table of pieces and their ids. {_GO_ON}")
    return ids
