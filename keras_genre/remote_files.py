"""Files here and at stores such as `gs://` and `s3://`, which fsspec reads."""

import contextlib
import errno
import os
import posixpath
import re
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from keras_genre.errors import KerasGenreError, MissingPackageError

__all__ = [
    "as_path",
    "file_name",
    "folder_of",
    "is_remote",
    "list_files",
    "local_copy",
    "read_file",
    "remote_states",
]

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")

# What stores call that which changes with the content, best first.
_CHANGES = ("etag", "ETag", "md5Hash", "generation", "LastModified", "updated", "mtime", "created")


def is_remote(path: str | Path) -> bool:
    """Whether a path is a URL such as `gs://bucket/poster.jpg`.

    Example:
        >>> [is_remote(path) for path in ("gs://bucket/a.jpg", "a.jpg", "C:/a.jpg")]
        [True, False, False]
    """
    return isinstance(path, str) and _URL.match(path) is not None


def as_path(path: str | Path) -> str | Path:
    """A `Path` of this machine, or a URL as it is: a `Path` would lose one of its slashes."""
    return path if is_remote(path) else Path(path)


def file_name(path: str | Path) -> str:
    """The name of a file without its folder; of an address on the web, without its query too.

    Example:
        >>> [file_name(path) for path in ("films/a.csv", "https://host/films/a.csv?key=1")]
        ['a.csv', 'a.csv']
    """
    return posixpath.basename(_location(path)) if is_remote(path) else Path(path).name


def folder_of(path: str | Path) -> str | Path:
    """The folder that a file lies in: of a URL another, of a path another.

    Example:
        >>> folder_of("gs://bucket/films/a.csv")
        'gs://bucket/films'
    """
    if not is_remote(path):
        return Path(path).parent
    scheme, _, location = _location(path).partition("://")
    return f"{scheme}://{posixpath.dirname(location)}"


@contextlib.contextmanager
def local_copy(path: str | Path) -> Iterator[Path]:
    """Give a file of this machine: the file itself, or a copy of one at a store, for a while.

    Raises:
        OSError: If it cannot be copied.
        MissingPackageError: If the package that reads from this store is not installed.
    """
    if not is_remote(path):
        yield Path(path)
        return
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder, "copy")
        with _store(path) as (system, inner):
            system.get_file(inner, str(copy))
        yield copy


def read_file(path: str | Path) -> bytes:
    """Return the bytes of a file, here or at a store.

    Raises:
        OSError: If it cannot be read.
        MissingPackageError: If the package that reads from this store is not installed.
    """
    if not is_remote(path):
        return Path(path).read_bytes()
    with _store(path) as (system, inner):
        return system.cat_file(inner)


def list_files(folder: str) -> list[str]:
    """Return the files of a folder at a store and of those in it, relative to it.

    Args:
        folder: A URL such as `gs://bucket/posters`.

    Raises:
        OSError: If there is no such folder, or it cannot be listed.
        MissingPackageError: If the package that reads from this store is not installed.
    """
    with _store(folder) as (system, inner):
        prefix = inner.rstrip("/") + "/"
        system.invalidate_cache()
        found = system.find(inner)
    if not found:
        raise FileNotFoundError(errno.ENOENT, "it holds no files", folder)
    return [name.removeprefix(prefix) for name in found]


def remote_states(paths: Iterable[str]) -> dict[str, tuple[int, str]]:
    """Return the size of each file at a store, and what changes when it does.

    Folders are listed, which costs one request for many files; a file that is not there has no
    entry.

    Args:
        paths: URLs; they may be of several stores.

    Raises:
        OSError: If a folder cannot be listed.
        MissingPackageError: If the package that reads from a store is not installed.
    """
    paths = set(paths)
    states = {}
    for folder in sorted({posixpath.dirname(path) for path in paths}):
        system, inner = _open_store(folder)
        try:
            system.invalidate_cache()
            entries = system.ls(inner, detail=True)
        except FileNotFoundError:
            continue
        except Exception as cause:
            raise OSError(f"{folder} cannot be listed: {cause}") from cause
        for entry in entries:
            path = f"{folder}/{posixpath.basename(entry['name'])}"
            if path in paths:
                changed = next((str(entry[key]) for key in _CHANGES if entry.get(key)), "")
                states[path] = (entry["size"], changed)
    return states


def _location(url: str) -> str:
    """A URL without the query, and what follows it, that one on the web may have."""
    return re.split("[?#]", url)[0] if url.lower().startswith(("http://", "https://")) else url


@contextlib.contextmanager
def _store(url: str):
    """Give the file system of a URL and the path in it; each store's own errors become OSError."""
    system, inner = _open_store(url)
    try:
        yield system, inner
    except FileNotFoundError as cause:
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), url) from cause
    except OSError:
        raise
    except Exception as cause:
        raise OSError(str(cause) or type(cause).__name__) from cause


def _open_store(url: str):
    """The file system of a URL, and the path in it."""
    try:
        import fsspec

        return fsspec.core.url_to_fs(url)
    except ImportError as cause:
        raise MissingPackageError(
            f"{url} cannot be read without a package for its store ({cause}). Install it: pip "
            f"install 'keras-genre[cloud]' for gs:// and s3://, or the one that is named."
        ) from cause
    except ValueError as cause:
        raise KerasGenreError(
            f"{url} is at no store that is known ({cause}). Expected a path here, or a URL such as "
            f"gs://bucket/file or s3://bucket/file."
        ) from cause
