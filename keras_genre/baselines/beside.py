"""The TF-IDF baseline that stands beside every deep model."""

import dataclasses
import hashlib
import json
import shutil
import time
from collections.abc import Callable
from pathlib import Path

from keras_genre.baselines.baseline_run import BaselineRun
from keras_genre.baselines.making import make_tfidf
from keras_genre.errors import KerasGenreError
from keras_genre.runs import Run

__all__ = ["tfidf_beside"]

_NAME = "TF-IDF"
# To be raised when the same records would give other predictions, or another rule, than before.
_FORMAT = 2


def tfidf_beside(run: Run, say: Callable[[str], None]) -> BaselineRun | None:
    """Give the TF-IDF baseline of the records that a run was trained on.

    It is made once and kept beside the run, in `.tfidf-<hash>`, for all runs that lie there.

    Args:
        run: What a training left behind.
        say: Called with a line for people before and after it is made, or where it cannot be.

    Returns:
        The baseline, or None where the records are gone, changed or damaged.
    """
    key = hashlib.sha256(json.dumps([_FORMAT, run.data_hash]).encode()).hexdigest()[:16]
    folder = run.folder.resolve().parent / f".tfidf-{key}"
    baseline = _kept(folder, say)
    if baseline is None:
        started = time.monotonic()
        try:
            dataset = run.dataset
            say(f"Training {_NAME} on the records of {run.name}.")
            baseline = make_tfidf(dataset)
        except KerasGenreError as cause:
            say(f"No {_NAME} row: it is trained on the records of {run.name}. {cause}")
            return None
        took = f"{_NAME} trained on the records of {run.name} in {time.monotonic() - started:.0f} s"
        try:
            baseline.save(folder)
            say(f"{took}, kept in {folder}.")
        except KerasGenreError as cause:
            say(f"{took}, not kept. {cause}")
    return dataclasses.replace(baseline, name=_NAME)


def _kept(folder: Path, say: Callable[[str], None]) -> BaselineRun | None:
    if not folder.is_dir():
        return None
    try:
        return BaselineRun.load(folder)
    except KerasGenreError as damage:
        say(f"{damage} It is made again.")
        shutil.rmtree(folder, ignore_errors=True)
        return None
