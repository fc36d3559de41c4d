"""Versions of a model on disk: integer-named folders that a server picks up by themselves."""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from keras_genre.errors import ExportError


def versions(model_folder: str | Path) -> list[int]:
    """The versions of a model, oldest first: every child folder whose name is an integer."""
    folder = Path(model_folder)
    if not folder.is_dir():
        return []
    return sorted(int(path.name) for path in folder.iterdir() if path.name.isdecimal())


@contextlib.contextmanager
def next_version(model_folder: str | Path) -> Iterator[tuple[Path, list[Path]]]:
    """Give a staging folder; rename it to the next integer version when the block succeeds.

    A server loads any integer-named folder that it sees, finished or not, so the version is
    written beside, under a name that no server reads, and appears by one rename.

    Args:
        model_folder: `saved_models/<name>`; made if needed.

    Yields:
        The staging folder, and a list to which the published folder is appended at the end.

    Raises:
        ExportError: If the folder cannot be written.
    """
    folder = Path(model_folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(prefix=".staging-", dir=folder))
        staging.chmod(0o755)
    except OSError as cause:
        raise ExportError(f"Cannot write to {folder}: {cause.strerror or cause}.") from cause
    published: list[Path] = []
    try:
        yield staging, published
        published.append(_claim(staging, folder))
    except BaseException:
        shutil.rmtree(staging, ignore_errors=True)
        raise


def _claim(staging: Path, folder: Path) -> Path:
    """Rename to the first free version; another export may have taken the one just looked up."""
    while True:
        target = folder / str(max(versions(folder), default=0) + 1)
        try:
            os.rename(staging, target)
        except OSError:
            if not target.exists():
                raise
        else:
            return target
