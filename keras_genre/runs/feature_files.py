"""Features as files: arrays, and a list of them with their hashes."""

import contextlib
import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np

from keras_genre.errors import RunError
from keras_genre.runs.features import Features

_ARRAYS = ("present", "vectors", "tokens", "starts", "lengths")
_LIST = "features.json"


def seal(folder: Path, positions: int | None) -> None:
    """Note the arrays of a folder, once all of them are written.

    Args:
        folder: Holds the arrays of `Features`, each as `<name>.npy`.
        positions: As in `Features`.
    """
    files = {path.name: _sha256(path) for path in sorted(folder.glob("*.npy"))}
    content = {"positions": positions, "files": files}
    (folder / _LIST).write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


def load_features(folder: Path, movie_ids: Sequence[str], with_tokens: bool) -> Features:
    """Open what `seal` sealed; the arrays stay on disk until they are read.

    Args:
        folder: The folder.
        movie_ids: The films, in the order of the records.
        with_tokens: Whether to open the tokens too.

    Raises:
        RunError: If anything is missing or is not as it was written.
    """
    try:
        content = json.loads((folder / _LIST).read_text(encoding="utf-8"))
        names = _ARRAYS if with_tokens else _ARRAYS[:2]
        for name in names:
            if _sha256(folder / f"{name}.npy") != content["files"][f"{name}.npy"]:
                raise RunError(f"The features {folder / name}.npy were changed or are damaged.")
        arrays = {name: np.load(folder / f"{name}.npy", mmap_mode="r") for name in names}
        return Features(tuple(movie_ids), **arrays, positions=content["positions"])
    except (OSError, ValueError, KeyError, TypeError) as cause:
        raise RunError(f"The features in {folder} are damaged: {cause!r}.") from cause


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextlib.contextmanager
def growing_array(path: Path, width: int) -> Iterator[Callable[[np.ndarray], int]]:
    """Write an `.npy` file of float32 rows of one width, whose number is not known at first.

    Yields:
        A function that appends rows of shape `(rows, width)` and returns the number of the first.
    """
    header = {"descr": "<f4", "fortran_order": False}
    rows = 0

    def append(values: np.ndarray) -> int:
        nonlocal rows
        first, rows = rows, rows + len(values)
        file.write(np.ascontiguousarray(values, "<f4").data)
        return first

    with path.open("wb") as file:
        # NumPy leaves room in the header for the number to grow.
        np.lib.format.write_array_header_1_0(file, {**header, "shape": (0, width)})
        begin = file.tell()
        yield append
        file.seek(0)
        np.lib.format.write_array_header_1_0(file, {**header, "shape": (rows, width)})
        if file.tell() != begin:
            raise RunError(f"{path} holds more rows than its header has room for.")
