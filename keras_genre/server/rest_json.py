"""JSON to tensors, as TensorFlow Serving's REST API maps it."""

import base64
import itertools
import json
from collections.abc import Mapping

import tensorflow as tf
from tensorflow.core.framework import tensor_pb2
from tensorflow.core.protobuf import meta_graph_pb2

from keras_genre.server.statuses import StatusError, invalid
from keras_genre.server.tensors import type_name, write_values

__all__ = [
    "RANGES",
    "is_base64",
    "read_base64",
    "read_document",
    "read_inputs",
    "type_of",
    "unfit",
]

_LONGEST_ECHO = 200  # characters of a wrong value in a message: it may be a whole poster
# A value takes three bytes of JSON, but some sixty of memory.
_MOST_VALUES = 5_000_000

# The whole numbers that each dtype takes; of floats, those that they hold exactly.
_INT32 = (-(2**31), 2**31 - 1)
RANGES = {
    tf.int8: _INT32, tf.int16: _INT32, tf.int32: _INT32, tf.uint8: _INT32,
    tf.int64: (-(2**63), 2**63 - 1), tf.uint32: (0, 2**32 - 1), tf.uint64: (0, 2**64 - 1),
    tf.float32: (1 - 2**24, 2**24 - 1), tf.float64: (1 - 2**53, 2**53 - 1),
}  # fmt: skip
_JSON_TYPES = {type(None): "Null", str: "String", list: "Array", dict: "Object"}

Infos = Mapping[str, meta_graph_pb2.TensorInfo]
Tensors = dict[str, tensor_pb2.TensorProto]


def read_document(body: bytes) -> dict:
    """Return the JSON object that a request's body is.

    Raises:
        StatusError: INVALID_ARGUMENT if it is none.
    """
    if not body:
        raise invalid("JSON Parse error: The document is empty")
    if sum(body.count(mark) for mark in b"[{,") > _MOST_VALUES:
        raise invalid(f"JSON Parse error: The document has more than {_MOST_VALUES} values.")
    try:
        document = json.loads(body.decode())
    except ValueError as error:
        raise invalid(f"JSON Parse error: {error}") from error
    if not isinstance(document, dict):
        raise unfit(document, "Is not object")
    if not isinstance(document.get("signature_name", ""), str):
        raise unfit(
            document, "not formatted correctly. 'signature_name' key must be a string value."
        )
    return document


def read_inputs(document: dict, infos: Infos) -> Tensors:
    """Return the tensors under `instances` (by row) or `inputs` (by column).

    Args:
        document: What `read_document` returned.
        infos: The inputs of the signature.

    Raises:
        StatusError: INVALID_ARGUMENT, in TensorFlow Serving's words, if they do not fit.
    """
    if "instances" in document and "inputs" in document:
        raise unfit(
            document,
            "Not formatted correctly expecting only one of 'inputs' or 'instances' keys to exist ",
        )
    if "instances" in document:
        return _read_rows(document, infos)
    if "inputs" in document:
        return _read_columns(document["inputs"], infos)
    raise invalid("Missing 'inputs' or 'instances' key")


def read_base64(value: dict) -> bytes:
    """Return the bytes in `{"b64": ...}`, with or without padding.

    Raises:
        StatusError: INVALID_ARGUMENT if it is none.
    """
    if not is_base64(value):
        raise unfit(value, "not formatted correctly for base64 data")
    text = "".join(value["b64"].split())
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except ValueError as error:
        raise invalid("Unable to base64 decode") from error


def is_base64(value) -> bool:
    """Whether a JSON value is `{"b64": ...}`."""
    return isinstance(value, dict) and len(value) == 1 and isinstance(value.get("b64"), str)


def type_of(value) -> str:
    """Return TensorFlow Serving's name of a JSON value's type."""
    return str(value) if isinstance(value, bool) else _JSON_TYPES.get(type(value), "Number")


