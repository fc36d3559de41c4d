"""Waiting until a server has a model ready."""

import time
from collections.abc import Callable

from keras_genre.errors import DeadlineExceededError, ModelNotFoundError, ServerUnavailableError

__all__ = ["NOT_YET", "PAUSE", "is_available", "not_ready", "wait_until_available"]

NOT_YET = (ServerUnavailableError, ModelNotFoundError, DeadlineExceededError)
"""What a server that is starting may answer."""

PAUSE = 0.1
"""Seconds between two looks."""


def wait_until_available(
    states: Callable[[float], dict[int, str]], model: str, where: str, timeout: float
) -> None:
    """Return as soon as a version is available.

    Args:
        states: From the seconds that remain to the state of each version.
        model: For the message.
        where: For the message.
        timeout: Seconds to wait at most.

    Raises:
        ServerUnavailableError: If it takes longer.
    """
    deadline = time.monotonic() + timeout
    while True:
        cause = None
        try:
            if is_available(states(max(0.0, deadline - time.monotonic()))):
                return
        except NOT_YET as error:
            cause = error
        if time.monotonic() >= deadline:
            raise not_ready(model, where, timeout) from cause
        time.sleep(PAUSE)


def is_available(states: dict[int, str]) -> bool:
    """Whether a version answers requests."""
    return "AVAILABLE" in states.values()


def not_ready(model: str, where: str, timeout: float) -> ServerUnavailableError:
    """The error of having waited in vain."""
    return ServerUnavailableError(
        f"The model {model!r} at {where} is not ready after {timeout:g} seconds."
    )
