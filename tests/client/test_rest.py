import json
import socket
import subprocess
import sys
import textwrap
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from keras_genre.client import RestGenreClient
from keras_genre.errors import (
    DeadlineExceededError,
    InvalidRequestError,
    ModelNotFoundError,
    PredictorError,
    ServerUnavailableError,
)
from keras_genre.server import DevelopmentServer


@pytest.fixture(scope="module")
def server(exported_model):
    with DevelopmentServer({"untrained": exported_model.parent}, port=0) as server:
        yield server


class Answers(BaseHTTPRequestHandler):
    """Answers with the statuses that it is given, then with one genre; notes the requests."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.requests.append((self.path, dict(self.headers), json.loads(body)))
        time.sleep(self.server.delay)
        outputs = {"genres": [["Drama"]], "probabilities": [[0.9]], "selected": [[True]]}
        status, text = 200, json.dumps({"outputs": outputs})
        if self.server.statuses:
            status, text = self.server.statuses.pop(0)
        self.send_response(status)
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_): ...


@pytest.fixture
def fake():
    """A server that answers as it is told, and its URL."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    server.daemon_threads, server.requests, server.statuses, server.delay = True, [], [], 0.0
    server.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def error(status):
    return status, json.dumps({"error": "not now"})


def ask(fake, **options):
    with RestGenreClient(fake.url, "m", **options) as client:
        return client.predict(["A heist."])


def test_rest_client_tries_again_on_unavailable_alone(fake):
    fake.statuses = [error(503), error(503)]
    assert ask(fake)[0].genres == ("Drama",)
    assert len(fake.requests) == 3


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, InvalidRequestError),
        (404, ModelNotFoundError),
        (429, PredictorError),
        (500, PredictorError),
        (501, PredictorError),
        (504, DeadlineExceededError),
    ],
)
def test_rest_client_with_another_status_raises_at_once(fake, status, kind):
    fake.statuses = [error(status)]
    with pytest.raises(kind, match=f"answered {status}: not now"):
        ask(fake)
    assert len(fake.requests) == 1


def test_rest_client_unavailable_too_often_raises(fake):
    fake.statuses = [error(503)] * 9
    with pytest.raises(ServerUnavailableError, match="not now"):
        ask(fake, retries=2)
    assert len(fake.requests) == 3


@pytest.mark.parametrize(("status", "kind"), [(502, ServerUnavailableError), (404, PredictorError)])
def test_rest_client_answered_by_a_proxy_shows_its_words(fake, status, kind):
    fake.statuses = [(status, "<h1>nginx</h1>")]
    with pytest.raises(kind, match=r"nginx.*not TensorFlow Serving's") as raised:
        ask(fake, retries=0)
    assert type(raised.value) is kind


def test_rest_client_past_its_deadline_raises(fake):
    fake.delay = 1.0
    with pytest.raises(DeadlineExceededError, match=r"0\.2 seconds"):
        ask(fake, timeout=0.2)


def test_rest_client_without_server_says_how_to_start_one():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{probe.getsockname()[1]}"
    with (
        RestGenreClient(url, "m", timeout=1.0) as client,
        pytest.raises(ServerUnavailableError, match=f"{url}.*keras-genre serve"),
    ):
        client.predict(["A heist."])


def test_rest_client_asks_for_version_or_label_with_its_headers(fake):
    ask(fake, version=3, headers={"authorization": "Bearer x"})
    ask(fake, label="my canary")
    (first, headers, _), (second, _, _) = fake.requests
    assert first == "/v1/models/m/versions/3:predict"
    assert headers["authorization"] == "Bearer x"
    assert second == "/v1/models/m/labels/my%20canary:predict"


def test_rest_client_refuses_a_poster_that_is_no_picture_before_it_is_sent(fake, tmp_path):
    (tmp_path / "page.jpg").write_bytes(b"<html>")
    with (
        RestGenreClient(fake.url, "m") as client,
        pytest.raises(InvalidRequestError, match=r"page\.jpg cannot be read as a picture"),
    ):
        client.predict(posters=[tmp_path / "page.jpg"])
    assert fake.requests == []


@pytest.mark.parametrize(
    "arguments",
    [
        {"url": "localhost:8501"},
        {"url": "grpc://localhost:8500"},
        {"timeout": 0},
        {"retries": 9},
        {"version": 1, "label": "canary"},
    ],
)
def test_rest_client_with_unsound_arguments_raises(arguments):
    with pytest.raises(ValueError, match="Expected"):
        RestGenreClient(**{"url": "http://localhost:8501", "model": "m", **arguments})


def test_rest_client_of_the_development_server_says_states_and_errors(server):
    with RestGenreClient(server.rest_url, "untrained", timeout=30) as client:
        client.wait_until_ready(timeout=10)
        assert client.version_states() == {1: "AVAILABLE"}
    with RestGenreClient(server.rest_url, "nobody") as client, pytest.raises(ModelNotFoundError):
        client.predict(["A heist."])
    with (
        RestGenreClient(server.rest_url, "nobody") as client,
        pytest.raises(ServerUnavailableError, match=r"not ready after 0\.2"),
    ):
        client.wait_until_ready(timeout=0.2)


def test_rest_client_where_tensorflow_cannot_be_imported_is_answered(server, sample_films):
    catalog, _ = sample_films
    poster = next(poster for poster in catalog.frame["poster"] if poster)
    code = """
        import sys

        class Refuse:
            def find_spec(self, name, path=None, target=None):
                if name.partition(".")[0] in ("tensorflow", "tensorflow_serving", "keras", "grpc"):
                    raise ImportError(f"{name} is not installed")

        sys.meta_path.insert(0, Refuse())
        import keras_genre as kg
        from PIL import Image

        url, poster = sys.argv[1:]
        with kg.RestGenreClient(url, "untrained", timeout=30) as client:
            posters = [poster, open(poster, "rb").read(), Image.open(poster), None]
            found = client.predict(["Räuber 🤖"] * 4, posters)
            assert found[0] == found[1] != found[3], found
            print(found[0].model, found[0].version, len(found))
    """
    command = [sys.executable, "-c", textwrap.dedent(code), server.rest_url, poster]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["untrained", "None", "4"]
