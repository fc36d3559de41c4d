"""Writing beside and renaming into place, so that nothing half-written is ever found."""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from keras_genre.errors import KerasGenreError

__all__ = ["staged_file", "staged_folder"]


@contextlib.contextmanager
def staged_folder(target: str | Path, error: type[KerasGenreError]) -> Iterator[Path]:
    """Give an empty folder beside `target`; rename it to `target` when the block succeeds.

    When the block raises (an interrupt too), the folder is removed and `target` does not appear.

    Args:
        target: The folder to be made. It must not exist yet, or be empty.
        error: The class raised when `target` is already there or cannot be written.

    Yields:
        The folder to write into, on the same filesystem as `target`.
    """
    target = Path(target)
    try:
        _refuse_existing(target, error)
        target.parent.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(prefix=f".{target.name}.partial-", dir=target.parent))
        staging.chmod(0o777 & ~_umask())  # mkdtemp makes it private; the result is not
    except OSError as cause:
        raise error(f"Cannot write {target}: {cause.strerror or cause}.") from cause
    try:
        yield staging
        _refuse_existing(target, error)
        os.replace(staging, target)
    except BaseException:
        shutil.rmtree(staging, ignore_errors=True)
        raise


@contextlib.contextmanager
def staged_file(target: str | Path) -> Iterator[Path]:
    """Give a path beside `target`; rename it to `target` when the block succeeds.

    Yields:
        A path that the block must create. An existing `target` is replaced in one step.
    """
    target = Path(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    staging = target.with_name(f".{target.name}.partial-{os.getpid()}")
    try:
        yield staging
        os.replace(staging, target)
    except BaseException:
        staging.unlink(missing_ok=True)
        raise


def _refuse_existing(target: Path, error: type[KerasGenreError]) -> None:
    if target.is_symlink():
        exists = True  # a folder cannot be renamed over a link, not even over one to nowhere
    elif target.is_dir():
        exists = any(target.iterdir())
    else:
        exists = target.exists()
    if exists:
        raise error(f"{target} exists already. Choose another place, or delete it first.")


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
