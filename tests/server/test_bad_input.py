"""Films that nobody would send on purpose, to an exported model that batches its requests."""

import base64
import contextlib
import json
import re
import zlib
from pathlib import Path

import numpy as np
import picture_files
import pytest
import tensorflow as tf
from serving_helpers import TIMEOUT, Client, RestClient, predict_request, refusal

from keras_genre.server import BatchingParameters, DevelopmentServer, ServerOptions

NEIGHBOUR = (
    b"A lighthouse keeper teaches a gull to waltz.",
    picture_files.encode(picture_files.noise()),
)
PLOTS = {
    "empty": b"",
    "a megabyte": b"heist " * 175_000,
    "one long word": b"x" * 1_000_000,
    "invalid UTF-8": b"caf\xe9 \xff\xfe\x80",
    "NUL": b"a\x00b\x00",
    "right to left": "قلب الأسد \u202eabc".encode(),
    "emoji": "👩‍🚀🔥 \U0001f3f4\U000e0067\U000e007f".encode(),
}
JPEG = picture_files.encode(picture_files.noise())
POSTERS = {
    "no bytes": b"",
    "truncated": JPEG[: len(JPEG) // 2],
    "HTML": b"<!doctype html><title>404 Not Found</title>",
    "CMYK": picture_files.encode(picture_files.picture().convert("CMYK")),
    "16 bits": picture_files.png_16(np.full((8, 8, 3), 40_000), 2),
    "animated": picture_files.encode(
        picture_files.picture(), "GIF", save_all=True, append_images=[picture_files.noise(40, 60)]
    ),
    "one pixel": picture_files.encode(picture_files.picture(1, 1), "PNG"),
    "bomb": picture_files.claiming("PNG", 50_000, 50_000),
    "JPEG bomb": picture_files.claiming("JPEG", 65_000, 65_000),
}
FILMS = {f"plot: {name}": (plot, NEIGHBOUR[1]) for name, plot in PLOTS.items()}
FILMS |= {f"poster: {name}": (NEIGHBOUR[0], poster) for name, poster in POSTERS.items()}
MANY_BYTES = 400 * 2**20


@pytest.fixture(scope="module")
def film_server(exported_model):
    parameters = BatchingParameters(max_batch_size=8, batch_timeout_micros=20_000)
    options = ServerOptions(batching=parameters)
    with DevelopmentServer({"m": exported_model.parent}, port=0, options=options) as server:
        yield server


@pytest.fixture(scope="module")
def client(film_server):
    client = Client(film_server.address)
    yield client
    client.channel.close()


@pytest.fixture
def rest(film_server):
    client = RestClient(film_server.rest_port)
    yield client
    client.connection.close()


@pytest.fixture(scope="module")
def alone(client):
    """What the neighbour is told when it is alone."""
    return probabilities(client.predict(inputs=inputs(NEIGHBOUR)))[0]


def inputs(*films):
    plots, posters = zip(*films, strict=True)
    return {"plot": list(plots), "poster": list(posters)}


def probabilities(response):
    return tf.make_ndarray(response.outputs["probabilities"])


@contextlib.contextmanager
def little_memory():
    """The block must not let this process, server included, grow by much even for a moment."""
    Path("/proc/self/clear_refs").write_text("5")  # forget the peak so far
    before = _memory("VmRSS")
    yield
    assert _memory("VmHWM") - before < MANY_BYTES


def _memory(name):
    status = Path("/proc/self/status").read_text()
    return int(re.search(rf"{name}:\s+(\d+) kB", status).group(1)) * 1024


@pytest.mark.parametrize("name", FILMS)
def test_odd_film_is_answered_and_leaves_its_neighbours_alone(client, alone, name):
    requests = [predict_request(inputs=inputs(film)) for film in (NEIGHBOUR, FILMS[name])]
    with little_memory():
        calls = [client.prediction.Predict.future(request) for request in requests]
        neighbour, odd = (probabilities(call.result(timeout=TIMEOUT))[0] for call in calls)
    np.testing.assert_allclose(neighbour, alone, atol=1e-5)
    assert np.all((odd >= 0) & (odd <= 1))
    both = probabilities(client.predict(inputs=inputs(FILMS[name], NEIGHBOUR)))
    np.testing.assert_allclose(both, [odd, alone], atol=1e-5)


@pytest.mark.parametrize("name", ["right to left", "emoji", "NUL", "empty"])
def test_odd_film_over_rest_is_told_the_same(client, rest, name):
    plot, poster = film = FILMS[f"plot: {name}"]
    expected = probabilities(client.predict(inputs=inputs(film)))[0]
    row = {"plot": plot.decode(), "poster": {"b64": base64.b64encode(poster).decode()}}
    status, answer = rest.predict({"instances": [row]})
    assert status == 200
    received = answer["predictions"][0]["probabilities"]
    np.testing.assert_allclose(received, expected, atol=1e-6)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"plot": [1.5], "poster": [b""]}, "Expects arg[0] to be string but float is provided"),
        ({"plot": b"scalar", "poster": b""}, "must have at least one dimension"),
        ({"plot": [b"", b""], "poster": [b""]}, "must have equal 0th-dimension size"),
        ({"plot": [b""] * 9, "poster": [b""] * 9}, "Task size 9 is larger than maximum input"),
    ],
)
def test_films_of_wrong_type_shape_or_number_are_invalid(client, alone, fields, words):
    fields = {
        name: np.float32(value) if value == [1.5] else value for name, value in fields.items()
    }
    code, message = refusal(client.predict, inputs=fields)
    assert code == "INVALID_ARGUMENT"
    assert words in message
    neighbour = probabilities(client.predict(inputs=inputs(NEIGHBOUR)))[0]
    np.testing.assert_allclose(neighbour, alone, atol=1e-5)


