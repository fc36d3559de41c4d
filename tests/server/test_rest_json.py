import json

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from tensorflow.core.protobuf import meta_graph_pb2

from keras_genre.server.rest_json import read_document, read_inputs
from keras_genre.server.rest_outputs import write_outputs
from keras_genre.server.statuses import StatusError

INTEGERS = [tf.int8, tf.int16, tf.int32, tf.int64, tf.uint8, tf.uint32, tf.uint64]
DTYPES = [tf.float32, tf.float64, tf.bool, *INTEGERS]


def infos(**dtypes):
    return {
        name: meta_graph_pb2.TensorInfo(dtype=dtype.as_datatype_enum)
        for name, dtype in dtypes.items()
    }


def read(document, **dtypes):
    """Both formats, as a client writes them, read into arrays."""
    inputs = read_inputs(read_document(json.dumps(document).encode()), infos(**dtypes))
    return {name: tf.make_ndarray(tensor) for name, tensor in inputs.items()}


def refused(call, *arguments, **keywords):
    with pytest.raises(StatusError) as caught:
        call(*arguments, **keywords)
    assert caught.value.code.name == "INVALID_ARGUMENT"
    return caught.value.message


@pytest.mark.parametrize("dtype", DTYPES, ids=lambda dtype: dtype.name)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_json_of_any_tensor_is_read_back_the_same(dtype, data):
    shapes = arrays.array_shapes(min_dims=0, max_dims=3, min_side=1)
    elements = {"allow_subnormal": False} if dtype.is_floating else None
    if dtype in (tf.int64, tf.uint64):
        elements = {"min_value": dtype.min, "max_value": dtype.max}
    array = data.draw(arrays.arrays(dtype.as_numpy_dtype, shapes, elements=elements))
    written = json.loads(write_outputs({"x": tf.constant(array)}, by_row=False))
    back = read({"inputs": written["outputs"]}, x=dtype)["x"]
    np.testing.assert_array_equal(back, array, strict=True)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.binary(), min_size=1))
def test_json_of_any_bytes_is_read_back_the_same(values):
    answer = json.loads(write_outputs({"poster_bytes": tf.constant(values)}, by_row=True))
    rows = [{"poster": value, "plot": ""} for value in answer["predictions"]]
    inputs = read({"instances": rows}, poster=tf.string, plot=tf.string)
    assert inputs["poster"].tolist() == values
    assert inputs["plot"].tolist() == [b""] * len(values)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1))
def test_json_of_any_text_is_read_back_the_same(values):
    answer = json.loads(write_outputs({"plot": tf.constant(values)}, by_row=True))
    assert answer == {"predictions": values}
    assert read({"instances": values}, plot=tf.string)["plot"].tolist() == [
        value.encode() for value in values
    ]


def test_row_and_column_format_give_the_same_tensors():
    rows = [{"a": [1, 2], "b": "x"}, {"a": [3, 4], "b": "y"}]
    columns = {"a": [[1, 2], [3, 4]], "b": ["x", "y"]}
    by_row = read({"instances": rows}, a=tf.int64, b=tf.string)
    by_column = read({"inputs": columns}, a=tf.int64, b=tf.string)
    for name in columns:
        np.testing.assert_array_equal(by_row[name], by_column[name], strict=True)


def test_floats_are_written_by_their_own_shortest_digits():
    outputs = {"x": tf.constant([0.1, 1.0, 1 / 3, float("nan"), float("-inf")])}
    expected = '{"outputs": [0.1, 1.0, 0.33333334, NaN, -Infinity]}'
    assert write_outputs(outputs, by_row=False) == expected


