import gzip
import http.client
import json
import socket
import threading
import time

import pytest
from serving_helpers import TIMEOUT, eventually

from keras_genre.server import rest_server

PATH = "/v1/models/m:predict"
DOCUMENT = {"instances": [{"plot": "a", "poster": "b"}]}
BODY = json.dumps(DOCUMENT).encode()
GZIP = {"Content-Encoding": "gzip"}


@pytest.fixture
def small_limit(monkeypatch):
    """Take bodies of a kilobyte at most."""
    monkeypatch.setattr(rest_server, "_LARGEST_BODY", 1024)


def speak(server, *messages):
    """Say something by hand, and return all that the server answers until it closes."""
    with socket.create_connection(("127.0.0.1", server.rest_port), timeout=TIMEOUT) as connection:
        for message in messages:
            connection.sendall(message)
        answer = b""
        while chunk := connection.recv(65536):
            answer += chunk
    return answer


def post(*headers, body=b""):
    lines = [f"POST {PATH} HTTP/1.1", "Host: x", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


def test_connection_is_kept_for_answers_and_errors_alike(rest):
    rest.answer()
    sock = rest.connection.sock
    for _ in range(2):
        assert rest.ask("POST", "/nowhere", BODY)[0] == 400
        rest.answer()
    assert rest.connection.sock is sock


def test_pipelined_requests_are_answered_in_turn(server):
    request = post(f"Content-Length: {len(BODY)}", body=BODY)
    last = post(f"Content-Length: {len(BODY)}", "Connection: close", body=BODY)
    assert speak(server, request + request + last).count(b"HTTP/1.1 200 OK") == 3


def test_client_that_waits_for_continue_is_told_to(server):
    headers = (f"Content-Length: {len(BODY)}", "Expect: 100-continue", "Connection: close")
    answer = speak(server, post(*headers), BODY)
    assert answer.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n")


def test_gzip_body_is_inflated(rest):
    assert rest.ask("POST", PATH, gzip.compress(BODY), GZIP)[0] == 200


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"plain", "is damaged"), (gzip.compress(BODY, mtime=0)[:-9], "is cut"), (b"", "is cut")],
)
def test_gzip_body_that_is_none_is_refused(rest, content, words):
    status, answer = rest.ask("POST", PATH, content, GZIP)
    assert status == 400
    assert words in answer["error"]
    rest.answer()


@pytest.mark.parametrize(
    ("content", "headers"),
    [
        (bytes(1025), {}),
        (bytes(2**24), {}),  # still being sent when the server has seen enough
        (gzip.compress(bytes(1024)), GZIP),
        (gzip.compress(bytes(10**6)), GZIP),
    ],
    ids=["plain", "long", "gzip", "bomb"],
)
def test_body_over_the_limit_is_refused_and_server_lives(rest, small_limit, content, headers):
    status, answer = rest.ask("POST", PATH, content, headers)
    assert status == 413
    assert answer["error"].startswith("The body is larger than 1024 bytes.")
    rest.answer()


def test_body_at_the_limit_is_read(rest, small_limit):
    assert rest.ask("POST", PATH, BODY.ljust(1024))[0] == 200


def test_body_in_another_encoding_is_refused(rest):
    status, answer = rest.ask("POST", PATH, BODY, {"Content-Encoding": "br"})
    assert (status, answer["error"]) == (415, "Expected a body that is plain or gzip; received br.")


def test_chunked_body_is_refused_and_says_so(server):
    answer = speak(server, post("Transfer-Encoding: chunked", body=b"0\r\n\r\n"))
    assert answer.startswith(b"HTTP/1.1 411 ")
    assert b"not in chunks" in answer


@pytest.mark.parametrize(
    "headers",
    [
        ["Content-Length: -1"],
        ["Content-Length: five"],
        ["Content-Length: 5", "Content-Length: 6"],
        ["Content-Length: " + "9" * 5000],
    ],
)
def test_unsound_length_is_bad_request_and_closes(server, headers):
    answer = speak(server, post(*headers, body=BODY))
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"Expected one Content-Length" in answer
    assert b"Connection: close" in answer


@pytest.mark.parametrize("noise", [b"\x16\x03\x01\x00\r\n", b"GET\r\n", b"A" * 70_000 + b"\r\n"])
def test_what_is_no_http_is_refused_as_json(server, rest, noise):
    answer = speak(server, noise)
    assert json.loads(answer.rpartition(b"\r\n\r\n")[2])["error"]
    rest.answer()


def test_head_is_answered_without_a_body(rest):
    rest.connection.request("HEAD", "/v1/models/m")
    response = rest.connection.getresponse()
    assert (response.status, response.read()) == (400, b"")
    rest.answer()


def test_clients_that_leave_are_harmless_and_free_their_threads(server, rest, gate, caplog):
    before = threading.active_count()
    address = ("127.0.0.1", server.rest_port)
    halves = [b"", b"POST ", post(f"Content-Length: {len(BODY)}", body=BODY[:5])]
    for half in halves:
        with socket.create_connection(address) as connection:
            connection.sendall(half)
    for _ in range(3):  # these leave, and say so rudely, while their request is inside
        with socket.create_connection(address) as connection:
            connection.sendall(post(f"Content-Length: {len(BODY)}", body=BODY))
            assert gate.arrived.acquire(timeout=TIMEOUT)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
    gate.door.set()
    eventually(lambda: threading.active_count() <= before)
    rest.answer()
    assert "failed" not in caplog.text


def test_requests_over_max_workers_wait(base_path, serve, connect_rest, gate):
    server = serve({"m": base_path}, max_workers=1)
    clients = [connect_rest(server) for _ in range(2)]
    threads = [threading.Thread(target=client.answer) for client in clients]
    for thread in threads:
        thread.start()
    assert gate.arrived.acquire(timeout=TIMEOUT)
    assert not gate.arrived.acquire(timeout=0.2)
    gate.door.set()
    for thread in threads:
        thread.join(TIMEOUT)
        assert not thread.is_alive()


def test_stop_lets_rest_request_inside_finish_and_refuses_others(server, connect_rest, gate):
    inside, kept = connect_rest(server), connect_rest(server)
    kept.get("m")
    answers = []
    asking = threading.Thread(target=lambda: answers.append(inside.answer()))
    asking.start()
    assert gate.arrived.acquire(timeout=TIMEOUT)
    stopper = threading.Thread(target=server.stop, args=(TIMEOUT,))
    stopper.start()
    eventually(lambda: not _listens(server.rest_port))
    assert kept.get("m") == (503, {"error": "The server is stopping."})
    assert stopper.is_alive()
    gate.door.set()
    asking.join(TIMEOUT)
    stopper.join(TIMEOUT)
    assert answers == [0.1]
    assert not stopper.is_alive()


def test_stop_does_not_wait_longer_than_grace_for_rest(server, connect_rest, gate):
    client = connect_rest(server)
    client.connection.request("POST", PATH, BODY)
    assert gate.arrived.acquire(timeout=TIMEOUT)
    started = time.monotonic()
    assert server.stop(grace=0.1) is False
    assert time.monotonic() - started < TIMEOUT / 2


def test_stop_does_not_wait_for_idle_connections(server, rest):
    rest.answer()
    started = time.monotonic()
    assert server.stop(grace=TIMEOUT) is True
    assert time.monotonic() - started < TIMEOUT / 2


def test_new_rest_client_after_stop_finds_nobody(server, rest):
    server.stop()
    with pytest.raises(ConnectionRefusedError):
        http.client.HTTPConnection("127.0.0.1", server.rest_port, timeout=1).connect()


def _listens(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
