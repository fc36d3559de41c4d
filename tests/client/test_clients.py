import io
import shutil
import socket
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from keras_genre.client import GenreClient, GenrePrediction, InProcessPredictor, RestGenreClient
from keras_genre.errors import (
    DeadlineExceededError,
    InvalidRequestError,
    ModelNotFoundError,
    ServerUnavailableError,
)
from keras_genre.server import DevelopmentServer

_PLOTS = ["A heist goes wrong.", None, "", "Zwei Roboter heiraten am Meer. 🤖"]


@pytest.fixture(scope="module")
def server(exported_model):
    with DevelopmentServer({exported_model.parent.name: exported_model.parent}, port=0) as server:
        yield server


@pytest.fixture(scope="module")
def client(server, exported_model):
    with GenreClient(server.address, exported_model.parent.name, timeout=30.0) as client:
        yield client


@pytest.fixture(scope="module")
def posters(sample_films):
    catalog, _ = sample_films
    paths = [path for path in catalog.frame["poster"] if path]
    return [paths[0], Path(paths[1]).read_bytes(), None, paths[2]]


def test_client_and_in_process_predictor_agree(client, exported_model, posters):
    over_wire = client.predict(_PLOTS, posters)
    in_process = InProcessPredictor(exported_model.parent).predict(_PLOTS, posters)
    assert len(over_wire) == len(_PLOTS)
    for one, other in zip(over_wire, in_process, strict=True):
        assert one.genres == other.genres
        assert (one.model, one.version) == (other.model, other.version)
        np.testing.assert_allclose(
            list(one.probabilities.values()), list(other.probabilities.values()), atol=1e-5
        )


def test_streams_over_grpc_and_rest_agree_with_predict(server, client, exported_model, posters):
    over_grpc = list(client.predict_stream(zip(_PLOTS, posters, strict=True), batch_size=3))
    with RestGenreClient(server.rest_url, exported_model.parent.name, timeout=30.0) as rest:
        over_rest = list(rest.predict_stream(zip(_PLOTS, posters, strict=True), batch_size=3))
    for one, grpc, rest in zip(client.predict(_PLOTS, posters), over_grpc, over_rest, strict=True):
        assert one.genres == grpc.genres == rest.genres
        assert grpc.probabilities == pytest.approx(one.probabilities, abs=1e-5)
        assert rest.probabilities == pytest.approx(one.probabilities, abs=1e-5)


def test_client_with_more_films_than_a_batch_keeps_their_order(server, exported_model):
    name = exported_model.parent.name
    plots = [f"film {number} of many" for number in range(7)]
    with GenreClient(server.address, name, timeout=30.0, batch_size=3) as client:
        together = client.predict(plots)
        alone = [client.predict([plot])[0] for plot in plots]
    for one, other in zip(together, alone, strict=True):
        np.testing.assert_allclose(
            list(one.probabilities.values()), list(other.probabilities.values()), atol=1e-5
        )


def test_client_with_posters_over_four_megabytes_is_answered(client):
    random = np.random.default_rng(0)
    picture = Image.fromarray(random.integers(0, 255, (900, 900, 3), dtype=np.uint8))
    content = io.BytesIO()
    picture.save(content, "PNG")
    posters = [content.getvalue()] * 3
    assert sum(map(len, posters)) > 4 * 2**20
    assert len(client.predict(posters=posters)) == 3


def test_prediction_names_selected_genres_most_probable_first():
    outputs = {
        "genres": np.array([[b"Drama", b"War", b"Crime"]]),
        "probabilities": np.array([[0.4, 0.1, 0.8]], "float32"),
        "selected": np.array([[True, False, True]]),
    }
    (prediction,) = GenrePrediction.from_outputs(outputs, "m", 3)
    assert prediction.genres == ("Crime", "Drama")
    assert list(prediction.probabilities) == ["Drama", "War", "Crime"]
    assert [name for name, _ in prediction.top(2)] == ["Crime", "Drama"]


@pytest.mark.parametrize(
    ("plots", "posters", "message"),
    [
        ("A heist.", None, "list of plots"),
        (None, "poster.jpg", "list of posters"),
        (None, None, "received neither"),
        (["a", "b"], [None], "2 and 1"),
        ([float("nan")], None, "plot as a string"),
        ([b"bytes"], None, "plot as a string"),
        (None, [3], "path or bytes"),
    ],
)
def test_client_with_unsound_films_raises(client, plots, posters, message):
    with pytest.raises(ValueError, match=message):
        client.predict(plots, posters)


def test_client_with_missing_poster_file_names_it(client, tmp_path):
    with pytest.raises(InvalidRequestError, match=r"no poster file .*gone\.jpg"):
        client.predict(posters=[tmp_path / "gone.jpg"])


