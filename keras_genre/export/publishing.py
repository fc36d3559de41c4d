"""Publishing a model as an integer-named folder that a server picks up by itself.

A server loads any integer-named folder that it sees, finished or not. So a version is made whole
under a hidden name and comes, and goes, by one rename. Nothing here needs TensorFlow.
"""

import json
import os
import shutil
from collections.abc import Callable, Collection
from pathlib import Path

from keras_genre.errors import ExportError
from keras_genre.export.labels import configured_versions, labelled_versions
from keras_genre.model_versions import list_versions
from keras_genre.staging import one_at_a_time, scratch_folder

MANIFEST = Path("assets.extra") / "manifest.json"


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


def retain_versions(folder: str | Path, keep: int) -> list[int]:
    """Delete all versions of a model but the newest ones, and those that have a label.

    Each is renamed to a hidden name before its first file is deleted, so that no server ever sees
    a part of it. One that a server has in memory goes on being served until the server unloads it.

    Args:
        folder: `saved_models/<name>`.
        keep: How many of the newest versions stay, at least 1.

    Returns:
        The versions that were deleted.

    Raises:
        ValueError: If `keep` is less than 1.
        ExportError: If the folder cannot be read or written.
    """
    if keep < 1:
        raise ValueError(f"Expected to keep at least 1 version, received {keep}.")
    folder = Path(folder)
    with one_at_a_time(folder.resolve().parent):  # nobody labels a version that is to go
        return _retain(folder, keep)


def _retain(folder: Path, keep: int) -> list[int]:
    versions = _versions(folder)
    spared = {*list(versions)[-keep:], *configured_versions(folder)}
    deleted = [number for number in versions if number not in spared]
    if deleted:
        # One that an earlier, killed attempt had renamed is deleted here, too.
        with scratch_folder(folder, ".retired-", ExportError) as retired:
            for number in deleted:
                os.rename(versions[number], retired / str(number))
            shutil.rmtree(retired)
    return deleted


def roll_back(
    folder: str | Path, to: int | None = None, verify: Callable[[Path], None] | None = None
) -> Path:
    """Publish an earlier version once more, as the newest.

    Servers that serve the latest version take it up as they take up any other, and load it before
    they let the bad one go; a version number never means two models. Files are shared with the
    earlier version where the file system has hard links.

    Args:
        folder: `saved_models/<name>`.
        to: The version to go back to; by default the one before the newest, and where the newest
            is itself such a copy, the one before that which it copies.
        verify: Called with the folder of the copy before it is published; it raises where the copy
            is no good.

    Returns:
        The folder of the new version; its manifest tells `copy_of`.

    Raises:
        ExportError: If there is no such version, or none to go back to; or the model has labels,
            by which servers go then.
    """
    folder = Path(folder)
    versions = _versions(folder)
    labels = labelled_versions(folder)
    if labels:
        raise ExportError(
            f"{folder} has labels, and servers load what these name: "
            f"{', '.join(f'{label} is {version}' for label, version in sorted(labels.items()))}. "
            f"Move a label to the earlier version with `keras-genre label`."
        )
    to = _previous(versions, folder) if to is None else to
    if to not in versions:
        raise ExportError(
            f"{folder} has no version {to}. It has {', '.join(map(str, versions)) or 'none'}."
        )
    with scratch_folder(folder, ".staging-", ExportError) as staging:
        shutil.copytree(versions[to], staging, dirs_exist_ok=True, copy_function=_link_or_copy)
        _note_copy(staging, _original(versions[to]))
        if verify:
            verify(staging)
        return publish(staging, folder)


def _versions(folder: Path) -> dict[int, Path]:
    try:
        return list_versions(folder)
    except OSError as cause:
        raise ExportError(f"Cannot read {folder}: {cause.strerror}.") from cause


def _previous(versions: Collection[int], folder: Path) -> int:
    if len(versions) > 1:
        served = _original(folder / str(max(versions)))
        earlier = [number for number in versions if number < served]
        if earlier:
            return max(earlier)
    raise ExportError(
        f"{folder} has no version before the one that is served; it has "
        f"{', '.join(map(str, versions)) or 'none'}."
    )


def _original(version: Path) -> int:
    """The version that a version is a copy of, or itself."""
    return read_manifest(version).get("copy_of", int(version.name))


def read_manifest(version: Path) -> dict:
    """Give the manifest of a version; an empty one where it has none.

    Raises:
        ExportError: If it cannot be read.
    """
    try:
        return json.loads((version / MANIFEST).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}  # somebody else's SavedModel
    except (OSError, ValueError) as cause:
        raise ExportError(f"{version / MANIFEST} cannot be read: {cause}") from cause


def _note_copy(version: Path, original: int) -> None:
    path = version / MANIFEST
    content = {**read_manifest(version), "copy_of": original}
    path.parent.mkdir(exist_ok=True)
    path.unlink(missing_ok=True)  # it is the other version's file, too
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _link_or_copy(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
