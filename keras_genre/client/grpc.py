"""GenreClient: a model behind TensorFlow Serving, over gRPC."""

import grpc

from keras_genre.client.films import FilmBatch
from keras_genre.client.genre_prediction import GenrePrediction
from keras_genre.client.genre_predictor import GenrePredictor
from keras_genre.client.grpc_connection import GrpcConnection
from keras_genre.client.grpc_messages import read_predictions, read_states
from keras_genre.client.readiness import wait_until_available


class GenreClient(GrpcConnection, GenrePredictor):
    """Asks a model behind TensorFlow Serving, or the development server, over gRPC.

    It may be used by several threads at once.

    Args:
        address: "host:port" of its gRPC service; 8500 is the usual port. Or several, as a list or
            with commas between them: requests go to each in turn that is ready, and one that fails
            is tried again at the next. Their names are looked up when the client is made; for
            servers that come and go behind one name, give "dns:///name:port".
        model: Name of the model on the server.
        version: A version of it; by default the one that the server takes for the latest.
        timeout: Seconds that each request may take, all its tries together; a long list is several
            requests.
        batch_size: Films a request.
        retries: How often a request is tried again, after growing waits, when the server is
            unavailable. Other failures are not tried again.
        label: A label that the server gives to one of its versions, such as "stable" or "canary",
            in place of `version`.
        tls: For an encrypted connection. Without it, what is sent can be read on the way.
        metadata: Sent with each request, for example `{"authorization": "Bearer ..."}` for a proxy
            that asks who is there. Read anew each time, so that a token may be renewed in it.

    Raises:
        ValueError: If `address` has no port, or another argument is out of its range.
        ServerUnavailableError: If one of several addresses has a name that cannot be looked up.

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

    _library = grpc

    def predict_batch(self, batch: FilmBatch) -> list[GenrePrediction]:
        """Say the genres of films that are checked and read already, in one request."""
        request = self._asked.predict_request(batch)
        return read_predictions(self._call(self._predictions.Predict, request))

    def version_states(self) -> dict[int, str]:
        """The state of each version that the server knows, for example `{1: "AVAILABLE"}`."""
        return self._version_states()

    def wait_until_ready(self, timeout: float = 60.0) -> None:
        """Return as soon as a version of the model is available, of several servers on one.

        Raises:
            ServerUnavailableError: If that takes longer than `timeout` seconds.
        """
        longest = self._timeout

        def states(remaining):
            # The connection is waited for, so that a server that comes is seen at once.
            return self._version_states(timeout=min(longest, remaining), wait_for_ready=True)

        wait_until_available(states, self._asked.name, self._address, timeout)

    def close(self) -> None:
        """Close the connection."""
        self._channel.close()

    def __enter__(self) -> "GenreClient":
        return self

    def __exit__(self, *_) -> None:
        self.close()

    def _version_states(self, **options) -> dict[int, str]:
        request = self._asked.status_request()
        return read_states(self._call(self._models.GetModelStatus, request, **options))

    def _call(self, method, request, **options):
        try:
            return method(request, **{**self._call_options(), **options})
        except grpc.RpcError as cause:
            raise self._error(cause) from cause
