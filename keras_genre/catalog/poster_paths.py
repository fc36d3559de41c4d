"""Finding the poster files that a table names, inside one folder."""

from collections.abc import Iterable
from pathlib import Path

from keras_genre.errors import CatalogError

_SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp")


def poster_by_id(root: Path, movie_id: str) -> str:
    """Return the name of the file `<movie_id>.jpg` (or .png, .webp ...), or an empty text."""
    names = (f"{movie_id}{suffix}" for suffix in _SUFFIXES)
    return next((name for name in names if is_file(root / name)), "")


def find_posters(
    named: Iterable[str], movie_ids: Iterable[str], root: Path, path: Path
) -> tuple[list[str], str]:
    """Return absolute poster paths (empty where there is no file), and a line about them.

    Args:
        named: The path of each film's poster, relative to `root`; empty where there is none.
        movie_ids: For messages.
        root: The folder that no poster may lead out of, by links neither.
        path: The table, for messages.

    Raises:
        CatalogError: If a path leads out of `root`, or not one of the posters is there.
    """
    named = list(named)
    resolved_root = root.resolve()
    posters = []
    for name, movie_id in zip(named, movie_ids, strict=True):
        # No path holds a NUL; `resolve` would raise over it.
        poster = (resolved_root / name.replace("\0", "\ufffd")).resolve() if name else None
        if poster is not None and not poster.is_relative_to(resolved_root):
            raise CatalogError(
                f"{path}, movie {movie_id}: the poster {name!r} lies outside {root}. "
                f"Expected a path inside the poster folder."
            )
        posters.append(str(poster) if poster is not None and is_file(poster) else "")
    num_named, num_found = sum(map(bool, named)), sum(map(bool, posters))
    if num_named and not num_found:
        example = next(name for name in named if name)
        raise CatalogError(
            f"{path} names {num_named} posters, but none is in {root} (for example {example!r}). "
            f"Name the folder that poster paths are relative to (--posters)."
        )
    note = f"{num_found} posters found, {len(named) - num_named} films without"
    if num_named > num_found:
        note += f", {num_named - num_found} named but not there (counted as missing)"
    return posters, note


def is_file(path: Path) -> bool:
    """Whether a file is there; one that cannot be looked for is not."""
    try:
        return path.is_file()
    except OSError:  # a name longer than the filesystem allows
        return False
