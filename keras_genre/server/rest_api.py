"""TensorFlow Serving's REST API: what a path asks for, and the answer as JSON."""

import json
import re
import urllib.parse

from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message
from tensorflow_serving.apis import get_model_metadata_pb2, model_pb2

from keras_genre.server.model_registry import ModelRegistry
from keras_genre.server.model_service import model_status
from keras_genre.server.prediction_service import SIGNATURES, USE_PREDICT, model_metadata
from keras_genre.server.rest_json import read_document, read_inputs, write_outputs
from keras_genre.server.servable import DEFAULT_SIGNATURE
from keras_genre.server.statuses import invalid, not_answered

__all__ = ["RestApi"]

_VERSION = r"(?:/versions/([0-9]+)|/labels/([^/:]+))?"
_ASK = re.compile(rf"/v1/models/([^/:]+){_VERSION}:(classify|regress|predict)")
_LOOK = re.compile(rf"/v1/models(?:/([^/:]+))?{_VERSION}(?:/(metadata))?")


class RestApi:
    """Answers REST requests with the same models and the same checks as gRPC.

    Args:
        registry: The models to answer with.
    """

    def __init__(self, registry: ModelRegistry):
        self._registry = registry

    def answer(self, method: str, path: str, body: bytes) -> str:
        """Return the answer as JSON.

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
        if what == "predict":
            return self._predict(spec, body)
        if method == "POST":
            raise not_answered(what.capitalize(), USE_PREDICT)
        return json.dumps(self._metadata(spec) if what else self._status(spec), indent=1)

    def _predict(self, spec: model_pb2.ModelSpec, body: bytes) -> str:
        try:
            document = read_document(body)
            name = document.get("signature_name") or DEFAULT_SIGNATURE
            with self._registry.lease(spec) as servable:
                if name not in servable.signatures:
                    raise invalid(f'Serving signature name: "{name}" not found in signature def')
                infos = servable.signatures[name].inputs
                if not infos:
                    raise invalid(f"Failed to get input map for signature: {name}")
                inputs = read_inputs(document, infos)
                outputs = servable.predict(name, inputs)
        # These two show wherever the document is first walked over, or made into bytes.
        except RecursionError as error:
            raise invalid("JSON Parse error: The document is nested too deeply.") from error
        except UnicodeEncodeError as error:
            raise invalid("JSON Parse error: The surrogate pair in string is invalid.") from error
        return write_outputs(outputs, by_row="instances" in document)

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
