"""Writing beside and renaming into place, so that nothing half-written is ever found."""

import contextlib
import errno
import os
import re
import secrets
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from keras_genre.errors import KerasGenreError

try:
    import fcntl
except ImportError:  # Windows has no such locks; there, what a killed process left stays
    fcntl = None

__all__ = [
    "one_at_a_time",
    "resumable_file",
    "resumable_folder",
    "scratch_folder",
    "staged_file",
    "staged_folder",
]

# What only a disk can be blamed for. Anything else that goes wrong in a block keeps its own error.
_DISK_FAULTS = {
    errno.ENOSPC: "No space left on the device. Free some, or name another folder.",
    errno.EDQUOT: "The disk quota is used up. Free some space, or name another folder.",
    errno.EFBIG: "A file grew larger than the file system or `ulimit -f` allows. Raise the limit, "
    "or name another folder.",
    errno.EROFS: "The file system is read-only. Name another folder.",
}


@contextlib.contextmanager
def staged_folder(target: str | Path, error: type[KerasGenreError]) -> Iterator[Path]:
    """Give an empty folder beside `target`; rename it to `target` when the block succeeds.

    When the block raises (an interrupt too), the folder is removed and `target` does not appear.
    What an earlier attempt at `target` left behind because it was killed is removed first.

    Args:
        target: The folder to be made. It must not exist yet, or be empty.
        error: The class raised when `target` is already there or cannot be written, for example
            because the disk is full.

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
def resumable_folder(target: str | Path, key: str, error: type[KerasGenreError]) -> Iterator[Path]:
    """Give a folder beside `target` as `staged_folder` does, with what a killed attempt left.

    The folder is empty unless an attempt at the same `target` with the same `key` was killed or
    interrupted, or the disk failed. When the block raises anything else, it is removed. The block
    must prove what it finds, leave nothing there that does not belong into `target`, and bear that
    another process does the same at the same time where the file system has no locks.

    Args:
        target: The folder to be made. It must not exist yet, or be empty.
        key: What the content is made from, as 16 or more hexadecimal digits, for example a hash.
        error: The class raised when `target` is already there or cannot be written, or another
            process is writing it.

    Yields:
        The folder to write into, on the same filesystem as `target`.
    """
    target = Path(target)
    _refuse_existing(target, error)
    prefix = f".{target.name}.partial-"
    with _claimed_folder(
        target.parent,
        lambda parent: _known_folder(parent, prefix, key[:16], error),
        error,
        kept_after=(KeyboardInterrupt, OSError),
    ) as staging:
        _refuse_existing(target, error)  # the process that held the lock may have made it
        yield staging
        _refuse_existing(target, error)
        os.replace(staging, target)


@contextlib.contextmanager
def resumable_file(target: str | Path, key: str, error: type[KerasGenreError]) -> Iterator[Path]:
    """Give a folder beside `target` to make the file in, with what an earlier attempt left.

    The folder is empty unless an attempt at the same `target` with the same `key` ended early,
    however it ended. The block must prove what it finds, and make `<folder>/<name of target>`;
    when it succeeds, that file is renamed to `target` and the folder is removed.

    Args:
        target: The file to be made. It must not exist yet.
        key: What the content is made from, as 16 or more hexadecimal digits, for example a hash.
        error: The class raised when `target` is already there or cannot be written, or another
            process is writing it.

    Yields:
        The folder, on the same filesystem as `target`.
    """
    target = Path(target)
    _refuse_existing(target, error)
    prefix = f".{target.name}.partial-"
    with _claimed_folder(
        target.parent,
        lambda parent: _known_folder(parent, prefix, key[:16], error),
        error,
        kept_after=(BaseException,),
    ) as staging:
        _refuse_existing(target, error)  # the process that held the lock may have made it
        yield staging
        _refuse_existing(target, error)
        os.replace(staging / target.name, target)
        shutil.rmtree(staging)


@contextlib.contextmanager
def scratch_folder(parent: str | Path, prefix: str, error: type[KerasGenreError]) -> Iterator[Path]:
    """Give an empty folder in `parent`; remove it when the block raises (an interrupt too).

    It is locked while the block runs, so that a later call with the same `parent` and `prefix`
    knows a folder whose process was killed from one that is being written.

    Args:
        parent: Made if needed, and removed again when the block raises.
        prefix: What the folder's name begins with; a dot hides it.
        error: The class raised when the folder cannot be made, or the disk is full.

    Yields:
        The folder. A block that succeeds has renamed it.
    """
    with _claimed_folder(
        Path(parent), lambda parent: _new_folder(parent, prefix), error
    ) as scratch:
        yield scratch


@contextlib.contextmanager
def _claimed_folder(
    parent: Path,
    claim: Callable[[Path], tuple[Path, contextlib.AbstractContextManager]],
    error: type[KerasGenreError],
    kept_after: tuple[type[BaseException], ...] = (),
) -> Iterator[Path]:
    """Give the folder that `claim` makes and locks in `parent`; remove it when the block raises.

    One with anything in it stays after the exceptions of `kept_after`, and with any of them after a
    fault of the disk.
    """
    new_parents = [folder for folder in (parent, *parent.parents) if not os.path.exists(folder)]
    claimed = None
    try:
        try:
            parent.mkdir(parents=True, exist_ok=True)
            claimed, lock = claim(parent)
        except OSError as cause:
            raise error(f"Cannot write to {parent}: {_reason(cause)}") from cause
        with lock:
            yield claimed
    except BaseException as cause:
        fault = _disk_fault(cause)
        kept = kept_after and (fault or isinstance(cause, kept_after))
        if claimed and not (kept and any(claimed.iterdir())):
            shutil.rmtree(claimed, ignore_errors=True)
        with contextlib.suppress(OSError):  # somebody else may be writing there by now
            for folder in new_parents:
                folder.rmdir()
        if fault:
            raise error(f"Cannot write to {parent}: {fault}") from cause
        raise


@contextlib.contextmanager
def staged_file(target: str | Path) -> Iterator[Path]:
    """Give a path beside `target`; rename it to `target` when the block succeeds.

    Yields:
        A path that the block must create. An existing `target` is replaced in one step.

    Raises:
        KerasGenreError: If it cannot be written there.
    """
    target = Path(target)
    prefix = f".{target.name}.partial-"
    with scratch_folder(target.parent, prefix, KerasGenreError) as scratch:
        yield scratch / target.name
        os.replace(scratch / target.name, target)
        scratch.rmdir()


@contextlib.contextmanager
def one_at_a_time(folder: str | Path) -> Iterator[None]:
    """Run the block while no other process or thread runs one for the same folder; wait for it.

    For files that are read, changed and replaced. The lock ends with the block, or the process, and
    leaves nothing behind. Where there are no locks (Windows, some network file systems), the block
    runs without.

    Args:
        folder: A folder. If it is not there, the block runs without a lock, too, and finds out.
    """
    with contextlib.ExitStack() as closing:
        with contextlib.suppress(OSError):
            descriptor = os.open(folder, os.O_RDONLY)
            closing.callback(os.close, descriptor)
            if fcntl is not None:
                fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield


def _refuse_existing(target: Path, error: type[KerasGenreError]) -> None:
    try:
        if target.is_symlink():
            exists = True  # a folder cannot be renamed over a link, not even over one to nowhere
        elif target.is_dir():
            exists = any(target.iterdir())
        else:
            exists = target.exists()
    except OSError as cause:
        raise error(f"Cannot write {target}: {_reason(cause)}") from cause
    if exists:
        raise error(f"{target} exists already. Choose another place, or delete it first.")


def _new_folder(parent: Path, prefix: str) -> tuple[Path, contextlib.AbstractContextManager]:
    """Make and lock a folder that nobody else knows."""
    _remove_abandoned(parent, prefix, "[0-9a-f]{8}")
    while True:
        folder = parent / f"{prefix}{secrets.token_hex(4)}"
        try:
            folder.mkdir()
            lock = _lock(folder)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        if lock is not None:
            return folder, lock


def _known_folder(
    parent: Path, prefix: str, key: str, error: type[KerasGenreError]
) -> tuple[Path, contextlib.AbstractContextManager]:
    """Make, or find, and lock the folder of a key; remove abandoned ones of other keys."""
    _remove_abandoned(parent, prefix, f"(?!{key})[0-9a-f]{{8,16}}")
    folder = parent / f"{prefix}{key}"
    while True:
        folder.mkdir(exist_ok=True)
        try:
            return folder, _locked(folder)
        except BlockingIOError as cause:
            raise error(f"Another process is writing {folder}. Wait until it is done.") from cause
        except FileNotFoundError:
            continue  # whoever held the lock has just renamed or removed the folder
        except OSError:
            return folder, contextlib.nullcontext()  # not every file system has locks


def _lock(folder: Path) -> contextlib.AbstractContextManager | None:
    """Lock a new folder until the context ends; the kernel does so when the process is killed.

    Returns:
        None if another attempt took the folder for an abandoned one before it was locked.
    """
    try:
        return _locked(folder)
    except (BlockingIOError, FileNotFoundError):
        return None
    except OSError:
        return contextlib.nullcontext()  # not every file system has locks


def _locked(folder: Path) -> contextlib.AbstractContextManager:
    """Lock a folder, or raise an OSError: BlockingIOError if it is locked already."""
    if fcntl is None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))
    with contextlib.ExitStack() as closing:
        descriptor = os.open(folder, os.O_RDONLY)
        closing.callback(os.close, descriptor)
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.stat(folder)  # it may have been removed between opening and locking
        return closing.pop_all()


def _remove_abandoned(parent: Path, prefix: str, ending: str) -> None:
    """Remove folders of such names whose processes are gone: they hold no lock any more."""
    ours = re.compile(re.escape(prefix) + ending)
    with contextlib.suppress(OSError):
        for folder in [found for found in parent.iterdir() if ours.fullmatch(found.name)]:
            with contextlib.suppress(OSError), _locked(folder):
                shutil.rmtree(folder)


def _reason(cause: OSError) -> str:
    return _DISK_FAULTS.get(cause.errno) or f"{cause.strerror or cause}."


def _disk_fault(cause: BaseException) -> str | None:
    """What is wrong with the disk, or None where something else is wrong."""
    if isinstance(cause, KerasGenreError) and cause.__context__:
        return _disk_fault(cause.__context__)  # staged within the block; Keras drops the cause
    if isinstance(cause, OSError):
        return _DISK_FAULTS.get(cause.errno)
    if type(cause).__module__.startswith("tensorflow."):  # its errors say it in words alone
        found = (number for number in _DISK_FAULTS if os.strerror(number) in str(cause))
        return _DISK_FAULTS.get(next(found, None))
    return None
