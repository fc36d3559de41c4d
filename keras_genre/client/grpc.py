"""GenreClient: a model behind TensorFlow Serving, over gRPC."""

import re
import time
from collections.abc import Sequence

import grpc
import tensorflow as tf
from tensorflow_serving.apis import (
    get_model_status_pb2,
    model_service_pb2_grpc,
    predict_pb2,
    prediction_service_pb2_grpc,
)

from keras_genre import features
from keras_genre.client.films import Poster, film_batches
from keras_genre.client.genre_prediction import GenrePrediction
from keras_genre.client.retries import retry_options
from keras_genre.errors import (
    DeadlineExceededError,
    InvalidRequestError,
    ModelNotFoundError,
    PredictorError,
    ServerUnavailableError,
)

# The server takes messages up to INT32_MAX; gRPC's own limit for receiving is 4 MB.
_UNLIMITED = [("grpc.max_send_message_length", -1), ("grpc.max_receive_message_length", -1)]
_ERRORS = {
    grpc.StatusCode.UNAVAILABLE: ServerUnavailableError,
    grpc.StatusCode.DEADLINE_EXCEEDED: DeadlineExceededError,
    grpc.StatusCode.NOT_FOUND: ModelNotFoundError,
    grpc.StatusCode.INVALID_ARGUMENT: InvalidRequestError,
    grpc.StatusCode.FAILED_PRECONDITION: InvalidRequestError,
}


class GenreClient:
    """Asks a model behind TensorFlow Serving, or the development server, over gRPC.

    Args:
        address: "host:port" of its gRPC service; 8500 is the usual port.
        model: Name of the model on the server.
        version: A version of it; by default the one that the server takes for the latest.
        timeout: Seconds that each request may take, all its tries together; a long list is several
            requests.
        batch_size: Films a request.
        retries: How often a request is tried again, after growing waits, when the server is
            unavailable. Other failures are not tried again.

    Raises:
        ValueError: If `address` has no port, or another argument is out of its range.

    Raises (by every method):
        ServerUnavailableError: If nothing answers at the address, `retries` included.
        DeadlineExceededError: If an answer takes longer than `timeout`.
        ModelNotFoundError: If the server has no such model or version.
        InvalidRequestError: If the model cannot take the input.

    Example:
        >>> with GenreClient("localhost:8500", model="lstm") as client:  # doctest: +SKIP
        ...     client.predict(plots=["A heist goes wrong."])[0].genres
        ('Crime',)
    """

    def __init__(
        self,
        address: str,
        model: str,
        version: int | None = None,
        timeout: float = 10.0,
        batch_size: int = 32,
        retries: int = 3,
    ):
        _check_arguments(address, timeout)
        self._address, self._model, self._version = address, model, version
        self._timeout, self._batch_size = timeout, batch_size
        options = _UNLIMITED + retry_options(retries, timeout)
        self._channel = grpc.insecure_channel(address, options=options)
        self._predictions = prediction_service_pb2_grpc.PredictionServiceStub(self._channel)
        self._models = model_service_pb2_grpc.ModelServiceStub(self._channel)

    def predict(
        self,
        plots: Sequence[str | None] | None = None,
        posters: Sequence[Poster] | None = None,
    ) -> list[GenrePrediction]:
        """Say the genres of films, in their order.

        Args:
            plots: One plot a film; None or empty where it is missing. None: no film has one.
            posters: One path, encoded bytes or PIL image a film; None where it is missing. None:
                no film has one.

        Returns:
            One `GenrePrediction` a film.

        Raises:
            ValueError: If both are None, or their lengths differ.
        """
        predictions = []
        for batch_plots, batch_posters in film_batches(plots, posters, self._batch_size):
            request = predict_pb2.PredictRequest()
            self._fill(request.model_spec)
            request.inputs[features.PLOT].CopyFrom(tf.make_tensor_proto(batch_plots))
            request.inputs[features.POSTER].CopyFrom(tf.make_tensor_proto(batch_posters))
            response = self._call(self._predictions.Predict, request, timeout=self._timeout)
            outputs = {name: tf.make_ndarray(value) for name, value in response.outputs.items()}
            spec = response.model_spec
            predictions += GenrePrediction.from_outputs(outputs, spec.name, spec.version.value)
        return predictions

    def version_states(self) -> dict[int, str]:
        """The state of each version that the server knows, for example `{1: "AVAILABLE"}`."""
        return self._version_states(timeout=self._timeout)

    def wait_until_ready(self, timeout: float = 60.0) -> None:
        """Return as soon as a version of the model is available.

        Raises:
            ServerUnavailableError: If that takes longer than `timeout` seconds.
        """
        deadline = time.monotonic() + timeout
        while True:
            remaining = max(0.0, deadline - time.monotonic())
            try:
                # The connection is waited for, so that a server that comes is seen at once.
                states = self._version_states(
                    timeout=min(self._timeout, remaining), wait_for_ready=True
                )
                if "AVAILABLE" in states.values():
                    return
                cause = None
            except (ServerUnavailableError, ModelNotFoundError, DeadlineExceededError) as error:
                cause = error
            if time.monotonic() >= deadline:
                raise ServerUnavailableError(
                    f"The model {self._model!r} at {self._address} is not ready after "
                    f"{timeout:g} seconds."
                ) from cause
            time.sleep(0.1)

    def close(self) -> None:
        """Close the connection."""
        self._channel.close()

    def __enter__(self) -> "GenreClient":
        return self

    def __exit__(self, *_) -> None:
        self.close()

    def _fill(self, spec) -> None:
        spec.name = self._model
        if self._version is not None:
            spec.version.value = self._version

    def _version_states(self, **options) -> dict[int, str]:
        request = get_model_status_pb2.GetModelStatusRequest()
        self._fill(request.model_spec)
        states = get_model_status_pb2.ModelVersionStatus.State
        response = self._call(self._models.GetModelStatus, request, **options)
        return {s.version: states.Name(s.state) for s in response.model_version_status}

    def _call(self, method, request, **options):
        try:
            return method(request, **options)
        except grpc.RpcError as cause:
            raise self._error(cause) from cause

    def _error(self, cause: grpc.RpcError) -> PredictorError:
        code, details = cause.code(), cause.details()
        hint = {
            grpc.StatusCode.UNAVAILABLE: (
                f"No server answers at {self._address}. Start one with "
                f"`keras-genre serve saved_models`, or check the address. ({details})"
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


def _check_arguments(address: str, timeout: float) -> None:
    # Without a port, gRPC would ask port 443 and report that nobody answers.
    if not re.fullmatch(r"([^\s:/\[\]]+|\[[^\s\]]+\]):[0-9]{1,5}", address):
        raise ValueError(
            f'Expected an address as "host:port", such as "localhost:8500"; received {address!r}.'
        )
    if not timeout > 0:
        raise ValueError(f"Expected a timeout over 0 seconds, received {timeout}.")
