"""Errors as statuses: one place that says which code and message a failure answers with."""

import functools
import logging
import re
import threading
import time
from collections.abc import Callable

import grpc
import tensorflow as tf

__all__ = [
    "StatusError",
    "answer_to",
    "answering",
    "expired",
    "invalid",
    "not_found",
    "status_of",
    "unfit_model",
]

_logger = logging.getLogger(__package__)

_CODES = {code.value[0]: code for code in grpc.StatusCode}
_MESSAGE_LIMIT = 1024  # TensorFlow Serving's; longer ones would not fit a client's metadata

# What TensorFlow's Python layer adds around the message of the runtime.
_PYTHON_FRAME = re.compile(
    r"\A.*<stack traces unavailable>\n|\A\{\{function_node [^}]*\}\} | \[Op:[^\]]*\]", re.DOTALL
)


class StatusError(Exception):
    """A request, or the loading of a model, that ends with a status other than OK.

    Args:
        code: The status code.
        message: The message, in TensorFlow Serving's words where it has some.
    """

    def __init__(self, code: grpc.StatusCode, message: str):
        super().__init__(message)
        self.code = code
        self.message = message


def invalid(message: str) -> StatusError:
    """Return the status of a request that does not fit."""
    return StatusError(grpc.StatusCode.INVALID_ARGUMENT, message)


def unfit_model(message: str) -> StatusError:
    """Return the status of a request that the model is not made for."""
    return StatusError(grpc.StatusCode.FAILED_PRECONDITION, message)


def not_found(message: str) -> StatusError:
    """Return the status of a request for what is not there."""
    return StatusError(grpc.StatusCode.NOT_FOUND, message)


def expired() -> StatusError:
    """Return the status of a request that nobody waits for any more."""
    return StatusError(grpc.StatusCode.DEADLINE_EXCEEDED, "Timed out waiting for the answer")


def status_of(error: Exception) -> StatusError:
    """Return the status that answers for any exception."""
    if isinstance(error, StatusError):
        return error
    if isinstance(error, tf.errors.OpError):
        code = _CODES.get(error.error_code, grpc.StatusCode.UNKNOWN)
        return StatusError(code, _PYTHON_FRAME.sub("", error.message))
    return StatusError(grpc.StatusCode.INTERNAL, f"{type(error).__name__}: {error}")


def answer_to(what: str, error: Exception) -> StatusError:
    """Return the status that a client gets for an exception; log it if it is the server's fault."""
    status = status_of(error)
    if status.code is grpc.StatusCode.INTERNAL:
        _logger.error("%s failed", what, exc_info=error)
    if len(status.message) > _MESSAGE_LIMIT:
        return StatusError(status.code, status.message[:_MESSAGE_LIMIT] + "...TRUNCATED")
    return status


def answering(method: Callable) -> Callable:
    """Wrap a servicer's method so that whatever it raises becomes the status of its answer.

    The method takes the request and when its client stops waiting (`time.monotonic`, or None).
    A request that nobody waits for any more is not run: after a burst, work that came too late
    would otherwise delay the requests that still can be answered in time.
    """

    @functools.wraps(method)
    def answer(self, request, context):
        remaining = context.time_remaining()
        if not context.is_active() or (remaining is not None and remaining <= 0):
            context.abort(grpc.StatusCode.DEADLINE_EXCEEDED, "Deadline exceeded before the start")
        # A client that sets no deadline has an infinite one, for which no lock can wait.
        endless = remaining is None or remaining > threading.TIMEOUT_MAX
        deadline = None if endless else time.monotonic() + remaining
        try:
            return method(self, request, deadline)
        except Exception as error:
            status = answer_to(method.__name__, error)
        return context.abort(status.code, status.message)

    return answer
