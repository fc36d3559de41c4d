from serving_helpers import eventually, refusal
from tensorflow_serving.apis import get_model_status_pb2

AVAILABLE = get_model_status_pb2.ModelVersionStatus.AVAILABLE


def test_status_of_loaded_model_is_available_and_ok(client):
    (status,) = client.status()
    assert (status.version, status.state) == (1, AVAILABLE)
    assert status.HasField("status")
    assert (status.status.error_code, status.status.error_message) == (0, "")


def test_status_of_one_version_answers_that_one(client, base_path, publish):
    publish(base_path, 2)
    eventually(lambda: client.states() == {1: "END", 2: "AVAILABLE"})
    assert [status.version for status in client.status()] == [2, 1]
    assert [status.version for status in client.status(version=2)] == [2]


def test_status_of_unknown_model_is_not_found(client):
    expected = ("NOT_FOUND", "Could not find any versions of model nobody")
    assert refusal(client.status, name="nobody") == expected


def test_status_of_unknown_version_is_not_found(client):
    expected = ("NOT_FOUND", "Could not find version 9 of model m")
    assert refusal(client.status, version=9) == expected


def test_status_of_model_without_version_is_not_found(make_model, serve, connect):
    client = connect(serve({"empty": make_model("empty")}))
    expected = ("NOT_FOUND", "Could not find any versions of model empty")
    assert refusal(client.status, name="empty") == expected


def test_status_without_spec_is_invalid(client):
    request = get_model_status_pb2.GetModelStatusRequest()
    expected = ("INVALID_ARGUMENT", "Missing ModelSpec")
    assert refusal(client.model.GetModelStatus, request) == expected


def test_status_with_unknown_label_is_invalid(client):
    request = get_model_status_pb2.GetModelStatusRequest()
    request.model_spec.name = "m"
    request.model_spec.version_label = "stable"
    expected = ("INVALID_ARGUMENT", "Unrecognized servable version label: stable")
    assert refusal(client.model.GetModelStatus, request) == expected
