"""Posters made from an HDF5 file earlier: whether they can be used again."""

import hashlib
import json
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from keras_genre.errors import CatalogError

_MARKER = ".made-from.json"


def made_posters(
    folder: Path, path: Path, movie_ids: Sequence[str], names: Sequence[str]
) -> list[bool] | None:
    """Return for each film whether `folder` has its poster, if they were made from this file.

    Args:
        folder: Where posters shall be.
        path: The HDF5 file.
        movie_ids: Every film of the file, in its order.
        names: The file name of each film's poster.

    Returns:
        None where `folder` has no marker: it does not exist, is empty, or is not ours.

    Raises:
        CatalogError: If posters were made there from another file, or from one that has been
            replaced since; or if they were changed afterwards.
    """
    try:
        with open(folder / _MARKER, "rb") as file:
            found = file.read()
        sizes = _sizes(folder, names)
    except OSError:
        return None
    if found != _marker(path, movie_ids, sizes):
        raise CatalogError(
            f"{folder} exists already, but its posters were not made from {path} as it is now, or "
            "were changed afterwards. Choose another place for posters, or delete it first."
        )
    return [name in sizes for name in names]


def mark_posters(folder: Path, path: Path, movie_ids: Sequence[str], names: Sequence[str]) -> None:
    """Write into a folder of finished posters what they were made from; see `made_posters`."""
    (folder / _MARKER).write_bytes(_marker(path, movie_ids, _sizes(folder, names)))


def _marker(path: Path, movie_ids: Sequence[str], sizes: dict[str, int]) -> bytes:
    status = path.stat()
    posters = (f"{name} {size}" for name, size in sizes.items())
    content = {
        "size": status.st_size,
        "mtime_ns": status.st_mtime_ns,
        "movie_ids": _digest(movie_ids),
        "posters": _digest(posters),
    }
    return json.dumps(content, indent=1).encode()


def _sizes(folder: Path, names: Sequence[str]) -> dict[str, int]:
    """From the names of posters that are there to their bytes, in the order of the films."""
    with os.scandir(folder) as entries:
        there = {entry.name: entry.stat().st_size for entry in entries if entry.is_file()}
    return {name: there[name] for name in names if name in there}


def _digest(lines: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
