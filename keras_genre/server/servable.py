"""One loaded version of a model."""

import copy
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import grpc
import tensorflow as tf
from google.protobuf.message import DecodeError
from tensorflow.core.framework import tensor_pb2
from tensorflow.core.protobuf import meta_graph_pb2, saved_model_pb2

from keras_genre.server.batching import BatchScheduler
from keras_genre.server.statuses import StatusError, expired, invalid, not_found, unfit_model
from keras_genre.server.tensors import read_tensor, type_name

__all__ = ["DEFAULT_SIGNATURE", "Servable"]

DEFAULT_SIGNATURE = "serving_default"


class Servable:
    """A loaded SavedModel: its signatures, the checks on their inputs, and the run.

    The checks come in TensorFlow Serving's order and words, so that a client meets the same
    first complaint from either server.

    Args:
        version: The version number.
        functions: The callable of each signature.
        signatures: The `SignatureDef` of each, and of what else the SavedModel defines.

    Attributes:
        batcher: Runs requests together. None = each runs by itself.
    """

    def __init__(
        self,
        version: int,
        functions: Mapping[str, tf.types.experimental.ConcreteFunction],
        signatures: Mapping[str, meta_graph_pb2.SignatureDef],
    ):
        self.version = version
        self.signatures = signatures
        self.batcher: BatchScheduler | None = None
        self._functions = functions

    @classmethod
    def load(cls, version: int, path: str | Path) -> "Servable":
        """Load the SavedModel in the folder `path`.

        Raises:
            StatusError: NOT_FOUND or DATA_LOSS if `saved_model.pb` is missing or damaged.
            Exception: Whatever `tf.saved_model.load` raises for the rest.
        """
        definitions = _read_signatures(Path(path))
        functions = dict(tf.saved_model.load(str(path)).signatures)
        # Copies, because a part of a message keeps the whole of it, graph and all, in memory.
        signatures = {name: copy.deepcopy(value) for name, value in definitions.items()}
        return cls(version, functions, signatures)

    def predict(
        self,
        signature_name: str,
        inputs: Mapping[str, tensor_pb2.TensorProto],
        output_filter: Sequence[str] = (),
        deadline: float | None = None,
    ) -> dict[str, tf.Tensor]:
        """Run one signature.

        Args:
            signature_name: A name among the functions.
            inputs: A tensor for each input of the signature.
            output_filter: The outputs wanted. Empty = all.
            deadline: When nobody waits for the answer any more (`time.monotonic`). None = never.

        Returns:
            The outputs by name.

        Raises:
            StatusError: If the request does not fit the signature, or its time is up.
            tf.errors.OpError: If the model itself fails on the input.
        """
        if signature_name not in self._functions:
            raise unfit_model(f'Serving signature key "{signature_name}" not found.')
        signature = self.signatures[signature_name]
        _check_input_count(signature, inputs)
        tensors = _read_inputs(signature, inputs)
        names = _wanted_outputs(signature, output_filter)
        outputs = self.run(signature_name, tensors, deadline)
        return {name: outputs[name] for name in names}

    def run(
        self, signature_name: str, tensors: dict[str, tf.Tensor], deadline: float | None
    ) -> dict[str, tf.Tensor]:
        """Run one signature on tensors that are read and complete.

        Raises:
            StatusError: If a dtype is another one, or the time is up.
            tf.errors.OpError: If the model itself fails on the input.
        """
        _check_types(self.signatures[signature_name], tensors)
        if deadline is not None and deadline <= time.monotonic():
            raise expired()
        function = self._functions[signature_name]
        if self.batcher is None:
            return function(**tensors)
        return self.batcher.run(function, tensors, deadline)


def _read_signatures(path: Path) -> Mapping[str, meta_graph_pb2.SignatureDef]:
    """Read the `SignatureDef`s, which the object from `tf.saved_model.load` no longer shows."""
    try:
        saved_model = saved_model_pb2.SavedModel.FromString((path / "saved_model.pb").read_bytes())
        return saved_model.meta_graphs[0].signature_def
    except FileNotFoundError as error:
        raise not_found(f"No saved_model.pb in {path}") from error
    except (DecodeError, IndexError) as error:
        raise StatusError(
            grpc.StatusCode.DATA_LOSS, f"{path}/saved_model.pb is half-written or damaged"
        ) from error


def _check_input_count(signature: meta_graph_pb2.SignatureDef, inputs: Iterable[str]) -> None:
    sent, expected = set(inputs), set(signature.inputs)
    if len(sent) != len(expected):
        raise invalid(
            f"input size does not match signature: {len(sent)}!={len(expected)} "
            f"len({_braced(sent)}) != len({_braced(expected)}). "
            f"Sent extra: {_braced(sent - expected)}. "
            f"Missing but required: {_braced(expected - sent)}."
        )


def _read_inputs(
    signature: meta_graph_pb2.SignatureDef, inputs: Mapping[str, tensor_pb2.TensorProto]
) -> dict[str, tf.Tensor]:
    tensors = {}
    for alias, info in sorted(signature.inputs.items()):
        if alias not in inputs:
            raise invalid(
                f"Signature input alias: {alias}(feed name: {info.name}) not found in request and "
                "no default value provided. Inputs expected to be in the request "
                f"{_braced(inputs)}, or default input alias set: "
            )
        tensors[alias] = read_tensor(alias, inputs[alias])
    return tensors


def _wanted_outputs(
    signature: meta_graph_pb2.SignatureDef, output_filter: Sequence[str]
) -> list[str]:
    for index, alias in enumerate(output_filter):
        if alias not in signature.outputs:
            raise invalid(
                f"output tensor alias not found in signature: {alias} "
                f"Outputs expected to be in the set {_braced(signature.outputs)}."
            )
        if alias in output_filter[:index]:
            raise invalid(f"duplicate output tensor alias: {alias}")
    return list(output_filter) or list(signature.outputs)


def _check_types(signature: meta_graph_pb2.SignatureDef, tensors: Mapping[str, tf.Tensor]) -> None:
    # The index is the input's place among the sorted feed names, as in a TensorFlow session.
    feeds = sorted(signature.inputs.items(), key=lambda item: item[1].name)
    for index, (alias, info) in enumerate(feeds):
        provided = tensors[alias].dtype.as_datatype_enum
        if provided != info.dtype:
            raise invalid(
                f"Expects arg[{index}] to be {type_name(info.dtype)} "
                f"but {type_name(provided)} is provided"
            )


def _braced(names: Iterable[str]) -> str:
    return "{" + ",".join(sorted(names)) + "}"
