"""Files here and at stores such as `gs://` and `s3://`, which fsspec reads."""

import errno
import os
import posixpath
import re
from collections.abc import Iterable
from pathlib import Path

from keras_genre.errors import KerasGenreError, MissingPackageError

__all__ = ["is_remote", "list_files", "read_file", "remote_states"]

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


def read_file(path: str | Path) -> bytes:
    """Return the bytes of a file, here or at a store.

    Raises:
        OSError: If it cannot be read.
        MissingPackageError: If the package that reads from this store is not installed.
    """
    if not is_remote(path):
        return Path(path).read_bytes()
    system, inner = _open_store(path)
    try:
        return system.cat_file(inner)
    except FileNotFoundError as cause:
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path) from cause
    except OSError:
        raise
    except Exception as cause:  # each store has errors of its own
        raise OSError(str(cause) or type(cause).__name__) from cause


def list_files(folder: str) -> list[str]:
    """Return the files of a folder at a store and of those in it, relative to it.

    Args:
        folder: A URL such as `gs://bucket/posters`.

    Raises:
        OSError: If there is no such folder, or it cannot be listed.
        MissingPackageError: If the package that reads from this store is not installed.
    """
    system, inner = _open_store(folder)
    prefix = inner.rstrip("/") + "/"
    try:
        system.invalidate_cache()
        found = system.find(inner)
    except Exception as cause:
        raise OSError(str(cause) or type(cause).__name__) from cause
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
