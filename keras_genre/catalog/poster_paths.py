"""Finding the poster files that a table names, inside one folder."""

from collections.abc import Iterable
from pathlib import Path

from keras_genre.catalog.poster_folder import PosterFolder
from keras_genre.errors import CatalogError
from keras_genre.remote_files import is_remote


def find_posters(
    named: Iterable[str], movie_ids: Iterable[str], folder: PosterFolder, path: str | Path
) -> tuple[list[str], str]:
    """Return absolute poster paths (empty where there is no file), and a line about them.

    Args:
        named: The path of each film's poster, relative to `folder`; empty where there is none.
        movie_ids: For messages.
        folder: The folder that no poster may lead out of.
        path: The table, for messages.

    Raises:
        CatalogError: If a path leads out of `folder`, or not one of the posters is there.
    """
    named = list(named)
    posters = []
    for name, movie_id in zip(named, movie_ids, strict=True):
        try:
            poster = folder.path(name) if name else ""
        except ValueError as cause:
            raise CatalogError(
                f"{path}, movie {movie_id}: {cause}. Expected a path inside the poster folder."
            ) from cause
        posters.append(poster if poster and folder.has(name) else "")
    num_named, num_found = sum(map(bool, named)), sum(map(bool, posters))
    if num_named and not num_found and not (is_remote(str(folder)) or Path(str(folder)).is_dir()):
        raise CatalogError(
            f"There is no folder {folder}. Expected the posters' folder (--posters)."
        )
    if num_named and not num_found:
        example = next(name for name in named if name)
        raise CatalogError(
            f"{path} names {num_named} posters, but none is in {folder} (for example {example!r}). "
            f"Name the folder that poster paths are relative to (--posters)."
        )
    note = f"{num_found} posters found, {len(named) - num_named} films without"
    if num_named > num_found:
        note += f", {num_named - num_found} named but not there (counted as missing)"
    return posters, note
