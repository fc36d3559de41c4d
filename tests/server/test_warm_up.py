import shutil

import numpy as np
import pytest
import tensorflow as tf
from serving_helpers import eventually, examples_request, predict_request
from tensorflow_serving.apis import (
    classification_pb2,
    inference_pb2,
    prediction_log_pb2,
    regression_pb2,
)

from keras_genre.server import warm_up
from keras_genre.server.servable import Servable


def predict_log(signature="serving_default", value=2.0):
    inputs = {"x": np.array([[value]], np.float32)}
    log = prediction_log_pb2.PredictionLog()
    log.predict_log.request.CopyFrom(predict_request(signature=signature, inputs=inputs))
    return log


def every_kind():
    classify = prediction_log_pb2.PredictionLog()
    classify.classify_log.request.CopyFrom(
        examples_request(classification_pb2.ClassificationRequest, signature="classify_x_to_y")
    )
    regress = prediction_log_pb2.PredictionLog()
    regress.regress_log.request.CopyFrom(
        examples_request(regression_pb2.RegressionRequest, signature="regress_x_to_y")
    )
    both = prediction_log_pb2.PredictionLog()
    request = inference_pb2.MultiInferenceRequest(input=regress.regress_log.request.input)
    task = request.tasks.add(method_name="tensorflow/serving/regress")
    task.model_spec.CopyFrom(regress.regress_log.request.model_spec)
    both.multi_inference_log.request.CopyFrom(request)
    return [predict_log(), classify, regress, both]


@pytest.fixture
def version(tmp_path, half_plus_two):
    """A copy of the version, for warm-up records."""
    folder = tmp_path / "m" / "1"
    shutil.copytree(half_plus_two / "00000123", folder)
    return folder


def write(version, *records):
    path = version / "assets.extra" / "tf_serving_warmup_requests"
    path.parent.mkdir(exist_ok=True)
    with tf.io.TFRecordWriter(str(path)) as writer:
        for record in records:
            writer.write(record if isinstance(record, bytes) else record.SerializeToString())
    return path


def test_records_of_every_kind_are_played(version, monkeypatch):
    write(version, *every_kind())
    servable = Servable.load(1, version)
    ran = []
    run = servable.run
    monkeypatch.setattr(servable, "run", lambda name, *rest: ran.append(name) or run(name, *rest))
    assert warm_up.play_warm_up(servable, version) == 4
    assert ran == ["serving_default", "classify_x_to_y", "regress_x_to_y", "regress_x_to_y"]


def test_version_without_records_needs_none(version):
    assert warm_up.play_warm_up(Servable.load(1, version), version) == 0


def test_version_is_warm_before_it_is_available(version, serve, connect):
    write(version, predict_log())
    assert connect(serve({"m": version.parent})).states() == {1: "AVAILABLE"}


@pytest.mark.parametrize(
    ("record", "code", "words"),
    [
        (predict_log("z"), 9, 'Serving signature key "z" not found.'),
        (b"\xff\xff", 3, "Failed to parse warmup record"),
        (prediction_log_pb2.PredictionLog(), 12, "Unsupported log_type for warmup: None"),
    ],
)
def test_bad_record_fails_the_load_and_the_old_version_serves(
    version, half_plus_two, serve, connect, record, code, words
):
    client = connect(serve({"m": version.parent}))
    staging = version.parent / ".staging"
    shutil.copytree(half_plus_two / "00000123", staging)
    write(staging, predict_log(), record)
    staging.rename(version.parent / "2")
    eventually(lambda: client.states().get(2) == "END")
    (status,) = client.status(version=2)
    assert status.status.error_code == code
    assert words in status.status.error_message
    assert client.states()[1] == "AVAILABLE"


def test_damaged_records_fail_the_load(version, serve, connect):
    path = write(version, predict_log())
    path.write_bytes(path.read_bytes()[:-1])
    (status,) = connect(serve({"m": version.parent})).status()
    assert status.status.error_code == 15  # DATA_LOSS
    assert status.status.error_message.endswith("verify your warmup data is in TFRecord format.")


def test_more_records_than_the_limit_fail_the_load(version, monkeypatch):
    monkeypatch.setattr(warm_up, "_MOST_RECORDS", 2)
    write(version, *[predict_log()] * 3)
    with pytest.raises(Exception, match=r"exceeds the maximum \(2\) at "):
        warm_up.play_warm_up(Servable.load(1, version), version)