@pytest.mark.parametrize("text", ["/9j/4A==", "/9j/4A", "/9j\n/4A=="])
def test_base64_is_read_with_and_without_padding_and_line_breaks(text):
    assert read({"inputs": [{"b64": text}]}, x=tf.string)["x"].tolist() == [b"\xff\xd8\xff\xe0"]


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (b"", "JSON Parse error: The document is empty"),
        (b"[1]", "JSON Value: [1] Is not object"),
        (
            b'{"signature_name": 1}',
            'JSON Value: {"signature_name": 1} not formatted correctly. '
            "'signature_name' key must be a string value.",
        ),
    ],
)
def test_document_that_is_none_is_invalid(document, message):
    assert refused(read_document, document) == message


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (
            {"instances": [], "inputs": []},
            'JSON Value: {"instances": [], "inputs": []} Not formatted correctly expecting only '
            "one of 'inputs' or 'instances' keys to exist ",
        ),
        (
            {"instances": 5},
            "JSON Value: {\"instances\": 5} Excepting 'instances' to be an list/array",
        ),
        ({"instances": []}, "JSON Value: {\"instances\": []} No values in 'instances' array"),
        (
            {"instances": ["a"]},
            "instances is a plain list, but expecting list of objects as multiple input tensors "
            "required as per tensorinfo_map",
        ),
        (
            {"inputs": ["a"]},
            "inputs is a plain value/list, but expecting an object as multiple input tensors "
            "required as per tensorinfo_map",
        ),
        (
            {"instances": [{"a": "", "b": 1}, "a"]},
            "Expecting object but got list at item 1 of input list",
        ),
        (
            {"instances": [{"a": "", "b": 1, "c": 1}]},
            "Failed to process element: 0 of 'instances' list. JSON object: "
            '{"a": "", "b": 1, "c": 1} keys must be equal to: a,b',
        ),
        (
            {"instances": [{"a": "", "b": [1]}, {"a": "", "b": [1, 2]}]},
            "Expecting shape [1] but got: [2]",
        ),
        ({"inputs": {"a": "", "b": [[1], 2]}}, "Expecting shape [1] but got: []"),
        ({"inputs": {"a": {"b64": "?"}, "b": 1}}, "Unable to base64 decode"),
        (
            {"inputs": {"a": {"b64": 1}, "b": 1}},
            'JSON Value: {"b64": 1} not formatted correctly for base64 data',
        ),
    ],
)
def test_inputs_that_do_not_fit_are_invalid(document, message):
    assert refused(read, document, a=tf.string, b=tf.int32) == message


def test_plain_row_after_object_and_object_after_plain_row_are_invalid():
    message = "Expecting value/list but got object at item 1 of input list"
    assert refused(read, {"instances": ["a", {"x": "b"}]}, x=tf.string) == message


@pytest.mark.parametrize(
    ("value", "dtype", "kind"),
    [
        (None, tf.string, "Null"),
        (True, tf.float32, "True"),
        ("1", tf.int32, "String"),
        (1.5, tf.int64, "Number"),
        (2**31, tf.int32, "Number"),
        (-1, tf.uint32, "Number"),
        (2**24, tf.float32, "Number"),
        (1, tf.bool, "Number"),
        (1, tf.string, "Number"),
        ({"b64": ""}, tf.float32, "Object"),
        (1, tf.complex64, "Number"),
    ],
)
def test_value_of_another_type_is_invalid(value, dtype, kind):
    expected = dtype.name.replace("32", "") if dtype == tf.float32 else dtype.name
    message = refused(read, {"inputs": [value]}, x=dtype)
    assert message.endswith(f" Type: {kind} is not of expected type: {expected}")


def test_value_in_a_message_is_cut():
    message = refused(read, {"inputs": ["x" * 10_000]}, x=tf.int32)
    assert len(message) < 300


@pytest.mark.parametrize(
    ("outputs", "message"),
    [
        ({"x": tf.constant(1.0)}, "Tensor name: x has no shape information "),
        (
            {"a": tf.constant([1]), "b": tf.constant([1, 2])},
            "Tensor name: b has inconsistent batch size: 2 expecting: 1",
        ),
        (
            {"x": tf.constant([1j])},
            "Failed to write JSON value for tensor type: complex128",
        ),
        (
            {"x": tf.constant([b"\xff"])},
            "Failed to write JSON value for tensor type: string. The output x is not UTF-8; call "
            "it x_bytes to have it in base64.",
        ),
    ],
)
def test_outputs_that_rows_or_json_cannot_hold_are_invalid(outputs, message):
    assert refused(write_outputs, outputs, by_row=True) == message


def test_scalar_and_empty_outputs_are_written_by_column():
    outputs = {
        "scalar": tf.constant("a"),
        "some_bytes": tf.constant(b"a\x00"),
        "empty": tf.zeros((0, 2)),
        "half": tf.constant(0.1, tf.float16),
    }
    assert json.loads(write_outputs(outputs, by_row=False)) == {
        "outputs": {"scalar": "a", "some_bytes": {"b64": "YQA="}, "empty": [], "half": 0.1}
    }
