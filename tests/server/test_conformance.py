"""Every row of the contract: the conditions of TensorFlow Serving, its codes, its words."""

import numpy as np
import pytest
from serving_helpers import TIMEOUT, Client, RestClient, examples_request, refusal
from serving_helpers import predict_request as predict
from tensorflow.core.framework import tensor_pb2
from tensorflow_serving.apis import (
    classification_pb2,
    get_model_metadata_pb2,
    get_model_status_pb2,
    inference_pb2,
    model_management_pb2,
    predict_pb2,
    regression_pb2,
)

from keras_genre.server import BatchingParameters, DevelopmentServer, ServerOptions
from keras_genre.server.rest_server import _CODES

FILMS = {"plot": [b"a"], "poster": [b"b"]}
PICK = {"index": [0], "scale": [1.0]}


@pytest.fixture(scope="module")
def contract_server(tiny_models, half_plus_two):
    """Model `m` with versions 1 to 3, all of them, and `default`."""
    config = _config(m=tiny_models, default=half_plus_two)
    config.model_config_list.config[0].model_version_policy.all.SetInParent()
    config.model_config_list.config[0].version_labels["stable"] = 2
    options = ServerOptions(early_labels=True, metrics_path="/metrics")
    with DevelopmentServer(config, port=0, options=options) as server:
        yield server


@pytest.fixture(scope="module")
def contract(contract_server):
    client = Client(contract_server.address)
    yield client
    client.channel.close()


@pytest.fixture
def contract_rest(contract_server):
    client = RestClient(contract_server.rest_port)
    yield client
    client.connection.close()


def _config(**base_paths):
    from keras_genre.server import config_of_models

    return config_of_models(base_paths)


def _metadata(*fields, name="m"):
    request = get_model_metadata_pb2.GetModelMetadataRequest(metadata_field=fields)
    request.model_spec.name = name
    return request


def _status(name, version=None):
    request = get_model_status_pb2.GetModelStatusRequest()
    request.model_spec.name = name
    if version:
        request.model_spec.version.value = version
    return request


def _classify(signature, name="m"):
    return examples_request(classification_pb2.ClassificationRequest, name, signature)


def _malformed(**fields):
    return tensor_pb2.TensorProto(**fields)


ROWS = {
    "no spec": ("Predict", predict_pb2.PredictRequest(), "INVALID_ARGUMENT", "Missing ModelSpec"),
    "no spec, Classify": (
        "Classify",
        classification_pb2.ClassificationRequest(),
        "INVALID_ARGUMENT",
        "Missing ModelSpec",
    ),
    "no spec, Regress": (
        "Regress",
        regression_pb2.RegressionRequest(),
        "INVALID_ARGUMENT",
        "Missing ModelSpec",
    ),
    "no name": (
        "Predict",
        predict("", version=1),
        "INVALID_ARGUMENT",
        "ModelSpec has no name specified.",
    ),
    "no task": (
        "MultiInference",
        inference_pb2.MultiInferenceRequest(),
        "INVALID_ARGUMENT",
        "ModelSpec has no name specified.",
    ),
    "unknown model": (
        "Predict",
        predict("nobody"),
        "NOT_FOUND",
        "Servable not found for request: Latest(nobody)",
    ),
    "unknown version": (
        "Predict",
        predict("m", version=9),
        "NOT_FOUND",
        "Servable not found for request: Specific(m, 9)",
    ),
    "bad label": (
        "Predict",
        predict("m", label="x"),
        "INVALID_ARGUMENT",
        "Unrecognized servable version label: x",
    ),
    "bad signature": (
        "Predict",
        predict("m", signature="z"),
        "FAILED_PRECONDITION",
        'Serving signature key "z" not found.',
    ),
    "bad signature, Classify": (
        "Classify",
        _classify("z"),
        "INVALID_ARGUMENT",
        "No signature was found with the name: z",
    ),
    "missing input": (
        "Predict",
        predict("m", inputs={"poster": [b""]}),
        "INVALID_ARGUMENT",
        "input size does not match signature: 1!=2 len({poster}) != len({plot,poster}). "
        "Sent extra: {}. Missing but required: {plot}.",
    ),
    "extra input": (
        "Predict",
        predict("m", inputs={**FILMS, "title": [b""]}),
        "INVALID_ARGUMENT",
        "input size does not match signature: 3!=2 len({plot,poster,title}) != len({plot,poster})."
        " Sent extra: {title}. Missing but required: {}.",
    ),
    "wrong name": (
        "Predict",
        predict("m", inputs={"text": [b""], "poster": [b""]}),
        "INVALID_ARGUMENT",
        "Signature input alias:*",
    ),
    "malformed tensor": (
        "Predict",
        predict("m", inputs={**FILMS, "plot": _malformed(dtype=1, tensor_content=b"abc")}),
        "INVALID_ARGUMENT",
        "tensor parsing error: plot",
    ),
    "wrong dtype": (
        "Predict",
        predict("m", signature="pick", inputs={**PICK, "scale": np.array([1.0])}),
        "INVALID_ARGUMENT",
        "Expects arg[1] to be float but double is provided",
    ),
    "bad output_filter": (
        "Predict",
        predict("m", outputs=["zz"]),
        "INVALID_ARGUMENT",
        "output tensor alias not found in signature: zz Outputs expected to be in the set "
        "{genres,probabilities,selected}.",
    ),
    "duplicate output_filter": (
        "Predict",
        predict("m", outputs=["genres", "genres"]),
        "INVALID_ARGUMENT",
        "duplicate output tensor alias: genres",
    ),
    "no metadata field": (
        "GetModelMetadata",
        _metadata(),
        "INVALID_ARGUMENT",
        "GetModelMetadataRequest must specify at least one metadata_field",
    ),
    "unknown metadata field": (
        "GetModelMetadata",
        _metadata("graph"),
        "INVALID_ARGUMENT",
        "Metadata field graph is not supported",
    ),
    "status of unknown model": (
        "GetModelStatus",
        _status("nobody"),
        "NOT_FOUND",
        "Could not find any versions of model nobody",
    ),
    "status of unknown version": (
        "GetModelStatus",
        _status("m", 9),
        "NOT_FOUND",
        "Could not find version 9 of model m",
    ),
}


