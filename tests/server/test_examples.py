import json

import numpy as np
import pytest
import tensorflow as tf
from serving_helpers import TIMEOUT, Client, RestClient, examples_request, refusal
from tensorflow_serving.apis import classification_pb2, inference_pb2, regression_pb2

from keras_genre.server import DevelopmentServer

CLASSIFY = "tensorflow/serving/classify"
REGRESS = "tensorflow/serving/regress"


class OddModel(tf.Module):
    """Signatures for examples whose outputs are none that Classify and Regress can give."""

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="inputs")])
    def flat(self, inputs):
        return {"scores": tf.zeros(tf.shape(inputs))}

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="inputs")])
    def double(self, inputs):
        return {"scores": tf.zeros((tf.size(inputs), 1), tf.float64)}

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="inputs")])
    def short(self, inputs):
        return {"outputs": tf.zeros(1)}

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="inputs")])
    def named_otherwise(self, inputs):
        return {"values": tf.zeros(tf.shape(inputs))}

    @tf.function(input_signature=[tf.TensorSpec([None], tf.float32, name="inputs")])
    def numbers(self, inputs):
        return {"outputs": inputs}

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="example")])
    def other_input(self, example):
        return {"outputs": tf.zeros(tf.shape(example))}


@pytest.fixture(scope="module")
def addresses(half_plus_two, exported_model, tmp_path_factory):
    odd = tmp_path_factory.mktemp("odd") / "odd"
    model = OddModel()
    names = ("flat", "double", "short", "named_otherwise", "numbers", "other_input")
    tf.saved_model.save(model, str(odd / "1"), {name: getattr(model, name) for name in names})
    models = {"m": half_plus_two, "films": exported_model.parent, "odd": odd}
    with DevelopmentServer(models, port=0) as server:
        yield server


@pytest.fixture(scope="module")
def client(addresses):
    client = Client(addresses.address)
    yield client
    client.channel.close()


@pytest.fixture(scope="module")
def rest(addresses):
    client = RestClient(addresses.rest_port)
    yield client
    client.connection.close()


def classification(signature="classify_x_to_y", **arguments):
    return examples_request(
        classification_pb2.ClassificationRequest, signature=signature, **arguments
    )


def regression(signature="regress_x_to_y", **arguments):
    return examples_request(regression_pb2.RegressionRequest, signature=signature, **arguments)


def inference(*tasks, values=(2.0,), name="m"):
    request = inference_pb2.MultiInferenceRequest()
    for signature, method in tasks:
        task = request.tasks.add(method_name=method)
        task.model_spec.name = name
        task.model_spec.signature_name = signature
    for value in values:
        example = request.input.example_list.examples.add()
        example.features.feature["x"].float_list.value.append(value)
    return request


def test_classify_scores_each_example_and_echoes_the_spec(client):
    response = client.prediction.Classify(classification(values=(2.0, 4.0)), timeout=TIMEOUT)
    scores = [[item.score for item in row.classes] for row in response.result.classifications]
    assert scores == [[3.0], [4.0]]
    assert response.model_spec.version.value == 123
    assert response.model_spec.signature_name == "classify_x_to_y"


def test_classify_with_labels_gives_them(client):
    response = client.prediction.Classify(classification("classify_with_labels"), timeout=TIMEOUT)
    (item,) = response.result.classifications[0].classes
    assert (item.label, item.score) == ("small", 3.0)


def test_regress_values_each_example_and_echoes_the_spec(client):
    response = client.prediction.Regress(regression(values=(2.0, 5.0)), timeout=TIMEOUT)
    assert [item.value for item in response.result.regressions] == [3.0, 4.5]
    assert response.model_spec.version.value == 123
    assert response.model_spec.signature_name == "regress_x_to_y"


def test_examples_with_context_have_what_is_in_it(client):
    request = regression_pb2.RegressionRequest()
    request.model_spec.name = "m"
    request.model_spec.signature_name = "regress_x_to_y"
    given = request.input.example_list_with_context
    given.context.features.feature["x"].float_list.value.append(6.0)
    given.examples.add()
    assert client.prediction.Regress(request).result.regressions[0].value == 5.0


