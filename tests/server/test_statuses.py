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
    def echo(self, request):
        return request


@pytest.mark.parametrize("context", [Context(0.0), Context(-1.0), Context(None, active=False)])
def test_answering_nobody_waits_is_deadline_exceeded(context):
    with pytest.raises(RuntimeError, match="DEADLINE_EXCEEDED"):
        Service().echo("request", context)


@pytest.mark.parametrize("remaining", [None, 5.0])
def test_answering_somebody_waits_answers(remaining):
    assert Service().echo("request", Context(remaining)) == "request"


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
