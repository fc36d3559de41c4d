"""Tiny SavedModels with the served signature, and servers on free ports."""

import os
import shutil
import threading
import types

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import pytest
from half_plus_two import save_half_plus
from serving_helpers import TIMEOUT, Client, RestClient
from tiny_model import save_tiny_model

from keras_genre.server import DevelopmentServer
from keras_genre.server.servable import Servable


@pytest.fixture(scope="session")
def tiny_models(tmp_path_factory):
    """Folders 1, 2 and 3: SavedModels that answer 0.1, 0.2 and 0.3."""
    folder = tmp_path_factory.mktemp("tiny_models")
    for number in (1, 2, 3):
        save_tiny_model(folder / str(number), number / 10)
    return folder


@pytest.fixture(scope="session")
def half_plus_two(tmp_path_factory):
    """A base path whose version 123 answers x / 2 + 2."""
    base_path = tmp_path_factory.mktemp("half_plus_two") / "default"
    save_half_plus(base_path / "00000123")
    return base_path


@pytest.fixture
def publish(tiny_models):
    """Put a version into a base path as an exporter does: written beside, then renamed."""

    def publish(base_path, version):
        staging = base_path / f".{version}.partial"
        shutil.copytree(tiny_models / str(version), staging)
        staging.rename(base_path / str(version))

    return publish


@pytest.fixture
def make_model(tmp_path, publish):
    """Make a base path with the versions asked for."""

    def make_model(name, *versions):
        base_path = tmp_path / "models" / name
        base_path.mkdir(parents=True)
        for version in versions:
            publish(base_path, version)
        return base_path

    return make_model


@pytest.fixture
def base_path(make_model):
    """A model with version 1."""
    return make_model("m", 1)


@pytest.fixture
def serve():
    """Start a server, and stop it when the test is over."""
    servers = []

    def serve(models, **arguments):
        server = DevelopmentServer(models, **{"port": 0, "poll_seconds": 0.05, **arguments})
        servers.append(server)
        server.start()
        return server

    yield serve
    for server in servers:
        server.stop(grace=TIMEOUT)


@pytest.fixture
def connect():
    """Make a client of a server, and close its channel when the test is over."""
    clients = []

    def connect(server):
        clients.append(Client(server.address))
        return clients[-1]

    yield connect
    for client in clients:
        client.channel.close()


@pytest.fixture
def server(base_path, serve):
    """A server whose model `m` has version 1."""
    return serve({"m": base_path})


@pytest.fixture
def client(server, connect):
    """A gRPC client of it."""
    return connect(server)


@pytest.fixture
def connect_rest():
    """Make a REST client of a server, and close its connection when the test is over."""
    clients = []

    def connect_rest(server):
        clients.append(RestClient(server.rest_port))
        return clients[-1]

    yield connect_rest
    for client in clients:
        client.connection.close()


@pytest.fixture
def rest(server, connect_rest):
    """A REST client of the server."""
    return connect_rest(server)


@pytest.fixture
def gate(monkeypatch):
    """Hold every prediction at the model's door until the test opens it."""
    gate = types.SimpleNamespace(arrived=threading.Semaphore(0), door=threading.Event(), plots=[])
    predict = Servable.predict

    def held(self, signature_name, inputs, output_filter=(), deadline=None):
        gate.plots.extend(inputs["plot"].string_val)
        gate.arrived.release()
        if not gate.door.wait(TIMEOUT):
            raise TimeoutError("The test never opened the door.")
        return predict(self, signature_name, inputs, output_filter, deadline)

    monkeypatch.setattr(Servable, "predict", held)
    yield gate
    gate.door.set()


@pytest.fixture
def slow_load(monkeypatch):
    """Hold every load, from here on, until the test opens the door."""
    gate = types.SimpleNamespace(arrived=threading.Semaphore(0), door=threading.Event())
    load = Servable.load.__func__

    def held(cls, version, path):
        gate.arrived.release()
        if not gate.door.wait(TIMEOUT):
            raise TimeoutError("The test never opened the door.")
        return load(cls, version, path)

    monkeypatch.setattr(Servable, "load", classmethod(held))
    yield gate
    gate.door.set()
