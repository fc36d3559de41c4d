"""TensorFlow Serving's text-format files, as far as the development server reads them."""

from pathlib import Path
from typing import TypeVar

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory, text_format
from google.protobuf.message import Message

# Imported for its side effect: the messages below have fields of these types.
from google.protobuf import wrappers_pb2  # noqa: F401  # isort: skip

from keras_genre.errors import ServerError

__all__ = ["BatchingFile", "MonitoringFile", "read_text_file"]

_PACKAGE = "keras_genre.server"
_Field = descriptor_pb2.FieldDescriptorProto
_Read = TypeVar("_Read", bound=Message)

# `BatchingParameters` and `MonitoringConfig` are not in the Python package
# `tensorflow-serving-api`. In text only the names count, so these are numbered as they come.
_INT = (_Field.TYPE_MESSAGE, ".google.protobuf.Int64Value", False)
_MESSAGES = {
    "BatchingParameters": {
        "max_batch_size": _INT,
        "batch_timeout_micros": _INT,
        "max_enqueued_batches": _INT,
        "num_batch_threads": _INT,
        "thread_pool_name": (_Field.TYPE_MESSAGE, ".google.protobuf.StringValue", False),
        "allowed_batch_sizes": (_Field.TYPE_INT64, "", True),
        "pad_variable_length_inputs": (_Field.TYPE_BOOL, "", False),
        "enable_large_batch_splitting": (
            _Field.TYPE_MESSAGE,
            ".google.protobuf.BoolValue",
            False,
        ),
        "max_execution_batch_size": _INT,
    },
    "PrometheusConfig": {
        "enable": (_Field.TYPE_BOOL, "", False),
        "path": (_Field.TYPE_STRING, "", False),
    },
    "MonitoringConfig": {
        "prometheus_config": (_Field.TYPE_MESSAGE, f".{_PACKAGE}.PrometheusConfig", False),
    },
}


def read_text_file(path: str | Path, message: _Read) -> _Read:
    """Read a text-format file into an empty `message` and return it.

    Raises:
        ServerError: If it cannot be read, or is none. TensorFlow Serving's words come first.
    """
    try:
        return text_format.Parse(Path(path).read_bytes(), message)
    except OSError as error:
        raise ServerError(f"Cannot read {path}: {error.strerror}.") from error
    except (text_format.ParseError, UnicodeDecodeError) as error:
        kind = f"tensorflow.serving.{message.DESCRIPTOR.name}"
        raise ServerError(
            f"Invalid protobuf file: '{path}'. Error parsing text-format {kind}: {error}"
        ) from error


def _make_messages() -> dict[str, type[Message]]:
    file = descriptor_pb2.FileDescriptorProto(
        name=f"{_PACKAGE}/text_files.proto",
        package=_PACKAGE,
        syntax="proto3",
        dependency=["google/protobuf/wrappers.proto"],
    )
    for name, fields in _MESSAGES.items():
        message = file.message_type.add(name=name)
        for number, (field, (kind, type_name, repeated)) in enumerate(fields.items(), start=1):
            label = _Field.LABEL_REPEATED if repeated else _Field.LABEL_OPTIONAL
            message.field.add(name=field, number=number, type=kind, label=label)
            if type_name:
                message.field[-1].type_name = type_name
    pool = descriptor_pool.Default()
    pool.AddSerializedFile(file.SerializeToString())
    return {
        name: message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{_PACKAGE}.{name}"))
        for name in _MESSAGES
    }


_CLASSES = _make_messages()
BatchingFile = _CLASSES["BatchingParameters"]
"""The fields of TensorFlow Serving's `BatchingParameters`."""
MonitoringFile = _CLASSES["MonitoringConfig"]
"""The fields of TensorFlow Serving's `MonitoringConfig`."""