@pytest.mark.parametrize("row", ROWS)
def test_grpc_condition_answers_its_code_and_message(contract, row):
    method, request, code, message = ROWS[row]
    stub = contract.model if method == "GetModelStatus" else contract.prediction
    received_code, received = refusal(getattr(stub, method), request, timeout=TIMEOUT)
    assert received_code == code
    if message.endswith("*"):
        assert received.startswith(message[:-1])
    else:
        assert received == message


@pytest.mark.parametrize(
    ("body", "key", "expected"),
    [
        ({"instances": [{"x": 2.0}, {"x": 4.0}]}, "predictions", [3.0, 4.0]),
        ({"instances": [2.0, 4.0], "comment": 1}, "predictions", [3.0, 4.0]),
        ({"inputs": {"x": [[2.0]]}}, "outputs", [[3.0]]),
        ({"inputs": [[2.0]]}, "outputs", [[3.0]]),
    ],
)
def test_rest_predict_formats_answer_in_kind_and_drop_the_only_name(
    contract_rest, body, key, expected
):
    assert contract_rest.predict(body, "default") == (200, {key: expected})


def test_rest_both_formats_at_once_is_an_error(contract_rest):
    status, answer = contract_rest.predict({"instances": [1.0], "inputs": [1.0]}, "default")
    assert status == 400
    assert "expecting only one of 'inputs' or 'instances' keys to exist" in answer["error"]


@pytest.mark.parametrize("where", ["m", "m/versions/2", "m/labels/stable"])
def test_rest_paths_reach_version_and_label(contract_rest, where):
    row = {"plot": "a", "poster": {"b64": "YQ=="}}
    status, answer = contract_rest.predict({"instances": [row]}, where)
    assert status == 200
    expected = 0.3 if where == "m" else 0.2
    assert answer["predictions"][0]["probabilities"][0] == expected
    assert contract_rest.get(f"{where}/metadata")[0] == 200
    status, answer = contract_rest.get(where)
    assert all(isinstance(one["version"], str) for one in answer["model_version_status"])
    assert len(answer["model_version_status"]) == (3 if where == "m" else 1)


@pytest.mark.parametrize(
    ("method", "path", "status", "message"),
    [
        ("POST", "/v1/models/m:frobnicate", 400, "Malformed request: POST /v1/models/m:frobnicate"),
        (
            "POST",
            "/v1/models/nobody:predict",
            404,
            "Servable not found for request: Latest(nobody)",
        ),
        ("GET", "/v1/models/nobody", 404, "Could not find any versions of model nobody"),
        ("GET", "/v1/models/m/labels/x", 400, "Unrecognized servable version label: x"),
    ],
)
def test_rest_error_is_json_with_the_code_of_its_status(
    contract_rest, method, path, status, message
):
    assert contract_rest.ask(method, path, '{"instances": [1]}') == (status, {"error": message})


