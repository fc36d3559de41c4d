"""Folders that a command is to make."""

from pathlib import Path


def refuse_existing(folder: str | Path | None) -> None:
    """Refuse a folder that is there already, before any work is done for it.

    Raises:
        RunError: If it exists.
    """
    from keras_genre.errors import RunError

    if folder and Path(folder).exists():
        raise RunError(f"{folder} exists already. Choose another place, or delete it first.")
