"""Warm-up: a version answers the requests that came with it before anybody else asks."""

from pathlib import Path

import grpc
import tensorflow as tf
from google.protobuf.message import DecodeError
from tensorflow_serving.apis import prediction_log_pb2

from keras_genre.server.examples import classify, infer, regress
from keras_genre.server.servable import DEFAULT_SIGNATURE, Servable
from keras_genre.server.statuses import StatusError, invalid

__all__ = ["play_warm_up"]

_FILE = Path("assets.extra") / "tf_serving_warmup_requests"
_MOST_RECORDS = 1000


def play_warm_up(servable: Servable, path: Path) -> int:
    """Play the warm-up requests in the folder of a version, and return how many there were.

    TensorFlow builds and optimises much at the first request of each kind; without this a client
    would wait for it.

    Args:
        servable: The version, loaded.
        path: Its folder. Without `assets.extra/tf_serving_warmup_requests` nothing is played.

    Raises:
        StatusError: If a record is none, or asks for what the version does not answer.
        tf.errors.OpError: If the model fails on a record, or the file is damaged.
    """
    file = path / _FILE
    if not file.is_file():
        return 0
    count = 0
    try:
        for record in tf.data.TFRecordDataset(str(file)).as_numpy_iterator():
            count += 1
            if count > _MOST_RECORDS:
                raise invalid(
                    f"Number of warmup records exceeds the maximum ({_MOST_RECORDS}) at {file}"
                )
            _play(servable, _read(record, file))
    except tf.errors.DataLossError as error:
        message = f"{error.message}. Please verify your warmup data is in TFRecord format."
        raise tf.errors.DataLossError(None, None, message) from error
    return count


def _read(record: bytes, file: Path) -> prediction_log_pb2.PredictionLog:
    try:
        return prediction_log_pb2.PredictionLog.FromString(record)
    except DecodeError as error:
        raise invalid(f"Failed to parse warmup record: {record[:100]!r} from {file}") from error


def _play(servable: Servable, log: prediction_log_pb2.PredictionLog) -> None:
    kind = log.WhichOneof("log_type")
    if kind == "multi_inference_log":
        request = log.multi_inference_log.request
        infer(servable, request.tasks, request.input, None)
        return
    if kind not in ("predict_log", "classify_log", "regress_log"):
        raise StatusError(grpc.StatusCode.UNIMPLEMENTED, f"Unsupported log_type for warmup: {kind}")
    request = getattr(log, kind).request
    name = request.model_spec.signature_name or DEFAULT_SIGNATURE
    if kind == "predict_log":
        servable.predict(name, request.inputs, request.output_filter, None)
    else:
        answer = classify if kind == "classify_log" else regress
        answer(servable, name, request.input, None)
