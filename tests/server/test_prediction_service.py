import re

import grpc
import numpy as np
import pytest
import tensorflow as tf
from serving_helpers import ONE_FILM, predict_request, refusal
from tensorflow.core.framework import tensor_pb2
from tensorflow_serving.apis import predict_pb2

TWO_FILMS = {"plot": [b"abc", b""], "poster": [b"\xff\xd8\x00\x00", b""]}


def test_predict_two_films_answers_all_outputs(client):
    outputs = client.predict(inputs=TWO_FILMS).outputs
    answer = {name: tf.make_ndarray(outputs[name]) for name in outputs}
    np.testing.assert_allclose(answer["probabilities"], [[0.1, 0.43], [0.1, 0.0]], rtol=1e-6)
    assert answer["selected"].dtype == bool
    assert answer["genres"].tolist() == [[b"Drama", b"Sci-Fi"]] * 2


def test_predict_outputs_are_typed_fields(client):
    outputs = client.predict(inputs=TWO_FILMS).outputs
    assert all(output.tensor_content == b"" for output in outputs.values())
    np.testing.assert_allclose(outputs["probabilities"].float_val, [0.1, 0.43, 0.1, 0], rtol=1e-6)
    assert list(outputs["selected"].bool_val) == [False, False, False, False]
    assert list(outputs["genres"].string_val) == [b"Drama", b"Sci-Fi"] * 2
    assert [d.size for d in outputs["probabilities"].tensor_shape.dim] == [2, 2]


def test_predict_empty_batch_answers_empty_batch(client):
    empty = np.array([], dtype=object)
    inputs = {name: tf.make_tensor_proto(empty, tf.string, [0]) for name in ("plot", "poster")}
    output = client.predict(inputs=inputs).outputs["probabilities"]
    assert tf.make_ndarray(output).shape == (0, 2)


def test_predict_without_version_and_signature_echoes_resolved_ones(client):
    spec = client.predict().model_spec
    assert (spec.name, spec.version.value, spec.signature_name) == ("m", 1, "serving_default")


def test_predict_named_version_and_signature_echoes_them(client):
    inputs = {"index": [1], "scale": [2.0]}
    response = client.predict(version=1, signature="pick", inputs=inputs)
    assert response.model_spec.version.value == 1
    assert response.model_spec.signature_name == "pick"
    assert list(response.outputs["picked"].float_val) == [4.0]


def test_predict_scalar_string_output_is_a_string_val(client, tmp_path):
    (tmp_path / "poster").write_bytes(b"GIF\x00\x00")
    inputs = {"path": str(tmp_path / "poster")}
    output = client.predict(signature="read", inputs=inputs).outputs["content"]
    assert list(output.string_val) == [b"GIF\x00\x00"]
    assert len(output.tensor_shape.dim) == 0


def test_predict_output_filter_answers_only_these(client):
    outputs = client.predict(outputs=["selected", "genres"]).outputs
    assert set(outputs) == {"selected", "genres"}


def test_predict_message_over_default_limit_is_answered(client):
    poster = bytes(5 * 2**20)  # gRPC's own limit is 4 MiB
    outputs = client.predict(inputs={"plot": [b"a"], "poster": [poster]}).outputs
    assert outputs["probabilities"].float_val[1] == pytest.approx(len(poster) / 10, rel=1e-3)


def test_predict_unknown_model_is_not_found(client):
    expected = ("NOT_FOUND", "Servable not found for request: Latest(nobody)")
    assert refusal(client.predict, name="nobody") == expected


@pytest.mark.parametrize("name", ["m", "nobody"])
def test_predict_unknown_version_is_not_found(client, name):
    expected = ("NOT_FOUND", f"Servable not found for request: Specific({name}, 9)")
    assert refusal(client.predict, name=name, version=9) == expected


def test_predict_without_spec_is_invalid(client):
    refused = refusal(client.prediction.Predict, predict_pb2.PredictRequest())
    assert refused == ("INVALID_ARGUMENT", "Missing ModelSpec")


def test_predict_without_name_is_invalid(client):
    expected = ("INVALID_ARGUMENT", "ModelSpec has no name specified.")
    assert refusal(client.predict, name="", version=1) == expected


def test_predict_unknown_label_is_invalid(client):
    expected = ("INVALID_ARGUMENT", "Unrecognized servable version label: canary")
    assert refusal(client.predict, label="canary") == expected


def test_predict_unknown_signature_is_failed_precondition(client):
    expected = ("FAILED_PRECONDITION", 'Serving signature key "z" not found.')
    assert refusal(client.predict, signature="z", inputs={}) == expected


def test_predict_missing_input_is_invalid(client):
    assert refusal(client.predict, inputs={"poster": [b""]}) == (
        "INVALID_ARGUMENT",
        "input size does not match signature: 1!=2 len({poster}) != len({plot,poster}). "
        "Sent extra: {}. Missing but required: {plot}.",
    )


def test_predict_extra_input_is_invalid(client):
    assert refusal(client.predict, inputs={**ONE_FILM, "title": [b""]}) == (
        "INVALID_ARGUMENT",
        "input size does not match signature: 3!=2 len({plot,poster,title}) != len({plot,poster})."
        " Sent extra: {title}. Missing but required: {}.",
    )


