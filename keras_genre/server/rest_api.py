"""TensorFlow Serving's REST API: what a path asks for, and the answer as JSON."""

import json
import re
import urllib.parse

from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message
from tensorflow_serving.apis import get_model_metadata_pb2, model_pb2

from keras_genre.server.examples import classify, regress
from keras_genre.server.metrics import Metrics
from keras_genre.server.model_registry import ModelRegistry
from keras_genre.server.model_service import model_status
from keras_genre.server.prediction_service import SIGNATURES, model_metadata
from keras_genre.server.rest_examples import read_examples, write_classes, write_values
from keras_genre.server.rest_json import read_document, read_inputs
from keras_genre.server.rest_outputs import write_outputs
from keras_genre.server.servable import DEFAULT_SIGNATURE, Servable
from keras_genre.server.statuses import invalid

__all__ = ["RestApi"]

_VERSION = r"(?:/versions/([0-9]+)|/labels/([^/:]+))?"
_ASK = re.compile(rf"/v1/models/([^/:]+){_VERSION}:(classify|regress|predict)")
_LOOK = re.compile(rf"/v1/models(?:/([^/:]+))?{_VERSION}(?:/(metadata))?")


class RestApi:
    """Answers REST requests with the same models and the same checks as gRPC.

    Args:
        registry: The models to answer with.
        metrics: Where requests are counted.
    """

    def __init__(self, registry: ModelRegistry, metrics: Metrics):
        self._registry = registry
        self._metrics = metrics

    def answer(self, method: str, path: str, body: bytes, deadline: float | None = None) -> str:
        """Return the answer as JSON.

        Args:
            method: `GET` or `POST`.
            path: The path, from its first slash.
            body: The body, inflated.
            deadline: When nobody waits for the answer any more (`time.monotonic`). None = never.

        Raises:
            StatusError: If the request cannot be answered.
            tf.errors.OpError: If the model itself fails on the input.
        """
        pattern = {"GET": _LOOK, "POST": _ASK}.get(method)
        match = pattern.fullmatch(path) if pattern else None
        if match is None:
            raise invalid(f"Malformed request: {method} {path}")
        *model, what = match.groups()
        spec = _model_spec(*model)
        if method == "GET":
            return json.dumps(self._metadata(spec) if what else self._status(spec), indent=1)
        api = what.capitalize()
        with self._metrics.request(spec.name, api, "REST", self._registry.managers):
            return self._ask(spec, api, body, deadline)

    def _ask(self, spec: model_pb2.ModelSpec, api: str, body: bytes, deadline) -> str:
        ask = {"Predict": self._predict, "Classify": self._classify, "Regress": self._regress}[api]
        try:
            document = read_document(body)
            name = document.get("signature_name") or DEFAULT_SIGNATURE
            with self._registry.lease(spec) as servable:
                return ask(servable, name, document, deadline)
        # These two show wherever the document is first walked over, or made into bytes.
        except RecursionError as error:
            raise invalid("JSON Parse error: The document is nested too deeply.") from error
        except UnicodeEncodeError as error:
            raise invalid("JSON Parse error: The surrogate pair in string is invalid.") from error

    def _predict(self, servable: Servable, name: str, document: dict, deadline) -> str:
        if name not in servable.signatures:
            raise invalid(f'Serving signature name: "{name}" not found in signature def')
        infos = servable.signatures[name].inputs
        if not infos:
            raise invalid(f"Failed to get input map for signature: {name}")
        inputs = read_inputs(document, infos)
        outputs = servable.predict(name, inputs, deadline=deadline)
        return write_outputs(outputs, by_row="instances" in document)

    def _classify(self, servable: Servable, name: str, document: dict, deadline) -> str:
        return write_classes(classify(servable, name, read_examples(document), deadline))

    def _regress(self, servable: Servable, name: str, document: dict, deadline) -> str:
        return write_values(regress(servable, name, read_examples(document), deadline))

    def _status(self, spec: model_pb2.ModelSpec) -> dict:
        return _as_dict(model_status(self._registry, spec))

    def _metadata(self, spec: model_pb2.ModelSpec) -> dict:
        response = model_metadata(self._registry, spec)
        signatures = get_model_metadata_pb2.SignatureDefMap()
        response.metadata[SIGNATURES].Unpack(signatures)
        # Not the whole response at once: the real server leaves out the type that `Any` carries.
        return {
            "model_spec": _as_dict(response.model_spec),
            "metadata": {SIGNATURES: _as_dict(signatures)},
        }


def _model_spec(name: str | None, version: str | None, label: str | None) -> model_pb2.ModelSpec:
    if name is None:
        raise invalid("Missing model name in request.")
    spec = model_pb2.ModelSpec(name=urllib.parse.unquote(name))
    if version is not None:
        try:
            spec.version.value = int(version)
        except ValueError as error:
            raise invalid(f"Failed to convert version: {version} to numeric.") from error
    if label is not None:
        spec.version_label = urllib.parse.unquote(label)
    return spec


def _as_dict(message: Message) -> dict:
    return MessageToDict(
        message, preserving_proto_field_name=True, always_print_fields_with_no_presence=True
    )
