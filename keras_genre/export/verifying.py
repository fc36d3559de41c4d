"""Proving that what was written loads and gives the answers that it should."""

from pathlib import Path

import numpy as np
import tensorflow as tf

from keras_genre import features
from keras_genre.errors import ExportError
from keras_genre.export.served_model import ServedModel
from keras_genre.export.warmup import read_warm_up

_TOLERANCE = 1e-5


def replay_warm_up(version: Path) -> None:
    """Load a version as a server does and ask it its own warm-up requests.

    Raises:
        ExportError: If it does not load, does not answer, or answers nonsense.
    """
    served = _attempted(version, tf.saved_model.load, str(version))
    _ask_warm_up(version, served.signatures["serving_default"])


def verify(version: Path, served: ServedModel) -> None:
    """Load what was written and ask it what the model in this process is asked.

    Args:
        version: The folder that was written.
        served: What was written into it.

    Raises:
        ExportError: If it does not load and predict, or answers differently.
    """
    plots = tf.constant(["A lighthouse keeper teaches a gull to waltz.", "", "?"])
    picture = tf.cast(tf.random.stateless_uniform((96, 64, 3), (1, 2), 0, 255, tf.int32), tf.uint8)
    posters = tf.stack([tf.io.encode_jpeg(picture), tf.constant(b""), tf.constant(b"no picture")])
    tensors = served.prepare(plots, posters)
    expected = served.predict(plots, posters)
    embedding = served.embed(plots, posters)[features.EMBEDDING]

    loaded = _attempted(version, tf.saved_model.load, str(version)).signatures
    received = _attempted(version, loaded["serving_default"], plot=plots, poster=posters)
    _check_close(expected, received, features.PROBABILITIES)
    _check_decisions(served, tensors, expected, received)
    from_tensors = _attempted(version, loaded["tokens"], **tensors)
    _check_close(expected, from_tensors, features.PROBABILITIES)
    embedded = _attempted(version, loaded["embed"], plot=plots, poster=posters)
    largest = max(1.0, float(tf.reduce_max(tf.abs(embedding))))  # float32 rounds by its size
    scaled = {features.EMBEDDING: embedded[features.EMBEDDING] / largest}
    _check_close({features.EMBEDDING: embedding / largest}, scaled, features.EMBEDDING)
    _ask_warm_up(version, loaded["serving_default"])


def _check_decisions(served: ServedModel, tensors, expected, received) -> None:
    # Its own probabilities decide what it must select: a rounding error may lie at a threshold.
    present = [tensors.get(name) for name in (features.HAS_PLOT, features.HAS_POSTER)]
    selected = served.decoder.rule.select_calibrated(
        received[features.PROBABILITIES], *(has if has is None else has.numpy() for has in present)
    )
    for name, right in (
        (features.SELECTED, selected),
        (features.GENRES, expected[features.GENRES]),
    ):
        if not np.array_equal(right, received[name]):
            raise ExportError(f"The exported model gives other {name!r} than the model itself.")


def _check_close(expected, received, name: str) -> None:
    gap = np.abs(expected[name] - received[name]).max()
    if not gap <= _TOLERANCE:
        raise ExportError(
            f"The exported model's {name} differ by {gap:.2g} from the model's own; "
            f"expected at most {_TOLERANCE:g}."
        )


def _ask_warm_up(version: Path, predict) -> None:
    for inputs in _attempted(version, lambda: list(read_warm_up(version))):
        answer = _attempted(version, predict, **inputs)[features.PROBABILITIES].numpy()
        films = len(inputs[features.PLOT])
        if len(answer) != films or not ((answer >= 0) & (answer <= 1)).all():
            raise ExportError(
                f"{version} answered a warm-up request of {films} films with {len(answer)} rows, "
                f"or not with probabilities. It is not published; export again."
            )


def _attempted(version: Path, call, *args, **kwargs):
    try:
        return call(*args, **kwargs)
    except Exception as cause:
        raise ExportError(f"The model in {version} does not load and predict: {cause}") from cause
