"""Tensors to and from `TensorProto`, the way TensorFlow Serving reads and writes them."""

from collections.abc import Sequence

import numpy as np
import tensorflow as tf
from tensorflow.core.framework import tensor_pb2, types_pb2

from keras_genre.server.statuses import invalid

__all__ = ["as_array", "read_tensor", "type_name", "write_tensor", "write_values"]

_FIELDS = {
    tf.float32: "float_val", tf.float64: "double_val", tf.string: "string_val",
    tf.bool: "bool_val", tf.int64: "int64_val", tf.int32: "int_val", tf.int16: "int_val",
    tf.int8: "int_val", tf.uint8: "int_val", tf.uint16: "int_val", tf.uint32: "uint32_val",
    tf.uint64: "uint64_val", tf.float16: "half_val", tf.bfloat16: "half_val",
}  # fmt: skip


def read_tensor(alias: str, proto: tensor_pb2.TensorProto) -> tf.Tensor:
    """Return the tensor in `proto`, an input called `alias`.

    Raises:
        StatusError: INVALID_ARGUMENT if the content does not fit the dtype and shape.
    """
    try:
        # The runtime's own parser, as in TensorFlow Serving. `tf.make_ndarray` is laxer: it
        # takes a dimension of -1, for one.
        return tf.io.parse_tensor(proto.SerializeToString(), tf.dtypes.as_dtype(proto.dtype))
    except (tf.errors.OpError, TypeError, ValueError) as error:
        raise invalid(f"tensor parsing error: {alias}") from error


def write_tensor(tensor: tf.Tensor, proto: tensor_pb2.TensorProto) -> None:
    """Write `tensor` into an empty `proto`, in typed fields (`float_val`).

    `tf.make_tensor_proto` would write the bytes into `tensor_content`, which the real server
    does not do by default. Only dtypes without a plain typed field (complex, quantized) do so here.
    """
    if tensor.dtype not in _FIELDS:
        proto.CopyFrom(tf.make_tensor_proto(tensor))
        return
    values = as_array(tensor)
    if _FIELDS[tensor.dtype] == "half_val":
        values = values.view(np.uint16)  # 16-bit floats travel as their bits
    write_values(tensor.dtype, tensor.shape, values.ravel().tolist(), proto)


def as_array(tensor: tf.Tensor) -> np.ndarray:
    """Return the values of a tensor; strings as `bytes` objects."""
    # A string scalar comes as `bytes`; without `object`, NumPy would drop its trailing zeros.
    return np.asarray(tensor.numpy(), dtype=object if tensor.dtype == tf.string else None)


def write_values(
    dtype: tf.DType, shape: Sequence[int], values: list, proto: tensor_pb2.TensorProto
) -> None:
    """Write values, row by row, into the typed field of an empty `proto`."""
    proto.dtype = dtype.as_datatype_enum
    proto.tensor_shape.CopyFrom(tf.TensorShape(shape).as_proto())
    getattr(proto, _FIELDS[dtype]).extend(values)


def type_name(dtype: int) -> str:
    """Return TensorFlow's C++ name of a `DataType`, such as `float` or `string`."""
    return types_pb2.DataType.Name(dtype).removeprefix("DT_").lower()
