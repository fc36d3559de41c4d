import pytest
import tensorflow as tf
from tensorflow_serving.apis import prediction_log_pb2

from keras_genre.errors import ExportError
from keras_genre.export.verifying import replay_warm_up
from keras_genre.export.warmup import WARM_UP, check_batch_sizes, read_warm_up, write_warm_up


def test_warm_up_holds_a_request_for_each_batch_size(tmp_path):
    write_warm_up(tmp_path, [1, 3, 8], "lstm")
    records = tf.data.TFRecordDataset(str(tmp_path / WARM_UP)).as_numpy_iterator()
    requests = [
        prediction_log_pb2.PredictionLog.FromString(record).predict_log.request
        for record in records
    ]
    assert [request.model_spec.name for request in requests] == ["lstm"] * 3
    assert {request.model_spec.signature_name for request in requests} == {"serving_default"}
    asked = list(read_warm_up(tmp_path))
    assert [len(inputs["plot"]) for inputs in asked] == [1, 3, 8]
    assert [len(inputs["poster"]) for inputs in asked] == [1, 3, 8]
    assert all(plot for plot in asked[-1]["plot"])
    assert tf.io.decode_jpeg(asked[0]["poster"][0]).shape[-1] == 3


def test_warm_up_of_no_batch_size_writes_no_file(tmp_path):
    write_warm_up(tmp_path, [], "lstm")
    assert list(tmp_path.iterdir()) == []
    assert list(read_warm_up(tmp_path)) == []


@pytest.mark.parametrize(("sizes", "received"), [([1, 0], "0"), ([1] * 1001, "1001 of them")])
def test_batch_sizes_that_no_server_takes_are_refused(sizes, received):
    with pytest.raises(ValueError, match=f"received {received}"):
        check_batch_sizes(sizes)


def test_exported_model_answers_its_warm_up(exported_model):
    assert [len(inputs["plot"]) for inputs in read_warm_up(exported_model)] == [1, 2, 4, 8, 16, 32]
    replay_warm_up(exported_model)


def test_replay_of_a_damaged_version_says_so(tmp_path):
    (tmp_path / "saved_model.pb").write_bytes(b"half")
    with pytest.raises(ExportError, match="does not load and predict"):
        replay_warm_up(tmp_path)
