import pytest
from serving_helpers import TIMEOUT, eventually, refusal
from tensorflow.core.framework import types_pb2
from tensorflow_serving.apis import get_model_metadata_pb2

SIGNATURES = {"serving_default", "pick", "read", "__saved_model_init_op"}


def metadata(client, *fields, name="m", version=None, label=None):
    request = get_model_metadata_pb2.GetModelMetadataRequest(metadata_field=fields)
    request.model_spec.name = name
    if version is not None:
        request.model_spec.version.value = version
    if label is not None:
        request.model_spec.version_label = label
    return client.prediction.GetModelMetadata(request, timeout=TIMEOUT)


def test_metadata_describes_every_signature_of_the_resolved_version(client, base_path, publish):
    publish(base_path, 2)
    eventually(lambda: client.states() == {1: "END", 2: "AVAILABLE"})
    response = metadata(client, "signature_def")
    assert (response.model_spec.name, response.model_spec.version.value) == ("m", 2)
    assert list(response.metadata) == ["signature_def"]
    signatures = get_model_metadata_pb2.SignatureDefMap()
    assert response.metadata["signature_def"].Unpack(signatures)
    assert set(signatures.signature_def) == SIGNATURES
    default = signatures.signature_def["serving_default"]
    assert set(default.inputs) == {"plot", "poster"}
    assert default.inputs["plot"].dtype == types_pb2.DT_STRING
    assert set(default.outputs) == {"probabilities", "selected", "genres"}


@pytest.mark.parametrize(
    ("fields", "spec", "code", "message"),
    [
        (
            (),
            {"name": "nobody"},
            "INVALID_ARGUMENT",
            "GetModelMetadataRequest must specify at least one metadata_field",
        ),
        (
            ("signature_def", "graph"),
            {"name": "nobody"},
            "INVALID_ARGUMENT",
            "Metadata field graph is not supported",
        ),
        (
            ("signature_def",),
            {"name": "nobody"},
            "NOT_FOUND",
            "Servable not found for request: Latest(nobody)",
        ),
        (
            ("signature_def",),
            {"version": 9},
            "NOT_FOUND",
            "Servable not found for request: Specific(m, 9)",
        ),
        (
            ("signature_def",),
            {"label": "canary"},
            "INVALID_ARGUMENT",
            "Unrecognized servable version label: canary",
        ),
        (
            ("signature_def",),
            {"name": ""},
            "INVALID_ARGUMENT",
            "ModelSpec has no name specified.",
        ),
    ],
)
def test_metadata_that_cannot_be_given_says_why(client, fields, spec, code, message):
    assert refusal(metadata, client, *fields, **spec) == (code, message)


def test_metadata_without_spec_is_invalid(client):
    request = get_model_metadata_pb2.GetModelMetadataRequest()
    refused = refusal(client.prediction.GetModelMetadata, request)
    assert refused == ("INVALID_ARGUMENT", "Missing ModelSpec")


@pytest.mark.parametrize("path", ["m/metadata", "m/versions/1/metadata"])
def test_metadata_over_rest_has_the_real_servers_shape(rest, path):
    status, answer = rest.get(path)
    assert status == 200
    assert answer["model_spec"] == {"name": "m", "version": "1", "signature_name": ""}
    assert list(answer["metadata"]) == ["signature_def"]
    signatures = answer["metadata"]["signature_def"]["signature_def"]
    assert set(signatures) == SIGNATURES
    assert signatures["serving_default"]["inputs"]["plot"] == {
        "name": "serving_default_plot:0",
        "dtype": "DT_STRING",
        "tensor_shape": {"dim": [{"size": "-1", "name": ""}], "unknown_rank": False},
    }


def test_metadata_over_rest_of_unknown_model_is_not_found(rest):
    expected = (404, {"error": "Servable not found for request: Latest(nobody)"})
    assert rest.get("nobody/metadata") == expected
