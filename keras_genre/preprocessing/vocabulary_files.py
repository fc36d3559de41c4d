"""What reading the vocabularies of pretrained weights has in common."""

import os
from collections.abc import Sequence

from keras_genre.errors import WeightsError

_HANDLES = ("hf://", "kaggle://")


def is_handle(source: str) -> bool:
    """Whether a source is a model of a hub, and no path."""
    return source.startswith(_HANDLES)


def find_vocabulary(folder: str, choices: Sequence[tuple[str, ...]], go_on: str) -> tuple[str, ...]:
    """Find the files of a vocabulary in a folder.

    Args:
        folder: Where pretrained weights lie.
        choices: Paths within the folder that make a vocabulary together, of each kind of folder.
        go_on: What can be done where there is none.

    Raises:
        WeightsError: If the folder has none.
    """
    for names in choices:
        paths = tuple(os.path.join(folder, name) for name in names)
        if all(map(os.path.isfile, paths)):
            return paths
    expected = " or ".join(" with ".join(names) for names in choices)
    raise WeightsError(
        f"The folder {folder or '.'!r} has no vocabulary: expected {expected}, found "
        f"{', '.join(sorted(os.listdir(folder or '.'))) or 'nothing'}. {go_on}"
    )


def download_tokenizer(handle: str, name: str, kind: str, go_on: str):
    """Make the tokenizer of a model of a hub, which is downloaded once.

    Args:
        handle: For example "hf://google-bert/bert-base-uncased".
        name: Which class of `keras_hub.tokenizers` it has to be.
        kind: What that class splits words into, for people.
        go_on: What can be done where it cannot be had.

    Raises:
        WeightsError: If it cannot be downloaded, or is of another class.
    """
    import keras_hub

    try:
        tokenizer = keras_hub.tokenizers.Tokenizer.from_preset(handle)
    except Exception as error:  # KerasHub, its hubs and readers have no common error
        raise WeightsError(
            f"The vocabulary of {handle!r} could not be downloaded: {error} {go_on}"
        ) from error
    if not isinstance(tokenizer, getattr(keras_hub.tokenizers, name)):
        raise WeightsError(
            f"The model {handle!r} has a {type(tokenizer).__name__}, expected one of {kind}."
        )
    return tokenizer
