"""Publishing a model as an integer-named folder that a server picks up by itself."""

import os
from pathlib import Path

from keras_genre.errors import ExportError
from keras_genre.model_versions import list_versions


def check_model_folder(folder: Path) -> None:
    """Refuse names under which no server finds a model.

    Raises:
        ExportError: If the folder is named like a version, or is hidden.
    """
    name = folder.resolve().name
    if name.isdigit() or name.startswith("."):
        raise ExportError(
            f"A model cannot be named {name!r}: servers take integer names for versions and pass "
            f"over hidden folders. Rename the run, or export to another folder."
        )


def publish(staging: Path, folder: Path) -> Path:
    """Rename a finished folder to the next integer version of a model.

    A server loads any integer-named folder that it sees, finished or not, so this one rename is
    all that makes a version.

    Args:
        staging: A complete, verified version, on the same filesystem.
        folder: `saved_models/<name>`.

    Returns:
        The folder of the version.
    """
    while True:
        target = folder / str(max(list_versions(folder), default=0) + 1)
        try:
            os.rename(staging, target)
        except OSError:
            if not target.exists():  # else another export took this number just now
                raise
        else:
            return target
