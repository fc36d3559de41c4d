"""The part of a download that has come so far: `<name>.part`, and what it is a part of."""

import contextlib
import dataclasses
import json
import os
from pathlib import Path

from keras_genre.errors import KerasGenreError
from keras_genre.staging import staged_file

try:
    import fcntl
except ImportError:  # Windows has no such locks
    fcntl = None


@dataclasses.dataclass(frozen=True)
class Source:
    """A file as a server offered it.

    Args:
        url: Its address, as it was asked for.
        total: Its size in bytes; None where the server does not tell.
        validator: What the server calls this version of the file (an ETag, or the time of its
            last change); None where nothing does.
    """

    url: str
    total: int | None
    validator: str | None


class DownloadPart:
    """A file beside the target that grows until it is whole, and outlives the process.

    A context manager: the file is open and locked while the block runs, and stays afterwards if
    another attempt can use it.

    Args:
        target: The file to be made.

    Raises:
        KerasGenreError: If it cannot be written there, or another process is downloading it.
    """

    def __init__(self, target: Path):
        self._target = target
        self.path = target.with_name(f"{target.name}.part")
        self._about = target.with_name(f"{target.name}.part.json")
        self._file = self._lock = None
        self._new_folders: list[Path] = []
        self.size = 0
        self.source: Source | None = None

    def __enter__(self):
        folder = self._target.parent
        self._new_folders = [new for new in (folder, *folder.parents) if not os.path.exists(new)]
        with self._telling_faults():
            folder.mkdir(parents=True, exist_ok=True)
            self._file = open(self.path, "ab")
        try:
            self._take_lock()
        except BaseException:
            self._file.close()
            raise
        self.size = self._file.tell()
        self.source = self._read_about()
        return self

    def __exit__(self, *_):
        with contextlib.suppress(OSError):  # a full disk has been told of by now
            self._file.close()
        with contextlib.suppress(OSError):
            if not self.is_useful:
                self.path.unlink(missing_ok=True)
                self._about.unlink(missing_ok=True)
                for folder in self._new_folders:
                    folder.rmdir()
        if self._lock is not None:
            os.close(self._lock)

    @property
    def is_useful(self) -> bool:
        """Whether another attempt need not begin anew."""
        source = self.source
        named = source is not None and (source.validator or source.total == self.size)
        return bool(self.size and named)

    def start(self, source: Source) -> None:
        """Drop what came so far, and begin a part of `source`."""
        self.clear()
        with self._telling_faults(), staged_file(self._about) as path:
            path.write_text(json.dumps(dataclasses.asdict(source)), encoding="utf-8")
        self.source = source

    def clear(self) -> None:
        """Drop what came so far."""
        with self._telling_faults():
            self._file.truncate(0)
        self.size, self.source = 0, None

    def append(self, content: bytes) -> None:
        """Add bytes.

        Raises:
            KerasGenreError: If the disk takes no more. What came before is kept.
        """
        with self._telling_faults():
            self._file.write(content)
        self.size += len(content)

    def start_of(self, size: int) -> bytes:
        """Return the first bytes of what came, `size` of them where there are so many."""
        with self._telling_faults():
            self._file.flush()
            with open(self.path, "rb") as file:
                return file.read(size)

    def finish(self) -> None:
        """Rename the part to the target: it is whole."""
        with self._telling_faults():
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
            os.replace(self.path, self._target)
            self._about.unlink(missing_ok=True)

    def _take_lock(self) -> None:
        if fcntl is None:
            return
        lock = os.open(self.path, os.O_RDONLY)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            same = os.path.samestat(os.fstat(self._file.fileno()), os.stat(self.path))
        except (BlockingIOError, FileNotFoundError):
            same = False
        except OSError:
            same = True  # not every file system has locks
        if not same:
            os.close(lock)
            raise KerasGenreError(
                f"{self.path} is being written by another process. Let that one finish, or end it."
            )
        self._lock = lock

    def _read_about(self) -> Source | None:
        try:
            about = Source(**json.loads(self._about.read_bytes()))
        except (OSError, ValueError, TypeError, RecursionError):
            return None  # then the part is dropped, which is always safe
        known = isinstance(about.total, int | None) and isinstance(about.validator, str | None)
        return about if known else None

    @contextlib.contextmanager
    def _telling_faults(self):
        try:
            yield
        except OSError as cause:
            kept = " What came so far is kept: run the same again." if self.is_useful else ""
            raise KerasGenreError(
                f"Cannot write {self.path}: {cause.strerror or cause}. Free some space, or name "
                f"another folder.{kept}"
            ) from cause
