"""Classify, Regress and MultiInference: serialized `tf.Example`s in, classes or values out."""

from collections.abc import Callable, Sequence

import grpc
import tensorflow as tf
from tensorflow.core.framework import types_pb2
from tensorflow.core.protobuf import meta_graph_pb2
from tensorflow_serving.apis import (
    classification_pb2,
    inference_pb2,
    input_pb2,
    regression_pb2,
)

from keras_genre.server.servable import DEFAULT_SIGNATURE, Servable
from keras_genre.server.statuses import StatusError, invalid, unfit_model

__all__ = ["classify", "infer", "regress"]

_INPUTS, _CLASSES, _SCORES, _VALUES = "inputs", "classes", "scores", "outputs"
_NO_SIGNATURE = "No signature was found with the name"

Tensors = dict[str, tf.Tensor]


def classify(
    servable: Servable, signature_name: str, examples: input_pb2.Input, deadline: float | None
) -> classification_pb2.ClassificationResult:
    """Return class labels and scores of each example.

    Raises:
        StatusError: If the signature is none for this, or gives another kind of answer.
        tf.errors.OpError: If the model itself fails on the input.
    """
    names = _check_classification(_signature(servable, signature_name, _NO_SIGNATURE))
    rows = _serialized(examples)
    outputs = servable.run(signature_name, {_INPUTS: tf.constant(rows)}, deadline)
    return _classifications({name: outputs[name] for name in names}, len(rows))


def regress(
    servable: Servable, signature_name: str, examples: input_pb2.Input, deadline: float | None
) -> regression_pb2.RegressionResult:
    """Return the value of each example.

    Raises:
        StatusError: If the signature is none for this, or gives another kind of answer.
        tf.errors.OpError: If the model itself fails on the input.
    """
    _check_regression(_signature(servable, signature_name, _NO_SIGNATURE))
    rows = _serialized(examples)
    outputs = servable.run(signature_name, {_INPUTS: tf.constant(rows)}, deadline)
    return _regressions(outputs[_VALUES], len(rows))


def infer(
    servable: Servable,
    tasks: Sequence[inference_pb2.InferenceTask],
    examples: input_pb2.Input,
    deadline: float | None,
) -> inference_pb2.MultiInferenceResponse:
    """Answer several signatures of one model about the same examples.

    Raises:
        StatusError: If a task is no classification or regression, or one of them fails.
        tf.errors.OpError: If the model itself fails on the input.
    """
    names = [task.model_spec.signature_name or DEFAULT_SIGNATURE for task in tasks]
    for index, (task, name) in enumerate(zip(tasks, names, strict=True)):
        _check_task(servable, tasks[0], task, name)
        if name in names[:index]:
            raise invalid(f"Duplicate evaluation of signature: {name}")
    response = inference_pb2.MultiInferenceResponse()
    for task, name in zip(tasks, names, strict=True):
        result = response.results.add()
        result.model_spec.name = task.model_spec.name
        result.model_spec.signature_name = name
        result.model_spec.version.value = servable.version
        if task.method_name == tf.saved_model.CLASSIFY_METHOD_NAME:
            answer = classify(servable, name, examples, deadline)
            result.classification_result.CopyFrom(answer)
        else:
            answer = regress(servable, name, examples, deadline)
            result.regression_result.CopyFrom(answer)
    return response


def _check_task(
    servable: Servable, first: inference_pb2.InferenceTask, task, signature_name: str
) -> None:
    if not task.model_spec.name:
        raise invalid("Found ModelSpec with an empty model name.")
    if task.model_spec.name != first.model_spec.name:
        raise invalid("All ModelSpecs in a MultiInferenceRequest must access the same model name.")
    signature = _signature(servable, signature_name, "Requested signature not found in model graph")
    check = _CHECKS.get(task.method_name)
    if check is None:
        raise StatusError(
            grpc.StatusCode.UNIMPLEMENTED, f"Unsupported signature method_name: {task.method_name}"
        )
    check(signature)


def _signature(servable: Servable, name: str, complaint: str) -> meta_graph_pb2.SignatureDef:
    if name not in servable.signatures:
        raise invalid(f"{complaint}: {name}")
    return servable.signatures[name]


