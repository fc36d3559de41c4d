"""The folder that poster paths are relative to: here, or at a store such as `gs://`."""

import posixpath
from collections.abc import Iterable
from pathlib import Path

from keras_genre.errors import CatalogError
from keras_genre.remote_files import folder_of, is_remote, list_files

__all__ = ["PosterFolder", "is_file", "open_poster_folder", "own_folder"]

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

    def folder(self, name: str) -> "PosterFolder | None":
        """The folder of that name in this one, if there is one."""
        inner = self._root / name
        return PosterFolder(inner) if inner.is_dir() else None

    def __str__(self) -> str:
        return self._text


class _RemoteFolder(PosterFolder):
    """A folder at a store, listed once: asking for each file would take a request each time.

    Args:
        url: For example `gs://bucket/posters`.
        names: The files in it, relative to it.
    """

    def __init__(self, url: str, names: Iterable[str]):
        self._text = url.removesuffix("/")
        self._names = frozenset(names)

    def path(self, name: str) -> str:
        inner = self._inner(name)
        if inner.startswith(("../", "/")) or inner == ".." or "://" in name.replace(str(self), ""):
            raise ValueError(f"the poster {name!r} lies outside {self}")
        return f"{self}/{inner}"

    def has(self, name: str) -> bool:
        return self._inner(name) in self._names

    def folder(self, name: str) -> "PosterFolder | None":
        prefix = f"{name}/"
        names = [file.removeprefix(prefix) for file in self._names if file.startswith(prefix)]
        return _RemoteFolder(f"{self}/{name}", names) if names else None

    def _inner(self, name: str) -> str:
        """The name inside the folder, which may be written out as a whole URL."""
        return posixpath.normpath(name.removeprefix(f"{self}/"))


def open_poster_folder(root: str | Path) -> PosterFolder:
    """Return the folder of posters at a path or a URL.

    Raises:
        CatalogError: If it is a URL and cannot be listed.
        MissingPackageError: If the package that reads from this store is not installed.
    """
    if not is_remote(root):
        return PosterFolder(root)
    try:
        return _RemoteFolder(root, list_files(root))
    except OSError as cause:
        raise _not_listed(root, cause) from cause


def own_folder(table: str | Path) -> PosterFolder:
    """Return the folder that a table lies in, whose posters nobody has named another for.

    Raises:
        CatalogError: If it is a URL and cannot be listed; an address on the web that shows no list
            of files holds none.
        MissingPackageError: If the package that reads from this store is not installed.
    """
    root = folder_of(table)
    if not is_remote(root):
        return PosterFolder(root)
    try:
        return _RemoteFolder(root, list_files(root))
    except FileNotFoundError:
        return _RemoteFolder(root, ())
    except OSError as cause:
        raise _not_listed(root, cause) from cause


def _not_listed(url: str, cause: OSError) -> CatalogError:
    return CatalogError(
        f"The folder {url} cannot be listed: {cause.strerror or cause}. Expected the folder of the "
        f"posters (--posters)."
    )


def is_file(path: Path) -> bool:
    """Whether a file is there; one that cannot be looked for is not."""
    try:
        return path.is_file()
    except (OSError, ValueError):  # a name longer than the filesystem allows, or with a NUL
        return False
