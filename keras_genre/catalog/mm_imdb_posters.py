"""Posters as a network took them, turned back into pictures."""

import io
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from PIL import Image

from keras_genre.catalog.mm_imdb_tables import reading

# VGG's mean pixel, which was taken from the channels blue, green and red.
_MEAN_BGR = np.array([103.939, 116.779, 123.68], "float32").reshape(3, 1, 1)
_ROWS_AT_ONCE = 64  # 30 MB, whatever the number of films
_JPEG_QUALITY = 95


def write_posters(
    images,
    path: Path,
    targets: Sequence[Path | None],
    progress: Callable[[int, int], None] | None = None,
) -> list[bool]:
    """Write posters as JPEG files, a slice of rows at a time, encoded by all processors.

    Args:
        images: The table `images`, of shape `(films, 3, 256, 160)`.
        path: The HDF5 file, for messages.
        targets: The file to write for each row; None leaves the row out.
        progress: Called as `progress(done, films)`, from the thread of the caller.

    Returns:
        For each row whether it was written: a poster of nothing but zeros is none.

    Raises:
        CatalogError: If rows cannot be read.
        OSError: If a picture cannot be written.
    """
    written = []
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for start in range(0, len(targets), _ROWS_AT_ONCE):
            rows = slice(start, start + _ROWS_AT_ONCE)
            with reading(path, "images"):
                values = images[rows]
            written += pool.map(_write_poster, values, targets[rows])
            if progress:
                progress(len(written), len(targets))
    return written


def to_picture(values: np.ndarray) -> np.ndarray:
    """Undo what was done to a poster for a VGG network.

    Args:
        values: Integers of shape `(3, height, width)`: blue, green and red, without VGG's mean.

    Returns:
        A uint8 array of shape `(height, width, 3)`: red, green and blue. It can be one level off
        where the mean's fraction was cut off and not rounded.
    """
    pixels = np.clip(np.rint(values + _MEAN_BGR), 0, 255).astype("uint8")
    return pixels[::-1].transpose(1, 2, 0)


def _write_poster(values: np.ndarray, target: Path | None) -> bool:
    if target is None or not values.any():
        return False
    content = io.BytesIO()  # Pillow's own writing would not say that a disk is full
    picture = Image.fromarray(np.ascontiguousarray(to_picture(values)))
    picture.save(content, "JPEG", quality=_JPEG_QUALITY, subsampling=0)
    target.write_bytes(content.getvalue())
    return True
