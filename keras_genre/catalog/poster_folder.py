"""The folder that poster paths are relative to: here, or at a store such as `gs://`."""

import posixpath
from pathlib import Path

from keras_genre.errors import CatalogError
from keras_genre.remote_files import is_remote, list_files

__all__ = ["PosterFolder", "is_file", "open_poster_folder"]

_SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp")


class PosterFolder:
    """A folder of this machine, which no poster may lead out of, by links neither.

    Args:
        root: The folder.
    """

    def __init__(self, root: str | Path):
        self._root = Path(root).resolve()
        self._text = str(root)

    def path(self, name: str) -> str:
        """The whole path of a poster, whether it is there or not.

        Raises:
            ValueError: If it lies outside the folder.
        """
        # No path holds a NUL; `resolve` would raise over it.
        path = (self._root / name.replace("\0", "\ufffd")).resolve()
        if not path.is_relative_to(self._root):
            raise ValueError(f"the poster {name!r} lies outside {self}")
        return str(path)

    def has(self, name: str) -> bool:
        """Whether there is such a file."""
        return is_file(self._root / name)

    def by_id(self, movie_id: str) -> str:
        """The name of the file `<movie_id>.jpg` (or .png, .webp ...), or an empty text."""
        names = (f"{movie_id}{suffix}" for suffix in _SUFFIXES)
        return next((name for name in names if self.has(name)), "")

    def __str__(self) -> str:
        return self._text


class _RemoteFolder(PosterFolder):
    """A folder at a store, listed once: asking for each file would take a request each time.

    Args:
        url: For example `gs://bucket/posters`.

    Raises:
        CatalogError: If it cannot be listed.
    """

    def __init__(self, url: str):
        self._text = url.rstrip("/")
        try:
            self._names = frozenset(list_files(self._text))
        except OSError as cause:
            raise CatalogError(
                f"The folder {url} cannot be listed: {cause.strerror or cause}. Expected the "
                f"folder of the posters (--posters)."
            ) from cause

    def path(self, name: str) -> str:
        inner = self._inner(name)
        if inner.startswith(("../", "/")) or inner == ".." or "://" in name.replace(str(self), ""):
            raise ValueError(f"the poster {name!r} lies outside {self}")
        return f"{self}/{inner}"

    def has(self, name: str) -> bool:
        return self._inner(name) in self._names

    def _inner(self, name: str) -> str:
        """The name inside the folder, which may be written out as a whole URL."""
        return posixpath.normpath(name.removeprefix(f"{self}/"))


def open_poster_folder(root: str | Path) -> PosterFolder:
    """Return the folder of posters at a path or a URL.

    Raises:
        CatalogError: If it is a URL and cannot be listed.
        MissingPackageError: If the package that reads from this store is not installed.
    """
    return _RemoteFolder(root) if is_remote(root) else PosterFolder(root)


def is_file(path: Path) -> bool:
    """Whether a file is there; one that cannot be looked for is not."""
    try:
        return path.is_file()
    except (OSError, ValueError):  # a name longer than the filesystem allows, or with a NUL
        return False
