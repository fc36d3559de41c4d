"""FilmAsker: asks a server about one film, and says in HTML what it answered."""

import dataclasses
from collections.abc import Callable, Mapping
from pathlib import Path

from keras_genre.client import GenreClient
from keras_genre.demo.answer_html import answer_html, connection_html, message_html
from keras_genre.demo.thresholds import film_rule
from keras_genre.errors import (
    InvalidRequestError,
    ModelNotFoundError,
    PredictorError,
    ServerUnavailableError,
)
from keras_genre.evaluation.explanation import Explanation, explain_by_occlusion

_LOOK = 2.0  # seconds that a look at whether the server is there may take


@dataclasses.dataclass(frozen=True)
class Film:
    """A film as it came from the page.

    Args:
        plot: Its plot; empty where it is missing.
        poster: The bytes of its poster's file; empty where it is missing.
    """

    plot: str
    poster: bytes


class FilmAsker:
    """Asks a model behind a server about one film at a time.

    What goes wrong becomes a message for people, not an error: the page stays usable, and the next
    try finds a server that has come back. It may be used by several threads at once.

    Args:
        address: "host:port" of the server's gRPC service.
        model: Name of the model on the server.
        models: The folder of each model whose thresholds can be looked up, by the model's name.
        timeout: Seconds that each request may take.

    Raises:
        ValueError: If `address` has no port, or `timeout` is not over 0.
    """

    def __init__(
        self,
        address: str,
        model: str,
        models: Mapping[str, Path] | None = None,
        timeout: float = 30.0,
    ):
        self.address, self.model, self._models = address, model, models or {}
        self._client = GenreClient(address, model, timeout=timeout)
        self._looking = GenreClient(address, model, timeout=min(timeout, _LOOK), retries=0)

    def connection(self) -> str:
        """Say whether the model is there."""
        try:
            states = self._looking.version_states()
        except PredictorError as error:
            return connection_html(self.model, self.address, None, _said(error))
        versions = [number for number, state in states.items() if state == "AVAILABLE"]
        return connection_html(self.model, self.address, max(versions, default=None), "")

    def answer(self, film: Film) -> tuple[str, bool]:
        """Say the genres of a film, and whether there was an answer."""
        if not film.plot.strip() and not film.poster:
            return message_html("Give a plot, a poster, or both.", "Either alone will do."), False
        try:
            (prediction,) = self._client.predict([film.plot], [film.poster])
        except PredictorError as error:
            return _failure_html(error), False
        rule = film_rule(self._models, prediction, bool(film.plot.strip()), bool(film.poster))
        return answer_html(prediction, rule, film.plot, film.poster), True

    def explain(
        self, film: Film, progress: Callable[[int, int], None] | None = None
    ) -> Explanation | str:
        """Explain a film's genres by asking about it again and again, parts left out.

        Returns:
            The explanation; where there is none, the message that says why.
        """
        try:
            return explain_by_occlusion(self._client, film.plot, film.poster, progress=progress)
        except (PredictorError, ValueError) as error:
            return _failure_html(error)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()
        self._looking.close()

    def __enter__(self) -> "FilmAsker":
        return self

    def __exit__(self, *_) -> None:
        self.close()


def _failure_html(error: Exception) -> str:
    heading, advice = "There was no answer.", "Try again in a moment."
    if isinstance(error, ServerUnavailableError):
        heading = "The server is away."
        advice = "Your film is still here: ask again when the line above says that it is back."
    elif isinstance(error, ModelNotFoundError):
        heading, advice = "The server does not have this model.", ""
    elif isinstance(error, InvalidRequestError):
        heading = "This film cannot be read."
        advice = "Choose another poster (JPEG, PNG, WebP, GIF or BMP), or ask without one."
    return message_html(heading, advice, str(error))


def _said(error: PredictorError) -> str:
    if isinstance(error, ModelNotFoundError):
        return "the server has no such model"
    return "no server answers"
