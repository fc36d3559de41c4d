"""Models and versions as folders on disk. No TensorFlow here."""

import os
from pathlib import Path

from keras_genre.errors import ServerError
from keras_genre.model_versions import list_versions

__all__ = ["find_models", "folder_fingerprint"]

_EXPECTED = (
    "Expected <root>/<model>/<integer version>/saved_model.pb, or one model's own folder. "
    "Make one with `keras-genre export`."
)


def find_models(root: str | Path) -> dict[str, Path]:
    """Find the models under a folder.

    A folder with integer-named child folders is itself one model, named after the folder.
    Otherwise every child folder that has an integer-named child folder is a model; hidden
    folders are passed over, because exports are staged in them.

    Args:
        root: A model's folder, or a folder of models such as `saved_models`.

    Returns:
        Base paths by model name, in the order of the names.

    Raises:
        ServerError: If `root` cannot be read, or holds no model.

    Example:
        >>> find_models("saved_models")  # doctest: +SKIP
        {'concat_fusion_small': PosixPath('saved_models/concat_fusion_small')}
    """
    root = Path(root)
    try:
        if list_versions(root):
            return {root.resolve().name: root}
        children = sorted(child for child in root.iterdir() if not child.name.startswith("."))
    except OSError as error:
        raise ServerError(f"Cannot read {root}: {error.strerror}. {_EXPECTED}") from error
    if (root / "saved_model.pb").is_file():
        raise ServerError(
            f"{root} is one version of a model, not a model: it holds saved_model.pb itself. "
            f"Name the folder above it. {_EXPECTED}"
        )
    models = {child.name: child for child in children if _has_versions(child)}
    if not models:
        raise ServerError(f"No model in {root}. {_EXPECTED}")
    return models


def folder_fingerprint(folder: str | Path) -> frozenset[tuple[str, int, int]]:
    """Return the path, size and time of every file below `folder`: it changes with the content.

    Files that vanish meanwhile are left out.
    """
    files = set()
    for parent, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(parent, name)
            try:
                found = os.stat(path)
            except OSError:
                continue
            files.add((path, found.st_size, found.st_mtime_ns))
    return frozenset(files)


def _has_versions(folder: Path) -> bool:
    try:
        return folder.is_dir() and bool(list_versions(folder))
    except OSError:
        return False  # a neighbour that may not be read (lost+found) is no model
