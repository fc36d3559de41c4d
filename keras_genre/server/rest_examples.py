"""JSON to `tf.Example`s and back, as TensorFlow Serving's classify and regress map them."""

import json

from tensorflow.core.example import example_pb2, feature_pb2
from tensorflow_serving.apis import classification_pb2, input_pb2, regression_pb2

from keras_genre.server.rest_json import is_base64, read_base64, type_of, unfit
from keras_genre.server.rest_outputs import shortest
from keras_genre.server.statuses import invalid

__all__ = ["read_examples", "write_classes", "write_values"]

_INT64 = range(-(2**63), 2**63)


def read_examples(document: dict) -> input_pb2.Input:
    """Return the examples under `examples`, each in the `context` if there is one.

    Args:
        document: What `read_document` returned.

    Raises:
        StatusError: INVALID_ARGUMENT, in TensorFlow Serving's words, if they do not fit.
    """
    result = input_pb2.Input()
    target = result.example_list
    if "context" in document:
        target = result.example_list_with_context
        target.context.CopyFrom(_example(document["context"]))
    if "examples" not in document:
        raise unfit(
            document, "When method is classify, key 'examples' is expected and was not found"
        )
    examples = document["examples"]
    if not isinstance(examples, list):
        raise unfit(document, "Expecting 'examples' value to be an list/array")
    if not examples:
        raise unfit(document, "'examples' value is an empty array")
    target.examples.extend(_example(value) for value in examples)
    return result


def write_classes(result: classification_pb2.ClassificationResult) -> str:
    """Return labels and scores: a list for each example, of a pair for each class."""
    rows = [
        [[item.label, shortest(item.score)] for item in answer.classes]
        for answer in result.classifications
    ]
    return json.dumps({"results": rows})


def write_values(result: regression_pb2.RegressionResult) -> str:
    """Return the value of each example."""
    return json.dumps({"results": [shortest(item.value) for item in result.regressions]})


def _example(value) -> example_pb2.Example:
    if not isinstance(value, dict):
        raise invalid(f"Example must be JSON object but got JSON {type_of(value)}")
    example = example_pb2.Example()
    for name, content in value.items():
        feature = example.features.feature[name]
        feature.SetInParent()
        for item in content if isinstance(content, list) else [content]:
            _add(name, item, feature)
    return example


def _add(name: str, value, feature: feature_pb2.Feature) -> None:
    kind, converted = _converted(name, value)
    if feature.WhichOneof("kind") not in (None, kind):
        expected = feature.WhichOneof("kind").removesuffix("_list")
        raise invalid(f"Unexpected element type in feature: {name} expecting type: {expected}")
    getattr(feature, kind).value.append(converted)


def _converted(name: str, value) -> tuple[str, object]:
    """Return which list of a feature takes a JSON value, and what goes into it."""
    if isinstance(value, str):
        return "bytes_list", value.encode()
    if is_base64(value):
        return "bytes_list", read_base64(value)
    if isinstance(value, float):
        return "float_list", value
    if isinstance(value, int):
        if value not in _INT64:
            raise invalid(f"Feature: {name} has uint64 element. Only int64 is supported.")
        return "int64_list", int(value)
    raise invalid(f"Feature: {name} has element with unexpected JSON type: {type_of(value)}")
