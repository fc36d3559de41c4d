"""Versions that come one after the other, while clients ask all the time."""

import contextlib
import itertools
import shutil
import threading

import pytest
from serving_helpers import TIMEOUT, eventually
from tiny_model import save_tiny_model

from keras_genre.client import GenreClient
from keras_genre.errors import ExportError
from keras_genre.export.labels import label_version
from keras_genre.export.publishing import publish, retain_versions, roll_back
from keras_genre.server import BatchingParameters, ModelsFolder, ServerOptions
from keras_genre.staging import scratch_folder

CLIENTS = 4
VERSIONS = 21  # the first, and 20 that take its place
BATCHING = BatchingParameters(max_batch_size=8, batch_timeout_micros=1000, allowed_batch_sizes=(8,))


class AskingClient(threading.Thread):
    """Asks without a pause and without trying anything again."""

    def __init__(self, address, stop, label):
        super().__init__()
        self._address, self._stop_asking, self._label = address, stop, label
        self.versions, self.wrong, self.failure = [], [], None

    def run(self):
        try:
            options = {"retries": 0, "timeout": TIMEOUT, "label": self._label}
            with GenreClient(self._address, "m", **options) as client:
                while not self._stop_asking.is_set():
                    self._note(client.predict(["a heist", "a kiss"]))
        except Exception as error:  # any failed request shall fail the test
            self.failure = error

    def _note(self, predictions):
        for prediction in predictions:
            self.versions.append(prediction.version)
            if round(prediction.probabilities["Drama"] * 100) != prediction.version:
                self.wrong.append(prediction)


@contextlib.contextmanager
def clients_asking(address, label=None):
    stop = threading.Event()
    clients = [AskingClient(address, stop, label) for _ in range(CLIENTS)]
    for client in clients:
        client.start()
    try:
        yield clients
    finally:
        stop.set()
        for client in clients:
            client.join()


@pytest.fixture(scope="module")
def numbered_models(tmp_path_factory):
    """Folders 1 to 21: SavedModels that answer their own number, in hundredths."""
    folder = tmp_path_factory.mktemp("numbered_models")
    for number in range(1, VERSIONS + 1):
        save_tiny_model(folder / str(number), number / 100, ["serving_default"])
    return folder


@pytest.fixture
def publish_next(numbered_models, tmp_path):
    """Publish one after the other, as `export` does."""
    numbers = itertools.count(1)

    def publish_next():
        number = next(numbers)
        with scratch_folder(tmp_path / "m", ".staging-", ExportError) as staging:
            shutil.copytree(numbered_models / str(number), staging, dirs_exist_ok=True)
            assert publish(staging, tmp_path / "m").name == str(number)

    return publish_next


def have_reached(clients, number):
    return all(client.failure or client.versions[-1:] == [number] for client in clients)


def check_answers(clients):
    for client in clients:
        assert client.failure is None
        assert client.wrong == []  # each answer is of the version that it names
        assert client.versions == sorted(client.versions)  # and never of an older one again


@pytest.mark.parametrize("batching", [None, BATCHING], ids=["alone", "batched"])
def test_twenty_versions_swapped_under_load_fail_no_request(
    tmp_path, serve, publish_next, batching
):
    publish_next()
    server = serve({"m": tmp_path / "m"}, options=ServerOptions(batching=batching))
    with clients_asking(server.address) as clients:
        eventually(lambda: have_reached(clients, 1))
        for number in range(2, VERSIONS + 1):
            publish_next()
            retain_versions(tmp_path / "m", keep=2)
            eventually(lambda number=number: have_reached(clients, number))
    check_answers(clients)
    for client in clients:
        assert set(client.versions) == set(range(1, VERSIONS + 1))
    assert server.available_versions == {"m": [VERSIONS]}


def test_versions_published_faster_than_they_load_fail_no_request(tmp_path, serve, publish_next):
    publish_next()
    server = serve({"m": tmp_path / "m"})
    with clients_asking(server.address) as clients:
        for _ in range(2, VERSIONS + 1):
            publish_next()
            retain_versions(tmp_path / "m", keep=1)  # some go before, or while, they are loaded
        eventually(lambda: have_reached(clients, VERSIONS))
    check_answers(clients)


def test_label_moved_under_load_fails_no_request(tmp_path, serve, publish_next):
    publish_next()
    label_version(tmp_path / "m", "stable", 1)
    folder = ModelsFolder(tmp_path)
    options = ServerOptions(
        early_labels=True, late_moves=True, read_config=folder.read_config, config_poll_seconds=0.02
    )  # as `keras-genre serve` has it
    server = serve(folder.read_config(), options=options)
    with clients_asking(server.address, "stable") as clients:
        for number in range(2, 8):
            publish_next()
            for _ in ("load it", "move the label"):
                label_version(tmp_path / "m", "stable", number)
            eventually(lambda number=number: have_reached(clients, number))
    check_answers(clients)


def test_roll_back_under_load_fails_no_request(tmp_path, serve, publish_next):
    publish_next()
    publish_next()
    server = serve({"m": tmp_path / "m"})
    with clients_asking(server.address) as clients:
        eventually(lambda: have_reached(clients, 2))
        assert roll_back(tmp_path / "m").name == "3"
        eventually(lambda: have_reached(clients, 3))
    for client in clients:
        assert client.failure is None
        found = {(wrong.version, round(wrong.probabilities["Drama"], 3)) for wrong in client.wrong}
        assert found == {(3, 0.01)}  # the first version, under its new number
