"""What storing weights in fewer bytes costs, on the validation films of a run."""

from pathlib import Path

import numpy as np
import tensorflow as tf
from sklearn.metrics import f1_score

from keras_genre import features
from keras_genre.runs import Run
from keras_genre.scoring.decisions import decide

_BATCH_SIZE = 32
_GIVEN = (features.PROBABILITIES, features.SELECTED)


def measure_loss(run: Run, version: Path) -> dict[str, float]:
    """Ask an exported version about its run's validation films, and compare with the run.

    Args:
        run: The run that was exported; its records must still be there.
        version: The folder of the version.

    Returns:
        `films`; `largest_change` of a calibrated probability; `macro_f1_before`, of the run's own
        predictions, and `macro_f1_after`, of what the version selects.

    Raises:
        RunError: If the records are gone or are others.
    """
    predictions = run.predict("validation")
    before = decide(predictions, run.rule)
    probabilities, selected = _answers(run, version, predictions.movie_ids)
    return {
        "films": len(predictions),
        "largest_change": float(np.abs(before.calibrated - probabilities).max()),
        "macro_f1_before": _macro_f1(predictions.labels, before.selected),
        "macro_f1_after": _macro_f1(predictions.labels, selected),
    }


def _answers(run: Run, version: Path, movie_ids) -> tuple[np.ndarray, np.ndarray]:
    served = tf.saved_model.load(str(version)).signatures["serving_default"]
    films = run.dataset.load(
        "validation", lambda raw: raw, _BATCH_SIZE, shuffle=False, with_ids=True
    )
    answers = {}
    for raw, _, ids in films:
        answer = served(plot=raw[features.PLOT], poster=raw[features.POSTER])
        rows = zip(*(answer[name].numpy() for name in _GIVEN), strict=True)
        answers.update(zip((name.decode() for name in ids.numpy()), rows, strict=True))
    probabilities, selected = zip(*(answers[movie_id] for movie_id in movie_ids), strict=True)
    return np.stack(probabilities), np.stack(selected)


def _macro_f1(labels: np.ndarray, selected: np.ndarray) -> float:
    """Macro F1 of the genres that a film has, as `keras_genre.scoring.score` counts it."""
    known = labels.any(axis=0)
    return float(f1_score(labels[:, known], selected[:, known], average="macro", zero_division=0))
