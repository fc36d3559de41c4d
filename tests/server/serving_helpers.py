"""A client of the development server, and what its tests ask again and again."""

import http.client
import json
import time

import grpc
import pytest
import tensorflow as tf
from grpc_health.v1 import health_pb2, health_pb2_grpc
from tensorflow.core.framework import tensor_pb2
from tensorflow_serving.apis import (
    get_model_status_pb2,
    model_service_pb2_grpc,
    predict_pb2,
    prediction_service_pb2_grpc,
)

TIMEOUT = 20.0  # seconds after which anything here counts as never
ONE_FILM = {"plot": [b"a"], "poster": [b"b"]}


class Client:
    """The stubs of one server, and the calls that most tests make."""

    def __init__(self, address):
        self.channel = grpc.insecure_channel(address)
        self.prediction = prediction_service_pb2_grpc.PredictionServiceStub(self.channel)
        self.model = model_service_pb2_grpc.ModelServiceStub(self.channel)
        self.health = health_pb2_grpc.HealthStub(self.channel)

    def predict(self, *, timeout=TIMEOUT, **arguments):
        return self.prediction.Predict(predict_request(**arguments), timeout=timeout)

    def answer(self, **arguments):
        """The first probability, which tells what model was published as this version."""
        return round(self.predict(**arguments).outputs["probabilities"].float_val[0], 3)

    def status(self, name="m", version=None):
        request = get_model_status_pb2.GetModelStatusRequest()
        request.model_spec.name = name
        if version is not None:
            request.model_spec.version.value = version
        return self.model.GetModelStatus(request, timeout=TIMEOUT).model_version_status

    def states(self, name="m"):
        names = get_model_status_pb2.ModelVersionStatus.State
        return {status.version: names.Name(status.state) for status in self.status(name)}

    def is_healthy(self, name=""):
        request = health_pb2.HealthCheckRequest(service=name)
        answer = self.health.Check(request, timeout=TIMEOUT)
        return answer.status == health_pb2.HealthCheckResponse.SERVING


def examples_request(message, name="m", signature="", values=(2.0,), **fields):
    """A request about examples with one float `x` each, for Classify or Regress."""
    request = message(**fields)
    request.model_spec.name = name
    request.model_spec.signature_name = signature
    for value in values:
        example = request.input.example_list.examples.add()
        example.features.feature["x"].float_list.value.append(value)
    return request


def predict_request(name="m", version=None, label=None, signature="", inputs=None, outputs=()):
    """A `PredictRequest`, for one film unless `inputs` says otherwise."""
    request = predict_pb2.PredictRequest(output_filter=outputs)
    request.model_spec.name = name
    request.model_spec.signature_name = signature
    if version is not None:
        request.model_spec.version.value = version
    if label is not None:
        request.model_spec.version_label = label
    for alias, value in (ONE_FILM if inputs is None else inputs).items():
        if not isinstance(value, tensor_pb2.TensorProto):
            value = tf.make_tensor_proto(value)
        request.inputs[alias].CopyFrom(value)
    return request


def refusal(call, *arguments, **keywords):
    """The name of the status code, and the message, of a call that must fail."""
    with pytest.raises(grpc.RpcError) as caught:
        call(*arguments, **keywords)
    return caught.value.code().name, caught.value.details()


def eventually(condition):
    """Wait until `condition()` is true, or fail."""
    deadline = time.monotonic() + TIMEOUT
    while not condition():
        assert time.monotonic() < deadline, "it never became true"
        time.sleep(0.01)


class RestClient:
    """One connection to a server's REST port, kept open as long as the server keeps it."""

    def __init__(self, port):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT)

    def ask(self, method, path, body=None, headers=()):
        """The HTTP status and the JSON of an answer."""
        self.connection.request(method, path, body, dict(headers))
        response = self.connection.getresponse()
        assert response.headers["Content-Type"] == "application/json"
        return response.status, json.loads(response.read())

    def get(self, path):
        return self.ask("GET", f"/v1/models/{path}")

    def predict(self, document, model="m"):
        body = document if isinstance(document, str | bytes) else json.dumps(document)
        return self.ask("POST", f"/v1/models/{model}:predict", body)

    def answer(self):
        """The first probability, which tells what model was published as this version."""
        status, answer = self.predict({"instances": [{"plot": "a", "poster": "b"}]})
        assert status == 200, answer
        return answer["predictions"][0]["probabilities"][0]
