import signal
import socket
import subprocess
import sys
import threading
import time

import grpc
import pytest
from grpc_health.v1 import health_pb2
from serving_helpers import TIMEOUT, Client, eventually, predict_request, refusal

from keras_genre import server as server_package
from keras_genre.errors import ServerError
from keras_genre.server import DevelopmentServer, ServerOptions, find_models, serve_until_signalled

SERVE = """
import logging, sys
from keras_genre.server import DevelopmentServer, ServerOptions, find_models, serve_until_signalled

logging.basicConfig(level=logging.INFO)
server = DevelopmentServer(find_models(sys.argv[1]), port=0)
drained = serve_until_signalled(
    server, grace=10.0, on_started=lambda server: print(server.address, flush=True)
)
floors = {name.split(".")[1] for name in sys.modules if name.startswith("keras_genre.")}
print("drained" if drained else "busy", *sorted(floors))
"""


def test_public_names_are_importable_and_no_others():
    for name in server_package.__all__:
        assert callable(getattr(server_package, name))
    with pytest.raises(AttributeError, match="no attribute 'Nobody'"):
        server_package.Nobody  # noqa: B018


def test_server_port_in_use_names_port_and_remedy(base_path, serve):
    port = serve({"m": base_path}).port
    expected = rf"127\.0\.0\.1:{port} for gRPC.*choose another port \(`port`.*`--port`.*Port 0 "
    with pytest.raises(ServerError, match=expected):
        serve({"m": base_path}, port=port)


def test_server_rest_port_in_use_names_it_and_frees_the_other(base_path, serve):
    taken = serve({"m": base_path}).rest_port
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = DevelopmentServer({"m": base_path}, port=port, rest_port=taken)
    expected = rf"127\.0\.0\.1:{taken} for REST.*another port \(`rest_port`.*`--rest-port`"
    with pytest.raises(ServerError, match=expected):
        server.start()
    assert serve({"m": base_path}, port=port).port == port
    assert server.stop() is True


@pytest.mark.parametrize(
    ("port", "rest_port", "expected"),
    [(8500, None, 8501), (9000, None, 9001), (0, None, 0), (65535, None, 0), (8500, 0, 0)],
)
def test_server_rest_port_is_by_default_the_one_after(port, rest_port, expected):
    assert DevelopmentServer({"m": "x"}, port=port, rest_port=rest_port).rest_port == expected


def test_server_addresses_of_ipv6_host_are_bracketed():
    server = DevelopmentServer({"m": "x"}, port=8500, host="::1")
    assert (server.address, server.rest_url) == ("[::1]:8500", "http://[::1]:8501")


def test_server_available_versions_are_those_that_answer(make_model, serve):
    server = serve({"full": make_model("full", 1, 3), "empty": make_model("empty")})
    assert server.available_versions == {"full": [3], "empty": []}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"models": {}}, "at least one model"),
        ({"port": 70000}, "port from 0 to 65535, received 70000"),
        ({"rest_port": -1}, "port from 0 to 65535, received -1"),
        ({"poll_seconds": -1}, "poll_seconds of at least 0, received -1"),
        ({"max_workers": 0}, "max_workers of at least 1, received 0"),
    ],
)
def test_server_argument_out_of_range_raises(arguments, words):
    with pytest.raises(ValueError, match=words):
        DevelopmentServer(**{"models": {"m": "somewhere"}, **arguments})


def test_server_as_context_answers_inside_and_is_gone_after(base_path):
    with DevelopmentServer(find_models(base_path.parent), port=0) as server:
        client = Client(server.address)
        assert client.answer() == 0.1
    assert refusal(client.predict)[0] == "UNAVAILABLE"
    client.channel.close()


def test_server_started_again_raises(base_path, serve):
    server = serve({"m": base_path})
    with pytest.raises(ServerError, match="Make a new one"):
        server.start()
    server.stop()
    with pytest.raises(ServerError, match="Make a new one"):
        server.start()


