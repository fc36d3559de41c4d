"""One collector a folder."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from keras_genre.errors import CatalogError

try:
    import fcntl
except ImportError:  # Windows has no such locks
    fcntl = None


@contextlib.contextmanager
def locked_folder(folder: Path) -> Iterator[None]:
    """Lock a folder while the block runs; the kernel unlocks it when the process is killed.

    Raises:
        CatalogError: If another process has it locked.
    """
    if fcntl is None:
        yield
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as cause:
            raise CatalogError(
                f"Another collector is at work in {folder}. Wait until it has ended, or choose "
                "another folder."
            ) from cause
        except OSError:  # not every file system has locks
            pass
        yield
    finally:
        os.close(descriptor)
