import time

import grpc
import pytest
import tensorflow as tf

from keras_genre.server.statuses import answering, status_of


class Context:
    """Stands in for a request's context; gRPC itself rarely shows one that is too late."""

    def __init__(self, remaining, active=True):
        self.remaining, self.active = remaining, active

    def time_remaining(self):
        return self.remaining

    def is_active(self):
        return self.active

    def abort(self, code, details):
        raise RuntimeError(code.name)


class Service:
    @answering
    def echo(self, request, deadline):
        return request, deadline


@pytest.mark.parametrize("context", [Context(0.0), Context(-1.0), Context(None, active=False)])
def test_answering_nobody_waits_is_deadline_exceeded(context):
    with pytest.raises(RuntimeError, match="DEADLINE_EXCEEDED"):
        Service().echo("request", context)


@pytest.mark.parametrize("remaining", [None, float("inf")])
def test_answering_client_without_deadline_has_none(remaining):
    assert Service().echo("request", Context(remaining)) == ("request", None)


def test_answering_client_with_deadline_tells_it():
    request, deadline = Service().echo("request", Context(5.0))
    assert request == "request"
    assert deadline == pytest.approx(time.monotonic() + 5.0, abs=1.0)


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        (tf.errors.OutOfRangeError(None, None, "end"), grpc.StatusCode.OUT_OF_RANGE, "end"),
        (tf.errors.AbortedError(None, None, "no [Op:Run]"), grpc.StatusCode.ABORTED, "no"),
        (RuntimeError("a bug"), grpc.StatusCode.INTERNAL, "RuntimeError: a bug"),
    ],
)
def test_status_of_error_keeps_its_own_code(error, code, message):
    status = status_of(error)
    assert (status.code, status.message) == (code, message)
