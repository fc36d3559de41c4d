import inspect
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from keras_genre.client import GenreClient
from keras_genre.server import DevelopmentServer

COMPOSE = Path(__file__).parents[2] / "serving" / "compose.yaml"


@pytest.fixture(scope="module")
def service():
    """The server of the compose file."""
    return yaml.safe_load(COMPOSE.read_text())["services"]["tensorflow-serving"]


@pytest.fixture(scope="module")
def server(exported_model):
    """The development server, which stands in for the container."""
    with DevelopmentServer({"untrained": exported_model.parent}, port=0) as server:
        yield server


def test_image_is_a_release_of_tensorflow_serving(service):
    assert re.fullmatch(r"tensorflow/serving:2\.\d+\.\d+", service["image"])


def test_models_are_mounted_read_only_from_the_folder_that_export_fills(service):
    (volume,) = (volume for volume in service["volumes"] if volume["target"] == "/models")
    assert (COMPOSE.parent / volume["source"]).resolve() == COMPOSE.parents[1] / "saved_models"
    assert (COMPOSE.parent / volume["source"]).is_dir()
    assert volume["read_only"] is True
    assert volume["bind"]["create_host_path"] is False


def test_ports_are_those_that_the_client_and_the_development_server_use(service):
    port = inspect.signature(DevelopmentServer).parameters["port"].default
    assert f'"localhost:{port}"' in GenreClient.__doc__
    assert service["ports"] == [f"127.0.0.1:{number}:{number}" for number in (port, port + 1)]


@pytest.mark.skipif(shutil.which("bash") is None, reason="the check is written for bash")
@pytest.mark.parametrize(("model", "healthy"), [("untrained", True), ("nobody", False)])
def test_healthcheck_asks_whether_the_model_is_available(service, server, model, healthy):
    assert _check(service, server.rest_port, model) is healthy


def test_healthcheck_of_nobody_is_unhealthy(service, server):
    assert _check(service, 1, "untrained") is False


def _check(service, port, model):
    kind, *command = service["healthcheck"]["test"]
    assert kind == "CMD"
    # Compose makes one dollar of two; the image's port is another one here.
    command = [word.replace("$$", "$").replace("/8501", f"/{port}") for word in command]
    environment = {**os.environ, "MODEL_NAME": model}
    finished = subprocess.run(command, env=environment, capture_output=True, timeout=30)
    return finished.returncode == 0
