import json
import re
import shutil
import subprocess
import textwrap
from pathlib import Path

import pytest

from keras_genre.server import DevelopmentServer

README = Path(__file__).parents[2] / "serving" / "README.md"


@pytest.fixture(scope="module")
def server(exported_model):
    """A server for the README's model."""
    with DevelopmentServer({"concat_fusion_small": exported_model.parent}, port=0) as server:
        yield server


@pytest.fixture
def asking(server, sample_films, tmp_path, monkeypatch):
    """The README's block with these words in it, for this server, and a poster beside it."""
    catalog, _ = sample_films
    monkeypatch.chdir(tmp_path)
    shutil.copy(next(poster for poster in catalog.frame["poster"] if poster), "poster.jpg")

    def asking(words):
        (block,) = (block for block in _blocks() if words in block)
        block = block.replace("localhost:8500", server.address)
        return block.replace("http://localhost:8501", server.rest_url)

    return asking


def test_readme_asks_over_grpc_from_python(asking, capsys):
    exec(compile(asking("import keras_genre"), "README.md", "exec"), {})
    assert capsys.readouterr().out.startswith("(")


@pytest.mark.skipif(shutil.which("curl") is None, reason="the README asks with curl")
def test_readme_asks_over_rest_from_the_shell(asking):
    command = ["bash", "-c", asking("curl -d")]
    finished = subprocess.run(command, capture_output=True, text=True, timeout=60)
    predict, status, metadata = _documents(finished.stdout)
    (film,) = predict["predictions"]
    assert set(film) >= {"genres", "probabilities", "selected"}
    assert status["model_version_status"][0]["state"] == "AVAILABLE"
    assert metadata["model_spec"]["name"] == "concat_fusion_small"


def _documents(text):
    """The JSON documents that `text` is, one after the other."""
    decoder = json.JSONDecoder()
    while text := text.lstrip():
        document, end = decoder.raw_decode(text)
        yield document
        text = text[end:]


def _blocks():
    """The indented blocks, each one a command or a program."""
    found = re.findall(r"(?:^ {4}.*\n|^\n(?= {4}))+", README.read_text(), re.MULTILINE)
    return [textwrap.dedent(block).strip() for block in found]
