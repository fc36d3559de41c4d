import numpy as np
import pytest
import tensorflow as tf
from tensorflow.core.framework import tensor_pb2

from keras_genre.server.tensors import read_tensor, type_name, write_tensor

TYPED = [
    tf.float32, tf.float64, tf.float16, tf.bfloat16, tf.bool, tf.string, tf.int8, tf.int16,
    tf.int32, tf.int64, tf.uint8, tf.uint16, tf.uint32, tf.uint64,
]  # fmt: skip


@pytest.mark.parametrize("dtype", [*TYPED, tf.complex64], ids=lambda dtype: dtype.name)
@pytest.mark.parametrize("shape", [(), (0, 2), (2, 3)], ids=str)
def test_write_tensor_is_read_back_by_client_and_server(dtype, shape):
    if dtype == tf.string:
        tensor = tf.fill(shape, b"a\x00")
    else:
        tensor = tf.cast(tf.reshape(tf.range(np.prod(shape, dtype=int)), shape), dtype)
    proto = tensor_pb2.TensorProto()
    write_tensor(tensor, proto)
    for read in (tf.make_ndarray(proto), read_tensor("x", proto).numpy()):
        assert np.shape(read) == shape
        # As lists, because NumPy drops the trailing zeros of a lone `bytes`.
        assert _as_list(read) == _as_list(tensor.numpy())
    assert dtype not in TYPED or proto.tensor_content == b""


def test_type_name_is_that_of_the_runtime():
    dtypes = (tf.float32, tf.float64, tf.float16, tf.string, tf.int64)
    names = [type_name(dtype.as_datatype_enum) for dtype in dtypes]
    assert names == ["float", "double", "half", "string", "int64"]


def _as_list(values):
    return values if isinstance(values, bytes) else values.tolist()
