"""Tensors to JSON, as TensorFlow Serving's REST API maps them."""

import base64
import json
from collections.abc import Mapping

import numpy as np
import tensorflow as tf

from keras_genre.server.rest_json import RANGES
from keras_genre.server.statuses import invalid
from keras_genre.server.tensors import as_array, type_name

__all__ = ["shortest", "write_outputs"]


def write_outputs(outputs: Mapping[str, tf.Tensor], by_row: bool) -> str:
    """Return the answer to a request by row or by column; a single output drops its name.

    Raises:
        StatusError: INVALID_ARGUMENT if JSON or the row format cannot hold the outputs.
    """
    columns = {name: _as_list(name, tensor) for name, tensor in outputs.items()}
    first, *others = columns
    if not by_row:
        return json.dumps({"outputs": columns if others else columns[first]})
    for name, tensor in outputs.items():
        if tensor.shape.rank == 0:
            raise invalid(f"Tensor name: {name} has no shape information ")
        if tensor.shape[0] != outputs[first].shape[0]:
            raise invalid(
                f"Tensor name: {name} has inconsistent batch size: {tensor.shape[0]} "
                f"expecting: {outputs[first].shape[0]}"
            )
    rows = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    return json.dumps({"predictions": rows if others else columns[first]})


def shortest(number: float) -> float:
    """Return a float32 by the fewest digits that tell it apart: 0.2, not 0.20000000298023224."""
    return float(str(np.float32(number)))


def _as_list(name: str, tensor: tf.Tensor):
    """Return a tensor as nested lists of what JSON can hold."""
    dtype = tensor.dtype
    values = as_array(tensor)
    if dtype == tf.string:
        texts = np.empty(values.size, dtype=object)
        texts[:] = [_text(name, value) for value in values.ravel()]
        return texts.reshape(values.shape).tolist()
    if dtype in {tf.float16, tf.float32}:
        # The fewest digits, as in `shortest`, for all of them at once.
        return values.astype(str).astype(float).tolist()
    if dtype == tf.bool or dtype in RANGES:
        return values.tolist()
    raise invalid(
        f"Failed to write JSON value for tensor type: {type_name(dtype.as_datatype_enum)}"
    )


def _text(name: str, value: bytes) -> str | dict[str, str]:
    if name.endswith("_bytes"):
        return {"b64": base64.b64encode(value).decode()}
    try:
        return value.decode()
    except UnicodeDecodeError as error:
        raise invalid(
            f"Failed to write JSON value for tensor type: string. The output {name} is not UTF-8; "
            f"call it {name}_bytes to have it in base64."
        ) from error