def test_predict_wrong_input_name_is_invalid(client):
    assert refusal(client.predict, inputs={"text": [b""], "poster": [b""]}) == (
        "INVALID_ARGUMENT",
        "Signature input alias: plot(feed name: serving_default_plot:0) not found in request and "
        "no default value provided. Inputs expected to be in the request {poster,text}, or "
        "default input alias set: ",
    )


@pytest.mark.parametrize(
    "malformed",
    [
        tensor_pb2.TensorProto(),
        tensor_pb2.TensorProto(dtype=99),
        tensor_pb2.TensorProto(dtype=tf.float32.as_datatype_enum, tensor_content=b"abc"),
        tensor_pb2.TensorProto(
            dtype=tf.string.as_datatype_enum,
            tensor_shape=tf.TensorShape([None]).as_proto(),
            string_val=[b"a"],
        ),
    ],
    ids=["no dtype", "unknown dtype", "content of another size", "negative dimension"],
)
def test_predict_malformed_tensor_is_invalid(client, malformed):
    expected = ("INVALID_ARGUMENT", "tensor parsing error: plot")
    assert refusal(client.predict, inputs={**ONE_FILM, "plot": malformed}) == expected


@pytest.mark.parametrize(
    ("signature", "inputs", "message"),
    [
        (
            "pick",
            {"index": [0], "scale": np.array([1.0])},
            "Expects arg[1] to be float but double is provided",
        ),
        (
            "serving_default",
            {"plot": [1], "poster": [b""]},
            "Expects arg[0] to be string but int32 is provided",
        ),
    ],
)
def test_predict_wrong_dtype_is_invalid(client, signature, inputs, message):
    refused = refusal(client.predict, signature=signature, inputs=inputs)
    assert refused == ("INVALID_ARGUMENT", message)


def test_predict_unknown_output_is_invalid(client):
    assert refusal(client.predict, outputs=["zz"]) == (
        "INVALID_ARGUMENT",
        "output tensor alias not found in signature: zz Outputs expected to be in the set "
        "{genres,probabilities,selected}.",
    )


def test_predict_duplicate_output_is_invalid(client):
    expected = ("INVALID_ARGUMENT", "duplicate output tensor alias: genres")
    assert refusal(client.predict, outputs=["genres", "genres"]) == expected


@pytest.mark.parametrize(
    ("inputs", "words"),
    [
        # Two operations of the model fail on a scalar; which is first, is up to the threads.
        (
            {"plot": b"a", "poster": b"b"},
            "slice index 0 of dimension 0 out of bounds|axis = 1 not in",
        ),
        (
            {"plot": [b"a", b"b"], "poster": [b"a", b"b", b"c"]},
            r"Incompatible shapes: \[2\] vs. \[3\]",
        ),
    ],
    ids=["unbatched", "two batch sizes"],
)
def test_predict_wrong_shape_is_invalid_in_words_of_tensorflow(client, inputs, words):
    code, message = refusal(client.predict, inputs=inputs)
    assert code == "INVALID_ARGUMENT"
    assert re.search(words, message)
    assert "stack traces unavailable" not in message
    assert "[Op:" not in message
    assert client.answer() == 0.1  # alive and well


def test_predict_error_inside_model_answers_its_own_code(client):
    nowhere = {"path": "/nowhere/at/all"}
    code, message = refusal(client.predict, signature="read", inputs=nowhere)
    assert code == "NOT_FOUND"
    assert "/nowhere/at/all; No such file or directory" in message
    assert client.answer() == 0.1


def test_predict_surprise_is_internal_and_server_lives(client, monkeypatch, caplog):
    surprises = iter([KeyError("a bug")])
    monkeypatch.setattr(
        "keras_genre.server.prediction_service.write_tensor", lambda *_: _raise(next(surprises))
    )
    assert refusal(client.predict) == ("INTERNAL", "KeyError: 'a bug'")
    assert "Predict failed" in caplog.text
    monkeypatch.undo()
    assert client.answer() == 0.1


def test_predict_long_message_is_truncated_like_the_real_one(client):
    _, message = refusal(client.predict, outputs=["z" * 5000])
    assert len(message) == 1024 + len("...TRUNCATED")
    assert message.endswith("...TRUNCATED")


def test_predict_past_deadline_is_not_run(base_path, serve, connect, gate):
    client = connect(serve({"m": base_path}, max_workers=1))
    first = client.prediction.Predict.future(_film(b"first"))
    assert gate.arrived.acquire(timeout=10)
    late = client.prediction.Predict.future(_film(b"late"), timeout=0.2)
    assert late.code() is grpc.StatusCode.DEADLINE_EXCEEDED
    gate.door.set()
    first.result()
    client.prediction.Predict(_film(b"last"))  # the only worker took the late one before this
    assert gate.plots == [b"first", b"last"]


def _film(plot):
    return predict_request(inputs={"plot": [plot], "poster": [b""]})


def _raise(error):
    raise error