def test_multi_inference_answers_each_task(client):
    request = inference(("regress_x_to_y", REGRESS), ("classify_x_to_y", CLASSIFY))
    first, second = client.prediction.MultiInference(request, timeout=TIMEOUT).results
    assert first.regression_result.regressions[0].value == 3.0
    assert second.classification_result.classifications[0].classes[0].score == 3.0
    assert [first.model_spec.version.value, second.model_spec.version.value] == [123, 123]
    assert second.model_spec.signature_name == "classify_x_to_y"


def test_classify_exported_model_agrees_with_predict(client):
    request = classification_pb2.ClassificationRequest()
    request.model_spec.name = "films"
    request.model_spec.signature_name = "classify"
    example = request.input.example_list.examples.add()
    example.features.feature["plot"].bytes_list.value.append(b"A heist goes wrong.")
    classes = client.prediction.Classify(request).result.classifications[0].classes
    inputs = {"plot": [b"A heist goes wrong."], "poster": [b""]}
    outputs = client.predict(name="films", inputs=inputs).outputs
    assert [item.label.encode() for item in classes] == list(outputs["genres"].string_val)
    np.testing.assert_allclose(
        [item.score for item in classes], outputs["probabilities"].float_val, atol=1e-6
    )


@pytest.mark.parametrize(
    ("request_", "code", "message"),
    [
        (classification(values=()), "INVALID_ARGUMENT", "Input is empty."),
        (classification("", name="films"), "INVALID_ARGUMENT", "Expected one input Tensor."),
        (
            classification("regress_x_to_y"),
            "FAILED_PRECONDITION",
            'Expected classification signature outputs to contain at least one of "classes" or '
            '"scores".',
        ),
        (
            classification("serving_default"),
            "FAILED_PRECONDITION",
            "No classification inputs found in SignatureDef",
        ),
        (
            classification("flat", name="odd"),
            "INVALID_ARGUMENT",
            "Expected Tensor shape: [batch_size num_classes] but got [1]",
        ),
        (
            classification("double", name="odd"),
            "INVALID_ARGUMENT",
            "Expected scores Tensor of DT_FLOAT. Got: DT_DOUBLE",
        ),
    ],
)
def test_classify_that_does_not_fit_is_refused(client, request_, code, message):
    received = refusal(client.prediction.Classify, request_)
    assert received[0] == code
    assert received[1].startswith(message)


@pytest.mark.parametrize(
    ("request_", "code", "message"),
    [
        (regression("z"), "INVALID_ARGUMENT", "No signature was found with the name: z"),
        (regression("", name="films"), "INVALID_ARGUMENT", "Expected one input Tensor."),
        (
            regression("classify", name="films"),
            "INVALID_ARGUMENT",
            "Expected one output Tensor.",
        ),
        (
            regression("named_otherwise", name="odd"),
            "FAILED_PRECONDITION",
            "No regression outputs found in SignatureDef",
        ),
        (
            regression("other_input", name="odd"),
            "FAILED_PRECONDITION",
            "No regression inputs found in SignatureDef",
        ),
        (
            regression("short", name="odd", values=(1.0, 2.0)),
            "INVALID_ARGUMENT",
            "Input batch size did not match output batch size: 2 vs. 1",
        ),
        (
            regression("numbers", name="odd"),
            "INVALID_ARGUMENT",
            "Expects arg[0] to be float but string is provided",
        ),
    ],
)
def test_regress_that_does_not_fit_is_refused(client, request_, code, message):
    received = refusal(client.prediction.Regress, request_)
    assert received[0] == code
    assert received[1].startswith(message)


def test_example_that_the_model_cannot_parse_is_invalid(client):
    request = regression()
    features = request.input.example_list.examples[0].features
    features.feature["x"].bytes_list.value.append(b"two")
    code, message = refusal(client.prediction.Regress, request)
    assert code == "INVALID_ARGUMENT"
    assert "Data types don't match" in message


