"""Proving that what was written loads and gives the answers that it should."""

from pathlib import Path

import numpy as np
import tensorflow as tf

from keras_genre import features
from keras_genre.errors import ExportError
from keras_genre.export.served_model import ServedModel
from keras_genre.export.warmup import read_warm_up
from keras_genre.saved_graph import SavedGraph

_TOLERANCE = 1e-5
_HALF_TOLERANCE = 1e-2  # where operations are joined otherwise, 16 bits round at other places
_MISSING = {features.PLOT: [b""], features.POSTER: [b""]}


def replay_warm_up(version: Path) -> None:
    """Load a version as TensorFlow Serving does and ask it its own warm-up requests.

    One that has none is asked about a film of which everything is missing.

    Raises:
        ExportError: If it does not load, does not answer, or answers nonsense.
    """
    _ask_graph(version, _warm_up(version) or [_MISSING])


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
    expected = served.tokens(tensors)
    embedding = served.forward(tensors)[features.EMBEDDING]

    loaded = _attempted(version, tf.saved_model.load, str(version)).signatures
    received = _attempted(version, loaded["serving_default"], plot=plots, poster=posters)
    _check_close(expected, received, features.PROBABILITIES)
    _check_decisions(served, tensors, expected, received)
    from_tensors = _attempted(version, loaded["tokens"], **tensors)
    _check_close(expected, from_tensors, features.PROBABILITIES)
    embedded = _attempted(version, loaded["embed"], plot=plots, poster=posters)
    largest = max(1.0, float(tf.reduce_max(tf.abs(embedding))))  # float32 rounds by its size
    scaled = {features.EMBEDDING: embedded[features.EMBEDDING] / largest}
    tolerance = _TOLERANCE if served.computes_in == "float32" else _HALF_TOLERANCE
    _check_close({features.EMBEDDING: embedding / largest}, scaled, features.EMBEDDING, tolerance)

    film = {features.PLOT: plots.numpy(), features.POSTER: posters.numpy()}
    first, *_ = _ask_graph(version, [film, *_warm_up(version)])
    _check_close(expected, first, features.PROBABILITIES, tolerance)


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


def _check_close(expected, received, name: str, tolerance: float = _TOLERANCE) -> None:
    gap = np.abs(expected[name] - received[name]).max()
    if not gap <= tolerance:
        raise ExportError(
            f"The exported model's {name} differ by {gap:.2g} from the model's own; "
            f"expected at most {tolerance:g}."
        )


def _warm_up(version: Path) -> list[dict]:
    return _attempted(version, lambda: list(read_warm_up(version)))


def _ask_graph(version: Path, requests: list[dict]) -> list[dict]:
    """Ask as TensorFlow Serving does, and check that the answers are answers."""
    answers = _attempted(version, _answered, version, requests)
    for inputs, answer in zip(requests, answers, strict=True):
        _check_sensible(version, len(inputs[features.PLOT]), answer[features.PROBABILITIES])
    return answers


def _answered(version: Path, requests: list[dict]) -> list[dict]:
    with SavedGraph(version) as graph:
        return [graph.ask("serving_default", **inputs) for inputs in requests]


def _check_sensible(version: Path, films: int, probabilities: np.ndarray) -> None:
    if len(probabilities) != films or not ((probabilities >= 0) & (probabilities <= 1)).all():
        raise ExportError(
            f"{version} answered a warm-up request of {films} films with {len(probabilities)} "
            f"rows, or not with probabilities. It is not published; export again."
        )


def _attempted(version: Path, call, *args, **kwargs):
    try:
        return call(*args, **kwargs)
    except Exception as cause:
        raise ExportError(f"The model in {version} does not load and predict: {cause}") from cause