def test_rest_bad_signature_is_bad_request(contract_rest):
    body = {"signature_name": "z", "instances": [1.0]}
    expected = {"error": 'Serving signature name: "z" not found in signature def'}
    assert contract_rest.predict(body) == (400, expected)


def test_rest_codes_are_those_of_the_contract():
    expected = {
        400: {"INVALID_ARGUMENT", "FAILED_PRECONDITION", "OUT_OF_RANGE"},
        404: {"NOT_FOUND"},
        409: {"ALREADY_EXISTS", "ABORTED"},
        429: {"RESOURCE_EXHAUSTED"},
        499: {"CANCELLED"},
        501: {"UNIMPLEMENTED"},
        503: {"UNAVAILABLE"},
        504: {"DEADLINE_EXCEEDED"},
    }
    for status, names in expected.items():
        assert {name for name, code in _CODES.items() if code == status} == names


@pytest.mark.parametrize(
    ("change", "code", "message"),
    [
        (
            lambda models: models.add().CopyFrom(models[0]),
            "INVALID_ARGUMENT",
            "Illegal to list model m multiple times in config list",
        ),
        (
            lambda models: setattr(models[0], "base_path", "models/m"),
            "INVALID_ARGUMENT",
            "Expected model m to have an absolute path or URI; got base_path()=models/m",
        ),
        (
            lambda models: setattr(models[0], "model_platform", ""),
            "INVALID_ARGUMENT",
            "Illegal setting neither ModelServerConfig::model_type(deprecated) nor "
            "ModelServerConfig::model_platform.",
        ),
        (
            lambda models: models[0].version_labels.update({"stable": 9}),
            "FAILED_PRECONDITION",
            "Request to assign label to version 9 of model m, which is not currently available "
            "for inference",
        ),
    ],
    ids=["twice", "relative", "platform", "label"],
)
def test_reload_of_illegal_config_changes_nothing(
    contract, tiny_models, half_plus_two, change, code, message
):
    request = model_management_pb2.ReloadConfigRequest(
        config=_config(m=tiny_models, default=half_plus_two)
    )
    change(request.config.model_config_list.config)
    refused = refusal(contract.model.HandleReloadConfigRequest, request, timeout=TIMEOUT)
    assert refused == (code, message)
    assert contract.answer(label="stable") == 0.2
    assert contract.states() == {1: "AVAILABLE", 2: "AVAILABLE", 3: "AVAILABLE"}


def test_messages_over_the_default_limit_are_taken(contract):
    poster = bytes(5 * 2**20)
    assert contract.answer(inputs={"plot": [b""], "poster": [poster]}) == 0.3


def test_response_names_the_resolved_version(contract):
    spec = contract.predict(label="stable").model_spec
    assert (spec.name, spec.version.value, spec.signature_name) == ("m", 2, "serving_default")


def test_outputs_are_typed_fields(contract):
    output = contract.predict().outputs["probabilities"]
    assert output.float_val
    assert not output.tensor_content


def test_batching_errors_are_those_of_the_contract(half_plus_two, serve, connect):
    options = ServerOptions(batching=BatchingParameters(max_batch_size=32))
    client = connect(serve({"default": half_plus_two}, options=options))
    inputs = {"x": np.zeros((64, 1), np.float32)}
    assert refusal(client.predict, name="default", inputs=inputs) == (
        "INVALID_ARGUMENT",
        "Task size 64 is larger than maximum input batch size 32",
    )


def test_health_is_answered_only_where_it_is_asked_for(half_plus_two, serve, connect):
    options = ServerOptions(health=False)
    client = connect(serve({"default": half_plus_two}, options=options))
    assert refusal(client.is_healthy)[0] == "UNIMPLEMENTED"


def test_metrics_have_the_names_of_the_real_ones(contract, contract_server):
    contract.predict()
    client = RestClient(contract_server.rest_port)
    client.connection.request("GET", "/metrics")
    text = client.connection.getresponse().read().decode()
    client.connection.close()
    assert "# TYPE :tensorflow:serving:request_count counter\n" in text
    assert ':tensorflow:serving:request_count{model_name="m",status="OK"} ' in text
    assert "# TYPE :tensorflow:serving:request_latency histogram\n" in text
