import json
import socket
import threading
import time

import grpc
import pytest
from fake_model import FakeModel, serving

from keras_genre.client import GenreClient
from keras_genre.client.retries import retry_options
from keras_genre.errors import DeadlineExceededError, PredictorError, ServerUnavailableError

CODES = [code for code in grpc.StatusCode if code is not grpc.StatusCode.OK]


@pytest.fixture
def model():
    return FakeModel()


@pytest.fixture
def port(model):
    with serving(model) as port:
        yield port


@pytest.fixture
def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def ask(port, **arguments):
    with GenreClient(f"127.0.0.1:{port}", "m", **{"timeout": 10.0, **arguments}) as client:
        return client.predict(["A heist."])


@pytest.mark.parametrize("failures", [0, 1, 3])
def test_unavailable_fewer_times_than_retries_is_answered(model, port, failures):
    model.failures = failures
    assert ask(port)[0].genres == ("Drama",)
    assert len(model.calls) == failures + 1


@pytest.mark.parametrize("retries", [0, 1, 4])
def test_unavailable_more_often_than_retries_raises(model, port, retries):
    model.failures = 99
    with pytest.raises(ServerUnavailableError, match="not now"):
        ask(port, retries=retries, timeout=3.0)
    assert len(model.calls) == retries + 1


def test_waits_between_tries_grow(model, port):
    model.failures = 3
    ask(port)
    first, second, third = (b - a for a, b in zip(model.calls, model.calls[1:], strict=False))
    assert 0.1 < first < second < third


@pytest.mark.parametrize(
    "code", [code for code in CODES if code is not grpc.StatusCode.UNAVAILABLE], ids=str
)
def test_other_status_is_not_tried_again(model, port, code):
    model.failures, model.code = 1, code
    with pytest.raises(PredictorError):
        ask(port)
    assert len(model.calls) == 1


def test_messages_over_four_megabytes_both_ways_are_tried_again_whole(model, port):
    model.failures, model.padding = 2, bytes(5 * 2**20)
    with GenreClient(f"127.0.0.1:{port}", "m") as client:
        assert len(client.predict(["x" * 5 * 2**20])) == 1
    assert len(model.calls) == 3


def test_timeout_bounds_all_tries_together(model, port, monkeypatch):
    model.failures = 99
    call = FakeModel._call
    monkeypatch.setattr(FakeModel, "_call", lambda *a: (time.sleep(0.4), call(*a)))
    with pytest.raises(DeadlineExceededError):
        ask(port, timeout=1.0)
    assert len(model.calls) < 4


@pytest.mark.parametrize("timeout", [0.2, 10.0])
def test_nothing_listening_is_unavailable_before_the_timeout(free_port, timeout):
    started = time.monotonic()
    with pytest.raises(ServerUnavailableError, match=str(free_port)):
        ask(free_port, timeout=timeout)
    assert time.monotonic() - started < 5.0  # speed is not the point, but the default is 10


def test_server_restarting_during_a_request_is_not_noticed(model, free_port):
    with GenreClient(f"127.0.0.1:{free_port}", "m") as client:
        with serving(model, free_port):
            assert len(client.predict(["before"])) == 1
        back = threading.Event()

        def come_back():
            with serving(model, free_port):
                back.wait(30)

        restart = threading.Timer(0.3, come_back)
        restart.start()
        try:
            assert len(client.predict(["meanwhile"])) == 1
        finally:
            back.set()
            restart.join()


def test_server_back_after_a_long_time_is_found_by_the_same_client(model, free_port):
    with GenreClient(f"127.0.0.1:{free_port}", "m") as client:
        with serving(model, free_port):
            client.predict(["before"])
        for _ in range(4):  # so long that gRPC by itself would look again only after seconds
            with pytest.raises(ServerUnavailableError):
                client.predict(["away"])
        with serving(model, free_port):
            assert len(client.predict(["after"])) == 1


def test_waiting_until_ready_sees_a_server_that_comes_later(model, free_port):
    done = threading.Event()

    def come():
        with serving(model, free_port):
            done.wait(30)

    start = threading.Timer(0.5, come)
    with GenreClient(f"127.0.0.1:{free_port}", "m") as client:
        start.start()
        try:
            client.wait_until_ready(timeout=30.0)
            assert client.version_states() == {1: "AVAILABLE"}
        finally:
            done.set()
            start.join()


@pytest.mark.parametrize("retries", [-1, 5])
def test_retries_out_of_range_raise(retries):
    with pytest.raises(ValueError, match=f"retries from 0 to 4, received {retries}"):
        GenreClient("localhost:8500", "m", retries=retries)


@pytest.mark.parametrize("retries", [1, 2, 3, 4])
@pytest.mark.parametrize("timeout", [0.01, 0.5, 10.0])
def test_waits_together_are_shorter_than_the_timeout(retries, timeout):
    (config,) = json.loads(dict(retry_options(retries, timeout))["grpc.service_config"]).values()
    policy = config[0]["retryPolicy"]
    waits = [float(policy["initialBackoff"][:-1]) * 2**n for n in range(retries)]
    assert 1.2 * sum(waits) < timeout  # gRPC makes each up to a fifth longer