def test_matrix_of_plots_is_refused_and_leaves_its_neighbours_alone(client, alone):
    matrix = {"plot": [[b"a", b"b"]], "poster": [[b"", b""]]}
    calls = [
        client.prediction.Predict.future(predict_request(inputs=fields))
        for fields in (inputs(NEIGHBOUR), matrix)
    ]
    neighbour = probabilities(calls[0].result(timeout=TIMEOUT))[0]
    np.testing.assert_allclose(neighbour, alone, atol=1e-5)
    assert calls[1].code().name == "INVALID_ARGUMENT"


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 50_000,
        b'{"instances":' + b"[" * 50_000 + b"]" * 50_000 + b"}",
        b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
        b'{"instances": [{"plot": "\xff", "poster": ""}]}',
        b'{"instances": [{"plot": "a", "poster": {"b64": "%%%"}}]}',
    ],
    ids=["open", "lists", "objects", "invalid UTF-8", "no base64"],
)
def test_document_that_is_none_is_bad_request(rest, body):
    with little_memory():
        status, _ = rest.ask("POST", "/v1/models/m:predict", body)
    assert status == 400
    assert rest.get("m")[0] == 200


def test_gzip_bomb_is_refused_in_little_memory(rest):
    deflater = zlib.compressobj(level=1, wbits=31)  # 31: gzip
    bomb = b"".join(deflater.compress(bytes(2**20)) for _ in range(600)) + deflater.flush()
    assert len(bomb) < 2**22
    with little_memory():
        status, answer = rest.ask(
            "POST", "/v1/models/m:predict", bomb, {"Content-Encoding": "gzip"}
        )
    assert status == 413
    assert "larger than" in answer["error"]


def test_document_of_countless_values_is_refused_before_it_is_read(rest):
    body = b'{"instances":[' + b"[]," * 6_000_000 + b"[]]}"
    with little_memory():
        status, answer = rest.ask("POST", "/v1/models/m:predict", body)
    assert status == 400
    assert "more than 5000000 values" in answer["error"]


def test_huge_batch_over_rest_is_invalid(rest):
    rows = [{"plot": "a", "poster": ""}] * 5_000
    status, answer = rest.ask("POST", "/v1/models/m:predict", json.dumps({"instances": rows}))
    assert (status, answer["error"]) == (
        400,
        "Task size 5000 is larger than maximum input batch size 8",
    )