@pytest.mark.parametrize(
    ("tasks", "code", "message"),
    [
        (
            [("regress_x_to_y", REGRESS), ("regress_x_to_y", REGRESS)],
            "INVALID_ARGUMENT",
            "Duplicate evaluation of signature: regress_x_to_y",
        ),
        (
            [("z", REGRESS)],
            "INVALID_ARGUMENT",
            "Requested signature not found in model graph: z",
        ),
        (
            [("serving_default", "tensorflow/serving/predict")],
            "UNIMPLEMENTED",
            "Unsupported signature method_name: tensorflow/serving/predict",
        ),
    ],
)
def test_multi_inference_that_does_not_fit_is_refused(client, tasks, code, message):
    assert refusal(client.prediction.MultiInference, inference(*tasks)) == (code, message)


def test_multi_inference_about_two_models_is_refused(client):
    request = inference(("regress_x_to_y", REGRESS), ("classify_x_to_y", CLASSIFY))
    request.tasks[1].model_spec.name = "films"
    assert refusal(client.prediction.MultiInference, request) == (
        "INVALID_ARGUMENT",
        "All ModelSpecs in a MultiInferenceRequest must access the same model name.",
    )
    request.tasks[1].model_spec.name = ""
    assert refusal(client.prediction.MultiInference, request) == (
        "INVALID_ARGUMENT",
        "Found ModelSpec with an empty model name.",
    )


def ask(rest, method, document):
    return rest.ask("POST", f"/v1/models/m:{method}", json.dumps(document))


def test_rest_classify_pairs_labels_and_scores(rest):
    document = {"signature_name": "classify_x_to_y", "examples": [{"x": 2.0}]}
    assert ask(rest, "classify", document) == (200, {"results": [[["", 3.0]]]})
    document["signature_name"] = "classify_with_labels"
    assert ask(rest, "classify", document) == (200, {"results": [[["small", 3.0]]]})


def test_rest_regress_gives_a_value_each(rest):
    examples = [{"x": [2.0]}, {"x": 5.0}, {}]
    document = {"signature_name": "regress_x_to_y", "examples": examples}
    assert ask(rest, "regress", document) == (200, {"results": [3.0, 4.5, 2.0]})


def test_rest_examples_take_context_base64_and_text(rest):
    document = {
        "signature_name": "regress_x_to_y",
        "context": {"x": 6.0, "note": "é"},
        "examples": [{"id": 7, "seen": True, "poster": {"b64": "/9g="}}],
    }
    assert ask(rest, "regress", document) == (200, {"results": [5.0]})


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({"examples": 3}, "Expecting 'examples' value to be an list/array"),
        ({"examples": []}, "'examples' value is an empty array"),
        ({}, "When method is classify, key 'examples' is expected and was not found"),
        ({"examples": [3]}, "Example must be JSON object but got JSON Number"),
        ({"examples": [{}], "context": []}, "Example must be JSON object but got JSON Array"),
        ({"examples": [{"x": None}]}, "Feature: x has element with unexpected JSON type: Null"),
        ({"examples": [{"x": [[1.0]]}]}, "Feature: x has element with unexpected JSON type: Array"),
        ({"examples": [{"x": {"a": 1}}]}, "Feature: x has element with unexpected JSON type: Obj"),
        ({"examples": [{"x": ["a", 1.0]}]}, "in feature: x expecting type: bytes"),
        ({"examples": [{"x": 2**63}]}, "Feature: x has uint64 element. Only int64 is supported."),
        ({"examples": [{"x": {"b64": "?"}}]}, "Unable to base64 decode"),
    ],
)
def test_rest_examples_that_do_not_fit_are_invalid(rest, document, message):
    status, answer = ask(rest, "regress", {"signature_name": "regress_x_to_y", **document})
    assert status == 400
    assert message in answer["error"]


@pytest.mark.parametrize(
    "body", ['{"examples":' + "[" * 50_000, '{"examples": [{"x": "\\ud800"}]}']
)
def test_rest_examples_in_malformed_document_are_invalid(rest, body):
    assert rest.ask("POST", "/v1/models/m:regress", body)[0] == 400
    document = {"signature_name": "regress_x_to_y", "examples": [{"x": 2.0}]}
    assert ask(rest, "regress", document)[0] == 200
