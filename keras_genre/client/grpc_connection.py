"""Connecting to a server over gRPC, and its errors as those of this package."""

import dataclasses
from collections.abc import Mapping

import grpc

from keras_genre.client.arguments import check_address, check_timeout
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


@dataclasses.dataclass(frozen=True)
class GrpcConnection:
    """How a server is reached. The arguments are those of `GenreClient`."""

    address: str
    timeout: float
    retries: int
    tls: Tls | None
    metadata: Mapping[str, str] | None

    def __post_init__(self):
        check_address(self.address)
        check_timeout(self.timeout)

    def open_channel(self, library):
        """Connect, with `grpc` or `grpc.aio`."""
        options = _UNLIMITED + retry_options(self.retries, self.timeout)
        if self.tls is None:
            return library.insecure_channel(self.address, options=options)
        credentials = self.tls.channel_credentials()
        return library.secure_channel(self.address, credentials, options=options)

    def call_options(self) -> dict:
        """What every call is made with: its deadline, and the caller's metadata."""
        metadata = [(name.lower(), value) for name, value in (self.metadata or {}).items()]
        return {"timeout": self.timeout, "metadata": metadata}

    def error(self, cause: grpc.RpcError) -> PredictorError:
        """The error of this package that says what went wrong."""
        code, details = cause.code(), cause.details()
        hint = {
            grpc.StatusCode.UNAVAILABLE: (
                f"No server answers at {self.address}. Start one with "
                f"`keras-genre serve saved_models`, or check the address"
                f"{' and the certificates' if self.tls else ''}. ({details})"
            ),
            grpc.StatusCode.DEADLINE_EXCEEDED: (
                f"The server at {self.address} did not answer within {self.timeout:g} seconds. "
                f"Allow more time, or send fewer films at once."
            ),
            grpc.StatusCode.NOT_FOUND: (
                f"The server at {self.address} has no such model: {details}."
            ),
        }.get(code, f"The server at {self.address} answered {code.name}: {details}")
        return _ERRORS.get(code, PredictorError)(hint)
