"""Folders that a command is to make."""

from pathlib import Path


def refuse_existing(folder: str | Path | None) -> None:
    """Refuse the folder of `--out` that is there already, before any work is done for it.

    An empty one is as good as none.

    Raises:
        RunError: If it exists.
    """
    from keras_genre.errors import RunError

    if not folder or not Path(folder).exists():
        return
    if not Path(folder).is_dir() or any(Path(folder).iterdir()):
        raise RunError(
            f"{folder} exists already. Choose another place (--out), or delete it first."
        )
