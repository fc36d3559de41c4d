"""The folder of a training that is not finished."""

import contextlib
import hashlib
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

from keras_genre.errors import RunError
from keras_genre.runs import Recipe
from keras_genre.staging import resumable_folder
from keras_genre.training.checkpoints import ABOUT, Checkpoints

_CHECKPOINTS = "checkpoints"


@contextlib.contextmanager
def training_folder(
    folder: Path, recipe: Recipe, data_hash: str
) -> Iterator[tuple[Path, Checkpoints]]:
    """Give the folder of a training, with the checkpoints of an attempt that was ended.

    It lies beside `folder` until the block succeeds; then it is renamed, without checkpoints.

    Args:
        folder: Where the run shall lie.
        recipe: Every choice.
        data_hash: Of the records.

    Yields:
        The folder to write into, and the checkpoints.

    Raises:
        RunError: If `folder` exists or cannot be written, or an attempt that was ended there had
            another recipe or other records.
    """
    about = about_training(recipe, data_hash)
    key = hashlib.sha256(json.dumps(about, sort_keys=True).encode()).hexdigest()
    _refuse_another(folder, about)
    with resumable_folder(folder, key, RunError) as staging:
        _remove_all_but_checkpoints(staging)  # of an attempt that was ended after its last epoch
        try:
            yield staging, Checkpoints(staging / _CHECKPOINTS, about)
        except BaseException:
            # Where there is nothing to go on from, nothing stays; and a full disk needs room.
            _remove_all_but_checkpoints(staging)
            raise
        shutil.rmtree(staging / _CHECKPOINTS, ignore_errors=True)


def about_training(recipe: Recipe, data_hash: str) -> dict:
    """What makes a training this one, as JSON has it."""
    return {"recipe": json.loads(recipe.to_json()), "data_hash": data_hash}


def differences(ours: dict, theirs: dict, told: str) -> list[str]:
    """In what two trainings differ.

    Args:
        ours: What `about_training` gave.
        theirs: The same of the other.
        told: How the two values of a field are told, the first one's first.
    """
    ours, theirs = _flat(ours), _flat(theirs)
    return [
        f"{name} {told.format(repr(ours.get(name)), repr(theirs.get(name)))}"
        for name in sorted(ours | theirs)
        if ours.get(name) != theirs.get(name)
    ]


def _remove_all_but_checkpoints(folder: Path) -> None:
    for path in folder.iterdir():
        if path.name == _CHECKPOINTS:
            continue
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def _refuse_another(folder: Path, about: dict) -> None:
    for path in sorted(folder.parent.glob(f".{folder.name}.partial-*/{_CHECKPOINTS}/{ABOUT}")):
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
            differing = differences(found, about, "was {} and is {}")
        except (OSError, ValueError, KeyError, TypeError):
            continue  # damaged: `resumable_folder` knows it by its key
        if differing:
            raise RunError(
                f"An unfinished training of {folder} lies in {path.parents[1]}, and it is another "
                f"one: {'; '.join(differing)}. Go on with it as it was begun, delete it to begin "
                f"anew, or name another folder."
            )


def _flat(content: dict) -> dict:
    return {**content["recipe"], "data_hash": content["data_hash"]}