def unfit(value, words: str) -> StatusError:
    """Return the status of a JSON value that does not fit, with its beginning."""
    return invalid(f"JSON Value: {_shown(value)} {words}")


def _read_rows(document: dict, infos: Infos) -> Tensors:
    rows = document["instances"]
    if not isinstance(rows, list):
        raise unfit(document, "Excepting 'instances' to be an list/array")
    if not rows:
        raise unfit(document, "No values in 'instances' array")
    named = _is_named(rows[0])
    if not named and len(infos) > 1:
        raise invalid(
            "instances is a plain list, but expecting list of objects as multiple input tensors "
            "required as per tensorinfo_map"
        )
    columns = {name: [] for name in infos}
    for index, row in enumerate(rows):
        if _is_named(row) != named:
            kinds = "object but got list" if named else "value/list but got object"
            raise invalid(f"Expecting {kinds} at item {index} of input list")
        fields = row if named else dict.fromkeys(infos, row)
        if fields.keys() != columns.keys():
            raise invalid(
                f"Failed to process element: {index} of 'instances' list. JSON object: "
                f"{_shown(row)} keys must be equal to: {','.join(sorted(infos))}"
            )
        for name, value in fields.items():
            try:
                columns[name].append(_flatten(value, infos[name]))
            except StatusError as error:
                raise invalid(
                    f"Failed to process element: {index} key: {name} of 'instances' list. "
                    f"Error: {error.code.name}: {error.message}"
                ) from error
    return {name: _tensor(_join(parts), infos[name]) for name, parts in columns.items()}


def _read_columns(inputs, infos: Infos) -> Tensors:
    if not _is_named(inputs):
        if len(infos) > 1:
            raise invalid(
                "inputs is a plain value/list, but expecting an object as multiple input tensors "
                "required as per tensorinfo_map"
            )
        inputs = dict.fromkeys(infos, inputs)
    for name in infos:
        if name not in inputs:
            raise invalid(f"Missing named input: {name} in 'inputs' object.")
    return {name: _tensor(_flatten(inputs[name], info), info) for name, info in infos.items()}


def _flatten(value, info: meta_graph_pb2.TensorInfo) -> tuple[list[int], list]:
    """Return the shape and the values of a nested list."""
    if isinstance(value, list):
        return _join([_flatten(item, info) for item in value])
    return [], [_scalar(value, tf.dtypes.as_dtype(info.dtype))]


def _join(parts: list[tuple[list[int], list]]) -> tuple[list[int], list]:
    expected = parts[0][0] if parts else []
    for shape, _ in parts:
        if shape != expected:
            raise invalid(f"Expecting shape {expected} but got: {shape}")
    values = itertools.chain.from_iterable(values for _, values in parts)
    return [len(parts), *expected], list(values)


def _tensor(part: tuple[list[int], list], info: meta_graph_pb2.TensorInfo):
    proto = tensor_pb2.TensorProto()
    write_values(tf.dtypes.as_dtype(info.dtype), *part, proto)
    return proto


def _scalar(value, dtype: tf.DType):
    if dtype == tf.string and isinstance(value, dict):
        return read_base64(value)
    if not _is_of_type(value, dtype):
        kind = type_of(value)
        expected = type_name(dtype.as_datatype_enum)
        raise unfit(value, f"Type: {kind} is not of expected type: {expected}")
    return value.encode() if dtype == tf.string else value


def _is_of_type(value, dtype: tf.DType) -> bool:
    if isinstance(value, bool | str):
        return dtype == (tf.string if isinstance(value, str) else tf.bool)
    low, high = RANGES.get(dtype, (1, 0))
    if isinstance(value, int):
        return low <= value <= high
    return isinstance(value, float) and dtype in (tf.float32, tf.float64)


def _is_named(value) -> bool:
    return isinstance(value, dict) and not is_base64(value)


def _shown(value) -> str:
    text = json.dumps(value)
    return text if len(text) <= _LONGEST_ECHO else f"{text[:_LONGEST_ECHO]}..."
