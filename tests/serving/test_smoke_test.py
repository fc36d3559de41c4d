import re
import runpy
import shutil
import sys
from pathlib import Path

import pytest

from keras_genre.server import DevelopmentServer

SCRIPT = Path(__file__).parents[2] / "serving" / "smoke_test.py"


@pytest.fixture(scope="module")
def server(exported_model):
    with DevelopmentServer({"untrained": exported_model.parent}, port=0) as server:
        yield server


@pytest.fixture
def smoke(monkeypatch, capsys):
    """Run the script; give its exit code and what it printed."""

    def smoke(server, *options):
        addresses = ["--grpc", server.address, "--rest", server.rest_url, "--timeout", "30"]
        monkeypatch.setattr(sys, "argv", [str(SCRIPT), *addresses, *options])
        with pytest.raises(SystemExit) as ending:
            runpy.run_path(str(SCRIPT), run_name="__main__")
        return ending.value.code, capsys.readouterr().out

    return smoke


def test_smoke_test_of_a_sound_server_holds(smoke, server):
    code, out = smoke(server, "--model", "untrained")
    assert code == 0, out
    assert "FAILED" not in out
    assert len(re.findall("^ok", out, re.MULTILINE)) == 9


def test_smoke_test_of_a_version_that_is_not_there_says_what_failed(smoke, server):
    code, out = smoke(server, "--model", "untrained", "--version", "9")
    assert code == 1
    assert re.search(r"FAILED  gRPC: plots are answered: .*Specific\(untrained, 9\)", out)
    assert "ok      an unknown model is refused" in out


def test_smoke_test_of_nobody_fails(smoke, exported_model, tmp_path):
    shutil.copytree(exported_model, tmp_path / "m" / "1")
    gone = DevelopmentServer({"m": tmp_path / "m"}, port=1, rest_port=2)  # never started
    code, out = smoke(gone, "--model", "m", "--timeout", "0.5")
    assert code == 1
    assert "ok  " not in out.replace("all checks", "")