def picture(kind):
    content = io.BytesIO()
    Image.effect_noise((64, 96), 80).save(content, kind)
    return content.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        b"<html>404</html>",
        picture("TIFF"),
        picture("JPEG")[:-900],
        picture("PNG")[:200],
        b"\x89PNG",
    ],
    ids=["html", "tiff", "cut jpeg", "cut png", "magic alone"],
)
def test_client_with_poster_that_models_cannot_read_names_it(client, tmp_path, content):
    page = tmp_path / "page.jpg"
    page.write_bytes(content)
    with pytest.raises(InvalidRequestError, match=r"page\.jpg cannot be read as a picture"):
        client.predict(posters=[page])


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "BMP", "WEBP"])
def test_client_with_poster_of_each_kind_is_answered(client, kind):
    seen, unseen = client.predict(posters=[picture(kind), None])
    assert seen.probabilities != unseen.probabilities


@pytest.mark.parametrize("batch_size", [0, -1])
def test_client_with_batch_size_below_one_raises(server, batch_size):
    with (
        GenreClient(server.address, "untrained", batch_size=batch_size) as client,
        pytest.raises(ValueError, match="batch_size"),
    ):
        client.predict(["A heist."])


def test_client_takes_films_from_generators(client):
    assert len(client.predict((f"film {n}" for n in range(3)), (None for _ in range(3)))) == 3


def test_client_with_lone_surrogates_in_a_plot_is_answered(client):
    assert len(client.predict(["caf\udce9"])) == 1


def test_client_without_server_says_how_to_start_one():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{probe.getsockname()[1]}"
    with (
        GenreClient(address, "lstm", timeout=5.0) as client,
        pytest.raises(ServerUnavailableError, match=f"{address}.*keras-genre serve"),
    ):
        client.predict(["A heist."])


@pytest.mark.parametrize(
    "address",
    ["localhost", "localhost:", ":8500", "http://localhost:8501", "::1", "localhost:rest", ""],
)
def test_client_of_address_without_port_says_what_is_expected(address):
    with pytest.raises(ValueError, match=f'"host:port".*received {address!r}'):
        GenreClient(address, "lstm")


def test_client_of_bracketed_address_is_made():
    GenreClient("[::1]:8500", "lstm").close()


@pytest.mark.parametrize("timeout", [0, -1.0, float("nan")])
def test_client_with_timeout_not_over_zero_raises(timeout):
    with pytest.raises(ValueError, match="timeout over 0"):
        GenreClient("localhost:8500", "lstm", timeout=timeout)


def test_client_after_restart_of_the_server_is_answered(exported_model):
    models = {"untrained": exported_model.parent}
    with DevelopmentServer(models, port=0) as server:
        port = server.port
        client = GenreClient(server.address, "untrained", timeout=30.0)
        before = client.predict(["A heist."])
    with client, DevelopmentServer(models, port=port):
        client.wait_until_ready()
        assert client.predict(["A heist."]) == before


def test_client_of_unknown_model_or_version_raises(server, exported_model):
    with GenreClient(server.address, "nobody") as client, pytest.raises(ModelNotFoundError):
        client.predict(["A heist."])
    name = exported_model.parent.name
    with (
        GenreClient(server.address, name, version=99) as client,
        pytest.raises(ModelNotFoundError, match="99"),
    ):
        client.predict(["A heist."])


def test_client_past_its_deadline_raises():
    with socket.socket() as silent:  # accepts connections, never answers
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        address = f"127.0.0.1:{silent.getsockname()[1]}"
        with (
            GenreClient(address, "lstm", timeout=0.5) as client,
            pytest.raises(DeadlineExceededError, match=r"0\.5 seconds"),
        ):
            client.predict(["A heist."])


def test_client_waits_until_the_model_is_ready(client):
    client.wait_until_ready(timeout=10.0)
    assert "AVAILABLE" in client.version_states().values()


def test_client_waiting_for_nobody_gives_up():
    with (
        GenreClient("127.0.0.1:1", "lstm", timeout=1.0) as client,
        pytest.raises(ServerUnavailableError, match="not ready after"),
    ):
        client.wait_until_ready(timeout=0.3)


def test_in_process_predictor_without_model_says_how_to_export(tmp_path):
    with pytest.raises(ModelNotFoundError, match="keras-genre export"):
        InProcessPredictor(tmp_path)


def test_in_process_predictor_takes_the_newest_version_or_the_one_named(exported_model, tmp_path):
    for version in ("2", "10"):
        shutil.copytree(exported_model, tmp_path / "m" / version)
    (newest,) = InProcessPredictor(tmp_path / "m").predict(["A heist."])
    (named,) = InProcessPredictor(tmp_path / "m" / "2").predict(["A heist."])
    assert (newest.version, named.version) == (10, 2)