# The method that a signature names is not looked at, as in TensorFlow Serving by default:
# `tf.saved_model.save` calls every signature one for Predict.
def _check_classification(signature: meta_graph_pb2.SignatureDef) -> list[str]:
    _check_input(signature, "classification")
    if len(signature.outputs) not in (1, 2):
        raise invalid(f"Expected one or two output Tensors, found {len(signature.outputs)}")
    names = [name for name in (_CLASSES, _SCORES) if name in signature.outputs]
    if not names:
        raise unfit_model(
            f'Expected classification signature outputs to contain at least one of "{_CLASSES}" '
            f'or "{_SCORES}". Signature was: {signature}'
        )
    return names


def _check_regression(signature: meta_graph_pb2.SignatureDef) -> None:
    _check_input(signature, "regression")
    if len(signature.outputs) != 1:
        raise invalid("Expected one output Tensor.")
    if _VALUES not in signature.outputs:
        raise unfit_model(f"No regression outputs found in SignatureDef: {signature}")


_CHECKS: dict[str, Callable] = {
    tf.saved_model.CLASSIFY_METHOD_NAME: _check_classification,
    tf.saved_model.REGRESS_METHOD_NAME: _check_regression,
}


def _check_input(signature: meta_graph_pb2.SignatureDef, kind: str) -> None:
    if len(signature.inputs) != 1:
        raise invalid("Expected one input Tensor.")
    if _INPUTS not in signature.inputs:
        raise unfit_model(f"No {kind} inputs found in SignatureDef: {signature}")


def _serialized(examples: input_pb2.Input) -> list[bytes]:
    kind = examples.WhichOneof("kind")
    given = getattr(examples, kind) if kind else None
    if given is None or not given.examples:
        raise invalid("Input is empty.")
    # Bytes of messages that are joined are their merged message: each example in its context.
    context = given.context.SerializeToString() if kind == "example_list_with_context" else b""
    return [context + example.SerializeToString() for example in given.examples]


def _classifications(outputs: Tensors, count: int) -> classification_pb2.ClassificationResult:
    expected = {_CLASSES: tf.string, _SCORES: tf.float32}
    for name, tensor in outputs.items():
        if tensor.shape.rank != 2:
            raise invalid(
                f"Expected Tensor shape: [batch_size num_classes] but got {_shape_text(tensor)}"
            )
        if tensor.dtype != expected[name]:
            raise invalid(
                f"Expected {name} Tensor of {_type(expected[name])}. Got: {_type(tensor.dtype)}"
            )
        if tensor.shape[0] != count:
            raise invalid(f"Expected {name} output batch size of {count}. Got: {tensor.shape[0]}")
    widths = [tensor.shape[1] for tensor in outputs.values()]
    if len(set(widths)) > 1:
        raise invalid(
            f"Tensors class and score should match in dim_size(1). Got {widths[0]} vs. {widths[1]}"
        )
    columns = {name: tensor.numpy() for name, tensor in outputs.items()}
    result = classification_pb2.ClassificationResult()
    for row in range(count):
        answer = result.classifications.add()
        for column in range(widths[0]):
            # No copy by NumPy of the label: it would drop trailing zeros.
            label = columns[_CLASSES][row, column] if _CLASSES in columns else b""
            score = columns[_SCORES][row, column] if _SCORES in columns else 0.0
            answer.classes.add(label=_text(label), score=score)
    return result


def _regressions(values: tf.Tensor, count: int) -> regression_pb2.RegressionResult:
    shape = values.shape
    if not (shape.rank == 1 or (shape.rank == 2 and shape[1] == 1)):
        raise invalid(
            "Expected output Tensor shape to be either [batch_size] or [batch_size, 1] but got "
            f"{_shape_text(values)}"
        )
    if shape[0] != count:
        raise invalid(f"Input batch size did not match output batch size: {count} vs. {shape[0]}")
    if values.dtype != tf.float32:
        raise invalid(f"Expected output Tensor of DT_FLOAT.  Got: {_type(values.dtype)}")
    result = regression_pb2.RegressionResult()
    for value in values.numpy().ravel():
        result.regressions.add(value=value)
    return result


def _text(label: bytes) -> str:
    try:
        return label.decode()
    except UnicodeDecodeError as error:
        raise invalid("A class label is not UTF-8.") from error


def _shape_text(tensor: tf.Tensor) -> str:
    return "[" + ",".join(map(str, tensor.shape)) + "]"


def _type(dtype: tf.DType) -> str:
    return types_pb2.DataType.Name(dtype.as_datatype_enum)
