"""MM-IMDb's plots, which are numbers in one file and words in another."""

import warnings
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from keras_genre.catalog.mm_imdb_tables import find_table, reading
from keras_genre.errors import CatalogError

_PLOTS_AT_ONCE = 1024


def read_words(path: Path) -> dict[int, str]:
    """Read the words of `metadata.npy`. This unpickles the file: it can run any code.

    Returns:
        From each number to its word.

    Raises:
        CatalogError: If it cannot be unpickled, or holds no `ix_to_word`.
    """
    try:
        # Names in files of Python 2 are bytes, which NumPy reads as ASCII unless told.
        content = np.load(path, allow_pickle=True, encoding="latin1")
    except OSError as cause:
        raise CatalogError(f"{path} cannot be read: {cause.strerror or cause}.") from cause
    except Exception as cause:  # a pickle can raise anything
        raise CatalogError(
            f"{path} cannot be unpickled ({type(cause).__name__}: {cause}). Expected "
            "metadata.npy of MM-IMDb; download it anew, or read the raw folder."
        ) from cause
    content = content.item() if isinstance(content, np.ndarray) and content.ndim == 0 else content
    words = content.get("ix_to_word") if isinstance(content, dict) else None
    if not isinstance(words, dict) or not words:
        raise CatalogError(f"{path}: expected a dictionary with the words under 'ix_to_word'.")
    for number, word in words.items():
        if not isinstance(number, int | np.integer) or not isinstance(word, str):
            raise CatalogError(
                f"{path}, 'ix_to_word': expected words by number, such as 7: 'duel'; received "
                f"{number!r:.40}: {word!r:.40}."
            )
    return {int(number): word for number, word in words.items()}


def read_plots(file, path: Path, movie_ids: Iterable[str], words: dict[int, str]) -> list[str]:
    """Read `sequences` and put words for its numbers.

    Warns:
        UserWarning: These are no longer the plots that people wrote.

    Raises:
        CatalogError: If a number has no word. The message names the film.
    """
    import h5py

    movie_ids = list(movie_ids)
    table = find_table(file, path, "sequences", (len(movie_ids),), "O")
    if (values := h5py.check_vlen_dtype(table.dtype)) is None or np.dtype(values).kind not in "iu":
        raise CatalogError(
            f"{path}, 'sequences': expected a list of integers for each film; "
            f"received {table.dtype} of {values}."
        )
    plots = []
    for start in range(0, len(movie_ids), _PLOTS_AT_ONCE):
        with reading(path, "sequences"):
            sequences = table[start : start + _PLOTS_AT_ONCE]
        for movie_id, numbers in zip(movie_ids[start:], sequences, strict=False):
            plots.append(_join_words(numbers.tolist(), words, movie_id, path))
    warnings.warn(
        "The plots of MM-IMDb's HDF5 file are not as people wrote them: lower case, N for each "
        "digit and _UNK_ for rare words. A model trained on them expects the like. The raw folder "
        "has the true plots (read_mm_imdb).",
        stacklevel=3,
    )
    return plots


def _join_words(numbers: list[int], words: dict[int, str], movie_id: str, path: Path) -> str:
    try:
        return " ".join([words[number] for number in numbers])
    except KeyError as cause:
        raise CatalogError(
            f"{path}, 'sequences', film {movie_id}: the word {cause} is none of the {len(words)} "
            f"words (0 to {max(words)}) of metadata.npy. Expected two files of one download."
        ) from cause
