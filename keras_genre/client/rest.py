"""RestGenreClient: a model behind TensorFlow Serving, over REST, without TensorFlow here."""

import base64
import re
import time
import urllib.parse
from collections.abc import Mapping

import httpx

from keras_genre import features
from keras_genre.client.arguments import check_timeout, check_version
from keras_genre.client.films import FilmBatch
from keras_genre.client.genre_prediction import GenrePrediction
from keras_genre.client.genre_predictor import GenrePredictor
from keras_genre.client.readiness import wait_until_available
from keras_genre.client.retries import waits_between_tries
from keras_genre.client.tls import Tls
from keras_genre.errors import (
    DeadlineExceededError,
    InvalidRequestError,
    ModelNotFoundError,
    PredictorError,
    ServerUnavailableError,
)

__all__ = ["RestGenreClient"]

_ERRORS = {
    400: InvalidRequestError,
    404: ModelNotFoundError,
    503: ServerUnavailableError,
    504: DeadlineExceededError,
}


class RestGenreClient(GenrePredictor):
    """Asks a model behind TensorFlow Serving, or the development server, over REST.

    It needs no TensorFlow, and has the methods and errors of `GenreClient`. gRPC is the faster one:
    over REST a poster travels in base64, a third longer. An answer does not say its version.

    Args:
        url: "http://host:port" of its REST service, 8501 is the usual port; `https://` for an
            encrypted connection. A path before `/v1` may follow.
        model: Name of the model on the server.
        version: A version of it; by default the one that the server takes for the latest.
        timeout: Seconds that each request may take, all its tries together.
        batch_size: Films a request.
        retries: How often a request is tried again, after growing waits, when the server is
            unavailable. Other failures are not tried again.
        label: A label that the server gives to one of its versions, in place of `version`.
        tls: Whom to believe, and the client's own certificate, for `https://`.
        headers: Sent with each request, for example `{"authorization": "Bearer ..."}`. Read anew
            each time.

    Raises:
        ValueError: If an argument is out of its range.

    Example:
        >>> with RestGenreClient("http://localhost:8501", "lstm") as client:  # doctest: +SKIP
        ...     client.predict(plots=["A heist goes wrong."])[0].genres
        ('Crime',)
    """

    def __init__(
        self,
        url: str,
        model: str,
        version: int | None = None,
        timeout: float = 10.0,
        batch_size: int = 32,
        retries: int = 3,
        *,
        label: str | None = None,
        tls: Tls | None = None,
        headers: Mapping[str, str] | None = None,
    ):
        _check_url(url, tls)
        check_timeout(timeout)
        check_version(version, label)
        self._url, self._model, self._version = url.rstrip("/"), model, version
        self._path = _model_path(model, version, label)
        self._timeout = timeout
        self._batch_size = batch_size
        self._waits = waits_between_tries(retries, timeout)
        self._headers = {} if headers is None else headers
        self._http = httpx.Client(verify=True if tls is None else tls.ssl_context())

    def predict_batch(self, batch: FilmBatch) -> list[GenrePrediction]:
        """Say the genres of films that are checked and read already, in one request."""
        inputs = {
            features.PLOT: [plot.decode() for plot in batch.plots],
            features.POSTER: [
                {"b64": base64.b64encode(poster).decode()} for poster in batch.posters
            ],
        }
        answer = self._ask("POST", f"{self._path}:predict", {"inputs": inputs})
        return GenrePrediction.from_outputs(answer["outputs"], self._model, self._version)

    def version_states(self) -> dict[int, str]:
        """The state of each version that the server knows, for example `{1: "AVAILABLE"}`."""
        return self._version_states(self._timeout)

    def wait_until_ready(self, timeout: float = 60.0) -> None:
        """Return as soon as a version of the model is available.

        Raises:
            ServerUnavailableError: If that takes longer than `timeout` seconds.
        """

        def states(remaining):
            return self._version_states(max(0.01, min(self._timeout, remaining)))

        wait_until_available(states, self._model, self._url, timeout)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def __enter__(self) -> "RestGenreClient":
        return self

    def __exit__(self, *_) -> None:
        self.close()

    def _version_states(self, timeout: float) -> dict[int, str]:
        answer = self._once("GET", self._path, None, timeout)
        return {int(s["version"]): s["state"] for s in answer["model_version_status"]}

    def _ask(self, method: str, path: str, document: dict) -> dict:
        deadline = time.monotonic() + self._timeout
        for wait in self._waits:
            try:
                return self._once(method, path, document, deadline - time.monotonic())
            except ServerUnavailableError:
                if time.monotonic() + wait >= deadline:
                    raise
            time.sleep(wait)
        return self._once(method, path, document, deadline - time.monotonic())

    def _once(self, method: str, path: str, document: dict | None, timeout: float) -> dict:
        try:
            response = self._http.request(
                method, self._url + path, json=document, headers=self._headers, timeout=timeout
            )
        except httpx.TimeoutException as cause:
            raise self._too_late() from cause
        except httpx.TransportError as cause:
            raise ServerUnavailableError(
                f"No server answers at {self._url}. Start one with `keras-genre serve "
                f"saved_models`, or check the address. ({cause})"
            ) from cause
        if response.status_code == 200:
            return response.json()
        raise self._error(response)

    def _too_late(self) -> DeadlineExceededError:
        return DeadlineExceededError(
            f"The server at {self._url} did not answer within {self._timeout:g} seconds. Allow "
            f"more time, or send fewer films at once."
        )

    def _error(self, response: httpx.Response) -> PredictorError:
        code, error = response.status_code, PredictorError
        try:
            said = response.json()["error"]
            error = _ERRORS.get(code, PredictorError)
        except (ValueError, KeyError, TypeError):  # a proxy's words, or another program's
            said = f"{response.text[:200]!r}, which is not TensorFlow Serving's answer"
            error = ServerUnavailableError if code in (502, 503, 504) else PredictorError
        return error(f"The server at {self._url} answered {code}: {said}")


def _check_url(url: str, tls: Tls | None) -> None:
    if not re.fullmatch(r"https?://[^\s/]+(/\S*)?", url):
        raise ValueError(
            f'Expected a URL as "http://host:port", such as "http://localhost:8501"; received '
            f"{url!r}."
        )
    if tls is not None and not url.startswith("https:"):
        raise ValueError(f"Expected an https:// URL with tls; received {url!r}.")


def _model_path(model: str, version: int | None, label: str | None) -> str:
    path = f"/v1/models/{urllib.parse.quote(model, safe='')}"
    if version is not None:
        return f"{path}/versions/{version}"
    return path if label is None else f"{path}/labels/{urllib.parse.quote(label, safe='')}"