def test_stop_again_and_from_many_threads_is_harmless(base_path, serve):
    server = serve({"m": base_path})
    results = []
    threads = [
        threading.Thread(target=lambda: results.append(server.stop(TIMEOUT))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [True] * 4
    assert server.stop() is True


def test_stop_before_start_is_harmless_and_ends_wait(base_path):
    server = DevelopmentServer({"m": base_path})
    assert server.stop() is True
    server.wait()


def test_wait_blocks_until_stopped(base_path, serve):
    server = serve({"m": base_path})
    waiter = threading.Thread(target=server.wait)
    waiter.start()
    waiter.join(0.1)
    assert waiter.is_alive()
    server.stop()
    waiter.join(TIMEOUT)
    assert not waiter.is_alive()


def test_stop_lets_request_inside_finish(base_path, serve, connect, gate):
    server = serve({"m": base_path})
    client = connect(server)
    held = client.prediction.Predict.future(predict_request())
    assert gate.arrived.acquire(timeout=TIMEOUT)
    stopper = threading.Thread(target=server.stop, args=(TIMEOUT,))
    stopper.start()
    # New requests are refused as soon as the draining has begun ...
    eventually(
        lambda: _code(client.prediction.Predict.future(predict_request(name="x"))) == "UNAVAILABLE"
    )
    assert stopper.is_alive()
    gate.door.set()  # ... and the one inside still gets its answer.
    assert held.result().model_spec.version.value == 1
    stopper.join(TIMEOUT)
    assert not stopper.is_alive()


def test_stop_request_longer_than_grace_is_cancelled_and_told(base_path, serve, connect, gate):
    server = serve({"m": base_path})
    held = connect(server).prediction.Predict.future(predict_request())
    assert gate.arrived.acquire(timeout=TIMEOUT)
    started = time.monotonic()
    assert server.stop(grace=0.1) is False
    assert time.monotonic() - started < TIMEOUT / 2
    assert held.code() in (grpc.StatusCode.CANCELLED, grpc.StatusCode.UNAVAILABLE)


def test_health_is_not_serving_until_every_model_is_loaded(make_model, serve, connect, publish):
    first, second = make_model("first", 1), make_model("second")
    client = connect(serve({"first": first, "second": second}))
    assert client.is_healthy("first")
    assert not client.is_healthy("second")
    assert not client.is_healthy()
    publish(second, 2)
    eventually(client.is_healthy)
    assert client.is_healthy("second")
    assert client.answer(name="second") == 0.2
    assert refusal(client.is_healthy, "nobody")[0] == "NOT_FOUND"


def test_health_during_first_load_is_not_serving(base_path, connect, slow_load):
    server = DevelopmentServer({"m": base_path}, port=0)
    starter = threading.Thread(target=server.start)
    starter.start()
    try:
        assert slow_load.arrived.acquire(timeout=TIMEOUT)
        client = connect(server)
        assert not client.is_healthy()
        assert client.states() == {1: "LOADING"}
        assert refusal(client.predict)[0] == "NOT_FOUND"
        assert starter.is_alive()  # start returns when the load is over
        slow_load.door.set()
        starter.join(TIMEOUT)
        assert client.is_healthy()
    finally:
        slow_load.door.set()
        server.stop(TIMEOUT)


def test_health_with_failed_first_load_stays_not_serving(make_model, serve, connect):
    base_path = make_model("m")
    (base_path / "1").mkdir()
    client = connect(serve({"m": base_path}))
    assert client.states() == {1: "END"}
    assert not client.is_healthy()
    assert not client.is_healthy("m")


def test_health_watched_while_draining_says_not_serving(base_path, serve, connect):
    server = serve({"m": base_path})
    watch = connect(server).health.Watch(health_pb2.HealthCheckRequest(), timeout=TIMEOUT)
    assert next(watch).status == health_pb2.HealthCheckResponse.SERVING
    stopper = threading.Thread(target=server.stop, args=(TIMEOUT,))
    stopper.start()
    assert next(watch).status == health_pb2.HealthCheckResponse.NOT_SERVING
    watch.cancel()
    stopper.join(TIMEOUT)
    assert not stopper.is_alive()


def test_stop_during_first_load_ends_start(base_path, slow_load):
    server = DevelopmentServer({"m": base_path}, port=0)
    starter = threading.Thread(target=server.start)
    starter.start()
    assert slow_load.arrived.acquire(timeout=TIMEOUT)
    assert server.stop(grace=0.1) is False  # the load is still at work
    starter.join(TIMEOUT)
    assert not starter.is_alive()


def test_server_that_listens_late_answers_only_when_models_are_loaded(
    base_path, connect, slow_load
):
    options = ServerOptions(listen_early=False)
    server = DevelopmentServer({"m": base_path}, port=0, options=options)
    starter = threading.Thread(target=server.start)
    starter.start()
    try:
        assert slow_load.arrived.acquire(timeout=TIMEOUT)
        client = connect(server)
        assert refusal(client.predict, timeout=0.2)[0] in ("DEADLINE_EXCEEDED", "UNAVAILABLE")
        slow_load.door.set()
        starter.join(TIMEOUT)
        assert client.answer() == 0.1
    finally:
        slow_load.door.set()
        server.stop(TIMEOUT)


def test_stop_of_server_that_listens_late_ends_start_and_frees_its_port(
    base_path, slow_load, serve
):
    options = ServerOptions(listen_early=False)
    server = DevelopmentServer({"m": base_path}, port=0, options=options)
    starter = threading.Thread(target=server.start)
    starter.start()
    assert slow_load.arrived.acquire(timeout=TIMEOUT)
    assert server.stop(grace=0.1) is False
    starter.join(TIMEOUT)
    assert not starter.is_alive()
    slow_load.door.set()
    assert serve({"m": base_path}, port=server.port).port == server.port


def test_server_without_rest_answers_grpc_alone(base_path, serve, connect):
    server = serve({"m": base_path}, options=ServerOptions(rest=False))
    assert connect(server).answer() == 0.1
    assert server.stop() is True


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"rest_timeout": 0}, "rest_timeout over 0 seconds, received 0"),
        ({"config_poll_seconds": -1}, "config_poll_seconds of at least 0, received -1"),
    ],
)
def test_option_out_of_range_raises(arguments, words):
    with pytest.raises(ValueError, match=words):
        ServerOptions(**arguments)


