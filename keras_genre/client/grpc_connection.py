"""What both clients over gRPC are made of: a connection, and errors as those of this package."""

import types
from collections.abc import Mapping, Sequence

import grpc
from tensorflow_serving.apis import model_service_pb2_grpc, prediction_service_pb2_grpc

from keras_genre.client.arguments import check_timeout
from keras_genre.client.balancing import BALANCED, find_target
from keras_genre.client.grpc_messages import AskedModel
from keras_genre.client.retries import retry_options
from keras_genre.client.tls import Tls
from keras_genre.errors import (
    DeadlineExceededError,
    InvalidRequestError,
    ModelNotFoundError,
    PredictorError,
    ServerUnavailableError,
)

__all__ = ["GrpcConnection"]

# The server takes messages up to INT32_MAX; gRPC's own limit for receiving is 4 MB.
_UNLIMITED = [("grpc.max_send_message_length", -1), ("grpc.max_receive_message_length", -1)]
_ERRORS = {
    grpc.StatusCode.UNAVAILABLE: ServerUnavailableError,
    grpc.StatusCode.DEADLINE_EXCEEDED: DeadlineExceededError,
    grpc.StatusCode.NOT_FOUND: ModelNotFoundError,
    grpc.StatusCode.INVALID_ARGUMENT: InvalidRequestError,
    grpc.StatusCode.FAILED_PRECONDITION: InvalidRequestError,
}


class GrpcConnection:
    """A model on a server that is reached over gRPC: what both clients are made of.

    The arguments are those of `GenreClient`, which tells them. A subclass names the library whose
    channels it uses, `grpc` or `grpc.aio`.
    """

    _library: types.ModuleType

    def __init__(
        self,
        address: str | Sequence[str],
        model: str,
        version: int | None = None,
        timeout: float = 10.0,
        batch_size: int = 32,
        retries: int = 3,
        *,
        label: str | None = None,
        tls: Tls | None = None,
        metadata: Mapping[str, str] | None = None,
    ):
        check_timeout(timeout)
        self._asked = AskedModel(model, version, label)
        target = find_target(address, is_encrypted=tls is not None)
        self._address = target.text
        self._timeout = timeout
        self._batch_size = batch_size
        self._is_encrypted = tls is not None
        self._metadata = {} if metadata is None else metadata
        balancing = BALANCED if target.is_balanced else None
        options = _UNLIMITED + retry_options(retries, timeout, balancing)
        if tls is None:
            self._channel = self._library.insecure_channel(target.uri, options=options)
        else:
            if target.host:
                options.append(("grpc.default_authority", target.host))
            credentials = tls.channel_credentials()
            self._channel = self._library.secure_channel(target.uri, credentials, options=options)
        self._predictions = prediction_service_pb2_grpc.PredictionServiceStub(self._channel)
        self._models = model_service_pb2_grpc.ModelServiceStub(self._channel)

    def _call_options(self) -> dict:
        """What every call is made with: its deadline, and the caller's metadata."""
        metadata = [(name.lower(), value) for name, value in self._metadata.items()]
        return {"timeout": self._timeout, "metadata": metadata}

    def _error(self, cause: grpc.RpcError) -> PredictorError:
        """The error of this package that says what went wrong."""
        code, details = cause.code(), cause.details()
        hint = {
            grpc.StatusCode.UNAVAILABLE: (
                f"No server answers at {self._address}. Start one with "
                f"`keras-genre serve saved_models`, or check the address"
                f"{' and the certificates' if self._is_encrypted else ''}. ({details})"
            ),
            grpc.StatusCode.DEADLINE_EXCEEDED: (
                f"The server at {self._address} did not answer within {self._timeout:g} seconds. "
                f"Allow more time, or send fewer films at once."
            ),
            grpc.StatusCode.NOT_FOUND: (
                f"The server at {self._address} has no such model: {details}."
            ),
        }.get(code, f"The server at {self._address} answered {code.name}: {details}")
        return _ERRORS.get(code, PredictorError)(hint)
