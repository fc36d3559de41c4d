"""Opening many poster files at once."""

import os
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from PIL import Image

from keras_genre.pictures import open_picture
from keras_genre.remote_files import read_file

_POSTERS_IN_FLIGHT = 512  # so few that what is known of them stays small


def read_posters(
    paths: Sequence[str],
    read: Callable[[Image.Image], Any],
    progress: Callable[[int, int], None] | None = None,
) -> Iterator[tuple[Any, str]]:
    """Open poster files on all cores and give what a function finds in each, in order.

    Pillow lets other threads run while it decodes, so that threads are as good as processes.

    Args:
        paths: The files.
        read: Called with each open picture, in one of several threads.
        progress: Called with (files done, files in all).

    Yields:
        What `read` returned and "", or None and why the file is no readable picture.
    """

    def read_one(path: str) -> tuple[Any, str]:
        try:
            with open_picture(read_file(path)) as image:
                return read(image), ""
        except OSError as cause:
            return None, cause.strerror or str(cause)
        except ValueError as cause:
            return None, str(cause)

    with (
        ThreadPoolExecutor(os.cpu_count()) as threads,
        warnings.catch_warnings(),  # here, not in the threads, which share the filters
    ):
        # What Pillow has to say about a poster ends in its being readable or not.
        warnings.filterwarnings("ignore", module=r"PIL\.")
        for start in range(0, len(paths), _POSTERS_IN_FLIGHT):
            yield from threads.map(read_one, paths[start : start + _POSTERS_IN_FLIGHT])
            if progress:
                progress(min(start + _POSTERS_IN_FLIGHT, len(paths)), len(paths))


def poster_problems(
    paths: Sequence[str], progress: Callable[[int, int], None] | None = None
) -> list[str]:
    """Say of each poster file why it is no readable picture; "" where it decodes to the last byte.

    Args:
        paths: The files.
        progress: Called with (files done, files in all).
    """
    return [reason for _, reason in read_posters(paths, lambda image: image.load(), progress)]
