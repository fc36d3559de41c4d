"""The rows of a study that are no networks: trees grown on what frozen encoders say."""

from collections.abc import Callable, Mapping
from pathlib import Path

from keras_genre.baselines import BaselineRun, make_boosted, make_stacked
from keras_genre.baselines.optional import imported
from keras_genre.data import MovieDataset
from keras_genre.errors import KerasGenreError, RunError
from keras_genre.studies.missing_error import MissingError
from keras_genre.studies.study import Row
from keras_genre.studies.weights import weights_of_row

_MAKERS = {"boosted": ("lightgbm", make_boosted), "stacked": ("xgboost", make_stacked)}


def baseline_of_row(
    row: Row,
    seed: int,
    dataset: MovieDataset,
    target: Path,
    weights: Mapping[str, str],
    say: Callable[[str], None],
) -> BaselineRun:
    """Give the baseline of a row: the one that lies in `target`, or make it and leave it there.

    Args:
        row: A row with a baseline.
        seed: Of the trees.
        dataset: The records.
        target: Its folder; what the encoders say is kept beside it.
        weights: As of `StudyOptions`.
        say: Called with lines for people.

    Raises:
        MissingError: If the library that grows the trees is not installed, or weights are not
            named.
        WeightsError: If pretrained weights cannot be loaded.
        RunError: If what lies there was made otherwise.
    """
    given = weights_of_row(row, weights)
    if target.is_dir():
        return _finished(row, seed, dataset, target, given)
    library, make = _MAKERS[row.baseline]
    try:
        imported(library)
    except KerasGenreError as cause:
        raise MissingError(str(cause)) from cause
    say(f"Training {target}")
    baseline = make(dataset, row.preset, target.parent / ".features", say, seed, **given)
    return baseline.save(target)


def check_records(target: Path, data_hash: str, dataset: MovieDataset) -> None:
    """Refuse what was trained on other records.

    Raises:
        RunError: If the hash is not that of `dataset`.
    """
    if data_hash != dataset.manifest.data_hash:
        raise RunError(
            f"{target} was trained on other records than {dataset.folder}. Delete it, or choose "
            f"another folder for the study."
        )


def _finished(row, seed, dataset, target, given) -> BaselineRun:
    baseline = BaselineRun.load(target)
    unnamed = {"text_weights": None, "poster_weights": None}
    asked = {"preset": row.preset, "seed": seed, **unnamed, **given}
    made = {name: baseline.choices.get(name) for name in asked}
    if baseline.kind != row.baseline or made != asked:
        raise RunError(
            f"{target} was made otherwise than this study asks for. Delete it, or choose another "
            f"folder for the study."
        )
    check_records(target, baseline.data_hash, dataset)
    return baseline
