"""Checkpoints: what a training that was killed goes on from."""

import hashlib
import json
import re
import warnings
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from keras_genre.staging import staged_file

ABOUT = "training.json"
"""Says in a folder of checkpoints what is trained."""

_KEPT = 2


class Checkpoints:
    """Numbered states of a training in a folder, the newest two of them.

    A state is written beside, with the hash of its bytes, and renamed: one that was being written
    when the process was killed does not count.

    Args:
        folder: Made when the first state is saved.
        about: What is trained, for whoever finds the folder; written into `ABOUT` there.
    """

    def __init__(self, folder: Path, about: dict):
        self._folder = folder
        self._about = about

    def save(self, number: int, arrays: Mapping[str, np.ndarray], notes: dict) -> None:
        """Save a state, and remove all but the newest.

        Args:
            number: Higher than that of every state before.
            arrays: Numbers, bit for bit.
            notes: Everything else, as JSON has it.

        Raises:
            KerasGenreError: If it cannot be written, for example because the disk is full; the
                states before are still there.
        """
        path = self._folder / f"{number:06d}.npz"
        if not (self._folder / ABOUT).is_file():
            with staged_file(self._folder / ABOUT) as staging:
                staging.write_text(json.dumps(self._about, indent=1) + "\n", encoding="utf-8")
        with staged_file(path) as staging:
            with staging.open("wb") as file:
                np.savez(file, **arrays)
            content = {"sha256": _sha256(staging), "notes": notes}
        with staged_file(path.with_suffix(".json")) as staging:
            staging.write_text(json.dumps(content), encoding="utf-8")
        for old in self._numbers()[:-_KEPT]:
            self._note(old).unlink()  # first, so that no note is without its numbers
            self._note(old).with_suffix(".npz").unlink(missing_ok=True)

    def newest(self) -> tuple[int, dict[str, np.ndarray], dict] | None:
        """The newest state that is whole: its number, arrays and notes; None if there is none.

        A damaged one is passed over, with a warning.
        """
        for number in reversed(self._numbers()):
            try:
                content = json.loads(self._note(number).read_text(encoding="utf-8"))
                path = self._note(number).with_suffix(".npz")
                if _sha256(path) != content["sha256"]:
                    raise ValueError("its bytes are not those that were written")
                with np.load(path, allow_pickle=False) as arrays:
                    return number, dict(arrays), content["notes"]
            except (OSError, ValueError, KeyError, TypeError) as cause:
                warnings.warn(
                    f"The checkpoint {self._note(number)} is damaged ({cause}); the training goes "
                    f"on from the one before it.",
                    stacklevel=2,
                )
        return None

    def _numbers(self) -> list[int]:
        if not self._folder.is_dir():
            return []
        names = (re.fullmatch(r"(\d+)\.json", path.name) for path in self._folder.iterdir())
        return sorted(int(name[1]) for name in names if name)

    def _note(self, number: int) -> Path:
        return self._folder / f"{number:06d}.json"


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
