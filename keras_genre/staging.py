"""Writing beside and renaming into place, so that nothing half-written is ever found."""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from keras_genre.errors import KerasGenreError

__all__ = ["scratch_folder", "staged_file", "staged_folder"]


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
    _refuse_existing(target, error)
    with scratch_folder(target.parent, f".{target.name}.partial-", error) as staging:
        yield staging
        _refuse_existing(target, error)
        os.replace(staging, target)


@contextlib.contextmanager
def scratch_folder(parent: str | Path, prefix: str, error: type[KerasGenreError]) -> Iterator[Path]:
    """Give an empty folder in `parent`; remove it when the block raises (an interrupt too).

    Args:
        parent: Made if needed.
        prefix: What the folder's name begins with; a dot hides it.
        error: The class raised when the folder cannot be made.

    Yields:
        The folder. A block that succeeds has renamed it.
    """
    try:
        Path(parent).mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(prefix=prefix, dir=parent))
        scratch.chmod(0o777 & ~_umask())  # mkdtemp makes it private; the result is not
    except OSError as cause:
        raise error(f"Cannot write to {parent}: {cause.strerror or cause}.") from cause
    try:
        yield scratch
    except BaseException:
        shutil.rmtree(scratch, ignore_errors=True)
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
    try:
        if target.is_symlink():
            exists = True  # a folder cannot be renamed over a link, not even over one to nowhere
        elif target.is_dir():
            exists = any(target.iterdir())
        else:
            exists = target.exists()
    except OSError as cause:
        raise error(f"Cannot write {target}: {cause.strerror or cause}.") from cause
    if exists:
        raise error(f"{target} exists already. Choose another place, or delete it first.")


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
