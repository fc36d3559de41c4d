"""Warm-up requests: what a server asks a new version before it lets anybody else ask."""

import io
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import tensorflow as tf
from tensorflow_serving.apis import predict_pb2, prediction_log_pb2

from keras_genre import features
from keras_genre.catalog.synthetic import draw_poster, write_plot
from keras_genre.catalog.synthetic.film_model import HEROES, SCENES, THEMES, TONES

BATCH_SIZES = (1, 2, 4, 8, 16, 32)
"""The batches that are warmed by default: the `allowed_batch_sizes` of a batching file."""

WARM_UP = Path("assets.extra") / "tf_serving_warmup_requests"
_MOST = 1000  # TensorFlow Serving refuses a version that has more


def check_batch_sizes(batch_sizes: Sequence[int]) -> None:
    """Refuse batch sizes that no server could warm.

    Raises:
        ValueError: If one is not positive, or there are more than 1000 of them.
    """
    wrong = [size for size in batch_sizes if size < 1]
    if wrong or len(batch_sizes) > _MOST:
        raise ValueError(
            f"Expected at most {_MOST} batch sizes of at least 1, received "
            f"{wrong[0] if wrong else len(batch_sizes)}{'' if wrong else ' of them'}."
        )


def write_warm_up(version: Path, batch_sizes: Sequence[int], model: str) -> None:
    """Write a request of invented films for each batch size, where TensorFlow Serving looks.

    Args:
        version: The folder of the version.
        batch_sizes: Films of each request; none for no warm-up.
        model: The name of the model.

    Reference:
        [SavedModel Warmup](https://www.tensorflow.org/tfx/serving/saved_model_warmup)
    """
    if not batch_sizes:
        return
    path = version / WARM_UP
    path.parent.mkdir(exist_ok=True)
    plots, posters = _invented_films(max(batch_sizes))
    with tf.io.TFRecordWriter(str(path)) as writer:
        for size in batch_sizes:
            request = predict_pb2.PredictRequest()
            request.model_spec.name = model
            request.model_spec.signature_name = "serving_default"
            for name, values in ((features.PLOT, plots), (features.POSTER, posters)):
                request.inputs[name].CopyFrom(tf.make_tensor_proto(values[:size]))
            log = prediction_log_pb2.PredictionLog()
            log.predict_log.request.CopyFrom(request)
            writer.write(log.SerializeToString())


def read_warm_up(version: Path) -> Iterator[dict[str, np.ndarray]]:
    """Give the inputs of each warm-up request of a version; none where it has no such file.

    Raises:
        tf.errors.DataLossError: If the file is damaged.
    """
    path = version / WARM_UP
    if not path.is_file():
        return
    for record in tf.data.TFRecordDataset(str(path)).as_numpy_iterator():
        request = prediction_log_pb2.PredictionLog.FromString(record).predict_log.request
        yield {name: tf.make_ndarray(value) for name, value in request.inputs.items()}


def _invented_films(count: int) -> tuple[list[bytes], list[bytes]]:
    """Plots and posters; more than a few different posters would only make the file bigger."""
    rng = np.random.default_rng(0)
    plots = [write_plot(rng.choice(THEMES), rng.choice(TONES), rng) for _ in range(count)]
    posters = [_jpeg(rng) for _ in range(min(count, 4))]
    return (
        [plot.encode() for plot in plots],
        [posters[film % len(posters)] for film in range(count)],
    )


def _jpeg(rng: np.random.Generator) -> bytes:
    file = io.BytesIO()
    poster = draw_poster(rng.choice(SCENES), rng.choice(HEROES), "Warming Up", rng)
    poster.save(file, "JPEG")
    return file.getvalue()
