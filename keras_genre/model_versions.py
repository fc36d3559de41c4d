"""Versions of an exported model on disk, as TensorFlow Serving counts them."""

from pathlib import Path

__all__ = ["list_versions"]

_LARGEST_VERSION = 2**63 - 1  # versions travel as int64


def list_versions(base_path: str | Path) -> dict[int, Path]:
    """Return the version folders of a model by version number, smallest first.

    A version is a child folder whose name is an integer.

    Raises:
        OSError: If `base_path` cannot be listed. That is not the same as having no versions.
    """
    versions = {}
    for child in sorted(Path(base_path).iterdir()):
        if child.name.isascii() and child.name.isdigit() and child.is_dir():
            number = int(child.name)
            if number <= _LARGEST_VERSION:
                versions[number] = child
    return dict(sorted(versions.items()))