def test_server_socket_answers_beside_its_port(base_path, serve, monkeypatch):
    monkeypatch.chdir(base_path)  # a socket's path is short by law
    server = serve({"m": base_path}, options=ServerOptions(socket_path="socket"))
    client = Client("unix:socket")
    assert client.answer() == 0.1
    client.channel.close()
    server.stop()


def test_server_socket_in_no_folder_names_it(base_path, serve):
    with pytest.raises(ServerError, match="Cannot listen on the socket /nowhere/at/all/socket"):
        serve({"m": base_path}, options=ServerOptions(socket_path="/nowhere/at/all/socket"))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_serve_until_signalled_drains_and_restores_handlers(base_path, number):
    server = DevelopmentServer({"m": base_path}, port=0)
    before = signal.getsignal(number)
    during = []

    def signalled(started):
        assert started is server
        signal.raise_signal(number)
        during.append(signal.getsignal(number))

    assert serve_until_signalled(server, on_started=signalled) is True
    assert during == [signal.SIG_DFL]  # a second signal would have ended the process
    assert signal.getsignal(number) is before


def test_serve_until_signalled_port_in_use_restores_handlers(base_path, serve):
    server = DevelopmentServer({"m": base_path}, port=serve({"m": base_path}).port)
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(ServerError, match="Cannot listen"):
        serve_until_signalled(server)
    assert signal.getsignal(signal.SIGTERM) is before


def test_process_with_sigterm_drains_and_exits_zero(base_path):
    with subprocess.Popen(
        [sys.executable, "-c", SERVE, str(base_path.parent)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            client = Client(process.stdout.readline().strip())
            assert client.answer() == 0.1
            client.channel.close()
            process.send_signal(signal.SIGTERM)
            out, err = process.communicate(timeout=TIMEOUT)
        finally:
            process.kill()
    assert process.returncode == 0, err
    assert out == "drained errors lazy model_versions server\n"
    assert "Loaded m version 1" in err
    assert "Traceback" not in err


def _code(future):
    return future.code().name
